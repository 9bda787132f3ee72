"""Stretches in quotation marks and titles: 「…」, 『…』, 《…》, with what stands around them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_QUOTED = re.compile(
    r"「([^「」]{1,60}(?:「[^「」]{1,40}」[^「」]{0,40})?)」|『([^『』]{1,60})』|《([^《》]{1,60})》|"
    r"〈([^〈〉]{1,60})〉"
)
_NESTED = re.compile(r"「([^「」]{1,60})」")


@dataclass(frozen=True, slots=True)
class Quoted:
    """``text[start:end]`` stands between quotation marks; ``outer_end`` is behind the closing one."""

    start: int
    end: int
    outer_start: int
    outer_end: int
    text: str


def quoted(text: str) -> list[Quoted]:
    """All quoted stretches of at most about sixty characters, nested ones too."""
    found = []
    for m in _QUOTED.finditer(text):
        group = m.lastindex or 1
        found.append(Quoted(m.start(group), m.end(group), m.start(), m.end(), m[group]))
        if "「" in m[group]:
            for n in _NESTED.finditer(text, m.start(group), m.end(group)):
                found.append(Quoted(n.start(1), n.end(1), n.start(), n.end(), n[1]))
    return found
