"""A document's text as pages of lines, every line cut where what was read from it begins and ends."""

from __future__ import annotations

import bisect
import functools
import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from kg.names import ID, POL, expand

#: characters of one page of the reader: it ends with the line that reaches this
PAGE = 5000
#: a page may end this early where a section begins
EARLY = 2500
#: what is longer than this is a passage: it is tinted as a block and has a sign in front; shorter is a name
NAME = 40
#: superclasses, told only of what has no other class
_GENERAL = ("PlanElement", "GovernmentBody")
_IN_DOCUMENT, _EVIDENCE, _START, _END = (ox.NamedNode(POL + p) for p in ("inDocument", "evidence", "start", "end"))
_TYPE = ox.NamedNode(expand("rdf:type"))
_ASSERTED = tuple(ox.NamedNode(expand(p)) for p in ("rdf:subject", "rdf:predicate", "rdf:object"))


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing and a place that it was read from; ``cls`` is the local name of its class."""

    start: int
    end: int
    iri: str
    cls: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One relation and a place that proves it."""

    start: int
    end: int
    subject: str
    predicate: str
    object: str


@dataclass(frozen=True, slots=True)
class Part:
    """A section by its place: up to the next section's beginning; ``counts`` is what was read there, by class."""

    iri: str
    start: int
    end: int
    depth: int
    counts: Counter[str]


@dataclass(frozen=True, slots=True)
class Read:
    """All that was read from one document, in the order of the text."""

    things: tuple[Reading, ...]
    claims: tuple[Claim, ...]
    parts: tuple[Part, ...]
    #: where the pages begin
    pages: tuple[int, ...]

    def page(self, place: int) -> int:
        """Number (from 1) of the page that holds a place."""
        return max(1, bisect.bisect_right(self.pages, place))

    def part(self, place: int) -> Part | None:
        """The section that a place is in."""
        at = bisect.bisect_right([p.start for p in self.parts], place)
        return self.parts[at - 1] if at else None


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line in which the same readings hold."""

    text: str
    #: the reading with the shortest span here, and those around it, shortest first
    inner: Reading | None
    around: tuple[Reading, ...]
    #: passages that begin here: each gets a sign with a link
    begins: tuple[Reading, ...]
    chosen: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line, its number from 1."""

    number: int
    pieces: tuple[Piece, ...]


@functools.lru_cache(maxsize=32)
def read(store: ox.Store, key: str, text: str) -> Read:
    """What a graph holds of the document with this key and text; kept for the next page."""
    things: set[Reading] = set()
    claims: set[Claim] = set()
    described: dict[ox.NamedNode, tuple[str, tuple[str, str, str] | None]] = {}
    for quad in store.quads_for_pattern(None, _IN_DOCUMENT, ox.NamedNode(f"{ID}document/{key}")):
        start, end = (_number(store, quad.subject, p) for p in (_START, _END))
        for proved in store.quads_for_pattern(None, _EVIDENCE, quad.subject):
            thing = proved.subject
            if not isinstance(thing, ox.NamedNode):
                continue
            if thing not in described:
                described[thing] = _described(store, thing)
            cls, claim = described[thing]
            if claim:
                claims.add(Claim(start, end, *claim))
            elif cls:
                things.add(Reading(start, end, thing.value, cls))
    ordered = sorted(things, key=lambda r: (r.start, -r.end, r.iri))
    parts = _parts(ordered, len(text))
    return Read(
        tuple(ordered), tuple(sorted(claims, key=lambda c: (c.start, -c.end, c.subject, c.predicate, c.object))),
        parts, _pages(text, [p.start for p in parts]),
    )


def _number(store: ox.Store, node: Any, predicate: ox.NamedNode) -> int:
    return next((int(getattr(q.object, "value", 0)) for q in store.quads_for_pattern(node, predicate, None)), 0)


def _described(store: ox.Store, thing: ox.NamedNode) -> tuple[str, tuple[str, str, str] | None]:
    """The local name of a thing's class; of an assertion also its subject, predicate and object."""
    classes = [str(getattr(q.object, "value", "")) for q in store.quads_for_pattern(thing, _TYPE, None)]
    names = sorted((c.removeprefix(POL) for c in classes if c.startswith(POL)), key=lambda c: (c in _GENERAL, c))
    if "Assertion" not in names:
        return (names[0] if names else ""), None
    s, p, o = (
        next((str(getattr(q.object, "value", "")) for q in store.quads_for_pattern(thing, part, None)), "")
        for part in _ASSERTED
    )
    return "Assertion", (s, p, o)


def _parts(things: Sequence[Reading], length: int) -> tuple[Part, ...]:
    first: dict[str, int] = {}
    for r in things:
        if r.cls == "Section":
            first.setdefault(r.iri, r.start)
    places = sorted(first.items(), key=lambda item: (item[1], item[0]))
    starts = [start for _, start in places]
    counts: list[set[tuple[str, str]]] = [set() for _ in places]
    for r in things:
        at = bisect.bisect_right(starts, r.start) - 1
        if at >= 0 and r.cls not in ("Section", "PolicyDocument"):
            counts[at].add((r.cls, r.iri))
    # the path of a section's IRI below the document is its place in the tree
    return tuple(
        Part(iri, start, end, iri.removeprefix(ID).count("/") - 1, Counter(cls for cls, _ in seen))
        for (iri, start), end, seen in zip(places, [*starts[1:], length], counts, strict=False)
    )


def _pages(text: str, sections: Sequence[int]) -> tuple[int, ...]:
    """Where pages begin: at the beginning of a line, best where a section begins."""
    begins, pages, at = set(sections), [0], 0
    for line in text.splitlines(keepends=True):
        size = at - pages[-1]
        if size >= PAGE or (size >= EARLY and any(p in begins for p in range(at, at + len(line)))):
            pages.append(at)
        at += len(line)
    return tuple(pages)


def line_of(text: str, place: int) -> int:
    """Number (from 1) of the line that holds a place.

    >>> line_of("甲\\n乙", 2)
    2
    """
    return len((text[:place] + "x").splitlines())


def lines(text: str, things: Sequence[Reading], first: int, last: int, chosen: tuple[int, int]) -> list[Line]:
    """The lines of ``text[first:last]``, which begins a line, with what was read from them.

    Spans may lie in one another or overlap; empty ones are left out. ``chosen`` is a marked stretch
    (empty where both are equal).
    """
    here = [r for r in things if r.start < last and r.end > first and r.start < r.end]
    cuts = {p for r in here for p in (r.start, r.end)} | {p for p in chosen if chosen[0] < chosen[1]}
    number = len(text[:first].splitlines())
    found, at = [], first
    for line in text[first:last].splitlines(keepends=True):
        number += 1
        end = at + len(line)
        body = at + len(line.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"))
        places = sorted({at, body, *(c for c in cuts if at < c < body)}) if body > at else []
        of_line = [r for r in here if r.start < end and r.end > at]
        found.append(Line(number, tuple(
            _piece(text, a, b, of_line, chosen) for a, b in itertools.pairwise(places)
        )))
        at = end
    return found


def _piece(text: str, a: int, b: int, things: Sequence[Reading], chosen: tuple[int, int]) -> Piece:
    active = sorted(
        (r for r in things if r.start <= a and r.end >= b), key=lambda r: (r.end - r.start, r.cls == "Section")
    )
    begins = tuple(r for r in reversed(active) if r.start == a and r.end - r.start > NAME)
    return Piece(text[a:b], active[0] if active else None, tuple(active[1:]), begins, chosen[0] <= a and b <= chosen[1])
