"""The trained combination: from the figures of a pair to a score, from a list of scores to confidences.

Two logistic regressions (L2 penalty, Newton's method; Hastie et al., The Elements of Statistical
Learning, 4.4): the first scores a pair by its six figures; the second, fitted on scores of
measures that the first had not seen, turns a score into the probability that an expert would make
the link, given how it stands beside the measure's best line and how new the title's words are.
Plain Python: a fit takes a second and the file does not depend on a numeric library.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.link.features import FEATURES
from kg.rules import data_folder
from kg.store import StoreError

FILE = "link-model.json"
Rows = Sequence[Sequence[float]]
_FAR = 30.0
#: the share of a title that counts as nothing: keeps its logarithm finite
_LITTLE = 0.02


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

    def shares(self, row: Sequence[float]) -> tuple[float, ...]:
        """What each input adds to the linear predictor."""
        return tuple(w * (x - m) / s for w, x, m, s in zip(self.weights, row, self.means, self.scales, strict=False))


@dataclass(frozen=True, slots=True)
class Model:
    """Both regressions, and a word on where they come from."""

    score: Logistic
    confidence: Logistic
    about: str = ""

    def confidences(self, logits: Sequence[float], novelty: float) -> list[float]:
        """Confidence of each of a measure's lines from the linear predictors of their scores."""
        return [self.confidence.probability(row) for row in second_rows(logits, novelty)]

    def to_json(self) -> dict[str, Any]:
        """As plain data, figures rounded to six digits."""
        def part(x: Logistic) -> dict[str, list[float]]:
            return {n: [round(v, 6) for v in getattr(x, n)] for n in ("means", "scales", "weights")}

        return {
            "about": self.about, "features": list(FEATURES), "score": part(self.score),
            "confidence": part(self.confidence),
        }

    def save(self, path: Path) -> None:
        """Writes the model file."""
        path.write_text(json.dumps(self.to_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def second_rows(logits: Sequence[float], novelty: float) -> list[tuple[float, float, float]]:
    """What the second regression looks at: the score, its distance from the best, how much of the title is known."""
    top = max(logits, default=0.0)
    known = math.log(1 - novelty + _LITTLE)
    return [(x, x - top, known) for x in logits]


def load(*folders: Path) -> Model:
    """The model of the first of these folders that has one, else the shipped one. Raises ModelError."""
    found = next((f / FILE for f in folders if (f / FILE).is_file()), data_folder("ontology") / FILE)
    try:
        read = json.loads(found.read_text(encoding="utf-8"))
        if read["features"] != list(FEATURES):
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


def fit(rows: Rows, labels: Sequence[float], penalty: float, prior: Logistic | None = None) -> Logistic:
    """The regression of these labels (0 or 1) that least departs from ``prior`` (from zero where there is none).

    ``penalty`` times half the squared distance of the weights is added to the log loss; without a
    prior the intercept is free. Raises ValueError without rows.
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
    inputs = [[*((x - m) / s for x, m, s in zip(r, means, scales, strict=True)), 1.0] for r in rows]
    penalties = [penalty] * width + [0.0 if prior is None else penalty]
    weights = list(start)
    for _ in range(100):
        step = _newton_step(inputs, labels, weights, start, penalties)
        weights = [w - d for w, d in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-9:
            break
    return Logistic(means, scales, tuple(weights))


def _newton_step(inputs: Rows, labels: Sequence[float], weights: list[float], start: list[float],
                 penalties: list[float]) -> list[float]:
    """Hessian⁻¹ times gradient of the penalised log loss; the diagonal is kept away from zero."""
    n = len(weights)
    gradient = [p * (w - s) for p, w, s in zip(penalties, weights, start, strict=True)]
    hessian = [[penalties[i] + 1e-9 if i == j else 0.0 for j in range(n)] for i in range(n)]
    for row, y in zip(inputs, labels, strict=True):
        p = 1 / (1 + math.exp(-max(-_FAR, min(_FAR, sum(w * x for w, x in zip(weights, row, strict=True))))))
        for i in range(n):
            gradient[i] += (p - y) * row[i]
            for j in range(i + 1):
                hessian[i][j] += p * (1 - p) * row[i] * row[j]
    for i in range(n):
        for j in range(i):
            hessian[j][i] = hessian[i][j]
    return _solve(hessian, gradient)


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gaussian elimination with partial pivoting; the matrix is positive definite."""
    n = len(right)
    rows = [[*matrix[i], right[i]] for i in range(n)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for k in range(i + 1, n):
            factor = rows[k][i] / rows[i][i]
            for j in range(i, n + 1):
                rows[k][j] -= factor * rows[i][j]
    found = [0.0] * n
    for i in reversed(range(n)):
        found[i] = (rows[i][n] - sum(rows[i][j] * found[j] for j in range(i + 1, n))) / rows[i][i]
    return found
