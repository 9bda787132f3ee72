"""Facts that people decided about: which readings of the documents they are, and what that changes in a graph.

A reading is an assertion with evidence: a fact of the graph, or a printed name that became none (a candidate; its
object is a literal). Its key is made, like a link's, of what its two ends are called and belong to. Decisions
outrank the rules: a candidate that is accepted becomes a fact with its thing, a rejected fact leaves the graph with
all that rests on it alone, and stays as a rejected candidate, so that it can be seen and taken back. The documents'
shards are not touched: every version is made from them and the decisions anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg import ids
from kg.decisions import LINK_KINDS, Decision, Decisions, End, link_key
from kg.names import compact
from kg.rdf import LANGUAGE, SUPERCLASSES, assertion_iri, node
from kg.text.normal import loose

_TYPE, _EVIDENCE, _LABEL = node("rdf:type"), node("pol:evidence"), node("skos:prefLabel")
_SUBJECT, _PREDICATE, _OBJECT = node("rdf:subject"), node("rdf:predicate"), node("rdf:object")
_STATUS, _REASON, _KEY, _DERIVED = (
    node("pol:reviewStatus"), node("pol:reason"), node("dcterms:identifier"), node("pol:derivedBy"))
_PART = node("dcterms:isPartOf")
#: characters that name a thing without heading and number
_OPENING = 80
#: a name of these stands for itself, wherever it is printed
_NAMED = frozenset(node(c) for c in ("pol:Program", "pol:Regulation", "pol:Industry", "pol:GovernmentBody"))
#: relations that keep nothing in the graph: they are made from the others
_MADE = frozenset(node(p) for p in (
    "rdf:subject", "rdf:object", "pol:activeIn", "pol:fundedBy", "pol:answeredBy", "pol:sameAccountAs", "pol:continues",
))
#: rules by which a fact about one thing is told of another: where that one stands, seen from the derived fact's subject
_INHERITED = {
    "measure-inherits-strategy-bodies": "above", "part-inherits-proposer": "above",
    "program-bodies-from-rows": "below", "strategy-bodies-from-measures": "below",
    "measure-mentions-what-its-section-mentions": "beside",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """An assertion with the key that decisions know it by; ``object`` is a literal where it is no thing."""

    assertion: ox.NamedNode
    subject: ox.NamedNode
    predicate: ox.NamedNode
    object: ox.NamedNode | ox.Literal
    key: str

    @property
    def kind(self) -> str:
        """The relation's prefixed name."""
        return compact(self.predicate.value)


@dataclass(slots=True)
class Changes:
    """What decisions change in a graph."""

    removed: set[ox.Triple] = field(default_factory=set)
    added: set[ox.Triple] = field(default_factory=set)


