"""Which pairs are compared: ministry and year gate them, an inverted index keeps the number linear.

All pairs of a plan and a budget are never formed. For each measure the lines of its bodies and years
are ranked by what a glance at the index tells, and the best :data:`MOST` go on to be compared.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kg.link.codes import Floats, places, spread
from kg.link.features import Prepared, Weights, glanced
from kg.link.sources import FOREVER, Side

#: how many lines of one measure are compared in full
MOST = 60
#: a term that stands in more than this share of the lines says too little for a glance
_COMMON = 0.2
#: entries of the index that a glance looks at for one measure, rarest terms first: all of them up to some
#: thousands of lines; beyond that the time for one measure no longer grows with the graph
ENTRIES = 50_000
_NONE = np.empty(0, dtype=np.int32)


class Index:
    """The lines by body, term, topic and entity, in arrays: what a line needs is two numbers for each of its terms."""

    def __init__(self, sides: Sequence[Side], weights: Weights) -> None:
        self.weights = weights
        #: in this order; ``iris`` are theirs
        self.sides = sides
        self.iris: list[str] = []
        terms, owners, shares = array("q"), array("i"), array("f")
        by: tuple[dict[str, array[int]], ...] = ({}, {}, {}, {})
        anybody, years = array("i"), array("i")
        for i, side in enumerate(sides):
            self.iris.append(side.iri)
            found, values, length, topics = glanced(side, weights)
            owners.frombytes(np.full(len(found), i, dtype=np.int32).tobytes())
            terms.frombytes(found.tobytes())
            # the term's share of the length of the line's vector
            shares.frombytes((values / (length or 1.0)).astype(np.float32).tobytes())
            for index, keys in zip(by, (side.bodies, side.within, topics, side.entities), strict=True):
                for k in keys:
                    index.setdefault(k, array("i")).append(i)
            if not side.bodies:
                anybody.append(i)
            years.extend(side.years or (0, FOREVER))
        #: lines by their own bodies, and by those with their superiors
        self._of_body, self._within_body, self._by_topic, self._by_entity = (
            {k: np.frombuffer(v, dtype=np.int32) for k, v in index.items()} for index in by)
        self._anybody = np.array(anybody, dtype=np.int32)
        order = np.argsort(np.frombuffer(terms, dtype=np.int64), kind="stable")
        self._owners = np.frombuffer(owners, dtype=np.int32)[order]
        self._shares = np.frombuffer(shares, dtype=np.float32)[order]
        self._terms, self._sizes = np.unique(np.frombuffer(terms, dtype=np.int64), return_counts=True)
        self._starts = np.cumsum(self._sizes) - self._sizes
        self._first, self._last = np.frombuffer(years, dtype=np.int32).reshape(-1, 2).T

    def allowed(self, measure: Side) -> NDArray[np.bool_]:
        """Which lines body and year allow. Where one side knows none, it is not held against it.

        A line of an agency belongs to its ministry's measures and the other way round, but two
        agencies of one ministry do not pay for each other's.
        """
        if measure.bodies:
            near = np.zeros(len(self.sides), dtype=np.bool_)
            near[self._anybody] = True
            for index, bodies in ((self._within_body, measure.bodies), (self._of_body, measure.within)):
                for body in bodies:
                    near[index.get(body, _NONE)] = True
        else:
            near = np.ones(len(self.sides), dtype=np.bool_)
        if measure.years is not None:
            near &= (self._first <= measure.years[1]) & (self._last >= measure.years[0])
        return near

    def candidates(self, measure: Prepared, most: int = MOST) -> list[int]:
        """The lines worth comparing, at most ``most``, in the order of the index."""
        allowed = self.allowed(measure.side)
        near = np.flatnonzero(allowed)
        if len(near) <= most:
            return [int(i) for i in near]
        glance = self._glance(measure)[near]
        worth = np.flatnonzero(glance > 0)
        if len(worth) > most:
            # those as good as the last one come along, so that the order of the index decides between them
            least = np.partition(glance[worth], -most)[-most]
            worth = worth[glance[worth] >= least]
        best = worth[np.lexsort((worth, -glance[worth]))][:most]
        return sorted(int(i) for i in near[best])

    def _glance(self, measure: Prepared) -> Floats:
        """How much each line shares with a measure, as far as at most :data:`ENTRIES` entries of the index tell."""
        at, there = places(self._terms, measure.terms)
        at, own = at[there], (measure.values / (measure.length or 1.0))[there]
        few = self._sizes[at] <= max(1, int(_COMMON * len(self.sides)))
        at, own = at[few], own[few]
        if self._sizes[at].sum() > ENTRIES:
            rarest = np.argsort(self._sizes[at], kind="stable")
            rarest = np.sort(rarest[np.cumsum(self._sizes[at][rarest]) <= ENTRIES])
            at, own = at[rarest], own[rarest]
        where = spread(self._starts[at], self._sizes[at])
        lines = [self._owners[where]]
        worth = [np.repeat(own, self._sizes[at]) * self._shares[where]]
        listed = [
            (self._by_topic.get(t, _NONE), strength * self.weights.topic(t) / (1 + len(measure.topics)))
            for t, strength in measure.topics.items()
        ]
        entities = sorted(measure.side.entities)
        listed += [(self._by_entity.get(e, _NONE), self.weights.entity(e) / math.sqrt(1 + len(entities)))
                   for e in entities]
        for found, weight in listed:
            if len(found) <= ENTRIES:
                lines.append(found)
                worth.append(np.full(len(found), weight))
        return np.bincount(np.concatenate(lines), np.concatenate(worth), len(self.sides)).astype(np.float64, copy=False)
