"""The layout of a white paper with answers: lines to headings, items and answers.

States, line by line: between units, in the federation's text, in an answer, in its law
list, in its tick boxes. A line changes the state only by its form (marker, name of a body
alone on a line, 涉及法規, tick box), never by its wording.
"""

from __future__ import annotations

import re

from extract import adoption
from extract.body_list import bodies_in
from extract.white_paper_parts import Answer, Heading, Item, Layout, paragraphs
from extract.white_paper_words import (
    COLUMNS,
    FEDERATION_LABEL,
    answer_head,
    is_law_heading,
    is_progress,
    is_title,
    item_form,
    law_head,
    progress_head,
    worded_item,
)
from kg.resolve import Resolver
from kg.text import outline
from kg.text.clean import Clean, concat, joined
from kg.text.outline import Marker

_PAGE = re.compile(r"^(?:第\s*\d+\s*頁.{0,8}|[-–—]\s*\d+\s*[-–—]|\d{1,3})$")
_CONTINUED = re.compile(r"^(?:是|否|[■□☐☑☒✓✔VvＶ]\s*(?:是|否|延續|新增).*|延續|新增|延續議題|新增議題|"
                        r"[VvＶ✓✔○●]|[-–—])$")
#: who put the answers together, and when
_DATED = re.compile(r"\d年\s*\d{1,2}月")
_SENTENCE = re.compile(r"[。！？]")
#: Word's bookmarks that leak into a conversion
BOOKMARK = re.compile(r"\[bookmark:[^\]]*\]")


