"""``/queries``: the canned queries as a list, and each as a form, JSON, CSV, GEXF or SPARQL."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pyoxigraph as ox
from flask import Blueprint, Response, jsonify, render_template, request, url_for

from kg.catalog import CannedQuery, Catalog, Parameter
from kg.catalog_types import BadValue, options
from kg.export import gexf
from kg.export.table import to_csv
from kg.names import expand
from kg.network import of_query
from kg.web.errors import Problem, bilingual
from kg.web.formats import negotiate
from kg.web.graph import handle, label, opened

blueprint = Blueprint("queries", __name__)
#: rows shown in the page; JSON and CSV hold all
SHOWN = 500
_FORMATS = {
    "html": "text/html", "json": "application/json", "csv": "text/csv", "gexf": gexf.MEDIA_TYPE,
    "rq": "application/sparql-query",
}
#: topics in the order of the page; a topic that is not here comes last under its own slug
TOPICS: dict[str, tuple[str, str]] = {
    "document": ("文件", "Documents"), "ministry": ("部會與措施", "Ministries and measures"),
    "industry": ("產業", "Industries"), "recommendation": ("建議與參採", "Recommendations"),
    "regulation": ("法規", "Regulations"), "budget": ("預算", "Budget"),
    "program": ("計畫與期程", "Programs and periods"), "target": ("目標值", "Targets"),
    "evidence": ("原文出處", "Evidence"),
}
#: query-string names that are no parameters of the query
_RESERVED = {"format", "lang"}


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
    """The list, as a page or JSON."""
    catalog = handle().catalog
    if negotiate(["text/html", "application/json"], _asked(request.args.get("format"))) == "text/html":
        return Response(render_template("queries.html", topics=by_topic(catalog)), mimetype="text/html")
    return jsonify(queries=[
        {"name": q.name, "title": q.title, "description": q.description, "topic": q.topic, "tags": q.tags,
         "views": q.views, "url": url_for("queries.show", name=q.name), "example": q.example,
         "parameters": {p.name: {"label": p.label, "type": p.type, "required": p.required, "multiple": p.multiple}
                        for p in q.parameters.values()}}
        for q in catalog.values()
    ])


@blueprint.get("/queries/<name>.<ending>")
def show_as(name: str, ending: str) -> Response:
    """A query in the format of its ending."""
    if ending not in _FORMATS:
        raise Problem(404, "no-such-format", f"沒有 .{ending} 格式", f"There is no format .{ending}.",
                      "可用 offered: " + ", ".join(f".{f}" for f in _FORMATS))
    return _answer(handle().catalog[name], _FORMATS[ending])


@blueprint.get("/queries/<name>")
def show(name: str) -> Response:
    """A query: form and result for people, JSON, CSV or GEXF by Accept or ``format=``."""
    query = handle().catalog[name]
    return _answer(query, negotiate(list(_FORMATS.values()), _asked(request.args.get("format"))))


def _asked(short: str | None) -> str | None:
    return _FORMATS.get(short, short) if short else None


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
    solutions = query.run(current.store, raw)
    names = [v.value for v in solutions.variables]
    if wanted == "text/csv":
        return _download(to_csv([names, *([_text(row[n]) for n in names] for row in solutions)]), query, "csv", wanted)
    return jsonify(
        query=query.name, title=query.title, version=current.version.name,
        columns=[{"name": n, **query.columns.get(n, {})} for n in names],
        rows=[{n: _value(row[n]) for n in names if row[n] is not None} for row in solutions],
    )


def _download(body: str, query: CannedQuery, ending: str, media_type: str) -> Response:
    response = Response(body, content_type=f"{media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{query.name}.{ending}"'
    return response


def _gexf(query: CannedQuery, raw: dict[str, list[str]]) -> Response:
    if query.network is None:
        raise Problem(406, "no-network", f"{query.name} 不是網絡，沒有 GEXF", f"{query.name} is no network: no GEXF.")
    current = opened()
    built = str(current.report.get("built", ""))[:10]
    text = "".join(gexf.write(
        of_query(query, current.store, raw), source=request.full_path.rstrip("?"), version=current.version.name,
        on=date.fromisoformat(built) if built else None,
    ))
    response = _download(text, query, "gexf", gexf.MEDIA_TYPE)
    response.headers["Access-Control-Allow-Origin"] = "*"  # Gephi Lite reads files from other hosts
    return response


def _page(query: CannedQuery, raw: dict[str, list[str]]) -> Response:
    store = opened().store
    names: list[str] = []
    rows: list[list[dict[str, str]]] = []
    total = 0
    problem: tuple[str, str] | None = None
    text = query.sparql
    began = time.perf_counter()
    missing = [p for p in query.parameters.values()
               if p.required and p.default is None and not any(v.strip() for v in raw.get(p.name, []))]
    try:
        chosen = query.terms(raw, store)
        if not missing:
            text = query.bind(chosen)
            solutions = query.run(store, raw)
            variables = [v.value for v in solutions.variables]
            names = [n for n in (query.columns or variables) if n in variables]
            for row in solutions:
                total += 1
                if total <= SHOWN:
                    rows.append([_cell(store, row, n, variables) for n in names])
    except BadValue as error:
        chosen, problem = {}, bilingual(str(error))
    seconds = time.perf_counter() - began
    page = render_template(
        "query.html", query=query, pickers=[_picker(p, store, chosen, raw) for p in query.parameters.values()],
        names=names, rows=rows, total=total, shown=SHOWN, missing=missing, problem=problem, seconds=seconds, text=text,
        search=request.query_string.decode("utf-8", "replace"),
    )
    return Response(page, 400 if problem else 200, mimetype="text/html")


def _picker(
    parameter: Parameter, store: ox.Store, chosen: dict[str, list[Any]], raw: dict[str, list[str]]
) -> dict[str, Any]:
    """A parameter with the values on offer and those chosen (also where they were given by name)."""
    terms = chosen.get(parameter.name, [])
    labels = {str(t.value): label(store, t.value) if isinstance(t, ox.NamedNode) else str(t.value) for t in terms}
    values = list(labels) or raw.get(parameter.name, [])
    offered = options(parameter, store)
    known = {o.value for o in offered}
    others = [{"value": v, "label": labels.get(v, v)} for v in values if v and v not in known]
    return {"parameter": parameter, "options": offered, "values": values, "others": others}


def _cell(store: ox.Store, row: Any, name: str, variables: list[str]) -> dict[str, str]:
    """A cell's text, and the IRI behind it: a ``x_label`` column links to its ``x``, a quote to its evidence."""
    term = row[name]
    partner = "evidence" if name == "quote" else name.removesuffix("_label")
    target = row[partner] if partner != name and partner in variables else term
    number = isinstance(term, ox.Literal) and term.datatype.value in _NUMBERS
    return {
        "iri": target.value if isinstance(target, ox.NamedNode) else "",
        "text": label(store, term.value) if isinstance(term, ox.NamedNode) else _text(term),
        "kind": "number" if number else "",
    }


_NUMBERS = {expand(f"xsd:{n}") for n in ("integer", "decimal", "double", "float")}


def _text(term: Any) -> str:
    return "" if term is None else str(term.value)


def _value(term: Any) -> Any:
    """A term as plain JSON."""
    if isinstance(term, ox.Literal):
        kind = term.datatype.value.rsplit("#", 1)[-1]
        if kind == "integer":
            return int(term.value)
        if kind in ("decimal", "double", "float"):
            return float(term.value)
        if kind == "boolean":
            return term.value == "true"
    return str(term.value)
