"""``/explore``: the graph around things as a picture, a table and files; ways between two things; evidence of a link.

The address is the whole state (see ``kg.web.explorer_state``), so every form of it shows the same: the page, the
picture without a script, GEXF, SVG and PNG. The script in the page draws what the page brings.
"""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pyoxigraph as ox
from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for

from kg.explore import LONGEST, PREDICATES, RELATIONS, Filter, Link, Seen, Walker, network
from kg.export import gexf, png, svg
from kg.export.labels import Disc, spread
from kg.export.palette import COLOURS, colour
from kg.export.rows import Sheet, sheet, short_id
from kg.layout import EXTENT
from kg.names import POL, compact, expand
from kg.network import Network
from kg.store.select import select
from kg.views import find as find_view
from kg.views import views
from kg.web.entity import href, statement
from kg.web.errors import Problem, bilingual
from kg.web.explorer_state import DEPTHS, EACH, EDGE_SORTS, NODE_SORTS, State, read, thing
from kg.web.formats import negotiate
from kg.web.graph import Opened, handle, label, opened
from kg.web.language import label_language
from kg.web.profile import first_place
from kg.web.terms import names

blueprint = Blueprint("explorer", __name__)
#: endings of the page's files
ENDINGS = {"gexf": gexf.MEDIA_TYPE, "svg": svg.MEDIA_TYPE, "png": png.MEDIA_TYPE}
#: things in common that are named for two things without a link of their own
_SHARED = 50
#: bodies that the empty page offers as places to start
_OFFERED = 12
#: the largest and the smallest node, in pixels
_LARGE, _SMALL = 16.0, 5.0
#: width of the stage in pixels for so many nodes, its height as a share of it, and the size of letters
_WIDE, _ROOMY, _HIGH, _LETTER = 860.0, 30, 0.72, 18.0
#: nodes of a picture in which all names are shown; among more, the script shows the names of the largest
_NAMED = 70
#: exponent (less one) of the distance from the middle
_CALM = -0.4


@dataclass(frozen=True, slots=True)
class Look:
    """What is seen: the network, the walk behind it, the way to the other thing (None = there is none), places."""

    network: Network
    seen: Seen
    path: tuple[Link, ...] | None
    discs: list[Disc]


@blueprint.get("/explore", strict_slashes=False)
def index() -> Any:
    """The page. An address that says the same in another way leads to the canonical one."""
    current = opened()
    missing: list[str] = []
    state, pairs = read(request.args, current.store, missing)
    if not missing and sorted(pairs) != sorted(request.args.items(multi=True)):
        return redirect(_address(url_for("explorer.index"), pairs))
    page = render_template("explorer.html", missing=missing, **_page(current, state))
    return Response(page, 404 if missing else 200, mimetype="text/html")


@blueprint.get("/explore.<ending>")
def export(ending: str) -> Response:
    """What the page of the same address shows, as a file."""
    if ending not in ENDINGS:
        raise Problem(404, "no-such-format", f"沒有 .{ending} 格式", f"There is no format .{ending}.",
                      "可用 offered: " + ", ".join(f".{e}" for e in ENDINGS))
    current = opened()
    rows = _sheet(_look(current.store, read(request.args, current.store)[0]).network, current)
    body: bytes | Iterator[str] | str
    body = gexf.stream(rows) if ending == "gexf" else svg.draw(rows)
    if ending == "png" and isinstance(body, str):
        body = png.render(body)
    response = Response(body, content_type=ENDINGS[ending] + ("" if ending == "png" else "; charset=utf-8"))
    if ending == "gexf" or request.args.get("download"):
        response.headers["Content-Disposition"] = f'attachment; filename="explore.{ending}"'
    return response


@blueprint.get("/explore/neighbours")
def neighbours() -> Response:
    """What the page of the same address shows, as JSON with positions."""
    current = opened()
    state = read(request.args, current.store)[0]
    look = _look(current.store, state)
    return jsonify(_drawn(look, state) | {"notes": look.network.notes, "version": current.version.name})


