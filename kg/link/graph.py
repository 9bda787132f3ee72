"""Links as triples: proposals with score, confidence and reason; decisions of people above them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox

from kg import ids
from kg.decisions import Decision, Decisions, dumps, link_key
from kg.link.model import FILE as MODEL_FILE
from kg.link.model import Model, load
from kg.link.propose import KINDS, Comparison, Link, Progress, propose, silent
from kg.link.reasons import Reasons
from kg.link.sources import Side, read
from kg.model import Relation
from kg.rdf import literal, node, relation_triples, rule_iri

PROPOSED, DECIDED = "link-model", "link-accepted"
RULE_LABELS: dict[str, tuple[str, str]] = {
    PROPOSED: (
        "由連結模型依文字、主題與實體的相符程度提出",
        "proposed by the link model from shared text, topics and entities",
    ),
    DECIDED: ("連結經人工接受", "a person accepted the link"),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A link with what people decided about it."""

    link: Link
    decision: Decision | None
    reason: str

    @property
    def key(self) -> str:
        """The link's key, as decisions name it."""
        return link_key(self.link.kind, self.link.subject.key, self.link.object.key)

    @property
    def iri(self) -> str:
        """The link's IRI, from its predicate and two ends."""
        x = self.link
        return ids.iri(KINDS[x.kind], ids.digest(x.kind, x.subject.iri, x.object.iri))

    @property
    def status(self) -> str:
        """Notation of the review status."""
        return self.decision.status if self.decision else "candidate"

    @property
    def confidence(self) -> float:
        """1 or 0 where a person accepted or rejected, else the model's."""
        return {"accepted": 1.0, "rejected": 0.0}.get(self.status, self.link.confidence)


@dataclass(frozen=True, slots=True)
class Linked:
    """All links of a graph, and the decisions whose ends it does not hold."""

    links: tuple[Judged, ...]
    orphans: tuple[Decision, ...]


def link(store: ox.Store, decisions: Decisions, model: Model | None = None) -> Linked:
    """Proposes links for a graph and lays the decisions over them; the graph is not changed.

    A decided link is there even if the program would not propose it. Raises ModelError.
    """
    orphans: list[Decision] = []
    links = _judged(Comparison(read(store)), decisions, model or load(), silent, orphans)
    order = sorted(links, key=lambda x: (x.link.kind, x.link.subject.iri, -x.link.score, x.link.object.iri))
    return Linked(tuple(order), tuple(orphans))


def _judged(
    comparison: Comparison, decisions: Decisions, model: Model, progress: Progress, orphans: list[Decision],
) -> Iterator[Judged]:
    """Proposed links, then those that only a decision names; decisions whose ends are not there become orphans."""
    reasons = Reasons(comparison.weights, comparison.sources.names)

    def judged(x: Link) -> Judged:
        why = reasons.reason(comparison.prepared(x.subject), comparison.prepared(x.object, as_line=True))
        decision = decisions.get(link_key(x.kind, x.subject.key, x.object.key)) if decisions else None
        return Judged(x, decision, why)

    #: proposed links that were decided about
    there: set[tuple[str, str, str]] = set()
    for proposed in propose(comparison, model, progress):
        found = judged(proposed)
        if found.decision is not None:
            there.add((proposed.kind, proposed.subject.iri, proposed.object.iri))
        yield found
    sources = comparison.sources
    ends: dict[str, list[Side]] = defaultdict(list)
    for side in (*sources.measures, *sources.lines, *sources.recommendations, *sources.programs) if decisions else ():
        ends[side.key].append(side)
    for decision in decisions.values():
        if decision.kind not in KINDS:
            continue  # about a fact (kg.judged)
        pairs = [(s, o) for s in ends.get(decision.subject.key, ()) for o in ends.get(decision.object.key, ())]
        if not pairs:
            orphans.append(decision)
            continue
        for s, o in pairs:
            if (decision.kind, s.iri, o.iri) not in there:
                yield judged(comparison.pair(decision.kind, s, o, model))


def link_triples(
    store: ox.Store, decisions: Decisions, model: Model | None = None, progress: Progress = silent,
) -> Iterator[ox.Triple]:
    """The triples of all links of a graph, link by link; ``pol:fundedBy`` only where a person accepted.

    The graph is read before the first one comes. Raises ModelError where the model file cannot be used.
    """
    return triples(_judged(Comparison(read(store)), decisions, model or load(), progress, []))


def triples(links: Iterable[Judged]) -> Iterator[ox.Triple]:
    """Links as triples, with the descriptions of the rules that they name."""
    rules: set[str] = set()
    for judged in links:
        yield from _of_link(judged)
        rules |= {PROPOSED, DECIDED} if judged.status == "accepted" else {PROPOSED}
    for rule in sorted(rules):
        for label, language in zip(RULE_LABELS[rule], ("zh-Hant", "en"), strict=True):
            yield ox.Triple(ox.NamedNode(rule_iri(rule)), node("rdfs:label"), ox.Literal(label, language=language))


def _of_link(judged: Judged) -> Iterator[ox.Triple]:
    x, s = judged.link, ox.NamedNode(judged.iri)
    yield ox.Triple(s, node("rdf:type"), node(KINDS[x.kind]))
    yield ox.Triple(s, node("rdf:subject"), ox.NamedNode(x.subject.iri))
    yield ox.Triple(s, node("rdf:predicate"), node(x.kind))
    yield ox.Triple(s, node("rdf:object"), ox.NamedNode(x.object.iri))
    yield ox.Triple(s, node("pol:score"), _decimal("pol:score", x.score))
    yield ox.Triple(s, node("pol:confidence"), _decimal("pol:confidence", judged.confidence))
    yield ox.Triple(s, node("pol:reviewStatus"), ox.NamedNode(ids.concept("review-status", judged.status)))
    yield ox.Triple(s, node("pol:reason"), ox.Literal(judged.reason))
    yield ox.Triple(s, node("pol:derivedBy"), ox.NamedNode(rule_iri(PROPOSED)))
    yield ox.Triple(s, node("dcterms:identifier"), ox.Literal(judged.key))
    if judged.decision is not None:
        yield ox.Triple(s, node("pol:reason"), ox.Literal(judged.decision.sentence))
    if judged.status == "accepted":
        yield from relation_triples(Relation(x.subject.iri, x.kind, x.object.iri, (), DECIDED), "")


def _decimal(name: str, value: float) -> ox.Literal:
    return literal(name, Decimal(str(round(value, 4))))


def identity(store_folder: Path, decisions: Decisions) -> str:
    """A hash of what decides the links beside program and documents: decisions and a calibrated model."""
    calibrated = store_folder / MODEL_FILE
    return ids.digest(dumps(decisions), calibrated.read_text(encoding="utf-8") if calibrated.is_file() else "")
