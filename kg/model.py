"""The typed records that pass between reading, extraction and writing.

All are frozen: the per-document step is a pure function of the document's bytes and
the rules. Positions are 0-based code points into ``Document.text``, end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Document:
    """One source file as read: ``text`` is exactly what evidence points into."""

    key: str
    file_name: str
    sha256: str
    text: str
    media_type: str = "text/plain"
    encoding: str = "utf-8"
    #: what of the file could not be read, for people
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """Years, Gregorian. ``end`` is None where the period is open or not stated."""

    start: int | None
    end: int | None
    open_end: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit; ``value`` carries no multiplier that is part of ``unit``."""

    value: Decimal
    unit: str
    text: str
    comparator: str = ""
    value_max: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the document's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact was read, by which rule, and how sure the rule is (0..1)."""

    start: int
    end: int
    extractor: str
    confidence: float = 1.0


#: literal values of an entity's attributes; an IRI is wrapped in Ref
Literal = str | int | bool | Decimal


@dataclass(frozen=True, slots=True)
class Ref:
    """An IRI (or prefixed name) as an attribute's value."""

    iri: str


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing: its class, its labels, its attributes and the places that prove it."""

    iri: str
    cls: str
    label: str | None
    evidence: tuple[Evidence, ...] = ()
    attributes: tuple[tuple[str, Literal | Ref], ...] = ()
    alt_labels: tuple[str, ...] = ()
    hidden_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """A claimed relation. Derived ones carry the rule's name instead of evidence."""

    subject: str
    predicate: str
    object: str
    evidence: tuple[Evidence, ...] = ()
    derived_by: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in running text (also the output record of ``kg extract``).

    ``kind`` is one of Ministry, Agency, GovernmentBody, Program, Regulation, Provision,
    Industry, Target. ``start``/``end`` point into the text that was given.
    """

    kind: str
    label: str
    surface: str
    start: int
    end: int
    extractor: str
    confidence: float = 1.0
    #: Provision: label of its law; Target: the quantity and its year
    law: str | None = None
    quantity: Quantity | None = None
    year: int | None = None
    target_kind: str = ""
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class DeclaredCount:
    """A number of things that a document declares of itself, beside what was found."""

    label: str
    declared: int
    found: int | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A name that the authority files do not know, or a named thing (``surface``) without what ``kind`` says."""

    kind: str
    surface: str
    start: int


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that one document yields."""

    document: Document
    genre: str
    entities: tuple[Entity, ...]
    relations: tuple[Relation, ...]
    declared: tuple[DeclaredCount, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    unread_lines: tuple[int, ...] = field(default=())
    #: doubtful readings, kept apart: ``object`` is the printed name, not an IRI
    candidates: tuple[Relation, ...] = field(default=())
