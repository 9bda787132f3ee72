"""Trains the model that links measures to budget lines and reports how good it is on measures it has not seen.

    python bench/train_links.py --store STORE --gold LINKS.jsonl [--out ontology/link-model.json]

The gold file has one JSON object a line: ``measure`` (title), ``strategy``, and ``links``, a list of
``work_plan``, ``item``, ``grade`` (1 or 2); an empty list says that there is no line. Figures are
those of leaving one measure out (all of the model is trained without it) beside those of the fit.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.link.features import FEATURES
from kg.link.model import Logistic, Model, fit, second_rows
from kg.link.propose import Compared, Comparison
from kg.link.sources import read
from kg.store import VersionedStore
from kg.text.normal import loose

#: strength of the L2 penalties; chosen once by leaving one measure out, then left alone
FIRST, SECOND = 50.0, 4.0
CLAIM = 0.5


@dataclass(frozen=True, slots=True)
class Example:
    """A measure with the grade of each line that it was compared with."""

    compared: Compared
    grades: tuple[int, ...]


def examples(store: Path, gold: Path) -> list[Example]:
    """The gold's measures as the graph has them. Raises SystemExit where one cannot be found."""
    comparison = Comparison(read(VersionedStore(store).open()))
    by_title: dict[str, list[Compared]] = {}
    for compared in comparison.measures():
        by_title.setdefault(loose(compared.measure.side.label), []).append(compared)
    found = []
    for row in map(json.loads, filter(str.strip, gold.read_text(encoding="utf-8").splitlines())):
        alike = by_title.get(loose(row["measure"]), [])
        nearer = [c for c in alike if loose(row["strategy"]) in map(loose, c.measure.side.context[:1])]
        if not alike:
            raise SystemExit(f"{gold.name}: the graph has no measure {row['measure']!r}")
        compared = (nearer or alike)[0]
        grade = {(loose(x["work_plan"]), loose(x["item"])): int(x["grade"]) for x in row["links"]}
        grades = tuple(
            grade.get((loose(x.side.context[0]) if x.side.context else "", loose(x.side.label)), 0)
            for x in compared.lines
        )
        found.append(Example(compared, grades))
    return found


def first(data: Sequence[Example]) -> Logistic:
    """The regression that scores a pair."""
    return fit([f for e in data for f in e.compared.figures], [float(g > 0) for e in data for g in e.grades], FIRST)


def train(data: Sequence[Example], about: str = "") -> Model:
    """Both regressions; the second learns from scores of measures that the first had not seen."""
    rows: list[tuple[float, float, float]] = []
    labels: list[float] = []
    for i, example in enumerate(data):
        unseen = first([*data[:i], *data[i + 1:]])
        rows += second_rows([unseen.logit(f) for f in example.compared.figures], example.compared.novelty)
        labels += [float(g > 0) for g in example.grades]
    return Model(first(data), fit(rows, labels, SECOND), about)


def evaluate(pairs: Sequence[tuple[Example, Model]]) -> dict[str, float]:
    """Ranking and claims as the scorer counts them, and the log loss of the confidences per measure."""
    ndcg, best, claimed, right, wanted, none, left = [], [], 0, 0, 0, 0, 0
    loss = 0.0
    for example, model in pairs:
        logits = [model.score.logit(f) for f in example.compared.figures]
        confidences = model.confidences(logits, example.compared.novelty)
        order = sorted(range(len(logits)), key=lambda i: -logits[i])
        claims = [i for i in order if confidences[i] >= CLAIM]
        claimed += len(claims)
        right += sum(example.grades[i] > 0 for i in claims)
        wanted += sum(g > 0 for g in example.grades)
        loss -= sum(math.log(p if g else 1 - p) for p, g in zip(confidences, example.grades, strict=True))
        if not any(example.grades):
            none += 1
            left += not claims
            continue
        best.append(example.grades[order[0]] > 0)
        ndcg.append(_gain([example.grades[i] for i in order]) / _gain(sorted(example.grades, reverse=True)))
    return {
        "nDCG@5": sum(ndcg) / len(ndcg), "P@1": sum(best) / len(best), "precision": right / max(1, claimed),
        "recall": right / max(1, wanted), "none left alone": left / max(1, none), "log loss": loss / len(pairs),
    }


def _gain(grades: Sequence[int]) -> float:
    return sum((2**g - 1) / math.log2(k + 2) for k, g in enumerate(grades[:5]))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    data = examples(args.store, args.gold)
    links = sum(g > 0 for e in data for g in e.grades)
    model = train(data, f"{len(data)} measures, {links} links; penalties {FIRST:g} and {SECOND:g}")
    unseen = evaluate([(e, train([*data[:i], *data[i + 1:]])) for i, e in enumerate(data)])
    fitted = evaluate([(e, model) for e in data])
    print(f"{'':<18} leaving one out   fit     ({model.about})")
    for name, value in unseen.items():
        print(f"{name:<18} {value:15.3f} {fitted[name]:5.3f}")
    for part, inputs in ((model.score, FEATURES), (model.confidence, ("score", "below best", "known words"))):
        print("weights (standardised): " + "  ".join(
            f"{n} {w:.2f}" for n, w in zip((*inputs, "intercept"), part.weights, strict=True)
        ))
    if args.out:
        model.save(args.out)


if __name__ == "__main__":
    main()
