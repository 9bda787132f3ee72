"""How much two sides have to do with each other: seven figures, none of which knows a ministry or a title.

Whatever stands everywhere weighs nothing: terms, topics and entities are weighted by their
inverse document frequency in the whole graph (Spärck Jones 1972), so 推動 and 強化 fall out. A topic
that most lines of a ministry share (farming at the ministry of agriculture) weighs little among them.
"""

from __future__ import annotations

import math
import operator
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kg.link.sources import Side, Sources
from kg.link.text import clauses, pieces, terms
from kg.link.topics import topics

#: in this order everywhere; the model file names them
FEATURES = ("text", "title_topics", "line_topics", "entities", "measure_topics", "clause_topics", "piece_text")
#: the figures of a measure beside those of its pairs
SURROUNDINGS = ("known_words", "lead", "covered")

#: what a topic weighs where it stands in the title, in the next name above, or in the texts below
_IN_TITLE, _IN_CONTEXT, _IN_TEXTS, _MOST = 2.0, 0.7, 0.8, 1.5
#: exponent that lets rare topics decide (a title's topics, a line's name)
_SHARP = 1.5
#: a term vector with its length
Vector = tuple[Mapping[str, float], float]
#: the share of a title that counts as nothing: keeps its logarithm finite
_LITTLE = 0.02
#: how many lines of the whole graph stand behind the counts of one ministry's lines
_BEHIND = 10.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A side with everything that is computed once: term weights, topics, clauses."""

    side: Side
    vector: Mapping[str, float]
    length: float
    title: frozenset[str]
    name: frozenset[str]
    topics: Mapping[str, float]
    #: what the topics weigh: less than in the graph where most lines of the same body have them
    worth: Mapping[str, float]
    #: the clauses with their topics, and the distinct topic sets
    clauses: tuple[tuple[str, frozenset[str]], ...]
    parts: tuple[frozenset[str], ...]
    #: where each term stands if name and one item of the text are taken at a time (a line that lists
    #: five industries is five things): position of the item and weight as a share of its vector's length
    pieces: Mapping[str, Sequence[tuple[int, float]]]


class Weights:
    """Inverse document frequencies of one graph's terms, topics and entities, each from 0 to 1."""

    def __init__(self, terms_in: Counter[str], units: int, topics_in: Counter[str], entities_in: Counter[str],
                 sides: int, topics_of: Mapping[str, Counter[str]], lines_of: Counter[str]) -> None:
        self._terms, self._topics = _rarities(terms_in, units), _rarities(topics_in, sides)
        self._of, self._lines, self._scale = topics_of, lines_of, math.log(sides + 1) if sides else 1.0
        self._masses: dict[frozenset[str], float] = {}
        self._entities = {e: math.log(1 + sides / n) / math.log(1 + sides) for e, n in entities_in.items()}

    def term(self, t: str) -> float:
        """ln((N+1)/(n+1)) over ln(N+1); 1 for a term that stands nowhere."""
        return self._terms.get(t, 1.0)

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
    found: Counter[str] = Counter()
    units = 0
    for text in _units(sources):
        found.update(set(terms(text)))
        units += 1
    topic: Counter[str] = Counter()
    entity: Counter[str] = Counter()
    sides = (*sources.measures, *sources.lines)
    for side in sides:
        topic.update(topics().count(_whole(side)).keys())
        entity.update(side.entities)
    topics_of: dict[str, Counter[str]] = {}
    lines_of: Counter[str] = Counter()
    for line in sources.lines:
        for body in line.bodies:
            topics_of.setdefault(body, Counter()).update(topics().count("\n".join((_name(line), *line.texts))).keys())
            lines_of[body] += 1
    return Weights(found, units, topic, entity, len(sides), topics_of, lines_of)


def _units(sources: Sources) -> Iterable[str]:
    """The texts over which a term's rarity is counted."""
    for side in (*sources.measures, *sources.lines):
        yield side.label
        for text in side.texts:
            yield from clauses(text)
    yield from sources.background


def _name(side: Side) -> str:
    """A side's own name with the name just above it: a line with its work plan."""
    return "\n".join((side.label, *side.context[:1]))


def _whole(side: Side) -> str:
    return "\n".join((side.label, *side.texts))


