"""Readings of the documents that may be wrong: facts and candidates whose surest evidence is not sure."""

from __future__ import annotations

import functools
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from kg import judged
from kg.decisions import Decision, Decisions, End
from kg.names import compact
from kg.store.select import select

#: a reading is doubtful below this confidence
CERTAIN = 0.9


@dataclass(frozen=True, slots=True)
class Doubt:
    """A fact, or a name that became none (then ``object`` is a literal), with its surest evidence's confidence."""

    assertion: str
    subject: str
    predicate: str
    object: Any
    evidence: str
    confidence: float
    #: the key of a decision that the graph already knows
    known: str = ""

    @property
    def name(self) -> str:
        """What addresses and forms call it: the last part of the assertion's IRI."""
        return self.assertion.rsplit("/", 1)[-1]


class Doubts:
    """The doubtful readings of a graph, found by name, or by the decision on them."""

    def __init__(self, store: ox.Store) -> None:
        self.names = judged.Names(store)
        self.all = doubtful(store)
        self.by_name = {d.name: d for d in self.all}
        self._known = {d.known: d for d in self.all if d.known}
        self._by_object: dict[tuple[str, str], list[Doubt]] = defaultdict(list)
        for d in self.all:
            self._by_object[compact(d.predicate), self.names.end(d.object).key].append(d)
        self._keys: dict[str, str] = {}

    def key(self, doubt: Doubt) -> str:
        """The key of the decision on a reading."""
        if doubt.known:
            return doubt.known
        if doubt.name not in self._keys:
            self._keys[doubt.name] = self.names.key(
                (ox.NamedNode(doubt.subject), ox.NamedNode(doubt.predicate), doubt.object))
        return self._keys[doubt.name]

    def decided(self, decisions: Decisions) -> dict[str, Decision]:
        """The decisions on these readings, by the readings' names."""
        found: dict[str, Decision] = {}
        for key, decision in judged.of_facts(decisions).items():
            # only readings of what the decision is about are looked at: making a key costs look-ups
            near = self._by_object.get((decision.kind, decision.object.key), [])
            for doubt in [self._known[key]] if key in self._known else [d for d in near if self.key(d) == key]:
                found[doubt.name] = decision
        return found

    def ends(self, doubt: Doubt) -> tuple[End, End]:
        """Both ends as a decision names them."""
        return self.names.end(ox.NamedNode(doubt.subject)), self.names.end(doubt.object)


@functools.lru_cache(maxsize=4)
def doubts(store: ox.Store) -> Doubts:
    """The doubtful readings of a graph, read once."""
    return Doubts(store)


@functools.lru_cache(maxsize=4)
def doubtful(store: ox.Store) -> tuple[Doubt, ...]:
    """Facts and names whose surest evidence is below ``CERTAIN``.

    Those come first whose decision tells most: where the confidence is near one half (p·(1−p), the variance of the
    answer, as in uncertainty sampling; Lewis and Gale 1994); of equal ones the likelier.
    """
    best: dict[str, Doubt] = {}
    for s in select(store, f"""SELECT ?a ?s ?p ?o ?e ?sure ?key WHERE {{
            ?e pol:confidence ?low FILTER(?low < {CERTAIN})
            ?a pol:evidence ?e ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; pol:evidence/pol:confidence ?sure
            OPTIONAL {{ ?a dcterms:identifier ?key }} }} ORDER BY ?a ?e"""):
        known = best.get(s["a"].value)
        sure = max(float(s["sure"].value), known.confidence if known else 0.0)
        best[s["a"].value] = Doubt(
            s["a"].value, s["s"].value, s["p"].value, s["o"], known.evidence if known else s["e"].value, sure,
            s["key"].value if s["key"] else "")
    return tuple(sorted(
        (d for d in best.values() if d.confidence < CERTAIN),
        key=lambda d: (-d.confidence * (1 - d.confidence), -d.confidence, d.assertion),
    ))
