"""What the graph itself says of a node: its name, its class, and the years in which it exists."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import unquote

import pyoxigraph as ox

from kg.export.palette import COLOURS
from kg.names import compact, expand

#: first and last year, both included; None is open
Spell = tuple[int | None, int | None]

_TYPE = ox.NamedNode(expand("rdf:type"))
_PART_OF = ox.NamedNode(expand("dcterms:isPartOf"))
_LABELS = tuple(ox.NamedNode(expand(p)) for p in ("skos:prefLabel", "dcterms:title", "rdfs:label"))
#: what names a thing without a label of its own
_DESCRIBING = tuple(ox.NamedNode(expand(p)) for p in ("pol:respondent", "pol:responseTo", "pol:number"))
_START, _END = ox.NamedNode(expand("pol:startYear")), ox.NamedNode(expand("pol:endYear"))
#: one year is the whole time of these: a budget line, a target, a yearly report
_SINGLE = tuple(ox.NamedNode(expand(p)) for p in ("pol:fiscalYear", "pol:ofYear"))
#: classes that say less than another one of the same thing
_GENERAL = {"GovernmentBody", "PlanElement"}
#: levels that are climbed to find a period (a measure's plan)
_HIGHEST = 20


def own_class(classes: Iterable[str]) -> str:
    """The local name of the most specific of a thing's classes (IRIs) that has a colour; empty if none has."""
    own = {compact(iri).removeprefix("pol:") for iri in classes} & set(COLOURS)
    return min(own - _GENERAL or own, default="")


class Describer:
    """Looks things up in a store and remembers periods; make one per network."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store
        self._spells: dict[str, Spell | None] = {}

    def _node(self, iri: str) -> ox.NamedNode | None:
        try:
            return ox.NamedNode(iri)
        except ValueError:  # a literal or a blank node stands for the thing
            return None

    def label(self, iri: str, language: str = "zh") -> str:
        """The name in a language, else any name, else what describes it, else the last part of the IRI."""
        node = self._node(iri)
        if node is None:
            return iri
        fallback = ""
        for predicate in _LABELS:
            for quad in self._store.quads_for_pattern(node, predicate, None):
                if isinstance(quad.object, ox.Literal):
                    if (quad.object.language or "").lower().startswith(language):
                        return quad.object.value
                    fallback = fallback or quad.object.value
        if fallback:
            return fallback
        parts = []
        for predicate in _DESCRIBING:
            for quad in self._store.quads_for_pattern(node, predicate, None):
                thing = isinstance(quad.object, ox.NamedNode) and quad.object != node
                value = str(getattr(quad.object, "value", ""))
                parts.append(self.label(value, language) if thing else value)
                break
        return " · ".join(p for p in parts if p) or unquote(iri.rsplit("/", 1)[-1].rsplit("#", 1)[-1]) or iri

    def cls(self, iri: str) -> str:
        """The thing's own class among those that have a colour, the most specific one; empty if it has none."""
        node = self._node(iri)
        if node is None:
            return ""
        return own_class(q.object.value for q in self._store.quads_for_pattern(node, _TYPE, None)
                         if isinstance(q.object, ox.NamedNode))

    def spell(self, iri: str) -> Spell | None:
        """The years of a thing: its own, else of what it is part of (a measure has its plan's); None = unknown."""
        if iri in self._spells:
            return self._spells[iri]
        climbed: list[str] = []
        found: Spell | None = None
        node = self._node(iri)
        while node is not None and node.value not in self._spells and len(climbed) < _HIGHEST:
            climbed.append(node.value)
            found = self._own(node)
            if found is not None:
                break
            parents = sorted(
                q.object.value for q in self._store.quads_for_pattern(node, _PART_OF, None)
                if isinstance(q.object, ox.NamedNode)
            )
            node = self._node(parents[0]) if parents else None
        if found is None and node is not None:
            found = self._spells.get(node.value)
        for part in climbed:
            self._spells[part] = found
        return found

    def _own(self, node: ox.NamedNode) -> Spell | None:
        start, end = self._year(node, _START, min), self._year(node, _END, max)
        if start is None and end is None:
            for predicate in _SINGLE:
                first, last = self._year(node, predicate, min), self._year(node, predicate, max)
                if first is not None:
                    return first, last
            return None
        if start is not None and end is not None and end < start:  # a misprint: neither year can be trusted
            return None
        return start, end

    def _year(self, node: ox.NamedNode, predicate: ox.NamedNode, choose: Callable[[list[int]], int]) -> int | None:
        years = []
        for quad in self._store.quads_for_pattern(node, predicate, None):
            if isinstance(quad.object, ox.Literal) and quad.object.value.lstrip("-").isdigit():
                years.append(int(quad.object.value))
        return choose(years) if years else None


def overlap(a: Spell, b: Spell) -> Spell | None:
    """The years that two spells share.

    >>> overlap((2025, 2028), (2023, None)), overlap((2020, 2021), (2022, None))
    ((2025, 2028), None)
    """
    start = max((y for y in (a[0], b[0]) if y is not None), default=None)
    end = min((y for y in (a[1], b[1]) if y is not None), default=None)
    return None if start is not None and end is not None and end < start else (start, end)


def both(a: tuple[Spell, ...], b: tuple[Spell, ...]) -> tuple[Spell, ...]:
    """The years in which two things exist together; no spell means always.

    Where two dated things never exist together (a body that came after the plan ended, by the
    documents), the edge is kept and left undated: the relation was stated, its time is unknown.
    """
    if not a or not b:
        return a or b
    return union(s for x in a for y in b if (s := overlap(x, y)) is not None)


def union(spells: Iterable[Spell]) -> tuple[Spell, ...]:
    """Spells joined where they overlap or follow each other without a gap, sorted.

    >>> union([(2027, 2028), (2020, 2022), (2023, 2023), (2028, None)])
    ((2020, 2023), (2027, None))
    """
    out: list[Spell] = []
    for start, end in sorted(spells, key=lambda s: (s[0] if s[0] is not None else -9999, s[1] or 9999)):
        if out and (out[-1][1] is None or start is None or start <= out[-1][1] + 1):
            last = out[-1][1]
            out[-1] = (out[-1][0], None if last is None or end is None else max(last, end))
        else:
            out.append((start, end))
    return tuple(out)