@blueprint.get("/explore/path")
def path() -> Response:
    """A shortest way from ``entity`` to ``to``, as JSON; ``class`` and ``relation`` bound it as on the page."""
    current = opened()
    state = read(request.args, current.store)[0]
    if len(state.entities) != 1 or not state.to:
        raise Problem(400, "bad-parameter", "要有一個 entity 與一個 to", "One entity and one to are needed.")
    found = _path(current.store, state)
    return jsonify(found=found is not None, longest=LONGEST, links=[
        {k: short_id(v) if k != "relation" else compact(v) for k, v in link._asdict().items()} for link in found or ()
    ])


@blueprint.get("/explore/evidence")
def evidence() -> Response:
    """What is said of ``source`` and ``target``, with quotations; where nothing is, what they have in common."""
    current = opened()
    store = current.store
    source, target = (thing(store, name, request.args.get(name, "")) for name in ("source", "target"))
    found = [_claim(store, Link(a, p.value, b)) for a, b in ((source, target), (target, source)) for p in PREDICATES
             if ox.Quad(ox.NamedNode(a), p, ox.NamedNode(b)) in store]
    shared = [] if found else _common(store, source, target)
    if negotiate(["text/html", "application/json"], request.args.get("format")) == "application/json":
        return jsonify(claims=found, shared=[s["iri"] for s in shared])
    ends = [{"iri": iri, "id": short_id(iri), "text": label(store, iri, label_language())} for iri in (source, target)]
    return Response(render_template("explorer_evidence.html", source=ends[0], target=ends[1], claims=found,
                                    shared=shared), mimetype="text/html")


def _claim(store: ox.Store, link: Link) -> dict[str, Any]:
    s, p, o = (ox.NamedNode(x) for x in link)
    told = statement(store, s, p, o, shown=o)
    return {
        "source": label(store, link.source, label_language()), "target": label(store, link.target, label_language()),
        "relation": names(store, link.relation), "quotes": told["quotes"], "derived": told["derived"],
        # a relation without words of its own: where the thing itself was read
        "place": "" if told["quotes"] else first_place(store, s),
    }


def _common(store: ox.Store, one: str, two: str) -> list[dict[str, str]]:
    """Things that both are linked to."""
    walker = Walker(store)
    others = {other for _, other in walker.links(two)}
    both = list(dict.fromkeys(other for _, other in walker.links(one) if other in others))[:_SHARED]
    return [{"iri": i, "text": label(store, i, label_language()), "local": walker.cls(i)} for i in both]


def _look(store: ox.Store, state: State) -> Look:
    """What a state shows, in the request's language. Raises UnknownQuery for a view that does not exist."""
    return _computed(store, replace(state, sort=""), label_language())


@functools.lru_cache(maxsize=16)
def _computed(store: ox.Store, state: State, language: str) -> Look:
    walker = Walker(store, _filter(state))
    way = _path(store, state) if state.to else ()
    view: Network | None = None
    if state.view:
        view = find_view(state.view, handle().catalog).network(store, {}, language, whole=False)
        weight: Counter[str] = Counter()
        for edge in view.edges:
            weight.update({edge.source: edge.weight, edge.target: edge.weight})
        seen = walker.begin(sorted(view.nodes, key=lambda i: (-weight[i], i)))
    else:
        seen = walker.walk(state.entities, state.depth, state.each, state.closed)
    for iri in state.entities:
        seen.steps.setdefault(iri, 0)
    for step, link in enumerate(way or (), 1):
        for end in (link.source, link.target):
            seen.steps.setdefault(end, step)
    for iri in (*state.entities, *state.opened):
        if iri not in state.closed:
            walker.grow(seen, iri, state.each)
    # a view's own things are joined by the view's edges
    own = seen.grown | {end for link in way or () for end in (link.source, link.target)}
    walker.join(seen, own if view else None)
    kinds = {r: names(store, expand(r))[language] or names(store, expand(r))["zh"] for r in RELATIONS}
    title = view.title if view else "、".join(label(store, i, language) for i in state.entities)
    found = network(store, seen, title, language, kinds, view)
    return Look(found, seen, way, _placed(found, seen))


def _filter(state: State) -> Filter:
    return Filter(frozenset(state.classes), frozenset(state.relations))


