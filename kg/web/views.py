"""``/views``: the graph views as a list, and each as a file for Gephi and other tools or as a picture; ``/gephi``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from kg.export import png, svg, tables
from kg.export.formats import FORMATS
from kg.export.rows import Sheet, sheet
from kg.network import Network
from kg.views import View, find, views
from kg.web.errors import Problem
from kg.web.graph import Opened, handle, opened

blueprint = Blueprint("views", __name__)
#: endings of a view's address
ENDINGS = (*FORMATS, "csv.zip", "svg", "png")
#: query-string names that are no parameters of the view
_RESERVED = {"lang", "size_by", "colour_by", "download"}
#: Gephi Lite reads files from other hosts where they allow it
_CORS = "*"
GEPHI_LITE = "https://gephi.org/gephi-lite/?file="


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
    ])


@blueprint.get("/views/<file>")
def show(file: str) -> Response:
    """``NAME.ENDING``: a view in the format of its ending; parameters are the query string's.

    Canned queries that are networks are views too.
    """
    name, _, ending = file.partition(".")
    if ending not in ENDINGS:
        raise Problem(404, "no-such-format", f"沒有 .{ending} 格式", f"There is no format .{ending}.",
                      "可用 offered: " + ", ".join(f".{e}" for e in ENDINGS))
    view = find(name, handle().catalog)
    current = opened()
    network = view.network(current.store, {k: request.args.getlist(k) for k in request.args if k not in _RESERVED})
    try:
        rows = _sheet(network, current)
    except ValueError as error:
        raise Problem(400, "bad-parameter", str(error), str(error)) from None
    return _answer(rows, view, ending, current)


def _sheet(network: Network, current: Opened) -> Sheet:
    built = str(current.report.get("built", ""))[:10]
    return sheet(
        network, source=request.full_path.rstrip("?"), version=current.version.name,
        on=date.fromisoformat(built) if built else None, size_by=request.args.get("size_by", "weighted_degree"),
        colour_by=request.args.get("colour_by", "class"),
    )


def _answer(rows: Sheet, view: View, ending: str, current: Opened) -> Response:
    body: bytes | str | Iterator[str]
    if ending == "csv.zip":
        body, kind = tables.archive(rows, view.name), "application/zip"
    elif ending in ("svg", "png"):
        picture = svg.draw(rows)
        body, kind = (picture, svg.MEDIA_TYPE) if ending == "svg" else (png.render(picture), png.MEDIA_TYPE)
    else:
        body, kind = FORMATS[ending].write(rows), FORMATS[ending].media_type
    text = kind.startswith("text/") or ending in ("gexf", "graphml", "json", "svg")
    response = Response(body, content_type=f"{kind}; charset=utf-8" if text else kind)
    if ending not in ("svg", "png") or request.args.get("download"):
        response.headers["Content-Disposition"] = f'attachment; filename="{view.name}.{ending}"'
    response.headers["Access-Control-Allow-Origin"] = _CORS
    response.headers["ETag"] = f'"{current.version.name}-{quote(request.full_path)}"'
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
                           first=next(iter(views())))
