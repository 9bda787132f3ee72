"""Links made by several processes: the same answers in the same order, whatever becomes of the processes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyoxigraph as ox
import pytest

from kg.build import build
from kg.link import processes, propose
from kg.link.graph import link_lines
from kg.link.processes import answers
from kg.link.shelf import Records
from kg.store import VersionedStore


@dataclass
class Holder:
    """Holds records and arrays, as what makes links does."""

    records: Records
    numbers: np.ndarray
    empty: np.ndarray
    parent: int
    deadly: tuple[int, ...] = ()

    def __call__(self, question: int) -> tuple[str, int]:
        if question in self.deadly and os.getpid() != self.parent:
            os.kill(os.getpid(), signal.SIGKILL)
        if question < 0:
            raise ValueError("a question below 0")
        return self.records[question % 3], int(self.numbers[question]) + len(self.empty)


@pytest.fixture
def holder() -> Holder:
    records = Records()
    for text in "甲乙丙":
        records.add(text)
    return Holder(records, np.arange(100) ** 2, np.empty(0), os.getpid())


def wanted(n: int) -> list[tuple[str, int]]:
    return [("甲乙丙"[i % 3], i * i) for i in range(n)]


def test_answers_come_in_the_order_of_the_questions(holder: Holder) -> None:
    assert list(answers(holder, range(30), 1)) == list(answers(holder, range(30), 3)) == wanted(30)


def test_what_a_killed_process_was_asked_is_asked_again(holder: Holder) -> None:
    holder.deadly = (4,)
    assert list(answers(holder, range(12), 2)) == wanted(12)


def test_where_all_processes_die_this_one_answers(holder: Holder) -> None:
    holder.deadly = tuple(range(12))
    assert list(answers(holder, range(12), 3)) == wanted(12)


def test_an_error_is_raised_here(holder: Holder) -> None:
    with pytest.raises(ValueError, match="below 0"):
        list(answers(holder, [1, -1, 2], 2))


def test_closing_ends_the_processes(holder: Holder, monkeypatch: pytest.MonkeyPatch) -> None:
    began: list[processes._Helper] = []

    class Noted(processes._Helper):
        def __init__(self, *args: object) -> None:
            super().__init__(*args)
            began.append(self)

    monkeypatch.setattr(processes, "_Helper", Noted)
    found: Iterator[tuple[str, int]] = answers(holder, range(50), 2)
    assert next(found) == ("甲", 0)
    found.close()  # type: ignore[attr-defined]
    assert len(began) == 2
    assert all(h.process.exitcode is not None for h in began)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory, sample_files: list[Path]) -> ox.Store:
    store = VersionedStore(tmp_path_factory.mktemp("linked"))
    build(sample_files, store)
    return store.open()


def test_the_same_links_with_processes_also_where_one_is_killed(
    graph: ox.Store, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(propose, "STEP", 2)
    asked: list[object] = []

    class Noted(processes._Helper):
        def ask(self, number: int, question: object) -> None:
            super().ask(number, question)
            asked.append(question)
            if asked == [question]:
                self.process.kill()

    alone = list(link_lines(graph, {}))
    assert alone
    for jobs in (2, 4):
        assert list(link_lines(graph, {}, jobs=jobs)) == alone
    monkeypatch.setattr(processes, "_Helper", Noted)
    assert list(link_lines(graph, {}, jobs=2)) == alone
    assert asked.count(asked[0]) == 2
