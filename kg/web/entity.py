"""``/id/…``: every thing in the graph answers at its IRI, a page for people and RDF for programs."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
from flask import Blueprint, Response, render_template, request, url_for

from kg.ids import segment
from kg.names import ID, POL, PREFIXES, compact, expand, sparql_prefixes
from kg.rdf import assertion_iri
from kg.web.errors import Problem
from kg.web.formats import GRAPHS, content_type, negotiate
from kg.web.graph import Opened, label, opened
from kg.web.language import label_language
from kg.web.profile import citation, profile, schema_org
from kg.web.terms import names

blueprint = Blueprint("entity", __name__)

#: how many statements of one property a page lists
LISTED = 50
#: how many quotations stand beside one statement
QUOTES = 5
#: a path with more slashes than this is looked up as it stands only
_SLASHES = 10
_ENDINGS = {".ttl": "text/turtle", ".jsonld": "application/ld+json", ".nt": "application/n-triples",
            ".rdf": "application/rdf+xml", ".html": "text/html"}
#: forms of the citation: file ending -> media type
_CITATIONS = {"bib": "application/x-bibtex", "ris": "application/x-research-info-systems"}
_TYPE = ox.NamedNode(expand("rdf:type"))
_EVIDENCE = ox.NamedNode(POL + "evidence")
_DERIVED = ox.NamedNode(POL + "derivedBy")
_PLUMBING = {POL + "evidence", expand("rdf:type")}
#: an assertion's parts are shown where the relation is
_ASSERTING = {expand(p) for p in ("rdf:subject", "rdf:predicate", "rdf:object")}
#: a page's properties in this order, then the others by name
_FIRST = [expand(p) for p in (
    "skos:prefLabel", "dcterms:title", "pol:number", "dcterms:description", "pol:text", "pol:leadBy", "pol:partneredBy",
    "pol:respondent", "pol:responseTo", "pol:adoptionStatus", "pol:agency", "pol:workPlan", "pol:category",
)]


@blueprint.get("/id/<path:path>")
def entity(path: str) -> Response:
    """A thing: page, Turtle, JSON-LD, N-Triples or RDF/XML by Accept, ``format=`` or ending."""
    current = opened()
    store = current.store
    asked = request.args.get("format")
    iri = find(store, path)
    for ending, media_type in _ENDINGS.items():
        if not iri and path.endswith(ending):
            iri, asked = find(store, path.removesuffix(ending)), media_type
    if not iri:
        raise Problem(404, "no-such-thing", "圖譜裡沒有這個項目", "There is no such thing in the graph.", ID + path)
    if asked in _CITATIONS:
        cited = _page(current, iri)["citation"]["bibtex" if asked == "bib" else "ris"]
        return Response(cited + "\n", content_type=_CITATIONS[asked] + "; charset=utf-8")
    wanted = negotiate(["text/html", *GRAPHS], asked)
    if wanted != "text/html":
        prefixes = PREFIXES if GRAPHS[wanted] in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None
        body = ox.serialize(_about(store, iri), format=GRAPHS[wanted], prefixes=prefixes)
        return Response(body, content_type=content_type(wanted))
    return Response(render_template("entity.html", **_page(current, iri)), mimetype="text/html")


def find(store: ox.Store, path: str) -> str:
    """The IRI that a decoded path stands for; empty if there is none.

    The server has undone one percent-encoding. A link of our pages encodes the IRI's own
    percent signs once more, so the path is the IRI; a client that follows the IRI itself
    arrives with its escapes undone, so each part is escaped again, and a slash may have
    been one inside a name (%2F) or one between two parts.
    """
    if _exists(store, ID + path):
        return ID + path
    first, *rest = path.split("/")
    parts = [segment(p) for p in rest]
    slashes = max(0, len(parts) - 1)
    for joints in itertools.product(("/", "%2F"), repeat=slashes) if slashes <= _SLASHES else [("/",) * slashes]:
        spelled = "".join(itertools.chain.from_iterable(itertools.zip_longest(parts, joints, fillvalue="")))
        if _exists(store, f"{ID}{first}/{spelled}"):
            return f"{ID}{first}/{spelled}"
    return ""


def _exists(store: ox.Store, iri: str) -> bool:
    try:
        node = ox.NamedNode(iri)
    except ValueError:
        return False
    patterns = ((node, None, None), (None, None, node))
    return any(next(iter(store.quads_for_pattern(*p)), None) is not None for p in patterns)


def href(iri: str) -> str:
    """For templates: where a link to an IRI goes."""
    if iri.startswith(ID):
        return "/id/" + quote(iri[len(ID):], safe="/-._~()+=,:;@!*'")
    if iri.startswith(POL):
        return url_for("ontology.index") + "#" + iri[len(POL):]
    return iri


def _about(store: ox.Store, iri: str) -> list[ox.Triple]:
    """The triples of a thing, its evidence, and the labels of what it refers to."""
    query = sparql_prefixes() + """
    CONSTRUCT { ?s ?p ?o . ?o skos:prefLabel ?l . ?e ?ep ?eo } WHERE {
      { ?s ?p ?o } UNION { ?s ?q ?o . ?o skos:prefLabel ?l } UNION { ?s pol:evidence ?e . ?e ?ep ?eo }
    }"""
    solutions = store.query(query, substitutions={ox.Variable("s"): ox.NamedNode(iri)})
    if not isinstance(solutions, ox.QueryTriples):
        raise TypeError("a CONSTRUCT was expected")
    return sorted(set(solutions), key=str)


def _page(current: Opened, iri: str) -> dict[str, Any]:
    """What entity.html shows."""
    store = current.store
    node = ox.NamedNode(iri)
    out: dict[str, list[Any]] = defaultdict(list)
    incoming: dict[str, list[Any]] = defaultdict(list)
    count: dict[tuple[str, str], int] = defaultdict(int)
    for quad in store.quads_for_pattern(node, None, None):
        p = quad.predicate.value
        count["out", p] += 1
        if p not in _PLUMBING and count["out", p] <= LISTED:
            out[p].append(_value(store, node, quad.predicate, quad.object))
    for quad in store.quads_for_pattern(None, None, node):
        p, subject = quad.predicate.value, quad.subject
        if p in _PLUMBING or p in _ASSERTING or not isinstance(subject, ox.NamedNode):
            continue
        count["in", p] += 1
        if count["in", p] <= LISTED:
            incoming[p].append(statement(store, subject, quad.predicate, node, shown=subject))
    classes = [
        names(store, q.object.value) | {"local": q.object.value.rsplit("#", 1)[-1], "iri": q.object.value}
        for q in store.quads_for_pattern(node, _TYPE, None) if isinstance(q.object, ox.NamedNode)
    ]
    classes.sort(key=lambda c: (c["local"] in ("PlanElement", "GovernmentBody"), c["name"]))
    evidence = [q.object for q in store.quads_for_pattern(node, _EVIDENCE, None)]
    title = label(store, iri)
    english = label(store, iri, "en")
    local = next((c["local"] for c in classes if c["name"].startswith("pol:")), "")
    special = profile(current, iri, local)
    above = special["place_in_plan"]
    built = str(current.report.get("built") or "")[:10]
    return special | {
        "citation": citation(iri, title, above[0]["text"] if above else "", built),
        "schema": schema_org(iri, title, local, request.base_url, above), "local": local,
        "special": bool(special["panels"] or any(special.get(k) for k in ("money", "answers", "contents"))),
        "iri": iri, "title": title, "english": english if english != title else "", "classes": classes,
        "out": [_property(store, p, v, count["out", p]) for p, v in sorted(out.items(), key=_order)],
        "incoming": [_property(store, p, v, count["in", p], True) for p, v in sorted(incoming.items(), key=_order)],
        "evidence": [quotation(store, e) for e in evidence[:LISTED]], "evidence_total": len(evidence),
        "place": quotation(store, node) if any(c["name"] == "pol:Evidence" for c in classes) else None,
    }


def _order(item: tuple[str, Any]) -> tuple[int, str]:
    return (_FIRST.index(item[0]) if item[0] in _FIRST else len(_FIRST)), compact(item[0])


def _property(store: ox.Store, iri: str, values: list[Any], total: int, inverse: bool = False) -> dict[str, Any]:
    values.sort(key=lambda v: (v["language"] == "en", v["text"], v["iri"]))
    return names(store, iri, inverse=inverse) | {"iri": iri, "values": values, "more": total - len(values)}


def _value(store: ox.Store, s: ox.NamedNode, p: ox.NamedNode, o: Any) -> dict[str, Any]:
    if isinstance(o, ox.NamedNode):
        return statement(store, s, p, o, shown=o)
    language = getattr(o, "language", None) or ""
    return {"iri": "", "text": str(o.value), "language": language, "quotes": [], "derived": ""}


def statement(
    store: ox.Store, s: ox.NamedNode, p: ox.NamedNode, o: ox.NamedNode, *, shown: ox.NamedNode
) -> dict[str, Any]:
    """The other end of a relation, with the relation's evidence or the rule that derived it."""
    assertion = ox.NamedNode(assertion_iri(s.value, p.value, o.value))
    quotes = [quotation(store, q.object) for q in store.quads_for_pattern(assertion, _EVIDENCE, None)]
    derived = ""
    for quad in store.quads_for_pattern(assertion, _DERIVED, None):
        if isinstance(quad.object, ox.NamedNode):
            derived = label(store, quad.object.value)
    return {"iri": shown.value, "text": label(store, shown.value, label_language()), "language": "",
            "quotes": quotes[:QUOTES], "derived": derived}


def quotation(store: ox.Store, evidence: Any) -> dict[str, Any]:
    """A piece of evidence: quotation, document, rule, and where it can be read."""
    found = {q.predicate.value.removeprefix(POL): getattr(q.object, "value", "")
             for q in store.quads_for_pattern(evidence, None, None)}
    document = str(found.get("inDocument", ""))
    key, start, end = document.rsplit("/", 1)[-1], found.get("start", "0"), found.get("end", "0")
    return {
        "quote": " ".join(str(found.get("quote", "")).split()), "document": label(store, document) if document else "",
        "confidence": found.get("confidence", ""), "rule": found.get("extractor", ""),
        "href": url_for("pages.source", key=key, start=start, end=end) + "#here" if document else "",
    }
