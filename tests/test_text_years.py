"""Years and periods, ROC and Gregorian."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Period
from kg.text.years import ROC_OFFSET, gregorian, period, plausible, single_year

ROC = st.integers(80, 160)
DASH = st.sampled_from(["-", "–", "－", "～", "~", "至", " 至 ", "—"])
FULL = str.maketrans("0123456789", "０１２３４５６７８９")


@given(st.integers(1, 239))
def test_roc_years(n: int) -> None:
    assert gregorian(n) == n + ROC_OFFSET
    assert gregorian(gregorian(n)) == gregorian(n)
    assert plausible(gregorian(n))


@given(ROC, st.integers(0, 30), DASH, st.booleans(), st.booleans())
def test_a_printed_period_is_read_back(start: int, length: int, dash: str, gregorian_form: bool, full: bool) -> None:
    a, b = (start + ROC_OFFSET, start + length + ROC_OFFSET) if gregorian_form else (start, start + length)
    printed = f"{a}{dash}{b}年"
    if full:
        printed = printed.translate(FULL)
    found = period(f"本方案（{printed}）分期辦理")
    assert found is not None
    assert (found.start, found.end) == (start + ROC_OFFSET, start + length + ROC_OFFSET)
    assert not found.open_end
    assert found.text == printed


@pytest.mark.parametrize(("text", "expected"), [
    ("(113-117年)", Period(2024, 2028, False, "113-117年")),
    ("（２０２４～２０２８）", Period(2024, 2028, False, "２０２４～２０２８")),
    ("106年-迄今", Period(2017, None, True, "106年-迄今")),
    ("民國 114 年至 117 年", Period(2025, 2028, False, "民國 114 年至 117 年")),
    ("民國 58 年至 60 年", Period(1969, 1971, False, "民國 58 年至 60 年")),
    ("112年起", Period(2023, None, True, "112年起")),
])
def test_periods(text: str, expected: Period) -> None:
    assert period(text) == expected


@pytest.mark.parametrize("text", [
    "", "第 3-5 條", "需時 10-15 年", "預算 1,113-117 元", "117-113年", "電話 02-23456789", "113-117", "12024-2028年",
])
def test_what_is_no_period(text: str) -> None:
    assert period(text) is None


@pytest.mark.parametrize(("text", "year"), [
    ("民國114年", 2025), ("中華民國 99 年", 2010), ("2030年目標", 2030), ("114年度預算", 2025), ("１１４年", 2025),
    ("20年", None), ("3年內", None), ("12025年", None), ("1,114年", None), ("沒有年份", None), ("9999年", None),
])
def test_single_years(text: str, year: int | None) -> None:
    assert single_year(text) == year


@given(st.text(st.sampled_from("0123456789１２年度民國至-～起迄今(（.,甲 "), max_size=30))
def test_any_text_gives_plausible_years_or_none(text: str) -> None:
    found = period(text)
    if found is not None:
        assert found.start is not None
        assert plausible(found.start)
        assert found.end is None or found.start <= found.end
        assert (found.end is None) == found.open_end
        assert found.text in text
    year = single_year(text)
    assert year is None or year >= 1912
