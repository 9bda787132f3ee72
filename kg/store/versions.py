"""Versions of the graph on disk.

::

    STORE/CURRENT              name of the version that is served; replaced atomically
    STORE/versions/v000007/    graph/ (Oxigraph), report.json
    STORE/shards/              one gzip N-Triples file and one report per document and rule set
    STORE/texts/               the text that evidence points into, per document
    STORE/LOCK                 held by a build

A build writes a version of its own under a hidden name and renames it when it is whole;
a build that is killed at any moment leaves the served version as it was, and the next
build clears the remains away.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

#: how many versions stay on disk, the served one included: readers may still hold an older one
KEEP = 3
_NAME = re.compile(r"v\d{6}|v[1-9]\d{6,}", re.ASCII)


class StoreError(Exception):
    """The store cannot be used. ``str()`` is one sentence: what, where, what to do."""


@dataclass(frozen=True, slots=True)
class Version:
    """A published version of the graph."""

    name: str
    path: Path

    @property
    def graph(self) -> Path:
        """The folder of the Oxigraph store."""
        return self.path / "graph"

    def report(self) -> dict[str, Any]:
        """The build's report. Raises StoreError where it cannot be read."""
        try:
            found: dict[str, Any] = json.loads((self.path / "report.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise StoreError(
                f"{self.path}：report.json 讀不出來，請重新 kg build (cannot be read: {error}; build again)"
            ) from error
        return found


class VersionedStore:
    """A store folder with its versions."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self.versions = self.folder / "versions"
        self.shards = self.folder / "shards"
        self.texts = self.folder / "texts"

    def current(self) -> Version | None:
        """The version that is served; None where nothing was built yet.

        Raises StoreError where the pointer names a version that is not there.
        """
        try:
            name = (self.folder / "CURRENT").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(
                f"{self.folder}：CURRENT 讀不出來，請重新 kg build (cannot be read: {error}; build again)"
            ) from error
        version = Version(name, self.versions / name)
        if not _NAME.fullmatch(name) or not version.graph.is_dir():
            raise StoreError(
                f"{self.folder}：CURRENT 指向不存在的版本 {name[:40]!r}，請重新 kg build "
                "(it names a version that is not there; build again)"
            )
        return version

    def require(self) -> Version:
        """The served version; raises StoreError where there is none."""
        version = self.current()
        if version is None:
            raise StoreError(
                f"{self.folder}：這裡還沒有知識圖譜，請先執行 kg build 文件… --store {self.folder} "
                "(no graph here yet; run kg build first)"
            )
        return version

    def open(self, version: Version | None = None) -> ox.Store:
        """The graph of a version (the served one), read-only. Raises StoreError."""
        version = version or self.require()
        try:
            return ox.Store.read_only(str(version.graph))
        except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: damaged files
            raise StoreError(
                f"{version.path}：資料庫打不開，請重新 kg build (cannot be opened: {error}; build again)"
            ) from error

    def text(self, document_key: str) -> str:
        """The text that a document's evidence points into. Raises StoreError."""
        path = self.texts / f"{document_key}.txt"
        try:
            return path.read_bytes().decode("utf-8", "surrogatepass")
        except OSError as error:
            raise StoreError(
                f"{path}：找不到文件原文，請重新 kg build (the document's text is missing; build again)"
            ) from error

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Held by one build at a time; raises StoreError where another one is running."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            file = (self.folder / "LOCK").open("w")
        except OSError as error:
            raise StoreError(
                f"{self.folder}：無法寫入，請檢查路徑與權限 "
                f"(cannot be written: {error.strerror}; check the path and its permissions)"
            ) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StoreError(
                    f"{self.folder}：另一個 kg build 正在進行，請稍候 (another build is running here; wait for it)"
                ) from None
            self.clear()
            yield

    def clear(self) -> None:
        """Removes what killed or given-up builds left behind. Only under the lock."""
        for folder in (self.versions, self.shards, self.texts):
            folder.mkdir(exist_ok=True)
            for path in folder.glob(".new-*"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def prepare(self) -> Path:
        """An empty hidden folder for a new version. Only under the lock."""
        path = self.versions / f".new-{os.getpid()}"
        path.mkdir()
        return path

    def publish(self, prepared: Path) -> Version:
        """Gives a finished folder its name and makes it the served version. Only under the lock.

        The pointer is written last, with fsync, by rename: a reader sees the old version
        or the new one, never anything between.
        """
        gc.collect()  # the writer's handle must be closed before readers come
        name = f"v{max(self._numbers(), default=0) + 1:06d}"
        version = Version(name, self.versions / name)
        _sync_tree(prepared)
        prepared.rename(version.path)
        _sync(self.versions)
        pointer = self.folder / ".CURRENT.new"
        with pointer.open("w", encoding="ascii") as file:
            file.write(version.name + "\n")
            file.flush()
            os.fsync(file.fileno())
        pointer.replace(self.folder / "CURRENT")
        _sync(self.folder)
        for number in sorted(self._numbers())[:-KEEP]:
            shutil.rmtree(self.versions / f"v{number:06d}")
        return version

    def _numbers(self) -> list[int]:
        """The numbers of the versions on disk, also of one whose build was killed before the switch."""
        return [int(p.name[1:]) for p in self.versions.iterdir() if _NAME.fullmatch(p.name)]

    def write(self, folder: Path, name: str, data: bytes) -> None:
        """A whole file or none: written under a hidden name, then renamed."""
        hidden = folder / f".new-{os.getpid()}-{name}"
        hidden.write_bytes(data)
        hidden.replace(folder / name)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        _sync(path)
    _sync(folder)
