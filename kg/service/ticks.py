"""Many time limits that hardly ever pass: setting and dropping one costs no more than an entry of a dictionary."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

#: seconds between two looks at the limits that are set
TICK = 0.02


class Ticks:
    """Calls that are due some time from now, unless they are dropped before. Belongs to one event loop.

    A timer of the loop for each would cost several microseconds, and a request sets three of them.
    """

    def __init__(self) -> None:
        self._due: dict[int, tuple[float, Callable[[], object]]] = {}
        self._last = 0
        self._running = False

    def after(self, seconds: float, call: Callable[[], object]) -> int:
        """Has ``call`` called after so many seconds, at most a tick later; returns the number to drop it by."""
        loop = asyncio.get_running_loop()
        self._last += 1
        self._due[self._last] = loop.time() + seconds, call
        if not self._running:
            self._running = True
            loop.call_later(TICK, self._look, loop)
        return self._last

    def drop(self, number: int) -> None:
        """The call is not wanted any more; nothing where it was made already."""
        self._due.pop(number, None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for number in [n for n, (when, _) in self._due.items() if when <= now]:
            # one that was called just before may have dropped this one
            if (found := self._due.pop(number, None)) is not None:
                found[1]()
        self._running = bool(self._due)
        if self._running:
            loop.call_later(TICK, self._look, loop)
