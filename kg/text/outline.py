"""The numbering of Taiwanese official documents: 壹、 一、 (一) 1、 (1) A. a. I. i. and decimals.

A marker has a kind (its typographic form) and an ordinal. The nesting of kinds is that
of the document style guide (行政院「文書處理手冊」: 壹、一、(一)、1、(1)), but every document
decides for itself: :class:`Outline` keeps a stack and pops to the kind that returns.
"""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass

from kg.text.numerals import CHINESE_DIGIT_CLASS, chinese_number

_FORMAL = "壹貳貮參参叁叄肆伍陸柒捌玖拾"
_PLAIN = "〇零一二三四五六七八九十百廿卅"
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}

#: kind -> pattern; tried in this order at the start of a line without its indentation
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("formal", re.compile(rf"([{_FORMAL}]{{1,3}})\s*[、.．]")),
    ("chapter", re.compile(rf"第\s*([{CHINESE_DIGIT_CLASS}\d]{{1,4}})\s*[章篇編]")),
    ("division", re.compile(rf"第\s*([{CHINESE_DIGIT_CLASS}\d]{{1,3}})\s*節(?=[\s\u3000]|$)")),
    # an article of a law stands apart from its text; one that is cited does not
    ("article", re.compile(rf"第\s*([{CHINESE_DIGIT_CLASS}\d]{{1,5}})(?:\s*-\s*\d+)?\s*條"
                           rf"(?:\s*之\s*[{CHINESE_DIGIT_CLASS}\d]{{1,3}})?(?=[\s\u3000]|$|[(（])")),
    ("chinese", re.compile(rf"([{_PLAIN}]{{1,4}})\s*[、.．]")),
    ("chinese-paren", re.compile(rf"[(（]\s*([{_PLAIN}]{{1,4}})\s*[)）]\s*、?")),
    ("decimal", re.compile(r"(\d{1,2}(?:[.．]\d{1,2}){1,4})(?![\d%A-Za-z])[.．、]?(?=\s|[^\d\s.A-Za-z])")),
    ("arabic", re.compile(r"(\d{1,3})\s*(?:、|[.．](?!\d))")),
    ("arabic-paren", re.compile(r"[(（]\s*(\d{1,3})\s*[)）]\s*、?")),
    ("roman-upper", re.compile(r"([IVX]{1,5})\s*[.．、]")),
    ("roman-lower", re.compile(r"([ivx]{1,5})\s*[.．、]")),
    ("letter-upper", re.compile(r"([A-Z])\s*[.．、](?![A-Za-z])")),
    ("letter-lower", re.compile(r"([a-z])\s*[.．、](?![A-Za-z])")),
    ("letter-paren", re.compile(r"[(（]\s*([A-Za-z])\s*[)）]")),
)
_ON_REQUEST = frozenset(("division", "article"))
#: what any marker begins with: most lines need no pattern
_FIRST = frozenset(_FORMAL + _PLAIN + "第(（" + string.digits + string.ascii_letters)
#: outermost first; used for kinds that have not been seen in the document yet
RANK: dict[str, int] = {kind: i for i, kind in enumerate((
    "chapter", "formal", "division", "article", "chinese", "chinese-paren", "decimal", "arabic", "arabic-paren",
    "roman-upper", "letter-upper", "letter-lower", "roman-lower", "letter-paren",
))}
#: list dashes, bold marks and a file's byte order mark that may stand before a marker
LEAD = re.compile(r"^\ufeff?[\s\u3000]*(?:[-–—•●■◆*＊]+\s*)?(?:\*\*)?[\s\u3000]*")


@dataclass(frozen=True, slots=True)
class Marker:
    """A numbering marker: ``text`` as printed, standing at ``start:end`` of the line."""

    kind: str
    ordinal: int
    text: str
    start: int
    end: int
    #: all numbers of a decimal marker (1.2.3 -> (1, 2, 3))
    parts: tuple[int, ...] = ()


def _roman(text: str) -> int | None:
    values = [_ROMAN_VALUES[c] for c in text.upper()]
    total = sum(-v if any(w > v for w in values[i + 1:i + 2]) else v for i, v in enumerate(values))
    numerals = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"]
    tens = "X" * (total // 10) if total < 40 else ""
    return total if 0 < total < 40 and text.upper() == tens + numerals[total % 10] else None


def marker(line: str, *kinds: str) -> Marker | None:
    """The marker at the start of a line (behind indentation, list dash, bold mark); None if none.

    ``kinds`` limits the search to these kinds; articles (第一條) and divisions (第一節) are found only if asked for,
    since other texts cite them at a line's beginning.

    >>> marker("（二）策略二").kind, marker(" - (3) 推動").ordinal, marker("2025 年") is None
    ('chinese-paren', 3, True)
    """
    lead = LEAD.match(line)
    at = lead.end() if lead else 0
    if line[at:at + 1] not in _FIRST and not line[at:at + 1].isdecimal():
        return None
    for kind, pattern in _KINDS:
        if kind not in kinds if kinds else kind in _ON_REQUEST:
            continue
        m = pattern.match(line, at)
        if m is None:
            continue
        printed = unicodedata.normalize("NFKC", m[1])
        parts: tuple[int, ...] = ()
        ordinal: int | None
        if kind in ("formal", "chinese", "chinese-paren"):
            ordinal = chinese_number(m[1])
        elif kind in ("chapter", "division", "article"):
            ordinal = int(printed) if printed.isdigit() else chinese_number(m[1])
        elif kind == "decimal":
            parts = tuple(int(p) for p in printed.split("."))
            ordinal = parts[-1]
        elif kind.startswith("arabic"):
            ordinal = int(printed)
        elif kind.startswith("roman"):
            ordinal = _roman(m[1])
        else:
            ordinal = ord(m[1].upper()) - ord("A") + 1
        if ordinal is None:
            continue
        return Marker(kind, ordinal, m[0].strip(), at, m.end(), parts)
    return None
