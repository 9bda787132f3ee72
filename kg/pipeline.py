"""The per-document step: document bytes and rules in, shard and report out.

It is a pure function, so it runs in this process, in a pool or on a cluster unchanged.
"""

from __future__ import annotations

import traceback
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

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
    #: how surely the text is of each genre, 0..1
    genre_scores: dict[str, float] = field(default_factory=dict)
    #: why the document was read as a generic one although a genre's extractor claimed it; empty if it was not
    fallback: str = ""
    #: what of the file could not be read (pages without text)
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


#: characters of one line that are read: what an ordinary machine reads in a few seconds
LONGEST_LINE = 100_000
#: what a rule's own mistake raises; lack of memory or time is none
_MISTAKES = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def extract(document: Document) -> Extraction:
    """Reads one document with the extractor of its genre, or as a generic one where that fails."""
    return _read(document).extraction


class _Reading(NamedTuple):
    """What a document yields, why it was read as a generic one although a genre claimed it (empty if it was not),
    and how surely it is of each genre."""

    extraction: Extraction
    fallback: str
    genre_scores: dict[str, float]


def _read(document: Document) -> _Reading:
    from extract.entities import default_finder
    from extract.registry import generic, recognise
    from extract.titles import title_industries
    from kg.records import Records
    from kg.resolve import default_resolver

    whole, document = document, _without_endless_lines(document)
    extractor, genre_scores = recognise(document.text)
    records = Records(document, default_resolver(), default_finder(), extractor.GENRE)
    fallback = ""
    try:
        extractor.extract(records)
    except _MISTAKES as error:
        if extractor.GENRE == generic().GENRE:
            raise
        # the genre's half-written records are dropped: the generic reading is whole, if poorer
        fallback = f"{extractor.GENRE}: {_where(error)}"
        records = Records(document, default_resolver(), default_finder(), generic().GENRE)
        generic().extract(records)
    title_industries(records)
    # quotes come from the text as it is
    extraction = replace(records.finish(), document=replace(whole, notes=document.notes))
    return _Reading(extraction, fallback, genre_scores)


def _without_endless_lines(document: Document) -> Document:
    """The document with blanks in the place of what stands beyond :data:`LONGEST_LINE` in a line, and a note on it.

    No policy document has such lines; data in one line (a dump, a table without line ends) has, and the rules
    would look for names in it for minutes. All positions stay as they are.
    """
    if len(document.text) <= LONGEST_LINE:
        return document
    notes, lines = list(document.notes), document.text.split("\n")
    for n, line in enumerate(lines):
        if len(line) > LONGEST_LINE:
            lines[n] = line[:LONGEST_LINE] + " " * (len(line) - LONGEST_LINE)
            note = (f"第 {n + 1} 行有 {len(line):,} 個字，只讀了前 {LONGEST_LINE:,} 個字，請分行後再讀 "
                    f"(line {n + 1} has {len(line):,} characters; only the first {LONGEST_LINE:,} were read; break it)")
            notes += [note] if note not in notes else []
    return replace(document, text="\n".join(lines), notes=tuple(notes))


def _where(error: BaseException) -> str:
    """What was raised, and in which line of which module."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error}, in {Path(at.filename).name} line {at.lineno}"


#: what of a thing could not be resolved, where it is not the thing's own name
_UNRESOLVED = {
    "responsible body": "「{}」的負責機關 (the body responsible)", "fiscal-year": "「{}」的年度 (the fiscal year)",
}


def _report(reading: _Reading) -> DocumentReport:
    """Counts of what was read."""
    extraction = reading.extraction
    document = extraction.document
    classes = Counter(e.cls.split(":", 1)[1] for e in extraction.entities)
    text_lines = document.text.split("\n")
    unresolved = Counter(_UNRESOLVED.get(u.kind, "{}").format(u.surface) for u in extraction.unresolved)
    return DocumentReport(
        file_name=document.file_name, key=document.key, sha256=document.sha256, encoding=document.encoding,
        genre=extraction.genre, characters=len(document.text), sections=classes.get("Section", 0),
        entities=dict(sorted(classes.items())),
        relations=dict(sorted(Counter(r.predicate.split(":", 1)[1] for r in extraction.relations).items())),
        declared=[{"label": d.label, "declared": d.declared, "found": d.found} for d in extraction.declared],
        unresolved=dict(unresolved.most_common()),
        unread_lines=len(extraction.unread_lines), lines=sum(1 for x in text_lines if x.strip()),
        unread_sample=[{"line": n, "text": text_lines[n - 1].strip()[:60]} for n in extraction.unread_lines[:LISTED]],
        genre_scores=reading.genre_scores, fallback=reading.fallback, notes=list(document.notes),
    )


class RuleError(Exception):
    """A rule failed on a document. ``str()`` is one sentence: which document, what and where."""


def process(document: Document) -> tuple[bytes, DocumentReport]:
    """The shard (gzip N-Triples) and the report of one document.

    Raises RuleError whatever an extractor, perhaps a third party's, has raised.
    """
    try:
        reading = _read(document)
        return shard(reading.extraction), _report(reading)
    except Exception as error:
        raise RuleError(
            f"{document.file_name}：讀取規則在這份文件上失敗，請回報 (a rule failed on this document: "
            f"{_where(error)}; please report it)"
        ) from error
