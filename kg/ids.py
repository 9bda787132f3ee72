"""IRIs made from canonical keys: the same thing gets the same IRI on every machine.

A key is a name in canonical form (see :func:`key`) or, for things that exist in one
document only, the document's id and a path inside it, joined by ``/``.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import quote

from kg.names import BASE, CLASSES, ID

_CJK = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_SPACE_BY_CJK = re.compile(rf"(?<=[{_CJK}])\s+|\s+(?=[{_CJK}])")
#: what does not stand in a path segment as it is: all but ASCII unreserved characters, some punctuation
#: and what RFC 3987 allows beyond ASCII
_ESCAPED = re.compile(
    "[^A-Za-z0-9_.~()+=,:;@!*'\\-"
    "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U0001fffd\U00020000-\U0002fffd\U00030000-\U0003fffd]+"
)
#: names that are in canonical form as they are: unified ideographs but 台, letters and figures
_CANONICAL = re.compile("[\u4e00-\u53ef\u53f1-\u9fffA-Za-z0-9]*")
_DROPPED = str.maketrans(dict.fromkeys("「」『』《》〈〉“”\"\u200b\ufeff") | {"台": "臺"})


def key(name: str) -> str:
    """Canonical form of a name: NFKC, 台 as 臺, quotation marks and blanks beside Chinese dropped.

    >>> key("台灣 電力公司")
    '臺灣電力公司'
    >>> key("「AI  新十大建設」")
    'AI新十大建設'
    >>> key("Open  RAN")
    'Open RAN'
    """
    if _CANONICAL.fullmatch(name):
        return name
    text = unicodedata.normalize("NFKC", name).translate(_DROPPED)
    text = _SPACE_BY_CJK.sub("", text)
    # what was dropped may have kept a letter and its accent apart
    return unicodedata.normalize("NFKC", re.sub(r"\s+", " ", text).strip())


def segment(text: str) -> str:
    """One IRI path segment: Chinese stays readable, everything reserved is percent-encoded.

    >>> segment("5G/6G 計畫")
    '5G%2F6G_計畫'
    """
    return _ESCAPED.sub(lambda found: quote(found[0], safe=""), text.replace(" ", "_"))


def iri(cls: str, *parts: str) -> str:
    """The IRI of a thing of class ``cls`` ("pol:Measure") from its key parts.

    >>> iri("pol:Ministry", "經濟部")
    'https://w3id.org/policy-kg/id/body/經濟部'
    """
    return ID + CLASSES[cls] + "/" + "/".join(segment(p) for p in parts)


def named(cls: str, name: str) -> str:
    """The IRI of a named thing (body, regulation, program, industry): its key is its name.

    Raises ValueError for a name that is empty after normalisation.
    """
    k = key(name)
    if not k:
        raise ValueError(f"a {cls} needs a name, got {name!r}")
    return iri(cls, k)


def concept(scheme: str, label: str) -> str:
    """The IRI of a concept of one of the program's own schemes ("adoption-status", "已參採")."""
    return f"{ID}{segment(scheme)}/{segment(key(label))}"


def digest(*parts: str) -> str:
    """A short stable hash (80 bits, hexadecimal) of some strings."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8")).hexdigest()[:20]


def document_key(sha256: str) -> str:
    """A document's id: the first 16 hexadecimal digits of its bytes' SHA-256."""
    return sha256[:16]


def is_local(iri_: str) -> bool:
    """Is it one of the graph's own IRIs?"""
    return iri_.startswith(BASE)
