"""IRIs: the same thing gets the same one, different things get different ones, all are valid."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import unquote

import pyoxigraph as ox
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg import ids
from kg.names import CLASSES, ID

ANY = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
NAME = st.text(st.sampled_from("臺台「」（）AIai 5G/6_-%.#?<>\"'\\\u3000\u200be\u0301か\u3099０％\n"), max_size=20)


@given(ANY | NAME)
@example("e\u200b\u0301")
@example("か \u3099")
def test_key_of_a_key_is_itself(name: str) -> None:
    assert ids.key(ids.key(name)) == ids.key(name)


@given(ANY | NAME)
def test_key_does_not_depend_on_typesetting(name: str) -> None:
    assert ids.key(f"「{name}」") == ids.key(name)
    assert ids.key(f" \n{name}\u3000") == ids.key(name)
    assert ids.key(name.replace("臺", "台")) == ids.key(name)


@pytest.mark.parametrize(("one", "other"), [
    ("台灣電力股份有限公司", "臺灣電力 股份\n有限公司"), ("５Ｇ計畫", "5G計畫"),
    ("《永續報告》", "永續報告"), ("Open  RAN", "Open RAN"),
])
def test_names_that_are_one(one: str, other: str) -> None:
    assert ids.named("pol:Program", one) == ids.named("pol:Program", other)


@given(ANY | NAME)
def test_a_segment_is_valid_and_reads_back(text: str) -> None:
    found = ids.segment(text)
    iri = ID + "program/" + found
    assert ox.NamedNode(iri).value == iri
    assert not re.search(r"[/?#\s]", found) or re.search(r"[\u00a0-\uffff]", found)
    assert not set("/?#<>\"{}|\\^` %") & set(re.sub("%[0-9A-F]{2}", "", found))
    assert unquote(found) == text.replace(" ", "_")


@given(ANY | NAME, ANY | NAME)
def test_different_texts_give_different_segments(one: str, other: str) -> None:
    assert (ids.segment(one) == ids.segment(other)) == (one.replace(" ", "_") == other.replace(" ", "_"))


@given(ANY | NAME)
def test_an_iri_survives_being_written_and_read(text: str) -> None:
    node = ox.NamedNode(ids.iri("pol:Program", text))
    triple = ox.Triple(node, node, node)
    for rdf in (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.TURTLE):
        assert [q.triple for q in ox.parse(ox.serialize([triple], format=rdf), format=rdf)] == [triple]


@pytest.mark.parametrize("cls", sorted(CLASSES))
def test_every_class_has_its_place(cls: str) -> None:
    assert ids.iri(cls, "甲", "1/2") == f"{ID}{CLASSES[cls]}/甲/1%2F2"
    assert ids.is_local(ids.iri(cls, "甲"))


@pytest.mark.parametrize("name", ["", "  ", "「」", "\u200b"])
def test_a_thing_without_a_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="needs a name"):
        ids.named("pol:Ministry", name)


def test_concepts_digests_and_documents() -> None:
    assert ids.concept("adoption-status", "已參採") == ID + "adoption-status/已參採"
    assert ids.digest("a", "bc") != ids.digest("ab", "c")
    assert re.fullmatch("[0-9a-f]{20}", ids.digest("a"))
    sha256 = hashlib.sha256(b"x").hexdigest()
    assert ids.document_key(sha256) == sha256[:16]
    assert not ids.is_local("https://example.org/x")
