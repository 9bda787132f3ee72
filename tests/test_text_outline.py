"""Numbering markers of official documents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text.outline import RANK, Marker, marker


@pytest.mark.parametrize(("line", "kind", "ordinal", "printed"), [
    ("壹、前言", "formal", 1, "壹、"),
    ("拾参、附則", "formal", 13, "拾参、"),
    ("第三章 執行", "chapter", 3, "第三章"),
    ("第 12 章", "chapter", 12, "第 12 章"),
    ("十二、其他", "chinese", 12, "十二、"),
    ("（二）策略", "chinese-paren", 2, "（二）"),
    ("(十一)策略", "chinese-paren", 11, "(十一)"),
    ("1、措施", "arabic", 1, "1、"),
    ("３．措施", "arabic", 3, "３．"),
    ("(3) 推動", "arabic-paren", 3, "(3)"),
    ("1.2.3 目標", "decimal", 3, "1.2.3"),
    ("A. 行動", "letter-upper", 1, "A."),
    ("b. 行動", "letter-lower", 2, "b."),
    ("IV. 行動", "roman-upper", 4, "IV."),
    ("ii. 行動", "roman-lower", 2, "ii."),
    ("(C) 行動", "letter-paren", 3, "(C)"),
    (" - II. 行動", "roman-upper", 2, "II."),
    ("**（二）粗體**", "chinese-paren", 2, "（二）"),
    ("\ufeff壹、前言", "formal", 1, "壹、"),
    ("\u3000\u3000一、縮排", "chinese", 1, "一、"),
])
def test_markers(line: str, kind: str, ordinal: int, printed: str) -> None:
    found = marker(line)
    assert found is not None
    assert (found.kind, found.ordinal, found.text) == (kind, ordinal, printed)
    assert line[found.start:found.end].strip() == printed


@pytest.mark.parametrize("line", ["", "2025 年", "2025、2026 年", "一般說明", "e.g. 例", "12.5%", "XXXX. x"])
def test_what_is_no_marker(line: str) -> None:
    assert marker(line) is None


def test_decimal_parts() -> None:
    found = marker("２．１０ 子目")
    assert found == Marker("decimal", 10, "２．１０", 0, 4, (2, 10))


def test_search_can_be_limited_to_kinds() -> None:
    assert marker("I. 行動", "letter-upper") == Marker("letter-upper", 9, "I.", 0, 2)
    assert marker("一、甲", "arabic", "formal") is None


@given(st.text(max_size=20) | st.text(st.sampled_from("壹一二十(（)）、.．1２A. ivIVX-*第章\u3000甲"), max_size=12))
def test_any_line_gives_a_marker_that_stands_in_it_or_none(line: str) -> None:
    found = marker(line)
    if found is not None:
        assert found.kind in RANK
        assert 0 <= found.start < found.end <= len(line)
        assert found.text == line[found.start:found.end].strip()
        assert found.ordinal >= 0
