"""What the readers of laid-out documents share: table rows as lines, list numbers as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

BULLET = "•"
_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹貳參肆伍陸柒捌玖"
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def row(cells: Iterable[str]) -> str:
    """A table row as a line: cells separated by tabs, white space inside a cell as one blank."""
    return "\t".join(re.sub(r"\s+", " ", cell).strip() for cell in cells)


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """A table's lines. One of a single column is a frame around paragraphs, which stay as they are."""
    if all(len(cells) <= 1 for cells in rows):
        return [line for cells in rows for cell in cells for line in cell.split("\n")]
    return [row(cells) for cells in rows]


def numbered(label: str, text: str) -> str:
    """A paragraph behind its list number."""
    if not label:
        return text
    return label + ("" if label[-1] in "、．：:)）〕】" else " ") + text


def number(n: int, form: str) -> str:
    """A list number in the form that Word (``w:numFmt``) or ODF (``style:num-format``) names.

    ODF's Chinese forms are named by their beginning (``一, 二, 三, ...``). Unknown forms give Arabic
    digits, ``none`` and the empty form nothing.
    """
    if form in ("none", ""):
        return ""
    if n < 1:
        return str(n)
    first = form[0]
    if form.startswith(("taiwaneseCounting", "chineseCounting", "ideographDigital")) or first == "一":
        return _chinese(n, _DIGITS, "十百千")
    if form.startswith(("ideographLegal", "chineseLegal")) or first in "壹壱":
        return _chinese(n, _LEGAL, "拾佰仟")
    if form == "ideographTraditional" or first == "甲":
        return _STEMS[(n - 1) % 10]
    if form == "ideographZodiac" or first == "子":
        return _BRANCHES[(n - 1) % 12]
    if (form.startswith("decimalEnclosedCircle") or first == "①") and n <= 20:
        return chr(0x245F + n)
    if form.startswith("decimalEnclosedParen") and n <= 20:
        return chr(0x2473 + n)
    if form.startswith("decimalFullWidth") or first == "１":
        return "".join(chr(ord(d) + 0xFEE0) for d in str(n))
    if form in ("lowerLetter", "upperLetter", "a", "A"):
        letter = chr(ord("a") + (n - 1) % 26) * ((n - 1) // 26 + 1)
        return letter if form in ("lowerLetter", "a") else letter.upper()
    if form in ("lowerRoman", "upperRoman", "i", "I"):
        roman = _roman(n)
        return roman if form in ("lowerRoman", "i") else roman.upper()
    return f"{n:02}" if form == "decimalZero" else str(n)


def _chinese(n: int, digits: str, units: str) -> str:
    """A number below 10,000 in Chinese; 10 to 19 without the leading one where the digits are the plain ones."""
    if n >= 10_000:
        return str(n)
    out, gap = "", False
    for power in (3, 2, 1, 0):
        digit = n // 10**power % 10
        if digit:
            out += ("零" if gap and out else "") + digits[digit] + (units[power - 1] if power else "")
        gap = not digit
    return out[1:] if 10 <= n < 20 and digits is _DIGITS else out


def _roman(n: int) -> str:
    if n >= 4000:
        return str(n)
    out = ""
    for value, letters in _ROMAN:
        out += letters * (n // value)
        n %= value
    return out
