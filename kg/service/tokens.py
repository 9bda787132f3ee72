"""A SPARQL text's tokens with their places: read once for each query, for the guard, the checks and the estimates.

The lexical rules are those of SPARQL 1.1, section 19.8.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

_ESCAPE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_PLX = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
TOKEN = re.compile(
    rf"""
      (?P<space>\s+)
    | (?P<comment>\#[^\r\n]*)
    | (?P<iri><(?:[^\x00-\x20<>"{{}}|^`\\]|{_ESCAPE})*>)
    | (?P<string>\"\"\"(?:(?:\"|\"\")?(?:[^"\\]|\\.))*\"\"\"|'''(?:(?:'|'')?(?:[^'\\]|\\.))*'''
        |"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
    | (?P<variable>[?$]\w+)
    | (?P<blank>_:\w(?:[\w\-.]*[\w\-])?)
    | (?P<prefixed>(?:[^\W\d_](?:[\w\-.]*[\w\-])?)?:
        (?:(?:[\w:]|{_PLX})(?:(?:[\w\-.:]|{_PLX})*(?:[\w\-:]|{_PLX}))?)?)
    | (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<word>[^\W\d]\w*)
    | (?P<other>.)
    """,
    re.X | re.S,
)
_SKIPPED = frozenset({"space", "comment"})
#: texts longer than this are read anew each time: what is kept of them would fill the memory
KEPT_LENGTH = 20_000


class Token(NamedTuple):
    """A word, name, literal or sign with its place in the text. A tuple: a query has many, read for every request."""

    kind: str
    text: str
    start: int
    #: a bare word in upper case; empty for anything else
    word: str = ""

    @property
    def end(self) -> int:
        """The offset after it."""
        return self.start + len(self.text)

    @property
    def name(self) -> str:
        """A variable's name; empty for anything else."""
        return self.text[1:] if self.kind == "variable" else ""

    @property
    def prefix(self) -> str:
        """What stands before a prefixed name's colon; empty for anything else."""
        return self.text.partition(":")[0] if self.kind == "prefixed" else ""


def tokens(text: str) -> tuple[Token, ...]:
    """The text's tokens without white space and comments."""
    return _kept(text) if len(text) <= KEPT_LENGTH else _read(text)


def _read(text: str) -> tuple[Token, ...]:
    new = tuple.__new__
    found = []
    for m in TOKEN.finditer(text):
        kind = m.lastgroup
        if kind not in _SKIPPED:
            part = m[0]
            found.append(new(Token, (kind, part, m.start(), part.upper() if kind == "word" else "")))
    return tuple(found)


_kept = functools.lru_cache(256)(_read)


def place(text: str, at: int) -> tuple[int, int]:
    """Line and column (both from 1) of an offset."""
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1
