"""The list of extractors, and how one is chosen by content."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from extract import registry
from kg.report import GENRES

EXPECTED = {
    "national-plan.txt": "national-plan", "white-paper.txt": "white-paper", "business-report.txt": "business-report",
    "annual-plan.txt": "annual-plan", "policy-industries.txt": "policy-industries", "notice.txt": "generic",
}


class Third:
    """An extractor of a third party."""

    GENRE = "third"

    def score(self, text: str) -> float:
        return 1.0 if text.startswith("THIRD") else 0.0

    def extract(self, records: object) -> None:
        """Reads nothing."""


def test_the_built_in_list_is_explicit_and_whole() -> None:
    assert [x.GENRE for x in registry.extractors()][:5] == [
        "national-plan", "white-paper", "business-report", "annual-plan", "policy-industries",
    ]
    assert registry.generic().GENRE == "generic"


def test_every_extractor_keeps_the_protocol() -> None:
    for extractor in (*registry.extractors(), registry.generic()):
        assert extractor.GENRE in GENRES
        assert callable(extractor.extract)
        for text in ("", "\n", "甲", "一、甲\n二、乙\n" * 50):
            assert 0.0 <= extractor.score(text) <= 1.0


def test_genre_is_recognised_by_content(sample_files: list[Path]) -> None:
    found = {p.name: registry.recognise(p.read_text(encoding="utf-8"))[0].GENRE for p in sample_files}
    assert found == EXPECTED


@pytest.mark.parametrize("text", ["", "\n\n", "只有一句話。", "Lorem ipsum dolor sit amet.", "1\n2\n3\n"])
def test_an_unknown_document_is_a_generic_one(text: str) -> None:
    assert registry.recognise(text)[0].GENRE == "generic"


def test_a_third_party_registers_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("third", f"{__name__}:Third", registry.ENTRY_POINT_GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda self: Third())
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    registry.extractors.cache_clear()
    try:
        assert registry.recognise("THIRD text")[0].GENRE == "third"
        assert registry.recognise("")[0].GENRE == "generic"
    finally:
        registry.extractors.cache_clear()
