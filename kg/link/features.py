"""How much two sides have to do with each other: seven figures, none of which knows a ministry or a title.

All lines of a measure are compared at once: their rows are laid one below the other and summed without a loop.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kg.link.codes import Floats, counted, spread
from kg.link.prepared import Prepared
from kg.link.weights import Weights

#: in this order everywhere; the model file names them
FEATURES = ("text", "title_topics", "line_topics", "entities", "measure_topics", "clause_topics", "piece_text")
#: the figures of a measure beside those of its pairs
SURROUNDINGS = ("known_words", "lead", "covered")

#: the share of a title that counts as nothing: keeps its logarithm finite
_LITTLE = 0.02


#: one row of :data:`FEATURES` for each line, and the figures of :data:`SURROUNDINGS`
Figures = tuple[Floats, tuple[float, float, float]]


def compare(measure: Prepared, lines: Sequence[Prepared], weights: Weights) -> Figures:
    """The figures of :data:`FEATURES` for a measure and each line (or program), one row for each.

    text: cosine of term vectors; title_topics: share of the title's topics in the line;
    line_topics: share of the line's name in the title; entities: weight of shared industries,
    programs, regulations; measure_topics: share of all the measure's topics in the line;
    clause_topics: the best two clauses; piece_text: cosine of the best two items of their lists.

    Behind them what speaks for or against any link of the measure, whichever line it may be (:data:`SURROUNDINGS`).
    known_words: logarithm of the share of the title's rare wording in the line that has most of it;
    lead: 1 where a line's agency (or its ministry) leads the measure, 0 where it only takes part, 0.5
    where no lead is known; covered: the largest share of the measure's topics in one line.
    """
    found = np.zeros((len(lines), len(FEATURES)))
    known = 0.0
    if lines:
        shared = _Shared(measure, lines, weights)
        found[:, 0] = shared.cosines()
        found[:, [1, 2, 4]] = _covered(measure, lines)
        for i, line in enumerate(lines):
            if entities := measure.entities & line.entities:
                # exact, so that it does not depend on the order of a set
                found[i, 3] = math.log1p(math.fsum([weights.entity(e) for e in entities]))
        found[:, 5] = _best_clauses(measure, lines)
        found[:, 6] = _best_pieces(measure, lines, weights)
        known = shared.known(weights)
    leading = measure.side.leading
    lead = float(any(leading & line.within for line in lines)) if leading else 0.5
    covered = float(found[:, FEATURES.index("measure_topics")].max()) if lines else 0.0
    return found, (math.log(known + _LITTLE), lead, covered)


class _Shared:
    """The terms that a measure shares with each of some lines."""

    def __init__(self, measure: Prepared, lines: Sequence[Prepared], weights: Weights) -> None:
        self.measure, self.lines = measure, lines
        at = weights.find(measure.terms, np.concatenate([line.terms for line in lines]))
        #: where they stand in all lines' terms; the line's number; the place among the measure's terms
        self.where = np.flatnonzero(at >= 0)
        self.owner = np.repeat(np.arange(len(lines)), [len(line.terms) for line in lines])[self.where]
        self.at = at[self.where]

    def cosines(self) -> Floats:
        """Cosine of the term vectors (Salton 1975) of the measure and of each line."""
        values = np.concatenate([line.values for line in self.lines])[self.where]
        products = np.bincount(self.owner, self.measure.values[self.at] * values, len(self.lines))
        lengths = self.measure.length * np.array([line.length for line in self.lines])
        found: Floats = np.divide(products, lengths, out=np.zeros(len(self.lines)), where=products > 0)
        return found

    def known(self, weights: Weights) -> float:
        """The share of the title's rare wording in the line that has most of it."""
        title = weights.numbers(counted(self.measure.side.label)[0])
        wanted = weights.rarities(title) ** 2
        total = float(wanted.sum())
        if not total:
            return 0.0
        # a title's terms are the measure's too
        place = weights.find(title, self.measure.terms)
        of_title = np.where(place >= 0, wanted[place], 0.0)
        return float(np.bincount(self.owner, of_title[self.at], len(self.lines)).max()) / total


def _covered(measure: Prepared, lines: Sequence[Prepared]) -> Floats:
    """What wanted topics are worth in each line, as a share of their whole weight: title, line's name, all topics."""
    sums = np.einsum("nkt,kt->nk", np.stack([line.subjects.rows for line in lines]), measure.subjects.rows)
    totals = np.array([line.subjects.totals for line in lines]) * np.array(measure.subjects.totals)
    found: Floats = np.divide(sums, totals, out=np.zeros_like(sums), where=totals > 0)
    return found


def _best_clauses(measure: Prepared, lines: Sequence[Prepared]) -> Floats:
    """The best agreement of one clause with one clause: weight shared times cosine of their topic sets."""
    best = np.zeros(len(lines))
    mine = measure.subjects
    topics = np.flatnonzero(mine.parts.any(axis=0))
    sizes = [len(line.subjects.parts) for line in lines]
    if not len(topics) or not any(sizes):
        return best
    owner = np.repeat(np.arange(len(lines)), sizes)
    theirs = np.concatenate([line.subjects.parts for line in lines])[:, topics]
    some = np.flatnonzero(theirs.any(axis=1))
    if not len(some):
        return best
    owner, worth = owner[some], np.stack([line.subjects.worth for line in lines])[:, topics]
    theirs = theirs[some] * worth[owner]
    ours = mine.parts[:, topics].astype(np.float64)
    masses = np.multiply.outer(mine.masses, np.concatenate([line.subjects.masses for line in lines])[some])
    shared = np.einsum("pt,qt->pq", ours, theirs) * np.einsum("pt,qt->pq", ours, theirs * worth[owner])
    agreement = np.divide(shared, np.sqrt(masses), out=np.zeros_like(shared), where=masses > 0)
    np.maximum.at(best, owner, agreement.max(axis=0))
    return best


def _best_pieces(measure: Prepared, lines: Sequence[Prepared], weights: Weights) -> Floats:
    """The best cosine of one item of a measure with one item of each line."""
    mine = measure.pieces
    theirs = [line.pieces for line in lines]
    best = np.zeros(len(lines))
    begins = np.flatnonzero(np.diff(mine.terms, prepend=-1))
    times = np.diff(begins, append=len(mine.terms))
    at = weights.find(mine.terms[begins], np.concatenate([p.terms for p in theirs]))
    here = np.flatnonzero(at >= 0)
    if not len(here):
        return best
    at = at[here]
    before = np.cumsum([0, *(p.count for p in theirs)])
    # every pair of items that share a term, once for each such term
    items = np.concatenate([p.items for p in theirs])[here]
    items = items + np.repeat(before[:-1], [len(p.terms) for p in theirs])[here]
    one, other = spread(begins[at], times[at]), np.repeat(np.arange(len(here)), times[at])
    products = mine.shares[one] * np.concatenate([p.shares for p in theirs])[here][other]
    pair = items[other] * mine.count + mine.items[one]
    sums = np.bincount(pair, products, int(before[-1]) * mine.count).reshape(-1, mine.count)
    return np.maximum.reduceat(sums.max(axis=1), before[:-1])

