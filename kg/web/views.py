"""``/views``: the graph views as a list, and each as a file for Gephi and other tools or as a picture; ``/gephi``.

``/views/query.ENDING?query=…`` does the same with a user's own SELECT or CONSTRUCT, which runs in the SPARQL
service's workers, within their limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
from flask import Blueprint, Response, jsonify, render_template, request, url_for

from kg.export import png, svg, tables
from kg.export.formats import FORMATS
from kg.export.rows import Sheet, sheet
from kg.network import Network
from kg.own_query import of_rows, of_triples
from kg.service.http import etag, matches
from kg.service.protocol import Ask
from kg.views import find, views
from kg.web.errors import Problem, bilingual
from kg.web.graph import Opened, handle, opened
from kg.web.sparql import bridge

blueprint = Blueprint("views", __name__)
#: endings of a view's address
ENDINGS = (*FORMATS, "csv.zip", "svg", "png")
#: query-string names that are no parameters of the view; ``as`` says nothing: with it an address can end in
#: ``&as=.gexf``, for programs that tell a file's format by how its address ends
_RESERVED = {"lang", "size_by", "colour_by", "download", "as"}
#: and those of a user's own query
_OWN = {"query", "directed", "title", "default-graph-uri"}
#: rows of a user's own query that become a network; what is beyond them is left out, and the file says so
MOST_ROWS = 50_000
#: Gephi Lite reads files from other hosts where they allow it
_CORS = "*"
GEPHI_LITE = "https://lite.gephi.org/?file="
#: the query that the page /gephi begins with: which bodies lead what others join in
EXAMPLE = """SELECT ?source ?target (COUNT(DISTINCT ?measure) AS ?weight) WHERE {
  ?measure a pol:Measure ; pol:leadBy ?source ; pol:partneredBy ?target .
} GROUP BY ?source ?target
"""


@blueprint.get("/views", strict_slashes=False)
def index() -> Response:
    """All views with their parameters and the addresses of their files, as JSON."""
    return jsonify(views=[
        {
            "name": v.name, "title": v.title, "description": v.description, "projections": v.projections,
            "parameters": {
                p.name: {"label": p.label, "type": p.type, "required": p.required, "multiple": p.multiple}
                for p in v.parameters.values()
            },
            "files": {e: url_for("views.show", file=f"{v.name}.{e}") for e in ENDINGS},
        }
        for v in views().values()
    ], query={e: url_for("views.own", ending=e) + "?query=" for e in ENDINGS})


@blueprint.get("/views/<file>")
def show(file: str) -> Response:
    """``NAME.ENDING``: a view in the format of its ending; parameters are the query string's.

    Canned queries that are networks are views too.
    """
    name, _, ending = file.partition(".")
    _known(ending)
    view = find(name, handle().catalog)
    current = opened()
    if (unchanged := _unchanged(current)) is not None:
        return unchanged
    network = view.network(current.store, {k: request.args.getlist(k) for k in request.args if k not in _RESERVED})
    return _answer(network, view.name, ending, current)


@blueprint.get("/views/query.<ending>")
def own(ending: str) -> Response:
    """The network of the query in ``query=``, with ``directed=false``, ``title=`` and what every view can be asked."""
    _known(ending)
    text = request.args.get("query", "")
    if not text.strip():
        raise Problem(400, "no-query", "缺少 query 參數", "There is no query.", f"/views/query.{ending}?query=SELECT…")
    current = opened()
    if (unchanged := _unchanged(current)) is not None:
        return unchanged
    seconds = bridge().service.limits.seconds
    ask = Ask(text, tuple(request.args.getlist("default-graph-uri")), (), "", seconds, MOST_ROWS)
    table = bridge().call(lambda service: service.table(ask, MOST_ROWS))
    if table["boolean"] is not None:
        raise Problem(400, "no-network", "ASK 沒有網絡，請用 SELECT 或 CONSTRUCT",
                      "An ASK is no network: write a SELECT or a CONSTRUCT.")
    rows = [[_term(cell) for cell in row] for row in table["rows"]]
    title = " ".join(request.args.get("title", "").split()) or "查詢 query"
    raw = {k: request.args.getlist(k) for k in request.args if k not in _RESERVED | _OWN}
    try:
        if table["graph"]:
            network = of_triples(current.store, ((s, p, o) for s, p, o in rows), title, raw=raw)
        else:
            named = (dict(zip(table["names"], row, strict=True)) for row in rows)
            directed = request.args.get("directed", "true").lower() not in ("false", "0")
            network = of_rows(current.store, table["names"], named, title, directed=directed, raw=raw)
    except ValueError as error:
        raise Problem(400, "bad-parameter", *bilingual(str(error))) from None
    if table["more"]:
        network.notes.append(f"只取前 {MOST_ROWS:,} 列 (only the first {MOST_ROWS:,} rows)")
    return _answer(network, "query", ending, current)


def _term(cell: list[str] | None) -> ox.NamedNode | ox.BlankNode | ox.Literal | None:
    """A worker's cell (kind, text, language or datatype) as a term."""
    if cell is None:
        return None
    kind, text, tag = cell
    if kind == "uri":
        return ox.NamedNode(text)
    if kind == "bnode":
        return ox.BlankNode(text)
    if kind == "literal" and ":" in tag:  # language tags have no colon, IRIs of datatypes do
        return ox.Literal(text, datatype=ox.NamedNode(tag))
    return ox.Literal(text, language=tag) if kind == "literal" else ox.Literal(text)


