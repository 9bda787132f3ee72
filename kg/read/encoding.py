"""Bytes to text: UTF-8, UTF-16 and Big5 are told apart by content."""

from __future__ import annotations

import codecs
import re
import unicodedata

#: what text files may hold besides printable characters
_ALLOWED_CONTROLS = frozenset("\t\n\r\f\v\x1a")
#: ideographs, their punctuation, full-width forms, and what else is printed between them
_CHINESE = re.compile("[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef‘’“”…—‧□■●○◆◎※→★☆☐☑]")
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
            return _big5(data.decode("cp950")), "big5"
        except UnicodeDecodeError:
            raise NotText(f"byte 0x{data[broken]:02X} at {broken} is neither UTF-8 nor Big5") from None
    # line ends, digits and blanks have their zero byte behind (little-endian) or before (big-endian)
    little = data[1::2].count(0) >= data[0::2].count(0)
    encoding = "utf-16-le" if little else "utf-16-be"
    try:
        return _chinese(data.decode(encoding)), encoding
    except UnicodeDecodeError:
        raise NotText("binary data") from None


def _big5(text: str) -> str:
    """The text, if it is not another encoding's bytes that happen to be valid Big5.

    Big5 holds its 5,401 frequent characters from 0xA4 to 0xC6 and the rare ones from 0xC9;
    simplified Chinese (GB 18030) read as Big5 is full of rare ones.
    """
    _chinese(text)
    leads = [c.encode("cp950")[0] for c in text if "\u4e00" <= c <= "\u9fff"]
    if sum(lead >= 0xC9 for lead in leads) > 0.2 * len(leads):
        raise NotText("an unknown encoding, perhaps GB 18030")
    return text


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
    good = sum(1 for c in beyond if _CHINESE.match(c))
    if good < 0.8 * len(beyond):
        raise NotText("an unknown encoding")
    return text
