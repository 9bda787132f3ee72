"""What a matcher proposes, and which of overlapping proposals stand."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass

from kg.model import Period, Quantity


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed name or target at ``text[start:end]`` of the prepared text.

    ``name`` is the surface without quotation marks and bracketed abbreviations.
    """

    kind: str
    start: int
    end: int
    name: str
    rule: str
    confidence: float = 1.0
    #: the main label, where the authority files know the thing
    known: str | None = None
    law: str | None = None
    quantity: Quantity | None = None
    year: int | None = None
    target_kind: str = ""
    period: Period | None = None


#: rule of 本部 in 本部水利署: the one name in a longer name that is a mention of its own
SPEAKER = "speaker-of-unit"
#: below this confidence a name waits for review
DOUBTFUL = 0.5
#: of two that overlap and neither holds the other, the earlier kind stands
_ORDER = {"Regulation": 0, "Program": 1, "Ministry": 2, "Agency": 2, "GovernmentBody": 2, "Industry": 3}


def _strength(c: Candidate) -> tuple[bool, int, int, int, int]:
    # what is doubtful takes no place from what is sure; longest first; a known name before a guessed one
    return (c.confidence < DOUBTFUL, c.start - c.end, 0 if c.known else 1, _ORDER.get(c.kind, 9), c.start)


def choose(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The names that stand where candidates overlap (longest wins), in order of position.

    Provisions do not compete with names (they stand behind their law), nor does the speaker
    in front of his unit; a figure inside a name (2020至2035年電源開發規劃方案) is part of the name.
    """
    chosen: list[Candidate] = []
    taken: list[tuple[int, int]] = []
    targets: list[Candidate] = []
    for c in sorted(candidates, key=_strength):
        if c.kind == "Provision" or c.rule == SPEAKER:
            chosen.append(c)
        elif c.kind == "Target":
            targets.append(c)
        elif _free(taken, c):
            chosen.append(c)
            insort(taken, (c.start, c.end))
    chosen += [c for c in targets if _free(taken, c)]
    return sorted(chosen, key=lambda c: (c.start, c.end, c.kind))


def _free(taken: list[tuple[int, int]], c: Candidate) -> bool:
    """Does no span of ``taken`` (disjoint, sorted) overlap the candidate?"""
    i = bisect_left(taken, (c.start, c.end))
    return (i == 0 or taken[i - 1][1] <= c.start) and (i == len(taken) or taken[i][0] >= c.end)
