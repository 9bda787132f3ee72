"""HTML that leaked into a table's cells, read as paragraphs, list items and cells.

End tags of lists are often missing, so a list ends at the next paragraph, box or cell; an
item that stands right before the next list is the heading of that list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from kg.text.clean import Clean, joined

_TAG = re.compile(r"<!--.*?-->|<(/?)([A-Za-z][A-Za-z0-9]*)[^<>]*>", re.S)
BULLETS = "■•●◆▪◎○➢✓▶►▲※‧·＊"
_BULLET = re.compile(rf"(?:^|(?<=\s))([{BULLETS}])\s*|(?<=[^\s])([■•●◆➢▶►])\s*")
_NUMBERED = re.compile(r"(?:^|(?<=\s))(\d{1,2})[.、]?\s+(?=[\u4e00-\u9fffA-Za-z])")
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or a list item; ``cell`` is (table, row, column) inside a leaked table."""

    text: Clean
    is_item: bool
    bullet: str = ""
    cell: tuple[int, int, int] | None = None
    #: is it followed at once by a list (inside its own list)?
    opens_list: bool = False


def blocks(piece: Clean) -> list[Block]:
    """The blocks of a cell in order, texts joined; tags are left out."""
    found: list[Block] = []
    in_list = False
    table = row = column = -1
    at = 0
    for m in [*_TAG.finditer(piece.text), None]:
        text = piece[at:m.start() if m else len(piece.text)]
        cell = (table, row, column) if column >= 0 else None
        if text.text.strip():
            found.extend(_split(text, in_list, cell))
        if m is None:
            break
        at = m.end()
        tag, closing = (m[2] or "").lower(), m[1] == "/"
        if tag in ("ul", "ol"):
            if not closing and in_list and found and found[-1].is_item:
                found[-1] = replace(found[-1], opens_list=True)
            in_list = not closing
        elif tag in ("p", "div", "table", "td", "th", "tr"):
            in_list = False
        if tag == "li" and not closing:
            in_list = True
        if tag == "table":
            table, row, column = (table + 1, -1, -1) if not closing else (table, -1, -1)
        elif tag == "tr" and not closing:
            row, column = row + 1, -1
        elif tag in ("td", "th") and not closing:
            column += 1
    return found


def _split(text: Clean, in_list: bool, cell: tuple[int, int, int] | None) -> list[Block]:
    """A stretch without tags as blocks: by lines, by bullets, by numbers, in a list by blanks."""
    if "\n" in text.text.strip():
        rows: list[Block] = []
        at = 0
        for line in text.text.split("\n"):
            if line.strip():
                rows.extend(_split(text[at:at + len(line)], in_list, cell))
            at += len(line) + 1
        return rows
    for pattern in (_BULLET, _NUMBERED):
        marks = list(pattern.finditer(text.text))
        if pattern is _NUMBERED and [int(m[1]) for m in marks] != list(range(1, len(marks) + 1)):
            marks = []
        if marks and (pattern is _BULLET or len(marks) > 1):
            out = _split(text[:marks[0].start()], in_list, cell) if text.text[:marks[0].start()].strip() else []
            for m, after in zip(marks, [*marks[1:], None], strict=True):
                item = text[m.end():after.start() if after else len(text.text)].strip()
                if item.text:
                    bullet = next(g for g in m.groups() if g)
                    out.append(Block(item if pattern is _NUMBERED else joined(item), True, bullet, cell))
            return out
    if not in_list:
        return [Block(text.strip(), False, "", cell)]
    return [Block(joined(p), True, "", cell) for p in _at_blanks(text.strip())]


def _at_blanks(text: Clean) -> list[Clean]:
    """Items that only a blank separates; blanks in brackets and between ASCII words separate nothing."""
    parts: list[tuple[int, int]] = []
    start = 0
    for m in _BLANK.finditer(text.text):
        left, right = text.text[start:m.start()], text.text[m.end():]
        opened = sum(left.count(c) for c in "（(「") - sum(left.count(c) for c in "）)」")
        # between two words of Latin letters, before a bracket, after a separator the item goes on
        goes_on = (opened > 0 or right[:1] in "（(:：" or left[-1:] in "、，及與和:："
                   or (left[-1:].isascii() and left[-1:].isalpha() and right[:1].isascii())
                   or re.match(r"[A-Za-z]+\s+[A-Za-z]", right) is not None)
        if not goes_on:
            parts.append((start, m.start()))
            start = m.end()
    parts.append((start, len(text.text)))
    return [text[a:b] for a, b in parts if text.text[a:b].strip()]
