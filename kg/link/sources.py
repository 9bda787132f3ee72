"""What is linked: measures, budget lines, recommendations and programs, read from the graph.

A :class:`Side` is one of them with everything that the comparison looks at: its texts, the
bodies responsible for it, the years it covers and the entities it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

import pyoxigraph as ox

from kg import ids
from kg.link.shelf import Plain, Shelf, Table, Texts
from kg.rdf import node
from kg.text.normal import loose

Years = tuple[int, int]
#: the last year of a period without end
FOREVER = 9999
#: facts of each predicate that are held in memory: those of what many sides belong to are asked for again and again
_KEPT = 2048


@dataclass(frozen=True, slots=True)
class Side(Plain):
    """One end of a link.

    ``context`` names what it belongs to, nearest first: strategy, goals and plan of a measure,
    work plan and agency of a line. ``texts`` are the pieces below the title (actions, content
    items). ``bodies`` are IRIs, ``within`` has their superiors too, ``leading`` those that lead; all are
    empty where nothing is known, as ``years`` is None.
    """

    iri: str
    label: str
    context: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    bodies: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()
    years: Years | None = None
    entities: frozenset[str] = frozenset()
    leading: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """Hash of what the thing is called and belongs to: the same after every rebuild.

        Blanks, line breaks, punctuation and 台/臺 do not matter; IRIs play no part.
        """
        return _key(self.label, self.context, self.years)


@lru_cache(maxsize=_KEPT)
def _key(label: str, context: tuple[str, ...], years: Years | None) -> str:
    """A side stands in several links."""
    return ids.digest(loose(label), *map(loose, context), "" if years is None else f"{years[0]}-{years[1]}")


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything in one graph that can be linked, each list sorted by IRI."""

    measures: Sequence[Side]
    lines: Sequence[Side]
    recommendations: Sequence[Side]
    programs: Sequence[Side]
    #: labels of bodies, programs, industries and regulations by IRI
    names: dict[str, str]
    #: texts of the corpus's sections: what is common in them weighs little
    background: Iterable[str] = ()


def read(store: ox.Store) -> Sources:
    """Reads both sides of all links from a graph; nothing of it is changed, and what is returned needs it no more."""
    return _Reader(store).sources()


def _members(store: ox.Store, cls: str) -> Iterator[str]:
    """IRIs of a class."""
    for quad in store.quads_for_pattern(None, node("rdf:type"), node(cls), ox.DefaultGraph()):
        if isinstance(quad.subject, ox.NamedNode):
            yield quad.subject.value


def _facts(store: ox.Store, predicate: str) -> Iterator[tuple[str, str]]:
    """Subjects and objects of a predicate; English texts are left out."""
    for quad in store.quads_for_pattern(None, node(predicate), None, ox.DefaultGraph()):
        s, o = quad.subject, quad.object
        if isinstance(s, ox.NamedNode) and (
            isinstance(o, ox.NamedNode) or (isinstance(o, ox.Literal) and not (o.language or "").startswith("en"))
        ):
            yield s.value, o.value


class _Values:
    """Objects of one predicate (or of several) by subject, sorted: on disk, the last ones in memory."""

    def __init__(self, facts: Iterable[tuple[str, str]]) -> None:
        self.facts = Table(facts)
        self.of = lru_cache(maxsize=_KEPT)(self._look_up)

    def _look_up(self, subject: str) -> tuple[str, ...]:
        found = self.facts.get(subject)
        return tuple(sorted(found)) if found else ()

    def first(self, subject: str) -> str | None:
        """The first in the order of the alphabet; None where there is none."""
        found = self.of(subject)
        return found[0] if found else None

    def number(self, subject: str) -> int | None:
        """The smallest integer; None where there is none."""
        found = self.of(subject)
        return min(map(int, found)) if found else None


