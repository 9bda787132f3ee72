"""``/ontology``: the classes and properties for people, with how often each occurs; Turtle for programs."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox
from flask import Blueprint, Response, redirect, render_template, request, url_for

from kg.names import POL, compact, expand
from kg.rules import data_folder
from kg.store import StoreError
from kg.web.formats import negotiate
from kg.web.graph import opened

blueprint = Blueprint("ontology", __name__)

#: the kinds of terms on the page, in its order: class of the term -> anchor
KINDS = {
    "owl:Class": "classes", "owl:ObjectProperty": "relations", "owl:DatatypeProperty": "attributes",
}
_LABEL, _DEFINITION, _TYPE = (ox.NamedNode(expand(p)) for p in ("rdfs:label", "skos:definition", "rdf:type"))
_ABOVE, _DOMAIN, _RANGE = (ox.NamedNode(expand(p)) for p in ("rdfs:subClassOf", "rdfs:domain", "rdfs:range"))


@dataclass(frozen=True, slots=True)
class Term:
    """A class or property: texts are pairs (Chinese, English), other terms prefixed names."""

    iri: str
    name: str
    kind: str
    label: tuple[str, str]
    definition: tuple[str, str]
    above: tuple[str, ...]
    domain: tuple[str, ...]
    range: tuple[str, ...]


@functools.cache
def terms() -> tuple[Term, ...]:
    """The ontology's own classes and properties in the order of the file."""
    graph = ox.Store()
    order: dict[str, None] = {}
    for quad in ox.parse(path=str(data_folder("ontology") / "policy.ttl"), format=ox.RdfFormat.TURTLE):
        graph.add(ox.Quad(quad.subject, quad.predicate, quad.object))
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(POL):
            order[quad.subject.value] = None

    def text(node: ox.NamedNode, predicate: ox.NamedNode) -> tuple[str, str]:
        found = {(o.language or "")[:2]: o.value for o in objects(node, predicate) if isinstance(o, ox.Literal)}
        return found.get("zh", ""), found.get("en", "")

    def objects(node: ox.NamedNode, predicate: ox.NamedNode) -> list[Any]:
        return [q.object for q in graph.quads_for_pattern(node, predicate, None)]

    def others(node: ox.NamedNode, predicate: ox.NamedNode) -> tuple[str, ...]:
        return tuple(sorted(compact(o.value) for o in objects(node, predicate) if isinstance(o, ox.NamedNode)))

    found = []
    for iri in order:
        node = ox.NamedNode(iri)
        kinds = {compact(t.value) for t in objects(node, _TYPE) if isinstance(t, ox.NamedNode)}
        kind = next((k for k in KINDS if k in kinds), "")
        if kind:
            found.append(Term(
                iri, compact(iri), KINDS[kind], text(node, _LABEL), text(node, _DEFINITION),
                others(node, _ABOVE), others(node, _DOMAIN), others(node, _RANGE),
            ))
    return tuple(found)


@blueprint.get("/ontology", strict_slashes=False)
def index() -> Response:
    """The terms as a page, or the file as Turtle, by Accept or ``format=ttl``; Turtle where nothing is preferred."""
    asked = request.args.get("format")
    if negotiate(["text/turtle", "text/html"], {"html": "text/html"}.get(asked or "", asked)) == "text/turtle":
        body = (data_folder("ontology") / "policy.ttl").read_bytes()
        return Response(body, content_type="text/turtle; charset=utf-8")
    try:
        counted = opened().counts
        counts = {row["iri"]: row["count"] for key in ("classes", "properties") for row in counted[key]}
    except StoreError:  # the terms can be read before the first build
        counts = {}
    groups = {kind: [t for t in terms() if t.kind == kind] for kind in KINDS.values()}
    return Response(render_template("ontology.html", groups=groups, counts=counts), mimetype="text/html")


@blueprint.get("/ontology/<path:rest>")
def term(rest: str) -> Any:
    """Anything below the ontology's address leads to the ontology."""
    return redirect(url_for("ontology.index"))
