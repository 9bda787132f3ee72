"""Queries that looked cheap and were not."""

from __future__ import annotations

import time
from collections import OrderedDict

#: keys remembered, and for how many seconds
_REMEMBERED, _MEMORY = 10_000, 600.0


class Expensive:
    """How often what has a key (a query's text or its shape) proved expensive lately.

    >>> seen = Expensive()
    >>> seen.note("q"), seen.holds("q"), seen.holds("q", times=2)
    (None, True, False)
    """

    def __init__(self) -> None:
        #: by the hash of a key: queries may be long
        self._seen: OrderedDict[int, tuple[int, float]] = OrderedDict()

    def note(self, key: str) -> None:
        """It has proved expensive."""
        self._seen[hash(key)] = self._times(key) + 1, time.monotonic()
        self._seen.move_to_end(hash(key))
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)

    def forget(self, key: str) -> None:
        """It has proved cheap."""
        self._seen.pop(hash(key), None)

    def holds(self, key: str, times: int = 1) -> bool:
        """Has it proved expensive so many times?"""
        return self._times(key) >= times

    def _times(self, key: str) -> int:
        if not self._seen:
            return 0
        times, since = self._seen.get(hash(key), (0, 0.0))
        return times if time.monotonic() - since < _MEMORY else 0
