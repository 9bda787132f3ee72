"""``/search``: things by their names and texts, places by the documents' words; ``/search/suggest`` for the box."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from flask import Blueprint, Response, jsonify, render_template, request, url_for

from kg import search
from kg.names import ID, POL, expand
from kg.search import PROPERTIES
from kg.store import StoreError
from kg.store.select import select
from kg.web.entity import href
from kg.web.graph import Opened, handle, label, opened
from kg.web.language import N_, label_language
from kg.web.reading import line_of, read
from kg.web.terms import names

blueprint = Blueprint("search", __name__)

#: hits on one page; places shown beside them; things whose facets are counted; documents whose text is looked through
SHOWN, PLACES, COUNTED, SCANNED = 30, 8, 3000, 300
#: suggestions in the box, and the longest name that is one
SUGGESTED, LONGEST = 10, 80
#: classes that are found, in the order of equal hits; a class not here (Evidence, Assertion) is plumbing
CLASSES = (
    "Ministry", "Agency", "GovernmentBody", "PolicyDocument", "Plan", "Program", "Industry", "Regulation", "Goal",
    "Strategy", "Measure", "Action", "Recommendation", "Response", "WorkPlan", "BudgetLine", "IndustryScope",
    "Provision", "Target", "BudgetAmount", "Section",
)
_NAMES = tuple(expand(p) for p in ("skos:prefLabel", "dcterms:title", "skos:altLabel", "skos:hiddenLabel"))
_BODIES = tuple(POL + p for p in ("leadBy", "partneredBy", "responsibleBody", "respondent", "agency", "proposedBy"))
_YEARS = tuple(POL + p for p in ("fiscalYear", "ofYear", "startYear", "endYear"))
_TYPE, _INTEGER = ox.NamedNode(expand("rdf:type")), ox.NamedNode(expand("xsd:integer"))
_SENTENCE = re.compile(r"[^。！？；\n]*[。！？；]?")


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found, with what it can be filtered by."""

    iri: str
    cls: str
    documents: frozenset[str]
    bodies: frozenset[str]
    years: frozenset[str]

    def values(self, facet: str) -> Iterable[str]:
        """What the thing is under one filter."""
        return {"class": (self.cls,), "document": self.documents, "body": self.bodies, "year": self.years}[facet]


FACETS = {"class": N_("類別"), "document": N_("文件"), "body": N_("機關"), "year": N_("年度")}


