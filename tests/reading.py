"""Reads an invented text with one extractor, without the name finder (its own tests cover that)."""

from __future__ import annotations

import hashlib

from extract.entities import NameFinder
from extract.registry import Extractor
from kg.model import Document, Entity, Extraction, Mention, Ref
from kg.records import Records
from kg.resolve import default_resolver


class _NoNames(NameFinder):
    def __init__(self) -> None:
        self.resolver = default_resolver()

    def find(self, text: str, *, publisher: str | None = None, year: int | None = None,
             targets: bool = True, written: int | None = None, least: float = 0.5) -> list[Mention]:
        """No name at all."""
        return []


def read(extractor: Extractor, text: str, file_name: str = "invented.txt") -> Extraction:
    """What the extractor reads from a text."""
    sha = hashlib.sha256(text.encode()).hexdigest()
    records = Records(Document(sha[:16], file_name, sha, text), default_resolver(), _NoNames(), extractor.GENRE)
    extractor.extract(records)
    return records.finish()


def of(extraction: Extraction, cls: str) -> list[Entity]:
    """The entities of a class in the order of the text."""
    found = [e for e in extraction.entities if e.cls == cls]
    return sorted(found, key=lambda e: e.evidence[0].start if e.evidence else -1)


def value(entity: Entity, name: str) -> object:
    """An attribute's value (an IRI as a string); None if there is none."""
    found = dict(entity.attributes).get(name)
    return found.iri if isinstance(found, Ref) else found


def quote(extraction: Extraction, entity: Entity) -> str:
    """The quotation of an entity's first evidence."""
    e = entity.evidence[0]
    return extraction.document.text[e.start:e.end]


def objects(extraction: Extraction, subject: str, predicate: str) -> list[str]:
    """The last parts of the IRIs of a relation's objects, in order."""
    stated = (r for r in extraction.relations if (r.subject, r.predicate) == (subject, predicate))
    return [r.object.rsplit("/", 1)[-1] for r in stated]
