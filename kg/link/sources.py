"""What is linked: measures, budget lines, recommendations and programs, read from the graph.

A :class:`Side` is one of them with everything that the comparison looks at: its texts, the
bodies responsible for it, the years it covers and the entities it names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from kg import ids
from kg.rdf import node
from kg.text.normal import loose

Years = tuple[int, int]
#: the last year of a period without end
FOREVER = 9999


@dataclass(frozen=True, slots=True)
class Side:
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
        years = "" if self.years is None else f"{self.years[0]}-{self.years[1]}"
        return ids.digest(loose(self.label), *(loose(c) for c in self.context), years)


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything in one graph that can be linked, each list sorted by IRI."""

    measures: tuple[Side, ...]
    lines: tuple[Side, ...]
    recommendations: tuple[Side, ...]
    programs: tuple[Side, ...]
    #: labels of bodies, programs, industries and regulations by IRI
    names: dict[str, str]
    #: texts of the corpus's sections: what is common in them weighs little; read when they are needed
    background: Iterable[str] = ()


def read(store: ox.Store) -> Sources:
    """Reads both sides of all links from a graph; nothing of it is changed."""
    return _Reader(store).sources()


def _members(store: ox.Store, cls: str) -> set[str]:
    """IRIs of a class."""
    found = store.quads_for_pattern(None, node("rdf:type"), node(cls), ox.DefaultGraph())
    return {q.subject.value for q in found if isinstance(q.subject, ox.NamedNode)}


def _facts(store: ox.Store, predicate: str) -> Iterator[tuple[str, str]]:
    """Subjects and objects of a predicate; English texts are left out."""
    for quad in store.quads_for_pattern(None, node(predicate), None, ox.DefaultGraph()):
        s, o = quad.subject, quad.object
        if isinstance(s, ox.NamedNode) and (
            isinstance(o, ox.NamedNode) or (isinstance(o, ox.Literal) and not (o.language or "").startswith("en"))
        ):
            yield s.value, o.value


@dataclass(frozen=True, slots=True)
class _SectionTexts:
    """The texts of a graph's sections (their headings where they have none), read anew each time."""

    store: ox.Store

    def __iter__(self) -> Iterator[str]:
        without = _members(self.store, "pol:Section")
        written: set[str] = set()
        for section, text in _facts(self.store, "dcterms:description"):
            if section in without:
                written.add(section)
                yield text
        without -= written
        for section, label in _facts(self.store, "skos:prefLabel"):
            if section in without:
                yield label


