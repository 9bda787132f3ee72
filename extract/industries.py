"""Industries in running text: what the dictionary finds, tested by what stands around it."""

from __future__ import annotations

import re

_SUFFIX = re.compile(r"(?:產業|工業|業)(?!者|務|界|主|績|化|鏈)")


def extended(text: str, start: int, end: int) -> int:
    """The end of an industry's name with 產業 or 業 that belongs to it."""
    m = _SUFFIX.match(text, end)
    return m.end() if m and not text[start:end].endswith("業") else end


def plausible(text: str, start: int, end: int) -> bool:
    """Does a dictionary hit stand for the industry, by what is around it?"""
    return True
