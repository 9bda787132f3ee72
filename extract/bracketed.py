"""Brackets inside and behind names: abbreviations, periods, notes."""

from __future__ import annotations

import re

from kg.model import Period
from kg.text.years import period as read_period

#: 計畫(SBIR), 學院(AWE)計畫, 接收站(以下稱三接): no part of the name
_ABBREVIATION = re.compile(r"\((?:[A-Za-z0-9 &.,/+'’\-:]+|(?:以下)?(?:簡)?稱[^()]{1,16}|下(?:簡)?稱[^()]{1,16}|草案)\)")
_PERIOD_BRACKET = re.compile(r"\(([^()]{0,12}\d{2,4}[^()]{0,24})\)")
_TRAILING_PERIOD = re.compile(r"\s?\([^()]{0,12}\d{2,4}[^()]{0,24}年?[^()]{0,6}\)$")


def bare(name: str) -> str:
    """The name without abbreviations and periods in brackets.

    >>> bare("女性創業學院(AWE)計畫"), bare("荖濃溪防災韌性計畫(114-118年)")
    ('女性創業學院計畫', '荖濃溪防災韌性計畫')
    """
    name = _ABBREVIATION.sub("", name)
    if _is_period(name):
        name = _TRAILING_PERIOD.sub("", name)
    return name.strip(" -")


def _is_period(name: str) -> bool:
    m = _TRAILING_PERIOD.search(name)
    return m is not None and read_period(m[0]) is not None


def period_behind(text: str, at: int) -> Period | None:
    """The period printed in brackets at or right behind ``at`` (after a closing mark or an abbreviation).

    >>> period_behind("防災計畫」(114-118年)", 4).end
    2029
    """
    i = at
    while i < len(text) and text[i] in "」』》 ":
        i += 1
    m = _ABBREVIATION.match(text, i)
    if m:
        i = m.end()
    p = _PERIOD_BRACKET.match(text, i)
    return read_period(p[0]) if p else None


def period_inside(name: str) -> Period | None:
    """The period in brackets at the end of a name."""
    m = _TRAILING_PERIOD.search(name)
    return read_period(m[0]) if m else None


_BRACKET = re.compile(r"\s?[(（]([^()（）]{2,80})[)）]")
_LATIN_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9 &.,/+'’\-:]*[A-Za-z0-9.+]")


def other_names(text: str, start: int, end: int, label: str) -> list[str]:
    """Printed variants of a name at ``text[start:end]``: with its bracket, and the Latin name in a bracket behind it.

    >>> other_names("小型企業創新研發計畫(SBIR)補助", 0, 10, "小型企業創新研發計畫")
    ['小型企業創新研發計畫(SBIR)', 'SBIR']
    >>> other_names("推動綠色(ESG)融資方案", 2, 13, "綠色融資方案")
    ['綠色(ESG)融資方案']
    """
    surface = text[start:end].strip("「」『』《》")
    inside = _BRACKET.search(surface)
    behind = _BRACKET.match(text, end + (text[end:end + 1] in ("」", "』", "》") and end < len(text)))
    found = []
    for bracket, printed in ((inside, surface), (behind, surface + behind[0] if behind else "")):
        if bracket is None or not _LATIN_NAME.fullmatch(bracket[1].strip()):
            continue
        if bare(printed.replace("（", "(").replace("）", ")")) != label:
            continue
        found.append(printed)
        if bracket is behind:
            found += [n.strip() for n in bracket[1].split(",") if len(n.strip()) > 1]
    return list(dict.fromkeys(found))
