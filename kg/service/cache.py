"""Answers kept: in the process for the next request, and in a folder for the server's other processes.

A key names the dataset's version, so a build makes older answers unreachable; they are dropped as room is needed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import IO

#: names of the answers in the folder, one behind the other, and the seconds for which it is not looked at again
_NAMES, _LOOK_AGAIN = "names", 0.005
#: bytes kept in memory, and the largest answer kept there
_MEMORY, _LARGEST = 64_000_000, 4_000_000
#: bytes up to which an answer that is sent in parts is kept at once, and how many such answers are remembered
_SMALL, _ASKED = 1_000_000, 10_000
#: bytes kept in the folder, the largest answer there, and how many writings pass between two looks at its size
_FOLDER, _LARGEST_FILE, _LOOK = 512_000_000, 128_000_000, 64


@dataclass(frozen=True, slots=True)
class Entry:
    """A complete answer: headers as they are sent, and its body or the file that holds it."""

    headers: list[tuple[str, str]]
    body: bytes
    file: Path | None = None
    size: int = 0


class Writer:
    """Collects a body while it is being sent; `keep` makes it an entry, `drop` forgets it.

    A small body is kept whenever it comes, a large one where it is asked for again: most downloads are fetched once,
    and writing them costs more than all else that the server does with them.
    """

    def __init__(self, cache: Cache, key: str, again: bool) -> None:
        self._cache = cache
        self._key = key
        self._again = again
        self._size = 0
        #: the body as long as it is small; None once it is in the file, or forgotten
        self._parts: list[bytes] | None = []
        self._file: IO[bytes] | None = None

    def write(self, data: bytes) -> None:
        """A part of the body."""
        self._size += len(data)
        if self._parts is not None:
            self._parts.append(data)
            if self._size > _SMALL:
                self._to_file(self._parts)
        elif self._file is not None:
            if self._size > _LARGEST_FILE:
                self.drop()
            else:
                self._file.write(data)

    def _to_file(self, parts: list[bytes]) -> None:
        self._parts = None
        if self._again and self._cache.folder is not None:
            self._file = (self._cache.folder / f".new-{os.getpid()}-{_name(self._key)}").open("wb")
            self._file.writelines(parts)

    def keep(self, headers: list[tuple[str, str]]) -> None:
        """The body is whole."""
        if self._parts is not None:
            self._cache.put(self._key, headers, b"".join(self._parts))
        elif self._file is not None and self._cache.folder is not None:
            self._file.close()
            os.replace(self._file.name, self._cache.folder / _name(self._key))
            self._file = None
            self._cache.note(self._key, headers)

    def drop(self) -> None:
        """The body is not whole, or too large."""
        self._parts = None
        if self._file is not None:
            self._file.close()
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._file.name)
            self._file = None


def _name(key: str) -> str:
    """The file that holds the answer of a key."""
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


class Cache:
    """Answers by key. Without a folder only small ones are kept, in memory."""

    def __init__(self, folder: Path | None = None, memory: int = _MEMORY) -> None:
        self.folder = folder
        #: names of the answers in the folder, as far as they were read: to ask the file system for each takes longer
        self._names: set[str] = set()
        self._read = 0
        self._look_again = 0.0
        self._most = memory
        self._size = 0
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._written = 0
        #: of large answers, which were asked for
        self._asked: OrderedDict[int, None] = OrderedDict()

    def get(self, key: str) -> Entry | None:
        """The answer, if it is kept here or in the folder."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
            return entry
        if self.folder is None:
            return None
        name = _name(key)
        if name not in self._known():
            return None
        path = self.folder / name
        try:
            headers = [(k, v) for k, v in json.loads(Path(f"{path}.json").read_bytes())]
            size = path.stat().st_size
            entry = Entry(headers, path.read_bytes()) if size <= _LARGEST else Entry(headers, b"", path, size)
        except (FileNotFoundError, ValueError):
            return None
        self._hold(key, entry)
        return entry

    def put(self, key: str, headers: list[tuple[str, str]], body: bytes, shared: bool = True) -> None:
        """Keeps a small answer, in the folder too if it is worth a file (``shared``)."""
        if len(body) <= _LARGEST:
            self._hold(key, Entry(headers, body))
            if shared and self.folder is not None:
                self._replace(_name(key), body)
                self.note(key, headers)

    def writer(self, key: str) -> Writer:
        """For an answer that is sent in parts."""
        number = hash(key)
        again = number in self._asked
        self._asked[number] = None
        if len(self._asked) > _ASKED:
            self._asked.popitem(last=False)
        return Writer(self, key, again)

    def note(self, key: str, headers: list[tuple[str, str]]) -> None:
        """The body is in the folder: its headers too, which makes it an entry."""
        if self.folder is not None:
            self._replace(f"{_name(key)}.json", json.dumps(headers).encode())
            with (self.folder / _NAMES).open("ab") as file:
                file.write(_name(key).encode() + b"\n")
            self._names.add(_name(key))
            self._written += 1
            if self._written % _LOOK == 0:
                self._tidy(self.folder)

    def _known(self) -> set[str]:
        """Names of the answers in the folder, those of the last moment left out; some may be gone again."""
        now = time.monotonic()
        if self.folder is not None and now >= self._look_again:
            self._look_again = now + _LOOK_AGAIN
            with contextlib.suppress(FileNotFoundError):
                path = self.folder / _NAMES
                if path.stat().st_size > self._read:
                    with path.open("rb") as file:
                        file.seek(self._read)
                        # a name that is being written is read when it is whole
                        new = file.read()
                    whole = new.rfind(b"\n") + 1
                    self._read += whole
                    self._names.update(new[:whole].decode().split())
        return self._names

    def _replace(self, name: str, data: bytes) -> None:
        if self.folder is not None:
            hidden = self.folder / f".new-{os.getpid()}-{name}"
            hidden.write_bytes(data)
            hidden.replace(self.folder / name)

    def _hold(self, key: str, entry: Entry) -> None:
        old = self._entries.pop(key, None)
        self._size += len(entry.body) - (len(old.body) if old else 0)
        self._entries[key] = entry
        while self._size > self._most or len(self._entries) > 50_000:
            self._size -= len(self._entries.popitem(last=False)[1].body)

    def _tidy(self, folder: Path) -> None:
        """Removes the oldest files beyond the folder's size."""
        found = []
        for item in os.scandir(folder):
            with contextlib.suppress(FileNotFoundError):
                if item.name == _NAMES:
                    continue
                found.append((item.stat().st_mtime, item.stat().st_size, item.path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= _FOLDER:
                break
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
            total -= size
