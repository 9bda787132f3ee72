"""The tree of a plan's strategy chapter: goals, sub-goals, strategies, measures and their parts.

Headings name their level (目標一：…, 策略1-1-1 …; see :mod:`extract.plan_words`) or are only numbered
(一、 sub-goal, (一) strategy, 1. measure in one plan, otherwise in another). Which number stands for which
level is learnt from the chapter (:class:`Forms`); below a measure any numbering is a part of it.
Headings deviate in print: bold marks, list dashes,
full-width brackets, a title broken over lines or pages, body text run on after a colon.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from extract.plan_inline_bodies import Known, bracketed_bodies, names_bodies
from extract.plan_layout import PAGE_BREAK, Line, ends_sentence, join
from extract.plan_words import LEVELS, announced, form, numbered, worded
from kg.text.clean import Clean, raw
from kg.text.normal import loose
from kg.text.outline import LEAD, Marker

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
    #: the line that it starts with
    line: Clean | None = None
    #: the whole title where its last bracket names bodies, which ``heading`` leaves out
    tail: Clean | None = None
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


@dataclass(slots=True)
class Forms:
    """Which forms of numbers can stand for sub-goals and strategies that do not name their level."""

    subgoal: set[str] = field(default_factory=set)
    strategy: set[str] = field(default_factory=set)
    has_subgoals: bool = True


def learn_forms(content: Sequence[Line], has_subgoals: bool | None) -> Forms:
    """The forms of a chapter's numbered headings, by where they stand.

    A level that names itself (策略一、) may lack the word where the number has the same form; the first
    form between a goal and its first strategy stands for sub-goals. Where strategies never name
    themselves, the outermost forms below a goal are sub-goals and strategies, or strategies alone
    where ``has_subgoals`` is False (None: judged by the number of forms).
    """
    named: dict[str, set[str]] = {level: set() for level in LEVELS}
    words: set[str] = set()
    before: list[str] = []
    nested: list[str] = []
    inside = False
    for line in content:
        lead = LEAD.match(line.text)
        start = lead.end() if lead else 0
        m = numbered(line.text)
        at = m.end if m else start
        found = worded(line.text, start) or worded(line.text, at + len(line.text[at:]) - len(line.text[at:].lstrip()))
        if found is not None:
            words.add(found[0])
            if m is not None and m.end > start and worded(line.text, start) is None:
                named[found[0]].add(form(m))
            inside = inside or found[0] == "goal"
        elif m is not None and inside and _is_heading(line.text[m.end:]):
            if "strategy" not in words and form(m) not in before and m.ordinal == 1:
                before.append(form(m))
            if form(m) not in nested and m.ordinal == 1:
                nested.append(form(m))
    forms = Forms(named["subgoal"], named["strategy"])
    free = [f for f in nested if not any(f in seen for seen in named.values())]
    if "strategy" in words:
        if "subgoal" not in words:
            forms.subgoal = set([f for f in before if f in free][:1])
    else:
        forms.has_subgoals = "subgoal" in words or (len(free) >= 3 if has_subgoals is None else has_subgoals)
        if forms.has_subgoals and "subgoal" not in words:
            forms.subgoal, free = set(free[:1]), free[1:]
        forms.strategy = set(free[:1])
    return forms


def _is_heading(title: str) -> bool:
    return len(title) <= _LONGEST_HEADING and not title.rstrip("* ").endswith(("。", "；"))


class TreeReader:
    """Reads the lines of a strategy chapter into goals.

    ``printed`` are titles as printed elsewhere (the responsibility table); they help to tell a
    broken title from body text and a measure from a list inside one. ``has_subgoals``: does the
    document speak of goals below goals (None: not known)? ``known``: is it the name of a body?
    """

    def __init__(self, content: Sequence[Line], printed: Iterable[str] = (), has_subgoals: bool | None = None,
                 known: Known = lambda name: False) -> None:
        self._lines = content
        self._known = known
        self._forms = learn_forms(content, has_subgoals)
        #: what the line above announced: a level, or "aside" for a list of something else
        self._announced: str | None = None
        self._printed = [p for p in map(loose, printed) if p]
        self.goals: list[Node] = []
        #: paragraphs before the first goal
        self.preface: list[Line] = []
        #: lines that say nothing but which level follows (具體措施：)
        self.announcing: list[Line] = []
        self._open: list[Node] = []
        self._used = 0
        self._read()

    # -- what a line is

    def _head(self, text: str) -> _Head | None:
        lead = LEAD.match(text)
        start = lead.end() if lead else 0
        m = numbered(text)
        at = m.end if m else start
        at += len(text[at:]) - len(text[at:].lstrip())
        for begin in dict.fromkeys((start, at)):
            found = worded(text, begin)
            if found is not None:
                level, count, end = found
                number = text[start:end].rstrip("：:、.． \u3000")
                return _Head(level, count, number, end, form(m) if m and begin == at else level)
        if m is None:
            return None
        return _Head(self._kind_of(m, text[at:]), m.ordinal, m.text, at, form(m))

    def _kind_of(self, m: Marker, title: str) -> str:
        """The level of a heading that is numbered but not named."""
        if not self._open:
            return "text"
        own = form(m)
        if any(n.kind == "action" and n.marker_kind == own and n.ordinal + 1 == m.ordinal for n in self._open):
            # the next item of a list that is open
            return "measure" if m.kind == "arabic" and self._is_printed(title) else "action"
        heading = _is_heading(title)
        if self._announced not in (None, "aside") and m.ordinal == 1 and heading:
            level = self._announced
            if level == "strategy" and own not in self._forms.strategy:
                self._forms.strategy.add(own)
            if level != "measure" or self._last("strategy") is not None:
                return level
        if heading and own in self._forms.subgoal and self._follows("subgoal", m.ordinal):
            return "subgoal"
        if (heading and own in self._forms.strategy and self._follows("strategy", m.ordinal)
                and (self._last("subgoal") is not None or not self._forms.has_subgoals)):
            return "strategy"
        strategy = self._last("strategy")
        if (strategy is not None and self._announced != "aside" and own not in self._forms.subgoal
                and self._is_measure(m, title, strategy)):
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
        if form(m) != measures[0].marker_kind:
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
            said = announced(line.text) if self._open else None
            if said is not None:
                self._announced = said
                if said == "aside":
                    self._text(line)
                else:
                    self.announcing.append(line)
                continue
            head = self._head(line.text)
            if head is not None and head.kind in LEVELS:
                self._announced = None
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
        behind = bracketed_bodies(title, self._known) if head.kind != "goal" else None
        whole, title = title, title[:behind[0]].strip() if behind else title
        node = Node(head.kind, head.ordinal, head.number, title, head.marker_kind, line=line.piece,
                    tail=whole if behind else None)
        self._attach(node, lambda n: n.kind in LEVELS and LEVELS.index(n.kind) < rank)
        if rest is not None:
            node.body.append([rest])

    def _goes_on(self, title: str, bold: bool) -> bool:
        """Does the title go on with the next line?"""
        line = self._lines[self._used]
        if (self._head(line.text) is not None or "\t" in line.text or names_bodies(line.text)
                or announced(line.text) is not None):
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
        best = process.extractOne(own, self._printed, scorer=fuzz.ratio)
        return best[1] if best else 0.0

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
            if names_bodies(line.text):
                titled = True
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