@blueprint.get("/search", strict_slashes=False)
def index() -> Response:
    """``?q=`` and the filters ``class``, ``document``, ``body``, ``year`` (each may be given once), ``page``.

    Without words it lists what the filters leave.
    """
    current = opened()
    words = " ".join(request.args.get("q", "").split())
    chosen = {f: request.args.get(f, "") for f in FACETS}
    found: list[str] = _things(current, words) if words else _listed(current, chosen)
    hits = [h for iri in found[:COUNTED] if (h := _hit(current.store, iri)) is not None]
    order = {iri: n for n, iri in enumerate(
        sorted(found[:COUNTED], key=_nearness(current, words)) if words else found[:COUNTED]
    )}
    hits.sort(key=lambda h: (order[h.iri], CLASSES.index(h.cls)))
    kept = [h for h in hits if _fits(h, chosen)]
    page = max(1, request.args.get("page", 1, type=int))
    places, total_places, unread = _places(current, words, chosen["document"]) if words else ([], 0, 0)
    return Response(render_template(
        "search.html", q=words, chosen=chosen, total=len(kept), cut=len(found) > COUNTED, counted=COUNTED,
        results=[_shown(current, h, words) for h in kept[(page - 1) * SHOWN: page * SHOWN]],
        page=page, pages=-(-len(kept) // SHOWN), places=places, total_places=total_places, unread=unread,
        facets=[_facet(current, f, hits, chosen) for f in FACETS], address=_address(words, chosen),
    ), mimetype="text/html")


@blueprint.get("/search/suggest")
def suggest() -> Response:
    """Names that hold ``?q=``: those that are it, begin with it, hold it; shorter ones first."""
    current = opened()
    asked = "".join(request.args.get("q", "").split()).casefold().replace("台", "臺")
    found: dict[str, tuple[int, int, int, str, str]] = {}
    if asked:
        for folded, printed, iri, cls in _vocabulary(current.store):
            if asked in folded:
                rank = 0 if folded == asked else 1 if folded.startswith(asked) else 2
                entry = (rank, CLASSES.index(cls), len(folded), printed, cls)
                if iri not in found or entry < found[iri]:
                    found[iri] = entry
    best = sorted(found.items(), key=lambda item: (item[1], item[0]))[:SUGGESTED]
    response = jsonify(suggestions=[
        {"name": printed, "label": label(current.store, iri, label_language()), "class": cls, "href": href(iri)}
        | {k: names(current.store, POL + cls)[k] for k in ("zh", "en")}
        for iri, (_, _, _, printed, cls) in best
    ])
    response.headers["Cache-Control"] = "private, max-age=60"
    response.vary.add("Cookie")
    return response


@functools.lru_cache(maxsize=4)
def _vocabulary(store: ox.Store) -> tuple[tuple[str, str, str, str], ...]:
    """Every name that can be suggested: folded, as printed, whose, of which class."""
    found = []
    for name in _NAMES:
        for quad in store.quads_for_pattern(None, ox.NamedNode(name), None, ox.DefaultGraph()):
            iri, text = getattr(quad.subject, "value", ""), str(getattr(quad.object, "value", ""))
            if iri.startswith(ID) and 0 < len(text) <= LONGEST:
                cls = _class(store, iri)
                if cls and cls != "Section":
                    folded = "".join(text.split()).casefold().replace("台", "臺")
                    found.append((folded, text, iri, cls))
    return tuple(dict.fromkeys(found))


def _class(store: ox.Store, iri: str) -> str:
    """The class of a thing under which it is found; empty for plumbing."""
    of = {
        str(getattr(q.object, "value", "")).removeprefix(POL)
        for q in store.quads_for_pattern(ox.NamedNode(iri), _TYPE, None)
    }
    return next((c for c in CLASSES if c in of), "")


def _things(current: Opened, words: str) -> list[str]:
    """IRIs of the things with a text that holds every word."""
    path = getattr(current.version, "path", None)
    if isinstance(path, Path) and (path / search.FILE).is_file():
        found = search.find(path / search.FILE, words)
        if found is not None:
            return [iri for iri in found if iri.startswith(ID)]
    tests = " && ".join(f"CONTAINS(?t, {ox.Literal(w)})" for w in words.split())
    properties = " ".join(f"<{p}>" for p in PROPERTIES)
    rows = select(
        current.store, f"SELECT ?s (MIN(STRLEN(?t)) AS ?n) {{ VALUES ?p {{ {properties} }} ?s ?p ?t FILTER({tests}) }} "
        f"GROUP BY ?s ORDER BY ?n ?s LIMIT {COUNTED + 1}"
    )
    return [r[0].value for r in rows if r[0].value.startswith(ID)]


def _listed(current: Opened, chosen: dict[str, str]) -> list[str]:
    """IRIs that one of the filters leaves: the things of a document in their order, else of a body, class or year."""
    store = current.store
    if chosen["document"]:
        try:
            text = handle().versions.text(chosen["document"])
        except StoreError:  # a filter in the address that names no document
            return []
        return list(dict.fromkeys(r.iri for r in read(store, chosen["document"], text).things))
    try:
        body = ox.NamedNode(chosen["body"]) if chosen["body"] else None
    except ValueError:  # a filter in the address that is no IRI
        return []
    patterns: list[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]]
    if body:
        patterns = [(ox.NamedNode(p), body) for p in _BODIES]
    elif chosen["class"] in CLASSES:
        patterns = [(_TYPE, ox.NamedNode(POL + chosen["class"]))]
    else:
        patterns = [(ox.NamedNode(p), ox.Literal(chosen["year"], datatype=_INTEGER)) for p in _YEARS]
    found = {
        q.subject.value for p, o in patterns for q in store.quads_for_pattern(None, p, o)
        if isinstance(q.subject, ox.NamedNode) and q.subject.value.startswith(ID)
    }
    return sorted(found)


def _hit(store: ox.Store, iri: str) -> Hit | None:
    cls = _class(store, iri)
    if not cls:
        return None
    documents, bodies, years = set(), set(), set()
    for quad in store.quads_for_pattern(ox.NamedNode(iri), None, None):
        p, value = quad.predicate.value, str(getattr(quad.object, "value", ""))
        if p == POL + "evidence":
            documents.add(value.removeprefix(ID + "evidence/").split("/", 1)[0])
        elif p in _BODIES:
            bodies.add(value)
        elif p in _YEARS:
            years.add(value)
    if cls in CLASSES[:3]:
        bodies.add(iri)
    return Hit(iri, cls, frozenset(documents), frozenset(bodies), frozenset(years))


def _nearness(current: Opened, words: str) -> Any:
    """Key for sorting IRIs: named so, beginning so, having it in the name, having it in a text."""
    first = (words.split() or [""])[0]

    def key(iri: str) -> tuple[int, int]:
        name = label(current.store, iri)
        rank = 0 if name == words else 1 if name.startswith(first) else 2 if first in name else 3
        return rank, len(name)
    return key


def _fits(hit: Hit, chosen: dict[str, str], without: str = "") -> bool:
    return all(v in hit.values(f) for f, v in chosen.items() if v and f != without)


