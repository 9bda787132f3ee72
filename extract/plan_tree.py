"""The tree of a plan's strategy chapter: goals, sub-goals, strategies, measures and their parts.

Headings read: 目標一：…, 一、… (sub-goal), (一) 策略一、…, 1. … (measure), and below a measure
any numbering ((1), I., i., a. …) as parts. They deviate in print: bold marks, list dashes,
full-width brackets, a title broken over lines or pages, body text run on after a colon.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from extract.plan_layout import PAGE_BREAK, Line, ends_sentence, join
from kg.text.clean import Clean, raw
from kg.text.normal import loose
from kg.text.numerals import chinese_number
from kg.text.outline import LEAD, Marker, marker

_NUMERAL = r"([一二三四五六七八九十]{1,3}|\d{1,2})"
_GOAL = re.compile(rf"(?:總\s*)?目\s*標\s*{_NUMERAL}\s*[：:、.．]\s*(?=\S)")
_WORDED = (
    ("subgoal", re.compile(rf"子\s*目\s*標\s*{_NUMERAL}\s*[：:、.．]\s*(?=\S)")),
    ("strategy", re.compile(rf"策\s*略\s*{_NUMERAL}\s*[：:、.．]\s*(?=\S)")),
    ("measure", re.compile(rf"(?:重要)?措\s*施\s*{_NUMERAL}\s*[：:、.．]\s*(?=\S)")),
)
LEVELS = ("goal", "subgoal", "strategy", "measure")
#: longest remainder of a title that a page break, or a line break, can leave on a line of its own
_REMAINDER = 15
_REMAINDER_OF_LINE = 40
#: a title that holds a colon goes on as body text behind it when that is at least so long or a whole sentence
_RUN_ON = 40
#: likeness of titles (rapidfuzz ratio) that are the same but for misread characters, and without such
_SIMILAR = 85.0
_SAME = 95.0
#: a numbered line that is longer, or ends a sentence, is no goal or strategy
_LONGEST_HEADING = 80


@dataclass(slots=True)
class Node:
    """One unit while the tree grows: ``heading`` is the title, ``body`` its own paragraphs."""

    kind: str
    ordinal: int
    number: str
    heading: Clean
    marker_kind: str = ""
    listed: bool = False
    body: list[list[Clean]] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The title as one line without closing punctuation."""
        return self.heading.text

    def paragraphs(self) -> list[Clean]:
        """Its own text, joined; what is printed twice running comes once."""
        out: list[Clean] = []
        for parts in self.body:
            whole = join(parts)
            if whole.text and (not out or whole.text != out[-1].text):
                out.append(whole)
        return out

    def walk(self) -> Iterable[Node]:
        """Itself and everything below, in the order of the document."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class _Head:
    """A line read as the start of a unit; its title begins at ``at``."""

    kind: str
    ordinal: int
    number: str
    at: int
    marker_kind: str


def _ordinal(text: str) -> int:
    number = int(text) if text.isdigit() else chinese_number(text)
    return number or 0


def is_goal_line(text: str) -> bool:
    """Is the line a goal's heading (目標一：…)?"""
    lead = LEAD.match(text)
    return _GOAL.match(text, lead.end() if lead else 0) is not None


