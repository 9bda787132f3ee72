"""Files to documents: what is on disk, what it is, and what is wrong with it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.ids import document_key
from kg.model import Document
from kg.read.encoding import NotText, decode
from kg.read.tables import BrokenTable, is_xml, sheets
from kg.read.xlsx import is_xlsx, xlsx_text

#: larger files are refused; a policy document of 64 MiB of text does not exist
MAX_BYTES = 64 * 1024 * 1024
#: file endings that are read; others in a folder are left out and counted
TEXT_ENDINGS = frozenset({".txt", ".text", ".md", ".csv", ".tsv", ".xml", ".xlsx"})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ReadError(Exception):
    """A file cannot be read. ``str()`` is one sentence: what, where, what to do."""


def discover(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Files to read, and files of folders that are left out because of their ending.

    A path that is named is always read; a folder gives its text files, at any depth, in
    the order of their names, hidden ones left out. What does not exist or cannot be opened
    is among the files to read, so that :func:`read` says so and the others are still read.
    """
    found: dict[Path, None] = {}
    left_out: list[Path] = []
    for path in paths:
        if os.path.isdir(path):
            for file in _walk(path):
                if file.suffix.lower() in TEXT_ENDINGS:
                    found[file] = None
                else:
                    left_out.append(file)
        else:
            found[path] = None
    return list(found), left_out


def _walk(folder: Path) -> Iterator[Path]:
    """The files of a folder; a folder that cannot be opened stands for itself."""
    closed: list[Path] = []
    for root, folders, files in os.walk(folder, onerror=lambda error: closed.append(Path(error.filename))):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield Path(root) / name
    yield from closed


def read(path: Path, max_bytes: int = MAX_BYTES) -> Document:
    """One file as a document; raises ReadError with a sentence for people."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            os.listdir(path)  # says why, where the folder cannot be opened
        if not stat.S_ISREG(status.st_mode):
            raise ReadError(f"{path}：不是一般檔案，已略過 (not a regular file; left out)")
        if status.st_size > max_bytes:
            raise ReadError(
                f"{path}：檔案有 {status.st_size / 2**20:,.1f} MiB，超過上限 {max_bytes / 2**20:,.1f} MiB，"
                "請分割後再讀，或調高 --max-mb (too large; split it, or raise --max-mb)"
            )
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ReadError(
            f"{path}：沒有這個檔案或資料夾，請檢查路徑 (no such file or folder; check the path)"
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a path that no file can have
        reason = getattr(error, "strerror", None) or error
        raise ReadError(
            f"{path}：無法讀取，請檢查路徑與權限 (cannot be read: {reason}; check the path and its permissions)"
        ) from error
    media_type = "text/plain"
    try:
        if is_xlsx(data):
            text, encoding, media_type = xlsx_text(data), "utf-8", XLSX
        else:
            text, encoding = decode(data)
            if is_xml(text):
                media_type = "application/xml"
                if path.suffix.lower() == ".xml":
                    sheets(text)  # says where it is broken
    except BrokenTable as error:
        raise ReadError(
            f"{path}：表格檔已損壞，請重新下載或另存新檔 (the table cannot be read: {error}; download or save it again)"
        ) from error
    except NotText as error:
        raise ReadError(
            f"{path}：不是可讀的文字檔（{error.reason}），請另存為 UTF-8 純文字 "
            f"(not readable as text: {error.reason}; save it as UTF-8 plain text)"
        ) from error
    if not text.replace("\ufeff", "").strip():
        raise ReadError(f"{path}：檔案是空的，沒有可讀的文字 (the file is empty; nothing to read)")
    sha256 = hashlib.sha256(data).hexdigest()
    return Document(document_key(sha256), path.name, sha256, text, media_type, encoding)