class _Reader:
    """The graph's facts by predicate, each read once; the texts of sections are left in the store."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store
        #: every IRI once in memory
        self.same: dict[str, str] = {}
        self.label = self.first_of("skos:prefLabel")
        self.text = self.values("dcterms:description", _members(store, "pol:Section"))
        self.parent = self.first_of("dcterms:isPartOf")
        order = self.numbers("pol:order")
        self.children: dict[str, list[str]] = defaultdict(list)
        for child in sorted(self.parent, key=lambda c: (order.get(c, 0), c)):
            self.children[self.parent[child]].append(child)
        self.superior = self.values("org:subOrganizationOf")
        self.responsible = [
            self.values(p)
            for p in ("pol:leadBy", "pol:partneredBy", "pol:responsibleBody", "pol:agency", "pol:respondent")
        ]
        self.first, self.last = self.numbers("pol:startYear"), self.numbers("pol:endYear")
        self.naming = [
            self.values(p) for p in ("pol:mentions", "pol:targetsIndustry", "pol:coversIndustry", "pol:cites")
        ]
        self.named = {i for cls in ("pol:Program", "pol:Industry", "pol:Regulation") for i in self.of(cls)}

    def of(self, cls: str) -> list[str]:
        """IRIs of a class, sorted."""
        return sorted(_members(self.store, cls))

    def values(self, predicate: str, without: Collection[str] = ()) -> dict[str, list[str]]:
        """Objects by subject, sorted; English texts are left out."""
        found: dict[str, list[str]] = {}
        same = self.same.setdefault
        for s, o in _facts(self.store, predicate):
            if s not in without:
                found.setdefault(same(s, s), []).append(same(o, o))
        for objects in found.values():
            objects.sort()
        return found

    def first_of(self, predicate: str) -> dict[str, str]:
        """The first object (in the order of the alphabet) by subject; English texts are left out."""
        found: dict[str, str] = {}
        same = self.same.setdefault
        for s, o in _facts(self.store, predicate):
            if s not in found or o < found[s]:
                found[same(s, s)] = same(o, o)
        return found

    def numbers(self, predicate: str) -> dict[str, int]:
        """One integer by subject, the smallest."""
        return {s: min(map(int, o)) for s, o in self.values(predicate).items()}

    def sources(self) -> Sources:
        """Everything that can be linked."""
        lines = [i for i in self.of("pol:BudgetLine") if i in self.label]
        programs = [i for i in self.of("pol:Program") if i in self.label]
        plans = {*self.of("pol:Plan"), *programs}
        measures = [
            m for m in self.of("pol:Measure")
            if m in self.label and plans.intersection(self._above(m)) and not set(lines).intersection(self._above(m))
        ]
        budget = self.values("pol:workPlan"), self.numbers("pol:fiscalYear")
        actions = set(self.of("pol:Action"))
        answers: dict[str, list[str]] = defaultdict(list)
        for response, asked in self.values("pol:responseTo").items():
            for recommendation in asked:
                answers[recommendation].append(response)
        scopes: dict[str, list[str]] = defaultdict(list)
        for scope in self.of("pol:IndustryScope"):
            scopes[self.parent.get(scope, "")].append(scope)
        return Sources(
            tuple(self._measure(m, actions) for m in measures),
            tuple(self._line(i, *budget) for i in lines),
            tuple(self._recommendation(r, answers[r]) for r in self.of("pol:Recommendation") if r in self.label),
            tuple(self._program(p, scopes[p]) for p in programs),
            {i: self.label[i] for i in (*self.named, *self.of("pol:GovernmentBody")) if i in self.label},
            _SectionTexts(self.store),
        )

    def _above(self, node: str) -> list[str]:
        """What the node is part of, nearest first."""
        found: list[str] = []
        while node in self.parent and self.parent[node] not in found:
            node = self.parent[node]
            found.append(node)
        return found

    def _labels(self, nodes: list[str]) -> tuple[str, ...]:
        return tuple(self.label[n] for n in nodes if n in self.label)

    def _texts(self, node: str) -> list[str]:
        """A node's text, or its label where it has no other."""
        return self.text.get(node, []) or list(self._labels([node]))

    def _bodies(self, nodes: list[str]) -> frozenset[str]:
        """The bodies of the first of these nodes that has any."""
        for n in nodes:
            if found := {b for of in self.responsible for b in of.get(n, ())}:
                return frozenset(found)
        return frozenset()

    def _leading(self, nodes: list[str]) -> frozenset[str]:
        """The leading bodies of the first of these nodes that has any body."""
        for n in nodes:
            if any(n in of for of in self.responsible):
                return frozenset(self.responsible[0].get(n, ()))
        return frozenset()

    def _within(self, bodies: frozenset[str]) -> frozenset[str]:
        """Bodies with all their superiors."""
        found, todo = set(bodies), list(bodies)
        while todo:
            new = [s for s in self.superior.get(todo.pop(), ()) if s not in found]
            found.update(new)
            todo += new
        return frozenset(found)

    def _years(self, nodes: list[str]) -> Years | None:
        """The period of the first of these nodes that has one."""
        for n in nodes:
            if n in self.first or n in self.last:
                first = self.first.get(n, self.last.get(n, 0))
                return first, self.last.get(n, FOREVER)
        return None

    def _entities(self, nodes: list[str]) -> frozenset[str]:
        """Programs, industries and regulations that these nodes name."""
        return frozenset(o for n in nodes for of in self.naming for o in of.get(n, ())) & self.named

    def _side(self, iri: str, context: tuple[str, ...], texts: list[str], bodies: frozenset[str], years: Years | None,
              naming: list[str], leading: frozenset[str] = frozenset()) -> Side:
        return Side(
            iri, self.label[iri], context, tuple(texts), bodies, self._within(bodies), years, self._entities(naming),
            leading,
        )

    def _measure(self, m: str, actions: set[str]) -> Side:
        above = self._above(m)
        below = [c for c in self.children.get(m, ()) if c in actions]
        texts = list(self.text.get(m, []))
        # the text of a measure holds its actions where the document runs them together
        held = loose("".join(texts))
        texts += [t for a in below for t in self._texts(a) if loose(t) not in held]
        upward = [m, *above]
        return self._side(
            m, self._labels(above), texts, self._bodies(upward), self._years(upward), [m, *below],
            self._leading(upward),
        )

    def _line(self, line: str, work_plan: dict[str, list[str]], year: dict[str, int]) -> Side:
        plans = work_plan.get(line, [])
        items = [i for i in self.children.get(line, []) if i in self.label or i in self.text]
        bodies = self._bodies([line, *plans])
        texts = self.text.get(line, []) + [t for i in items for t in self._texts(i)]
        years = (year[line], year[line]) if line in year else None
        context = self._labels(plans) + self._labels(sorted(bodies))
        return self._side(line, context, texts, bodies, years, [line, *items])

    def _recommendation(self, r: str, responses: list[str]) -> Side:
        bodies = frozenset(b for response in responses for b in self._bodies([response]))
        return self._side(r, self._labels(self._above(r)), self.text.get(r, []), bodies, None, [r])

    def _program(self, p: str, scopes: list[str]) -> Side:
        own = self._bodies([p])
        bodies = own or frozenset(b for s in scopes for b in self._bodies([s]))
        return self._side(p, (), self.text.get(p, []), bodies, self._years([p]), [p, *scopes])
