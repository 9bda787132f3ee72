"""Escaping for XML 1.0 files: what any text becomes, so that every reader takes it."""

from __future__ import annotations

import re

#: characters that XML 1.0 forbids even as references (section 2.2)
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: what needs work before it can stand between double quotes
SPECIAL = re.compile("[&<>\"\t\n\r]|[^\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}


def kept(text: str) -> str:
    """The text without the characters that XML forbids."""
    return _FORBIDDEN.sub("", text)


def value(text: str) -> str:
    """A quoted attribute value that reads back the same, line breaks included; forbidden characters are dropped."""
    if SPECIAL.search(text) is None:
        return f'"{text}"'
    return '"' + SPECIAL.sub(lambda m: _REFERENCES.get(m[0], ""), text) + '"'


def token(text: str) -> str:
    """A quoted attribute value with white space folded (xs:token), for labels."""
    return value(" ".join(kept(text).split()))


def identifier(text: str) -> str:
    """A quoted id: different texts stay different, so forbidden characters are written out, not dropped."""
    if SPECIAL.search(text) is None:
        return f'"{text}"'
    return value(_FORBIDDEN.sub(lambda m: f"%u{ord(m[0]):04X}", text))


def content(text: str) -> str:
    """Element content, escaped."""
    return kept(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
