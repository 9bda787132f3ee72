"""Chinese, full-width and printed numerals: what a formatter writes is read back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text.numerals import CHINESE_DIGIT_CLASS, NUMBER, chinese_number, printed_number

DIGITS = "零一二三四五六七八九"
FORMAL = "零壹貳參肆伍陸柒捌玖"


def section(n: int, digits: str, ten: str, hundred: str, thousand: str) -> str:
    """A number below 10,000 with its zeros, as 零 stands for a gap."""
    out, gap = "", False
    for value, unit in ((1000, thousand), (100, hundred), (10, ten), (1, "")):
        d, n = divmod(n, value)
        if d:
            out += ("零" if gap and out else "") + digits[d] + unit
            gap = False
        else:
            gap = True
    return out


def counted(n: int, *, formal: bool = False) -> str:
    """A number as counted in Chinese: 203005 -> 二十萬三千零五."""
    signs = (FORMAL, "拾", "佰", "仟") if formal else (DIGITS, "十", "百", "千")
    if n == 0:
        return "零"
    out, rest = "", n
    for value, unit in ((10**12, "兆"), (10**8, "億"), (10**4, "萬"), (1, "")):
        part, rest = divmod(rest, value)
        if part:
            out += ("零" if out and part < 1000 else "") + section(part, *signs) + unit
    return out


@given(st.integers(0, 10**16 - 1) | st.integers(0, 1000))
def test_counted_numerals_are_read_back(n: int) -> None:
    assert chinese_number(counted(n)) == n
    assert chinese_number(counted(n, formal=True)) == n


@given(st.integers(10, 19))
def test_ten_needs_no_one(n: int) -> None:
    assert chinese_number(counted(n).removeprefix("一")) == n


@given(st.integers(0, 10**9))
def test_positional_digits_are_read_back(n: int) -> None:
    assert chinese_number("".join(DIGITS[int(c)] for c in str(n))) == n
    assert chinese_number("".join("〇壹貳参肆伍陸柒捌玖"[int(c)] for c in str(n))) == n


@given(st.text(st.sampled_from(CHINESE_DIGIT_CLASS + "萬億a1 "), max_size=8))
def test_any_text_gives_a_number_or_none(text: str) -> None:
    value = chinese_number(text)
    assert value is None or value >= 0


@pytest.mark.parametrize(("text", "value"), [
    ("廿三", 23), ("卅", 30), ("一百零五", 105), ("兩千", 2000), ("拾参", 13), ("二十", 20),
    ("", None), ("十x", None), ("12", None), ("二三十", None),
])
def test_numerals_met_in_documents(text: str, value: int | None) -> None:
    assert chinese_number(text) == value


@given(st.decimals(min_value=-10**12, max_value=10**12, places=2))
def test_printed_numbers_are_read_back(value: Decimal) -> None:
    full = str.maketrans("0123456789,.", "０１２３４５６７８９，．")
    for printed in (f"{value:,}", f"{value}", f"{value:,}".translate(full), f" {value} "):
        assert printed_number(printed) == value
        assert NUMBER.fullmatch(printed.strip()), printed


@pytest.mark.parametrize("text", [
    "", "-", "NaN", "Infinity", "1e5", "1_000", "十", "1.2.3", "１ ２", ",", ".", "1-2", "0x10",
])
def test_what_is_no_printed_number(text: str) -> None:
    assert printed_number(text) is None


@given(st.text(max_size=12))
def test_printed_number_never_fails(text: str) -> None:
    value = printed_number(text)
    assert value is None or value.is_finite()
