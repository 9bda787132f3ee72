"""Records to triples: every character survives, every relation has its assertion, the bytes are stable."""

from __future__ import annotations

import gzip
from dataclasses import replace
from decimal import Decimal

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import ids
from kg.model import Document, Entity, Evidence, Extraction, Ref, Relation
from kg.names import POL, expand
from kg.rdf import LANGUAGE, assertion_iri, evidence_iri, literal, node, rule_iri, shard, triples

TEXT = "壹、前言\n交通部辦理道路改善。\n貳、結語\n"
DOCUMENT = Document("0" * 16, "a.txt", "0" * 64, TEXT)
ANY = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


def extraction(*entities: Entity, relations: tuple[Relation, ...] = (), text: str = TEXT) -> Extraction:
    return Extraction(replace(DOCUMENT, text=text), "generic", entities, relations)


def graph(found: Extraction) -> ox.Store:
    store = ox.Store()
    store.bulk_load(gzip.decompress(shard(found)), format=ox.RdfFormat.N_TRIPLES)
    return store


def value(store: ox.Store, subject: str, name: str) -> str | None:
    quad = next(iter(store.quads_for_pattern(ox.NamedNode(subject), node(name), None)), None)
    return None if quad is None else quad.object.value


@given(ANY)
def test_any_text_survives_as_label_attribute_and_quote(text: str) -> None:
    quote = "甲" + text + "乙"
    evidence = (Evidence(0, len(quote), "r"),)
    entity = Entity("urn:a", "pol:Measure", text or "名", evidence, (("pol:unit", text),), (text,))
    store = graph(extraction(entity, text=quote))
    assert value(store, "urn:a", "skos:prefLabel") == (text or "名")
    assert value(store, "urn:a", "skos:altLabel") == text
    assert value(store, "urn:a", "pol:unit") == text
    assert value(store, evidence_iri(DOCUMENT.key, entity.evidence[0]), "pol:quote") == quote


@pytest.mark.parametrize("text", [
    'a"b\\c', "\r\n\t", "\x00\x01\x1f\x7f", "\x85\u2028\u2029", "\ufeff\ufffe\uffff", "😀𠮷",
    "\\u0041", "}> .\n<urn:x>",
])
def test_characters_that_need_escaping(text: str) -> None:
    store = graph(extraction(Entity("urn:a", "pol:Measure", text)))
    assert value(store, "urn:a", "skos:prefLabel") == text
    assert len(store) == 3


def test_a_half_surrogate_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        shard(extraction(Entity("urn:a", "pol:Measure", "\ud800")))


@pytest.mark.parametrize(("name", "given_value", "text", "datatype"), [
    ("pol:openEnd", True, "true", "xsd:boolean"),
    ("pol:startYear", 2025, "2025", "xsd:integer"),
    ("pol:value", Decimal("1.50"), "1.5", "xsd:decimal"),
    ("pol:value", Decimal("1E+3"), "1000", "xsd:decimal"),
    ("pol:value", 10**24, "1" + "0" * 24, "xsd:integer"),
    ("pol:unit", "件", "件", "xsd:string"),
    ("dcterms:issued", "2025", "2025", "xsd:gYear"),
    ("dcterms:issued", "2025-01-02", "2025-01-02", "xsd:date"),
])
def test_literals(name: str, given_value: object, text: str, datatype: str) -> None:
    found = literal(name, given_value)  # type: ignore[arg-type]
    assert (found.value, found.datatype.value) == (text, expand(datatype))


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-10**15, max_value=10**15, places=4))
def test_decimals_keep_their_value(number: Decimal) -> None:
    found = literal("pol:value", number)
    assert Decimal(found.value) == number
    assert "E" not in found.value


def test_prose_has_a_language() -> None:
    assert literal("dcterms:description", "說明").language.lower() == LANGUAGE.lower()


def test_superclasses_and_titles() -> None:
    entities = Entity("urn:m", "pol:Ministry", "交通部"), Entity("urn:d", "pol:PolicyDocument", "報告")
    found = set(triples(extraction(*entities)))
    subject = ox.NamedNode("urn:m")
    for cls in ("Ministry", "GovernmentBody"):
        assert ox.Triple(subject, node("rdf:type"), ox.NamedNode(POL + cls)) in found
    assert ox.Triple(ox.NamedNode("urn:d"), node("dcterms:title"), ox.Literal("報告", language=LANGUAGE)) in found


def test_a_relation_is_a_triple_and_an_assertion_with_evidence() -> None:
    evidence = Evidence(5, 8, "rule", 0.9)
    store = graph(extraction(relations=(
        Relation("urn:a", "pol:leadBy", "urn:b", (evidence,)),
        Relation("urn:a", "pol:leadBy", "urn:c", (), "from-strategy"),
    )))
    assert store.query("ASK { <urn:a> pol:leadBy <urn:b>, <urn:c> }", prefixes={"pol": POL})
    stated = assertion_iri("urn:a", POL + "leadBy", "urn:b")
    assert [value(store, stated, f"rdf:{x}") for x in ("subject", "predicate", "object")] == [
        "urn:a", POL + "leadBy", "urn:b"]
    place = value(store, stated, "pol:evidence")
    assert place == evidence_iri(DOCUMENT.key, evidence)
    assert [value(store, place, f"pol:{x}") for x in ("start", "end", "quote", "extractor", "confidence")] == [
        "5", "8", TEXT[5:8], "rule", "0.9"]
    derived = assertion_iri("urn:a", POL + "leadBy", "urn:c")
    assert value(store, derived, "pol:derivedBy") == rule_iri("from-strategy")
    assert value(store, derived, "pol:evidence") is None


def test_evidence_lies_in_the_innermost_section_that_has_begun() -> None:
    one, inner, two = (Evidence(a, a + 2, "s") for a in (0, 5, 16))
    before, after = Evidence(1, 2, "r"), Evidence(17, 18, "r")
    store = graph(extraction(
        Entity("urn:1", "pol:Section", "前言", (one,)), Entity("urn:1/1", "pol:Section", None, (inner,)),
        Entity("urn:2", "pol:Section", "結語", (two,)),
        Entity("urn:m", "pol:Measure", "甲", (before, after, Evidence(8, 10, "r"))),
    ))
    assert value(store, evidence_iri(DOCUMENT.key, before), "pol:inSection") == "urn:1"
    assert value(store, evidence_iri(DOCUMENT.key, Evidence(8, 10, "r")), "pol:inSection") == "urn:1/1"
    assert value(store, evidence_iri(DOCUMENT.key, after), "pol:inSection") == "urn:2"


def test_references_are_nodes() -> None:
    store = graph(extraction(Entity("urn:a", "pol:Measure", None, (), (("dcterms:isPartOf", Ref("urn:b")),))))
    assert store.query("ASK { <urn:a> <http://purl.org/dc/terms/isPartOf> <urn:b> }")


def test_the_same_extraction_gives_the_same_sorted_bytes() -> None:
    entities = [Entity(f"urn:{n}", "pol:Measure", f"名{n}", (Evidence(0, 2, "r"),)) for n in range(20)]
    one, other = extraction(*entities), extraction(*reversed(entities))
    assert shard(one) == shard(other)
    lines = gzip.decompress(shard(one)).decode().splitlines()
    assert lines == sorted(lines)
    assert len(lines) == len(set(lines))
    assert ids.is_local(evidence_iri("k", Evidence(0, 2, "r/x y")))
