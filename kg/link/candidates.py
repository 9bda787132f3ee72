"""Which pairs are compared: ministry and year gate them, an inverted index keeps the number linear.

All pairs of a plan and a budget are never formed. For each measure the lines of its bodies and years
are ranked by what a glance at the index tells, and the best :data:`MOST` go on to be compared.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from kg.link.features import Prepared, Weights
from kg.link.sources import Side

#: how many lines of one measure are compared in full
MOST = 60
#: a term that stands in more than this share of the lines says too little for a glance
_COMMON = 0.2


def may_pay(measure: Side, line: Side) -> bool:
    """Do body and year allow the link? Where one side knows none, it is not held against it.

    A line of an agency belongs to its ministry's measures and the other way round, but two
    agencies of one ministry do not pay for each other's.
    """
    bodies = not measure.bodies or not line.bodies or bool(
        measure.bodies & line.within or line.bodies & measure.within
    )
    if measure.years is None or line.years is None:
        return bodies
    return bodies and measure.years[0] <= line.years[1] and line.years[0] <= measure.years[1]


class Index:
    """The lines by body, term, topic and entity."""

    def __init__(self, lines: Sequence[Prepared], weights: Weights) -> None:
        self.lines = lines
        self.weights = weights
        #: lines by their own bodies, and by those with their superiors
        self.of_body: dict[str, list[int]] = defaultdict(list)
        self.within_body: dict[str, list[int]] = defaultdict(list)
        self.anybody: list[int] = []
        #: with the term's share of the length of the line's vector
        self.by_term: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self.by_topic: dict[str, list[int]] = defaultdict(list)
        self.by_entity: dict[str, list[int]] = defaultdict(list)
        for i, line in enumerate(lines):
            for body in line.side.bodies:
                self.of_body[body].append(i)
            for body in line.side.within:
                self.within_body[body].append(i)
            if not line.side.bodies:
                self.anybody.append(i)
            for term, weight in line.vector.items():
                if weight:
                    self.by_term[term].append((i, weight / line.length))
            for topic in line.topics:
                self.by_topic[topic].append(i)
            for entity in line.side.entities:
                self.by_entity[entity].append(i)

    def allowed(self, measure: Side) -> set[int]:
        """The lines that body and year allow."""
        if measure.bodies:
            near = {i for b in measure.bodies for i in self.within_body.get(b, ())}
            near.update(self.anybody, *(self.of_body.get(b, ()) for b in measure.within))
        else:
            near = set(range(len(self.lines)))
        return {i for i in near if may_pay(measure, self.lines[i].side)}

    def candidates(self, measure: Prepared, most: int = MOST) -> list[int]:
        """The lines worth comparing, at most ``most``, in the order of the index."""
        allowed = self.allowed(measure.side)
        if len(allowed) <= most:
            return sorted(allowed)
        glance: dict[int, float] = defaultdict(float)
        rare = max(1, int(_COMMON * len(self.lines)))
        for t, w in measure.vector.items():
            posted = self.by_term.get(t, ())
            if len(posted) <= rare:
                own = w / measure.length
                for i, share in posted:
                    glance[i] += own * share
        for t, strength in measure.topics.items():
            for i in self.by_topic.get(t, ()):
                glance[i] += strength * self.weights.topic(t) / (1 + len(measure.topics))
        for e in measure.side.entities:
            for i in self.by_entity.get(e, ()):
                glance[i] += self.weights.entity(e) / math.sqrt(1 + len(measure.side.entities))
        best = sorted((i for i in glance if i in allowed), key=lambda i: (-glance[i], i))[:most]
        return sorted(best)
