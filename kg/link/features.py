"""How much two sides have to do with each other: seven figures, none of which knows a ministry or a title.

Whatever stands everywhere weighs nothing: terms, topics and entities are weighted by their
inverse document frequency in the whole graph (Spärck Jones 1972), so 推動 and 強化 fall out. A topic
that most lines of a ministry share (farming at the ministry of agriculture) weighs little among them.
"""

from __future__ import annotations

import math
import operator
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from kg.link.codes import Codes, Floats, code, count_texts, counted, places, spread
from kg.link.sources import Side, Sources
from kg.link.text import clauses, pieces
from kg.link.topics import topics

#: in this order everywhere; the model file names them
FEATURES = ("text", "title_topics", "line_topics", "entities", "measure_topics", "clause_topics", "piece_text")
#: the figures of a measure beside those of its pairs
SURROUNDINGS = ("known_words", "lead", "covered")

#: what a topic weighs where it stands in the title, in the next name above, or in the texts below
_IN_TITLE, _IN_CONTEXT, _IN_TEXTS, _MOST = 2.0, 0.7, 0.8, 1.5
#: exponent that lets rare topics decide (a title's topics, a line's name)
_SHARP = 1.5
#: the share of a title that counts as nothing: keeps its logarithm finite
_LITTLE = 0.02
#: terms whose rarity was asked for one by one and is kept
_LOOKED_UP = 1 << 16
#: items of one side that are compared one by one
_MOST_ITEMS = 100
#: how many lines of the whole graph stand behind the counts of one ministry's lines
_BEHIND = 10.0


@dataclass(frozen=True, slots=True)
class Pieces:
    """Name and one item of the text taken at a time: a line that lists five industries is five things.

    One entry for each term of each item: term (sorted), number of the item, weight as a share of the
    length of the item's vector.
    """

    terms: Codes
    items: NDArray[np.int32]
    shares: Floats
    #: how many items there are
    count: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A side with everything that is computed once: term weights, topics, clauses."""

    side: Side
    #: its terms (see kg.link.codes), sorted, with their weights and the length of this vector
    terms: Codes
    values: Floats
    length: float
    title: frozenset[str]
    name: frozenset[str]
    topics: Mapping[str, float]
    #: what the topics weigh: less than in the graph where most lines of the same body have them
    worth: Mapping[str, float]
    #: the clauses with their topics, and the distinct topic sets
    clauses: tuple[tuple[str, frozenset[str]], ...]
    parts: tuple[frozenset[str], ...]
    pieces: Pieces


class Weights:
    """Inverse document frequencies of one graph's terms, topics and entities, each from 0 to 1."""

    def __init__(self, terms_in: tuple[Codes, Codes, int], topics_in: Counter[str], entities_in: Counter[str],
                 sides: int, topics_of: Mapping[str, Counter[str]], lines_of: Counter[str]) -> None:
        self._known, counts, units = terms_in
        self._rarity = np.log((units + 1) / (counts + 1)) / math.log(units + 1) if units else np.zeros(len(counts))
        self._looked_up: dict[str, float] = {}
        self._topics = _rarities(topics_in, sides)
        self._of, self._lines, self._scale = topics_of, lines_of, math.log(sides + 1) if sides else 1.0
        self._masses: dict[frozenset[str], float] = {}
        self._entities = {e: math.log(1 + sides / n) / math.log(1 + sides) for e, n in entities_in.items()}

    def term(self, t: str) -> float:
        """ln((N+1)/(n+1)) over ln(N+1); 1 for a term that stands nowhere."""
        found = self._looked_up.get(t)
        if found is None:
            if len(self._looked_up) >= _LOOKED_UP:
                self._looked_up.clear()
            found = self._looked_up[t] = float(self.terms(np.array([code(t)], dtype=np.int64))[0])
        return found

    def terms(self, found: Codes) -> Floats:
        """The same for many terms, given as numbers."""
        at, there = places(self._known, found)
        rarity = np.ones(len(found))
        rarity[there] = self._rarity[at[there]]
        return rarity

    def topic(self, t: str) -> float:
        """The same over sides instead of texts."""
        return self._topics.get(t, 1.0)

    def mass(self, of: frozenset[str]) -> float:
        """Sum of the squared weights of some topics."""
        if of not in self._masses:
            self._masses[of] = math.fsum([self.topic(t) ** 2 for t in of])
        return self._masses[of]

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
        topic.update(topics().count(_whole(side)).keys())
        entity.update(side.entities)
    topics_of: dict[str, Counter[str]] = {}
    lines_of: Counter[str] = Counter()
    for line in sources.lines:
        for body in line.bodies:
            topics_of.setdefault(body, Counter()).update(topics().count("\n".join((_name(line), *line.texts))).keys())
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


