"""Chinese, full-width and printed numerals to numbers."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

#: one to nine with the financial and variant forms met in headings (拾参 = 13)
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "○": 0, "壹": 1, "貳": 2, "貮": 2, "弍": 2, "兩": 2, "參": 3, "参": 3, "叁": 3, "叄": 3, "肆": 4, "伍": 5,
    "陸": 6, "柒": 7, "捌": 8, "玖": 9,
}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_TWENTIES = {"廿": 20, "卅": 30, "卌": 40}
#: printed forms that Decimal would read and a document would not mean (1_000, 1e5, NaN) are kept out
_PLAIN_NUMBER = re.compile(r"[+-]?(?:[0-9][0-9,]*)?\.?[0-9]+")
_BIG = {"萬": 10**4, "億": 10**8, "兆": 10**12}

CHINESE_DIGIT_CLASS = "零〇○一二三四五六七八九十百千壹貳貮參参叁叄肆伍陸柒捌玖拾佰仟廿卅兩"


def chinese_number(text: str) -> int | None:
    """The value of a Chinese numeral; None if it is none.

    Positional digits (一一四) and counted forms (一百一十四) are both read.

    >>> chinese_number("十二"), chinese_number("拾参"), chinese_number("一一四"), chinese_number("二十萬三千")
    (12, 13, 114, 203000)
    """
    if not text:
        return None
    if all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total = section = 0
    digit: int | None = None
    for c in text:
        if c in _DIGITS:
            if digit:  # 二三十 is no numeral; a zero may precede a digit (一百零五)
                return None
            digit = _DIGITS[c]
        elif c in _TENS:
            section += (1 if digit is None else digit) * _TENS[c]
            digit = None
        elif c in _TWENTIES:
            section += _TWENTIES[c]
            digit = None
        elif c in _BIG:
            total += (section + (digit or 0) or 1) * _BIG[c]
            section, digit = 0, None
        else:
            return None
    return total + section + (digit or 0)


#: a printed Arabic number, with thousands separators and decimals (also full-width)
NUMBER = re.compile(r"[+\-－−]?(?:[0-9０-９]{1,3}(?:[,，][0-9０-９]{3})+|[0-9０-９]+)(?:[.．][0-9０-９]+)?")


def printed_number(text: str) -> Decimal | None:
    """The value of a printed Arabic number such as ``1,088.88`` or ``３０``; None if it is none."""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    return Decimal(plain.replace(",", "")) if _PLAIN_NUMBER.fullmatch(plain) else None


#: multipliers that stand between a number and its unit
MULTIPLIERS: dict[str, Decimal] = {
    "兆": Decimal(10**12), "千億": Decimal(10**11), "百億": Decimal(10**10), "十億": Decimal(10**9),
    "億": Decimal(10**8), "千萬": Decimal(10**7), "百萬": Decimal(10**6), "十萬": Decimal(10**5),
    "萬": Decimal(10**4), "千": Decimal(1000), "仟": Decimal(1000), "百": Decimal(100),
}
