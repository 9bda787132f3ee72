"""``/queries``: the canned queries as a list, and each as a form, JSON, CSV, XLSX, Turtle, GEXF or SPARQL.

One address, many forms: by ending, by ``format=`` or by Accept. ``page`` and ``per_page`` cut every
form but GEXF and SPARQL into pages (a page for people is always cut); ``Link`` names the next and previous one.
The page for people also takes ``find`` (words that a row must hold) and ``sort`` (a column, "-" in front: falling).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pyoxigraph as ox
from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from kg.catalog import CannedQuery, Catalog, Parameter
from kg.catalog_shacl import executables
from kg.catalog_table import FORMS, Table, run
from kg.catalog_types import BadValue, Option, complete, options
from kg.export import gexf
from kg.export.table import text
from kg.export.xlsx import TooLarge
from kg.names import expand
from kg.network import of_query
from kg.web import english
from kg.web.arrange import holding, ordered
from kg.web.errors import Problem, bilingual
from kg.web.figures import Bars, bars, spans
from kg.web.formats import negotiate
from kg.web.graph import handle, label, opened
from kg.web.language import label_language

blueprint = Blueprint("queries", __name__)
#: rows on a page for people, and the most that can be asked for
SHOWN, MOST = 200, 10_000
#: values named by the completion, and the most that can be asked for
COMPLETED, MOST_COMPLETED = 20, 500
#: a list with more values than this is completed while typing
LISTED = 120
#: Excel's CSV has a name of its own, as its media type is that of CSV
_EXCEL = "text/csv; profile=excel"
_FORMATS = {"html": "text/html", **FORMS, "excel.csv": _EXCEL}
#: topics in the order of the page; a topic that is not here comes last under its own slug
TOPICS: dict[str, tuple[str, str]] = {
    "document": ("文件", "Documents"), "ministry": ("部會與措施", "Ministries and measures"),
    "industry": ("產業", "Industries"), "recommendation": ("建議與參採", "Recommendations"),
    "regulation": ("法規", "Regulations"), "budget": ("預算", "Budget"),
    "program": ("計畫與期程", "Programs and periods"), "target": ("目標值", "Targets"),
    "evidence": ("原文出處", "Evidence"), "audit": ("完整度", "Completeness"),
}
#: query-string names that are no parameters of the query
_RESERVED = {"format", "lang", "page", "per_page", "find", "sort"}


def by_topic(catalog: Catalog) -> list[dict[str, Any]]:
    """The queries under their topics' names."""
    found: dict[str, list[CannedQuery]] = {}
    for query in catalog.values():
        found.setdefault(query.topic, []).append(query)
    order = [*TOPICS, *sorted(set(found) - set(TOPICS))]
    return [
        {"slug": t, "zh": TOPICS.get(t, (t, t))[0], "en": TOPICS.get(t, (t, t))[1], "queries": found[t]}
        for t in order if t in found
    ]


@blueprint.get("/queries", strict_slashes=False)
def index() -> Response:
    """The list, as a page, JSON or SHACL-SPARQL executables in Turtle."""
    catalog = handle().catalog
    asked = _asked(request.args.get("format"))
    wanted = negotiate(["text/html", "application/json", "text/turtle"], asked)
    if wanted == "text/html":
        return Response(render_template("queries.html", topics=by_topic(catalog)), mimetype="text/html")
    if wanted == "text/turtle":
        return Response(executables(catalog), content_type="text/turtle; charset=utf-8")
    return jsonify(queries=[
        {"name": q.name, "title": q.title, "description": q.description, "topic": q.topic, "tags": q.tags,
         "views": q.views, "url": url_for("queries.show", name=q.name), "example": q.example,
         "parameters": {p.name: {"label": p.label, "type": p.type, "required": p.required, "multiple": p.multiple,
                                 "default": p.default,
                                 "options": url_for("queries.values", name=q.name, parameter=p.name)}
                        for p in q.parameters.values()}}
        for q in catalog.values()
    ])


@blueprint.get("/queries.ttl")
def index_turtle() -> Response:
    """The catalogue as sh:SPARQLSelectExecutable."""
    return Response(executables(handle().catalog), content_type="text/turtle; charset=utf-8")


@blueprint.get("/queries/<name>/options/<parameter>")
def values(name: str, parameter: str) -> Response:
    """The values of a parameter that go on from ``q``, most frequent first, with counts."""
    query = handle().catalog[name]
    if parameter not in query.parameters:
        raise Problem(404, "no-such-parameter", f"{name} 沒有參數 {parameter}", f"{name} has no parameter {parameter}.",
                      "可用 offered: " + ", ".join(query.parameters))
    limit = _number("limit", COMPLETED, MOST_COMPLETED)
    typed = request.args.get("q", "")
    store = opened().store
    offered = _offered(query.parameters[parameter], query.name)
    found = complete(offered, typed, store, len(offered)) if typed.strip() else offered
    return jsonify(query=name, parameter=parameter, q=typed, total=len(found), options=[
        {"value": o.value, "label": o.label, "count": o.count} for o in found[:limit]
    ])


