"""The lines of a plan document: furniture left out, chapters told apart, paragraphs put together again.

A plan of several years is printed with chapters 壹 to 捌 (or 第一章 …), a table of
contents with dotted leaders, and pages whose breaks fall into sentences and titles. In the
text that comes of it a page break is a run of blank lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.model import Span
from kg.text.clean import Clean, concat, joined, lines, without_tags
from kg.text.outline import Marker, marker

#: a line of the table of contents ends with dotted leaders and a page number
_CONTENTS_LINE = re.compile(r"[.．…‧·⋯]{3,}\s*\d{1,4}\s*$")
_CONTENTS_HEAD = re.compile(r"^\s*(?:目\s*[錄次]|圖\s*目\s*[錄次]|表\s*目\s*[錄次])\s*$")
_PAGE_NUMBER = re.compile(r"^\s*[-–—]?\s*\d{1,3}\s*[-–—]?\s*$")
#: a sentence or a clause ends here, so the paragraph may end too
_TERMINAL = re.compile(r"[。！？：；:;!?][」』”)）\]】]*$")
#: blank lines that only a page break leaves
PAGE_BREAK = 3
_RUNNING_HEAD_TIMES = 5
#: a heading mark of Markdown, which some converters write
_MARKDOWN = re.compile(r"^\s*#{1,6}\s+")
#: chapters of a table of contents without leaders have hardly a line each
_CONTENTS_LINES = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One line with text: ``piece`` trimmed, ``gap`` blank lines before it."""

    piece: Clean
    gap: int

    @property
    def text(self) -> str:
        """The trimmed line."""
        return self.piece.text

    @property
    def cells(self) -> list[Clean]:
        """The cells of a table row."""
        found, at = [], 0
        for part in self.piece.text.split("\t"):
            found.append(self.piece[at:at + len(part)])
            at += len(part) + 1
        return found


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter: its marker and heading (None before the first chapter) and its lines."""

    marker: Marker | None
    heading: Line | None
    lines: tuple[Line, ...]

    @property
    def title(self) -> str:
        """The heading without its number."""
        if self.heading is None or self.marker is None:
            return ""
        return joined(self.heading.piece[self.marker.end:]).text.strip()


@dataclass(frozen=True, slots=True)
class Layout:
    """A document's chapters, and the places that are furniture (contents, page numbers, running heads)."""

    chapters: tuple[Chapter, ...]
    furniture: tuple[Span, ...]


def ends_sentence(text: str) -> bool:
    """Does a paragraph that ends with this text end a sentence or clause there?"""
    return bool(_TERMINAL.search(text.rstrip("* ")))


def read_lines(text: str) -> tuple[list[Line], list[Span]]:
    """The lines that bear content, and the furniture that was left out."""
    found: list[Line] = []
    furniture: list[Span] = []
    raw = lines(text)
    heads = {t for t, n in Counter(x.text.strip() for x in raw).items()
             if n >= _RUNNING_HEAD_TIMES and 4 <= len(t) <= 40 and "\t" not in t and not re.search(r"[：:。]", t)
             and marker(t) is None}
    gap = 0
    for line in raw:
        piece = line if "\t" in line.text else line.remove(_MARKDOWN).strip()
        bare = piece.text.strip()
        if not bare:
            gap += 1
        elif _CONTENTS_LINE.search(bare) or _CONTENTS_HEAD.match(bare):
            furniture.append(piece.whole())
        elif _PAGE_NUMBER.match(bare) or bare in heads:
            furniture.append(piece.whole())
            gap = max(gap, PAGE_BREAK)
        else:
            found.append(Line(piece, gap))
            gap = 0
    return found, furniture


def layout(text: str) -> Layout:
    """Chapters of a document: lines numbered 壹、貳、… or 第一章 in unbroken order, short and untabbed."""
    content, furniture = read_lines(text)
    starts: list[tuple[int, Marker]] = []
    for i, line in enumerate(content):
        m = marker(line.text, "formal", "chapter")
        if m is None or "\t" in line.text or len(line.text) > 50 or line.text.endswith("。"):
            continue
        if m.ordinal == 1 and starts and i - starts[0][0] < _CONTENTS_LINES * len(starts):
            # what came before was a table of contents without dotted leaders
            starts = []
        if m.ordinal == len(starts) + 1:
            starts.append((i, m))
    starts = starts or _plain_chapters(content)
    chapters = [Chapter(None, None, tuple(content[: starts[0][0] if starts else len(content)]))]
    for n, (i, m) in enumerate(starts):
        end = starts[n + 1][0] if n + 1 < len(starts) else len(content)
        chapters.append(Chapter(m, content[i], tuple(content[i + 1:end])))
    return Layout(tuple(chapters), tuple(furniture))


def _plain_chapters(content: Sequence[Line]) -> list[tuple[int, Marker]]:
    """Chapters numbered 一、二、…, if the document numbers nothing else so; at least three."""
    found = [(i, m) for i, line in enumerate(content)
             if "\t" not in line.text and len(line.text) <= 30 and not ends_sentence(line.text)
             and (m := marker(line.text, "chinese")) is not None]
    whole = len(found) >= 3 and [m.ordinal for _, m in found] == list(range(1, len(found) + 1))
    return found if whole else []


def paragraphs(content: Iterable[Line]) -> list[Clean]:
    """Paragraphs of running text, joined over line and page breaks.

    A line goes on with the one before unless that ended a sentence or the line bears a number.
    A paragraph that is printed twice running (a page scanned twice) comes once.
    """
    found: list[list[Clean]] = []
    for line in content:
        if found and not ends_sentence(found[-1][-1].text) and marker(line.text) is None:
            found[-1].append(line.piece)
        else:
            found.append([line.piece])
    out: list[Clean] = []
    for parts in found:
        whole = join(parts)
        if whole.text and (not out or out[-1].text != whole.text):
            out.append(whole)
    return out


def join(parts: Sequence[Clean]) -> Clean:
    """Pieces of one sentence or title, joined as Chinese typesetting means them, tags dropped."""
    spaced: list[Clean] = []
    for part in parts:
        if spaced and spaced[-1].text and part.text:
            # a break between two Latin words is a blank; joined() drops it beside Chinese
            spaced.append(Clean("\n", (spaced[-1].offsets[-1],)))
        spaced.append(part)
    return joined(without_tags(concat(spaced)))
