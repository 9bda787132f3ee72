"""A side with everything that is computed once, so that its comparison with many others is sums over rows."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.link.codes import Floats, Ids, counted, counted_each
from kg.link.shelf import Plain
from kg.link.sources import Side
from kg.link.text import clauses, pieces
from kg.link.topics import topics
from kg.link.weights import SHARP, Weights, named, whole

#: what a topic weighs where it stands in the title, in the next name above, or in the texts below
_IN_TITLE, _IN_CONTEXT, _IN_TEXTS, _MOST = 2.0, 0.7, 0.8, 1.5
#: items of one side that are compared one by one
_MOST_ITEMS = 100


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
class Prepared(Plain):
    """A side with everything that is computed once: term weights, topics, clauses."""

    side: Side
    #: its terms (numbers of :meth:`Weights.numbers`) with their weights and the length of this vector
    terms: Ids
    values: Floats
    length: float
    topics: Mapping[str, float]
    #: the clauses with their topics
    clauses: tuple[tuple[str, frozenset[str]], ...]
    subjects: Subjects
    pieces: Pieces


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
    parts = tuple((c, find.of(c)) for t in side.texts for c in clauses(t))
    subjects = _subjects(side, strength, label | above if as_line else label or above, label | above,
                         {found for _, found in parts if found}, weights, as_line)
    return Prepared(
        side, *_vector(text, weights), strength, parts, subjects, _pieces(name, listed or [""], weights),
    )


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