def _path(store: ox.Store, state: State) -> tuple[Link, ...] | None:
    """The shortest way from any of the things of the start to the other one."""
    ways = [way for iri in state.entities if (way := Walker(store, _filter(state)).path(iri, state.to)) is not None]
    return min(ways, key=len, default=None)


def _sheet(found: Network, current: Opened) -> Sheet:
    built = str(current.report.get("built", ""))[:10]
    return sheet(found, source=request.full_path.rstrip("?"), version=current.version.name,
                 on=date.fromisoformat(built) if built else None)


def _page(current: Opened, state: State) -> dict[str, Any]:
    """What explorer.html shows."""
    store, language = current.store, label_language()
    out: dict[str, Any] = {
        "state": state, "depths": DEPTHS, "eaches": EACH, "hidden": [p for p in state.pairs() if p[0] in _KEPT],
        "starts": [{"id": short_id(i), "iri": i, "text": label(store, i, language)} for i in state.entities],
        "longest": LONGEST, "goal": label(store, state.to, language) if state.to else "", "data": None,
        "files": {e: _address(url_for("explorer.export", ending=e), state.pairs()) for e in ENDINGS},
    }
    if not state.entities and not state.view:
        whole = [v for v in views().values() if not any(p.required for p in v.parameters.values())]
        return out | {"offered": _offers(store, language), "views": whole}
    look = _look(store, state)
    nodes = _node_rows(store, look, state)
    return out | {
        "title": look.network.title, "notes": [bilingual(n) for n in look.network.notes],
        "data": _drawn(look, state), "nodes": nodes,
        "edges": _edge_rows(store, look, state), "path": look.path,
        "way": [_claim(store, link) | {"address": _evidence(link.source, link.target)} for link in look.path or ()],
        "classes": _options(store, look.seen.classes, state.classes, "pol:"),
        "relations": _options(store, look.seen.relations, state.relations, ""),
        "sorts": {k: _address(url_for("explorer.index"), replace(state, sort=k).pairs())
                  for k in NODE_SORTS + EDGE_SORTS},
    }


#: parts of the state that the form keeps as they are; its other fields say the rest anew
_KEPT = ("entity", "view", "open", "close", "to", "sort")


def _address(path: str, pairs: list[tuple[str, str]]) -> str:
    """An address with a query string in which short ids stay readable."""
    query = urlencode(pairs, safe="/:")
    return f"{path}?{query}" if query else path


def _evidence(source: str, target: str) -> str:
    return url_for("explorer.evidence", source=short_id(source), target=short_id(target))


def _options(store: ox.Store, met: dict[str, int], chosen: tuple[str, ...], prefix: str) -> list[dict[str, Any]]:
    """Classes or relations that were met or are chosen, the most frequent first, with their names."""
    found = met | {c: met.get(c, 0) for c in chosen}
    listed = [
        {"value": value, "count": count, "checked": not chosen or value in chosen}
        | ({"zh": "其他", "en": "other"} if value == "Thing" else names(store, expand(prefix + value)))
        for value, count in found.items()
    ]
    return sorted(listed, key=lambda x: (-x["count"], x["value"]))


@functools.lru_cache(maxsize=4)
def _offers(store: ox.Store, language: str) -> list[dict[str, str]]:
    """Bodies that do most, as places to start."""
    query = (f"SELECT ?b (COUNT(*) AS ?n) WHERE {{ ?x <{POL}leadBy> ?b }} GROUP BY ?b ORDER BY DESC(?n) ?b "
             f"LIMIT {_OFFERED}")
    return [{"id": short_id(row["b"].value), "text": label(store, row["b"].value, language)}
            for row in select(store, query)]


