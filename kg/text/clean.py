"""Cleaned text that remembers where each character came from.

Matching runs on cleaned text (lines joined, blanks dropped, tags stripped, full-width
digits folded); evidence must point into the original. A :class:`Clean` carries for each
of its characters the offset of the original character.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain

from kg.model import Span

_ASCII_WORD = re.compile(r"[!-~]")
_GAP = re.compile(r"[\s\u200b\ufeff]+")


@dataclass(frozen=True, slots=True)
class Clean:
    """``text[i]`` stood at ``offsets[i]`` in the original; both have the same length."""

    text: str
    offsets: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.text)

    def __getitem__(self, part: slice) -> Clean:
        return Clean(self.text[part], self.offsets[part])

    def span(self, start: int, end: int) -> Span:
        """Original span of ``text[start:end]``; the stretch must not be empty (ValueError)."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"no characters at {start}:{end} of {len(self.text)}")
        return Span(self.offsets[start], self.offsets[end - 1] + 1)

    def whole(self) -> Span:
        """Original span of everything."""
        return self.span(0, len(self.text))

    def strip(self, chars: str | None = None) -> Clean:
        """Without leading and trailing blanks (or the characters given)."""
        left = len(self.text) - len(self.text.lstrip(chars))
        right = len(self.text.rstrip(chars))
        return self[left:max(left, right)]

    def remove(self, pattern: re.Pattern[str]) -> Clean:
        """Without what the pattern matches."""
        kept: list[slice] = []
        at = 0
        for m in pattern.finditer(self.text):
            kept.append(slice(at, m.start()))
            at = m.end()
        if not kept:
            return self
        kept.append(slice(at, len(self.text)))
        return concat(self[part] for part in kept)


def raw(text: str, start: int = 0, end: int | None = None) -> Clean:
    """The original characters of ``text[start:end]``, unchanged."""
    end = len(text) if end is None else end
    return Clean(text[start:end], tuple(range(start, end)))


def concat(parts: Iterable[Clean]) -> Clean:
    """Several pieces one after the other."""
    pieces = list(parts)
    return Clean("".join([p.text for p in pieces]), tuple(chain.from_iterable([p.offsets for p in pieces])))


def joined(piece: Clean) -> Clean:
    """Line breaks and blanks removed as Chinese typesetting means them.

    A run of white space is dropped, except between two ASCII characters, where it
    becomes one blank (``5G Open\\n RAN``); a blank inside a number (``1, 306``) goes too.

    >>> joined(raw("推動「 AI\\n工具」 Open\\n RAN")).text
    '推動「AI工具」Open RAN'
    """
    text, offsets = piece.text, piece.offsets
    parts: list[str] = []
    places: list[tuple[int, ...]] = []
    at = 0
    #: the last character written before the stretch that begins at ``at``
    tail = ""
    for m in _GAP.finditer(text):
        start, end = m.span()
        parts.append(text[at:start])
        places.append(offsets[at:start])
        at = end
        if start == 0 or end == len(text):
            continue
        before, second = text[start - 1], parts[-1][-2] if len(parts[-1]) > 1 else tail
        tail = before
        number = before in ",." and text[end].isdigit() and second.isdigit()
        if not number and _ASCII_WORD.match(before) and _ASCII_WORD.match(text[end]):
            parts.append(" ")
            places.append((offsets[start],))
            tail = " "
    if not parts:
        return piece
    parts.append(text[at:])
    places.append(offsets[at:])
    return Clean("".join(parts), tuple(chain.from_iterable(places)))


def mapped(piece: Clean, fold: Callable[[str], str]) -> Clean:
    """Each character folded by ``fold``; one that becomes several keeps one offset for all."""
    out: list[str] = []
    offsets: list[int] = []
    for char, offset in zip(piece.text, piece.offsets, strict=True):
        folded = fold(char)
        out.append(folded)
        offsets.extend([offset] * len(folded))
    return Clean("".join(out), tuple(offsets))


def nfkc(piece: Clean) -> Clean:
    """Compatibility forms folded (full-width digits, parenthesised figures), offsets kept."""
    return mapped(piece, lambda c: unicodedata.normalize("NFKC", c))


_TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>", re.S)


def without_tags(piece: Clean) -> Clean:
    """HTML tags that leaked into text are removed."""
    return piece.remove(_TAG)


#: layout shows in tens of blanks; patterns that try each blank as a beginning must not meet thousands
_BLANKS = re.compile(r"(?<=[^\S\r\n]{100})[^\S\r\n]+")


def lines(text: str) -> list[Clean]:
    """The lines of a text without their line ends, offsets kept; of a run of blanks the first hundred."""
    return list(_lines(text))


# each genre's recogniser and then the extractor ask for the lines of the same text
@functools.lru_cache(maxsize=1)
def _lines(text: str) -> tuple[Clean, ...]:
    found = []
    at = 0
    for line in text.split("\n"):
        body = line[:-1] if line.endswith("\r") else line
        whole = raw(text, at, at + len(body))
        found.append(whole.remove(_BLANKS) if len(body) > 100 and _BLANKS.search(body) else whole)
        at += len(line) + 1
    return tuple(found)
