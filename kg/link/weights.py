"""What stands everywhere weighs nothing: how rare terms, topics and entities are in one graph.

Inverse document frequencies (Spärck Jones 1972), so that 推動 and 強化 fall out. A topic that most lines of a
ministry share (farming at the ministry of agriculture) weighs little among them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain

import numpy as np

from kg.link.codes import Codes, Floats, Ids, Places, code, count_texts, places
from kg.link.sources import Side, Sources
from kg.link.text import clauses
from kg.link.topics import topics

#: exponent that lets rare topics and terms decide (a title's topics, a line's name, the items of a list)
SHARP = 1.5
#: terms whose rarity was asked for one by one and is kept
_LOOKED_UP = 1 << 16
#: how many lines of the whole graph stand behind the counts of one ministry's lines
_BEHIND = 10.0


class Weights:
    """Inverse document frequencies of one graph's terms, topics and entities, each from 0 to 1."""

    def __init__(self, terms_in: tuple[Codes, Codes, int], topics_in: Counter[str], entities_in: Counter[str],
                 sides: int, topics_of: Mapping[str, Counter[str]], lines_of: Counter[str]) -> None:
        self._known, counts, units = terms_in
        self._rarity = np.log((units + 1) / (counts + 1)) / math.log(units + 1) if units else np.zeros(len(counts))
        #: numbers of terms that the counted texts do not have (a clause's mark was cut off), in the order of their use
        self._others: dict[int, int] = {}
        self._looked_up: dict[str, float] = {}
        self._topics = _rarities(topics_in, sides)
        self._of, self._lines, self._scale = topics_of, lines_of, math.log(sides + 1) if sides else 1.0
        self._entities = {e: math.log(1 + sides / n) / math.log(1 + sides) for e, n in entities_in.items()}
        #: weights of all topics in the order of their names
        self.row: Floats = np.array([self.topic(t) for t in topics().names])
        #: finds the terms of one text among those of others
        self.find = Places()

    def numbers(self, found: Codes) -> Ids:
        """A number for each term: its place among the graph's terms. What has the same number is the same term.

        Numbers hold for this object alone.
        """
        at, there = places(self._known, found)
        numbers = at.astype(np.int32)
        if not there.all():
            others = self._others
            numbers[~there] = [
                others.setdefault(c, len(self._known) + len(others)) for c in found[~there].tolist()]
        return numbers

    def rarities(self, numbers: Ids) -> Floats:
        """ln((N+1)/(n+1)) over ln(N+1) of the terms with these numbers; 1 for a term that stands nowhere."""
        known = numbers < len(self._known)
        if known.all():
            return self._rarity[numbers]
        found = np.ones(len(numbers))
        found[known] = self._rarity[numbers[known]]
        return found

    def term(self, t: str) -> float:
        """The same for one term."""
        found = self._looked_up.get(t)
        if found is None:
            if len(self._looked_up) >= _LOOKED_UP:
                self._looked_up.clear()
            at, there = places(self._known, np.array([code(t)], dtype=np.int64))
            found = self._looked_up[t] = float(self._rarity[at[0]]) if there[0] else 1.0
        return found

    def topic(self, t: str) -> float:
        """The same over sides instead of texts."""
        return self._topics.get(t, 1.0)

    def topic_among(self, t: str, bodies: Iterable[str]) -> float:
        """A topic's weight among the lines of some bodies, never more than in the graph.

        The share of these lines that have it is smoothed by the graph's share, as if
        :data:`_BEHIND` more lines stood behind it.
        """
        here = self.topic(t)
        for body in bodies:
            if self._lines[body]:
                everywhere = math.exp(-self.topic(t) * self._scale)
                share = (self._of[body][t] + _BEHIND * everywhere) / (self._lines[body] + _BEHIND)
                here = min(here, -math.log(min(1.0, share)) / self._scale)
        return here

    def entity(self, e: str) -> float:
        """ln(1 + N/n) over ln(1 + N)."""
        return self._entities.get(e, 1.0)


def _rarities(counts: Counter[str], of: int) -> dict[str, float]:
    return {k: math.log((of + 1) / (n + 1)) / math.log(of + 1) for k, n in counts.items()}


def weigh(sources: Sources) -> Weights:
    """Counts in how many texts of the graph each term stands, and in how many sides each topic and entity."""
    found = count_texts(_units(sources))
    topic: Counter[str] = Counter()
    entity: Counter[str] = Counter()
    for side in chain(sources.measures, sources.lines):
        topic.update(topics().count(whole(side)).keys())
        entity.update(side.entities)
    topics_of: dict[str, Counter[str]] = {}
    lines_of: Counter[str] = Counter()
    for line in sources.lines:
        for body in line.bodies:
            topics_of.setdefault(body, Counter()).update(topics().count("\n".join((named(line), *line.texts))).keys())
            lines_of[body] += 1
    sides = len(sources.measures) + len(sources.lines)
    return Weights(found, topic, entity, sides, topics_of, lines_of)


def _units(sources: Sources) -> Iterable[str]:
    """The texts over which a term's rarity is counted."""
    for side in chain(sources.measures, sources.lines):
        yield side.label
        for text in side.texts:
            yield from clauses(text)
    yield from sources.background


def named(side: Side) -> str:
    """A side's own name with the name just above it: a line with its work plan."""
    return "\n".join((side.label, *side.context[:1]))


def whole(side: Side) -> str:
    """A side's name and texts."""
    return "\n".join((side.label, *side.texts))
