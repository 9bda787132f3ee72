"""Links as triples: proposals with score, confidence and reason; decisions of people above them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox

from kg import ids
from kg.decisions import Decision, Decisions, dumps, link_key
from kg.link.model import FILE as MODEL_FILE
from kg.link.model import Model, load
from kg.link.propose import KINDS, Comparison, Link, propose
from kg.link.reasons import reason
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
    model = model or load()
    comparison = Comparison(read(store))
    found = propose(comparison, model)
    sources = comparison.sources
    ends: dict[str, list[Side]] = defaultdict(list)
    for side in (*sources.measures, *sources.lines, *sources.recommendations, *sources.programs):
        ends[side.key].append(side)
    there = {(x.kind, x.subject.iri, x.object.iri) for x in found}
    orphans = []
    for decision in decisions.values():
        pairs = [(s, o) for s in ends.get(decision.subject.key, ()) for o in ends.get(decision.object.key, ())]
        if not pairs or decision.kind not in KINDS:
            orphans.append(decision)
            continue
        found += [
            comparison.pair(decision.kind, s, o, model) for s, o in pairs if (decision.kind, s.iri, o.iri) not in there
        ]
    judged = [
        Judged(
            x, decisions.get(link_key(x.kind, x.subject.key, x.object.key)),
            reason(comparison.prepared(x.subject), comparison.prepared(x.object, as_line=True), comparison.weights,
                   sources.names),
        )
        for x in sorted(found, key=lambda x: (x.kind, x.subject.iri, -x.score, x.object.iri))
    ]
    return Linked(tuple(judged), tuple(orphans))


def link_triples(store: ox.Store, decisions: Decisions, model: Model | None = None) -> list[ox.Triple]:
    """The triples of all links of a graph, sorted; ``pol:fundedBy`` only where a person accepted.

    Raises ModelError where the model file cannot be used.
    """
    return triples(link(store, decisions, model).links)


def triples(links: Iterable[Judged]) -> list[ox.Triple]:
    """Links as triples, sorted, with the descriptions of the rules that they name."""
    found: set[ox.Triple] = set()
    rules: set[str] = set()
    for judged in links:
        x, s = judged.link, ox.NamedNode(judged.iri)
        rules.add(PROPOSED)
        found.update({
            ox.Triple(s, node("rdf:type"), node(KINDS[x.kind])),
            ox.Triple(s, node("rdf:subject"), ox.NamedNode(x.subject.iri)),
            ox.Triple(s, node("rdf:predicate"), node(x.kind)),
            ox.Triple(s, node("rdf:object"), ox.NamedNode(x.object.iri)),
            ox.Triple(s, node("pol:score"), _decimal("pol:score", x.score)),
            ox.Triple(s, node("pol:confidence"), _decimal("pol:confidence", judged.confidence)),
            ox.Triple(s, node("pol:reviewStatus"), ox.NamedNode(ids.concept("review-status", judged.status))),
            ox.Triple(s, node("pol:reason"), ox.Literal(judged.reason)),
            ox.Triple(s, node("pol:derivedBy"), ox.NamedNode(rule_iri(PROPOSED))),
            ox.Triple(s, node("dcterms:identifier"), ox.Literal(judged.key)),
        })
        if judged.decision is not None:
            found.add(ox.Triple(s, node("pol:reason"), ox.Literal(_human(judged.decision))))
        if judged.status == "accepted":
            rules.add(DECIDED)
            found.update(relation_triples(Relation(x.subject.iri, x.kind, x.object.iri, (), DECIDED), ""))
    for rule in rules:
        for label, language in zip(RULE_LABELS[rule], ("zh-Hant", "en"), strict=True):
            found.add(ox.Triple(ox.NamedNode(rule_iri(rule)), node("rdfs:label"), ox.Literal(label, language=language)))
    return sorted(found, key=str)


def _decimal(name: str, value: float) -> ox.Literal:
    return literal(name, Decimal(str(round(value, 4))))


def _human(decision: Decision) -> str:
    words = {"accept": "接受", "reject": "駁回", "unsure": "未定"}
    j = decision.judgement
    return f"人工判定：{words[j.verdict]}（{j.who}，{j.when}）" + (f"：{j.why}" if j.why else "")


def identity(store_folder: Path, decisions: Decisions) -> str:
    """A hash of what decides the links beside program and documents: decisions and a calibrated model."""
    calibrated = store_folder / MODEL_FILE
    return ids.digest(dumps(decisions), calibrated.read_text(encoding="utf-8") if calibrated.is_file() else "")
