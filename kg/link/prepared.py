"""A side with everything that is computed once, so that its comparison with many others is sums over rows."""

from __future__ import annotations

import operator
import pickle
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.link.codes import Floats, Ids, counted, counted_each
from kg.link.shelf import Plain
from kg.link.sources import Side
from kg.link.text import clauses, normal, pieces
from kg.link.topics import topics
from kg.link.weights import SHARP, Weights, named, whole

#: what a topic weighs where it stands in the title, in the next name above, or in the texts below
_IN_TITLE, _IN_CONTEXT, _IN_TEXTS, _MOST = 2.0, 0.7, 0.8, 1.5
#: items of one side that are compared one by one
_MOST_ITEMS = 100
#: what stands before the arrays of a packed side: numbers of terms, entries of items, items, topic sets; length, totals
_HEAD = struct.Struct("<4q4d")


@dataclass(frozen=True, slots=True)
class Pieces(Plain):
    """Name and one item of the text taken at a time: a line that lists five industries is five things.

    One entry for each term of each item: the term's number, the number of the item, weight as a share of the
    length of the item's vector. Entries of one term stand together.
    """

    terms: Ids
    items: Ids
    shares: Floats
    #: how many items there are
    count: int


@dataclass(frozen=True, slots=True)
class Subjects(Plain):
    """Topics as numbers in the order of their names, laid out so that a comparison is a sum of products.

    ``rows`` of a measure: 1 for the title's topics; 1 for the name's; strength. Of a line: what
    each topic is worth in it, sharpened; the same for its name's alone; worth, less where the topic hardly occurs.
    ``totals`` are what the sums are shares of (1 where the other side says it).
    """

    rows: Floats
    totals: tuple[float, float, float]
    #: what the topics weigh: less than in the graph where most lines of the same body have them
    worth: Floats
    #: the distinct sets of topics of the clauses, and the sums of their squared weights
    parts: NDArray[np.bool_]
    masses: Floats


@dataclass(frozen=True, slots=True)
class Words(Plain):
    """A side as people read it: what the reason of a link is made of."""

    side: Side
    topics: Mapping[str, float]
    #: the clauses as printed and in normal form, with their topics
    clauses: tuple[tuple[str, str, frozenset[str]], ...]
    #: the text that was compared, in normal form
    plain: str


@dataclass(slots=True)
class Prepared:
    """A side with everything that is computed once: term weights, topics, clauses.

    Most sides are compared and never shown: their words are read when they are asked for.
    """

    iri: str
    entities: frozenset[str]
    within: frozenset[str]
    #: its terms (numbers of :meth:`Weights.numbers`) with their weights and the length of this vector
    terms: Ids
    values: Floats
    length: float
    subjects: Subjects
    pieces: Pieces
    _read: Callable[[], Words]
    _words: Words | None = None

    @property
    def words(self) -> Words:
        """Its texts."""
        if self._words is None:
            self._words = self._read()
        return self._words

    @property
    def side(self) -> Side:
        """What was prepared."""
        return self.words.side

    @property
    def topics(self) -> Mapping[str, float]:
        """How strongly it speaks of each of its topics."""
        return self.words.topics

    def packed(self) -> bytes:
        """All but the words as bytes, which are read in a quarter of the time that unpickling takes."""
        s, p = self.subjects, self.pieces
        return b"".join((
            _HEAD.pack(len(self.terms), len(p.terms), p.count, len(s.parts), self.length, *s.totals),
            *(a.tobytes() for a in (
                self.values, s.rows, s.worth, s.masses, p.shares, self.terms, p.terms, p.items, s.parts)),
            pickle.dumps((self.iri, self.entities, self.within), pickle.HIGHEST_PROTOCOL),
        ))

    @classmethod
    def unpacked(cls, data: bytes, read: Callable[[], Words]) -> Prepared:
        """A side from what :meth:`packed` returned for it; ``read`` returns its words."""
        n, m, count, parts, length, *totals = _HEAD.unpack_from(data)
        k, at = len(topics().numbers), _HEAD.size

        def array(of: type[np.generic], size: int) -> NDArray[Any]:
            nonlocal at
            found = np.frombuffer(data, of, size, at)
            at += found.nbytes
            return found

        values, rows, worth = array(np.float64, n), array(np.float64, 3 * k).reshape(3, k), array(np.float64, k)
        masses, shares = array(np.float64, parts), array(np.float64, m)
        terms, pieces, items = array(np.int32, n), array(np.int32, m), array(np.int32, m)
        sets = array(np.bool_, parts * k).reshape(parts, k)
        iri, entities, within = pickle.loads(memoryview(data)[at:])
        return cls(iri, entities, within, terms, values, length,
                   Subjects(rows, (totals[0], totals[1], totals[2]), worth, sets, masses),
                   Pieces(pieces, items, shares, count), read)