def _facet(current: Opened, facet: str, hits: list[Hit], chosen: dict[str, str]) -> dict[str, Any]:
    """One filter: its values with how many hits each has under the other filters, the commonest first."""
    counts = Counter(v for h in hits if _fits(h, chosen, facet) for v in h.values(facet))
    if chosen[facet]:
        counts.setdefault(chosen[facet], 0)
    newest = facet == "year"
    values = sorted(counts.items(), key=lambda c: (-int(c[0]) if newest and c[0].isdigit() else -c[1], c[0]))
    return {"name": facet, "title": FACETS[facet], "values": [
        {"value": v, "count": n, "chosen": v == chosen[facet], **_named(current, facet, v)} for v, n in values
    ]}


def _named(current: Opened, facet: str, value: str) -> dict[str, str]:
    if facet == "class":
        found = names(current.store, POL + value)
        return {"zh": found["zh"], "en": found["en"]}
    if facet == "year":
        return {"zh": value, "en": value}
    iri = f"{ID}document/{value}" if facet == "document" else value
    try:
        return {"zh": label(current.store, iri), "en": label(current.store, iri, "en")}
    except ValueError:  # a filter in the address that is no IRI
        return {"zh": value, "en": value}


def _shown(current: Opened, hit: Hit, words: str) -> dict[str, Any]:
    """A result: its name, where it belongs, and the sentence with the hit."""
    store, node = current.store, ox.NamedNode(hit.iri)
    name = label(store, hit.iri, label_language())
    snippet: list[tuple[str, bool]] = []
    other = ""
    for p in PROPERTIES:
        for quad in store.quads_for_pattern(node, ox.NamedNode(p), None):
            text = str(getattr(quad.object, "value", ""))
            if words and words.split()[0] in text and text != name:
                if p in _NAMES:
                    other = other or text
                elif not snippet:
                    snippet = sentence(text, words)
    within = [label(store, str(getattr(q.object, "value", "")))
              for q in store.quads_for_pattern(node, ox.NamedNode(expand("dcterms:isPartOf")), None)]
    return {
        "iri": hit.iri, "cls": hit.cls, **{f"cls_{k}": v for k, v in names(store, POL + hit.cls).items()},
        "name": marked(name, words), "other": other, "snippet": snippet, "within": within[0] if within else "",
        "documents": [label(store, f"{ID}document/{d}") for d in sorted(hit.documents)],
    }


def sentence(text: str, words: str, longest: int = 160) -> list[tuple[str, bool]]:
    """The sentence of a text with the first word, cut to a length, in pieces: text, and whether it was asked for.

    >>> sentence("甲。推動節能。乙。", "節能")
    [('推動', False), ('節能', True), ('。', False)]
    """
    at = text.find(words.split()[0])
    for found in _SENTENCE.finditer(text):
        if found.start() <= at < found.end():
            begin = max(found.start(), at - longest // 2)
            end = min(found.end(), begin + longest)
            cut = ("…" if begin > found.start() else "") + text[begin:end].strip() + ("…" if end < found.end() else "")
            return marked(cut, words)
    return marked(text[:longest], words)


def marked(text: str, words: str) -> list[tuple[str, bool]]:
    """A text in pieces, those that were asked for marked."""
    wanted = "|".join(re.escape(w) for w in sorted(words.split(), key=len, reverse=True))
    pieces = re.split(f"({wanted})", text) if wanted else [text]
    return [(p, n % 2 == 1) for n, p in enumerate(pieces) if p]


def _places(current: Opened, words: str, document: str) -> tuple[list[dict[str, Any]], int, int]:
    """Sentences of the documents that hold the words next to one another: the first few, how many, texts left out."""
    found: list[dict[str, Any]] = []
    total = 0
    documents = [d for d in current.report["documents"] if document in ("", d["key"])]
    for d in documents[:SCANNED]:
        for n, start in enumerate(_occurrences(d["key"], words)):
            total += 1
            if len(found) < (SHOWN if document else PLACES) and (document or n < PLACES // 2):
                text = handle().versions.text(d["key"])
                a, b = max(text.rfind("\n", 0, start) + 1, start - 60), start + len(words) + 60
                piece = text[a:min(b, *(e for e in [text.find("\n", start)] if e > 0), len(text))]
                found.append({
                    "document": label(current.store, f"{ID}document/{d['key']}"),
                    "line": line_of(text, start), "pieces": marked(piece, words),
                    "href": url_for("pages.source", key=d["key"], start=start, end=start + len(words)) + "#here",
                })
    return found, total, max(0, len(documents) - SCANNED)


def _occurrences(key: str, words: str) -> Iterator[int]:
    try:
        text = handle().versions.text(key)
    except StoreError:
        return
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + len(words))


def _address(words: str, chosen: dict[str, str]) -> Any:
    """For the template: the address of this search with some things changed."""
    def address(**changed: Any) -> str:
        values = {"q": words, **chosen} | changed
        return url_for("search.index", **{k: v for k, v in values.items() if v})
    return address
