"""The front page of a plan: title, period, date and number of the approval."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extract.plan_layout import Line, join
from kg.model import Period
from kg.text.clean import Clean, joined, raw
from kg.text.outline import marker
from kg.text.years import gregorian, period

_TITLE_END = re.compile(r"(?:計畫|方案|白皮書|綱領|藍圖|策略|規劃)(?:書)?$")
#: the state of the text behind a title
_VERSION = re.compile(r"\s*[（(](?:草案|核定本|修正本|修訂版|定稿|初稿|公告版)[)）]$")
_DATE = re.compile(r"民國\s*(\d{2,3})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
#: 院臺科字第…號: a letter of the Executive Yuan
_APPROVED = re.compile(r"院[臺台授]\S{0,4}字第|行政院.{0,12}核定")


@dataclass(frozen=True, slots=True)
class Front:
    """What the front page says; None where it does not."""

    title: Clean | None
    period: Period | None
    issued: str | None
    approved: Clean | None


def read_front(content: Sequence[Line]) -> Front:
    """The front matter of a plan from the lines before its first chapter."""
    lines = [line for line in content if "\t" not in line.text][:40]
    title = _title(lines)
    found = next((p for line in lines[:15] if (p := period(line.text))), None)
    if found is not None:
        found = replace(found, text=joined(raw(found.text)).text)
    issued: str | None = None
    approved: Clean | None = None
    for line in lines:
        date = _DATE.search(line.text)
        if date and issued is None:
            issued = f"{gregorian(int(date[1])):04d}-{int(date[2]):02d}-{int(date[3]):02d}"
        if approved is None and _APPROVED.search(line.text):
            approved = line.piece
    return Front(title, found, issued, approved)


def _title(lines: Sequence[Line]) -> Clean | None:
    """The first line or pair of lines that ends like a plan's name, else the first line with words."""
    for i, line in enumerate(lines[:6]):
        if marker(line.text) is not None:
            break
        one = join([line.piece]).strip("*#《》 ").remove(_VERSION)
        two = join([line.piece, lines[i + 1].piece]).strip("*#《》 ") if i + 1 < len(lines) else one
        for piece in (one, two):
            if _TITLE_END.search(piece.text) and len(piece.text) <= 40:
                return piece
    found = (join([line.piece]).strip("*#《》 ") for line in lines)
    return next((piece for piece in found if piece.text), None)
