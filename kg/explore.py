"""Walking the graph for the explorer: what lies around things, and how two things hang together.

Every step is bounded, so that a look costs the same in a graph of any size: ``MOST`` links are looked at per
thing, relation and direction, ``LARGEST`` things are shown, ``VISITED`` things are reached in search of a path.
What is left out is counted and said. Links are taken relation by relation in turn, and by IRI within
a relation, so the same question always shows the same things.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import NamedTuple

import pyoxigraph as ox

from kg.describe import Describer, own_class
from kg.names import CONCEPT_SCHEMES, ID, OBJECT_PROPERTIES, compact, expand
from kg.network import Edge, Network, Node, measured
from kg.store.select import select

#: links looked at per thing, relation and direction
MOST = 1000
#: things shown at most
LARGEST = 500
#: links shown at most
MOST_EDGES = 2000
#: things whose links are asked for at once
_ASKED = 100
#: things reached at most from the two ends of a path together
VISITED = 20_000
#: steps of the longest path that is looked for
LONGEST = 8
#: things in which the ends of a path may meet that are compared
_COMPARED = 50
#: how the program knows a thing, not what the documents say of it
_PLUMBING = {"pol:evidence", "pol:inDocument", "pol:inSection", "pol:derivedBy", "pol:declaredCount", "pol:document"}
#: relations between things; those to the few values of a scheme (a status, a unit) are left out: all things meet there
RELATIONS: tuple[str, ...] = (
    *(p for p in OBJECT_PROPERTIES if p not in _PLUMBING and p not in CONCEPT_SCHEMES.values()),
    "dcterms:isPartOf", "dcterms:publisher", "dcterms:isReplacedBy", "org:subOrganizationOf", "skos:broader",
    "org:originalOrganization", "org:resultingOrganization",
)
PREDICATES = tuple(ox.NamedNode(expand(p)) for p in RELATIONS)
#: parts of documents: of two equally short ways the one through things says more
_PAPER = {"Section", "PolicyDocument", "Plan", "Thing"}


class Link(NamedTuple):
    """A relation as it stands in the graph: three IRIs."""

    source: str
    relation: str
    target: str


@dataclass(frozen=True, slots=True)
class Filter:
    """What is walked: local names of classes and prefixed names of relations; an empty set is all of them."""

    classes: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()

    def __contains__(self, cls: str) -> bool:
        return not self.classes or cls in self.classes

    def follows(self, relation: str) -> bool:
        """Is a relation (an IRI) walked?"""
        return not self.relations or compact(relation) in self.relations


@dataclass(slots=True)
class Seen:
    """What a walk has reached: things with their steps from the start, links between them, and what was left out.

    ``left`` are a thing's neighbours for which there was no room; ``classes`` and ``relations`` count what was
    met, also where the filter kept it out.
    """

    steps: dict[str, int] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    grown: set[str] = field(default_factory=set)
    left: dict[str, set[str]] = field(default_factory=dict)
    classes: Counter[str] = field(default_factory=Counter)
    relations: Counter[str] = field(default_factory=Counter)
    cut: bool = False

    @property
    def more(self) -> dict[str, int]:
        """How many neighbours of a thing are not shown, where there are such."""
        counted = {iri: len(some - self.steps.keys()) for iri, some in self.left.items()}
        return {iri: n for iri, n in counted.items() if n}


class Walker:
    """Walks one store; remembers classes. Make one per question."""

    def __init__(self, store: ox.Store, wanted: Filter | None = None) -> None:
        self._store = store
        self._wanted = wanted or Filter()
        self._describer = Describer(store)
        self._classes: dict[str, str] = {}

    def cls(self, iri: str) -> str:
        """The class of a thing; "Thing" where it has none with a colour."""
        if iri not in self._classes:
            self._classes[iri] = self._describer.cls(iri) or "Thing"
        return self._classes[iri]

    def links(self, iri: str) -> Iterator[tuple[Link, str]]:
        """A thing's links in both directions, each with its other end; relations in the order of RELATIONS."""
        found = self._looked_up(iri) if isinstance(self._store, ox.Store) else self._asked_for(iri)
        for predicate in PREDICATES:
            for outward in (True, False):
                others = {o for o in found(predicate, outward) if o != iri and o.startswith(ID)}
                for other in sorted(others):
                    yield Link(*((iri, predicate.value, other) if outward else (other, predicate.value, iri))), other

    def _looked_up(self, iri: str) -> Callable[[ox.NamedNode, bool], Iterable[str]]:
        """Other ends by relation and direction, from a store in this process."""
        node = ox.NamedNode(iri)

        def found(predicate: ox.NamedNode, outward: bool) -> list[str]:
            pattern = (node, predicate, None) if outward else (None, predicate, node)
            ends = (q.object if outward else q.subject for q in self._store.quads_for_pattern(*pattern))
            return [end.value for end in islice(ends, MOST) if isinstance(end, ox.NamedNode)]
        return found

    def _asked_for(self, iri: str) -> Callable[[ox.NamedNode, bool], Iterable[str]]:
        """The same from a store behind the network: one question for all of them and their classes."""
        node = ox.NamedNode(iri)
        parts = " UNION ".join(
            f"{{ SELECT ({p} AS ?p) ({out} AS ?out) ?x {{ {pattern} }} LIMIT {MOST} }}"
            for p in PREDICATES for out, pattern in ((1, f"{node} {p} ?x"), (0, f"?x {p} {node}"))
        )
        ends: dict[tuple[str, bool], set[str]] = {}
        classes: dict[str, set[str]] = {}
        for row in select(self._store, f"SELECT ?p ?out ?x ?c {{ {{ {parts} }} OPTIONAL {{ ?x a ?c }} }}"):
            if isinstance(row["x"], ox.NamedNode):
                ends.setdefault((row["p"].value, row["out"].value == "1"), set()).add(row["x"].value)
                classes.setdefault(row["x"].value, set()).update([row["c"].value] if row["c"] is not None else [])
        self._classes |= {i: own_class(some) or "Thing" for i, some in classes.items()}
        return lambda predicate, outward: ends.get((predicate.value, outward), ())

    def begin(self, things: Collection[str]) -> Seen:
        """Given things of the wanted classes, the first LARGEST, not walked from yet."""
        wanted = [iri for iri in things if self.cls(iri) in self._wanted]
        return Seen(dict.fromkeys(wanted[:LARGEST], 0), classes=Counter(map(self.cls, things)),
                    cut=len(wanted) > LARGEST)

    def walk(self, starts: Collection[str], depth: int, each: int, closed: Collection[str] = ()) -> Seen:
        """Everything within ``depth`` steps, at most ``each`` new neighbours per thing.

        The starts are shown whatever their class; closed things are shown and not walked through.
        """
        seen = Seen(dict.fromkeys(starts, 0), classes=Counter(map(self.cls, starts)))
        frontier = list(seen.steps)
        for _ in range(depth):
            frontier = list(chain.from_iterable(self.grow(seen, iri, each) for iri in frontier if iri not in closed))
        return seen

    def grow(self, seen: Seen, iri: str, each: int) -> list[str]:
        """Adds a shown thing's neighbours; gives the new ones. Nothing happens the second time."""
        if iri in seen.grown or iri not in seen.steps:
            return []
        seen.grown.add(iri)
        groups: dict[tuple[str, bool], list[str]] = {}
        known: set[str] = set()
        for link, other in self.links(iri):
            cls, follows = self.cls(other), self._wanted.follows(link.relation)
            if cls in self._wanted:
                seen.relations[compact(link.relation)] += 1
            if follows and other not in seen.steps and other not in known:
                known.add(other)
                seen.classes[cls] += 1
                if cls in self._wanted:
                    groups.setdefault((link.relation, link.source == iri), []).append(other)
        new = list(islice(_in_turn(list(groups.values())), each))
        room = max(0, LARGEST - len(seen.steps))
        if len(new) > room:
            seen.cut = True
            new = new[:room]
        seen.left[iri] = set(chain.from_iterable(groups.values())).difference(new)
        seen.steps |= dict.fromkeys(new, seen.steps[iri] + 1)
        return new

    def join(self, seen: Seen, among: Collection[str] | None = None) -> None:
        """Finds the links between shown things; with ``among``, only those that touch one of these."""
        found: set[Link] = set()
        touched = set(seen.steps if among is None else among)
        followed = ", ".join(str(p) for p in PREDICATES if self._wanted.follows(p.value))
        shown = list(seen.steps)
        for first in range(0, len(shown), _ASKED):
            subjects = " ".join(str(ox.NamedNode(iri)) for iri in shown[first:first + _ASKED])
            query = f"SELECT ?s ?p ?o {{ VALUES ?s {{ {subjects} }} ?s ?p ?o FILTER(?p IN ({followed})) }}"
            for row in select(self._store, query):
                link = Link(row["s"].value, row["p"].value, row["o"].value)
                if link.target in seen.steps and link.target != link.source and touched & {link.source, link.target}:
                    found.add(link)
        # what is nearest to the start comes first: it stays where there are too many
        seen.links = sorted(found, key=lambda k: (max(seen.steps[k.source], seen.steps[k.target]), k))

    def path(self, start: str, goal: str, longest: int = LONGEST) -> tuple[Link, ...] | None:
        """A shortest way over wanted relations through wanted classes; None where none is found within the bounds.

        Breadth first from both ends, the smaller front first (Pohl 1971).
        """
        before: dict[str, Link | None] = {start: None}
        after: dict[str, Link | None] = {goal: None}
        fronts = ([start], [goal])
        if start == goal:
            return ()
        for _ in range(longest):
            forward = len(fronts[0]) <= len(fronts[1])
            front, mine, other = (fronts[0], before, after) if forward else (fronts[1], after, before)
            reached: list[str] = []
            for iri in front:
                for link, end in self.links(iri):
                    if end in mine or not self._wanted.follows(link.relation):
                        continue
                    if end not in other and self.cls(end) not in self._wanted:
                        continue
                    mine[end] = link
                    reached.append(end)
                if len(before) + len(after) > VISITED:
                    break
            if meeting := [iri for iri in reached if iri in other]:
                best = self._best(meeting, other)
                return (*reversed(_back(before, best)), *_back(after, best))
            if not reached or len(before) + len(after) > VISITED:
                return None
            front[:] = reached
        return None

    def _best(self, meeting: list[str], other: dict[str, Link | None]) -> str:
        """Of things where the two ends meet the nearest, and of these the one that says most.

        A thing in which much meets (the head of government, a plan) joins everything and says little.
        """
        nearest = min(_far(other, iri) for iri in meeting)
        near = sorted({iri for iri in meeting if _far(other, iri) == nearest})[:_COMPARED]
        return min(near, key=lambda m: (self.cls(m) in _PAPER, sum(1 for _ in self.links(m)), m))


