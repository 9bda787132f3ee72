"""Which pairs are compared: ministry and year gate them, an inverted index keeps the number linear.

All pairs of a plan and a budget are never formed. For each measure the lines of its bodies and years
are ranked by what a glance at the index tells; the figures that cost little are made for the best
:data:`ROUGHLY`, and of these the best :data:`MOST` go on to be compared in full.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from kg.link.codes import Floats, Ids, spread
from kg.link.prepared import Prepared, prepare
from kg.link.shelf import Records
from kg.link.sources import FOREVER, Side
from kg.link.topics import topics
from kg.link.weights import Weights
from kg.processor import give_back

#: how many lines of one measure are compared in full
MOST = 32
#: a term that stands in more than this share of the lines says too little for a glance
_COMMON = 0.2
#: entries of the index that a glance looks at for one measure, rarest terms first: all of them up to some
#: thousands of lines; beyond that the time for one measure no longer grows with the graph
ENTRIES = 50_000
#: lines that share a topic or an entity are looked at where they are not more than this
LISTED = 50_000
#: how many lines are looked at more closely before the best are compared in full
ROUGHLY = 256
#: what shared wording, the title's topics, the line's name and all topics count then (the shipped model's weights,
#: with those of the figures that are left out added to their next of kin)
_WEIGHTS = (35.0, 1.0, 2.0, 6.0)
#: entries of the index that are numbered at once
_PORTION = 1 << 20
_NONE = np.empty(0, dtype=np.int32)


class Index:
    """The lines by body, term, topic and entity, in arrays: what a line needs is two numbers for each of its terms."""

    def __init__(self, sides: Sequence[Side], weights: Weights) -> None:
        self.weights = weights
        #: in this order; ``iris`` are theirs
        self.sides = sides
        self.iris: list[str] = []
        terms, sizes, shares = array("i"), array("i"), array("f")
        by: tuple[dict[str, array[int]], ...] = ({}, {}, {}, {})
        anybody, years = array("i"), array("i")
        listed, listed_to, named = array("i"), array("i", [0]), array("f")
        worth: tuple[array[float], ...] = (array("f"), array("f"), array("f"))
        #: the lines, prepared: to read one is thirty times as fast as to prepare it; what only reasons look at
        self._lines, self._words = Records(), Records()
        for i, side in enumerate(sides):
            self.iris.append(side.iri)
            line = prepare(side, weights, as_line=True)
            self._lines.add_bytes(line.packed())
            self._words.add(line.words)
            sizes.append(len(line.terms))
            terms.frombytes(line.terms.tobytes())
            # the term's share of the length of the line's vector
            shares.frombytes((line.values / (line.length or 1.0)).astype(np.float32).tobytes())
            here = [topics().numbers[t] for t in line.topics]
            listed.extend(here)
            listed_to.append(len(listed))
            named.append(line.subjects.totals[1])
            for row, into in zip(line.subjects.rows, worth, strict=True):
                into.frombytes(row[here].astype(np.float32).tobytes())
            for index, keys in zip(by, (side.bodies, side.within, line.topics, side.entities), strict=True):
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
        #: how many lines have the term of each number, and where they begin in the lists below
        self._sizes = np.bincount(numbers).astype(np.int32)
        self._starts = (np.cumsum(self._sizes) - self._sizes).astype(np.int32)
        # a term's number and its place in one number: sorted where it stands, with half the memory of `argsort`; of a
        # large graph each of these lists has millions of entries
        both = numbers.astype(np.int64)
        del numbers, terms
        both <<= 32
        for first in range(0, len(both), _PORTION):
            part = both[first:first + _PORTION]
            part += np.arange(first, first + len(part))
        both.sort()
        order = both.astype(np.uint32).view(np.int32)
        del both
        self._shares = np.frombuffer(shares, dtype=np.float32)[order]
        del shares
        self._owners = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)[order]
        del order
        give_back()
        self._first, self._last = np.frombuffer(years, dtype=np.int32).reshape(-1, 2).T
        #: the topics of the lines, and what each row of :class:`Subjects` says of them; where those of a line begin
        self._topics, self._topics_of = np.frombuffer(listed, dtype=np.int32), np.frombuffer(listed_to, dtype=np.int32)
        self._worth = tuple(np.frombuffer(row, dtype=np.float32) for row in worth)
        self._named = np.frombuffer(named, dtype=np.float32)
        self._asked: tuple[object, Ids] | None = None

    def line(self, number: int) -> Prepared:
        """A line, prepared."""
        return Prepared.unpacked(self._lines.bytes_of(number), partial(self._words.__getitem__, number))

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
        shared, others = self._glance(measure)
        found = shared + others
        near = near[found[near] > 0]
        if len(near) > ROUGHLY:
            near = _largest(near, found[near], ROUGHLY)
        if len(near) > most:
            near = _largest(near, self._closer(measure, near, shared[near]), most)
        return near

    def _closer(self, measure: Prepared, lines: Ids, shared: Floats) -> Floats:
        """What the figures that cost little say of some lines, weighed as the model weighs them."""
        sizes = self._topics_of[lines + 1] - self._topics_of[lines]
        where, owner = spread(self._topics_of[lines], sizes), np.repeat(np.arange(len(lines)), sizes)
        topics, (title, name, strength) = self._topics[where], measure.subjects.rows
        wanted, _, all_topics = measure.subjects.totals
        total = self._named[lines]
        title_topics, line_topics, measure_topics = (
            np.bincount(owner, self._worth[row][where] * wants[topics], len(lines))
            for row, wants in enumerate((title, name, strength)))
        figures = (
            shared, title_topics / (wanted or 1.0), line_topics / np.where(total > 0, total, 1.0),
            measure_topics / (all_topics or 1.0),
        )
        found: Floats = np.array(_WEIGHTS) @ np.stack(figures)
        return found

    def _glance(self, measure: Prepared) -> tuple[Floats, Floats]:
        """How much wording each line shares with a measure, as far as at most :data:`ENTRIES` entries of the index
        tell, and what topics and entities add to that."""
        # terms that no line has may have numbers beyond the lists
        at = np.minimum(measure.terms, len(self._sizes) - 1)
        sizes = np.where(at == measure.terms, self._sizes[at], 0)
        few = np.flatnonzero((sizes > 0) & (sizes <= max(1, int(_COMMON * len(self.sides)))))
        if sizes[few].sum() > ENTRIES:
            rarest = few[np.argsort(sizes[few], kind="stable")]
            few = np.sort(rarest[np.cumsum(sizes[rarest]) <= ENTRIES])
        sizes = sizes[few]
        begins = self._starts[at[few]]
        # a list after the other: to look up each entry takes longer
        where = [slice(first, last) for first, last in zip(begins.tolist(), (begins + sizes).tolist(), strict=True)]
        shared: Floats = np.zeros(len(self.sides))
        if where:
            own = np.repeat((measure.values / (measure.length or 1.0))[few], sizes)
            own *= np.concatenate([self._shares[w] for w in where])
            owners = np.concatenate([self._owners[w] for w in where])
            shared = np.bincount(owners, own, len(self.sides)).astype(np.float64, copy=False)
        listed = [
            (self._by_topic.get(t, _NONE), strength * self.weights.topic(t) / (1 + len(measure.topics)))
            for t, strength in measure.topics.items()
        ]
        entities = sorted(measure.side.entities)
        listed += [(self._by_entity.get(e, _NONE), self.weights.entity(e) / math.sqrt(1 + len(entities)))
                   for e in entities]
        listed = [(found, weight) for found, weight in listed if 0 < len(found) <= LISTED]
        if not listed:
            return shared, np.zeros(len(self.sides))
        weighed = np.repeat([w for _, w in listed], [len(found) for found, _ in listed])
        others = np.bincount(np.concatenate([found for found, _ in listed]), weighed, len(self.sides))
        return shared, others.astype(np.float64, copy=False)


def _largest(lines: Ids, worth: Floats, most: int) -> Ids:
    """The lines of the largest worth; of equal ones the first. They stay in their order."""
    if len(lines) <= most:
        return lines
    least = np.partition(worth, -most)[-most]
    above = worth > least
    equal = np.flatnonzero(worth == least)[:most - int(above.sum())]
    above[equal] = True
    kept: Ids = lines[above]
    return kept
