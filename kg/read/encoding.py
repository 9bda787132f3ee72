"""Bytes to text: UTF-8, UTF-16 and Big5 are told apart by content."""

from __future__ import annotations

import codecs
import unicodedata

#: what text files may hold besides printable characters
_ALLOWED_CONTROLS = frozenset("\t\n\r\f\v\x1a")
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"), (b"PK\x03\x04", "ZIP / DOCX / ODT / XLSX"), (b"\xd0\xcf\x11\xe0", "old Word or Excel"),
    (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"\x1f\x8b", "gzip"), (b"{\\rtf", "RTF"),
    (b"\x7fELF", "ELF"), (b"SQLite format 3", "SQLite"),
)


class NotText(ValueError):
    """The bytes are no text of a known encoding; ``reason`` says what they look like."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def decode(data: bytes) -> tuple[str, str]:
    """The text of some bytes and the encoding's name.

    A UTF-8 byte order mark stays in the text as U+FEFF, so that offsets are those of
    a plain UTF-8 reading of the file. Raises NotText.
    """
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            raise NotText(name)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(data, "utf-16"), "utf-16"
    if data.startswith(codecs.BOM_UTF8) or b"\x00" not in data:
        try:
            return _printable(data.decode("utf-8")), "utf-8"
        except UnicodeDecodeError as error:
            broken = error.start
        try:
            return _chinese(data.decode("cp950")), "big5"
        except UnicodeDecodeError:
            raise NotText(f"byte 0x{data[broken]:02X} at {broken} is neither UTF-8 nor Big5") from None
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            return _chinese(data.decode(encoding)), encoding
        except (UnicodeDecodeError, NotText):
            continue
    raise NotText("binary data")


def _strict(data: bytes, encoding: str) -> str:
    try:
        return _printable(data.decode(encoding))
    except UnicodeDecodeError as error:
        raise NotText(f"broken {encoding.upper()} at byte {error.start}") from None


def _printable(text: str) -> str:
    """The text, if it holds hardly any control characters."""
    odd = sum(1 for c in text if unicodedata.category(c) == "Cc" and c not in _ALLOWED_CONTROLS)
    if odd > max(3, len(text) // 1000):
        raise NotText("binary data")
    return text


def _chinese(text: str) -> str:
    """The text, if most of its characters beyond ASCII are Chinese or Chinese punctuation."""
    _printable(text)
    beyond = [c for c in text if ord(c) > 0x7F]
    good = sum(1 for c in beyond if 0x3000 <= ord(c) <= 0x30FF or 0x4E00 <= ord(c) <= 0x9FFF or 0xFF00 <= ord(c) <= 0xFFEF
               or ord(c) in (0x2018, 0x2019, 0x201C, 0x201D, 0x2026, 0x2014, 0x2027, 0x25A1, 0x25A0))
    if beyond and good < 0.8 * len(beyond):
        raise NotText("an unknown encoding")
    return text
