"""``/openapi.json`` (OpenAPI 3.1, made from the catalogue), ``/api`` for people, and ``/audit``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from kg import __version__
from kg.audit import audit as audited
from kg.catalog import CannedQuery, Catalog, Parameter
from kg.catalog_header import CHARTS
from kg.catalog_table import FORMS
from kg.decisions import FILE, VERDICTS
from kg.decisions import load as decided
from kg.web.bench import KINDS
from kg.web.explorer_state import DEPTHS
from kg.web.formats import negotiate
from kg.web.graph import handle, opened
from kg.web.queries import MOST, MOST_COMPLETED, TOPICS

blueprint = Blueprint("openapi", __name__)

_TYPES: dict[str, dict[str, Any]] = {
    "entity": {"type": "string", "description": "IRI 或名稱 an IRI or a name"},
    "concept": {"type": "string", "description": "IRI 或名稱 an IRI or a name"},
    "string": {"type": "string"}, "integer": {"type": "integer"}, "year": {"type": "integer"},
    "decimal": {"type": "number"}, "boolean": {"type": "boolean"}, "date": {"type": "string", "format": "date"},
}
_ERROR = {
    "type": "object", "required": ["error"], "properties": {"error": {
        "type": "object", "required": ["code", "status", "zh", "en"],
        "properties": {
            "code": {"type": "string"}, "status": {"type": "integer"},
            "zh": {"type": "string"}, "en": {"type": "string"},
            "line": {"type": ["integer", "null"]}, "column": {"type": ["integer", "null"]}, "hint": {"type": "string"},
        },
    }},
}
_RESULT = {
    "type": "object", "required": ["query", "title", "total", "columns", "rows"],
    "properties": {
        "query": {"type": "string"}, "title": {"$ref": "#/components/schemas/Text"}, "version": {"type": "string"},
        "total": {"type": "integer", "description": "全部列數 rows of all pages"},
        "columns": {"type": "array", "items": {"type": "object", "required": ["name"]}},
        "rows": {"type": "array", "items": {"type": "object"}},
    },
}
_OPTIONS = {
    "type": "object", "required": ["query", "parameter", "total", "options"], "properties": {
        "query": {"type": "string"}, "parameter": {"type": "string"}, "q": {"type": "string"},
        "total": {"type": "integer"},
        "options": {"type": "array", "items": {
            "type": "object", "required": ["value", "label", "count"],
            "properties": {
                "value": {"type": "string"}, "label": {"type": "string"}, "count": {"type": ["integer", "null"]},
            },
        }},
    },
}
_TEXT = {"type": "object", "required": ["zh", "en"], "properties": {"zh": {"type": "string"}, "en": {"type": "string"}}}
_FAULTS = {"400": "BadRequest", "403": "Forbidden", "404": "NotFound", "406": "NotAcceptable", "503": "NoGraph"}


def _faults(*codes: str) -> dict[str, Any]:
    return {code: {"$ref": f"#/components/responses/{_FAULTS[code]}"} for code in codes}


def _fault(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": description, "content": {"application/json": {"schema": schema}, "text/html": {}}}


def _both(text: Any) -> str:
    return f"{text['zh']} {text['en']}"


def _parameter(query: CannedQuery, p: Parameter) -> dict[str, Any]:
    one = dict(_TYPES[p.type])
    if p.default is not None and not p.multiple:
        one["default"] = p.default
    found: dict[str, Any] = {
        "name": p.name, "in": "query", "description": _both(p.label), "required": p.required and p.default is None,
        "schema": {"type": "array", "items": one} if p.multiple else one,
    }
    if p.multiple:
        found |= {"style": "form", "explode": True}
    if p.name in query.example:
        value = query.example[p.name]
        found["example"] = value if not p.multiple or isinstance(value, list) else [value]
    return found


def _number(name: str, description: str, most: int) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description,
            "schema": {"type": "integer", "minimum": 1, "maximum": most}}


def _operation(query: CannedQuery) -> dict[str, Any]:
    forms = [f for f in ("html", *FORMS)
             if (f != "gexf" or query.network is not None) and (f != "ttl" or query.things)]
    content: dict[str, Any] = {"text/html": {}}
    for form in forms[1:]:
        content[FORMS[form]] = {}
    content["application/json"] = {"schema": {"$ref": "#/components/schemas/Result"}}
    return {
        "operationId": query.name, "summary": _both(query.title), "description": _both(query.description),
        "tags": [query.topic],
        "parameters": [
            *(_parameter(query, p) for p in query.parameters.values()),
            _number("page", "第幾頁，從 1 起 page, from 1", 10**9), _number("per_page", "每頁列數 rows a page", MOST),
            {"name": "format", "in": "query", "description": "格式 form (or by ending, or by Accept)",
             "schema": {"type": "string", "enum": forms}},
        ],
        "responses": {"200": {
            "description": "結果 result", "content": content,
            "headers": {
                "X-Total-Count": {"description": "全部列數 rows of all pages", "schema": {"type": "integer"}},
                "Link": {"description": "first, prev, next, last", "schema": {"type": "string"}},
            },
        }} | _faults("400", "406", "503"),
    }


def _thing(name: str, example: str = "經濟部") -> dict[str, Any]:
    """A parameter that names a thing."""
    return {"name": name, "in": "query", "required": True, "schema": {"type": "string"}, "example": example,
            "description": "名稱、類別與鍵或 IRI name, class and key, or IRI"}


def _review(get: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """The routes by which programs decide: with ``Authorization: Bearer`` and the token."""
    def post(summary: str, name: str, *fields: str) -> dict[str, Any]:
        values = {"verdict": [*VERDICTS], "kind": [*KINDS]}
        schema = {"type": "object", "required": [f for f in fields if f != "why"], "properties": {
            f: {"type": "string"} | ({"enum": values[f]} if f in values else {}) for f in fields}}
        form = {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}
        return {"post": {
            "operationId": name, "summary": summary, "tags": ["review"], "security": [{"token": []}],
            "responses": {("202" if name == "apply" else "200"): {
                "description": summary, "content": {"application/json": {}}}} | _faults("400", "403", "404", "503"),
        } | ({"requestBody": form} if fields else {})}

    choices = [{"name": "kind", "in": "query", "schema": {"type": "string", "enum": [*KINDS]}},
               {"name": "state", "in": "query", "schema": {"type": "string", "enum": ["open", *VERDICTS.values()]}}]
    return {
        "/review": get("待判定的連結與存疑的事實 links and doubtful facts to decide", ["text/html", "application/json"],
                       tag="review", faults=("406", "503"), name="review", parameters=choices),
        "/review/decide": post("判定 decide", "decide", "kind", "link", "verdict", "who", "why"),
        "/review/undo": post("復原 undo", "undo", "kind", "link"),
        "/review/apply": post("套用判定 apply the decisions", "apply") | get(
            "套用的進度 how far applying is", ["application/json"], tag="review", name="applied"),
    }


def describe(catalog: Catalog) -> dict[str, Any]:
    """The OpenAPI 3.1 description of the queries and the fixed routes."""
    def get(summary: str, kinds: list[str], *, tag: str, parameters: list[dict[str, Any]] | None = None,
            faults: tuple[str, ...] = ("503",), name: str) -> dict[str, Any]:
        answers = {"200": {"description": summary, "content": {k: {} for k in kinds}}} | _faults(*faults)
        return {"get": {"operationId": name, "summary": summary, "tags": [tag], "parameters": parameters or [],
                        "responses": answers}}

    paths: dict[str, Any] = {f"/queries/{q.name}": {"get": _operation(q)} for q in catalog.values()}
    named: list[dict[str, Any]] = [
        {"name": "name", "in": "path", "required": True, "schema": {"type": "string", "enum": list(catalog)}},
        {"name": "parameter", "in": "path", "required": True, "schema": {"type": "string"}},
        {"name": "q", "in": "query", "description": "已輸入的字 what was typed", "schema": {"type": "string"}},
        _number("limit", "最多幾個 at most", MOST_COMPLETED),
    ]
    values = get("參數的可用值與次數 values of a parameter, with counts", ["application/json"], tag="catalogue",
                 parameters=named, faults=("400", "404", "503"), name="values")
    answer = {"schema": {"$ref": "#/components/schemas/Options"}}
    values["get"]["responses"]["200"]["content"]["application/json"] = answer
    query: dict[str, Any] = {"name": "query", "in": "query", "required": True, "schema": {"type": "string"},
             "example": "SELECT * { ?m a pol:Measure } LIMIT 5", "description": "SPARQL 1.1 query"}
    rdf = ["text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml"]
    paths |= {
        "/queries": get("現成查詢清單 list of the canned queries", ["text/html", "application/json", "text/turtle"],
                        tag="catalogue", faults=("406", "503"), name="queries"),
        "/queries/{name}/options/{parameter}": values,
        "/sparql": get("SPARQL 端點 endpoint", ["application/sparql-results+json", "application/sparql-results+xml",
                                              "text/csv", "text/tab-separated-values", *rdf, "text/html"],
                       tag="graph", parameters=[query], faults=("400", "406", "503"), name="sparql"),
        "/sparql/check": get("查詢的錯誤與疏漏 what is wrong with a query, without running it", ["application/json"],
                             tag="graph", parameters=[query], name="check"),
        "/sparql/vocabulary": get("前綴、類別、屬性與次數 prefixes, classes and properties, with counts",
                                  ["application/json"], tag="graph", name="vocabulary"),
        "/id/{path}": get("一個實體 a thing: page, Turtle, JSON-LD", ["text/html", *rdf], tag="graph", name="thing",
                          parameters=[{"name": "path", "in": "path", "required": True, "schema": {"type": "string"},
                                       "description": "類別與鍵 class and key", "example": "body/經濟部"}],
                          faults=("404", "406", "503")),
        "/source/{key}": get("原文出處 the place in a document", ["text/html"], tag="graph", name="source", parameters=[
            {"name": "key", "in": "path", "required": True, "schema": {"type": "string"}},
            *({"name": n, "in": "query", "schema": {"type": "integer", "minimum": 0}} for n in ("start", "end")),
        ], faults=("400", "404", "503")),
        "/explore/neighbours": get(
            "一個事物周圍的關係與位置 what is around things, with positions", ["application/json"], tag="graph",
            name="neighbours", parameters=[_thing("entity"), _number("depth", "步數 steps", max(DEPTHS))],
            faults=("400", "503")),
        "/explore/path": get(
            "兩個事物之間最短的路徑 a shortest way between two things", ["application/json"], tag="graph", name="path",
            parameters=[_thing("entity"), _thing("to", "衛生福利部")], faults=("400", "503")),
        "/explore/evidence": get(
            "兩個事物之間關係的原文 the words behind the relations of two things", ["text/html", "application/json"],
            tag="graph", name="evidence", parameters=[_thing("source"), _thing("target", "行政院")],
            faults=("400", "406", "503")),
        "/audit": get("完整度稽核 completeness audit", ["text/html", "application/json"], tag="audit",
                      faults=("406", "503"), name="audit"),
        **_review(get),
        "/healthz": get("服務狀態 is there a graph, and which", ["application/json"], tag="graph", name="healthz"),
        "/ontology": get("本體 the ontology", ["text/html", "text/turtle"], tag="graph", faults=(), name="ontology"),
    }
    topics = {q.topic for q in catalog.values()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "政策知識圖譜 Policy knowledge graph", "version": __version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": "現成查詢的每個網址都有多種格式。Every canned query's address has many forms, by Accept, "
                           f"`format=` or ending. Kinds of chart: {', '.join(CHARTS)}.",
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": t, "description": " ".join(TOPICS.get(t, (t,)))}
                 for t in sorted({*topics, "catalogue", "graph", "audit", "review"})],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Error": _ERROR, "Result": _RESULT, "Options": _OPTIONS, "Text": _TEXT},
            "responses": {
                "Forbidden": _fault("憑證不對，或沒有開放 the token is wrong, or the bench is closed"),
                "BadRequest": _fault("參數不能用 a parameter cannot be used"),
                "NotFound": _fault("沒有這個項目 no such thing"),
                "NotAcceptable": _fault("沒有這種格式 no such form"), "NoGraph": _fault("還沒有圖譜 no graph yet"),
            },
        },
    }


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The description for machines; any page may read it."""
    response = jsonify(describe(handle().catalog))
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@blueprint.get("/api", strict_slashes=False)
def api() -> Response:
    """The description for people."""
    return Response(render_template("api.html", api=describe(handle().catalog), root=request.url_root.rstrip("/")),
                    mimetype="text/html")


@blueprint.get("/audit", strict_slashes=False)
def audit() -> Response:
    """The completeness audit, as a page or JSON."""
    asked = {"html": "text/html", "json": "application/json"}
    short = request.args.get("format", "")
    wanted = negotiate(["text/html", "application/json"], asked.get(short, short) or None)
    current = opened()
    decisions = decided(Path(handle().versions.folder) / FILE)
    found = audited(current.store, current.report, current.version.name, handle().catalog, decisions)
    if wanted == "application/json":
        return jsonify(found.to_json())
    return Response(render_template("audit.html", audit=found, queries=handle().catalog), mimetype="text/html")
