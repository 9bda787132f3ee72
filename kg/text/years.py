"""Years and periods as Taiwanese documents print them: 民國 (ROC) and Gregorian.

ROC year n is Gregorian n + 1911 (民國元年 = 1912). A bare number below 1000 before 年 or in
a period is read as ROC, four digits as Gregorian.
"""

from __future__ import annotations

import re
import unicodedata

from kg.model import Period
from kg.text.clean import nfkc, raw

ROC_OFFSET = 1911

_DASH = r"[-–—─－~～至到]+"
_OPEN = r"(?:迄今|至今|未定|持續|起)"
#: not a part of a longer number (1,113-117; 12025年)
_ALONE = r"(?<!\d)(?<!\d[.,])"
_YEAR = rf"(?:(?:中華)?民國)?\s*{_ALONE}(\d{{2,4}})(?!\d)\s*(?:年度|年)?"
_PERIOD = re.compile(rf"{_YEAR}\s*(?:{_DASH}\s*(?:{_YEAR}|({_OPEN}))|({_OPEN}))")
_SINGLE = re.compile(rf"(?:(?:中華)?民國)\s*(\d{{1,3}})\s*年|{_ALONE}(\d{{4}})\s*年|{_ALONE}(\d{{2,3}})\s*年(?:度)?")
#: a bare ROC year before it is more likely a number of years (10-15年)
_EARLIEST_BARE = 80


def gregorian(number: int) -> int:
    """A printed year as a Gregorian one: 114 -> 2025, 2025 -> 2025."""
    return number + ROC_OFFSET if number < 1000 else number


def plausible(year: int) -> bool:
    """Can it be a year of a policy document?"""
    return 1900 <= year <= 2150


def period(text: str) -> Period | None:
    """The first period printed in a text, its text as printed; None if there is none.

    Two bare numbers of which one is below 80 are a period only behind 民國, so that spans
    such as 10-15年 are none.

    >>> period("(113-117年)")
    Period(start=2024, end=2028, open_end=False, text='113-117年')
    >>> period("106年-迄今").open_end, period("(民國 114 年至 117 年)").start
    (True, 2025)
    """
    clean = nfkc(raw(text))
    folded = clean.text
    for m in _PERIOD.finditer(folded):
        start = gregorian(int(m[1]))
        end = gregorian(int(m[2])) if m[2] else None
        if not plausible(start) or (end is not None and not (plausible(end) and end >= start)):
            continue
        if m[2] and min(int(m[1]), int(m[2])) < _EARLIEST_BARE and "民國" not in m[0]:
            continue
        if end is None or "年" in m[0] or re.search(r"[(（]\s*$", folded[: m.start()]) or int(m[1]) >= 1900:
            printed = clean.span(m.start(), m.end())
            return Period(start, end, end is None, text[printed.start:printed.end].strip())
    return None


def single_year(text: str) -> int | None:
    """The first year printed in a text (民國114年, 2025年, 114年度); None if there is none.

    A bare two- or three-digit number counts only from 80 to 160 (ROC 80-160), so that
    spans such as 20年 or 3年 are no years.
    """
    for m in _SINGLE.finditer(unicodedata.normalize("NFKC", text)):
        if m[1]:
            return gregorian(int(m[1]))
        if m[2] and plausible(int(m[2])):
            return int(m[2])
        if m[3] and 80 <= int(m[3]) <= 160:
            return gregorian(int(m[3]))
    return None
