"""The per-document step in one process or several: documents in, outcomes out, in any order.

The step is pure (see :mod:`kg.pipeline`), so the outcomes are the same, byte for byte, whatever
does the work. A worker process that dies is replaced and its document read once more; a document
that takes too long or too much memory is given up with one sentence, the others go on.
"""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import resource
import signal
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from types import FrameType
from typing import Any, Protocol

from kg.model import Document
from kg.pipeline import DocumentReport, RuleError, process
from kg.processor import processor_seconds
from kg.rules import rules_hash
from kg.shards import shared_hashes

#: a document may take so many seconds of processor time, and one more for so many of its characters
#: (an ordinary one takes a third of that)
LEAST_SECONDS, CHARACTERS_A_SECOND = 10.0, 20_000
#: on a busy machine a second of processor time takes longer: after so many times the limit it is looked whether a
#: worker computes at all, and after so many it is ended in any case
PATIENCE, LAST = 6.0, 100.0
#: processor seconds below which a worker has done nothing in all the time of a document
_IDLE = 0.05
#: memory of a worker process; an ordinary document takes a tenth of it
MEMORY_BYTES = 3 * 2**30
#: how often a document is read whose worker has died
ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document: shard, hashes of its shared triples and report, or a sentence in ``failed``."""

    key: str
    rules: str
    shard: bytes = b""
    shared: bytes = b""
    report: DocumentReport | None = None
    failed: str = ""


class Runner(Protocol):
    """Something that does the per-document step for many documents."""

    def run(self, documents: Iterable[Document]) -> Iterator[Outcome]:
        """One outcome for each document, in any order. Documents are taken from the iterable when needed."""
        ...


class TooLong(Exception):
    """A document took longer than its limit."""


def seconds_for(document: Document) -> float:
    """How long a document may take."""
    return LEAST_SECONDS + len(document.text) / CHARACTERS_A_SECOND


def attempt(document: Document) -> Outcome:
    """The per-document step; what a rule raises becomes a sentence."""
    try:
        with _limit(seconds_for(document)):
            shard, report = process(document)
    except RuleError as error:
        cause = error.__cause__
        if isinstance(cause, TooLong):
            return Outcome(document.key, rules_hash(), failed=too_long(document))
        if isinstance(cause, MemoryError):
            return Outcome(document.key, rules_hash(), failed=(
                f"{document.file_name}：記憶體不足，這份文件未讀，請分割後再讀 "
                "(not enough memory for this document; split it)"))
        return Outcome(document.key, rules_hash(), failed=str(error))
    except TooLong:
        return Outcome(document.key, rules_hash(), failed=too_long(document))
    return Outcome(document.key, rules_hash(), shard, shared_hashes(shard, document.key), report)


def too_long(document: Document) -> str:
    """The sentence for a document that was given up."""
    return (
        f"{document.file_name}：超過 {seconds_for(document):.0f} 秒運算仍未讀完，已略過，請檢查檔案或分割後再讀 "
        "(took too long and was left out; check the file, or split it)"
    )


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    """Raises TooLong after so many seconds of processor time.

    Only a main thread can be interrupted; elsewhere there is no limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooLong

    former = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)


class Inline:
    """The step in this process."""

    def run(self, documents: Iterable[Document]) -> Iterator[Outcome]:
        """One outcome after the other, in the order given."""
        for document in documents:
            warm()
            yield attempt(document)


@functools.cache
def warm() -> None:
    """Reads one sentence, which loads rules, authority files and matchers: no document is charged with that."""
    # a rule that fails is told where it fails on a document
    with contextlib.suppress(RuleError):
        process(Document("0" * 16, "", "0" * 64, "經濟部依產業創新條例推動機器人產業，2030年達30件。"))


