"""The section tree of a numbered text, built from its outline markers.

A marker opens a unit if its number fits the count at its level and if it does not stand
in the middle of a sentence that was wrapped there. What a unit's first paragraph is,
a heading, a heading with running text behind a colon, or running text alone, is decided by
its length and punctuation (行政院「文書處理手冊」 gives the nesting of the markers; headings
there carry no full stop).
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from kg.text.clean import Clean, concat, joined
from kg.text.outline import RANK, Marker, marker

#: characters that end a sentence or a clause that a list may follow
STOPS = "。；;！!？?：:"
_OPEN = "「『（(《〈【["
_CLOSE = "」』）)》〉】]"
#: a heading is not longer than this (characters)
LONGEST_TITLE = 45
#: a line this much narrower than the usual full line ends its paragraph (full-width characters)
_SLACK = 3.0
#: what follows a decimal that is a quantity and no marker (7.0 億元)
_UNIT_AHEAD = re.compile(r"\s*[萬億兆千百%％元年月日週時分秒度倍成個項家件人座]")
#: what follows a number that begins a list of numbers (1、2 級)
_NUMBER_AHEAD = re.compile(r"\s*\d{1,2}\s*(?:[萬億兆%％元月日級家件人項、]|[個座]\S)")
#: the words before a colon that announce a list inside a sentence
_ANNOUNCES = re.compile(r"(?:如下|如次|下列\S{0,6}|以下\S{0,6}|包括|包含|例如|諸如|分別為|分為|即為|即|係|為|如)$")
_LEAD_IN = re.compile(r"[，,][^，,]{0,14}(?:如下|如次)$")


@dataclass(frozen=True, slots=True)
class Unit:
    """A numbered unit: ``lines`` are its own lines without the marker, up to its first child.

    ``parent`` is the index of the unit it is part of (-1: the document), ``level`` counts from 1.
    ``certain`` is False where the marker was accepted in spite of its context.
    """

    marker: Marker | None
    parent: int
    level: int
    lines: tuple[Clean, ...]
    place: Clean
    certain: bool = True

    def text(self) -> Clean:
        """Its own text, joined over line breaks."""
        return join(self.lines)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a document's lines are set: ``width`` of a full line (0: lines are not wrapped at a
    width), ``marked`` if a blank at the line's end marks the end of a paragraph."""

    width: float
    marked: bool

    def ends_paragraph(self, line: Clean) -> bool:
        """Does the paragraph end with this line?"""
        text = line.text.rstrip("\r\n")
        if self.width == 0:
            return True
        if self.marked and text.rstrip() and not text.rstrip()[-1].isascii():
            return text != text.rstrip()
        return width(text) < self.width - _SLACK

    def unfinished(self, line: Clean) -> bool:
        """Is it sure that the sentence goes on in the next line?"""
        text = line.text.rstrip("\r\n")
        if self.marked and text != text.rstrip():
            return False
        return not self.ends_paragraph(line)


# the same lines are measured many times over where columns are looked for
@functools.lru_cache(maxsize=1 << 15)
def width(text: str) -> float:
    """Width in full-width characters, without blanks beside Chinese: a half-width one counts 0.5.

    >>> width("第4期 計畫")
    4.5
    """
    return sum(
        1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in re.sub(r"\s+", "", text)
    )


def join(lines: Sequence[Clean]) -> Clean:
    """Lines joined as Chinese typesetting means them; a line break between two words stays a blank."""
    parts: list[Clean] = []
    for line in lines:
        if not len(line):
            continue
        if parts:
            parts.append(Clean("\n", (parts[-1].offsets[-1] + 1,)))
        parts.append(line)
    return joined(concat(parts)).strip()


def layout(lines: Sequence[Clean]) -> Layout:
    """How the lines (blank ones left out) are set, learned from the lines before markers and the others."""
    last: list[str] = []
    inner: list[str] = []
    for line, after in pairwise(lines):
        (last if marker(after.text) else inner).append(line.text.rstrip("\r\n"))
    if not inner:
        return Layout(0, False)
    usual = median(width(t) for t in inner)
    # wrapped text: most lines inside paragraphs are about equally wide
    wrapped = sum(abs(width(t) - usual) <= 4 for t in inner) >= 0.4 * len(inner) and (
        # and hardly any is much wider
        sum(width(t) > 1.5 * usual for t in inner) <= 0.05 * len(inner))

    def blank_share(texts: list[str]) -> float:
        chinese = [t for t in texts if t.rstrip() and not t.rstrip()[-1].isascii()]
        return sum(t != t.rstrip() for t in chinese) / len(chinese) if chinese else 0.0

    marked = len(last) >= 10 and blank_share(last) >= 0.9 and blank_share(inner) <= 0.5
    return Layout(usual if wrapped and usual >= 12 else 0, marked)


def _rank(kind: str) -> int:
    return RANK["decimal" if kind.startswith("decimal") else kind]


@dataclass(slots=True)
class _Open:
    kind: str
    ordinal: int
    parts: tuple[int, ...]
    unit: int


