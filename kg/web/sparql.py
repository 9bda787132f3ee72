"""``/sparql``: the SPARQL 1.1 Protocol's query operation, and a form for people."""

from __future__ import annotations

import time
from typing import Any

import pyoxigraph as ox
from flask import Blueprint, Response, render_template, request

from kg.names import PREFIXES
from kg.sparql_guard import form, guard, undeclared
from kg.web.errors import Problem, syntax_problem
from kg.web.formats import GRAPHS, RESULTS, content_type, negotiate
from kg.web.graph import label, opened

blueprint = Blueprint("sparql", __name__)
#: rows shown in the page; the whole result is one download away
SHOWN = 500
LARGEST_REQUEST = 1_000_000

EXAMPLE = """SELECT ?ministry ?label (COUNT(DISTINCT ?measure) AS ?measures) WHERE {
  ?measure a pol:Measure ; pol:leadBy ?ministry .
  ?ministry skos:prefLabel ?label FILTER(LANGMATCHES(LANG(?label), "zh"))
} GROUP BY ?ministry ?label ORDER BY DESC(?measures) LIMIT 20
"""
Result = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


def _asked() -> tuple[str | None, list[str], list[str]]:
    """The query and its dataset from GET, form POST or direct POST. Raises Problem."""
    if (request.content_length or 0) > LARGEST_REQUEST:
        raise Problem(413, "too-large", "查詢太長", "The query is too long.")
    values = request.args
    if request.method == "POST":
        kind = request.mimetype
        if kind == "application/sparql-query":
            try:
                text = request.get_data(cache=False).decode("utf-8")
            except UnicodeDecodeError as error:
                at = error.start
                raise Problem(
                    400, "not-utf8", f"查詢不是 UTF-8（第 {at} 位元組）", f"The query is not UTF-8 (byte {at})."
                ) from None
            return text, request.args.getlist("default-graph-uri"), request.args.getlist("named-graph-uri")
        if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
            raise Problem(
                415, "media-type", f"無法讀取 {kind or '未說明類型'} 的內容",
                f"Cannot read a query sent as {kind or 'nothing'}.",
                "用 application/sparql-query 或表單 (send application/sparql-query or a form)",
            )
        values = request.form
        if "update" in values:
            raise Problem(403, "read-only", "這個端點只供查詢", "This endpoint is read-only.")
    queries = values.getlist("query")
    if len(queries) > 1:
        raise Problem(400, "two-queries", "只能有一個 query 參數", "There must be one query parameter.")
    return (queries[0] if queries else None), values.getlist("default-graph-uri"), values.getlist("named-graph-uri")


@blueprint.route("/sparql", methods=["GET", "POST"], strict_slashes=False)
def endpoint() -> Response:
    """A query's result, or the form."""
    text, default_graphs, named_graphs = _asked()
    if text is None:
        readable = request.accept_mimetypes.best_match(["application/json", "text/html"])
        if request.method == "GET" and readable == "text/html":
            return Response(render_template("sparql.html", text=EXAMPLE, result=None), mimetype="text/html")
        raise Problem(400, "no-query", "缺少 query 參數", "There is no query.", "/sparql?query=SELECT…")
    guard(text)
    offers = list(GRAPHS if form(text) in ("CONSTRUCT", "DESCRIBE") else RESULTS)
    wanted = negotiate([*offers, "text/html"], request.values.get("format"))
    store = opened().store
    began = time.perf_counter()
    try:
        result = _run(store, text, default_graphs, named_graphs)
        if wanted == "text/html":
            shown = _shown(store, result)
            return Response(render_template(
                "sparql.html", text=text, result=shown, seconds=time.perf_counter() - began,
                graph=isinstance(result, ox.QueryTriples),
            ), mimetype="text/html")
        if isinstance(result, ox.QueryTriples):
            body = ox.serialize(result, format=GRAPHS[wanted])
        else:
            body = result.serialize(format=RESULTS[wanted])
    except SyntaxError as error:
        raise syntax_problem(error, undeclared(text, PREFIXES)) from None
    except (ValueError, OSError, RuntimeError) as error:
        raise Problem(400, "query-failed", f"查詢無法執行：{error}", f"The query cannot be run: {error}") from None
    return Response(body, content_type=content_type(wanted))


def _run(store: ox.Store, text: str, default_graphs: list[str], named_graphs: list[str]) -> Result:
    """Runs a guarded query. The usual prefixes need no declaration; one of the query's own wins."""
    if not default_graphs and not named_graphs:
        return store.query(text, prefixes=PREFIXES)
    return store.query(
        text, prefixes=PREFIXES, default_graph=[ox.NamedNode(g) for g in default_graphs],
        named_graphs=[ox.NamedNode(g) for g in named_graphs],
    )


def _shown(store: ox.Store, result: Result) -> dict[str, Any]:
    """A result for the page: names, at most SHOWN rows, and whether there are more."""
    if isinstance(result, ox.QueryBoolean):
        return {"boolean": bool(result)}
    rows: list[list[dict[str, str]]] = []
    if isinstance(result, ox.QueryTriples):
        names = ["subject", "predicate", "object"]
        terms: Any = ([t.subject, t.predicate, t.object] for t in result)
    else:
        names = [v.value for v in result.variables]
        terms = ([solution[n] for n in names] for solution in result)
    more = False
    for row in terms:
        if len(rows) == SHOWN:
            more = True
            break
        rows.append([_cell(store, t) for t in row])
    return {"boolean": None, "names": names, "rows": rows, "more": more}


def _cell(store: ox.Store, term: object) -> dict[str, str]:
    if isinstance(term, ox.NamedNode):
        return {"iri": term.value, "text": label(store, term.value)}
    return {"iri": "", "text": str(term.value) if isinstance(term, (ox.Literal, ox.BlankNode)) else ""}
