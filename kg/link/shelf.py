"""Lists of more things than memory is for."""

from __future__ import annotations

import os
import pickle
import tempfile
import weakref
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, Any, TypeVar, overload

import numpy as np

T = TypeVar("T")


class Plain:
    """A frozen dataclass that is pickled as the call that makes it, in half the time of its own way."""

    __slots__: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), tuple(getattr(self, name) for name in self.__slots__)


class Records:
    """Records one behind the other in a temporary file that is gone with them. Raises OSError where there is no room.

    >>> records = Records()
    >>> records.add("a"), records.add(("b", 1)), records[1]
    (0, 1, ('b', 1))
    """

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the records
        weakref.finalize(self, self._file.close)
        #: where each record begins, and the end
        self._at = array("q", [0])
        self._written = 0

    @classmethod
    def opened(cls, descriptor: int, places: bytes) -> Records:
        """Records that another process has written, to be read: the file, open, and :attr:`places`."""
        found = cls.__new__(cls)
        found._file = open(descriptor, "rb")  # noqa: SIM115 - open as long as the records
        weakref.finalize(found, found._file.close)
        found._at = array("q")
        found._at.frombytes(places)
        found._written = found._at[-1]
        return found

    @property
    def places(self) -> bytes:
        """Where each record begins, and the end."""
        return self._at.tobytes()

    def flushed(self) -> int:
        """The descriptor of the file, with all records in it."""
        self._file.flush()
        return self._file.fileno()

    def __len__(self) -> int:
        return len(self._at) - 1

    def add(self, record: Any) -> int:
        """Writes a record; returns its number."""
        return self.add_bytes(pickle.dumps(record, pickle.HIGHEST_PROTOCOL))

    def __getitem__(self, number: int) -> Any:
        return pickle.loads(self.bytes_of(number))

    def add_bytes(self, data: bytes) -> int:
        """Writes a record that is bytes already; returns its number."""
        self._at.append(self._at[-1] + self._file.write(data))
        return len(self._at) - 2

    def bytes_of(self, number: int) -> bytes:
        """A record as it was written."""
        first, last = self._at[number], self._at[number + 1]
        if last > self._written:
            self._file.flush()
            self._written = self._at[-1]
        # read at a place: two threads do not move each other's file position
        return os.pread(self._file.fileno(), last - first, first)


class Texts:
    """Texts in a temporary file, read one after the other.

    >>> texts = Texts()
    >>> texts.add("甲")
    >>> list(texts)
    ['甲']
    """

    def __init__(self) -> None:
        self._records = Records()

    def add(self, text: str) -> None:
        """One text more."""
        self._records.add_bytes(text.encode())

    def __iter__(self) -> Iterator[str]:
        return (self._records.bytes_of(n).decode() for n in range(len(self._records)))


class Table:
    """Pairs of texts on disk, found by the first one (without NUL): 20 bytes of memory for each.

    >>> table = Table([("a", "x"), ("b", "y"), ("a", "z")])
    >>> table.get("a"), list(table)
    (['x', 'z'], [('a', 'x'), ('b', 'y'), ('a', 'z')])
    """

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._pairs = Records()
        hashes = array("q")
        for name, value in pairs:
            self._pairs.add_bytes(f"{name}\0{value}".encode())
            hashes.append(hash(name))
        found = np.frombuffer(hashes, dtype=np.int64)
        order = np.argsort(found, kind="stable")
        # not as numpy's arrays: to find one number in those takes several times as long
        self._numbers, self._hashes = array("i"), array("q")
        self._numbers.frombytes(order.astype(np.int32).tobytes())
        self._hashes.frombytes(found[order].tobytes())

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """All pairs in their order."""
        for number in range(len(self._pairs)):
            name, _, value = self._pairs.bytes_of(number).decode().partition("\0")
            yield name, value

    def get(self, key: str) -> list[str]:
        """The second texts of all pairs with this first one, in their order."""
        wanted = hash(key)
        at = bisect_left(self._hashes, wanted)
        values = []
        while at < len(self._hashes) and self._hashes[at] == wanted:
            name, _, value = self._pairs.bytes_of(self._numbers[at]).decode().partition("\0")
            if name == key:
                values.append(value)
            at += 1
        return values


class _Numbered(Sequence[T]):
    """A sequence by what stands at a number from 0: negative numbers and slices follow from it."""

    def _at(self, number: int) -> T:
        raise NotImplementedError

    def __iter__(self) -> Iterator[T]:
        return map(self._at, range(len(self)))

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> list[T]: ...
    def __getitem__(self, at: int | slice) -> T | list[T]:
        if isinstance(at, slice):
            return [self._at(i) for i in range(*at.indices(len(self)))]
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        return self._at(at % len(self))


class Shelf(_Numbered[T]):
    """A list on disk. Each access makes the thing anew from its fields, so that two are equal, not the same.

    >>> list(Shelf([1, 2], lambda n: (n,), lambda fields: fields[0]))
    [1, 2]
    """

    def __init__(
        self, things: Iterable[T], fields: Callable[[T], tuple[Any, ...]], make: Callable[[tuple[Any, ...]], T],
    ) -> None:
        self._make = make
        self._records = Records()
        for thing in things:
            self._records.add(fields(thing))

    def __len__(self) -> int:
        return len(self._records)

    def _at(self, number: int) -> T:
        return self._make(self._records[number])


class Joined(_Numbered[T]):
    """Two lists as one, without a copy."""

    def __init__(self, first: Sequence[T], second: Sequence[T]) -> None:
        self._first, self._second = first, second

    def __len__(self) -> int:
        return len(self._first) + len(self._second)

    def _at(self, number: int) -> T:
        first = len(self._first)
        return self._first[number] if number < first else self._second[number - first]
