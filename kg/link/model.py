"""The trained combination: from the figures of a pair to a score, from a list of scores to confidences.

Two logistic regressions (L2 penalty, Newton's method; Hastie et al., The Elements of Statistical
Learning, 4.4): the first scores a pair by its seven figures; the second, fitted on scores of
measures that the first had not seen, turns a score into the probability that an expert would make
the link, given how it stands beside the measure's best line and what speaks for a line at all.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kg.link.codes import Floats
from kg.link.features import FEATURES, SURROUNDINGS
from kg.rules import data_folder
from kg.store import StoreError

FILE = "link-model.json"
Rows = Sequence[Sequence[float]]
_FAR = 30.0
#: a line whose own score is below 0.4 is no likely one, however much speaks for the measure's having a line: of the
#: judged ones of which the second regression alone was sure, fewer than half were right (docs/links.md)
_LOW, _MOST_OF_LOW = math.log(0.4 / 0.6), 0.45
#: what the second regression looks at
INPUTS = ("score", "below_best", *SURROUNDINGS)


class ModelError(StoreError):
    """The model file does not fit this program."""


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic regression on standardised inputs: ``weights`` end with the intercept."""

    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]

    def logit(self, row: Sequence[float]) -> float:
        """The linear predictor of one row."""
        inner = sum(w * (x - m) / s for w, x, m, s in zip(self.weights, row, self.means, self.scales, strict=False))
        return max(-_FAR, min(_FAR, inner + self.weights[-1]))

    def probability(self, row: Sequence[float]) -> float:
        """The probability of one row, between 0 and 1."""
        return 1 / (1 + math.exp(-self.logit(row)))

    def logits(self, rows: Rows | Floats) -> Floats:
        """The linear predictors of many rows."""
        found = (np.asarray(rows, dtype=float).reshape(-1, len(self.means)) - self.means) / self.scales
        # summed row by row: the same figures whatever the number of rows
        sums: Floats = np.clip((found * self.weights[:-1]).sum(axis=1) + self.weights[-1], -_FAR, _FAR)
        return sums


@dataclass(frozen=True, slots=True)
class Model:
    """Both regressions, and a word on where they come from."""

    score: Logistic
    confidence: Logistic
    about: str = ""

    def confidences(self, logits: Sequence[float], surroundings: Sequence[float]) -> list[float]:
        """Confidence of each of a measure's lines from the linear predictors of their scores."""
        found = 1 / (1 + np.exp(-self.confidence.logits(second_rows(logits, surroundings))))
        capped: list[float] = np.where(np.asarray(logits) >= _LOW, found, np.minimum(found, _MOST_OF_LOW)).tolist()
        return capped

    def to_json(self) -> dict[str, Any]:
        """As plain data, figures rounded to six digits."""
        def part(x: Logistic) -> dict[str, list[float]]:
            return {n: [round(v, 6) for v in getattr(x, n)] for n in ("means", "scales", "weights")}

        return {
            "about": self.about, "features": list(FEATURES), "inputs": list(INPUTS), "score": part(self.score),
            "confidence": part(self.confidence),
        }

    def save(self, path: Path) -> None:
        """Writes the model file."""
        path.write_text(json.dumps(self.to_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def second_rows(logits: Sequence[float], surroundings: Sequence[float]) -> list[tuple[float, ...]]:
    """What the second regression looks at, as :data:`INPUTS` names it: one row for each score of a measure."""
    top = max(logits, default=0.0)
    return [(x, x - top, *surroundings) for x in logits]


def load(*folders: Path) -> Model:
    """The model of the first of these folders that has one, else the shipped one. Raises ModelError."""
    found = next((f / FILE for f in folders if (f / FILE).is_file()), data_folder("ontology") / FILE)
    try:
        read = json.loads(found.read_text(encoding="utf-8"))
        if read["features"] != list(FEATURES) or read["inputs"] != list(INPUTS):
            raise ModelError(
                f"{found}：特徵不同，請刪除後重新 kg link --calibrate (other features; delete it and calibrate)"
            )
        score, confidence = (
            Logistic(*(tuple(map(float, read[part][n])) for n in ("means", "scales", "weights")))
            for part in ("score", "confidence")
        )
    except (OSError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise ModelError(f"{found}：連結模型讀不出來 (the link model cannot be read: {error})") from error
    return Model(score, confidence, read.get("about", ""))


def fit(rows: Rows, labels: Sequence[float], penalty: float, prior: Logistic | None = None,
        counts: Sequence[float] = ()) -> Logistic:
    """The regression of these labels (0 or 1) that least departs from ``prior`` (from zero where there is none).

    ``penalty`` times half the squared distance of the weights is added to the log loss; without a
    prior the intercept is free. ``counts`` says how often each row counts (once where it is empty).
    Raises ValueError without rows.
    """
    if not rows:
        raise ValueError("nothing to fit: no rows")
    width = len(rows[0])
    if prior is None:
        means = tuple(sum(r[i] for r in rows) / len(rows) for i in range(width))
        scales = tuple(
            math.sqrt(sum((r[i] - means[i]) ** 2 for r in rows) / len(rows)) or 1.0 for i in range(width)
        )
        start = [0.0] * (width + 1)
    else:
        means, scales, start = prior.means, prior.scales, list(prior.weights)
    given = np.asarray(rows, dtype=float)
    inputs = np.column_stack([(given - np.asarray(means)) / np.asarray(scales), np.ones(len(rows))])
    wanted, count = np.asarray(labels, dtype=float), np.asarray(counts or np.ones(len(rows)), dtype=float)
    penalties = np.array([penalty] * width + [0.0 if prior is None else penalty])
    origin = np.asarray(start)
    weights = origin.copy()
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(inputs @ weights, -_FAR, _FAR)))
        gradient = inputs.T @ (count * (p - wanted)) + penalties * (weights - origin)
        # the diagonal is kept away from zero
        hessian = (inputs.T * (count * p * (1 - p))) @ inputs + np.diag(penalties + 1e-9)
        step = np.linalg.solve(hessian, gradient)
        weights -= step
        if float(np.abs(step).max()) < 1e-9:
            break
    return Logistic(means, scales, tuple(map(float, weights)))