def _in_turn(groups: list[list[str]]) -> Iterator[str]:
    """One of each group, then the second of each, and so on; each thing once."""
    given: set[str] = set()
    for n in range(max(map(len, groups), default=0)):
        for group in groups:
            if n < len(group) and group[n] not in given:
                given.add(group[n])
                yield group[n]


def _back(found: dict[str, Link | None], iri: str) -> list[Link]:
    """The links from a thing back to the end that it was reached from."""
    out = []
    while (link := found[iri]) is not None:
        out.append(link)
        iri = link.source if link.target == iri else link.target
    return out


def _far(found: dict[str, Link | None], iri: str) -> int:
    return len(_back(found, iri))


def network(
    store: ox.Store, seen: Seen, title: str, language: str, kinds: dict[str, str], view: Network | None = None
) -> Network:
    """What was seen with names, degrees and positions; ``kinds`` are the relations' names by prefixed name.

    Things of a ``view`` keep its edges, where the walk has found none between the two.
    """
    describer = Describer(store)
    found, more = Network(title, True), seen.more
    for iri, steps in seen.steps.items():
        found.nodes[iri] = Node(
            iri, describer.label(iri, language), describer.cls(iri) or "Thing",
            {"steps": steps, **({"not_shown": more[iri]} if iri in more else {})},
        )
    for link in seen.links:
        name = compact(link.relation)
        found.edges.append(Edge(link.source, link.target, 1.0, kinds.get(name, name), {"property": name}))
    if view is not None:
        joined = {(e.source, e.target) for e in found.edges}
        own = [e for e in view.edges if e.source in found.nodes and e.target in found.nodes
               and (e.source, e.target) not in joined]
        found.edges += sorted(own, key=lambda e: -e.weight)
        found.directed = view.directed or bool(seen.links)
        found.notes += view.notes
    if len(found.edges) > MOST_EDGES:
        found.notes.append(f"只列出 {MOST_EDGES:,} 條連線，共 {len(found.edges):,} 條 "
                           f"({MOST_EDGES:,} of {len(found.edges):,} links are shown)")
        found.edges = found.edges[:MOST_EDGES]
    if seen.cut:
        found.notes.append(f"超過 {LARGEST} 個項目，其餘未列出 (more than {LARGEST} things: the others are left out)")
    return measured(found)
