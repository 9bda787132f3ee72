"""Which extractor reads which document: an explicit list, and third parties by entry point.

An extractor is a module (or any object) with ``GENRE`` (a slug of the genre scheme),
``score(text) -> float`` (0..1, how surely the text is of this genre, judged by content
alone) and ``extract(records)``, which writes what it reads into :class:`kg.records.Records`.
"""

from __future__ import annotations

import functools
import importlib
from importlib.metadata import entry_points
from typing import Protocol, cast

from kg.records import Records

#: below this score a document is read as a generic one
THRESHOLD = 0.5

_BUILT_IN = (
    "extract.national_plan",
    "extract.white_paper",
    "extract.business_report",
    "extract.annual_plan",
    "extract.policy_industries",
    "extract.budget_table",
)
_GENERIC = "extract.generic"
ENTRY_POINT_GROUP = "policy_kg.extractors"


class Extractor(Protocol):
    """What a genre's module offers."""

    GENRE: str

    def score(self, text: str) -> float:
        """How surely is the text of this genre, 0..1?"""

    def extract(self, records: Records) -> None:
        """Reads the document of ``records``."""


@functools.cache
def extractors() -> tuple[Extractor, ...]:
    """All extractors, the built-in ones first."""
    found: list[Extractor] = [_module(name) for name in _BUILT_IN]
    found += [point.load() for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda p: p.name)]
    return tuple(found)


def generic() -> Extractor:
    """The extractor for documents of unknown genre."""
    return _module(_GENERIC)


def _module(name: str) -> Extractor:
    """A module as an extractor; ``tests/test_registry.py`` holds each of them against the protocol."""
    return cast(Extractor, importlib.import_module(name))


def recognise(text: str) -> tuple[Extractor, dict[str, float]]:
    """The extractor whose genre the text is of, by its content, and for each genre how surely the text is of it.

    Extractors of one genre count by the best.
    """
    scored = [(extractor.score(text), extractor) for extractor in extractors()]
    score, best = max(scored, key=lambda pair: pair[0])  # of equals the first: the built-in one
    by_genre: dict[str, float] = {}
    for own, extractor in scored:
        by_genre[extractor.GENRE] = max(by_genre.get(extractor.GENRE, 0.0), round(own, 3))
    return best if score >= THRESHOLD else generic(), by_genre
