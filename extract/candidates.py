"""What a matcher proposes, and which of overlapping proposals stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg.model import Period, Quantity


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed name or target at ``text[start:end]`` of the prepared text.

    ``name`` is what is looked up in the authority files (the surface without quotation
    marks and bracketed abbreviations); ``inner`` ends where names nested inside it are
    swallowed (a name in a longer name is no mention of its own).
    """

    kind: str
    start: int
    end: int
    name: str
    rule: str
    confidence: float = 1.0
    #: key of a known thing (its main label), where the authority files decided
    known: str | None = None
    law: str | None = None
    quantity: Quantity | None = None
    year: int | None = None
    target_kind: str = ""
    period: Period | None = None


#: of two that overlap and neither holds the other, the earlier kind stands
_ORDER = {"Regulation": 0, "Program": 1, "Ministry": 2, "Agency": 2, "GovernmentBody": 2, "Industry": 3}


def _strength(c: Candidate) -> tuple[int, int, int, int]:
    # longest first; a known name before a guessed one of the same length
    return (c.start - c.end, 0 if c.known else 1, _ORDER.get(c.kind, 9), c.start)


def choose(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The names that stand where candidates overlap (longest wins), in order of position.

    Targets and provisions do not compete with names: a figure may stand in a name's
    period, a provision stands behind its law.
    """
    chosen: list[Candidate] = []
    taken: list[tuple[int, int]] = []
    free: list[Candidate] = []
    for c in sorted(candidates, key=_strength):
        if c.kind in ("Target", "Provision"):
            free.append(c)
        elif all(c.end <= a or c.start >= b for a, b in taken):
            chosen.append(c)
            taken.append((c.start, c.end))
    # a figure inside a name (2020至2035年電源開發規劃方案) is part of the name
    chosen += [c for c in free if c.kind == "Provision" or all(c.end <= a or c.start >= b for a, b in taken)]
    return sorted(chosen, key=lambda c: (c.start, c.end, c.kind))
