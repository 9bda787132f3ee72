"""The per-document step: document bytes and rules in, shard and report out.

It is a pure function, so it runs in this process, in a pool or on a cluster unchanged.
"""

from __future__ import annotations

import traceback
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kg.model import Document, Extraction
from kg.rdf import shard

#: how many of a report's lists are kept in full
LISTED = 50


@dataclass(slots=True)
class DocumentReport:
    """What was read from one document, for people and machines."""

    file_name: str
    key: str
    sha256: str
    encoding: str
    genre: str
    characters: int
    sections: int
    entities: dict[str, int]
    relations: dict[str, int]
    declared: list[dict[str, Any]]
    unresolved: dict[str, int]
    unread_lines: int
    lines: int
    unread_sample: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def extract(document: Document) -> Extraction:
    """Reads one document with the extractor of its genre."""
    from extract.entities import default_finder
    from extract.registry import recognise
    from extract.titles import title_industries
    from kg.records import Records
    from kg.resolve import default_resolver

    extractor = recognise(document.text)
    records = Records(document, default_resolver(), default_finder(), extractor.GENRE)
    extractor.extract(records)
    title_industries(records)
    return records.finish()


def report(extraction: Extraction) -> DocumentReport:
    """Counts of an extraction."""
    document = extraction.document
    classes = Counter(e.cls.split(":", 1)[1] for e in extraction.entities)
    text_lines = document.text.split("\n")
    return DocumentReport(
        file_name=document.file_name, key=document.key, sha256=document.sha256, encoding=document.encoding,
        genre=extraction.genre, characters=len(document.text), sections=classes.get("Section", 0),
        entities=dict(sorted(classes.items())),
        relations=dict(sorted(Counter(r.predicate.split(":", 1)[1] for r in extraction.relations).items())),
        declared=[{"label": d.label, "declared": d.declared, "found": d.found} for d in extraction.declared],
        unresolved=dict(Counter(u.surface for u in extraction.unresolved).most_common()),
        unread_lines=len(extraction.unread_lines), lines=sum(1 for x in text_lines if x.strip()),
        unread_sample=[{"line": n, "text": text_lines[n - 1].strip()[:60]} for n in extraction.unread_lines[:LISTED]],
    )


class RuleError(Exception):
    """A rule failed on a document. ``str()`` is one sentence: which document, what and where."""


def process(document: Document) -> tuple[bytes, DocumentReport]:
    """The shard (gzip N-Triples) and the report of one document.

    Raises RuleError whatever an extractor, perhaps a third party's, has raised.
    """
    try:
        extraction = extract(document)
        return shard(extraction), report(extraction)
    except Exception as error:
        at = traceback.extract_tb(error.__traceback__)[-1]
        raise RuleError(
            f"{document.file_name}：讀取規則在這份文件上失敗，請回報 (a rule failed on this document: "
            f"{type(error).__name__}: {error}, in {Path(at.filename).name} line {at.lineno}; please report it)"
        ) from error
