"""A number of places for which the cheapest query waits shortest."""

from __future__ import annotations

import asyncio
import heapq
from itertools import count

from kg.service.ticks import Ticks


class Places:
    """A semaphore whose waiters are served by cost, then by time of coming."""

    def __init__(self, number: int, ticks: Ticks) -> None:
        self._free = number
        self._ticks = ticks
        self._heap: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()
        self.waiting = 0

    def full(self) -> bool:
        """Would `take` have to wait?"""
        return not self._free

    def take(self) -> bool:
        """Takes a place if one is free."""
        if self._free:
            self._free -= 1
            return True
        return False

    async def wait(self, cost: float, seconds: float) -> None:
        """Waits for a place. Raises TimeoutError."""
        if self.take():
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        limit = self._ticks.after(seconds, lambda: _too_late(future))
        heapq.heappush(self._heap, (cost, next(self._order), future))
        self.waiting += 1
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                self.leave()  # the place came just when the waiter went
            raise
        finally:
            self._ticks.drop(limit)
            self.waiting -= 1

    def leave(self) -> None:
        """Gives a place back: to the cheapest waiter, if there is one."""
        while self._heap:
            future = heapq.heappop(self._heap)[2]
            if not future.done():
                future.set_result(None)
                return
        self._free += 1


def _too_late(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_exception(TimeoutError())
