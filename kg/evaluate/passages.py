"""Names and figures found in passages against hand-made answers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from kg.evaluate.match import Metric, Record, names, optional, plain, plains, things
from kg.evaluate.quantities import ANY, figure, figure_keys, provisions, quantity
from kg.model import Mention

#: finds the names of a text; the second argument is the name of the body that speaks
Finder = Callable[[str, str | None], Iterable[Mention]]

_CLASSES = {
    "Ministry": "MINISTRY", "Agency": "AGENCY", "GovernmentBody": "BODY", "Program": "PROGRAM",
    "Regulation": "REGULATION", "Provision": "PROVISION", "Industry": "INDUSTRY", "Target": "TARGET",
}
_BODIES = ("MINISTRY", "AGENCY")
CLASSES = (*_CLASSES.values(), "TARGET+year")
#: words that stand for a body and are no name of it: 本部, 市府
_PRONOUN = re.compile(
    r"(?:本|該|貴|大|各)(?:部|會|院|署|局|處|府|市|縣|公司|中心|所|分署|行)|[市縣]府$"
)


def passages(name: str, records: Iterable[Mapping[str, Any]], find: Finder) -> Iterator[Metric]:
    """One metric for each class of names and figures, and the share of mentions that stand where they say.

    BODY takes ministries and agencies together, TARGET+year asks for the year too; their claims are those of
    MINISTRY, AGENCY and TARGET again, so BODY carries no confidences, and TARGET leaves them to TARGET+year.
    """
    answers: dict[str, list[Record]] = defaultdict(list)
    claims: dict[str, dict[Record, None]] = defaultdict(dict)
    right, misplaced = 0, []
    for r in records:
        for kind, answer in _answers(r):
            answers[kind].append(_in(r["id"], answer))
        for m in find(r["text"], r.get("publisher")):
            if r["text"][m.start:m.end] == m.surface:
                right += 1
            else:
                misplaced.append(f"{r['id']} {m.label} [{m.start},{m.end}) is not {m.surface!r}")
            for kind, claim in _claims(m):
                claims[kind][_in(r["id"], claim)] = None
    for kind in CLASSES:
        compare = things if kind.startswith("TARGET") else names
        options: dict[str, Any] = {"again": True} if kind.startswith("TARGET") else {}
        metric = compare(f"passages.{name}.{kind}", answers[kind], _best(claims[kind]), **options)
        yield replace(metric, judged=()) if kind in ("BODY", "TARGET") else metric
    yield Metric(f"passages.{name}.span", right, right, (), tuple(misplaced), "share")


def _in(passage: Any, record: Record) -> Record:
    """A record that agrees only within its passage."""
    return replace(record, shown=f"{passage} {record.shown}", keys=frozenset((passage, k) for k in record.keys))


def _best(claims: Iterable[Record]) -> list[Record]:
    """A name that a passage holds several times counts once, with its best confidence; figures stay apart."""
    kept: dict[Any, Record] = {}
    for c in claims:
        of = c.keys if not c.titles else c
        if of not in kept or (c.confidence or 0) > (kept[of].confidence or 0):
            kept[of] = c
    return list(kept.values())


def _answers(record: Mapping[str, Any]) -> Iterator[tuple[str, Record]]:
    for e in record["entities"]:
        kinds = {e["type"], e.get("alt_type")} - {None}
        answer = Record(e["canonical"], _accepted(e), optional=optional(e))
        for kind in sorted(kinds):
            yield kind, answer if kind == e["type"] else replace(answer, optional=True)
        if not kinds.isdisjoint(_BODIES):
            yield "BODY", answer
            if answer.optional:  # either kind of body will do
                yield from ((kind, answer) for kind in _BODIES if kind not in kinds)
        if e["type"] == "REGULATION":
            printed = [e.get("provision"), *e.get("provisions", ())]
            for p in sorted(set[str]().union(*map(provisions, printed))):
                yield "PROVISION", Record(f"{e['canonical']} {p}", frozenset({p}), optional=answer.optional)
    for body in record.get("foreign_bodies", ()):  # bodies of other governments are not asked for
        for kind in (*_BODIES, "BODY"):
            yield kind, Record(body, plains([body]), optional=True)
    # figures of a text that are no results or aims: funds, parameters
    figures = [(x, False) for x in record.get("indicators", ())]
    figures += [(x, True) for field in ("parameters", "funding") for x in record.get(field, ())]
    for x, open_ in figures:
        yield "TARGET", figure(x, with_year=False, open_=open_)
        yield "TARGET+year", figure(x, open_=open_)


def _accepted(entity: Mapping[str, Any]) -> frozenset[str]:
    """Names that are right for an entity; its printed form too, unless that only stands for it."""
    given = [x for field in ("accept", "alt", "aliases") for x in entity.get(field, ())]
    called = plains([entity["canonical"], entity.get("successor"), *given])
    if entity["type"] not in _BODIES or not _PRONOUN.match(plain(entity["surface"])):
        called |= plains([entity["surface"]])
    return called | {f"{n}{end}" for n in called for end in ("草案", "(草案)") if entity.get("draft")}


def _claims(mention: Mention) -> Iterator[tuple[str, Record]]:
    kind = _CLASSES[mention.kind]
    claim = Record(mention.label, frozenset({plain(mention.label)}), confidence=mention.confidence)
    if kind == "PROVISION":
        for p in sorted(provisions(mention.label.removeprefix(mention.law or ""))):
            yield kind, replace(claim, keys=frozenset({p}))
    elif kind == "TARGET":
        q = mention.quantity
        if q is not None:
            values = [quantity(v, q.unit) for v in (q.value, q.value_max) if v is not None]
            # a figure is one claim for each place it stands at, so that two of a value are two
            place = frozenset({("at", mention.start)})
            shown = f"{q.value} {q.unit} {mention.year} ({mention.label})"
            timeless = frozenset(k for k in figure_keys(values, []) if k[2] == ANY)
            yield "TARGET", Record(shown, timeless | place, confidence=mention.confidence)
            keys = figure_keys(values, [mention.year])
            yield "TARGET+year", Record(shown, keys | place, confidence=mention.confidence)
    else:
        yield kind, claim
        if kind in _BODIES:
            yield "BODY", claim
