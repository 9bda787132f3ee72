"""The per-document step: what a document's time is, and what it is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from kg import jobs
from kg.jobs import Pool
from kg.model import Document
from kg.processor import processor_seconds

READ = """
from kg import jobs
from kg.model import Document
jobs.LEAST_SECONDS = 0.3
(outcome,) = jobs.Inline().run([Document("0" * 16, "short.txt", "0" * 64, "經濟部推動機器人產業。")])
print(outcome.failed)
"""


def test_the_first_document_is_not_charged_with_starting_up(environment: dict[str, str]) -> None:
    """Importing the matchers may take ten seconds where nothing is compiled yet."""
    done = subprocess.run(
        [sys.executable, "-c", READ], capture_output=True, encoding="utf-8", env=environment, timeout=120,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "\n", "")


def slow_worker(pipe: Any) -> None:
    """A worker that computes and rests in turns, as on a machine that others use."""
    pipe.send(None)
    while (document := pipe.recv()) is not None:
        end = time.monotonic() + 1.6
        while time.monotonic() < end:
            began = time.process_time()
            while time.process_time() - began < 0.1:
                pass
            time.sleep(0.1)
        pipe.send(jobs.Outcome(document.key, "r", b"read"))


def test_a_worker_that_is_slow_but_computes_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LEAST_SECONDS", 0.5)
    monkeypatch.setattr(jobs, "PATIENCE", 1.0)
    monkeypatch.setattr(jobs, "_work", slow_worker)
    (outcome,) = Pool(1).run([Document("0" * 16, "slow.txt", "0" * 64, "文")])
    assert outcome.shard == b"read", outcome.failed
    monkeypatch.setattr(jobs, "LAST", 1.5)
    (outcome,) = Pool(1).run([Document("0" * 16, "slow.txt", "0" * 64, "文")])
    assert "took too long" in outcome.failed, "but not without end"


def test_a_worker_that_stands_still_for_a_while_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole machine may stand still: that is seen once, and the worker then has time to go on."""
    monkeypatch.setattr(jobs, "LEAST_SECONDS", 1.0)
    monkeypatch.setattr(jobs, "PATIENCE", 1.0)
    monkeypatch.setattr(jobs, "_work", slow_worker)
    give = jobs._Worker.give

    def stopped(self: Any, document: Document) -> None:
        give(self, document)
        os.kill(self.process.pid, signal.SIGSTOP)
        threading.Timer(1.3, os.kill, (self.process.pid, signal.SIGCONT)).start()
    monkeypatch.setattr(jobs._Worker, "give", stopped)
    (outcome,) = Pool(1).run([Document("0" * 16, "slow.txt", "0" * 64, "文")])
    assert outcome.shard == b"read", outcome.failed


def test_processor_seconds() -> None:
    before = processor_seconds(os.getpid())
    began = time.process_time()
    while time.process_time() - began < 0.1:
        pass
    after = processor_seconds(os.getpid())
    assert before is not None and after is not None and 0.05 < after - before < 5
    assert processor_seconds(0) is None