def _known(ending: str) -> None:
    if ending not in ENDINGS:
        raise Problem(404, "no-such-format", f"沒有 .{ending} 格式", f"There is no format .{ending}.",
                      "可用 offered: " + ", ".join(f".{e}" for e in ENDINGS))


def _tag(current: Opened) -> str:
    return etag(current.version.name, request.full_path)


def _unchanged(current: Opened) -> Response | None:
    """The short answer to a client that has the file already."""
    tag = _tag(current)
    if not matches(request.headers.get("If-None-Match", ""), tag):
        return None
    return Response(status=304, headers={"ETag": tag, "Access-Control-Allow-Origin": _CORS})


def _sheet(network: Network, current: Opened) -> Sheet:
    asked = " ".join(request.args["query"].split()) if "query" in request.args else request.full_path.rstrip("?")
    built = str(current.report.get("built", ""))[:10]
    return sheet(
        network, source=asked, version=current.version.name,
        on=date.fromisoformat(built) if built else None, size_by=request.args.get("size_by", "weighted_degree"),
        colour_by=request.args.get("colour_by", "class"),
    )


def _answer(network: Network, name: str, ending: str, current: Opened) -> Response:
    try:
        rows = _sheet(network, current)
    except ValueError as error:
        raise Problem(400, "bad-parameter", *bilingual(str(error))) from None
    body: bytes | str | Iterator[str]
    if ending == "csv.zip":
        body, kind = tables.archive(rows, name), "application/zip"
    elif ending in ("svg", "png"):
        picture = svg.draw(rows)
        body, kind = (picture, svg.MEDIA_TYPE) if ending == "svg" else (png.render(picture), png.MEDIA_TYPE)
    else:
        body, kind = FORMATS[ending].write(rows), FORMATS[ending].media_type
    text = kind.startswith("text/") or ending in ("gexf", "graphml", "json", "svg")
    response = Response(body, content_type=f"{kind}; charset=utf-8" if text else kind)
    if ending not in ("svg", "png") or request.args.get("download"):
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    response.headers["Access-Control-Allow-Origin"] = _CORS
    response.headers["ETag"] = _tag(current)
    return response


@blueprint.get("/gephi", strict_slashes=False)
def gephi() -> str:
    """The way into Gephi for a newcomer: every view with its files, and the steps."""
    listed: list[dict[str, Any]] = []
    for v in views().values():
        if any(p.required for p in v.parameters.values()):
            continue
        file = url_for("views.show", file=f"{v.name}.gexf", _external=True)
        listed.append({"view": v, "gexf": file, "lite": GEPHI_LITE + quote(file, safe="")})
    return render_template("gephi.html", views=listed, endpoint=url_for("sparql.endpoint", _external=True),
                           example=EXAMPLE)