@dataclass(slots=True)
class _Draft:
    marker: Marker | None
    parent: int
    level: int
    lines: list[Clean]
    place: Clean
    certain: bool = True


class _Builder:
    """Reads lines one after the other and keeps the stack of open units."""

    def __init__(self, form: Layout, kinds: tuple[str, ...], nested: frozenset[tuple[str, str]]) -> None:
        self.form = form
        self.kinds = kinds
        #: (kind, kind of the unit that it stands in) that occur in the document
        self.nested = nested
        self.units: list[_Draft] = []
        self.stack: list[_Open] = []
        #: (kind, kind of a unit above it) met so far
        self.inside: set[tuple[str, str]] = set()
        self.before: Clean | None = None

    def read(self, line: Clean) -> None:
        m = marker(line.text, *self.kinds)
        opened = self._open(m, line) if m else False
        if not opened:
            if not self.units:
                self.units.append(_Draft(None, -1, 1, [], line))
            self.units[-1].lines.append(line)
        self.before = line

    def _below_heading(self, kind: str, depth: int) -> bool:
        """Does the marker stand where its kind stands elsewhere too, below a heading as wide as the line?"""
        if depth != len(self.stack) or not self.stack:
            return False
        own = "".join(line.text.strip() for line in self.units[-1].lines)
        return (kind, self.stack[-1].kind) in self.nested and titled(own)

    @staticmethod
    def _kind(m: Marker) -> str:
        return f"decimal-{len(m.parts)}" if m.kind == "decimal" else m.kind

    def _open(self, m: Marker, line: Clean) -> bool:
        kind = self._kind(m)
        depth = self._depth(kind, m)
        if depth is None:
            return False
        expected = depth < len(self.stack) and self.stack[depth].kind == kind and (
            m.ordinal == self.stack[depth].ordinal + 1)
        rest = line.text[m.end:]
        certain = True
        if self._mid_sentence():
            if _NUMBER_AHEAD.match(rest) or not (expected or self._below_heading(kind, depth)):
                return False
            certain = not expected
        if not expected and m.ordinal != 1 and self._counted_inline(m):
            return False
        if not expected and m.kind == "decimal" and _UNIT_AHEAD.match(rest):
            return False
        del self.stack[depth:]
        parent = self.stack[-1].unit if self.stack else -1
        self.inside.update((kind, above.kind) for above in self.stack)
        self.units.append(_Draft(m, parent, depth + 1, [line[m.end:]], line, certain))
        self.stack.append(_Open(kind, m.ordinal, m.parts, len(self.units) - 1))
        return True

    def _depth(self, kind: str, m: Marker) -> int | None:
        """Where in the stack the marker belongs; None if its number does not fit there."""
        for depth in range(len(self.stack) - 1, -1, -1):
            top = self.stack[depth]
            if top.kind != kind:
                continue
            if m.parts and m.parts[:-1] != top.parts[:-1]:
                break
            # the next one, one with one missing before it, the same number printed twice
            if 0 <= m.ordinal - top.ordinal <= 2 and (m.ordinal != top.ordinal or self._fresh()):
                return depth
            # a new count: of a deeper list that the kind was not seen in, or after an unnumbered heading
            return depth if m.ordinal == 1 and self._fresh() else None
        if m.ordinal != 1:
            if kind == "article" and any(u.marker and u.marker.kind == kind for u in self.units) and self._fresh():
                # a law's articles count through its chapters
                return self._new_depth(kind)
            return self._second_depth(kind, m)
        return self._decimal_depth(m) if m.parts else self._new_depth(kind)

    def _second_depth(self, kind: str, m: Marker) -> int | None:
        """A list whose first number is missing: only where lists of this kind stand elsewhere too."""
        if m.ordinal != 2 or m.parts or not self._fresh():
            return None
        depth = self._new_depth(kind)
        return depth if depth and (kind, self.stack[depth - 1].kind) in self.nested else None

    def _decimal_depth(self, m: Marker) -> int | None:
        """1.1 belongs under 1. (or is the first of its kind), 2.1 under 2. or after 1.x."""
        above = m.parts[:-1]
        for depth in range(len(self.stack) - 1, -1, -1):
            top = self.stack[depth]
            if (top.parts or (top.ordinal,)) == above and (top.parts or top.kind in ("arabic", "chapter")):
                return depth + 1
            if len(top.parts) == len(m.parts) and above[-1] - top.parts[-2] in (1, 2):
                return depth
        first = not any(u.marker and u.marker.kind in ("decimal", "arabic") for u in self.units)
        return len(self.stack) if first and set(above) == {1} and self._fresh() else None

    def _new_depth(self, kind: str) -> int:
        """The place of a kind that is not open: below all kinds that are outside of it."""
        if self.stack and kind not in ("formal", "chapter"):
            top = self.stack[-1].kind
            met = (kind, top) in self.inside or (top, kind) in self.inside
            if not met and len(self.units[-1].lines) <= 1:
                # directly below a heading: this document may nest the other way round
                return len(self.stack)
        return next((depth for depth, top in enumerate(self.stack) if self._outside(kind, top.kind)), len(self.stack))

    def _outside(self, kind: str, other: str) -> bool:
        """Is ``kind`` outside of ``other``: as met in the document, else by the style guide's order?"""
        inner, outer = (kind, other) in self.inside, (other, kind) in self.inside
        return outer if inner != outer else _rank(kind) < _rank(other)

    def nestings(self) -> Iterator[tuple[str, str]]:
        """(kind, kind of the unit it stands in) for all units."""
        for unit in self.units:
            if unit.marker is not None and unit.parent >= 0:
                above = self.units[unit.parent].marker
                if above is not None:
                    yield self._kind(unit.marker), self._kind(above)

    def _fresh(self) -> bool:
        """Did a paragraph just end?"""
        return self.before is None or not self._mid_sentence()

    def _mid_sentence(self) -> bool:
        """Was the line before full and left without a stop, or with an open bracket?"""
        if self.before is None:
            return False
        text = self.before.text.rstrip()
        if not text or text[-1] in STOPS:
            return False
        opened = sum(text.count(c) for c in _OPEN) - sum(text.count(c) for c in _CLOSE)
        if opened > 0 and self.form.unfinished(self.before):
            return True
        m = marker(text)
        if m and m.kind in ("formal", "chapter"):
            return False
        return self.form.unfinished(self.before)

    def _counted_inline(self, m: Marker) -> bool:
        """Did the open unit's running text count up to this number in its sentence ((1) …、(2) …)?"""
        if not self.units:
            return False
        own = unicodedata.normalize("NFKC", "".join(x.text for x in self.units[-1].lines))
        if m.kind.endswith("paren"):
            earlier = unicodedata.normalize("NFKC", m.text)
            inner = re.search(r"\((\S+)\)", earlier)
            return inner is not None and inner[1] != "1" and bool(re.search(r"[(](?:1|一|a|A)[)]", own))
        return False


