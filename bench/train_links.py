"""Trains the model that links measures to budget lines and reports how good it is on measures it has not seen.

    python bench/train_links.py --store STORE --gold LINKS.jsonl [--judgements FILE] [--out ontology/link-model.json]

Both files have one JSON object a line: ``measure`` (title or its beginning), ``strategy``, and ``links``, a list of
``work_plan``, ``item``, ``grade`` (1 or 2); an empty list says that there is no line. The judgements
(``bench/link_judgements.jsonl``) are the project's own, the gold another reader's. Printed are the
figures of each set judged by a model that has seen the other set alone, of each set and of both
together by cross-validation over whole measures, and of the fit. Pairs that ministry and year rule out
count as missed; measures that have no line to be compared with do not count as left alone.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.link.features import FEATURES
from kg.link.model import INPUTS, Logistic, Model, fit, second_rows
from kg.link.propose import Compared, Comparison
from kg.link.sources import read
from kg.store import VersionedStore
from kg.text.normal import loose

#: strength of the L2 penalties; chosen once by cross-validation, then left alone
FIRST, SECOND = 50.0, 4.0
#: how much a measure without line counts when confidences are fitted. The judgements are drawn from
#: all of a plan, nearly half of them without line; an analyst asks about measures that probably
#: have one (17 of 20 in the gold), and this brings the share of those without down to one in eight.
WITHOUT_LINE = 0.25
FOLDS = 10
CLAIM = 0.5
JUDGEMENTS = Path(__file__).with_name("link_judgements.jsonl")


@dataclass(frozen=True, slots=True)
class Example:
    """A measure with the grade of each line that it was compared with, and of those it was not."""

    compared: Compared
    grades: tuple[int, ...]
    wanted: tuple[int, ...]


def examples(comparison: Comparison, file: Path) -> list[Example]:
    """The judged measures as the graph has them. Raises SystemExit where one cannot be found."""
    by_title: dict[str, list[Compared]] = {}
    for compared in comparison.measures():
        by_title.setdefault(loose(compared.measure.side.label), []).append(compared)
    found = []
    for row in map(json.loads, filter(str.strip, file.read_text(encoding="utf-8").splitlines())):
        title = loose(row["measure"])
        alike = by_title.get(title) or [c for t, same in by_title.items() if t.startswith(title) for c in same]
        nearer = [c for c in alike if loose(row["strategy"]) in map(loose, c.measure.side.context[:1])]
        if not alike:
            raise SystemExit(f"{file.name}: the graph has no measure {row['measure']!r}")
        compared = (nearer or alike)[0]
        grade = {(loose(x["work_plan"]), loose(x["item"])): int(x["grade"]) for x in row["links"]}
        grades = tuple(
            grade.get((loose(x.side.context[0]) if x.side.context else "", loose(x.side.label)), 0)
            for x in compared.lines
        )
        found.append(Example(compared, grades, tuple(grade.values())))
    return found


def first(data: Iterable[Example]) -> Logistic:
    """The regression that scores a pair."""
    pairs = [(f, float(g > 0)) for e in data for f, g in zip(e.compared.figures, e.grades, strict=True)]
    return fit([f for f, _ in pairs], [y for _, y in pairs], FIRST)


def folds(data: Sequence[Example], seed: int) -> list[list[int]]:
    """Positions dealt into :data:`FOLDS` hands after a fixed shuffle; a measure is in one hand whole."""
    order = list(range(len(data)))
    random.Random(seed).shuffle(order)
    return [hand for i in range(FOLDS) if (hand := order[i::FOLDS])]


def train(data: Sequence[Example], about: str = "") -> Model:
    """Both regressions; the second learns from scores of measures that the first had not seen."""
    rows: list[tuple[float, ...]] = []
    labels: list[float] = []
    counts: list[float] = []
    for hand in folds(data, 1):
        unseen = first(e for i, e in enumerate(data) if i not in hand)
        for example in (data[i] for i in hand):
            logits = [unseen.logit(f) for f in example.compared.figures]
            rows += second_rows(logits, example.compared.surroundings)
            labels += [float(g > 0) for g in example.grades]
            counts += [1.0 if any(example.wanted) else WITHOUT_LINE] * len(logits)
    return Model(first(data), fit(rows, labels, SECOND, counts=counts), about)


def crossed(data: Sequence[Example]) -> list[tuple[Example, Model]]:
    """Each measure with a model of the measures in the other hands."""
    found = []
    for hand in folds(data, 2):
        model = train([e for i, e in enumerate(data) if i not in hand])
        found += [(data[i], model) for i in sorted(hand)]
    return found


def evaluate(pairs: Sequence[tuple[Example, Model]]) -> dict[str, float]:
    """Ranking and claims as the scorer counts them."""
    ndcg, best, claimed, right, wanted, none, left = [], [], 0, 0, 0, 0, 0
    for example, model in pairs:
        logits = [model.score.logit(f) for f in example.compared.figures]
        confidences = model.confidences(logits, example.compared.surroundings)
        order = sorted(range(len(logits)), key=lambda i: -logits[i])
        claims = [i for i in order if confidences[i] >= CLAIM]
        claimed += len(claims)
        right += sum(example.grades[i] > 0 for i in claims)
        wanted += len(example.wanted)
        if not any(example.wanted):
            none += bool(logits)
            left += bool(logits) and not claims
            continue
        ranked = [example.grades[i] for i in order]
        best.append(sum(ranked[:1]) > 0)
        ndcg.append(_gain(ranked) / _gain(sorted(example.wanted, reverse=True)))
    return {
        "measures": len(pairs), "without line": none, "nDCG@5": sum(ndcg) / max(1, len(ndcg)),
        "P@1": sum(best) / max(1, len(best)), "claims": claimed, "precision": right / max(1, claimed),
        "recall": right / max(1, wanted), "none left alone": left / max(1, none),
    }


def _gain(grades: Sequence[int]) -> float:
    return math.fsum((2.0**g - 1) / math.log2(k + 2) for k, g in enumerate(grades[:5]))


def reliability(pairs: Sequence[tuple[Example, Model]], steps: int = 5) -> list[tuple[float, float, int]]:
    """(mean confidence, share that is right, links) by band of confidence from 0.03 up."""
    bands: list[list[tuple[float, bool]]] = [[] for _ in range(steps)]
    for example, model in pairs:
        logits = [model.score.logit(f) for f in example.compared.figures]
        confidences = model.confidences(logits, example.compared.surroundings)
        for p, g in zip(confidences, example.grades, strict=True):
            if p >= 0.03:
                bands[min(steps - 1, int(p * steps))].append((p, g > 0))
    return [(sum(p for p, _ in b) / len(b), sum(y for _, y in b) / len(b), len(b)) for b in bands if b]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--judgements", type=Path, default=JUDGEMENTS)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    comparison = Comparison(read(VersionedStore(args.store).open()))
    gold, own = examples(comparison, args.gold), examples(comparison, args.judgements)
    both = [*gold, *own]
    links = sum(g > 0 for e in both for g in e.grades)
    model = train(both, f"{len(both)} measures, {links} links; penalties {FIRST:g} and {SECOND:g}")
    from_own, from_gold, unseen = train(own), train(gold), crossed(both)
    of_gold = {id(e) for e in gold}
    tables = {
        "gold by judgements": evaluate([(e, from_own) for e in gold]),
        "judgements by gold": evaluate([(e, from_gold) for e in own]),
        "judgements, crossed": evaluate(crossed(own)),
        "both, crossed": evaluate(unseen),
        "  of them gold": evaluate([(e, m) for e, m in unseen if id(e) in of_gold]),
        "both, fit": evaluate([(e, model) for e in both]),
    }
    print(model.about)
    print(f"{'':<20} " + " ".join(f"{n:>15}" for n in next(iter(tables.values()))))
    for name, figures in tables.items():
        print(f"{name:<20} " + " ".join(f"{v:15.3f}" if isinstance(v, float) else f"{v:15d}" for v in figures.values()))
    print("confidence against share right (both, crossed): " + "; ".join(
        f"{p:.2f} → {y:.2f} ({n})" for p, y, n in reliability(unseen)
    ))
    compared = list(comparison.measures())
    claims = [
        sum(p >= CLAIM for p in model.confidences([model.score.logit(f) for f in c.figures], c.surroundings))
        for c in compared
    ]
    print(f"of {len(compared)} measures {sum(bool(c.lines) for c in compared)} have a line to compare with, "
          f"{sum(map(bool, claims))} get {sum(claims)} claims")
    for part, inputs in ((model.score, FEATURES), (model.confidence, INPUTS)):
        print("weights (standardised): " + "  ".join(
            f"{n} {w:.2f}" for n, w in zip((*inputs, "intercept"), part.weights, strict=True)
        ))
    if args.out:
        model.save(args.out)


if __name__ == "__main__":
    main()
