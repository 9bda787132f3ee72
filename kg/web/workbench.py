"""What the editor on ``/sparql`` asks for while somebody writes a query: slips, vocabulary, names of things."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox
from flask import Blueprint, Response, jsonify, request

from kg.names import CLASSES, DATA_PROPERTIES, OBJECT_PROPERTIES, POL, PREFIXES, compact, expand
from kg.service.failures import explained
from kg.service.pool import Failed
from kg.service.problem import Problem
from kg.service.protocol import Ask
from kg.service.service import Service
from kg.sparql_guard import Refused
from kg.web.entity import href
from kg.web.graph import opened
from kg.web.language import label_language
from kg.web.search import CLASSES as FOUND
from kg.web.sparql import bridge, named
from kg.web.terms import names

blueprint = Blueprint("workbench", __name__)
#: a graph that nothing is in: a query over it is read whole and finds nothing
_NOWHERE = ("urn:x-kg:nothing",)
#: seconds that reading a query may take
_READING = 1.0
#: IRIs that one request may ask the names of, and the longest IRI
NAMED, LONGEST = 2000, 2000
_TYPE = ox.NamedNode(expand("rdf:type"))


@blueprint.route("/sparql/check", methods=["GET", "POST"])
def check() -> Response:
    """The slips in ``query=`` as ``{"hints": [...]}``: what the engine cannot read first, then what is likely wrong."""
    text = request.values.get("query", "")
    service = bridge().service
    hints = [h.to_json() for h in service.hints(text)]
    fault = bridge().call(lambda s: _fault(s, text)) if text.strip() else None
    if fault is not None and all(h["code"] != fault["code"] for h in hints):
        hints.insert(0, fault)
    return jsonify(hints=[{**h, "severity": "error" if _stops(h, fault) else "warning"} for h in hints])


def _stops(hint: dict[str, Any], fault: dict[str, Any] | None) -> bool:
    return fault is not None and hint["code"] == fault["code"]


async def _fault(service: Service, text: str) -> dict[str, Any] | None:
    """Why a query cannot be run, by the engine in a worker; None where it can, or where that is unknown."""
    asked = Ask(text, _NOWHERE, _NOWHERE, "", _READING, 1)
    try:
        job, _ = service.job(asked)
        # over nothing every query is cheap; the space makes it another query than the one known to be slow
        job |= {"form": "table", "query": job["query"] + " "}
        async for _chunk in await service.pool.run(job, asked.seconds, 0.0):
            pass
        return None
    except Failed as failed:
        problem = service.problem(failed, asked)
    except (Problem, Refused) as error:
        problem = explained(error)
    if problem.status != 400:
        return None
    return {k: v for k, v in problem.body.items() if k in ("code", "zh", "en", "line", "column", "hint")}


@blueprint.get("/sparql/vocabulary")
def vocabulary() -> Response:
    """Prefixes, classes and properties for completion: names in both languages and how often the graph has each."""
    counts = bridge().service.current()[3]
    store = opened().store
    classes = counts.classes or {expand(c): 0 for c in CLASSES}
    properties = counts.properties or {expand(p): 0 for p in (*OBJECT_PROPERTIES, *DATA_PROPERTIES)}

    def terms(found: Any) -> list[dict[str, Any]]:
        rows = [{"iri": iri, "count": n, **names(store, iri), "name": compact(iri)} for iri, n in found.items()]
        return sorted(rows, key=lambda r: (-r["count"], r["name"]))

    response = jsonify(prefixes=PREFIXES, classes=terms(classes), properties=terms(properties))
    response.headers["Cache-Control"] = "private, max-age=60"
    return response


@blueprint.post("/sparql/labels")
def labels() -> Response:
    """Names, classes and pages of the things in ``{"iris": [...]}``. Raises Problem where there are too many."""
    asked = request.get_json(silent=True)
    iris = asked.get("iris") if isinstance(asked, dict) else None
    if not isinstance(iris, list) or not all(isinstance(i, str) for i in iris) or len(iris) > NAMED:
        raise Problem(400, "bad-parameter", f"要有 iris：最多 {NAMED} 個 IRI 的陣列",
                      f"There must be iris, an array of at most {NAMED} IRIs.")
    store = opened().store
    wanted = label_language()
    return jsonify(labels={
        iri: found for iri in dict.fromkeys(iris) if len(iri) <= LONGEST and (found := _named(store, iri, wanted))
    })


def _named(store: ox.Store, iri: str, wanted: str) -> dict[str, str] | None:
    """A thing's label, class and page; None for what is no IRI."""
    try:
        node = ox.NamedNode(iri)
    except ValueError:
        return None
    of = {str(getattr(q.object, "value", "")).removeprefix(POL) for q in store.quads_for_pattern(node, _TYPE, None)}
    cls = next((c for c in FOUND if c in of), "")
    return {"label": named(store, iri, wanted), "href": href(iri), "class": cls}