class _Reader:
    def __init__(self, rows: list[Clean], resolver: Resolver) -> None:
        self.rows = [r.remove(BOOKMARK) for r in rows]
        self.resolver = resolver
        self.layout = Layout(Clean("", ()))
        self.item: Item | None = None
        self.federation: list[Clean] = []
        self.answer: Answer | None = None
        self.said: list[Clean] = []
        self.laws: list[Clean] = []
        self.in_laws = False
        self.i = 0
        texts = [r.text.strip() for r in self.rows]
        self.item_form = item_form(self.rows, [self._answers(i) for i in range(len(self.rows))])
        #: some papers do not say whether a recommendation is adopted: there the next heading ends an answer
        self.has_status = any(adoption.starts_block(t) for t in texts)

    def read(self) -> Layout:
        self._title()
        while self.i < len(self.rows):
            row = self.rows[self.i]
            text = row.text.strip()
            step = 1
            if not text:
                pass
            elif self._is_page_furniture(text):
                self.layout.furniture.append(row)
            elif adoption.starts_block(text) and (self.answer is not None):
                step = self._ticks()
            elif respondents := self._respondents():
                step = self._open_answer(*respondents)
            elif self.item is not None and not self.item.answers and FEDERATION_LABEL.fullmatch(text):
                self.layout.furniture.append(row)
            elif self.answer is not None and not self._starts_unit(row):
                self._in_answer(row, text)
            elif self._starts_unit(row):
                step = self._open_unit()
            elif COLUMNS.match(text) or _CONTINUED.match(text):
                self.layout.furniture.append(row)
            elif self.item is not None and not self.item.answers:
                self.federation.append(row)
            elif self.layout.units and isinstance(self.layout.units[-1], Heading):
                self.layout.units[-1].text.append(joined(row.strip()))
                self.layout.furniture.append(row)
            self.i += step
        self._close_answer()
        self._close_item()
        return self.layout

    # -- the head of the document

    def _title(self) -> None:
        """The first lines up to a marker or a column head."""
        found: list[Clean] = []
        while self.i < len(self.rows):
            row = self.rows[self.i].strip()
            if row.text and (outline.marker(row.text, "formal", "chinese", "chapter") or COLUMNS.match(row.text)
                             or len(found) == 3):
                break
            whole = "".join(line.text for line in found)
            if found and row.text and "白皮書" in whole and not self.rows[self.i - 1].text.strip():
                # what stands apart from a title that is whole is no part of it
                break
            if found and _DATED.search(row.text):
                self.layout.furniture.append(row)
            elif row.text:
                found.append(row)
            self.i += 1
        self.layout.title = concat(found)

    def _is_page_furniture(self, text: str) -> bool:
        """A page number, or a column head beside another (heads that a page break repeats)."""
        if _PAGE.match(text):
            return True
        around = (r.text.strip() for r in self.rows[max(0, self.i - 1):self.i + 2:2])
        return bool(COLUMNS.match(text)) and any(COLUMNS.match(a) for a in around)

    # -- units

    def _starts_unit(self, row: Clean) -> bool:
        """Does the line begin a part, a section or an item? Only at the start of a table row."""
        text = row.text
        marked = self._marked(text)
        answering = self.answer is not None and self.answer.ticks is None
        # an answer whose boxes are missing ends behind its laws, where the next row begins
        new_row = self.in_laws and text.startswith("\t") and self.i > 0 and not self.rows[self.i - 1].text.strip()
        if marked is None or len(text.strip()) > 90:
            return False
        if answering and not new_row and not (marked.kind == "item" or (not self.has_status and self._is_next(marked))):
            return False
        body = text[marked.end:].strip()
        if not body or _SENTENCE.search(body) or is_progress(text) or is_law_heading(text):
            return False
        if marked.kind in ("formal", "chapter", "item"):
            return True
        if marked.kind == "arabic":
            return is_title(body) and self._is_next(marked) and (self.item is None or bool(self.item.answers))
        if self.item is not None and not self.item.answers and self.answer is None:
            # inside the federation's text only the next number at a cell's start begins a new item
            if marked.kind == "chinese-paren":
                return (self.item.marker is not None and self.item.marker.kind == marked.kind
                        and marked.ordinal == self.item.marker.ordinal + 1 and text.startswith("\t"))
            return text.startswith("\t")
        return True

    def _marked(self, text: str) -> Marker | None:
        """The number of a part, section or item at the start of a line, in the forms that this paper has."""
        item = worded_item(text) if self.item_form == "item" else None
        kinds = ("formal", "chapter", "chinese", *(() if self.item_form == "item" else (self.item_form,)))
        return item or outline.marker(text, *kinds)

    def _is_next(self, marked: Marker) -> bool:
        """Is it the number after the last one of its kind, or the first below a new heading?"""
        for unit in reversed(self.layout.units):
            if unit.marker is not None and unit.marker.kind == marked.kind:
                return marked.ordinal == unit.marker.ordinal + 1
            if isinstance(unit, Heading) and marked.kind == self.item_form:
                return marked.ordinal == 1 or unit is not self.layout.units[-1]
        return marked.ordinal == 1

    def _open_unit(self) -> int:
        self._close_answer()
        self._close_item()
        row = self.rows[self.i]
        marked = self._marked(row.text)
        if marked is None:
            raise ValueError(f"line {self.i + 1} has no marker")
        piece, used = row[marked.end:].strip(), 1
        while self.i + used < len(self.rows) and self._goes_on(piece.text, self.rows[self.i + used].text):
            piece = concat((piece, self.rows[self.i + used]))
            used += 1
        title = joined(piece).strip("。")
        levels = {"chapter": 0, "formal": 1, "chinese": 2, "chinese-paren": 3}
        if marked.kind == self.item_form or self._answered_directly(self.i + used):
            self.item = Item(marked, title)
            self.layout.units.append(self.item)
        else:
            self.layout.units.append(Heading(marked, levels[marked.kind], title))
        return used

    def _answered_directly(self, at: int) -> bool:
        """Does running text follow, and not a smaller marker? Then the heading is itself an item."""
        for row in self.rows[at:at + 12]:
            text = row.text.strip()
            if not text or COLUMNS.match(text) or _CONTINUED.match(text):
                continue
            if self._marked(row.text) is not None:
                return False
            return len(text) > 60 or bool(_SENTENCE.search(text)) or bool(bodies_in(row, self.resolver))
        return False

    def _goes_on(self, title: str, following: str) -> bool:
        """Is a title broken over the line? (open bracket, or it ends in a word that needs more)"""
        after = following.strip()
        if not after or outline.marker(after) or COLUMNS.match(after):
            return False
        opened = sum(title.count(c) for c in "（(「『《【") - sum(title.count(c) for c in "）)」』》】")
        if opened > 0 or title.endswith(("、", "，", "及", "與", "之", "和", "暨")):
            return True
        short = len(after) <= 14 and not re.search(r"[，。；：、]", after) and len(title) >= 18
        return short and not following.startswith("\t") and not self._is_name(following)

    def _is_name(self, text: str) -> bool:
        return bool(bodies_in(Clean(text, tuple(range(len(text)))), self.resolver))

    def _close_item(self) -> None:
        if self.item is not None and not self.item.text:
            self.item.text = paragraphs(self.federation)
        self.federation = []
        self.item = None

    # -- answers

    def _answers(self, at: int) -> bool:
        """Does a line say who answers, by its form or as a name over the answer's heading?"""
        row = self.rows[at]
        head = answer_head(row)
        if head is not None:
            return not head.weak or bool(bodies_in(head.names, self.resolver))
        if not row.text.strip() or len(row.text) > 80:
            return False
        following = next((r.text for r in self.rows[at + 1:at + 4] if r.text.strip()), "")
        return (is_progress(following) or is_law_heading(following)) and bool(bodies_in(row, self.resolver))

    def _named_by_form(self) -> tuple[list[Clean], Clean] | None:
        """The bodies that the line's form says to answer, and the answer's text on the same line."""
        row = self.rows[self.i]
        head = answer_head(row)
        if head is None or (head.weak and self.answer is not None and self.answer.ticks is None
                            and (head.rest.text or not self._heads_next(1))):
            return None
        if head.weak and head.rest.text and len(row.text) > 80 and self.has_status is False:
            return None
        found = bodies_in(head.names, self.resolver)
        return (found, head.rest) if found else None

    def _respondents(self) -> tuple[list[Clean], int, Clean] | None:
        """The bodies that answer, the lines used for their names, and the answer's text behind them."""
        if self.item is None:
            return None
        by_form = self._named_by_form()
        if by_form is not None:
            return by_form[0], 1, by_form[1]
        named = self._names_alone()
        return (*named, Clean("", ())) if named is not None else None

    def _names_alone(self) -> tuple[list[Clean], int] | None:
        """The bodies on this line (and the next, where a list or a bracket goes on), with the lines used."""
        row = self.rows[self.i]
        text = row.text.strip()
        answering = self.answer is not None and self.answer.ticks is None
        if self.item is None or len(text) > 80 or (answering and not self._heads_next(1)):
            return None
        used = 1
        piece = row
        following = self.rows[self.i + 1].text.strip() if self.i + 1 < len(self.rows) else ""
        goes_on = text.endswith(("、", "及", "/", "／")) or re.match(r"^[（(][^（）()]{1,16}[)）]$", following)
        if following and goes_on:
            piece, used = concat((row, Clean("\n", (row.offsets[-1],)), self.rows[self.i + 1])), 2
        found = bodies_in(piece, self.resolver)
        while found and not self._heads_next(used) and self.i + used < len(self.rows):
            more = bodies_in(self.rows[self.i + used], self.resolver)
            if not more:
                break
            found += more
            used += 1
        if not found:
            return None
        at_cell_start = row.text.startswith(("\t", " ", "\u3000")) or not self.rows[self.i - 1].text.strip()
        # 保險委員會 over the next recommendation is a chapter of a chamber's paper, nobody that answers
        known = any(self.resolver.body(name.text, table=True) is not None for name in found)
        return (found, used) if self._heads_next(used) or (at_cell_start and known) else None

    def _heads_next(self, used: int) -> bool:
        """Does the next line that is not empty head an answer (1、 目前進度…)?"""
        for row in self.rows[self.i + used:self.i + used + 4]:
            if row.text.strip():
                return is_progress(row.text) or is_law_heading(row.text)
        return False

    def _open_answer(self, found: list[Clean], used: int, rest: Clean) -> int:
        self._close_answer()
        if self.item is None:
            raise ValueError(f"line {self.i + 1}: an answer without an item")
        if not self.item.text:
            self.item.text = paragraphs(self.federation)
        self.answer = Answer(found)
        self.item.answers.append(self.answer)
        self.layout.furniture.extend(self.rows[self.i:self.i + used])
        if rest.text:
            self._in_answer(rest, rest.text)
        return used

    def _in_answer(self, row: Clean, text: str) -> None:
        if self.answer is None:
            return
        marked = outline.marker(row.text, "arabic", "chinese", "chinese-paren", "arabic-paren")
        rest = row[marked.end:] if marked else row
        if is_law_heading(row.text) and not self.in_laws:
            head = law_head(rest.text.strip())
            self.in_laws = True
            self.layout.furniture.append(row)
            self.laws.append(rest.strip()[head.end():] if head else rest)
        elif self.in_laws and marked and marked.kind == "arabic" and is_progress(row.text):
            self.in_laws = False
            self.said.append(row)
        elif self.in_laws:
            self.laws.append(row)
        elif is_progress(row.text):
            self.layout.furniture.append(row)
            head = progress_head(rest.text.strip())
            after = rest.strip()[head.end():].strip("：: \u3000\t") if head else rest
            if after.text:
                self.said.append(after)
        elif COLUMNS.match(text) and self.answer.ticks is not None:
            self.layout.furniture.append(row)
        elif self.answer.ticks is None:
            self.said.append(row)

    def _ticks(self) -> int:
        """All lines of a block of boxes."""
        used = 0
        end = self.i
        while self.i + used < len(self.rows):
            text = self.rows[self.i + used].text.strip()
            if adoption.starts_block(text):
                end = self.i + used
                # a note in brackets may run over several lines
                depth = _depth(text)
                while depth > 0 and end + 1 < len(self.rows) and end - self.i < 30:
                    end += 1
                    depth += _depth(self.rows[end].text)
                used = end - self.i
            elif text or used - (end - self.i) > 1:
                break
            used += 1
        if self.answer is not None:
            self.answer.ticks = _with_breaks(self.rows[self.i:end + 1])
        self._finish_answer()
        return end - self.i + 1

    def _finish_answer(self) -> None:
        if self.answer is None:
            return
        self.answer.text = paragraphs(self.said)
        if self.in_laws:
            self.answer.laws = _with_breaks(self.laws)
        self.said, self.laws, self.in_laws = [], [], False

    def _close_answer(self) -> None:
        if self.answer is not None and self.answer.ticks is None:
            self._finish_answer()
        self.answer = None
        self.said, self.laws, self.in_laws = [], [], False


def _depth(text: str) -> int:
    return sum(text.count(c) for c in "（(") - sum(text.count(c) for c in "）)")


def _with_breaks(rows: list[Clean]) -> Clean:
    """Lines as one piece with the line breaks kept (a break stands at the end of its line)."""
    parts: list[Clean] = []
    for row in rows:
        if not row.text:
            continue
        if parts:
            parts.append(Clean("\n", (parts[-1].offsets[-1],)))
        parts.append(row)
    return concat(parts)


def read_layout(rows: list[Clean], resolver: Resolver) -> Layout:
    """The layout of the document with these lines."""
    return _Reader(rows, resolver).read()
