"""Comparing claims with answers: precision, recall and F1 (van Rijsbergen 1979, ch. 7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from kg.ids import key

#: similarity from which two titles are the same (conversion leaves a misread character now and then)
TITLE = 0.95
#: the same for the beginnings of running texts
TEXT = 0.90


def plain(text: str | None) -> str:
    """The form in which names and titles are compared: as a key, without blanks and the last 。"""
    return key(text or "").replace(" ", "").removesuffix("。")


def plains(texts: Iterable[str | None]) -> frozenset[str]:
    """The plain forms, without empty ones."""
    return frozenset(filter(None, map(plain, texts)))


def alike(a: Iterable[str], b: Iterable[str], cutoff: float = TITLE) -> float:
    """The greatest similarity between two groups of plain texts; 0 below the cutoff."""
    b = list(b)
    return max((fuzz.ratio(x, y, score_cutoff=100 * cutoff) / 100 for x in a for y in b), default=0.0)


@dataclass(frozen=True, slots=True)
class Record:
    """One thing to compare, an answer of the gold or a claim of the graph.

    An answer and a claim agree if they share a key (an answer without keys agrees with any) and one of their
    titles is alike (an answer without titles agrees with any). An ``optional`` answer may be missed; an
    ``optional`` claim may be wrong, since the gold does not cover where it was read.
    """

    shown: str
    keys: frozenset[Hashable] = frozenset()
    titles: frozenset[str] = frozenset()
    optional: bool = False
    #: of a claim: the confidence that the graph gives it; None where it gives none (derived facts)
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """How the claims of one kind agree with the answers."""

    name: str
    #: answers that were found, claims that are right; claims that fit optional answers count in neither
    found: int
    right: int
    missed: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    #: "recall" where the gold lists only some of what there is, "share" where each claim is checked by itself
    kind: Literal["f1", "recall", "share"] = "f1"
    #: of each right or wrong claim with a confidence: the confidence and whether it is right
    judged: tuple[tuple[float, bool], ...] = ()

    @property
    def recall(self) -> float:
        """Answers found of all answers; 1 where there are none."""
        return _share(self.found, len(self.missed))

    @property
    def precision(self) -> float:
        """Right claims of all judged claims; 1 where nothing was claimed."""
        return _share(self.right, len(self.wrong))

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        p, r = self.precision, self.recall
        return 2 * p * r / (p + r) if p + r else 0.0

    def figures(self) -> dict[str, float]:
        """The figures that have a meaning for this kind of metric, by name."""
        if self.kind == "recall":
            return {"recall": self.recall}
        if self.kind == "share":
            return {"share": self.precision}
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1}

    @property
    def empty(self) -> bool:
        """Was there nothing to find and nothing claimed?"""
        return not (self.found or self.right or self.missed or self.wrong)


def _share(good: int, bad: int) -> float:
    return good / (good + bad) if good + bad else 1.0


def names(name: str, answers: Sequence[Record], claims: Sequence[Record]) -> Metric:
    """Compares sets of names and relations by key: several claims may fit one answer, one claim several answers."""
    by_key: dict[Hashable, list[int]] = defaultdict(list)
    for i, answer in enumerate(answers):
        for k in answer.keys:
            by_key[k].append(i)
    fits = [{i for k in claim.keys for i in by_key.get(k, ())} for claim in claims]
    return _metric(name, answers, claims, fits)


def pairs(answers: Sequence[Record], claims: Sequence[Record], cutoff: float = TITLE) -> dict[int, int]:
    """Pairs each claim with at most one answer, the most alike first: {index of claim: index of answer}.

    An answer that is not optional is paired once, so that a thing that stands twice in the graph is wrong once.
    """
    ranked: list[tuple[bool, float, int, int]] = []
    for i, answer in enumerate(answers):
        for j, claim in enumerate(claims):
            likeness = _agree(answer, claim, cutoff)
            if likeness:
                ranked.append((answer.optional, -likeness, i, j))
    taken: set[int] = set()
    paired: dict[int, int] = {}
    for optional, _, i, j in sorted(ranked):
        if j not in paired and (optional or i not in taken):
            taken.add(i)
            paired[j] = i
    return paired


def things(
    name: str, answers: Sequence[Record], claims: Sequence[Record], cutoff: float = TITLE, again: bool = False,
) -> Metric:
    """Compares structures one to one (see :func:`pairs`).

    With ``again`` a surplus claim that agrees with some answer is not wrong: a figure may be printed twice.
    """
    paired = pairs(answers, claims, cutoff)
    fits = [{paired[j]} if j in paired else set[int]() for j in range(len(claims))]
    if again:
        claims = [
            c if fits[j] or not any(_agree(a, c, cutoff) for a in answers) else _spared(c)
            for j, c in enumerate(claims)
        ]
    return _metric(name, answers, claims, fits)


def _spared(claim: Record) -> Record:
    return Record(claim.shown, claim.keys, claim.titles, optional=True)


def _agree(answer: Record, claim: Record, cutoff: float) -> float:
    if answer.keys and answer.keys.isdisjoint(claim.keys):
        return 0.0
    return alike(claim.titles, answer.titles, cutoff) if answer.titles else 1.0


def _metric(name: str, answers: Sequence[Record], claims: Sequence[Record], fits: Sequence[set[int]]) -> Metric:
    found = set[int]().union(*fits)
    right, wrong, judged = 0, [], []
    for claim, fit in zip(claims, fits, strict=True):
        good = any(not answers[i].optional for i in fit)
        if not good and (fit or claim.optional):
            continue
        right += good
        if not good:
            wrong.append(claim.shown)
        if claim.confidence is not None:
            judged.append((claim.confidence, good))
    required = [i for i, a in enumerate(answers) if not a.optional]
    missed = tuple(answers[i].shown for i in required if i not in found)
    return Metric(name, len(required) - len(missed), right, missed, tuple(wrong), judged=tuple(judged))


def optional(record: object) -> bool:
    """Does the gold leave a record open (it may be missed and may be claimed)?"""
    return isinstance(record, dict) and any(record.get(k) for k in ("optional", "borderline", "uncertain"))