def _name(side: Side) -> str:
    """A side's own name with the name just above it: a line with its work plan."""
    return "\n".join((side.label, *side.context[:1]))


def _whole(side: Side) -> str:
    return "\n".join((side.label, *side.texts))


def glanced(side: Side, weights: Weights) -> tuple[Codes, Floats, float, frozenset[str]]:
    """What an index needs of a line: the terms, values, length and topics that :func:`prepare` finds, without the rest.
    """
    text = "\n".join((_name(side), *side.texts))
    return *_vector(text, weights), frozenset(topics().count(text))


def prepare(side: Side, weights: Weights, *, as_line: bool = False) -> Prepared:
    """Computes once what the comparison with many others needs.

    A line is named by its work plan too; what stands above a measure is only its surroundings.
    """
    text = "\n".join((_name(side), *side.texts)) if as_line else _whole(side)
    name = _name(side) if as_line else side.label
    listed = [p for whole in side.texts for p in pieces(whole)][:_MOST_ITEMS]
    find = topics()
    label, above = set(find.count(side.label)), set(find.count("\n".join(side.context[:1])))
    title = frozenset(label | above) if as_line else frozenset(label or above)
    below = find.count("\n".join(side.texts))
    near = _IN_TITLE if as_line else _IN_CONTEXT
    join = max if as_line else operator.add
    strength = {t: join(_IN_TITLE * (t in label), near * (t in above)) for t in label | above | set(below)}
    for t, n in below.items():
        strength[t] += (1.0 if as_line else _IN_TEXTS) * min(_MOST, math.log1p(n))
    parts = tuple((c, frozenset(find.count(c))) for whole in side.texts for c in clauses(whole))
    worth = {t: weights.topic_among(t, side.bodies if as_line else ()) for t in strength}
    return Prepared(
        side, *_vector(text, weights), title, frozenset(label | above), strength, worth,
        parts, tuple(sorted({t for _, t in parts if t}, key=sorted)), _pieces(name, listed or [""], weights),
    )


def _pieces(name: str, listed: Sequence[str], weights: Weights) -> Pieces:
    vectors = [_vector(f"{name}\n{p}", weights, _SHARP) for p in listed]
    terms = np.concatenate([v[0] for v in vectors])
    shares = np.concatenate([values / length if length else values for _, values, length in vectors])
    items = np.repeat(np.arange(len(vectors), dtype=np.int32), [len(v[0]) for v in vectors])
    order = np.argsort(terms, kind="stable")
    return Pieces(terms[order], items[order], shares[order], len(vectors))


def _vector(text: str, weights: Weights, sharp: float = 1.0) -> tuple[Codes, Floats, float]:
    """A text's terms, their weights, (1 + ln n) · rarity^sharp, and the vector's length."""
    found, n = counted(text)
    values = (1 + np.log(n)) * weights.terms(found) ** sharp
    return found, values, float(np.sqrt(np.sum(values * values)))


def cosines(measure: Prepared, lines: Sequence[Prepared]) -> list[float]:
    """Cosine of the term vectors (Salton 1975) of a measure and of each line."""
    owner = np.repeat(np.arange(len(lines)), [len(line.terms) for line in lines])
    at, shared = places(measure.terms, np.concatenate([line.terms for line in lines]))
    values = np.concatenate([line.values for line in lines])[shared]
    products = np.bincount(owner[shared], measure.values[at[shared]] * values, len(lines)).tolist()
    return [p / (measure.length * line.length) if p else 0.0 for p, line in zip(products, lines, strict=True)]


