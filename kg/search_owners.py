"""Whose a text of the search index is: from its number to the IRI of the thing that has it, without a database.

Three files beside the index, read where they lie: the IRIs one behind the other in their order, where each begins
(64-bit numbers), and for each text the number of its IRI (32-bit numbers). A word that stands in a tenth of all texts
is answered several times as fast as by looking each text up in a table. Numbers are in the machine's own order.
"""

from __future__ import annotations

import functools
import mmap
import sqlite3
from array import array
from collections.abc import Collection, Iterator
from pathlib import Path

#: IRIs, their beginnings, and the IRI's number for each text
FILES = ("search-things", "search-starts", "search-owners")


class Owners:
    """The files of one index, kept open."""

    def __init__(self, folder: Path) -> None:
        self._iris, starts, owners = (_mapped(folder / name) for name in FILES)
        self._starts = memoryview(starts).cast("q")
        self._owners = memoryview(owners).cast("i")

    def of(self, texts: Iterator[int]) -> set[int]:
        """Numbers of the things that have these texts."""
        owners = self._owners
        return {owners[text] for text in texts}

    def names(self, things: Collection[int]) -> list[str]:
        """The IRIs of things, in their order."""
        if not things:
            return []
        iris, starts = self._iris, self._starts
        return b"\n".join(iris[starts[n]: starts[n + 1]] for n in sorted(things)).decode().split("\n")


def build(base: sqlite3.Connection, folder: Path) -> None:
    """Writes the files for a new index, whose table of texts is filled."""
    last = base.execute("SELECT coalesce(max(id), 0) FROM texts").fetchone()[0]
    owners, starts = array("i", bytes(4 * (last + 1))), array("q", [0])
    former = None
    with (folder / FILES[0]).open("wb") as iris:
        # sorted by the database, which needs no memory for it
        for subject, number in base.execute("SELECT subject, id FROM texts ORDER BY subject, id"):
            if subject != former:
                starts.append(starts[-1] + iris.write(subject.encode()))
                former = subject
            owners[number] = len(starts) - 2
    (folder / FILES[1]).write_bytes(starts.tobytes())
    (folder / FILES[2]).write_bytes(owners.tobytes())


@functools.lru_cache(maxsize=4)
def owners_of(folder: Path) -> Owners | None:
    """The files in a folder, which nobody writes any more; None where an older program built the index."""
    return Owners(folder) if all((folder / name).is_file() for name in FILES) else None


def _mapped(path: Path) -> mmap.mmap | bytes:
    with path.open("rb") as file:
        # an empty file cannot be mapped
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""