class _Reader:
    """The graph's facts by predicate, each read once and laid on disk: what the store reads costs ten times as much."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store
        self.label = self.values("skos:prefLabel")
        #: the texts of the graph's sections (their headings where they have none)
        self.background = Texts()
        self.description = _Values(self._beside_sections())
        self.parent = self.values("dcterms:isPartOf")
        self.parts = _Values((o, s) for s, o in self.parent.facts)
        self.responses = _Values((o, s) for s, o in _facts(store, "pol:responseTo"))
        self.order = self.values("pol:order")
        self.superior = self.values("org:subOrganizationOf")
        self.leading = self.values("pol:leadBy")
        self.responsible = _Values(chain(self.leading.facts, *(_facts(store, p) for p in (
            "pol:partneredBy", "pol:responsibleBody", "pol:agency", "pol:respondent"))))
        self.start, self.end = self.values("pol:startYear"), self.values("pol:endYear")
        self.naming = _Values(chain.from_iterable(_facts(store, p) for p in (
            "pol:mentions", "pol:targetsIndustry", "pol:coversIndustry", "pol:cites")))
        self.work_plan, self.fiscal_year = self.values("pol:workPlan"), self.values("pol:fiscalYear")
        self.actions, self.scopes = set(_members(store, "pol:Action")), set(_members(store, "pol:IndustryScope"))
        self.named = {i for cls in ("pol:Program", "pol:Industry", "pol:Regulation") for i in _members(store, cls)}

    def _beside_sections(self) -> Iterator[tuple[str, str]]:
        """The descriptions of all else; those of sections are laid aside, and the headings of sections without."""
        without = set(_members(self.store, "pol:Section"))
        written: set[str] = set()
        for thing, text in _facts(self.store, "dcterms:description"):
            if thing in without:
                written.add(thing)
                self.background.add(text)
            else:
                yield thing, text
        for section in without - written:
            for heading in self.label.of(section):
                self.background.add(heading)

    def values(self, predicate: str) -> _Values:
        """The facts of a predicate."""
        return _Values(_facts(self.store, predicate))

    def labelled(self, cls: str) -> list[str]:
        """IRIs of the members of a class that have a name, sorted."""
        return sorted(i for i in _members(self.store, cls) if self.label.of(i))

    def sources(self) -> Sources:
        """Everything that can be linked."""
        lines, programs = self.labelled("pol:BudgetLine"), self.labelled("pol:Program")
        plans, listed = {*_members(self.store, "pol:Plan"), *programs}, set(lines)
        measures = (
            m for m in self.labelled("pol:Measure")
            if not plans.isdisjoint(above := self._above(m)) and listed.isdisjoint(above)
        )
        names = {i: self.label.of(i) for i in (*self.named, *_members(self.store, "pol:GovernmentBody"))}
        return Sources(
            _shelved(map(self._measure, measures)), _shelved(map(self._line, lines)),
            _shelved(map(self._recommendation, self.labelled("pol:Recommendation"))),
            _shelved(map(self._program, programs)),
            {i: found[0] for i, found in names.items() if found}, self.background,
        )

    def _children(self, parent: str) -> list[str]:
        """What is part of a node, in the document's order."""
        return sorted((c for c in self.parts.of(parent) if self.parent.first(c) == parent),
                      key=lambda c: (self.order.number(c) or 0, c))

    def _above(self, thing: str) -> list[str]:
        """What the thing is part of, nearest first."""
        found: list[str] = []
        parent = self.parent.first(thing)
        while parent is not None and parent not in found:
            found.append(parent)
            parent = self.parent.first(parent)
        return found

    def _labels(self, things: Iterable[str]) -> tuple[str, ...]:
        return tuple(label for label in map(self.label.first, things) if label is not None)

    def _text(self, thing: str) -> list[str]:
        """A thing's own texts."""
        return list(self.description.of(thing))

    def _texts(self, thing: str) -> list[str]:
        """A thing's texts, or its label where it has none."""
        return self._text(thing) or list(self._labels([thing]))

    def _bodies(self, things: Iterable[str]) -> frozenset[str]:
        """The bodies of the first of these things that has any."""
        for n in things:
            if found := self.responsible.of(n):
                return frozenset(found)
        return frozenset()

    def _leading(self, things: Iterable[str]) -> frozenset[str]:
        """The leading bodies of the first of these things that has any body."""
        for n in things:
            if self.responsible.of(n):
                return frozenset(self.leading.of(n))
        return frozenset()

    def _within(self, bodies: frozenset[str]) -> frozenset[str]:
        """Bodies with all their superiors."""
        found, todo = set(bodies), list(bodies)
        while todo:
            new = [s for s in self.superior.of(todo.pop()) if s not in found]
            found.update(new)
            todo += new
        return frozenset(found)

    def _years(self, things: Iterable[str]) -> Years | None:
        """The period of the first of these things that has one."""
        for n in things:
            first, last = self.start.number(n), self.end.number(n)
            if first is not None or last is not None:
                return first if first is not None else last or 0, last if last is not None else FOREVER
        return None

    def _entities(self, things: Iterable[str]) -> frozenset[str]:
        """Programs, industries and regulations that these things name."""
        return frozenset(o for n in things for o in self.naming.of(n) if o in self.named)

    def _side(self, iri: str, context: tuple[str, ...], texts: list[str], bodies: frozenset[str], years: Years | None,
              naming: list[str], leading: frozenset[str] = frozenset()) -> Side:
        return Side(
            iri, self.label.first(iri) or "", context, tuple(texts), bodies, self._within(bodies), years,
            self._entities(naming), leading,
        )

    def _measure(self, m: str) -> Side:
        above = self._above(m)
        below = [c for c in self._children(m) if c in self.actions]
        texts = self._text(m)
        # the text of a measure holds its actions where the document runs them together
        held = loose("".join(texts))
        texts += [t for a in below for t in self._texts(a) if loose(t) not in held]
        upward = [m, *above]
        return self._side(
            m, self._labels(above), texts, self._bodies(upward), self._years(upward), [m, *below],
            self._leading(upward),
        )

    def _line(self, line: str) -> Side:
        plans = self.work_plan.of(line)
        items = [i for i in self._children(line) if self._texts(i)]
        bodies = self._bodies([line, *plans])
        texts = self._text(line) + [t for i in items for t in self._texts(i)]
        year = self.fiscal_year.number(line)
        context = self._labels(plans) + self._labels(sorted(bodies))
        return self._side(line, context, texts, bodies, None if year is None else (year, year), [line, *items])

    def _recommendation(self, r: str) -> Side:
        bodies = frozenset(b for response in self.responses.of(r) for b in self._bodies([response]))
        return self._side(r, self._labels(self._above(r)), self._text(r), bodies, None, [r])

    def _program(self, p: str) -> Side:
        scopes = [s for s in self._children(p) if s in self.scopes]
        own = self._bodies([p])
        bodies = own or frozenset(b for s in scopes for b in self._bodies([s]))
        return self._side(p, (), self._text(p), bodies, self._years([p]), [p, *scopes])


def _shelved(sides: Iterable[Side]) -> Shelf[Side]:
    return Shelf(sides, _fields, _side)


def _fields(side: Side) -> tuple[object, ...]:
    return tuple(getattr(side, name) for name in Side.__slots__)


def _side(fields: tuple[Any, ...]) -> Side:
    return Side(*fields)