def _work(pipe: Connection) -> None:
    """A worker process: says that it is ready, then answers each document with an outcome; None ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers itself
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    warm()
    pipe.send(None)
    while True:
        try:
            document: Document | None = pipe.recv()
            if document is None:
                return
            pipe.send(attempt(document))
        except (EOFError, BrokenPipeError):
            return  # the parent is gone


class _Worker:
    """One process, and the document that it is reading."""

    def __init__(self, context: Any) -> None:
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs,), daemon=True, name="kg-worker")
        self.process.start()
        theirs.close()
        self.ready = False
        self.document: Document | None = None
        self.deadline = self.last = float("inf")
        #: processor seconds when it was last looked at; None if it was not yet
        self.computed: float | None = None

    def give(self, document: Document) -> None:
        self.document = document
        now, seconds = time.monotonic(), seconds_for(document)
        self.deadline, self.last, self.computed = now + PATIENCE * seconds, now + LAST * seconds, None
        self.ready = False
        self.pipe.send(document)

    def stuck(self) -> bool:
        """Is it past its deadline, and has not computed since it was last looked at? If it has, it gets more time.

        A machine that stands still for a minute, or that a hundred others share, must not lose a good document;
        one that computes too much ends itself (`_limit`).
        """
        now = time.monotonic()
        if self.document is None or now < self.deadline:
            return False
        before, self.computed = self.computed, processor_seconds(self.process.pid or 0) or 0.0
        if now >= self.last or (before is not None and self.computed - before < _IDLE):
            return True
        self.deadline = now + seconds_for(self.document)
        return False

    def close(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


class Pool:
    """The step in ``jobs`` processes of this machine."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        # processes of their own, not forks: a fork would share the open store and its locks
        self._context = multiprocessing.get_context("spawn")

    def run(self, documents: Iterable[Document]) -> Iterator[Outcome]:
        """Outcomes as they come. Closing the iterator ends the processes."""
        todo, again = iter(documents), deque[Document]()
        attempts: dict[str, int] = {}
        workers: list[_Worker] = []
        unstarted = 0  # workers that died before they were ready, one after the other
        exhausted = False
        try:
            while True:
                for worker in workers:
                    if worker.ready:
                        document = again.popleft() if again else next(todo, None)
                        if document is None:
                            exhausted = True
                            break
                        with contextlib.suppress(OSError):  # it has just died: seen below, by its sentinel
                            worker.give(document)
                if exhausted and not again and all(w.document is None for w in workers):
                    return
                while (len(workers) < self.jobs and not exhausted) or not workers:
                    workers.append(_Worker(self._context))
                for worker in self._heard(workers):
                    outcome, died = self._listen(worker)
                    if not died:
                        unstarted = 0
                    if outcome is not None:
                        yield outcome
                    if not died:
                        continue
                    worker.close()
                    workers.remove(worker)
                    document = worker.document
                    if document is None:
                        unstarted += 1
                        if unstarted > ATTEMPTS * self.jobs:
                            raise OSError(
                                None, "the worker processes end before they are ready; try --jobs 1", "kg-worker")
                    elif outcome is None:
                        attempts[document.key] = attempts.get(document.key, 0) + 1
                        if attempts[document.key] < ATTEMPTS:
                            again.append(document)
                        else:
                            yield Outcome(document.key, rules_hash(), failed=(
                                f"{document.file_name}：讀這份文件的程序兩次中止，已略過，請檢查檔案或記憶體 "
                                "(the process reading it ended twice; left out; check the file and the memory)"))
        finally:
            for worker in workers:
                worker.close()

    @staticmethod
    def _heard(workers: list[_Worker]) -> list[_Worker]:
        """The workers that have something to say, have ended or are over their time."""
        patience = min(w.deadline for w in workers) - time.monotonic()
        about = {w.pipe: w for w in workers} | {w.process.sentinel: w for w in workers}
        heard = wait(list(about), None if patience == float("inf") else max(patience, 0.0))
        now = time.monotonic()
        found = {id(w): w for w in (about[h] for h in heard)}
        found |= {id(w): w for w in workers if w.deadline <= now}
        return list(found.values())

    @staticmethod
    def _listen(worker: _Worker) -> tuple[Outcome | None, bool]:
        """What a worker says, and whether it is of no more use."""
        try:
            if worker.pipe.poll():
                outcome: Outcome | None = worker.pipe.recv()
                worker.ready, worker.document, worker.deadline = True, None, float("inf")
                return outcome, False
        except (EOFError, OSError):
            return None, True
        if worker.document is not None and worker.stuck():
            return Outcome(worker.document.key, rules_hash(), failed=too_long(worker.document)), True
        return None, not worker.process.is_alive()
