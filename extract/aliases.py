"""Short names that a text introduces for itself: 資通安全署（以下簡稱資安署）."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from extract.candidates import Candidate

_DEFINES = re.compile(
    r"[」》]?\((?:[^()]{0,20}[，,、])?(?:以下)?(?:簡|合|下|通|並)?稱[:：為]?「?([^()「」，]{2,16})」?\)"
)
_PRONOUN = re.compile(r"^(?:本|該)")


def defined_names(text: str, chosen: Sequence[Candidate]) -> Iterator[Candidate]:
    """Later occurrences of short names that stand in brackets behind a name found.

    本計畫 and 該署, introduced in the same way, are left out.
    """
    for c in chosen:
        if c.kind in ("Target", "Provision", "Industry"):
            continue
        m = _DEFINES.match(text, c.end)
        if m is None or _PRONOUN.match(m[1]):
            continue
        at = text.find(m[1], m.end())
        while at >= 0:
            yield replace(
                c, start=at, end=at + len(m[1]), rule="defined-name", confidence=min(c.confidence, 0.95),
                known=c.known or c.name, period=None,
            )
            at = text.find(m[1], at + len(m[1]))