class Names:
    """What the things of a graph are called, as decisions name them; each is looked up once."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store
        self._ends: dict[str, End] = {}
        self._parts: dict[str, tuple[str, ...]] = {}

    def end(self, term: ox.NamedNode | ox.Literal) -> End:
        """A thing, or a printed name, as one end of a decision."""
        if isinstance(term, ox.Literal):
            return End(ids.digest(loose(term.value)), term.value)
        found = self._ends.get(term.value)
        if found is None:
            name = self._name(term)
            classes = {q.object for q in self.store.quads_for_pattern(term, _TYPE, None)}
            context = () if classes & _NAMED else self._above(term)
            found = End(ids.digest(loose(name), *(loose(c) for c in context)), name, " ＜ ".join(context))
            self._ends[term.value] = found
        return found

    def key(self, reading: tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]) -> str:
        """The key of a relation from its three terms."""
        s, p, o = reading
        return link_key(compact(p.value), self.end(s).key, self.end(o).key)

    def _text(self, thing: ox.NamedNode, predicate: str) -> str:
        """The first Chinese text of a property; empty where there is none."""
        texts = [q.object.value for q in self.store.quads_for_pattern(thing, node(predicate), None)
                 if isinstance(q.object, ox.Literal) and not (q.object.language or "").startswith("en")]
        return min(texts, default="")

    def _name(self, thing: ox.NamedNode) -> str:
        for predicate in ("skos:prefLabel", "dcterms:title", "pol:number"):
            if found := self._text(thing, predicate):
                return found
        for quad in self.store.quads_for_pattern(thing, node("pol:respondent"), None):
            if isinstance(quad.object, ox.NamedNode):
                return self._name(quad.object)
        # blanks and line breaks must not decide where the opening ends
        return loose(self._text(thing, "dcterms:description") or self._text(thing, "pol:text"))[:_OPENING]

    def _parent(self, thing: ox.NamedNode) -> ox.NamedNode | None:
        for predicate in (_PART, node("pol:responseTo")):
            found = [q.object.value for q in self.store.quads_for_pattern(thing, predicate, None)
                     if isinstance(q.object, ox.NamedNode)]
            if found:
                return ox.NamedNode(min(found))
        return None

    def line(self, thing: ox.NamedNode) -> tuple[str, ...]:
        """IRIs of what a thing is part of, nearest first."""
        found: list[str] = []
        above = self._parent(thing)
        while above is not None and above.value not in found:
            found.append(above.value)
            above = self._parent(above)
        return tuple(found)

    def _above(self, thing: ox.NamedNode) -> tuple[str, ...]:
        """Names of what a thing is part of, nearest first."""
        parent = self._parent(thing)
        if parent is None:
            return ()
        if parent.value not in self._parts:
            self._parts[parent.value] = tuple(self._name(ox.NamedNode(i)) for i in (parent.value, *self.line(parent)))
        return self._parts[parent.value]


def is_fact(decision: Decision) -> bool:
    """Is the decision about a fact, and not about a proposed link?"""
    return decision.kind not in LINK_KINDS


def of_facts(decisions: Decisions) -> dict[str, Decision]:
    """The decisions about facts."""
    return {k: d for k, d in decisions.items() if is_fact(d)}


def reading(store: ox.Store, names: Names, assertion: ox.NamedNode) -> Reading | None:
    """An assertion as decisions name it; None where it lacks an end or the relation."""
    def one(predicate: ox.NamedNode) -> ox.NamedNode | ox.Literal | None:
        found = next(iter(store.quads_for_pattern(assertion, predicate, None)), None)
        return found.object if found and isinstance(found.object, ox.NamedNode | ox.Literal) else None

    s, p, o, known = one(_SUBJECT), one(_PREDICATE), one(_OBJECT), one(_KEY)
    if not isinstance(s, ox.NamedNode) or not isinstance(p, ox.NamedNode) or o is None:
        return None
    # what was decided keeps its key, whatever the decision has made of it
    return Reading(assertion, s, p, o, known.value if known is not None else names.key((s, p, o)))


def decided(store: ox.Store, decisions: Decisions, names: Names | None = None) -> Iterator[tuple[Reading, Decision]]:
    """The stated readings of a graph that were decided about, sorted by assertion."""
    names = names or Names(store)
    facts = of_facts(decisions)
    for kind in sorted({d.kind for d in facts.values()}):
        objects = {d.object.key for d in facts.values() if d.kind == kind}
        keyed = {q.subject for key in facts for q in store.quads_for_pattern(None, _KEY, ox.Literal(key))}
        found: list[tuple[str, Reading]] = []
        for quad in store.quads_for_pattern(None, _PREDICATE, node(kind)):
            assertion = quad.subject
            obj = next((q.object for q in store.quads_for_pattern(assertion, _OBJECT, None)), None)
            if not isinstance(assertion, ox.NamedNode) or not isinstance(obj, ox.NamedNode | ox.Literal):
                continue
            # most readings name other things: only the others' subjects are looked up
            if assertion in keyed or names.end(obj).key in objects:
                read = reading(store, names, assertion)
                if read is not None and read.key in facts and _proofs(store, assertion):
                    found.append((assertion.value, read))
        yield from ((read, facts[read.key]) for _, read in sorted(found, key=lambda x: x[0]))


def missing(store: ox.Store, decisions: Decisions) -> tuple[Decision, ...]:
    """The decisions about facts that no reading of the graph answers to, sorted by key."""
    there = {read.key for read, _ in decided(store, decisions)}
    return tuple(d for k, d in sorted(of_facts(decisions).items()) if k not in there)


def changes(store: ox.Store, decisions: Decisions) -> Changes:
    """What the decisions change in a graph of the documents' shards (not yet in any other pass's facts)."""
    found = Changes()
    rejected: list[Reading] = []
    for read, decision in decided(store, decisions):
        about = _about(store, read.assertion)
        if decision.status == "rejected" and isinstance(read.object, ox.NamedNode):
            rejected.append(read)
        elif decision.status == "accepted" and isinstance(read.object, ox.Literal):
            found.removed |= about
            found.added |= _fact(store, read, decision)
        else:
            found.removed |= {t for t in about if t.predicate == _STATUS}
            found.added |= _judged(read.assertion, decision, read.key)
    names = Names(store)
    for read in rejected:
        found.removed |= _about(store, read.assertion)
        found.removed.add(ox.Triple(read.subject, read.predicate, read.object))
        found.added |= _candidate(store, names, read, decisions[read.key])
    _fall(store, names, rejected, found)
    for thing in {r.object for r in rejected if isinstance(r.object, ox.NamedNode)}:
        _forget(store, thing, [r for r in rejected if r.object == thing], found)
    found.removed = {t for t in found.removed if ox.Quad(*t) in store}
    return found


def _about(store: ox.Store, thing: ox.NamedNode) -> set[ox.Triple]:
    return {q.triple for q in store.quads_for_pattern(thing, None, None)}


def _proofs(store: ox.Store, thing: ox.NamedNode) -> list[ox.NamedNode]:
    """The evidence of an assertion or a thing."""
    found = (q.object for q in store.quads_for_pattern(thing, _EVIDENCE, None))
    return [e for e in found if isinstance(e, ox.NamedNode)]


def _judged(assertion: ox.NamedNode, decision: Decision, key: str) -> set[ox.Triple]:
    """What an assertion tells of the decision on it."""
    return {
        ox.Triple(assertion, _STATUS, node(ids.concept("review-status", decision.status))),
        ox.Triple(assertion, _REASON, ox.Literal(decision.sentence)),
        ox.Triple(assertion, _KEY, ox.Literal(key)),
    }


def _asserted(
    store: ox.Store, read: Reading, obj: ox.NamedNode | ox.Literal, decision: Decision,
) -> set[ox.Triple]:
    """The assertion of a reading with another object, with its evidence and the decision."""
    a = ox.NamedNode(assertion_iri(read.subject.value, read.predicate.value, obj.value))
    return {
        ox.Triple(a, _TYPE, node("pol:Assertion")), ox.Triple(a, _SUBJECT, read.subject),
        ox.Triple(a, _PREDICATE, read.predicate), ox.Triple(a, _OBJECT, obj),
        *(ox.Triple(a, _EVIDENCE, e) for e in _proofs(store, read.assertion)), *_judged(a, decision, read.key),
    }


def _candidate(store: ox.Store, names: Names, read: Reading, decision: Decision) -> set[ox.Triple]:
    """A rejected fact as a rejected candidate: the name that was read, no thing."""
    assert isinstance(read.object, ox.NamedNode)
    return _asserted(store, read, ox.Literal(names.end(read.object).label, language=LANGUAGE), decision)


def _fact(store: ox.Store, read: Reading, decision: Decision) -> set[ox.Triple]:
    """An accepted candidate as a fact, with the thing that its name stands for."""
    from kg.resolve import default_resolver

    rules = {getattr(q.object, "value", "") for e in _proofs(store, read.assertion)
             for q in store.quads_for_pattern(e, node("pol:extractor"), None)}
    resolver = default_resolver()
    # what a candidate is, only its rule tells
    if any("law" in rule or "act" in rule for rule in rules) or read.kind in ("pol:cites", "pol:amends"):
        thing = resolver.regulation(read.object.value)
    elif any("industry" in rule for rule in rules) or read.kind in ("pol:targetsIndustry", "pol:coversIndustry"):
        thing = resolver.industry(read.object.value)
    else:
        thing = resolver.program(read.object.value)
    o = ox.NamedNode(thing.iri)
    return {
        ox.Triple(read.subject, read.predicate, o), ox.Triple(o, _LABEL, ox.Literal(thing.label, language=LANGUAGE)),
        *(ox.Triple(o, _TYPE, node(c)) for c in (thing.cls, *SUPERCLASSES.get(thing.cls, ()))),
        *(ox.Triple(o, _EVIDENCE, e) for e in _proofs(store, read.assertion)), *_asserted(store, read, o, decision),
    }


def _fall(store: ox.Store, names: Names, rejected: Iterable[Reading], found: Changes) -> None:
    """Removes what rules have derived from rejected facts and from nothing else."""
    for p, o in sorted({(r.predicate, r.object) for r in rejected}, key=str):
        gone = {r.subject for r in rejected if (r.predicate, r.object) == (p, o)}
        told = dict(_claims(store, p, o))
        stated = {s for a, s in told.items() if s not in gone and _proofs(store, a)}
        for a, s in told.items():
            rules = {getattr(q.object, "value", "").rsplit("/", 1)[-1]
                     for q in store.quads_for_pattern(a, _DERIVED, None)} & _INHERITED.keys()
            if not rules or _proofs(store, a):
                continue
            where = {_INHERITED[r] for r in rules}
            if any(_rests(names, s, g, where) for g in gone) and not any(_rests(names, s, k, where) for k in stated):
                found.removed |= _about(store, a)
                found.removed.add(ox.Triple(s, p, o))


def _claims(
    store: ox.Store, predicate: ox.NamedNode, obj: ox.NamedNode | ox.Literal,
) -> Iterator[tuple[ox.NamedNode, ox.NamedNode]]:
    """Assertions of one relation to one thing, with their subjects."""
    for quad in store.quads_for_pattern(None, _OBJECT, obj):
        a = quad.subject
        if isinstance(a, ox.NamedNode) and next(iter(store.quads_for_pattern(a, _PREDICATE, predicate)), None):
            for about in store.quads_for_pattern(a, _SUBJECT, None):
                if isinstance(about.object, ox.NamedNode):
                    yield a, about.object


def _rests(names: Names, derived: ox.NamedNode, stated: ox.NamedNode, where: set[str]) -> bool:
    """Can a fact about ``derived`` come from the same one about ``stated``?"""
    above, over = names.line(derived), names.line(stated)
    return (
        ("above" in where and stated.value in above) or ("below" in where and derived.value in over)
        # a measure tells what the section that it is made of mentions, and that section's parts
        or ("beside" in where and above[:1] != () and above[0] in (stated.value, *over))
    )


def _forget(store: ox.Store, thing: ox.NamedNode, rejected: list[Reading], found: Changes) -> None:
    """Takes a thing's rejected evidence away, and the thing itself if nothing else tells of it."""
    gone = {r.assertion for r in rejected}
    others = {
        e for quad in store.quads_for_pattern(None, _OBJECT, thing) if quad.subject not in gone
        and isinstance(quad.subject, ox.NamedNode) for e in _proofs(store, quad.subject)
    }
    lost = {e for r in rejected for e in _proofs(store, r.assertion)} - others
    found.removed |= {ox.Triple(thing, _EVIDENCE, e) for e in lost}
    told = any(
        q.predicate not in _MADE and q.triple not in found.removed
        for q in store.quads_for_pattern(None, None, thing)
    )
    if not told and not set(_proofs(store, thing)) - lost:
        found.removed |= _about(store, thing)
