"""Files to documents: what is on disk, what it is, and what is wrong with it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.ids import document_key
from kg.model import Document
from kg.read.encoding import NotText, decode

#: larger files are refused; a policy document of 64 MiB of text does not exist
MAX_BYTES = 64 * 1024 * 1024
#: file endings that are read; others in a folder are left out and counted
TEXT_ENDINGS = frozenset({".txt", ".text", ".md"})


class ReadError(Exception):
    """A file cannot be read. ``str()`` is one sentence: what, where, what to do."""


def discover(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Files to read, and files of folders that are left out because of their ending.

    A path that is named is always read; a folder gives its text files, at any depth, in
    the order of their names, hidden ones left out. Raises ReadError for a path that does
    not exist.
    """
    found: dict[Path, None] = {}
    left_out: list[Path] = []
    for path in paths:
        if path.is_dir():
            for file in _walk(path):
                if file.suffix.lower() in TEXT_ENDINGS:
                    found[file] = None
                else:
                    left_out.append(file)
        elif path.exists():
            found[path] = None
        else:
            raise ReadError(f"{path}：沒有這個檔案或資料夾，請檢查路徑 (no such file or folder; check the path)")
    return list(found), left_out


def _walk(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise ReadError(f"{error.filename}：無法開啟資料夾 (cannot open the folder: {error.strerror})")

    for root, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield Path(root) / name


def read(path: Path, max_bytes: int = MAX_BYTES) -> Document:
    """One file as a document; raises ReadError with a sentence for people."""
    try:
        if not path.is_file():
            raise ReadError(f"{path.name}：不是一般檔案，已略過 (not a regular file; left out)")
        size = path.stat().st_size
        if size > max_bytes:
            raise ReadError(
                f"{path.name}：檔案有 {size / 2**20:,.0f} MiB，超過上限 {max_bytes / 2**20:,.0f} MiB，請分割後再讀 "
                f"(too large; split it, or raise --max-mb)"
            )
        data = path.read_bytes()
    except OSError as error:
        raise ReadError(
            f"{path.name}：無法讀取，請檢查權限 (cannot be read: {error.strerror or error}; check its permissions)"
        ) from error
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise ReadError(f"{path.name}：檔案是空的 (the file is empty; nothing to read)")
    try:
        text, encoding = decode(data)
    except NotText as error:
        raise ReadError(
            f"{path.name}：不是可讀的文字檔（{error.reason}），請另存為 UTF-8 純文字 "
            f"(not readable as text: {error.reason}; save it as UTF-8 plain text)"
        ) from error
    sha256 = hashlib.sha256(data).hexdigest()
    return Document(document_key(sha256), path.name, sha256, text, "text/plain", encoding)
