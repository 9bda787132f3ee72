"""Proposing links: every measure with the lines that might carry it out, or with none.

Scores rank a measure's lines; confidences say how likely each is right. A link is a proposal, no
share of money: an amount is never divided over measures.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from kg.link.candidates import MOST as GLANCED
from kg.link.candidates import Index
from kg.link.codes import Floats
from kg.link.features import compare
from kg.link.model import Model
from kg.link.prepared import Prepared, prepare
from kg.link.shelf import Joined
from kg.link.sources import Side, Sources
from kg.link.weights import Weights, weigh
from kg.processor import give_back

#: predicate of a link -> class of the statement about it
KINDS = {"pol:fundedBy": "pol:BudgetLink", "pol:answeredBy": "pol:AnswerLink"}
#: how many lines are proposed for one measure, and the confidence below which nothing is proposed
MOST, LEAST = 8, 0.03
#: the same for what may answer a recommendation: no gold calibrates it, so less is compared and shown
GLANCED_ANSWERS, MOST_ANSWERS, LEAST_ANSWER = 25, 5, 0.2
#: what is compared and proposed, by kind of link: index, how many lines in full, how many links, the least confidence
PROPOSALS = {
    "pol:fundedBy": ("lines", GLANCED, MOST, LEAST),
    "pol:answeredBy": ("answers", GLANCED_ANSWERS, MOST_ANSWERS, LEAST_ANSWER),
}
#: prepared sides held in memory (about 25 KB each); others are read from disk or prepared again
HELD = 1_500
#: measures or recommendations whose links are made in one go
STEP = 100

#: a kind of link, and the numbers of some of its subjects
Portion = tuple[str, list[int]]
#: called with (what happens, how many done, of how many)
Progress = Callable[[str, int, int], None]


def silent(what: str, done: int, of: int) -> None:
    """No progress shown."""


@dataclass(frozen=True, slots=True)
class Link:
    """A proposed link: subject and object with the figures of the comparison."""

    kind: str
    subject: Side
    object: Side
    figures: tuple[float, ...]
    score: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure with all lines that it was compared with."""

    measure: Prepared
    lines: tuple[Prepared, ...]
    #: one row of figures for each line
    figures: Floats
    #: what speaks for or against any link of the measure (``features.SURROUNDINGS``)
    surroundings: tuple[float, ...]


class Comparison:
    """A graph's sides, weighted and indexed, ready to be compared."""

    def __init__(self, sources: Sources) -> None:
        self.weights: Weights = weigh(sources)
        # its texts are counted
        self.sources = replace(sources, background=())
        self._prepared: OrderedDict[tuple[str, bool], Prepared] = OrderedDict()
        self._indexed: tuple[str, Index] | None = None

    def _index(self, of: str) -> Index:
        """The index of ``lines`` or of what may be ``answers``; one of them is in memory."""
        if self._indexed is None or self._indexed[0] != of:
            # the sides of the former one are not compared any more
            self._indexed = None
            self._prepared.clear()
            give_back()
            s = self.sources
            self._indexed = of, Index(s.lines if of == "lines" else Joined(s.measures, s.programs), self.weights)
        return self._indexed[1]

    def prepared(self, side: Side, *, as_line: bool = False) -> Prepared:
        """A side prepared for comparison; the last :data:`HELD` are kept."""
        return self._held(side.iri, as_line, lambda: prepare(side, self.weights, as_line=as_line))

    def _held(self, iri: str, as_line: bool, make: Callable[[], Prepared]) -> Prepared:
        found = self._prepared.get((iri, as_line))
        if found is None:
            found = self._prepared[iri, as_line] = make()
            if len(self._prepared) > HELD:
                self._prepared.popitem(last=False)
        else:
            self._prepared.move_to_end((iri, as_line))
        return found

    def compare(self, measure: Side, of: str = "lines", most: int = GLANCED) -> Compared:
        """A measure beside the lines that gate and index let through, at most ``most``."""
        index = self._index(of)
        one = self.prepared(measure)
        lines = tuple(
            self._held(index.iris[i], True, partial(index.line, i)) for i in index.candidates(one, most))
        return Compared(one, lines, *compare(one, lines, self.weights))

    def measures(self) -> Iterator[Compared]:
        """Every measure, compared; those of the same bodies and years one after the other."""
        for measure in grouped(self.sources.measures):
            yield self.compare(self.sources.measures[measure])

    def proposed(self, kind: str, subjects: Iterable[int], model: Model) -> Iterator[list[Link]]:
        """The proposals for each of some measures or recommendations, best first."""
        of, most, proposed, least = PROPOSALS[kind]
        for subject in subjects:
            one = self.compare(self.subjects(kind)[subject], of, most)
            # what rests on nothing in common is no link
            yield [x for x in _links(kind, one, model, proposed, least) if any(x.figures)]

    def subjects(self, kind: str) -> Sequence[Side]:
        """What links of a kind begin at."""
        return self.sources.measures if kind == "pol:fundedBy" else self.sources.recommendations

    def portions(self, kind: str) -> list[Portion]:
        """All subjects of a kind, those that are compared with the same lines together."""
        order = grouped(self.subjects(kind))
        return [(kind, order[i:i + STEP]) for i in range(0, len(order), STEP)]

    def ready(self, kind: str) -> None:
        """Makes the index of what links of a kind end at, which other processes then need not make."""
        self._index(PROPOSALS[kind][0])

    def __getstate__(self) -> dict[str, object]:
        return {"sources": self.sources, "weights": self.weights, "_indexed": self._indexed}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.sources, self.weights, self._indexed = state["sources"], state["weights"], state["_indexed"]
        self._prepared = OrderedDict()

    def pair(self, kind: str, subject: Side, obj: Side, model: Model) -> Link:
        """One pair that a person named, whatever gate and threshold say."""
        one, other = self.prepared(subject), self.prepared(obj, as_line=True)
        return _links(kind, Compared(one, (other,), *compare(one, (other,), self.weights)), model)[0]


def _links(kind: str, compared: Compared, model: Model, most: int | None = None, least: float = 0.0) -> list[Link]:
    """The ``most`` best lines of one measure as links, best first, without those less sure than ``least``."""
    logits = model.score.logits(compared.figures)
    scores = (1 / (1 + np.exp(-logits))).tolist()
    confidences = model.confidences(logits.tolist(), compared.surroundings)
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], compared.lines[i].iri))
    return [
        Link(kind, compared.measure.side, compared.lines[i].side, tuple(compared.figures[i].tolist()), scores[i],
             confidences[i])
        for i in order[:most] if confidences[i] >= least
    ]


def grouped(sides: Sequence[Side]) -> list[int]:
    """Numbers by bodies, years and names: those that come one after the other are compared with the same lines."""
    bodies: dict[tuple[str, ...], tuple[str, ...]] = {}
    keys = []
    for side in sides:
        of = tuple(sorted(side.bodies))
        keys.append((bodies.setdefault(of, of), side.years or (0, 0), side.label))
    return sorted(range(len(keys)), key=keys.__getitem__)
