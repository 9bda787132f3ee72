"""SPARQL 1.1 Protocol: what a request asks for (https://www.w3.org/TR/sparql11-protocol/)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kg.service.http import Request, pairs
from kg.service.limits import Limits
from kg.service.problem import Problem

METHODS = ("GET", "HEAD", "OPTIONS", "POST")
ALLOW = ("allow", ", ".join(METHODS))
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Ask:
    """A query with its dataset and what the client wants of the answer."""

    text: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    #: ``format=``, which goes before Accept; empty if absent
    format: str
    seconds: float
    rows: int


@dataclass(frozen=True, slots=True)
class Change:
    """An update with the dataset of its WHERE clauses."""

    text: str
    using: tuple[str, ...]
    using_named: tuple[str, ...]


def read(request: Request, limits: Limits) -> Ask | Change | None:
    """What is asked for; None for the service's description (a GET without a query). Raises Problem."""
    if request.method not in METHODS:
        raise Problem(405, "http-405", "這個網址不接受這種方法", "This method is not allowed here.", headers=[ALLOW])
    if len(request.body) > limits.request or len(request.query_string) > limits.request:
        raise Problem(413, "too-large", "查詢太長", "The query is too long.")
    arguments = request.arguments()
    texts: dict[str, list[str]] = {"query": [], "update": []}
    if request.method == "POST":
        kind, options = request.media_type()
        if options.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
            raise Problem(415, "media-type", "內容必須是 UTF-8", "The content must be UTF-8.")
        body = _decoded(request.body)
        if kind in ("application/sparql-query", "application/sparql-update"):
            texts[kind.rpartition("-")[2]].append(body)
            arguments = [(k, v) for k, v in arguments if k not in texts]
        elif kind == _FORM:
            arguments = arguments + pairs(body)
        else:
            raise Problem(
                415, "media-type", f"無法讀取 {kind or '未說明類型'} 的內容",
                f"Cannot read a query sent as {kind or 'nothing'}.",
                "用 application/sparql-query 或表單 (send application/sparql-query or a form)",
            )
    given: dict[str, list[str]] = {}
    for name, value in arguments:
        given.setdefault(name, []).append(value)
    for name in texts:
        texts[name] += given.get(name, [])
    if texts["update"] and request.method != "POST":
        raise Problem(400, "update-by-get", "更新只能用 POST", "An update must be sent by POST.")
    both = texts["query"] + texts["update"]
    if len(both) > 1:
        raise Problem(400, "two-queries", "只能有一個 query 或 update", "There must be one query or one update.")
    if not both:
        if request.method == "POST":
            raise Problem(400, "no-query", "缺少 query 參數", "There is no query.", "/sparql?query=SELECT…")
        return None
    if texts["update"]:
        return Change(both[0], tuple(given.get("using-graph-uri", [])), tuple(given.get("using-named-graph-uri", [])))
    last = {name: values[-1] for name, values in given.items()}
    return Ask(
        both[0], tuple(given.get("default-graph-uri", [])), tuple(given.get("named-graph-uri", [])),
        last.get("format", ""),
        _number("timeout", last.get("timeout") or request.headers.get("x-kg-timeout", ""), limits.seconds),
        int(_number("max-rows", last.get("max-rows", ""), limits.rows)),
    )


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        at = error.start
        raise Problem(
            400, "not-utf8", f"內容不是 UTF-8（第 {at} 位元組）", f"The content is not UTF-8 (byte {at})."
        ) from None


def _number(name: str, text: str, most: float) -> float:
    """A positive number, at most the server's own limit. Raises Problem."""
    if not text:
        return most
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not number > 0:
        raise Problem(400, "bad-parameter", f"參數 {name}：「{text}」不是正數", f"{name} must be a positive number.")
    return min(number, most)
