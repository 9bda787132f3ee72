"""Files to documents: what is on disk, what it is, and what is wrong with it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.ids import document_key
from kg.model import Document
from kg.read.archive import holder, is_archive, labels, member
from kg.read.docx import docx_text
from kg.read.encoding import NotText, decode
from kg.read.html import html_text, is_html
from kg.read.markdown import markdown_text
from kg.read.odt import odt_text
from kg.read.package import Unreadable, is_zip, kind
from kg.read.tables import BrokenTable, is_xml, sheets
from kg.read.xlsx import is_xlsx, xlsx_text

#: larger files are refused; a policy document of 64 MiB of text does not exist
MAX_BYTES = 64 * 1024 * 1024
#: file endings that are read; others in a folder or an archive are left out and counted
TEXT_ENDINGS = frozenset({".txt", ".text", ".md", ".csv", ".tsv", ".xml", ".xlsx", ".html", ".htm", ".xhtml",
                          ".docx", ".odt", ".pdf", ".zip"})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
#: pages without text that are named; of more the number alone is given
_NAMED_PAGES = 12


class ReadError(Exception):
    """A file cannot be read. ``str()`` is one sentence: what, where, what to do."""


def discover(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Files to read, and files of folders that are left out because of their ending.

    A path that is named is always read; a folder gives its text files, at any depth, in
    the order of their names, hidden ones left out; a ZIP archive gives its documents likewise, as
    paths that lead into it. What does not exist or cannot be opened
    is among the files to read, so that :func:`read` says so and the others are still read.
    """
    found: dict[Path, None] = {}
    left_out: list[Path] = []
    for path in paths:
        if os.path.isdir(path):
            for file in _walk(path):
                if file.suffix.lower() in TEXT_ENDINGS:
                    found |= dict.fromkeys(_documents(file, left_out))
                else:
                    left_out.append(file)
        else:
            found |= dict.fromkeys(_documents(path, left_out))
    return list(found), left_out


def _documents(path: Path, left_out: list[Path]) -> list[Path]:
    """The file itself, or the documents of an archive; an archive that cannot be opened stands for itself."""
    if not is_archive(path):
        return [path]
    try:
        members = [path / label for label in labels(path.read_bytes())]
    except (OSError, Unreadable):
        return [path]
    left_out += [m for m in members if m.suffix.lower() not in TEXT_ENDINGS]
    return [m for m in members if m.suffix.lower() in TEXT_ENDINGS] or [path]


def _walk(folder: Path) -> Iterator[Path]:
    """The files of a folder; a folder that cannot be opened stands for itself."""
    closed: list[Path] = []
    for root, folders, files in os.walk(folder, onerror=lambda error: closed.append(Path(error.filename))):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield Path(root) / name
    yield from closed


def name_of(path: Path) -> str:
    """A file's name as documents show it; that of an archive's document has the archive's name in front."""
    inside = holder(path)
    return f"{inside[0].name}/{inside[1]}" if inside else path.name


def content_of(path: Path, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of a file or of a document of a ZIP archive; raises ReadError with a sentence for people."""
    inside = holder(path)
    if inside is None:
        return _bytes(path, max_bytes)
    try:
        data = member(_bytes(inside[0], max_bytes), inside[1])
    except Unreadable as error:
        raise ReadError(f"{path}：{error}") from error
    if len(data) > max_bytes:
        raise ReadError(_too_large(path, len(data), max_bytes))
    return data


def read(path: Path, max_bytes: int = MAX_BYTES) -> Document:
    """One file, or one document of a ZIP archive, as a document; raises ReadError with a sentence for people."""
    data = content_of(path, max_bytes)
    try:
        text, encoding, media_type, notes = _drawn(data, path.suffix.lower(), holder(path) is not None)
    except Unreadable as error:
        raise ReadError(f"{path}：{error}") from error
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
    return Document(document_key(sha256), name_of(path), sha256, text, media_type, encoding, notes)


def _drawn(data: bytes, ending: str, in_archive: bool) -> tuple[str, str, str, tuple[str, ...]]:
    """Text, encoding, media type and notes. Raises Unreadable, BrokenTable, NotText.

    What a file is, its content says; only Markdown, and HTML without a head, are known by the file's ending.
    """
    if is_xlsx(data):
        return xlsx_text(data), "utf-8", XLSX, ()
    if b"%PDF-" in data[:1024]:  # other bytes may stand before it (ISO 32000-1, annex H, note 13)
        from kg.read.pdf import pdf_text  # its library is loaded where there is a PDF

        text, empty, pages = pdf_text(data)
        return text, "utf-8", "application/pdf", _empty_pages(empty, pages)
    if is_zip(data):
        packed = kind(data)
        if packed == "zip":
            raise _archive(data, in_archive)
        return (docx_text(data), "utf-8", DOCX, ()) if packed == "docx" else (odt_text(data), "utf-8", ODT, ())
    text, encoding = decode(data)
    if is_html(text) or ending in (".html", ".htm", ".xhtml"):
        return html_text(text), encoding, "text/html", ()
    if is_xml(text):
        if ending == ".xml":
            sheets(text)  # says where it is broken
        return text, encoding, "application/xml", ()
    if ending == ".md":
        return markdown_text(text), encoding, "text/markdown", ()
    return text, encoding, "text/plain", ()


def _archive(data: bytes, in_archive: bool) -> Unreadable:
    """Why an archive is not read as a document."""
    if in_archive:
        return Unreadable("壓縮檔裡的壓縮檔不予讀取，請先解開",
                          "an archive inside an archive is not read; unpack it first")
    try:
        labels(data)
    except Unreadable as error:
        return error
    return Unreadable("壓縮檔裡沒有可讀的文件，請檢查內容", "the archive holds no document that can be read; check it")


def _empty_pages(empty: list[int], pages: int) -> tuple[str, ...]:
    if not empty:
        return ()
    named = "、".join(map(str, empty[:_NAMED_PAGES])) + ("…" if len(empty) > _NAMED_PAGES else "")
    return (f"{pages} 頁中有 {len(empty)} 頁沒有文字層，未讀（第 {named} 頁），如為掃描頁請先以 OCR 處理 "
            f"({len(empty)} of {pages} pages have no text and were not read; if they are scanned, run OCR first)",)


def _too_large(path: Path, size: int, max_bytes: int) -> str:
    return (f"{path}：檔案有 {size / 2**20:,.1f} MiB，超過上限 {max_bytes / 2**20:,.1f} MiB，"
            "請分割後再讀，或調高 --max-mb (too large; split it, or raise --max-mb)")


def _bytes(path: Path, max_bytes: int) -> bytes:
    """A file's bytes. Raises ReadError."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            os.listdir(path)  # says why, where the folder cannot be opened
        if not stat.S_ISREG(status.st_mode):
            raise ReadError(f"{path}：不是一般檔案，已略過 (not a regular file; left out)")
        if status.st_size > max_bytes:
            raise ReadError(_too_large(path, status.st_size, max_bytes))
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ReadError(
            f"{path}：沒有這個檔案或資料夾，請檢查路徑 (no such file or folder; check the path)"
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a path that no file can have
        reason = getattr(error, "strerror", None) or error
        raise ReadError(
            f"{path}：無法讀取，請檢查路徑與權限 (cannot be read: {reason}; check the path and its permissions)"
        ) from error
