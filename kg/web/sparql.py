"""``/sparql``: the SPARQL 1.1 Protocol by the service, and a form for people; descriptions of data and queries."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pyoxigraph as ox
from flask import Blueprint, Response, current_app, jsonify, render_template, request

from kg.names import ID, expand
from kg.service import describe
from kg.service.bridge import Bridge
from kg.service.codes import CODES
from kg.service.failures import explained
from kg.service.http import CORS, Answer, Request, negotiate
from kg.service.problem import Problem
from kg.service.protocol import Ask
from kg.service.protocol import read as protocol_read
from kg.sparql_guard import Refused
from kg.web.graph import handle, label, opened
from kg.web.language import label_language
from kg.web.queries import by_topic
from kg.web.terms import names

blueprint = Blueprint("sparql", __name__)
#: rows shown in the page; the whole result is one download away
SHOWN = 500

#: what a result can be downloaded as: of queries for rows, of queries for triples
FORMATS = {
    "table": (("json", "JSON"), ("xml", "XML"), ("csv", "CSV"), ("tsv", "TSV")),
    "graph": (("ttl", "Turtle"), ("nt", "N-Triples"), ("rdf", "RDF/XML"), ("jsonld", "JSON-LD")),
}

#: datatypes whose values stand in a column as numbers
NUMERIC = frozenset(expand(f"xsd:{t}") for t in ("integer", "decimal", "double", "float", "int", "long", "gYear"))

EXAMPLE = """SELECT ?ministry ?label (COUNT(DISTINCT ?measure) AS ?measures) WHERE {
  ?measure a pol:Measure ; pol:leadBy ?ministry .
  ?ministry skos:prefLabel ?label FILTER(LANGMATCHES(LANG(?label), "zh"))
} GROUP BY ?ministry ?label ORDER BY DESC(?measures) LIMIT 20
"""
_METHODS = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"]


def bridge() -> Bridge:
    """The application's SPARQL service."""
    found: Bridge = current_app.extensions["kg-service"]
    return found


def _request() -> Request:
    """The request as the service reads it."""
    headers = {k.lower(): v for k, v in request.headers.items()}
    headers["x-kg-base"] = request.host_url.rstrip("/")
    return Request(
        request.method, request.path, request.query_string.decode("latin-1"), headers,
        request.get_data(cache=False, parse_form_data=False),
    )


def _response(asked: Request, answer: Answer) -> Response:
    body: Any = b"" if asked.method == "HEAD" else bridge().body(asked, answer)
    response = Response(body, answer.status)
    del response.headers["Content-Type"]
    for name, value in answer.headers:
        response.headers.add(name, value)
    return response


@blueprint.route("/sparql", methods=_METHODS, strict_slashes=False, provide_automatic_options=False)
def endpoint() -> Response:
    """A query's result, the service's description, or the form."""
    asked = _request()
    if _for_people(asked):
        found = protocol_read(asked, bridge().service.limits)
        if found is None:
            name = request.args.get("example")
            return _page(handle().catalog[name].sparql if name else EXAMPLE)
        if isinstance(found, Ask):
            return _answered(found)
    return _response(asked, bridge().call(lambda service: service.answer(asked)))


@blueprint.route("/rdf-graph-store", methods=_METHODS, strict_slashes=False, provide_automatic_options=False)
def graph_store() -> Response:
    """The Graph Store Protocol."""
    asked = _request()
    return _response(asked, bridge().call(lambda service: service.answer(asked)))


def _for_people(asked: Request) -> bool:
    if asked.method not in ("GET", "HEAD", "POST"):
        return False
    short = request.args.get("format", "")
    if short:
        return short == "html"
    return "text/html" in asked.accept and negotiate(
        asked.accept, ("application/sparql-results+json", "text/turtle", "text/html", "text/csv",
                       "application/sparql-results+xml", "text/tab-separated-values", "application/n-triples",
                       "application/rdf+xml", "application/ld+json", "application/xml"),
    ) == "text/html"


def _answered(asked: Ask) -> Response:
    """The page with a query's result, or with what went wrong beside the query."""
    began = time.perf_counter()
    try:
        result = bridge().call(lambda service: service.table(asked, SHOWN))
    except (Problem, Refused) as error:
        problem = explained(error)
        page = _page(asked.text, problem=problem)
        page.status_code = problem.status
        page.headers.extend([*problem.headers, *CORS])
        return page
    return _page(asked.text, _shown(result), time.perf_counter() - began)


def _page(
    text: str, result: dict[str, Any] | None = None, seconds: float = 0.0, problem: Problem | None = None,
) -> Response:
    hints = bridge().service.hints(text) if result is not None else []
    return Response(render_template(
        "sparql.html", text=text, result=result, seconds=seconds, hints=hints, problem=problem and problem.body,
        graph=bool(result and result["graph"]), shown=SHOWN, things=ID, topics=by_topic(handle().catalog),
        formats=FORMATS,
    ), mimetype="text/html")


def _shown(result: dict[str, Any]) -> dict[str, Any]:
    """A worker's table for the page, things by their labels."""
    if result["boolean"] is not None:
        return {"boolean": result["boolean"], "graph": False}
    store = opened().store
    wanted = label_language()
    columns = list(zip(*result["rows"], strict=True))
    return {
        "boolean": None, "names": result["names"], "more": result["more"], "graph": result["graph"],
        "rows": [[_cell(store, cell, wanted) for cell in row] for row in result["rows"]],
        "numeric": [_numeric(column) for column in columns] or [False] * len(result["names"]),
    }


def _numeric(column: Sequence[list[str] | None]) -> bool:
    """Are all values of a column numbers?"""
    cells = [cell for cell in column if cell is not None]
    return bool(cells) and all(cell[2] in NUMERIC for cell in cells)


def _cell(store: ox.Store, cell: list[str] | None, wanted: str) -> dict[str, str]:
    if cell is None:
        return {"iri": "", "text": ""}
    if cell[0] == "uri" and not cell[1].startswith(("http://", "https://")):
        return {"iri": "", "text": cell[1]}  # a query can make any IRI, javascript: among them: no link
    if cell[0] == "uri":
        return {"iri": cell[1], "text": named(store, cell[1], wanted)}
    return {"iri": "", "text": cell[1]}


def named(store: ox.Store, iri: str, wanted: str) -> str:
    """What a thing or a term of any vocabulary is called in a language, "zh" or "en"; its IRI where it has no name."""
    term = {} if iri.startswith(ID) else names(store, iri)  # terms of other vocabularies have names here too
    return (term[wanted] if term and term[wanted] != term["name"] else label(store, iri, wanted)) or iri


@blueprint.get("/sparql/errors")
def codes() -> Response:
    """What each error code means, as a page or JSON."""
    if negotiate(request.headers.get("Accept", ""), ("text/html", "application/json")) == "text/html":
        return Response(render_template("codes.html", codes=CODES), mimetype="text/html")
    return jsonify(codes={code: {"zh": zh, "en": en} for code, (zh, en) in CODES.items()})


@blueprint.get("/sparql/examples")
def examples() -> Response:
    """The canned queries as sh:SPARQLExecutable, with the prefixes."""
    asked = _request()
    media = negotiate(asked.accept, describe.FORMATS)
    body = describe.serialized(describe.examples(asked.headers["x-kg-base"], handle().catalog), media)
    return Response(body, content_type=f"{media}; charset=utf-8", headers={"Access-Control-Allow-Origin": "*"})


@blueprint.get("/.well-known/void")
def void() -> Response:
    """The dataset as VoID and DCAT."""
    asked = _request()
    return _response(asked, bridge().service.dataset(asked))
