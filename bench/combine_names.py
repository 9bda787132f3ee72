"""Rules and a trained component on the same passages: what each finds, and what they find together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from extract.candidates import Candidate
from extract.entities import default_finder
from extract.running_text import prepare
from kg.evaluate.passages import passages
from kg.model import Mention

KINDS = ("Ministry", "Agency", "Program", "Regulation", "Provision", "Industry")
#: the kinds that a combination may change; the rules miss and invent few bodies and laws
OPEN = ("Program", "Industry")
#: scores from which the model's names are added; support below which the rules' names are dropped
ADD, DROP = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95), (0.01, 0.03, 0.1, 0.2, 0.3, 0.5)

Record = Mapping[str, Any]
#: kind, start and end in a prepared text
Name = tuple[str, int, int]
#: of a prepared text: names with scores, and for each character the probability that it is of each of KINDS
Predictor = Callable[[str], tuple[list[tuple[Name, float]], Any]]
#: by kind: (ADD, DROP)
Thresholds = tuple[dict[str, float], dict[str, float]]


@dataclass(frozen=True, slots=True)
class Seen:
    """What rules and model see in a passage; the model's names carry its score as their confidence.

    ``support``: for each of ``rules`` the model's mean probability that its characters are of such a name.
    """

    rules: tuple[Mention, ...]
    model: tuple[Mention, ...]
    support: tuple[float, ...]


def kind_of(found: Candidate | Mention) -> str:
    """The kind that is trained: councils and other bodies of no class go with the agencies."""
    return "Agency" if found.kind == "GovernmentBody" else found.kind


def rule_candidates(text: str, speaker: str | None) -> list[Candidate]:
    """The rules' names in a prepared text; ``speaker`` is the name of the body that 本部 stands for."""
    finder = default_finder()
    body = finder.resolver.body(speaker) if speaker else None
    return finder.pipeline.candidates(text, body.iri if body else None, None, False)


def see(predict: Predictor, speaker: str | None, record: Record) -> Seen:
    """Rules and model on one passage. Names of both are resolved by the same authority files."""
    text, speaker = prepare(record["text"]).text, record.get("publisher") or speaker
    rules = [c for c in rule_candidates(text, speaker) if c.confidence >= 0.5]
    spans, inside = predict(text)
    known = {(kind_of(c), c.start, c.end): c for c in rules}
    resolver = default_finder().resolver
    own = resolver.body(speaker) if speaker else None

    def resolved(name: Name, score: float) -> Mention:
        kind, start, end = name
        label = printed = text[start:end].strip("「」《》")
        if name in known:
            kind, label = known[name].kind, known[name].known or known[name].name
        elif kind in ("Program", "Regulation", "Industry"):
            label = getattr(resolver, kind.lower())(printed).label
        elif kind != "Provision" and (body := resolver.body(printed, own.iri if own else None)):
            kind, label = body.cls.removeprefix("pol:"), body.label
        return Mention(kind, label, printed, start, end, "trained", score)

    support = tuple(float(inside[a:b, KINDS.index(kind)].mean()) for kind, a, b in known)
    return Seen(tuple(resolved(n, c.confidence) for n, c in known.items()), tuple(resolved(*s) for s in spans), support)


def combined(seen: Seen, thresholds: Thresholds) -> list[Mention]:
    """The rules' names that the model supports enough, and the model's of high scores that overlap none of them."""
    add, drop = thresholds
    kept = [m for m, s in zip(seen.rules, seen.support, strict=True) if s >= drop.get(kind_of(m), 0.0)]
    return kept + [m for m in seen.model if m.confidence >= add.get(kind_of(m), 2.0)
                   and all(m.end <= o.start or o.end <= m.start for o in kept)]


def f1(records: Sequence[Record], seen: Mapping[str, Seen], way: Callable[[Record, Seen], Iterable[Mention]]
       ) -> dict[str, float]:
    """F1 of each kind that the answers hold."""
    of = {r["text"]: r for r in records}
    metrics = passages("", records, lambda text, _: way(of[text], seen[of[text]["id"]]))
    return {m.name.split(".")[-1]: m.f1 for m in metrics if m.found or m.missed}


def tuned(records: Sequence[Record], seen: Mapping[str, Seen]) -> Thresholds:
    """The thresholds that are best on these passages, one kind and one way after the other; none where none helps."""
    def quality(kind: str, add: dict[str, float], drop: dict[str, float]) -> float:
        return f1(records, seen, lambda _, s: combined(s, (add, drop)))[kind.upper()]

    add: dict[str, float] = {}
    drop: dict[str, float] = {}
    for kind in OPEN:
        drop = max([drop, *(drop | {kind: t} for t in DROP)], key=lambda d: quality(kind, add, d))
    for kind in OPEN:
        add = max([add, *(add | {kind: t} for t in ADD)], key=lambda a: quality(kind, a, drop))
    return add, drop


def report(title: str, records: Sequence[Record], seen: Mapping[str, Seen], of: Callable[[Record], Thresholds]) -> None:
    """Prints F1 of each way; ``of`` gives a passage's thresholds, "best" are those chosen on the tested text itself."""
    best, every = tuned(records, seen), dict.fromkeys(KINDS, 0.0)
    ways: dict[str, Callable[[Record, Seen], Iterable[Mention]]] = {
        "rules": lambda r, s: s.rules,
        "model": lambda r, s: s.model,
        "both agree": lambda r, s: combined(s, ({}, dict.fromkeys(KINDS, 0.5))),
        "either": lambda r, s: combined(s, (every, {})),
        "model adds": lambda r, s: combined(s, (of(r)[0], {})),
        "model doubts": lambda r, s: combined(s, ({}, of(r)[1])),
        "adds and doubts": lambda r, s: combined(s, of(r)),
        "(best)": lambda r, s: combined(s, best),
    }
    table = {name: f1(records, seen, way) for name, way in ways.items()}
    kinds = [k for k in map(str.upper, KINDS) if k in table["rules"]]
    print(f"\n| {title} | {' | '.join(kinds)} | mean |\n|---|{'---|' * (len(kinds) + 1)}")
    for name, by_kind in table.items():
        mean = np.mean([by_kind[k] for k in kinds])
        print(f"| {name} | {' | '.join(f'{by_kind[k]:.3f}' for k in kinds)} | {mean:.3f} |", flush=True)
