"""Links as triples: proposals with score, confidence and reason; decisions of people above them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from kg import ids
from kg.decisions import Decision, Decisions, dumps, link_key
from kg.link.model import FILE as MODEL_FILE
from kg.link.model import Model, load
from kg.link.processes import answers
from kg.link.propose import KINDS, PROPOSALS, Comparison, Link, Portion, Progress, silent
from kg.link.reasons import Reasons
from kg.link.sources import Side, read
from kg.model import Relation
from kg.processor import give_back
from kg.rdf import literal, node, relation_triples, rule_iri

#: kind of a link, subject and object
Ends = tuple[str, str, str]
PROPOSED, DECIDED = "link-model", "link-accepted"
_PREDICATES = {name: str(node(name)) for name in (
    "rdf:type", "rdf:subject", "rdf:predicate", "rdf:object", "pol:score", "pol:confidence", "pol:reviewStatus",
    "pol:reason", "pol:derivedBy", "dcterms:identifier",
)}
#: class of a link and what it proposes, by kind
_ENDS = {kind: (str(node(cls)), str(node(kind))) for kind, cls in KINDS.items()}
_PROPOSED_BY = f"<{rule_iri(PROPOSED)}>"
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
    def ends(self) -> Ends:
        """What is linked."""
        return self.link.kind, self.link.subject.iri, self.link.object.iri

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
    judge = _Judge(Comparison(read(store)), decisions, model or load())
    proposed = [x for kind in PROPOSALS for portion in judge.comparison.portions(kind) for x in judge.proposed(portion)]
    named, orphans = judge.named({x.ends for x in proposed})
    order = sorted(
        (*proposed, *named), key=lambda x: (x.link.kind, x.link.subject.iri, -x.link.score, x.link.object.iri))
    return Linked(tuple(order), tuple(orphans))


@dataclass(frozen=True, slots=True)
class _Written:
    """Links as N-Triples, each line with its end; the rules that they name, and the ends of those decided about."""

    lines: list[bytes]
    rules: set[str]
    decided: set[Ends]


class _Judge:
    """Proposes the links of a graph, explains them and lays the decisions over them."""

    def __init__(self, comparison: Comparison, decisions: Decisions, model: Model) -> None:
        self.comparison, self.decisions, self.model = comparison, decisions, model
        self._reasons = Reasons(comparison.weights, comparison.sources.names)

    def proposed(self, portion: Portion) -> Iterator[Judged]:
        """The proposed links of some subjects."""
        for links in self.comparison.proposed(*portion, self.model):
            yield from map(self._judged, links)

    def __call__(self, portion: Portion) -> _Written:
        """The same, written."""
        return _written(self.proposed(portion))

    def named(self, there: Set[Ends]) -> tuple[list[Judged], list[Decision]]:
        """Links that are not ``there`` and that only a decision names; decisions whose ends the graph does not hold."""
        links: list[Judged] = []
        orphans: list[Decision] = []
        sources = self.comparison.sources
        ends: dict[str, list[Side]] = defaultdict(list)
        every = (*sources.measures, *sources.lines, *sources.recommendations, *sources.programs)
        for side in every if self.decisions else ():
            ends[side.key].append(side)
        for decision in self.decisions.values():
            if decision.kind not in KINDS:
                continue  # about a fact (kg.judged)
            pairs = [(s, o) for s in ends.get(decision.subject.key, ()) for o in ends.get(decision.object.key, ())]
            if not pairs:
                orphans.append(decision)
            links += [self._judged(self.comparison.pair(decision.kind, s, o, self.model))
                      for s, o in pairs if (decision.kind, s.iri, o.iri) not in there]
        return links, orphans

    def _judged(self, x: Link) -> Judged:
        prepared = self.comparison.prepared
        why = self._reasons.reason(prepared(x.subject), prepared(x.object, as_line=True))
        key = link_key(x.kind, x.subject.key, x.object.key) if self.decisions else ""
        return Judged(x, self.decisions.get(key), why)


def link_lines(
    store: ox.Store | Path, decisions: Decisions, model: Model | None = None, progress: Progress = silent,
    jobs: int = 1,
) -> Iterator[bytes]:
    """The links of a graph as N-Triples, line by line, made by so many processes; the same lines with any number.

    ``pol:fundedBy`` stands only where a person accepted. The graph is read before the first line comes; a graph's
    folder is open only so long, which leaves the comparison the memory that an open store takes. Raises ModelError.
    """
    opened = ox.Store.read_only(str(store)) if isinstance(store, Path) else store
    sources = read(opened)
    del opened
    give_back()
    judge = _Judge(Comparison(sources), decisions, model or load())
    del sources
    rules: set[str] = set()
    decided: set[Ends] = set()
    done, of = 0, sum(len(judge.comparison.subjects(kind)) for kind in PROPOSALS)
    for kind in PROPOSALS:
        judge.comparison.ready(kind)
        portions = judge.comparison.portions(kind)
        for (_, subjects), found in zip(portions, answers(judge, portions, jobs), strict=True):
            yield from found.lines
            rules |= found.rules
            decided |= found.decided
            done += len(subjects)
            progress("連結 links", done, of)
    named = _written(judge.named(decided)[0])
    yield from named.lines
    for rule in sorted(rules | named.rules):
        for label, language in zip(RULE_LABELS[rule], ("zh-Hant", "en"), strict=True):
            about = ox.Literal(label, language=language)
            yield _line(ox.Triple(ox.NamedNode(rule_iri(rule)), node("rdfs:label"), about))


def _written(links: Iterable[Judged]) -> _Written:
    found = _Written([], set(), set())
    for judged in links:
        found.lines.extend(_of_link(judged))
        found.rules.update((PROPOSED, DECIDED) if judged.status == "accepted" else (PROPOSED,))
        if judged.decision is not None:
            found.decided.add(judged.ends)
    return found


def _line(triple: ox.Triple) -> bytes:
    return f"{triple} .\n".encode()


def _of_link(judged: Judged) -> Iterator[bytes]:
    """A link's lines. Written as text: a large graph has more than a million of them."""
    x, s = judged.link, f"<{judged.iri}>"
    p = _PREDICATES
    cls, predicate = _ENDS[x.kind]
    yield from "".join((
        f"{s} {p['rdf:type']} {cls} .\n{s} {p['rdf:subject']} <{x.subject.iri}> .\n",
        f"{s} {p['rdf:predicate']} {predicate} .\n{s} {p['rdf:object']} <{x.object.iri}> .\n",
        f"{s} {p['pol:score']} {_decimal(x.score)} .\n",
        f"{s} {p['pol:confidence']} {_decimal(judged.confidence)} .\n",
        f"{s} {p['pol:reviewStatus']} {_status(judged.status)} .\n",
        f"{s} {p['pol:reason']} {ox.Literal(judged.reason)} .\n",
        f"{s} {p['pol:derivedBy']} {_PROPOSED_BY} .\n{s} {p['dcterms:identifier']} \"{judged.key}\" .\n",
    )).encode().splitlines(keepends=True)
    if judged.decision is not None:
        yield f"{s} {_PREDICATES['pol:reason']} {ox.Literal(judged.decision.sentence)} .\n".encode()
    if judged.status == "accepted":
        yield from map(_line, relation_triples(Relation(x.subject.iri, x.kind, x.object.iri, (), DECIDED), ""))


@lru_cache(maxsize=8)
def _status(notation: str) -> str:
    return f"<{ids.concept('review-status', notation)}>"


def _decimal(value: float) -> ox.Literal:
    return literal("pol:score", Decimal(str(round(value, 4))))


def identity(store_folder: Path, decisions: Decisions) -> str:
    """A hash of what decides the links beside program and documents: decisions and a calibrated model."""
    calibrated = store_folder / MODEL_FILE
    return ids.digest(dumps(decisions), calibrated.read_text(encoding="utf-8") if calibrated.is_file() else "")
