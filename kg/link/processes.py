"""One thing asked many questions by several processes: answers in the order of the questions.

What the thing holds in arrays is laid in a file that all processes map, its :class:`~kg.link.shelf.Records` are
read from the same file by all: a process more takes the memory of its own work. A process that dies is not
replaced; its question goes to another one, and to this process where none is left, so that no answer is lost.
"""

from __future__ import annotations

import contextlib
import io
import mmap
import multiprocessing
import pickle
import signal
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import DupFd
from typing import Any, TypeVar

from kg.link.shelf import Records

Q = TypeVar("Q")
A = TypeVar("A")
#: a buffer begins at a multiple of so many bytes, as arrays want it
_ALIGNED = 64


class _Packer(pickle.Pickler):
    """Leaves the files of records out: they are handed over open."""

    def __init__(self, into: io.BytesIO, buffers: list[pickle.PickleBuffer]) -> None:
        super().__init__(into, protocol=5, buffer_callback=buffers.append)
        self.records: list[Records] = []

    def persistent_id(self, obj: Any) -> int | None:
        if not isinstance(obj, Records):
            return None
        self.records.append(obj)
        return len(self.records) - 1


class _Unpacker(pickle.Unpickler):
    def __init__(self, packed: bytes, buffers: list[memoryview], records: list[Records]) -> None:
        super().__init__(io.BytesIO(packed), buffers=buffers)
        self._records = records

    def persistent_load(self, pid: int) -> Records:
        return self._records[pid]


class Packed:
    """A thing on its way to processes that are being started."""

    def __init__(self, thing: object) -> None:
        into, buffers = io.BytesIO(), list[pickle.PickleBuffer]()
        packer = _Packer(into, buffers)
        packer.dump(thing)
        self._thing, self._records = into.getvalue(), packer.records
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open until all processes have it
        self._slices: list[tuple[int, int]] = []
        for buffer in buffers:
            with buffer.raw() as raw:
                self._file.write(bytes(-self._file.tell() % _ALIGNED))
                self._slices.append((self._file.tell(), self._file.tell() + raw.nbytes))
                self._file.write(raw)
        self._file.write(b"\0")  # an empty file cannot be mapped
        self._file.flush()

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _unpacked, (self._thing, self._slices, DupFd(self._file.fileno()),
                           [(DupFd(r.flushed()), r.places) for r in self._records])

    def close(self) -> None:
        """The processes have mapped it."""
        self._file.close()


def _unpacked(thing: bytes, slices: list[tuple[int, int]], file: Any, records: list[tuple[Any, bytes]]) -> Any:
    with open(file.detach(), "rb") as opened:
        mapped = memoryview(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))
    found = [Records.opened(fd.detach(), places) for fd, places in records]
    return _Unpacker(thing, [mapped[first:last] for first, last in slices], found).load()


def _work(pipe: Connection, thing: Callable[[Any], Any]) -> None:
    """A process: answers each question; ends with the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its processes itself
    while True:
        try:
            question = pipe.recv()
        except EOFError:
            return
        # an error is no answer: the parent asks itself, and raises it where people see it
        try:
            answer = thing(question)
        except Exception:  # noqa: BLE001 - whatever it is, it comes up again in the parent
            return
        with contextlib.suppress(BrokenPipeError):
            pipe.send(answer)


class _Helper:
    """One process, and the number of the question that it is answering."""

    def __init__(self, context: Any, thing: Packed) -> None:
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, thing), daemon=True, name="kg-links")
        self.process.start()
        theirs.close()
        self.asked: int | None = None

    def ask(self, number: int, question: object) -> None:
        """Hands a question over; where the process has just died, that is seen by its pipe."""
        self.asked = number
        with contextlib.suppress(OSError):
            self.pipe.send(question)

    def close(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def answers(thing: Callable[[Q], A], questions: Sequence[Q], jobs: int) -> Iterator[A]:
    """What ``thing`` returns for each question, in their order; asked by ``jobs`` processes where it is more than one.

    Closing the iterator ends the processes.
    """
    if jobs == 1 or len(questions) < 2:
        yield from map(thing, questions)
        return
    # processes of their own, not forks: a fork would share the open store and its locks
    context = multiprocessing.get_context("spawn")
    packed = Packed(thing)
    helpers: list[_Helper] = []
    todo, found = deque(range(len(questions))), dict[int, A]()
    try:
        helpers += [_Helper(context, packed) for _ in range(min(jobs, len(questions)))]
        packed.close()
        for number in range(len(questions)):
            while number not in found:
                if not helpers:
                    if number in todo:
                        todo.remove(number)
                    found[number] = thing(questions[number])
                    continue
                for helper in helpers:
                    # no more than a few answers wait for their turn
                    if helper.asked is None and todo and todo[0] < number + 4 * jobs:
                        helper.ask(at := todo.popleft(), questions[at])
                ready = wait([h.pipe for h in helpers if h.asked is not None])
                for helper in [h for h in helpers if h.pipe in ready]:
                    asked, helper.asked = helper.asked, None
                    if asked is None:
                        continue
                    try:
                        found[asked] = helper.pipe.recv()
                    except (EOFError, OSError):
                        helper.close()
                        helpers.remove(helper)
                        todo.appendleft(asked)
            yield found.pop(number)
    finally:
        for helper in helpers:
            helper.close()
