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

from kg.link.codes import Floats, Ids, spread
from kg.link.prepared import Prepared, glanced
from kg.link.sources import FOREVER, Side
from kg.link.weights import Weights

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
        terms, owners, shares = array("i"), array("i"), array("f")
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
        numbers = np.frombuffer(terms, dtype=np.int32)
        order = np.argsort(numbers, kind="stable")
        self._owners = np.frombuffer(owners, dtype=np.int32)[order]
        self._shares = np.frombuffer(shares, dtype=np.float32)[order]
        #: how many lines have the term of each number, and where they begin in the lists above
        self._sizes = np.bincount(numbers).astype(np.int32)
        self._starts = (np.cumsum(self._sizes) - self._sizes).astype(np.int32)
        self._first, self._last = np.frombuffer(years, dtype=np.int32).reshape(-1, 2).T
        self._asked: tuple[object, Ids] | None = None

    def near(self, measure: Side) -> Ids:
        """The lines that :meth:`allowed` lets through; those of the measure before are not asked for again."""
        asked = measure.bodies, measure.within, measure.years
        if self._asked is None or self._asked[0] != asked:
            self._asked = asked, np.flatnonzero(self.allowed(measure)).astype(np.int32)
        return self._asked[1]

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
        found = self.near(measure.side)
        if len(found) > most:
            found = self._best(measure, found, most)
        numbers: list[int] = found.tolist()
        return numbers

    def _best(self, measure: Prepared, near: Ids, most: int) -> Ids:
        """Those of some lines that a glance finds worth comparing."""
        glance = self._glance(measure)[near]
        worth = np.flatnonzero(glance > 0)
        if len(worth) > most:
            # those as good as the last one come along, so that the order of the index decides between them
            least = np.partition(glance[worth], -most)[-most]
            worth = worth[glance[worth] >= least]
        best = worth[np.lexsort((worth, -glance[worth]))][:most]
        return np.sort(near[best])

    def _glance(self, measure: Prepared) -> Floats:
        """How much each line shares with a measure, as far as at most :data:`ENTRIES` entries of the index tell."""
        # terms that no line has may have numbers beyond the lists
        at = np.minimum(measure.terms, len(self._sizes) - 1)
        sizes = np.where(at == measure.terms, self._sizes[at], 0)
        few = np.flatnonzero((sizes > 0) & (sizes <= max(1, int(_COMMON * len(self.sides)))))
        if sizes[few].sum() > ENTRIES:
            rarest = few[np.argsort(sizes[few], kind="stable")]
            few = np.sort(rarest[np.cumsum(sizes[rarest]) <= ENTRIES])
        sizes = sizes[few]
        where = spread(self._starts[at[few]], sizes)
        lines = [self._owners[where]]
        worth = [np.repeat((measure.values / (measure.length or 1.0))[few], sizes) * self._shares[where]]
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