def _drawn(look: Look, state: State) -> dict[str, Any]:
    """Nodes and edges as the script draws them; all relations from one thing to another are one edge."""
    found = look.network
    way = {frozenset((link.source, link.target)) for link in look.path or ()}
    on_way: frozenset[str] = frozenset().union(*way)
    more = look.seen.more
    nodes = [
        {"key": short_id(n.id), "label": n.short, "class": n.cls, "x": round(d.x, 1), "y": round(-d.y, 1),
         "color": colour(n.cls), "size": round(d.r, 1), "start": n.id in state.entities,
         "path": n.id in on_way, "grown": n.id in look.seen.grown, "more": more.get(n.id, 0)}
        for n, d in zip(found.nodes.values(), look.discs, strict=True)
    ]
    heaviest = max((e.weight for e in found.edges), default=1.0)
    weights = {(e.source, e.target): e.weight for e in found.edges}
    edges = [
        {"source": short_id(s), "target": short_id(t), "label": "、".join(kinds), "path": frozenset((s, t)) in way,
         "weight": round(weights[s, t] / heaviest, 2) if heaviest > 1 else 0} for (s, t), kinds in _pairs(found).items()
    ]
    return {"nodes": nodes, "edges": edges, "directed": found.directed}


def _placed(found: Network, seen: Seen) -> list[Disc]:
    """Nodes in pixels of a stage that grows with their number, with room for their names where all are shown.

    y grows downwards.
    """
    most = max((m["degree"] for m in found.measures.values()), default=1.0) or 1.0
    wide = max(_WIDE, _WIDE * math.sqrt(len(found.nodes) / _ROOMY))
    high, few = wide * _HIGH, len(found.nodes) <= _NAMED
    # many nodes are drawn smaller than they stand apart: a stage is as wide as it is
    discs, apart, more = [], 1.0 if few else wide / _WIDE, seen.more
    for n in found.nodes.values():
        (x, y), share = found.positions[n.id], (found.measures[n.id]["degree"] / most) ** 0.5
        named = n.short + (f" ＋{more[n.id]}" if n.id in more else "") if few else ""
        # the crowd in the middle is drawn apart, what lies far out comes nearer
        drawn = max(math.hypot(x, y) / EXTENT, 1e-9) ** _CALM / EXTENT
        discs.append(Disc(x * drawn * wide / 2, -y * drawn * high / 2, apart * (_SMALL + (_LARGE - _SMALL) * share),
                          named))
    area = (-wide / 2, -high / 2, wide / 2, high / 2)
    if len(discs) <= svg.SPREAD:
        discs = spread(discs, area, _LETTER)
    return [replace(d, r=d.r / apart) for d in discs]


def _pairs(found: Network) -> dict[tuple[str, str], list[str]]:
    """Relations by source and target."""
    out: dict[tuple[str, str], list[str]] = {}
    for e in found.edges:
        kind = e.kind or f"{e.weight:g}"
        out.setdefault((e.source, e.target), []).append(kind)
    return out


def _node_rows(store: ox.Store, look: Look, state: State) -> list[dict[str, Any]]:
    """The table of things, sorted as asked."""
    found, classes, more = look.network, {c: names(store, POL + c) for c in COLOURS}, look.seen.more
    rows = [
        {"id": short_id(n.id), "href": href(n.id), "text": n.label, "local": n.cls,
         "class": classes.get(n.cls, {"zh": "其他", "en": "other"}), "links": int(found.measures[n.id]["degree"]),
         "steps": look.seen.steps[n.id], "more": more.get(n.id, 0), "grown": n.id in look.seen.grown}
        for n in found.nodes.values()
    ]
    order = {"name": lambda r: r["text"], "class": lambda r: (r["local"], r["text"]),
             "links": lambda r: (-r["links"], r["text"]), "more": lambda r: (-r["more"], r["text"])}
    return sorted(rows, key=order.get(state.sort, lambda r: (r["steps"], -r["links"], r["text"])))


def _edge_rows(store: ox.Store, look: Look, state: State) -> list[dict[str, Any]]:
    """The table of links, sorted as asked."""
    nodes = look.network.nodes
    rows = [
        {"source": short_id(s), "target": short_id(t), "from": nodes[s].label, "to": nodes[t].label, "kinds": kinds,
         "from_href": href(s), "to_href": href(t), "address": _evidence(s, t)}
        for (s, t), kinds in _pairs(look.network).items()
    ]
    order = {"relation": lambda r: (r["kinds"], r["from"]), "target": lambda r: (r["to"], r["from"])}
    return sorted(rows, key=order.get(state.sort, lambda r: (r["from"], r["kinds"], r["to"])))
