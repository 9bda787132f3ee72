"""Offset maps: whatever is done to a text, its characters lead back to the original."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Span
from kg.text.clean import Clean, concat, joined, lines, mapped, nfkc, raw, without_tags
from kg.text.normal import loose

ANY = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
#: blanks, line breaks, digits, punctuation, Latin and Chinese close together
PRINTED = st.text(st.sampled_from("  \n\r\t\u3000\u200b\ufeff,.1203aZ(（）。、，計畫的年①％"), max_size=60)
TEXT = ANY | PRINTED


def leads_back(piece: Clean, text: str) -> None:
    """Offsets belong to the original and grow; both halves have the same length."""
    assert len(piece.text) == len(piece.offsets) == len(piece)
    assert all(0 <= o < len(text) for o in piece.offsets)
    assert all(a < b for a, b in zip(piece.offsets, piece.offsets[1:], strict=False))


@given(TEXT)
def test_joined_keeps_characters_and_their_places(text: str) -> None:
    piece = joined(raw(text))
    leads_back(piece, text)
    for char, offset in zip(piece.text, piece.offsets, strict=True):
        assert text[offset] == char or (char == " " and (text[offset].isspace() or text[offset] in "\u200b\ufeff"))


@given(TEXT)
def test_joined_drops_nothing_but_white_space(text: str) -> None:
    def solid(s: str) -> str:
        return "".join(c for c in s if not c.isspace() and c not in "\u200b\ufeff")

    assert solid(joined(raw(text)).text) == solid(text)


@given(TEXT)
def test_joined_is_done_after_once(text: str) -> None:
    once = joined(raw(text))
    assert joined(once) == once


@pytest.mark.parametrize(("printed", "expected"), [
    ("推動\n智慧 農業", "推動智慧農業"),
    ("Open\n  RAN 設備", "Open RAN設備"),
    ("共 1,\n 306 件", "共1,306件"),
    ("第3 項", "第3項"),
    (" \n　 ", ""),
    ("甲\ufeff乙\u200b丙", "甲乙丙"),
])
def test_joined_as_typeset(printed: str, expected: str) -> None:
    assert joined(raw(printed)).text == expected


@given(TEXT)
def test_nfkc_keeps_one_place_for_each_character(text: str) -> None:
    piece = nfkc(raw(text))
    assert len(piece.text) == len(piece.offsets)
    assert list(piece.offsets) == sorted(piece.offsets)
    for offset in set(piece.offsets):
        folded = "".join(c for c, o in zip(piece.text, piece.offsets, strict=True) if o == offset)
        assert folded == unicodedata.normalize("NFKC", text[offset])


def test_nfkc_of_a_compound_character_points_to_it() -> None:
    piece = nfkc(raw("共⑩㎡"))
    assert piece.text == "共10m2"
    assert piece.span(1, 3) == Span(1, 2)
    assert piece.span(4, 5) == Span(2, 3)


@given(TEXT)
def test_mapped_may_drop_characters(text: str) -> None:
    piece = mapped(raw(text), lambda c: "" if c.isdigit() else c)
    leads_back(piece, text)
    assert piece.text == "".join(c for c in text if not c.isdigit())


@given(TEXT, st.integers(0, 60), st.integers(0, 60))
def test_span_gives_the_stretch_of_the_original(text: str, a: int, b: int) -> None:
    piece = raw(text)
    if 0 <= a < b <= len(text):
        assert piece.span(a, b) == Span(a, b)
        assert piece[a:b].whole() == Span(a, b)
    else:
        with pytest.raises(ValueError, match="no characters"):
            piece.span(a, b)


@given(TEXT)
def test_slices_of_cleaned_text_lead_back(text: str) -> None:
    piece = joined(raw(text))
    for a in range(len(piece)):
        span = piece[a:].whole()
        assert text[span.start] == piece.text[a] or piece.text[a] == " "
        assert span.end == piece.offsets[-1] + 1


@given(TEXT)
def test_strip_is_that_of_strings(text: str) -> None:
    piece = raw(text).strip()
    leads_back(piece, text)
    assert piece.text == text.strip()
    assert raw(text).strip("1a年").text == text.strip("1a年")


@given(TEXT)
def test_remove_is_substitution_by_nothing(text: str) -> None:
    for pattern in (re.compile(r"\s+"), re.compile(r"[0-9年]"), re.compile("x*")):
        piece = raw(text).remove(pattern)
        leads_back(piece, text)
        assert piece.text == pattern.sub("", text)


@given(TEXT)
def test_lines_are_those_of_the_text_without_their_ends(text: str) -> None:
    found = lines(text)
    assert [x.text for x in found] == [x.removesuffix("\r") for x in text.split("\n")]
    for line in found:
        assert "".join(text[o] for o in line.offsets) == line.text


@given(TEXT, TEXT)
def test_concat_of_pieces(a: str, b: str) -> None:
    whole = a + b
    piece = concat([raw(whole, 0, len(a)), raw(whole, len(a))])
    assert piece == raw(whole)


def test_tags_are_removed_and_comparisons_stay() -> None:
    text = "<p class='x'>一、<b>推動</b></p><!-- 註\n記 -->成長率 <5% 且 3 < 4"
    piece = without_tags(raw(text))
    assert piece.text == "一、推動成長率 <5% 且 3 < 4"
    leads_back(piece, text)


@given(TEXT)
def test_loose_form_is_stable(text: str) -> None:
    assert " " not in loose(text)
    assert loose("台灣 2050：淨零（排放）") == loose("臺灣２０５０淨零排放")
