"""Shards: sorted, gzip-packed N-Triples, one file per document and one per whole-graph pass.

N-Triples is N-Quads without graph names: every triple store's bulk loader takes it. A shard's
bytes depend on its content alone (no clock, no file name in the gzip header).

Beside a document's shard stand 64-bit hashes of its *shared* triples, those that another document
may state too (``經濟部 a pol:Ministry``): every triple that does not name the document's key. They
tell which triples go with a document that is removed, without reading the other documents' shards.
"""

from __future__ import annotations

import gzip
import hashlib
import heapq
import io
import json
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ENDING = ".nt.gz"
#: lines that are sorted at once, and what Python needs for a line besides its bytes
HELD_BYTES = 32 * 2**20
_LINE_BYTES = 64
#: bytes that are read at once where single lines do not matter
_PART = 2**20


class DamagedShard(ValueError):
    """A shard cannot be read. ``str()`` says which and why."""


def write_sorted(lines: Iterable[bytes], path: Path) -> None:
    """Writes lines (each with its end) as a shard: sorted, each once, gzip without a clock.

    Only :data:`HELD_BYTES` of them are in memory: what is more is sorted in parts on disk and merged
    (Knuth, The Art of Computer Programming 3, 5.4). Raises OSError.
    """
    with ExitStack() as stack:
        parts: list[IO[bytes]] = []
        held: list[bytes] = []
        size = 0
        for line in lines:
            held.append(line)
            size += len(line) + _LINE_BYTES
            if size >= HELD_BYTES:
                held.sort()
                part = stack.enter_context(tempfile.TemporaryFile(dir=path.parent))
                part.writelines(held)
                part.seek(0)
                parts.append(part)
                held, size = [], 0
        held.sort()
        out = stack.enter_context(path.open("wb"))
        packed = stack.enter_context(gzip.GzipFile(filename="", fileobj=out, mode="wb", compresslevel=6, mtime=0))
        with io.BufferedWriter(packed, 2**20) as file:  # type: ignore[arg-type, type-var, unused-ignore]
            file.writelines(line for line, _ in groupby(heapq.merge(*parts, held)))


def unpack(data: bytes, name: str) -> bytes:
    """The lines of a shard. Raises DamagedShard."""
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise DamagedShard(f"{name}: {error}") from error


def read_lines(path: Path) -> list[bytes]:
    """The lines of a shard file, without their ends. Raises DamagedShard and OSError."""
    return unpack(path.read_bytes(), str(path)).splitlines()


def stream_parts(path: Path) -> Iterator[bytes]:
    """The text of a shard file in parts of whole lines. Raises DamagedShard and OSError."""
    with gzip.open(path) as file:
        try:
            while part := file.read(_PART):
                yield part + file.readline()
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise DamagedShard(f"{path}: {error}") from error


def stream_lines(path: Path) -> Iterator[bytes]:
    """The lines of a shard file one after the other, without their ends. Raises DamagedShard and OSError."""
    with gzip.open(path) as file:
        try:
            for line in file:
                yield line.rstrip(b"\n")
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise DamagedShard(f"{path}: {error}") from error


def line_hash(line: bytes) -> int:
    """64-bit hash of a line without its end."""
    return int.from_bytes(hashlib.blake2b(line, digest_size=8).digest(), "little")


def shared_hashes(shard: bytes, key: str) -> bytes:
    """Hashes of a shard's triples that do not name the document, as little-endian 64-bit numbers."""
    mark = key.encode()
    return b"".join(
        hashlib.blake2b(line, digest_size=8).digest()
        for line in unpack(shard, key).splitlines() if mark not in line
    )


def hash_set(parts: Iterable[bytes]) -> NDArray[np.uint64]:
    """The hashes of several documents, sorted; one that several have stands there several times."""
    joined = b"".join(parts)
    # np.unique would take twenty times as long for millions of them
    return np.sort(np.frombuffer(joined[:len(joined) // 8 * 8], dtype="<u8"))


def contains(hashes: NDArray[np.uint64], line: bytes) -> bool:
    """Is the line among the hashed ones? A wrong yes has a chance of one in 10 billion for 1 G lines."""
    wanted = np.uint64(line_hash(line))
    at = int(np.searchsorted(hashes, wanted))
    return at < len(hashes) and bool(hashes[at] == wanted)


def hand_over(url: str, files: Iterable[tuple[str, Path]], about: dict[str, Any]) -> tuple[int, int]:
    """Copies shards to a folder or any fsspec URL; returns how many were written and how many were there.

    ``files`` are names below the URL and local files. A name that is there with the same size is kept:
    names of documents' shards hold the hash of what they were made from. What is no longer part of the
    graph is removed, and ``manifest.json`` is written last: it lists all names. Raises OSError.
    """
    system, root = _filesystem(url)
    system.makedirs(root, exist_ok=True)
    there = {path[len(root):].lstrip("/"): int(info.get("size") or 0)
             for path, info in system.find(root, detail=True).items()}
    names, written = [], 0
    for name, path in files:
        names.append(name)
        if not name.startswith("documents/") or there.get(name) != path.stat().st_size:
            system.makedirs(f"{root}/{name}".rsplit("/", 1)[0], exist_ok=True)
            system.pipe_file(f"{root}/{name}", path.read_bytes())
            written += 1
    for name in there.keys() - set(names) - {"manifest.json"}:
        if name.endswith(ENDING):
            system.rm_file(f"{root}/{name}")
    manifest = json.dumps(about | {"files": sorted(names)}, ensure_ascii=False, indent=1) + "\n"
    system.pipe_file(f"{root}/manifest.json", manifest.encode("utf-8"))
    return written, len(names) - written


def _filesystem(url: str) -> tuple[Any, str]:
    """The file system and the path of a folder or an fsspec URL. Raises OSError with what is missing."""
    try:
        import fsspec  # type: ignore[import-untyped, unused-ignore]
    except ImportError as error:
        raise OSError(None, "fsspec is needed: pip install 'policy-kg[cluster]'", url) from error
    try:
        system, root = fsspec.core.url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise OSError(None, str(error), url) from error
    return system, root.rstrip("/")
