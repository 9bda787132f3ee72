"""The collector: what is said twice is merged, places are checked, nothing is lost on the way."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.entities import default_finder
from kg import ids
from kg.model import Document, Evidence, Mention, Period, Quantity, Ref, Span
from kg.rdf import triples
from kg.records import Records, span_of
from kg.resolve import default_resolver
from kg.text.clean import joined, raw

TEXT = "壹、前言\n  交通部辦理 道路改善。\n\n二、結語\n附錄甲\n"


def records(text: str = TEXT) -> Records:
    return Records(Document("0" * 16, "a.txt", "0" * 64, text), default_resolver(), default_finder(), "generic")


def test_a_place_is_a_span_a_pair_or_a_clean_text() -> None:
    assert span_of((2, 5)) == span_of(Span(2, 5)) == span_of(raw(TEXT, 2, 5)) == Span(2, 5)


def test_evidence_leaves_white_space_out() -> None:
    found = records().evidence((4, 15), "rule", 0.777)
    assert found == Evidence(7, 15, "rule", 0.78)
    assert TEXT[found.start:found.end].strip() == TEXT[found.start:found.end]


@pytest.mark.parametrize("place", [(0, 0), (5, 4), (-1, 3), (0, 1000), (4, 6)])
def test_evidence_needs_characters(place: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="rule"):
        records().evidence(place, "rule")


@given(st.text(st.sampled_from(" \n甲乙"), min_size=1, max_size=12), st.integers(0, 12), st.integers(0, 12))
def test_evidence_is_a_stretch_of_the_text_or_an_error(text: str, a: int, b: int) -> None:
    try:
        found = records(text).evidence((a, b), "rule")
    except ValueError:
        assert not text[a:b].strip() or b > len(text) or a >= b
    else:
        assert text[found.start:found.end] == text[a:b].strip()


def test_the_same_thing_twice_is_one_with_two_evidences() -> None:
    r = records()
    iri = ids.named("pol:Program", "甲計畫")
    r.add("pol:Program", iri, "甲計畫", (0, 1), "a", attributes={"pol:startYear": 2024})
    again = r.add("pol:Program", iri, "甲案", [(7, 9), Span(9, 10)], "b", attributes={
        "pol:startYear": 2024, "pol:endYear": None, "pol:unit": ["一", "二"],
    }, alt=["甲", "甲計畫", ""])
    assert again == iri
    (entity,) = r.finish().entities
    assert entity.label == "甲計畫"
    assert entity.alt_labels == ("甲案", "甲")
    assert len(entity.evidence) == 3
    assert entity.attributes == (("pol:startYear", 2024), ("pol:unit", "一"), ("pol:unit", "二"))


def test_parts_are_numbered_in_their_parent() -> None:
    r = records()
    one = r.section(r.iri, "壹", "1", "前言", (0, 4), "s")
    two = r.section(r.iri, "二", "2", None, (19, 23), "s")
    inner = r.part("pol:Measure", one, "1", "道路", (7, 9), "m")
    twin = r.part("pol:Measure", one, "1", "改善", (13, 15), "m")
    assert inner.endswith("/measure/" + "0" * 16 + "/1/1")
    assert twin == inner + "-2"
    assert r.has(two)
    by_iri = {e.iri: dict(e.attributes) for e in r.finish().entities}
    assert by_iri[one] == {"dcterms:isPartOf": Ref(r.iri), "pol:order": 1, "pol:number": "壹"}
    assert by_iri[two]["pol:order"] == 2
    assert [by_iri[i]["pol:order"] for i in (inner, twin)] == [1, 2]
    assert r.titled(frozenset({"pol:Measure"})) == [
        (inner, "pol:Measure", "道路", [Span(7, 9)]), (twin, "pol:Measure", "改善", [Span(13, 15)]),
    ]


def test_relations_gather_evidence_and_stated_ones_win_over_derived() -> None:
    r = records()
    r.relate("urn:a", "pol:leadBy", "urn:b", (7, 10), "x")
    r.relate("urn:a", "pol:leadBy", "urn:b", [(7, 10), (12, 14)], "x")
    r.derive("urn:a", "pol:leadBy", "urn:b", "rule")
    r.derive("urn:a", "pol:leadBy", "urn:c", "rule")
    stated, derived = r.finish().relations
    assert len(stated.evidence) == 2
    assert stated.derived_by is None
    assert (derived.object, derived.evidence, derived.derived_by) == ("urn:c", (), "rule")
    assert r.pairs("pol:leadBy") == [("urn:a", "urn:b")]


def test_known_bodies_are_resolved_and_unknown_ones_reported() -> None:
    r = records()
    assert r.body("交通部", (7, 10), "x") == ids.named("pol:Ministry", "交通部")
    r.body("某某聯合推動辦公室", (12, 16), "x")
    r.body("某某聯合推動辦公室", (12, 16), "x")
    found = r.finish()
    assert [(u.kind, u.surface, u.start) for u in found.unresolved] == [("body", "某某聯合推動辦公室", 12)]


def test_a_provision_is_part_of_its_law() -> None:
    r = records()
    iri = r.provision("道路交通安全規則", "第 3 條", (7, 10), "x")
    by_iri = {e.iri: e for e in r.finish().entities}
    (law,) = (v.iri for k, v in by_iri[iri].attributes if k == "dcterms:isPartOf")
    assert by_iri[law].cls == "pol:Regulation"
    assert iri == ids.iri("pol:Provision", "") + law.rsplit("/", 1)[-1] + "/第3條"


def test_a_target_needs_a_quantity() -> None:
    r = records()
    mention = Mention("Target", "件數", "10件", 0, 3, "t")
    with pytest.raises(ValueError, match="needs a quantity"):
        r.target(r.iri, mention, (7, 10))
    quantity = Quantity(Decimal(10), "件", "10件", "≥")
    iri = r.target(r.iri, Mention("Target", "件數", "10件", 0, 3, "t", quantity=quantity, year=2030), (7, 10))
    attributes = dict(r.finish().entities[0].attributes)
    assert iri.endswith("/7-10")
    assert (attributes["pol:value"], attributes["pol:ofYear"], attributes["pol:comparator"]) == (Decimal(10), 2030, "≥")


def test_declared_counts_hang_on_their_subject() -> None:
    r = records()
    r.add("pol:Plan", "urn:plan", "計畫", (0, 4), "p")
    r.declare("措施", 3, 2, (0, 4), "d", "urn:plan")
    found = r.finish()
    assert [(d.label, d.declared, d.found) for d in found.declared] == [("措施", 3, 2)]
    plan = next(e for e in found.entities if e.iri == "urn:plan")
    assert ("pol:declaredCount", Ref(ids.iri("pol:DeclaredCount", "0" * 16, "措施"))) in plan.attributes


def test_periods_become_attributes() -> None:
    r = records()
    program = default_resolver().program("某某甲計畫")
    r.named(program, (0, 4), "p", period=Period(2024, None, True, "113年起"), surface="甲計畫")
    (entity,) = r.finish().entities
    assert entity.attributes == (("pol:startYear", 2024), ("pol:openEnd", True), ("pol:periodText", "113年起"))
    assert entity.alt_labels == ("甲計畫",)


def test_lines_that_no_rule_read_are_counted() -> None:
    r = records()
    assert r.finish().unread_lines == (1, 2, 4, 5)
    r.add("pol:Section", "urn:s", "前言", (2, 4), "s")
    assert r.finish().unread_lines == (2, 4, 5), "evidence anywhere in a line reads it"
    r.relate("urn:a", "pol:leadBy", "urn:b", (7, 10), "x")
    assert r.finish().unread_lines == (4, 5)
    r.read((24, 26))
    assert r.finish().unread_lines == (4,), "a stretch that begins with a line's end reads the next line alone"


def test_mentions_in_running_text_point_into_the_original() -> None:
    text = "本案由交\n通部與經濟 部共同辦理。"
    r = records(text)
    section = r.section(r.iri, None, "1", None, (0, len(text)), "s")
    r.mentions_in(section, joined(raw(text)))
    found = r.finish()
    quotes = {e.label: text[e.evidence[0].start:e.evidence[0].end] for e in found.entities if e.cls == "pol:Ministry"}
    assert quotes == {"交通部": "交\n通部", "經濟部": "經濟 部"}
    assert {x.predicate for x in found.relations} == {"pol:mentions"}


def test_doubtful_names_are_candidates_and_no_mentions() -> None:
    r = records("循山城更新計畫辦理。")
    r.candidate(r.iri, "pol:mentions", "山城更新計畫", (1, 7), "bare-program", 0.4)
    extraction = r.finish()
    assert [c.object for c in extraction.candidates] == ["山城更新計畫"]
    assert not extraction.relations
    found = triples(extraction)
    assert any("review-status/candidate" in str(t.object) for t in found)
    assert not any(str(t.predicate).endswith("#mentions>") for t in found), "no plain triple"


def test_a_paragraph_that_looks_back_does_not_make_an_old_document() -> None:
    text = "環保署於106年公告。\n113年環境部接續辦理。\n"
    r = records(text)
    r.mentions_in(r.iri, raw(text, 0, 11))
    assert [e.label for e in r.finish().entities if e.cls == "pol:Ministry"] == ["環境部"]
