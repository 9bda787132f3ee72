"""Records to triples: one sorted N-Triples shard per document.

The same extraction gives the same bytes. A relation becomes one plain triple and, beside
it, one ``pol:Assertion`` with its evidence (ontology core, section Evidence).
"""

from __future__ import annotations

import functools
import gzip
import io
from collections.abc import Iterable
from decimal import Decimal

import pyoxigraph as ox

from kg import ids
from kg.model import Entity, Evidence, Extraction, Literal, Ref, Relation
from kg.names import ID, POL, expand

LANGUAGE = "zh-Hant"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_TYPE = ox.NamedNode(expand("rdf:type"))
_EVIDENCE = ox.NamedNode(POL + "evidence")
_DERIVED_BY = ox.NamedNode(POL + "derivedBy")

#: what an instance of a class is, too, within the program's own ontology
SUPERCLASSES: dict[str, tuple[str, ...]] = {
    "pol:Ministry": ("pol:GovernmentBody",), "pol:Agency": ("pol:GovernmentBody",),
    **dict.fromkeys(("pol:Goal", "pol:Strategy", "pol:Measure", "pol:Action", "pol:Program"), ("pol:PlanElement",)),
}
#: attributes whose text is Chinese prose or a name
_CHINESE = frozenset({"dcterms:title", "dcterms:description", "skos:definition", "rdfs:label"})

Subject = ox.NamedNode
Term = ox.NamedNode | ox.Literal


# few names stand in most triples
@functools.lru_cache(maxsize=4096)
def node(name: str) -> ox.NamedNode:
    """A node from a prefixed name or an IRI."""
    return ox.NamedNode(expand(name))


def literal(name: str, value: Literal) -> ox.Literal:
    """A literal as the property ``name`` wants it."""
    if isinstance(value, bool):
        return ox.Literal(value)
    if isinstance(value, int):
        return ox.Literal(value)
    if isinstance(value, Decimal):
        return ox.Literal(format(value.normalize(), "f"), datatype=ox.NamedNode(_XSD + "decimal"))
    if name in _CHINESE:
        return ox.Literal(value, language=LANGUAGE)
    if name in ("dcterms:issued", "dcterms:date"):
        return ox.Literal(value, datatype=ox.NamedNode(_XSD + ("date" if len(value) == 10 else "gYear")))
    return ox.Literal(value)


# each piece of evidence is named by itself and by all that it proves
@functools.lru_cache(maxsize=4096)
def evidence_iri(document_key: str, evidence: Evidence) -> str:
    """The IRI of a piece of evidence: document, place, rule, confidence in per cent."""
    return ids.iri(
        "pol:Evidence", document_key,
        f"{evidence.start}-{evidence.end}-{evidence.extractor}-{round(evidence.confidence * 100)}",
    )


def assertion_iri(subject: str, predicate: str, obj: str) -> str:
    """The IRI of the assertion of a relation, from its three terms (full IRIs)."""
    return ids.iri("pol:Assertion", ids.digest(subject, predicate, obj))


def rule_iri(rule: str) -> str:
    """The IRI of a derivation rule."""
    return f"{ID}rule/{ids.segment(rule)}"


def entity_triples(entity: Entity, key: str) -> Iterable[ox.Triple]:
    """Type, labels, attributes and evidence links of an entity."""
    s = ox.NamedNode(entity.iri)
    for cls in (entity.cls, *SUPERCLASSES.get(entity.cls, ())):
        yield ox.Triple(s, _TYPE, node(cls))
    title = "dcterms:title" if entity.cls == "pol:PolicyDocument" else "skos:prefLabel"
    if entity.label:
        yield ox.Triple(s, node(title), ox.Literal(entity.label, language=LANGUAGE))
    for name, labels in (("skos:altLabel", entity.alt_labels), ("skos:hiddenLabel", entity.hidden_labels)):
        for label in labels:
            yield ox.Triple(s, node(name), ox.Literal(label, language=LANGUAGE))
    for name, value in entity.attributes:
        yield ox.Triple(s, node(name), node(value.iri) if isinstance(value, Ref) else literal(name, value))
    for e in entity.evidence:
        yield ox.Triple(s, _EVIDENCE, ox.NamedNode(evidence_iri(key, e)))


