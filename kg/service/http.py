"""Requests and answers as the service sees them, and the negotiation of formats."""

from __future__ import annotations

import binascii
import functools
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_options_header

from kg.service.pool import Result
from kg.service.problem import Problem

#: media type -> the worker's name of the format, the preferred one first
RESULTS: dict[str, str] = {
    "application/sparql-results+json": "json", "application/sparql-results+xml": "xml", "text/csv": "csv",
    "text/tab-separated-values": "tsv", "application/json": "json", "application/xml": "xml", "text/xml": "xml",
}
GRAPHS: dict[str, str] = {
    "text/turtle": "turtle", "application/n-triples": "nt", "application/rdf+xml": "rdfxml",
    "application/ld+json": "jsonld", "application/n-quads": "nq", "application/trig": "trig",
    "application/json": "jsonld", "application/xml": "rdfxml", "text/plain": "nt",
}
#: short names for ``format=`` -> the media types meant, tables first
SHORT: dict[str, tuple[str, ...]] = {
    "json": ("application/sparql-results+json", "application/ld+json"),
    "xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "csv": ("text/csv",), "tsv": ("text/tab-separated-values",), "ttl": ("text/turtle",), "turtle": ("text/turtle",),
    "nt": ("application/n-triples",), "rdf": ("application/rdf+xml",), "jsonld": ("application/ld+json",),
    "html": ("text/html",), "nq": ("application/n-quads",), "trig": ("application/trig",),
}
CORS: list[tuple[str, str]] = [
    ("access-control-allow-origin", "*"),
    ("access-control-expose-headers", "ETag, Retry-After, X-KG-Truncated, X-KG-Row-Limit, X-KG-Version, X-KG-Hints"),
]


#: a percent sign that begins no escape
_NO_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
#: names and values that a form may have
_FIELDS = 200
_CHARSET = re.compile(r"\s*;\s*charset\s*=\s*(?:\"[^\"]*\"|[^\s;,]*)", re.I)


@dataclass(slots=True)
class Request:
    """A request. Header names are in lower case."""

    method: str
    path: str
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    #: what its answer is kept by, once that is known (`Service.key`)
    key: str = ""
    #: sends a whole answer at once, if the connection can (`kg.service.connection`)
    whole: Callable[[int, bytes, bytes, bool], bool] | None = None

    @property
    def accept(self) -> str:
        """The Accept header; empty where anything will do."""
        return self.headers.get("accept", "")

    @property
    def gzip(self) -> bool:
        """Does the client read gzip?"""
        return takes_gzip(self.headers.get("accept-encoding", ""))

    def media_type(self) -> tuple[str, dict[str, str]]:
        """The body's media type in lower case and its parameters."""
        kind, options = parse_options_header(self.headers.get("content-type", ""))
        return kind.lower(), options

    def arguments(self) -> list[tuple[str, str]]:
        """Names and values of the query string. Raises Problem 400 where it is not UTF-8."""
        return pairs(self.query_string)


@dataclass(slots=True)
class Answer:
    """A status, headers (names in lower case) and a body, which may still be computed."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes | Result = b""

    def header(self, name: str) -> str:
        """A header's value; empty if there is none."""
        return next((v for k, v in self.headers if k == name), "")


def pairs(text: str) -> list[tuple[str, str]]:
    """Names and values of a form. Raises Problem 400 where it is not UTF-8 or has very many fields.

    >>> pairs("query=ASK%20%7B%7D&format=")
    [('query', 'ASK {}'), ('format', '')]
    """
    parts = text.split("&")
    try:
        if len(parts) > _FIELDS:
            raise ValueError("too many")
        return [(unquoted(name), unquoted(value)) for name, _, value in (p.partition("=") for p in parts if p)]
    except ValueError:
        raise Problem(400, "not-utf8", "參數不是 UTF-8 或太多", "The parameters are not UTF-8, or too many.") from None


def unquoted(text: str) -> str:
    """A name or value of a form as it was meant, as by `urllib.parse.unquote_plus`. Raises ValueError if not UTF-8.

    A long query is full of escapes; quoted-printable differs from them in its sign only and is decoded in C, at five
    times the speed.

    >>> unquoted("%E7%AF%80+%3D%zz")
    '節 =%zz'
    """
    if "+" in text:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    if _NO_ESCAPE.search(text) or not text.isascii():
        return unquote(text, errors="strict")
    return binascii.a2b_qp(text.replace("=", "=3D").replace("%", "=")).decode()


@functools.lru_cache(512)
def takes_gzip(accepted: str) -> bool:
    """Does an Accept-Encoding header allow gzip?

    >>> takes_gzip("br, gzip;q=0.5"), takes_gzip("gzip;q=0"), takes_gzip("")
    (True, False, False)
    """
    return bool(accepted) and parse_accept_header(accepted).quality("gzip") > 0


@functools.lru_cache(1024)
def negotiate(accept: str, offers: Sequence[str], asked: str = "") -> str:
    """The media type to answer with: ``asked`` (a short name or a type) or the best by an Accept header.

    Raises Problem 406 where nothing fits.

    >>> negotiate("text/csv;q=0.3, */*;q=0.1", ("application/json", "text/csv"))
    'text/csv'
    >>> negotiate("text/csv; charset=utf-8", ("application/json", "text/csv"))
    'text/csv'
    """
    offered = f"可用 offered: {', '.join(offers)}"
    if asked:
        for wanted in SHORT.get(asked, (asked,)):
            if wanted in offers:
                return wanted
        raise Problem(406, "not-acceptable", f"不支援格式 {asked}", f"The format {asked} is not offered here.", offered)
    if not accept.strip():
        return offers[0]
    # all is UTF-8, so a charset that a client adds to a type is not compared
    best = parse_accept_header(_CHARSET.sub("", accept), MIMEAccept).best_match(offers)
    if best is None:
        raise Problem(
            406, "not-acceptable", "無法提供所要求的格式", "None of the formats asked for can be given.", offered
        )
    return best


def content_type(media_type: str) -> str:
    """With charset where the type is text."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def as_json(problem: Problem) -> Answer:
    """The problem in the one error shape."""
    body = json.dumps({"error": problem.body}, ensure_ascii=False).encode() + b"\n"
    return Answer(problem.status, [("content-type", "application/json"), *CORS, *problem.headers], body)


def etag(*parts: str) -> str:
    """A strong entity tag for what these parts determine."""
    return '"' + hashlib.blake2b("\0".join(parts).encode(), digest_size=15).hexdigest() + '"'


def matches(header: str, tag: str) -> bool:
    """Does an If-None-Match header name the tag?

    >>> matches('W/"a", "b"', '"b"'), matches("*", '"b"'), matches("", '"b"')
    (True, True, False)
    """
    return header.strip() == "*" or tag in [t.strip().removeprefix("W/") for t in header.split(",")]