def prepare(side: Side, weights: Weights, *, as_line: bool = False) -> Prepared:
    """Computes once what the comparison with many others needs.

    A line is named by its work plan too; what stands above a measure is only its surroundings.
    """
    text = "\n".join((named(side), *side.texts)) if as_line else whole(side)
    name = named(side) if as_line else side.label
    listed = [p for t in side.texts for p in pieces(t)][:_MOST_ITEMS]
    find = topics()
    label, above = find.of(side.label), find.of("\n".join(side.context[:1]))
    below = find.count("\n".join(side.texts))
    near = _IN_TITLE if as_line else _IN_CONTEXT
    join = max if as_line else operator.add
    strength = {t: join(_IN_TITLE * (t in label), near * (t in above)) for t in sorted(label | above | set(below))}
    for t, n in below.items():
        strength[t] += (1.0 if as_line else _IN_TEXTS) * min(_MOST, float(np.log1p(n)))
    parts = tuple((c, normal(c), find.of(c)) for t in side.texts for c in clauses(t))
    subjects = _subjects(side, strength, label | above if as_line else label or above, label | above,
                         {found for *_, found in parts if found}, weights, as_line)
    words = Words(side, strength, parts, normal(text))
    return Prepared(side.iri, side.entities, side.within, *_vector(text, weights), subjects,
                    _pieces(name, listed or [""], weights), lambda: words, words)


def _subjects(side: Side, strength: Mapping[str, float], title: frozenset[str], name: frozenset[str],
              parts: set[frozenset[str]], weights: Weights, as_line: bool) -> Subjects:
    numbers = topics().numbers
    worth, amount = np.zeros(len(numbers)), np.zeros(len(numbers))
    for t, s in strength.items():
        amount[numbers[t]] = s
        worth[numbers[t]] = weights.topic_among(t, side.bodies if as_line else ())

    def marked(these: frozenset[str]) -> NDArray[np.bool_]:
        row = np.zeros(len(numbers), dtype=np.bool_)
        row[[numbers[t] for t in these]] = True
        return row

    sharp = weights.row**SHARP
    if as_line:
        sharpened = worth**SHARP
        rows = np.stack([sharpened, sharpened * marked(name), worth * np.minimum(1.0, amount)])
        totals = 1.0, float(sharp[marked(name)].sum()), 1.0
    else:
        rows = np.stack([marked(title), marked(name), amount])
        totals = float(sharp[marked(title)].sum()), 1.0, float((amount * weights.row).sum())
    sets = np.array([marked(p) for p in sorted(parts, key=sorted)], dtype=np.bool_).reshape(-1, len(numbers))
    return Subjects(rows, totals, worth, sets, sets @ weights.row**2)


def _pieces(name: str, listed: Sequence[str], weights: Weights) -> Pieces:
    codes, items, n = counted_each([f"{name}\n{p}" for p in listed])
    terms = weights.numbers(codes)
    values = (1 + np.log(n)) * weights.rarities(terms) ** SHARP
    lengths = np.sqrt(np.bincount(items, values * values, len(listed)))
    lengths[lengths == 0] = 1.0
    return Pieces(terms, items, values / lengths[items], len(listed))


def _vector(text: str, weights: Weights) -> tuple[Ids, Floats, float]:
    """A text's terms, their weights, (1 + ln n) · rarity, and the vector's length."""
    codes, n = counted(text)
    terms = weights.numbers(codes)
    values = (1 + np.log(n)) * weights.rarities(terms)
    return terms, values, float(np.sqrt(np.sum(values * values)))