@blueprint.get("/queries/<name>")
def show(name: str) -> Response:
    """A query: form and result for people, other forms by ending, ``format=`` or Accept."""
    name, _, ending = name.partition(".")
    if ending and ending not in _FORMATS:
        raise Problem(404, "no-such-format", f"沒有 .{ending} 格式", f"There is no format .{ending}.",
                      "可用 offered: " + ", ".join(f".{f}" for f in _FORMATS))
    query = handle().catalog[name]
    return _answer(query, _FORMATS[ending] if ending else negotiate(
        list(_FORMATS.values()), _asked(request.args.get("format"))
    ))


def _asked(short: str | None) -> str | None:
    return _FORMATS.get(short, short) if short else None


def _number(name: str, default: int, most: int) -> int:
    printed = request.args.get(name, "").strip()
    if not printed:
        return default
    if not printed.isascii() or not printed.isdigit() or not 1 <= int(printed[:9]) <= most or len(printed) > 9:
        raise Problem(
            400, "bad-parameter", f"{name} 要是 1 到 {most} 的整數", f"{name} must be a number from 1 to {most}."
        )
    return int(printed)


def _raw() -> dict[str, list[str]]:
    return {k: request.args.getlist(k) for k in request.args if k not in _RESERVED}


def _answer(query: CannedQuery, wanted: str) -> Response:
    current = opened()
    raw = _raw()
    if wanted == "application/sparql-query":
        return Response(query.bind(query.terms(raw, current.store)), content_type=f"{wanted}; charset=utf-8")
    if wanted == gexf.MEDIA_TYPE:
        return _gexf(query, raw)
    if wanted == "text/html":
        return _page(query, raw)
    if wanted == "text/turtle" and not query.things:
        raise Problem(
            406, "no-turtle", f"{query.name} 沒有列出實體，沒有 Turtle", f"{query.name} lists no things: no Turtle."
        )
    table = run(query, current.store, raw)
    links = ""
    if "page" in request.args or "per_page" in request.args:
        number, size = _number("page", 1, 10**9), _number("per_page", SHOWN, MOST)
        links = ", ".join(f'<{url}>; rel="{rel}"' for rel, url in _neighbours(table.total, number, size).items())
        table = table.page(number, size)
    response = _FORM[wanted](table)
    response.headers["X-Total-Count"] = str(table.total)
    if wanted in (_EXCEL, FORMS["xlsx"]):
        response.vary.add("Cookie")  # which may say the language
    if links:
        response.headers["Link"] = links
    return response


