"""Which worker runs which query: a lane kept free for cheap queries, a bounded queue for all others.

A query that looks cheap (kg.service.estimate) goes to the fast lane, the cheapest first. If it is not
done within `Limits.fast_seconds` (a tenth of a second where others wait), or its result is large, its
worker is moved to the slow lane if a place is free there; otherwise the query starts anew in the slow
lane's queue, before a byte of it was sent, and is remembered as expensive (kg.service.expensive).
So a point query is answered whatever the others ask.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

from kg.service.expensive import Expensive
from kg.service.express import Express, Fault
from kg.service.limits import Limits
from kg.service.places import Places
from kg.service.process import WorkerProcess
from kg.service.ticks import Ticks
from kg.service.worker import SPENT

#: bytes of a result that the fast lane collects before its worker is moved
_FAST_BYTES = 1_000_000
#: seconds for which a query may stay in the fast lane while others wait for it; twice that where the machine
#: was so busy that it has not computed for so long
_SLICE, _LATE, _COMPUTED = 0.1, 0.2, 0.02
#: seconds that a client must have for its query to be put behind others
_PATIENT = 1.0
#: seconds after which a query is refused for want of room: clients that ask again at once would leave others no time
_REFUSING = 0.2
#: how many queries may wait for the fast lane
_FAST_QUEUE = 512
#: how many queries of a shape, one after the other, must have proved expensive for the next one to count as such
_OTHERS = 2


class Failed(Exception):
    """A query was not answered. ``kind``: busy, timeout, memory, syntax, query, engine, store, stalled, truncated."""

    def __init__(self, kind: str, message: str = "") -> None:
        super().__init__(message or kind)
        self.kind = kind
        self.message = message


def ending(frame: bytes) -> dict[str, Any]:
    """What an end frame tells of the result."""
    told: dict[str, Any] = json.loads(frame[SPENT.size:]) if len(frame) > SPENT.size else {}
    return told


class Result:
    """A running or finished query's bytes. Iterate over it once, or close it."""

    def __init__(self, pool: Pool, worker: WorkerProcess | None, lane: str, chunks: list[bytes]) -> None:
        self._pool = pool
        self._worker = worker
        self._lane = lane
        self.chunks = chunks
        #: what cut the result ({"truncated": "rows", "limit": n}), known once it is complete
        self.end: dict[str, Any] | None = None
        #: seconds of computing, as far as they are known; infinite until it is complete
        self.took = float("inf")

    @property
    def complete(self) -> bool:
        """Is all of it in ``chunks``?"""
        return self.end is not None

    @property
    def ready(self) -> bool:
        """Is there more that need not be waited for?"""
        return self._worker is not None and self._worker.ready

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self.stream()

    async def stream(self) -> AsyncIterator[bytes]:
        """The bytes as they come. Raises Failed where they end too early."""
        try:
            for chunk in self.chunks:
                yield chunk
            self.chunks = []
            while self.end is None:
                chunk = await self.next()
                if chunk:
                    yield chunk
            if self.end.get("truncated") and not self.end["whole"]:
                raise Failed("truncated", f"{self.end['truncated']} {self.end['limit']}")
        finally:
            self.close()

    async def next(self) -> bytes:
        """The next frame's bytes; empty at the end, or where the worker was poked. Raises Failed."""
        worker = self._worker
        if worker is None:
            return b""
        kind, data = await worker.frame()
        if kind == b"D":
            return data
        if kind == b"P":
            return b""
        if kind == b"E":
            spent = SPENT.unpack_from(data)[0]
            self.took, worker.spent = spent - worker.spent, spent
            self.end = ending(data)
            self._release()
            return b""
        if kind == b"X":
            about = json.loads(data)
            if about["kind"] == "engine":  # it is about to end
                worker.kill("engine")
            self._release()
            raise Failed(about["kind"], about["message"])
        failure = worker.failure or "memory"
        self.close()
        raise Failed(failure)

    def _release(self) -> None:
        if self._worker is not None:
            self._worker.settle()
            self._pool.give_back(self._worker, self._lane)
            self._worker = None

    def close(self) -> None:
        """Gives up what has not been computed."""
        if self._worker is not None:
            self._worker.kill("cancelled")
            self._release()

    def move(self, lane: str) -> None:
        """The worker counts for another lane now."""
        if self._worker is not None:
            self._pool.moved(self._worker, self._lane, lane)
        self._lane = lane