def relation_triples(relation: Relation, key: str) -> Iterable[ox.Triple]:
    """The plain triple and its assertion."""
    s, p, o = ox.NamedNode(relation.subject), node(relation.predicate), ox.NamedNode(relation.object)
    yield ox.Triple(s, p, o)
    a = ox.NamedNode(assertion_iri(relation.subject, p.value, relation.object))
    yield ox.Triple(a, _TYPE, node("pol:Assertion"))
    yield ox.Triple(a, node("rdf:subject"), s)
    yield ox.Triple(a, node("rdf:predicate"), p)
    yield ox.Triple(a, node("rdf:object"), o)
    if relation.derived_by:
        yield ox.Triple(a, _DERIVED_BY, ox.NamedNode(rule_iri(relation.derived_by)))
    for e in relation.evidence:
        yield ox.Triple(a, _EVIDENCE, ox.NamedNode(evidence_iri(key, e)))


def candidate_triples(candidate: Relation, key: str) -> Iterable[ox.Triple]:
    """The assertion of a doubtful reading: no plain triple, the printed name as its object."""
    s, p = ox.NamedNode(candidate.subject), node(candidate.predicate)
    a = ox.NamedNode(assertion_iri(candidate.subject, p.value, candidate.object))
    yield ox.Triple(a, _TYPE, node("pol:Assertion"))
    yield ox.Triple(a, node("rdf:subject"), s)
    yield ox.Triple(a, node("rdf:predicate"), p)
    yield ox.Triple(a, node("rdf:object"), ox.Literal(candidate.object, language=LANGUAGE))
    yield ox.Triple(a, node("pol:reviewStatus"), ox.NamedNode(ids.concept("review-status", "candidate")))
    for e in candidate.evidence:
        yield ox.Triple(a, _EVIDENCE, ox.NamedNode(evidence_iri(key, e)))


def evidence_triples(
    evidence: Evidence, key: str, document: ox.NamedNode, text: str, section: str | None
) -> Iterable[ox.Triple]:
    """One span of the document, with its quote."""
    e = ox.NamedNode(evidence_iri(key, evidence))
    yield ox.Triple(e, _TYPE, node("pol:Evidence"))
    yield ox.Triple(e, node("pol:inDocument"), document)
    if section:
        yield ox.Triple(e, node("pol:inSection"), ox.NamedNode(section))
    yield ox.Triple(e, node("pol:start"), ox.Literal(evidence.start))
    yield ox.Triple(e, node("pol:end"), ox.Literal(evidence.end))
    yield ox.Triple(e, node("pol:quote"), ox.Literal(text[evidence.start:evidence.end]))
    yield ox.Triple(e, node("pol:extractor"), ox.Literal(evidence.extractor))
    yield ox.Triple(e, node("pol:confidence"), literal("pol:confidence", Decimal(str(evidence.confidence))))


def _sections(extraction: Extraction) -> list[tuple[int, str]]:
    """Where each section begins, in the order of the text: the innermost one opened last."""
    found = [(e.evidence[0].start, e.iri) for e in extraction.entities if e.cls == "pol:Section" and e.evidence]
    return sorted(found, key=lambda x: (x[0], len(x[1])))


def triples(extraction: Extraction) -> list[ox.Triple]:
    """All triples of a document, each once, unsorted."""
    key = extraction.document.key
    document = ox.NamedNode(ids.iri("pol:PolicyDocument", key))
    found: dict[ox.Triple, None] = {}
    pieces: dict[Evidence, None] = {}
    for entity in extraction.entities:
        found.update(dict.fromkeys(entity_triples(entity, key)))
        pieces.update(dict.fromkeys(entity.evidence))
    for relation in extraction.relations:
        found.update(dict.fromkeys(relation_triples(relation, key)))
        pieces.update(dict.fromkeys(relation.evidence))
    for candidate in extraction.candidates:
        found.update(dict.fromkeys(candidate_triples(candidate, key)))
        pieces.update(dict.fromkeys(candidate.evidence))
    sections = _sections(extraction)
    at = 0
    section: str | None = None
    for e in sorted(pieces, key=lambda e: e.start):
        while at < len(sections) and sections[at][0] <= e.start:
            section = sections[at][1]
            at += 1
        found.update(dict.fromkeys(evidence_triples(e, key, document, extraction.document.text, section)))
    return list(found)


def shard(extraction: Extraction) -> bytes:
    """A document's triples as sorted N-Triples, gzip without a clock: the same bytes every time."""
    lines = sorted(f"{t} .\n" for t in triples(extraction))
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6, mtime=0) as file:
        file.write("".join(lines).encode("utf-8"))
    return packed.getvalue()