def best_pieces(measure: Prepared, lines: Sequence[Prepared]) -> list[float]:
    """The best cosine of one item of a measure with one item of each line."""
    mine = measure.pieces
    theirs = [line.pieces for line in lines]
    terms = np.concatenate([p.terms for p in theirs])
    first, last = np.searchsorted(mine.terms, terms), np.searchsorted(mine.terms, terms, "right")
    times = last - first
    here = np.flatnonzero(times)
    best = np.zeros(len(lines))
    if not len(here):
        return best.tolist()
    before = np.cumsum([0, *(p.count for p in theirs)])
    sizes = [len(p.terms) for p in theirs]
    # every pair of items that share a term, once for each such term
    items = (np.concatenate([p.items for p in theirs]) + np.repeat(before[:-1], sizes))[here]
    one, other = spread(first[here], times[here]), np.repeat(np.arange(len(here)), times[here])
    products = mine.shares[one] * np.concatenate([p.shares for p in theirs])[here][other]
    pair = items[other] * mine.count + mine.items[one]
    order = np.argsort(pair, kind="stable")
    begins = np.flatnonzero(np.diff(pair[order], prepend=-1))
    owner = np.searchsorted(before, pair[order][begins] // mine.count, "right") - 1
    np.maximum.at(best, owner, np.add.reduceat(products[order], begins))
    return best.tolist()


def _covered(wanted: Iterable[str], found: Iterable[str], worth: Mapping[str, float], weights: Weights) -> float:
    """What the wanted topics that were found are worth in the line, as a share of the weight of all."""
    total = sum(weights.topic(t) ** _SHARP for t in wanted)
    return sum(worth[t] ** _SHARP for t in set(wanted) & set(found)) / total if total else 0.0


def _best_clauses(a: Prepared, b: Prepared, weights: Weights) -> float:
    """The best agreement of one clause with one clause: weight shared times cosine of their topic sets."""
    best = 0.0
    for left in a.parts:
        for right in b.parts:
            shared = left & right
            if shared:
                sizes = weights.mass(left) * weights.mass(right)
                if sizes:
                    worth = [b.worth[t] for t in shared]
                    best = max(best, math.fsum(worth) * math.fsum([w * w for w in worth]) / math.sqrt(sizes))
    return best


def compare(measure: Prepared, lines: Sequence[Prepared], weights: Weights) -> list[tuple[float, ...]]:
    """The figures of :data:`FEATURES` for a measure and each line (or program).

    text: cosine of term vectors; title_topics: share of the title's topics in the line;
    line_topics: share of the line's name in the title; entities: weight of shared industries,
    programs, regulations; measure_topics: share of all the measure's topics in the line;
    clause_topics: the best two clauses; piece_text: cosine of the best two items of their lists.
    """
    strength = {t: s * weights.topic(t) for t, s in measure.topics.items()}
    total = sum(strength.values())
    found: list[tuple[float, ...]] = []
    if not lines:
        return found
    for line, text, piece in zip(lines, cosines(measure, lines), best_pieces(measure, lines), strict=True):
        there = sum(
            s * line.worth[t] * min(1.0, line.topics[t]) for t, s in measure.topics.items() if t in line.topics)
        # sorted, so that sums of floats do not depend on the order of a set
        entities = sorted(measure.side.entities & line.side.entities)
        found.append((
            text, _covered(measure.title, line.topics, line.worth, weights),
            _covered(line.name, measure.name, line.worth, weights),
            math.log1p(sum(weights.entity(e) for e in entities)),
            there / total if total else 0.0, _best_clauses(measure, line, weights), piece,
        ))
    return found


def surroundings(measure: Prepared, lines: Sequence[Prepared], figures: Sequence[Sequence[float]],
                 weights: Weights) -> tuple[float, float, float]:
    """What speaks for or against any link of a measure, whichever line it may be (:data:`SURROUNDINGS`).

    known_words: logarithm of the share of the title's rare wording in the line that has most of it;
    lead: 1 where a line's agency (or its ministry) leads the measure, 0 where it only takes part, 0.5
    where no lead is known; covered: the largest share of the measure's topics in one line.
    """
    title, _ = counted(measure.side.label)
    wanted = weights.terms(title) ** 2
    total, best = float(wanted.sum()), 0.0
    if lines:
        owner = np.repeat(np.arange(len(lines)), [len(line.terms) for line in lines])
        at, there = places(title, np.concatenate([line.terms for line in lines]))
        best = float(np.bincount(owner[there], wanted[at[there]], len(lines)).max())
    leading = measure.side.leading
    lead = float(any(leading & line.side.within for line in lines)) if leading else 0.5
    covered = FEATURES.index("measure_topics")
    return math.log((best / total if total else 0.0) + _LITTLE), lead, max((f[covered] for f in figures), default=0.0)
