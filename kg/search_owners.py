"""Whose a text of the search index is: from its number to the IRI of the thing that has it, without a database.

Files beside the index, read where they lie: the IRIs one behind the other in their order, where each begins
(64-bit numbers), for each text the number of its IRI (32-bit numbers), and for each pair of characters that stands in
many texts the numbers of the IRIs that have it, sorted. So a word that stands in a tenth of all texts is answered
without looking at a text. Numbers are in the machine's own order.
"""

from __future__ import annotations

import functools
import json
import mmap
import sqlite3
from array import array
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

#: IRIs, their beginnings, the IRI's number for each text, the IRIs of common pairs, and where those of a pair stand
FILES = ("search-things", "search-starts", "search-owners", "search-common", "search-common.json")
#: a pair is common that stands in more texts than this, and in more than this share of them
_MANY, _SHARE = 500, 0.01


class Owners:
    """The files of one index, kept open."""

    def __init__(self, folder: Path) -> None:
        self._iris, starts, owners, common = (_mapped(folder / name) for name in FILES[:4])
        self._starts = memoryview(starts).cast("q")
        self._owners = memoryview(owners).cast("i")
        self._common = memoryview(common).cast("i")
        self._pairs: dict[str, list[int]] = json.loads((folder / FILES[4]).read_bytes())

    def of(self, texts: Iterator[int]) -> set[int]:
        """Numbers of the things that have these texts."""
        owners = self._owners
        return {owners[text] for text in texts}

    def having(self, pair: str) -> Sequence[int] | None:
        """Numbers of the things that have a text with a pair of characters, sorted; None where it is not common."""
        place = self._pairs.get(pair)
        return None if place is None else self._common[place[0]: place[1]]

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
    _write_common(base, folder, owners)


def _write_common(base: sqlite3.Connection, folder: Path, owners: Sequence[int]) -> None:
    base.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, pairs, row)")
    many = max(_MANY, int(_SHARE * len(owners)))
    places: dict[str, list[int]] = {}
    first = 0
    with (folder / FILES[3]).open("wb") as file:
        # a pair of two: what is a single character, or has letters (which are folded), is looked for otherwise
        for (pair,) in base.execute("SELECT term FROM temp.vocabulary WHERE doc > ? ORDER BY term", (many,)).fetchall():
            if len(pair) == 2 and not any(c < "\x80" for c in pair):
                texts = base.execute("SELECT rowid FROM pairs WHERE pairs MATCH ?", (f'"{pair}"',))
                things = array("i", sorted({owners[row[0]] for row in texts}))
                file.write(things.tobytes())
                places[pair] = [first, first := first + len(things)]
    (folder / FILES[4]).write_text(json.dumps(places, ensure_ascii=False), encoding="utf-8")


@functools.lru_cache(maxsize=4)
def owners_of(folder: Path) -> Owners | None:
    """The files in a folder, which nobody writes any more; None where an older program built the index."""
    return Owners(folder) if all((folder / name).is_file() for name in FILES) else None


def _mapped(path: Path) -> mmap.mmap | bytes:
    with path.open("rb") as file:
        # an empty file cannot be mapped
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""
