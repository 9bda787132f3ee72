"""Terms as numbers: the terms of :func:`kg.link.text.terms`, one 64-bit number each, for whole texts at once.

A pair or triple of Chinese characters is written in base 20,993 (the characters of U+4E00 to U+9FFF, and
nothing for the missing third); a Latin word has the number of its 40-bit hash above them. Numbers
take a tenth of the memory of strings, are counted without a loop and are the same on every machine.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from kg.link.text import LATIN, normal

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]
#: small numbers: of terms in one graph, of items in one list
Ids = NDArray[np.int32]

_FIRST, _LAST = 0x4E00, 0x9FFF
_BASE = _LAST - _FIRST + 2
#: texts are counted together up to so many characters; a position below fits beside a term's number in 63 bits
_TOGETHER = 1 << 17
_UNITS = 19
_WORD = re.compile(LATIN)
_END = re.compile("\0")


def _word(word: str) -> int:
    return _BASE**3 + int.from_bytes(hashlib.blake2b(word.encode(), digest_size=5).digest(), "big")


def code(term: str) -> int:
    """The number of one term."""
    if not _FIRST <= ord(term[0]) <= _LAST:
        return _word(term)
    first, second, third = (*(ord(c) - _FIRST + 1 for c in term), 0)[:3]
    return (first * _BASE + second) * _BASE + third


def _points(plain: str) -> tuple[Codes, NDArray[np.bool_]]:
    """The characters of a normal text as digits, and which of them are Chinese with a Chinese one behind."""
    points = np.frombuffer(plain.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64) - (_FIRST - 1)
    inside = (points > 0) & (points < _BASE)
    return points, inside[:-1] & inside[1:]


def pairs(plain: str) -> tuple[Codes, Codes]:
    """Numbers of the pairs of Chinese characters of a normal text, and the positions where they begin."""
    points, two = _points(plain)
    at = np.flatnonzero(two)
    return (points[at] * _BASE + points[at + 1]) * _BASE, at


def _grams(plain: str) -> tuple[Codes, Codes]:
    """Numbers of the Chinese terms of a normal text, and the positions where they begin."""
    points, two = _points(plain)
    at_two, at_three = np.flatnonzero(two), np.flatnonzero(two[:-1] & two[1:])
    places = np.concatenate([at_two, at_three])
    found = (points[places] * _BASE + points[places + 1]) * _BASE
    found[len(at_two):] += points[at_three + 2]
    return found, places


def counted(text: str) -> tuple[Codes, Codes]:
    """The distinct terms of a text, sorted, and how often each occurs."""
    plain = normal(text)
    grams, _ = _grams(plain)
    words = [_word(w) for w in _WORD.findall(plain)]
    return np.unique(np.concatenate([grams, np.array(words, dtype=np.int64)]), return_counts=True)


def counted_each(texts: Sequence[str]) -> tuple[Codes, Ids, Codes]:
    """The distinct terms of each text, how often each occurs: terms (sorted), number of the text, count."""
    plain, found, at = _positions(texts)
    ends = np.array([m.start() for m in _END.finditer(plain)], dtype=np.int64)
    pairs, n = np.unique((found << _UNITS) | np.searchsorted(ends, at), return_counts=True)
    return pairs >> _UNITS, (pairs & ((1 << _UNITS) - 1)).astype(np.int32), n


def _positions(texts: Sequence[str]) -> tuple[str, Codes, Codes]:
    """Texts as one normal text, with NUL between them; numbers of their terms, and where each begins."""
    plain = normal.__wrapped__("\0".join(t.replace("\0", " ") for t in texts))
    grams, at = _grams(plain)
    words = [(_word(m[0]), m.start()) for m in _WORD.finditer(plain)]
    return (plain, np.concatenate([grams, np.array([w for w, _ in words], dtype=np.int64)]),
            np.concatenate([at, np.array([i for _, i in words], dtype=np.int64)]))


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    held: list[str] = []
    size = 0
    for text in texts:
        held.append(text)
        size += len(text) + 1
        if size >= _TOGETHER:
            yield held
            held, size = [], 0
    yield held


def count_texts(texts: Iterable[str]) -> tuple[Codes, Codes, int]:
    """In how many of the texts each term stands: terms (sorted), counts, and the number of texts."""
    # counts of growing stretches of text: only those of a like size are added up, or the time for one chunk would grow
    stack: list[tuple[Codes, Codes]] = []
    units = 0
    for chunk in _chunks(texts):
        units += len(chunk)
        plain, found, begins = _positions(chunk)
        ends = np.array([m.start() for m in _END.finditer(plain)], dtype=np.int64)
        # a term's number and its text in one number: each pair counts once
        pairs = np.sort((found << _UNITS) | np.searchsorted(ends, begins))
        once = pairs[np.diff(pairs, prepend=-1) != 0] >> _UNITS
        here, n = np.unique(once, return_counts=True)
        stack.append((here, n))
        while len(stack) > 1 and len(stack[-2][0]) < 2 * len(stack[-1][0]):
            stack.append(_added(*stack.pop(), *stack.pop()))
    while len(stack) > 1:
        stack.append(_added(*stack.pop(), *stack.pop()))
    return *stack[0], units


def _added(codes: Codes, counts: Codes, more: Codes, n: Codes) -> tuple[Codes, Codes]:
    """Two sorted counts as one."""
    both, at = np.unique(np.concatenate([codes, more]), return_inverse=True)
    return both, np.bincount(at, np.concatenate([counts, n]), len(both)).astype(np.int64)


def places(known: Codes, wanted: Codes) -> tuple[Codes, NDArray[np.bool_]]:
    """Where each wanted number stands among the known ones (sorted), and whether it stands there at all."""
    if not len(known):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=np.bool_)
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return at, known[at] == wanted


class Places:
    """Where numbers stand in a short list of distinct ones: a table of all numbers, filled for each list and emptied.

    >>> Places()(np.array([7, 3], dtype=np.int32), np.array([3, 4, 7], dtype=np.int32)).tolist()
    [1, -1, 0]
    """

    def __init__(self) -> None:
        self._at = np.empty(0, dtype=np.int32)

    def __reduce__(self) -> tuple[type[Places], tuple[()]]:
        return Places, ()

    def __call__(self, known: Ids, wanted: Ids) -> Ids:
        """The place of each wanted number among the known ones; -1 where it is not among them."""
        most = max(int(known.max(initial=-1)), int(wanted.max(initial=-1)))
        if most >= len(self._at):
            self._at = np.full(most + most // 2 + 1, -1, dtype=np.int32)
        self._at[known] = np.arange(len(known), dtype=np.int32)
        found: Ids = self._at[wanted]
        self._at[known] = -1
        return found


def spread(starts: NDArray[np.integer], sizes: NDArray[np.integer]) -> Codes:
    """The positions of several slices, one behind the other.

    >>> spread(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    before = np.cumsum(sizes) - sizes
    return np.repeat(starts - before, sizes) + np.arange(int(sizes.sum()))