def prepare(side: Side, weights: Weights, *, as_line: bool = False) -> Prepared:
    """Computes once what the comparison with many others needs.

    A line is named by its work plan too; what stands above a measure is only its surroundings.
    """
    text = "\n".join((_name(side), *side.texts)) if as_line else _whole(side)
    vector, length = _vector(text, weights)
    name = _name(side) if as_line else side.label
    listed = [p for whole in side.texts for p in pieces(whole)]
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
        side, vector, length, title, frozenset(label | above), strength, worth,
        parts, tuple(sorted({t for _, t in parts if t}, key=sorted)),
        _postings([_vector(f"{name}\n{p}", weights, _SHARP) for p in (listed or [""])]),
    )


def _postings(vectors: Sequence[Vector]) -> dict[str, list[tuple[int, float]]]:
    found: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for i, (vector, length) in enumerate(vectors):
        for t, w in vector.items():
            found[t].append((i, w / length if length else 0.0))
    return dict(found)


def _vector(text: str, weights: Weights, sharp: float = 1.0) -> Vector:
    """Weights of a text's terms, (1 + ln n) · rarity^sharp, and the vector's length."""
    vector = {t: (1 + math.log(n)) * weights.term(t) ** sharp for t, n in Counter(terms(text)).items()}
    return vector, math.sqrt(sum(w * w for w in vector.values()))


def cosine(a: Prepared, b: Prepared, shared: Iterable[str]) -> float:
    """Cosine of the two term vectors (Salton 1975), given the terms in both."""
    product = sum([a.vector[t] * b.vector[t] for t in shared])
    return product / (a.length * b.length) if product else 0.0


def _best_pieces(a: Prepared, b: Prepared, shared: Iterable[str]) -> float:
    """The best cosine of one item with one item, given the terms in both."""
    products: dict[tuple[int, int], float] = defaultdict(float)
    for t in shared:
        for i, left in a.pieces.get(t, ()):
            for k, right in b.pieces.get(t, ()):
                products[i, k] += left * right
    return max(products.values(), default=0.0)


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


def compare(measure: Prepared, line: Prepared, weights: Weights) -> tuple[float, ...]:
    """The figures of :data:`FEATURES` for a measure and a line (or program).

    text: cosine of term vectors; title_topics: share of the title's topics in the line;
    line_topics: share of the line's name in the title; entities: weight of shared industries,
    programs, regulations; measure_topics: share of all the measure's topics in the line;
    clause_topics: the best two clauses; piece_text: cosine of the best two items of their lists.
    """
    # sorted, so that sums of floats do not depend on the order of a set
    shared = sorted(measure.vector.keys() & line.vector.keys())
    strength = {t: s * weights.topic(t) for t, s in measure.topics.items()}
    total = sum(strength.values())
    found = sum(s * line.worth[t] * min(1.0, line.topics[t]) for t, s in measure.topics.items() if t in line.topics)
    return (
        cosine(measure, line, shared),
        _covered(measure.title, line.topics, line.worth, weights),
        _covered(line.name, measure.name, line.worth, weights),
        math.log1p(sum(weights.entity(e) for e in measure.side.entities & line.side.entities)),
        found / total if total else 0.0,
        _best_clauses(measure, line, weights),
        _best_pieces(measure, line, shared),
    )


def surroundings(measure: Prepared, lines: Sequence[Prepared], figures: Sequence[Sequence[float]],
                 weights: Weights) -> tuple[float, float, float]:
    """What speaks for or against any link of a measure, whichever line it may be (:data:`SURROUNDINGS`).

    known_words: logarithm of the share of the title's rare wording in the line that has most of it;
    lead: 1 where a line's agency (or its ministry) leads the measure, 0 where it only takes part, 0.5
    where no lead is known; covered: the largest share of the measure's topics in one line.
    """
    wanted = {t: weights.term(t) ** 2 for t in set(terms(measure.side.label))}
    total = math.fsum(wanted.values())
    best = max((math.fsum([w for t, w in wanted.items() if t in line.vector]) for line in lines), default=0.0)
    leading = measure.side.leading
    lead = float(any(leading & line.side.within for line in lines)) if leading else 0.5
    at = FEATURES.index("measure_topics")
    return math.log((best / total if total else 0.0) + _LITTLE), lead, max((f[at] for f in figures), default=0.0)
