"""Lists of more things than memory is for."""

from __future__ import annotations

import os
import pickle
import tempfile
import weakref
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar, overload

T = TypeVar("T")


class Shelf(Sequence[T]):
    """A list in a file that is gone with it. Each access makes the thing anew from its fields, so that two are
    equal, not the same. Raises OSError where there is no room for the file.

    >>> list(Shelf([1, 2], lambda n: (n,), lambda fields: fields[0]))
    [1, 2]
    """

    def __init__(
        self, things: Iterable[T], fields: Callable[[T], tuple[Any, ...]], make: Callable[[tuple[Any, ...]], T],
    ) -> None:
        self._make = make
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the list
        weakref.finalize(self, self._file.close)
        #: where each record begins, and the end
        self._at = array("q", [0])
        for thing in things:
            self._at.append(self._at[-1] + self._file.write(pickle.dumps(fields(thing), pickle.HIGHEST_PROTOCOL)))
        self._file.flush()

    def __len__(self) -> int:
        return len(self._at) - 1

    def __iter__(self) -> Iterator[T]:
        return (self[i] for i in range(len(self)))

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> list[T]: ...
    def __getitem__(self, at: int | slice) -> T | list[T]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        first = self._at[at % len(self)]
        # read at a place: two threads do not move each other's file position
        data = os.pread(self._file.fileno(), self._at[at % len(self) + 1] - first, first)
        return self._make(pickle.loads(data))


class Joined(Sequence[T]):
    """Two lists as one, without a copy."""

    def __init__(self, first: Sequence[T], second: Sequence[T]) -> None:
        self._first, self._second = first, second

    def __len__(self) -> int:
        return len(self._first) + len(self._second)

    def __iter__(self) -> Iterator[T]:
        yield from self._first
        yield from self._second

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> list[T]: ...
    def __getitem__(self, at: int | slice) -> T | list[T]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        at = at + len(self) if at < 0 else at
        return self._first[at] if at < len(self._first) else self._second[at - len(self._first)]
