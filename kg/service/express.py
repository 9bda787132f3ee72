"""A worker that is given several very quick queries at once.

Between two queries a worker sleeps until the server has read the answer and written the next query; for a query of a
tenth of a millisecond the two changes of process cost more than the query. So queries that are known or believed to be
that quick wait in one worker's pipe. If the first of them is not done in time, or its result is large, the worker ends,
and all that wait in it start anew in the fast lane (kg.service.pool); nothing of them was sent to a client.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from kg.service.process import WorkerProcess
from kg.service.ticks import Ticks
from kg.service.worker import SPENT

#: queries that may be in the worker at once
DEPTH = 8
#: seconds of computing below which a shape counts as very quick, and the estimate below which an unknown one does
QUICK, BELIEVED = 0.002, 500.0
#: bytes of a result, seconds after which it is looked at the first query, seconds of computing that it may use and
#: seconds that may pass in all (on a busy machine time passes without computing)
_LARGEST, _LOOK, _COMPUTED, _LATE = 1_000_000, 0.1, 0.02, 0.3
#: seconds for which nothing is taken after a query was not quick
_REST = 1.0
#: shapes of which the time is remembered
_SHAPES = 5_000


class Fault(Exception):
    """A query that cannot be answered: what the worker says of it."""

    def __init__(self, about: dict[str, Any]) -> None:
        super().__init__(about["kind"])
        self.about = about


@dataclass(slots=True)
class Flight:
    """A query in the worker. ``done`` gives the end frame, or None where the query must start anew."""

    done: asyncio.Future[bytes | None]
    shape: str
    chunks: list[bytes] = field(default_factory=list)
    size: int = 0


class Times:
    """Seconds of computing that queries of a shape took, the last one of each."""

    def __init__(self) -> None:
        self._seen: OrderedDict[int, float] = OrderedDict()

    def note(self, shape: str, seconds: float) -> None:
        """A query of this shape took so long."""
        self._seen[hash(shape)] = seconds
        if len(self._seen) > _SHAPES:
            self._seen.popitem(last=False)

    def quick(self, shape: str, cost: float) -> bool:
        """Is a query of this shape, with this estimate, very quick?"""
        took = self._seen.get(hash(shape)) if shape else None
        return cost <= BELIEVED if took is None else took < QUICK


class Express:
    """The worker and the queries in it. Belongs to one event loop.

    ``spawn`` gives a worker on the served version; ``later`` runs a coroutine in the background.
    """

    def __init__(
        self, spawn: Callable[[], Awaitable[WorkerProcess | None]], later: Callable[[Any], None], ticks: Ticks,
    ) -> None:
        self._spawn = spawn
        self._later = later
        self._ticks = ticks
        self.times = Times()
        self._worker: WorkerProcess | None = None
        self._flights: deque[Flight] = deque()
        #: when the first of them came to its turn
        self._since = 0.0
        self._starting = False
        self._watched = False
        self._resting_until = 0.0

    async def run(self, job: dict[str, Any], version: str, shape: str) -> tuple[list[bytes], bytes] | None:
        """The chunks and the end frame of a result; None where the query must be run elsewhere. Raises Fault."""
        worker = self._worker
        if worker is None or not worker.alive or worker.version != version:
            self._begin()
            return None
        flights = self._flights
        if len(flights) >= DEPTH:
            return None
        loop = asyncio.get_running_loop()
        flight = Flight(loop.create_future(), shape)
        if not flights:
            self._since = loop.time()
        flights.append(flight)
        worker.send(job)
        if not self._watched:
            self._watched = True
            self._ticks.after(_LOOK, lambda: self._watch(worker, flights))
        # a client that goes away leaves its query in the pipe: it is quick
        end = await flight.done
        return None if end is None else (flight.chunks, end)

    def _begin(self) -> None:
        """Has a worker started in the background; one of a former version goes when its queries are answered."""
        if not self._starting and asyncio.get_running_loop().time() >= self._resting_until:
            self._starting = True
            self._later(self._start())

    async def _start(self) -> None:
        try:
            worker = await self._spawn()
        finally:
            self._starting = False
        if worker is None:
            return
        former, flights = self._worker, self._flights
        self._worker, self._flights, self._watched = worker, deque(), False
        self._later(self._read(worker, self._flights))
        if former is not None and not flights:
            former.kill("old")

    async def _read(self, worker: WorkerProcess, flights: deque[Flight]) -> None:
        """Gives each query its frames until the worker ends; what is left then starts anew elsewhere."""
        loop = asyncio.get_running_loop()
        while True:
            kind, data = await worker.frame()
            if not kind or not flights:
                break
            flight = flights[0]
            if kind == b"D":
                flight.chunks.append(data)
                flight.size += len(data)
                if flight.size <= _LARGEST:
                    continue
                self.times.note(flight.shape, float("inf"))
                break
            about = json.loads(data) if kind == b"X" else {}
            if about.get("kind") == "engine":  # it is about to end; the fast lane will tell of the fault
                break
            flights.popleft()
            if kind == b"E":
                worker.spent = SPENT.unpack_from(data)[0]
            if not flight.done.done():
                if about:
                    flight.done.set_exception(Fault(about))
                else:
                    flight.done.set_result(data)
            self._since = loop.time()
            if not flights and (worker is not self._worker or worker.grown()):
                break
        worker.kill("express")
        for flight in flights:
            if not flight.done.done():
                flight.done.set_result(None)
        flights.clear()

    def _watch(self, worker: WorkerProcess, flights: deque[Flight]) -> None:
        """Ends the worker where the first query takes too long."""
        if worker is self._worker:
            self._watched = False
        if not flights or not worker.alive:
            return
        passed = asyncio.get_running_loop().time() - self._since
        if passed > _LATE or (passed >= _LOOK and worker.computed - worker.spent > _COMPUTED):
            self._resting_until = asyncio.get_running_loop().time() + _REST
            self.times.note(flights[0].shape, float("inf"))
            worker.kill("express")
            return
        self._watched = True
        self._ticks.after(_LOOK, lambda: self._watch(worker, flights))
