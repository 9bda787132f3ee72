"""The collector that extractors write to.

It merges what is said twice, gives evidence its section, keeps track of which lines were
read, and freezes everything into an :class:`~kg.model.Extraction`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from kg import ids
from kg.model import (
    DeclaredCount,
    Document,
    Entity,
    Evidence,
    Extraction,
    Literal,
    Mention,
    Period,
    Ref,
    Relation,
    Span,
    Unresolved,
)
from kg.resolve import Named, Resolver
from kg.text.clean import Clean

if TYPE_CHECKING:
    from extract.entities import NameFinder

Place = Span | Clean | tuple[int, int]
Value = Literal | Ref
#: an attribute's value or values; None is left out
Values = Value | list[Value] | None

_CLASS_OF_KIND = {
    "Ministry": "pol:Ministry", "Agency": "pol:Agency", "GovernmentBody": "pol:GovernmentBody",
    "Program": "pol:Program", "Regulation": "pol:Regulation", "Provision": "pol:Provision",
    "Industry": "pol:Industry", "Target": "pol:Target",
}


#: what is found with less confidence is a candidate, no mention
DOUBTFUL = 0.5


def span_of(place: Place) -> Span:
    """The original span of a place."""
    if isinstance(place, Clean):
        return place.whole()
    return place if isinstance(place, Span) else Span(*place)


class _Draft:
    """An entity while it is being collected."""

    __slots__ = ("alt", "attributes", "cls", "evidence", "hidden", "label")

    def __init__(self, cls: str, label: str | None) -> None:
        self.cls = cls
        self.label = label
        self.evidence: dict[Evidence, None] = {}
        self.attributes: dict[tuple[str, Value], None] = {}
        self.alt: dict[str, None] = {}
        self.hidden: dict[str, None] = {}


class Records:
    """Everything that is read from one document."""

    def __init__(self, document: Document, resolver: Resolver, finder: NameFinder, genre: str) -> None:
        self.document = document
        self.resolver = resolver
        self.finder = finder
        self.genre = genre
        #: IRI of the body that speaks in the document; extractors set it as soon as they know
        self.publisher: str | None = None
        #: the year in which the document was written; a name that several bodies bore means the one of that year
        self.year: int | None = None
        self._latest: int | None = None
        self.iri = ids.iri("pol:PolicyDocument", document.key)
        self._entities: dict[str, _Draft] = {}
        self._relations: dict[tuple[str, str, str], dict[Evidence, None]] = {}
        self._derived: dict[tuple[str, str, str], str] = {}
        self._candidates: dict[tuple[str, str, str], dict[Evidence, None]] = {}
        self._declared: list[DeclaredCount] = []
        self._unresolved: dict[Unresolved, None] = {}
        self._read: list[tuple[int, int]] = []
        self._children: dict[str, int] = {}

    # -- places

    def evidence(self, place: Place, rule: str, confidence: float = 1.0) -> Evidence:
        """Evidence at a place; white space at both ends is left out.

        Raises ValueError for a place outside the text or without a character.
        """
        span = span_of(place)
        text = self.document.text
        start, end = span.start, span.end
        if not 0 <= start < end <= len(text):
            raise ValueError(f"{rule}: no text at {start}:{end} of {len(text)} characters")
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start == end:
            raise ValueError(f"{rule}: only white space at {span.start}:{span.end}")
        return Evidence(start, end, rule, round(confidence, 2))

    def read(self, place: Place) -> None:
        """Says that a rule has read this stretch although it made no fact of it (furniture, headers)."""
        span = span_of(place)
        self._read.append((span.start, span.end))

    # -- things

    def add(
        self, cls: str, iri: str, label: str | None, places: Place | Iterable[Place], rule: str,
        confidence: float = 1.0, attributes: dict[str, Values] | None = None,
        alt: Iterable[str] = (),
    ) -> str:
        """A thing with the places that prove it; says the same thing twice: it is merged.

        ``places`` may be empty for things that need no evidence. None in ``attributes``
        is left out. Returns the IRI.
        """
        draft = self._entities.get(iri)
        if draft is None:
            draft = self._entities[iri] = _Draft(cls, label)
        elif draft.label is None:
            draft.label = label
        elif label and label != draft.label:
            draft.alt[label] = None
        for place in self._places(places):
            draft.evidence[self.evidence(place, rule, confidence)] = None
        for name, value in (attributes or {}).items():
            for v in value if isinstance(value, list) else [value]:
                if v is not None:
                    draft.attributes[(name, v)] = None
        for name in alt:
            if name and name != draft.label:
                draft.alt[name] = None
        return iri

    @staticmethod
    def _places(places: Place | Iterable[Place]) -> list[Place]:
        if isinstance(places, (Span, Clean)):
            return [places]
        if isinstance(places, tuple) and len(places) == 2 and isinstance(places[0], int):
            return [(places[0], places[1])]
        return list(cast(Iterable[Place], places))

    def part(
        self, cls: str, parent: str, ordinal: str, label: str | None, places: Place | Iterable[Place], rule: str,
        confidence: float = 1.0, attributes: dict[str, Values] | None = None,
    ) -> str:
        """A numbered part of ``parent`` (an IRI of this document): section, goal, measure …

        The IRI is made of the parent's path and the ordinal; a second part with the same
        ordinal gets ``-2``. ``dcterms:isPartOf`` and ``pol:order`` are set.
        """
        path = parent.split(self.document.key, 1)[-1].strip("/") if self.document.key in parent else ""
        # an ordinal is unique within the class and the path
        base = ids.iri(cls, self.document.key, *(p for p in path.split("/") if p), ordinal)
        iri, n = base, 1
        while iri in self._entities:
            n += 1
            iri = f"{base}-{n}"
        order = self._children[parent] = self._children.get(parent, 0) + 1
        merged: dict[str, Values] = {"dcterms:isPartOf": Ref(parent), "pol:order": order}
        merged.update(attributes or {})
        return self.add(cls, iri, label, places, rule, confidence, merged)

    def section(
        self, parent: str, number: str | None, ordinal: str, heading: str | None, place: Place, rule: str,
        confidence: float = 1.0,
    ) -> str:
        """A section: ``number`` as printed, ``heading`` None where it has none."""
        return self.part("pol:Section", parent, ordinal, heading, place, rule, confidence, {"pol:number": number})

    def has(self, iri: str) -> bool:
        """Is there such a thing already?"""
        return iri in self._entities

    def titled(self, classes: frozenset[str]) -> list[tuple[str, str, str | None, list[Span]]]:
        """(IRI, class, label, places) of the things of some classes so far."""
        return [
            (iri, d.cls, d.label, [Span(e.start, e.end) for e in d.evidence])
            for iri, d in list(self._entities.items()) if d.cls in classes
        ]

    # -- relations

    def relate(
        self, subject: str, predicate: str, obj: str, places: Place | Iterable[Place], rule: str,
        confidence: float = 1.0,
    ) -> None:
        """A relation that the document states at these places (at least one)."""
        found = self._relations.setdefault((subject, predicate, obj), {})
        for place in self._places(places):
            found[self.evidence(place, rule, confidence)] = None

    def candidate(
        self, subject: str, predicate: str, name: str, place: Place, rule: str, confidence: float,
    ) -> None:
        """A doubtful reading: kept for review with its evidence, no fact of the graph.

        ``name`` is what is printed; it becomes no thing, so that no count includes it.
        """
        found = self._candidates.setdefault((subject, predicate, name), {})
        found[self.evidence(place, rule, confidence)] = None

    def derive(self, subject: str, predicate: str, obj: str, rule: str) -> None:
        """A relation that follows from others by a named rule; it carries no evidence of its own."""
        self._derived.setdefault((subject, predicate, obj), rule)

    def pairs(self, predicate: str) -> list[tuple[str, str]]:
        """(subject, object) of the stated relations of one kind so far, in the order of reading."""
        return [(s, o) for s, p, o in self._relations if p == predicate]

    # -- named things

    def named(self, thing: Named, places: Place | Iterable[Place], rule: str, confidence: float = 1.0,
              period: Period | None = None, surface: str | None = None) -> str:
        """A resolved name becomes an entity; an unknown body is reported as unresolved."""
        attributes = period_attributes(period) if period else None
        alt = [surface] if surface and ids.key(surface) != ids.key(thing.label) else []
        return self.add(thing.cls, thing.iri, thing.label, places, rule, confidence, attributes, alt)

    def body(self, surface: str, place: Place, rule: str, confidence: float = 1.0, *, table: bool = False) -> str:
        """The IRI of the body that a printed name stands for, made an entity at this place."""
        thing = self.resolver.body_named(surface, self.publisher, table=table, year=self.year)
        if not thing.known:
            self.unresolved("body", surface, place)
        return self.named(thing, place, rule, confidence)

    def unresolved(self, kind: str, surface: str, place: Place) -> None:
        """Reports a name that the authority files do not know."""
        self._unresolved[Unresolved(kind, surface.strip(), span_of(place).start)] = None

    def mentions_in(self, section: str, text: Clean, *, targets: bool = True, year: int | None = None) -> list[Mention]:
        """Finds names (and targets) in cleaned running text and records them as mentioned by ``section``.

        Returns the mentions, their offsets being those of ``text``. Doubtful names become candidates.
        """
        found = self.finder.find(
            text.text, publisher=self.publisher, year=year, targets=targets, written=self.year, least=0.0,
        )
        sure = [m for m in found if m.confidence >= DOUBTFUL]
        for m in found:
            if m.confidence >= DOUBTFUL:
                self.mention(section, m, text)
            else:
                self.candidate(section, "pol:mentions", m.label, text.span(m.start, m.end), m.extractor, m.confidence)
        return sure

    def mention(self, section: str, m: Mention, text: Clean) -> str:
        """One mention as an entity (with period, law, quantity) and a ``pol:mentions`` relation."""
        place = text.span(m.start, m.end)
        cls = _CLASS_OF_KIND[m.kind]
        if cls == "pol:Target":
            return self.target(section, m, place)
        if cls == "pol:Provision":
            iri = self.provision(m.law or "", m.label, place, m.extractor, m.confidence)
        elif cls == "pol:Program":
            iri = self._program(m, text, place)
        elif cls == "pol:Regulation":
            iri = self.named(self.resolver.regulation(m.label), place, m.extractor, m.confidence)
        elif cls == "pol:Industry":
            iri = self.named(self.resolver.industry(m.label), place, m.extractor, m.confidence)
        else:
            thing = self.resolver.body_named(m.label, self.publisher, year=self.year)
            if thing.known and self.year is not None:
                then = self.resolver.authority.bodies[self.resolver.of_year(thing.iri, m.surface, self.year)]
                thing = Named(then.iri, then.cls, then.label, True)
            elif thing.known and m.extractor == "body-dictionary":
                thing = self._of_the_document(m.surface, thing)
            if not thing.known:
                thing = Named(thing.iri, cls, thing.label, False)
                self.unresolved("body", m.surface, place)
            iri = self.named(thing, place, m.extractor, m.confidence)
        self.relate(section, "pol:mentions", iri, place, m.extractor, m.confidence)
        return iri

    def _program(self, m: Mention, text: Clean, place: Span) -> str:
        """A program, with the names printed in brackets inside or behind its name."""
        from extract.bracketed import other_names

        thing = self.resolver.program(m.label)
        other = other_names(text.text, m.start, m.end, m.label)
        self.add(thing.cls, thing.iri, thing.label, place, m.extractor, m.confidence, alt=other)
        return self.named(thing, place, m.extractor, m.confidence, m.period)

    def _of_the_document(self, surface: str, thing: Named) -> Named:
        """The body that a name means in a document whose year is not known: the latest year it names decides.

        A paragraph of a document that looks back (環保署於106年公告) does not make it an old document.
        """
        from extract.bodies import meant
        from extract.figure_years import years

        if self._latest is None:
            self._latest = max((y.value for y in years(self.document.text)), default=0)
        body = meant(surface, self._latest or None, self.resolver)
        return thing if body is None else Named(body.iri, body.cls, body.label, True)

    def provision(self, law: str, label: str, place: Place, rule: str, confidence: float = 1.0) -> str:
        """A provision (第12條第3項) of a law; the law becomes an entity too."""
        regulation = self.named(self.resolver.regulation(law), place, rule, confidence)
        law_key = regulation.rsplit("/", 1)[-1]
        iri = ids.iri("pol:Provision", "") + law_key + "/" + ids.segment(ids.key(label))
        return self.add("pol:Provision", iri, label, place, rule, confidence, {"dcterms:isPartOf": Ref(regulation)})

    def target(self, parent: str, m: Mention, place: Place) -> str:
        """A quantified target, result or forecast as part of the unit it stands in."""
        if m.quantity is None:
            raise ValueError(f"a target needs a quantity: {m.surface!r}")
        span = span_of(place)
        iri = ids.iri("pol:Target", self.document.key, f"{span.start}-{span.end}")
        q = m.quantity
        kind = {"target": "目標", "actual": "實績", "forecast": "預測"}.get(m.target_kind)
        return self.add("pol:Target", iri, m.label or None, place, m.extractor, m.confidence, {
            "dcterms:isPartOf": Ref(parent), "pol:value": q.value, "pol:valueMax": q.value_max,
            "pol:unit": q.unit or None, "pol:valueText": q.text, "pol:comparator": q.comparator or None,
            "pol:ofYear": m.year,
            "pol:kind": Ref(ids.concept("target-kind", kind)) if kind else None,
        })

    # -- about the document

    def declare(self, label: str, declared: int, found: int | None, place: Place, rule: str, subject: str) -> None:
        """A count that the document declares of itself, beside what was found."""
        evidence = self.evidence(place, rule)
        self._declared.append(DeclaredCount(label, declared, found, evidence))
        iri = ids.iri("pol:DeclaredCount", self.document.key, label)
        counts: dict[str, Values] = {"pol:value": declared, "pol:foundCount": found}
        self.add("pol:DeclaredCount", iri, label, place, rule, attributes=counts)
        self._entities[subject].attributes[("pol:declaredCount", Ref(iri))] = None

    def finish(self) -> Extraction:
        """Freezes the records, sorted, with the lines that no rule read."""
        entities = tuple(
            Entity(iri, d.cls, d.label, tuple(d.evidence), tuple(d.attributes), tuple(d.alt), tuple(d.hidden))
            for iri, d in sorted(self._entities.items())
        )
        relations = [Relation(s, p, o, tuple(ev)) for (s, p, o), ev in self._relations.items()]
        relations += [Relation(s, p, o, (), rule) for (s, p, o), rule in self._derived.items()
                      if (s, p, o) not in self._relations]
        relations.sort(key=lambda r: (r.subject, r.predicate, r.object))
        return Extraction(
            self.document, self.genre, entities, tuple(relations), tuple(self._declared),
            tuple(self._unresolved), self._unread_lines(entities, relations),
            tuple(Relation(s, p, name, tuple(ev)) for (s, p, name), ev in sorted(self._candidates.items())),
        )

    def _unread_lines(self, entities: Iterable[Entity], relations: Iterable[Relation]) -> tuple[int, ...]:
        """1-based numbers of the lines that hold text which no evidence and no :meth:`read` touches."""
        text = self.document.text
        facts: Iterable[Entity | Relation] = (*entities, *relations)
        covered = sorted({(e.start, e.end) for x in facts for e in x.evidence} | set(self._read))
        starts = [a for a, _ in covered]
        reach: list[int] = []
        for _, b in covered:
            reach.append(max(b, reach[-1]) if reach else b)
        unread = []
        at = 0
        for number, line in enumerate(text.split("\n"), 1):
            body = line.strip()
            if body:
                first = at + line.index(body[0])
                i = bisect_left(starts, at + len(line)) - 1
                if i < 0 or reach[i] <= first:
                    unread.append(number)
            at += len(line) + 1
        return tuple(unread)


def period_attributes(period: Period) -> dict[str, Values]:
    """The attributes of a period."""
    return {
        "pol:startYear": period.start, "pol:endYear": period.end,
        "pol:openEnd": True if period.open_end else None, "pol:periodText": period.text or None,
    }