class TreeReader:
    """Reads the lines of a strategy chapter into goals.

    ``printed`` are titles as printed elsewhere (the responsibility table); they help to tell a
    broken title from body text and a measure from a list inside one.
    """

    def __init__(self, content: Sequence[Line], printed: Iterable[str] = ()) -> None:
        self._lines = content
        self._printed = [p for p in map(loose, printed) if p]
        self.goals: list[Node] = []
        #: paragraphs before the first goal
        self.preface: list[Line] = []
        self._open: list[Node] = []
        self._used = 0
        self._read()

    # -- what a line is

    def _head(self, text: str) -> _Head | None:
        lead = LEAD.match(text)
        start = lead.end() if lead else 0
        goal = _GOAL.match(text, start)
        if goal:
            return _Head("goal", _ordinal(goal[1]), goal[0].rstrip("：:、.． "), goal.end(), "goal")
        m = marker(text)
        at = m.end if m else start
        at += len(text[at:]) - len(text[at:].lstrip())
        for kind, pattern in _WORDED:
            worded = pattern.match(text, at)
            if worded:
                number = text[start:worded.end()].rstrip("：:、.． ")
                return _Head(kind, _ordinal(worded[1]), number, worded.end(), m.kind if m else kind)
        if m is None:
            return None
        return _Head(self._kind_of(m, text[at:]), m.ordinal, m.text, at, m.kind)

    def _kind_of(self, m: Marker, title: str) -> str:
        """The level of a heading that is numbered but not named."""
        if not self._open:
            return "text"
        if any(n.kind == "action" and n.marker_kind == m.kind and n.ordinal + 1 == m.ordinal for n in self._open):
            # the next item of a list that is open
            return "measure" if m.kind == "arabic" and self._is_printed(title) else "action"
        heading = len(title) <= _LONGEST_HEADING and not title.rstrip("* ").endswith(("。", "；"))
        if m.kind == "chinese" and heading and self._follows("subgoal", m.ordinal):
            return "subgoal"
        if m.kind == "chinese-paren" and heading and self._last("subgoal") and self._follows("strategy", m.ordinal):
            return "strategy"
        strategy = self._last("strategy")
        if strategy is not None and m.kind != "chinese" and self._is_measure(m, title, strategy):
            return "measure"
        return "action"

    def _follows(self, kind: str, ordinal: int) -> bool:
        """Is it the next unit of its level (one may be missing), or the first where none is open?"""
        node = self._last(kind)
        if node is None:
            return ordinal == 1
        return node.ordinal < ordinal <= node.ordinal + 2

    def _is_measure(self, m: Marker, title: str, strategy: Node) -> bool:
        """Does a number start a measure, or an item of a list inside one? The first one sets the form."""
        measures = strategy.children
        if not measures:
            return True
        if m.kind != measures[0].marker_kind:
            return False
        if self._is_printed(title):
            return True
        return measures[-1].ordinal < m.ordinal <= measures[-1].ordinal + 2

    def _is_printed(self, title: str) -> bool:
        return self._likeness(title) >= _SIMILAR

    def _last(self, kind: str) -> Node | None:
        return next((n for n in self._open if n.kind == kind), None)

    # -- building

    def _read(self) -> None:
        while self._used < len(self._lines):
            line = self._lines[self._used]
            self._used += 1
            head = self._head(line.text)
            if head is None or head.kind == "text" or (head.kind != "goal" and not self._open):
                self._text(line)
            elif head.kind in LEVELS:
                self._unit(line, head)
            elif self._last("strategy") is None:
                self._text(line)
            else:
                self._part(line, head)

    def _attach(self, node: Node, fits: Callable[[Node], bool]) -> None:
        """Closes the open units that the node cannot be part of and hangs it below the rest."""
        while self._open and not fits(self._open[-1]):
            self._open.pop()
        (self._open[-1].children if self._open else self.goals).append(node)
        self._open.append(node)

    def _unit(self, line: Line, head: _Head) -> None:
        pieces = [line.piece[head.at:]]
        bold = "**" in line.text[: head.at] and "**" not in line.text[head.at:]
        while self._used < len(self._lines) and self._goes_on(join(pieces).text, bold):
            pieces.append(self._lines[self._used].piece)
            bold = bold and "**" not in self._lines[self._used].text
            self._used += 1
        title, rest = self._cut(join(pieces))
        if not title.text:
            # a number without a title
            self._text(line)
            return
        rank = LEVELS.index(head.kind)
        node = Node(head.kind, head.ordinal, head.number, title, head.marker_kind)
        self._attach(node, lambda n: n.kind in LEVELS and LEVELS.index(n.kind) < rank)
        if rest is not None:
            node.body.append([rest])

    def _goes_on(self, title: str, bold: bool) -> bool:
        """Does the title go on with the next line?"""
        line = self._lines[self._used]
        if self._head(line.text) is not None or "\t" in line.text:
            return False
        if bold or not title or title.endswith(("，", "、", "（", "(", "「")):
            return True
        if ends_sentence(title):
            return False
        own = self._likeness(title)
        if self._likeness(title + line.text) > max(own, _SIMILAR):
            return True
        if own == 100.0 or self._cut(raw(title))[1] is not None:
            return False
        # a short scrap without a full stop, and no sentence that goes on behind it
        after = self._lines[self._used + 1] if self._used + 1 < len(self._lines) else None
        longest = _REMAINDER if line.gap else _REMAINDER_OF_LINE
        return (len(line.text) <= longest and len(title) > _REMAINDER
                and not re.search(r"[。；，：:;,]$", line.text) and (after is None or after.gap > 0))

    def _cut(self, whole: Clean) -> tuple[Clean, Clean | None]:
        """A title and the body text that runs on behind its colon (None if none does)."""
        bare = whole.strip("*＊ ")
        for i, char in enumerate(bare.text):
            rest = bare.text[i + 1:]
            if char in "：:" and i >= 4 and rest and (
                rest.endswith(("。", "；")) or len(rest) >= _RUN_ON or self._likeness(bare.text[:i]) >= _SAME
            ):
                return bare[:i].strip("*＊ "), bare[i + 1:]
        return bare.strip("。：:；* "), None

    def _likeness(self, title: str) -> float:
        """How like the title is to the one most like it that is printed elsewhere, 0..100."""
        own = loose(title)
        return max((fuzz.ratio(own, p) for p in self._printed), default=0.0)

    def _part(self, line: Line, head: _Head) -> None:
        piece = line.piece[head.at:]
        node = Node("action", head.ordinal, head.number, join([piece]), head.marker_kind,
                    listed=line.text.lstrip()[0] in "-–—•●")
        node.body.append([piece])
        same = next((n for n in reversed(self._open) if n.kind == "action" and n.marker_kind == head.marker_kind), None)
        if same is None:
            self._attach(node, lambda n: True)
        else:
            while self._open[-1] is not same:
                self._open.pop()
            self._open.pop()
            self._attach(node, lambda n: True)

    def _text(self, line: Line) -> None:
        if not self._open:
            self.preface.append(line)
            return
        node = self._open[-1]
        if node.body and not ends_sentence(node.body[-1][-1].text):
            # a numbered title is followed by its text; a listed sentence goes on over the break
            titled = node.kind == "action" and len(node.body) == 1 and not node.listed and line.gap < PAGE_BREAK
            if not titled or re.search(r"[，、（(「]$", node.body[-1][-1].text):
                node.body[-1].append(line.piece)
                return
        node.body.append([line.piece])


def action_label(first: str) -> str:
    """The name of a part: what stands before its colon, else its first sentence, without closing marks."""
    head = re.match(r"([^：:。；]{2,40})[：:](?=.)", first)
    if head:
        return head[1].strip()
    return re.split(r"[。；]", first, maxsplit=1)[0].strip("：:，、 ")
