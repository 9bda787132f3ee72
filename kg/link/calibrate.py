"""The link model refitted on what people decided.

Accepted links are right, rejected ones wrong, undecided ones say nothing. The refit starts from the
present model and departs from it no more than the decisions warrant (a Gaussian prior around its
weights), so a handful of decisions cannot spoil it. The result is kept beside the store's graph.
"""

from __future__ import annotations

from dataclasses import dataclass

from kg.link.graph import Linked
from kg.link.model import Model, fit, second_rows
from kg.link.propose import Comparison

#: how firmly the present weights are held: one unit of squared distance costs as much as this many nats, halved
FIRMNESS = 10.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """The refitted model, and how the decisions fared before and after."""

    model: Model
    accepted: int
    rejected: int
    #: share of decided links that the confidence puts on the right side of one half
    before: float
    after: float


def calibrate(comparison: Comparison, linked: Linked, model: Model) -> Calibration:
    """Refits a model on the decided links of a graph. Raises ValueError where nothing is decided."""
    verdicts = {
        (j.link.subject.iri, j.link.object.iri): float(j.status == "accepted")
        for j in linked.links if j.link.kind == "pol:fundedBy" and j.status in ("accepted", "rejected")
    }
    if not verdicts:
        raise ValueError("還沒有接受或駁回的連結 (no link was accepted or rejected yet)")
    subjects = {s for s, _ in verdicts}
    compared = [c for c in comparison.measures() if c.measure.iri in subjects]
    rows, labels = [], []
    for c in compared:
        for line, figures in zip(c.lines, c.figures, strict=True):
            if (c.measure.iri, line.iri) in verdicts:
                rows.append(figures)
                labels.append(verdicts[c.measure.iri, line.iri])
    if not rows:
        raise ValueError("判定過的連結都不在比較範圍內 (no decided link is among those compared)")
    score = fit(rows, labels, FIRMNESS, model.score)
    seconds, kept = [], []
    for c in compared:
        found = second_rows([score.logit(f) for f in c.figures], c.surroundings)
        for line, row in zip(c.lines, found, strict=True):
            if (c.measure.iri, line.iri) in verdicts:
                seconds.append(row)
                kept.append(verdicts[c.measure.iri, line.iri])
    refitted = Model(score, fit(seconds, kept, FIRMNESS, model.confidence), f"{model.about}; {len(rows)} decisions")

    def right(of: Model) -> float:
        hits = 0
        for c in compared:
            logits = [of.score.logit(f) for f in c.figures]
            for line, p in zip(c.lines, of.confidences(logits, c.surroundings), strict=True):
                verdict = verdicts.get((c.measure.iri, line.iri))
                hits += verdict is not None and (p >= 0.5) == bool(verdict)
        return hits / len(rows)

    yes = int(sum(verdicts.values()))
    return Calibration(refitted, yes, len(verdicts) - yes, right(model), right(refitted))