def _neighbours(total: int, number: int, size: int) -> dict[str, str]:
    """Addresses of the first, previous, next and last page, where there are such."""
    last = max(1, -(-total // size))
    pages = {"first": 1, "last": last} | ({"prev": min(number - 1, last)} if number > 1 else {})
    pages |= {"next": number + 1} if number < last else {}

    def address(page: int) -> str:
        arguments: MultiDict[str, str] = MultiDict(request.args)
        arguments["page"], arguments["per_page"] = str(page), str(size)
        path = url_for("queries.show", name=request.path.rsplit("/", 1)[-1])
        return f"{path}?{_encoded(arguments)}"

    return {rel: address(page) for rel, page in pages.items()}


def _encoded(arguments: MultiDict[str, str]) -> str:
    return urlencode(list(arguments.items(multi=True)))


def _read(table: Table) -> Table:
    """The table as people read it in the language of this request."""
    return english.in_english(table, opened().store) if label_language() == "en" else table


def _json(table: Table) -> Response:
    return jsonify(table.json() | {"version": opened().version.name})


def _csv(table: Table) -> Response:
    return _download(table.csv(), table.query, "csv", "text/csv; charset=utf-8")


def _excel(table: Table) -> Response:
    return _download(_read(table).excel_csv(label_language()), table.query, "excel.csv", "text/csv; charset=utf-8")


def _xlsx(table: Table) -> Response:
    current = opened()
    try:
        built = str(current.report.get("built", ""))[:10]
        body = _read(table).xlsx(current.version.name, built, label_language())
    except TooLarge as error:
        raise Problem(413, "too-large", *bilingual(str(error))) from None
    return _download(body, table.query, "xlsx", FORMS["xlsx"])


def _turtle(table: Table) -> Response:
    return Response(table.turtle(opened().store), content_type="text/turtle; charset=utf-8")


_FORM: dict[str, Callable[[Table], Response]] = {
    "application/json": _json, "text/csv": _csv, _EXCEL: _excel, FORMS["xlsx"]: _xlsx, "text/turtle": _turtle,
}


def _download(body: str | bytes, query: CannedQuery, ending: str, content_type: str) -> Response:
    response = Response(body, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{query.name}.{ending}"'
    return response


def _gexf(query: CannedQuery, raw: dict[str, list[str]]) -> Response:
    if query.network is None:
        raise Problem(406, "no-network", f"{query.name} 不是網絡，沒有 GEXF", f"{query.name} is no network: no GEXF.")
    current = opened()
    built = str(current.report.get("built", ""))[:10]
    written = "".join(gexf.write(
        of_query(query, current.store, raw), source=request.full_path.rstrip("?"), version=current.version.name,
        on=date.fromisoformat(built) if built else None,
    ))
    response = _download(written, query, "gexf", f"{gexf.MEDIA_TYPE}; charset=utf-8")
    response.headers["Access-Control-Allow-Origin"] = "*"  # Gephi Lite reads files from other hosts
    return response


def _page(query: CannedQuery, raw: dict[str, list[str]]) -> Response:
    store = opened().store
    number, size = _number("page", 1, 10**9), _number("per_page", SHOWN, MOST)
    table: Table | None = None
    problem: tuple[str, str] | None = None
    sparql = query.sparql
    chosen: dict[str, list[Any]] = {}
    began = time.perf_counter()
    missing = [p for p in query.parameters.values()
               if p.required and p.default is None and not any(v.strip() for v in raw.get(p.name, []))]
    try:
        chosen = query.terms(raw, store)
        if not missing:
            sparql = query.bind(chosen)
            table = _read(run(query, store, raw))
    except BadValue as error:
        problem = bilingual(str(error))
    seconds = time.perf_counter() - began
    everything = table.total if table else 0
    find, sort = request.args.get("find", ""), request.args.get("sort", "")
    table = ordered(holding(table, find), sort) if table else None
    shown = table.page(number, size) if table else None
    names = table.shown if table else ()
    cells = [[_cell(store, dict(zip(shown.variables, row, strict=True)), n) for n in names]
             for row in shown.rows] if shown else []
    page = render_template(
        "query.html", query=query, pickers=[_picker(query, p, store, chosen, raw) for p in query.parameters.values()],
        names=names, rows=cells, total=table.total if table else 0, first=(number - 1) * size,
        pages=_neighbours(table.total, number, size) if table else {}, missing=missing, problem=problem,
        seconds=seconds, text=sparql, figure=_figure(table) if table else None, everything=everything,
        find=find, sort=sort, arranged=_arranged, kept=[(k, v) for k, v in request.args.items(multi=True)
                                                        if k not in ("find", "page")],
        search=_encoded(MultiDict((k, v) for k, v in request.args.items(multi=True) if k not in _RESERVED)),
    )
    return Response(page, 400 if problem else 200, mimetype="text/html")


def _arranged(**changed: str) -> str:
    """For the template: the query string of this page with some things changed, from its first row."""
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in {*changed, "page"}]
    return "?" + urlencode([*kept, *((k, v) for k, v in changed.items() if v)])


def _figure(table: Table) -> Bars | None:
    """The chart or timeline of a result, if its query has one."""
    if table.query.chart:
        return bars(table, table.query.chart, label_language())
    return spans(table, table.query.timeline) if table.query.timeline else None


def _offered(parameter: Parameter, query: str) -> list[Option]:
    """The values on offer, kept until another version is served."""
    current = opened()
    kept: dict[tuple[str, str, str], list[Option]] = current_app.extensions.setdefault("kg-options", {})
    at = (current.version.name, query, parameter.name)
    if at not in kept:
        for old in [k for k in kept if k[0] != current.version.name]:
            kept.pop(old, None)
        kept[at] = options(parameter, current.store)
    return kept[at]


def _picker(
    query: CannedQuery, parameter: Parameter, store: ox.Store, chosen: dict[str, list[Any]], raw: dict[str, list[str]]
) -> dict[str, Any]:
    """A parameter with the values on offer and those chosen (also where they were given by name)."""
    terms = chosen.get(parameter.name, [])
    offered = _offered(parameter, query.name)
    typed = len(offered) > LISTED and not parameter.multiple
    # what is typed is looked for in Chinese, the language of the documents
    language = "zh" if typed else label_language()
    offered = english.options(store, offered) if language == "en" else offered
    labels = {
        str(t.value): label(store, t.value, language) if isinstance(t, ox.NamedNode) else str(t.value) for t in terms}
    picked = list(labels) or raw.get(parameter.name, [])
    known = {o.value for o in offered}
    others = [{"value": v, "label": labels.get(v, v)} for v in picked if v and v not in known]
    return {"parameter": parameter, "options": offered, "values": picked, "others": others,
            "typed": typed,
            "printed": labels.get(picked[0], picked[0]) if picked else ""}


def _cell(store: ox.Store, row: dict[str, Any], name: str) -> dict[str, str]:
    """A cell's text, and the IRI behind it: a ``x_label`` column links to its ``x``, a quote to its evidence."""
    term = row[name]
    partner = "evidence" if name == "quote" else name.removesuffix("_label")
    target = row[partner] if partner != name and partner in row else term
    number = isinstance(term, ox.Literal) and term.datatype.value in _NUMBERS
    return {
        "iri": target.value if isinstance(target, ox.NamedNode) else "",
        "text": label(store, term.value, label_language()) if isinstance(term, ox.NamedNode) else text(term),
        "kind": "number" if number else "",
    }


_NUMBERS = {expand(f"xsd:{n}") for n in ("integer", "decimal", "double", "float")}