def outline(lines: Sequence[Clean], form: Layout | None = None, kinds: tuple[str, ...] = ()) -> tuple[Unit, ...]:
    """The numbered units of a text in order; lines before the first marker become a unit without one.

    ``lines``: the text's lines, blank ones and furniture left out. ``kinds`` limits the markers
    to these kinds. A unit's parent stands before it.
    """
    form = form or layout(lines)
    nested: frozenset[tuple[str, str]] = frozenset()
    # what nests in what is learned in a first reading
    for _ in range(2):
        builder = _Builder(form, kinds, nested)
        for line in lines:
            builder.read(line)
        nested = frozenset(builder.nestings())
    return tuple(Unit(u.marker, u.parent, u.level, tuple(u.lines), u.place, u.certain) for u in builder.units)


def paragraphs(unit: Unit, form: Layout) -> Iterator[Clean]:
    """The paragraphs of a unit's own text, joined."""
    part: list[Clean] = []
    for i, line in enumerate(unit.lines):
        if not line.text.strip():
            continue
        part.append(line)
        # the first line is as wide as it stands, with its marker
        if form.ends_paragraph(unit.place if i == 0 else line):
            yield join(part)
            part = []
    if part:
        yield join(part)


def top_level(text: str, chars: str) -> Iterator[int]:
    """Positions of any of ``chars`` outside brackets and quotation marks."""
    depth = 0
    for i, c in enumerate(text):
        if c in _OPEN:
            depth += 1
        elif c in _CLOSE:
            depth = max(0, depth - 1)
        elif depth == 0 and c in chars:
            yield i


def colon(text: str) -> int | None:
    """Position of the first colon that may follow a heading; ratios, times and addresses have none."""
    for i in top_level(text, "：:︰"):
        numeric = text[i - 1:i].isdigit() and text[i + 1:i + 2].isdigit()
        if not numeric and text[i + 1:i + 3] != "//":
            return i
    return None


def titled(text: str) -> bool:
    """May the whole text be a heading: short, without a stop, no clause left open?"""
    if not 0 < len(text) <= LONGEST_TITLE or text[-1] in "，,、。；;！？!?：:":
        return False
    return not any(top_level(text, "。；;！？!?"))


def heading(unit: Unit, form: Layout) -> Clean | None:
    """The heading of a unit: its first paragraph, or what stands before a colon in it; None if it has none."""
    first = next(paragraphs(unit, form), None)
    if first is None:
        return None
    at = colon(first.text)
    if at is not None:
        head = first[:at].strip()
        if at == len(first.text) - 1:
            lead_in = _LEAD_IN.search(head.text)
            if lead_in:
                head = head[:lead_in.start()]
            elif _ANNOUNCES.search(head.text):
                return None
        elif _ANNOUNCES.search(head.text):
            return None
        return head if titled(head.text) else None
    if titled(first.text) and len(list(top_level(first.text, "，,"))) <= 3:
        return first
    return None