class Pool:
    """The workers of one server process; everything runs in one event loop.

    ``version`` gives the served version's name and the folder of its graph; it is asked before every query.
    """

    def __init__(self, version: Callable[[], tuple[str, Path]], limits: Limits) -> None:
        self.version = version
        self.limits = limits
        self._idle: dict[str, list[WorkerProcess]] = {"fast": [], "slow": [], "fresh": []}
        self.ticks = Ticks()
        self._places = {
            "fast": Places(limits.fast_workers, self.ticks), "slow": Places(limits.slow_workers, self.ticks)}
        self._expensive = Expensive()
        self._express = Express(self._fresh, self._later, self.ticks)
        self._all: set[WorkerProcess] = set()
        self._current = ""
        self._closed = False
        self._filling = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, job: dict[str, Any], seconds: float, cost: float | None, shape: str = "") -> Result:
        """Runs a query; returns when its first bytes are there (all of them, if they are few). Raises Failed.

        ``cost`` is an estimate for a query that looks cheap; None sends it to the slow lane. ``shape`` is what
        the query has in common with others that ask the same of other things (kg.service.shape).
        """
        if cost is not None and not self._dear(job["query"], shape):
            if seconds >= _PATIENT and self._express.times.quick(shape, cost):
                result = await self._quick(job, shape)
                if result is not None:
                    return result
            result = await self._fast(job, seconds, cost, shape)
            if result is not None:
                if shape:
                    self._expensive.forget(shape)
                    self._express.times.note(shape, result.took)
                return result
            self._expensive.note(job["query"])
            if shape:
                self._expensive.note(shape)
        return await self._slow(job, seconds)

    async def _quick(self, job: dict[str, Any], shape: str) -> Result | None:
        """The result of a query that is believed to be very quick; None where that was wrong. Raises Failed."""
        try:
            found = await self._express.run(job, self.version()[0], shape)
        except Fault as fault:
            raise Failed(fault.about["kind"], fault.about["message"]) from None
        if found is None:
            if self._closed:
                raise Failed("busy")
            return None
        result = Result(self, None, "fast", found[0])
        result.end = ending(found[1])
        return result

    async def _fresh(self) -> WorkerProcess | None:
        """A worker for the very quick queries; None where it cannot be started: the next query will tell."""
        try:
            return None if self._closed else await self._spawn(*self.version())
        except Failed:
            return None

    def _dear(self, query: str, shape: str) -> bool:
        """Has the query, or have others of its shape, proved expensive?"""
        return self._expensive.holds(query) or self._expensive.holds(shape, _OTHERS)

    async def _fast(self, job: dict[str, Any], seconds: float, cost: float, shape: str) -> Result | None:
        """The result, or None where the query has to go to the slow lane's queue."""
        if await self._place("fast", _FAST_QUEUE, cost) and self._dear(job["query"], shape):
            self._places["fast"].leave()  # others like it have shown meanwhile what it costs
            return None
        result, worker = await self._begin("fast", job, seconds)
        loop = asyncio.get_running_loop()
        end = loop.time() + self.limits.fast_seconds
        poke = self.ticks.after(_SLICE, worker.poke)
        collected = 0
        try:
            while True:
                chunk = await result.next()
                if chunk:
                    collected += len(chunk)
                    result.chunks.append(chunk)
                if result.complete:
                    return result
                if collected > _FAST_BYTES or (worker.poked and (loop.time() >= end or self._used_up(worker))):
                    break
                if worker.poked:
                    worker.poked = False
                    poke = self.ticks.after(_SLICE / 2, worker.poke)
        except BaseException:
            result.close()
            raise
        finally:
            self.ticks.drop(poke)
            worker.poked = False
        if not self._places["slow"].take():
            result.close()
            return None
        result.move("slow")
        if not result.chunks:
            await self._first(result)
        return result

    def _used_up(self, worker: WorkerProcess) -> bool:
        """Do others wait, and has the query had its share? On a busy machine time passes without computing."""
        if not self._places["fast"].waiting:
            return False
        late = asyncio.get_running_loop().time() - worker.since > _LATE
        return late or worker.computed - worker.spent > _COMPUTED

    async def _slow(self, job: dict[str, Any], seconds: float) -> Result:
        await self._place("slow", self.limits.queue, 0.0)
        result, _ = await self._begin("slow", job, seconds)
        await self._first(result)
        return result

    async def _first(self, result: Result) -> None:
        """Waits for the first bytes, and takes what came with them."""
        try:
            while not result.complete and (not result.chunks or (result.ready and len(result.chunks) < 4)):
                chunk = await result.next()
                if chunk:
                    result.chunks.append(chunk)
        except BaseException:
            result.close()
            raise

    async def _place(self, lane: str, queue: int, cost: float) -> bool:
        """Takes a place in a lane; says whether it had to be waited for. Raises Failed."""
        place = self._places[lane]
        if place.take():
            return False
        if place.waiting >= queue:
            await asyncio.sleep(_REFUSING)
            raise Failed("busy")
        try:
            await place.wait(cost, self.limits.queue_seconds)
        except TimeoutError:
            raise Failed("busy") from None
        return True

    async def _begin(self, lane: str, job: dict[str, Any], seconds: float) -> tuple[Result, WorkerProcess]:
        """Starts a query in a lane in which it has a place. Raises Failed."""
        try:
            worker = await self._take(lane)
        except BaseException:
            self._places[lane].leave()
            raise
        worker.ask(job, seconds)
        return Result(self, worker, lane, []), worker

    async def _take(self, lane: str) -> WorkerProcess:
        """A worker on the served version, a waiting one if there is one. Raises Failed."""
        name, graph = self.version()
        if name != self._current:
            self._drop_idle()
            self._current = name
        for waiting in (self._idle[lane], self._idle["fresh"]):
            while waiting:
                worker = waiting.pop()
                if worker.alive:
                    if waiting is self._idle["fresh"]:
                        self._refill(name, graph)
                    if lane == "slow":
                        worker.yield_processor()
                    return worker
        worker = await self._spawn(name, graph)
        self._refill(name, graph)
        if lane == "slow":
            worker.yield_processor()
        return worker

    async def _spawn(self, name: str, graph: Path) -> WorkerProcess:
        worker = WorkerProcess(name, self.limits.memory, self.ticks)
        self._all.add(worker)
        worker.gone = self._gone
        try:
            await worker.start(graph)
        except OSError as error:
            raise Failed("store", str(error)) from None
        except BaseException:
            worker.kill("cancelled")
            raise
        return worker

    def _refill(self, name: str, graph: Path) -> None:
        """Starts a fresh worker in the background, so that the next query need not wait for one."""
        if self._idle["fresh"] or self._filling or self._closed:
            return
        self._filling = True

        async def fill() -> None:
            try:
                worker = await self._spawn(name, graph)
            except Failed:
                return  # the next query that needs a worker will tell
            finally:
                self._filling = False
            if self._current == name and not self._closed:
                self._idle["fresh"].append(worker)
            else:
                worker.kill("old")

        self._later(fill())

    def give_back(self, worker: WorkerProcess, lane: str) -> None:
        """A query is over: the worker waits for the next one, or ends if its version is no longer served."""
        self._places[lane].leave()
        # a worker that was slowed down cannot be made fast again
        if not worker.alive:
            return
        if worker.version != self._current or self._closed:
            worker.kill("old")
        elif worker.grown():
            worker.kill("large")
        else:
            self._idle["slow" if worker.nice else lane].append(worker)
            for spare in self._idle["slow"][self.limits.slow_workers:]:
                spare.kill("spare")
            del self._idle["slow"][self.limits.slow_workers:]

    def moved(self, worker: WorkerProcess, lane: str, other: str) -> None:
        """A running worker has taken a place in another lane."""
        self._places[lane].leave()
        if other == "slow":
            worker.yield_processor()

    def _drop_idle(self) -> None:
        for waiting in self._idle.values():
            for worker in waiting:
                worker.kill("old")
            waiting.clear()

    def _gone(self, worker: WorkerProcess) -> None:
        """A worker was killed or has ended: it is waited for, so that nothing of it remains."""
        self._later(worker.ended())
        self._all.discard(worker)

    def _later(self, what: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Ends all workers."""
        self._closed = True
        for worker in list(self._all):
            worker.kill("closed")
        while self._tasks:
            await asyncio.wait(self._tasks)
