"""The table of an annual plan, whose four columns were flattened into lines.

Drawn from a page, the cells of 工作計畫名稱 | 重要計畫項目 | 計畫類別 | 實施內容 follow one another
without any mark; a line breaks only inside a cell. The rows are rebuilt from what the layout
leaves behind: the category cell holds one of few words (two characters a line), every line of a
cell but its last one is as wide as the column, and the column widths are those that explain
all rows of the document best. Where widths leave several cuts, the characters at the cut decide:
a pair that is frequent elsewhere is the inside of a word, one that begins clauses begins a name.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from operator import add
from statistics import median

from extract.sections import STOPS, join, width
from kg.text.clean import Clean
from kg.text.outline import marker

#: the kinds of plans in the budget process (國家發展委員會: 公共建設、科技發展、社會發展, and what is none of them)
CATEGORIES = ("科技發展", "公共建設", "社會發展", "其他")
#: a row without a work plan of its own is the usual case: what claiming one costs
_WORK_PLAN = 1.0
#: what a boundary at a line break costs in a table whose cells are glued together
_AT_BREAK = 1.5
#: work plan and item of the same name are common
_SAME = 1.0
_SKIPPED_LINE = 2.0
_FORBIDDEN = 10.0
#: a period that was broken after its dash
_BROKEN_PERIOD = re.compile(r"(?<=\d[-–~～]) (?=\d)")
#: columns of names are this wide (characters); so many rows tell which
_COLUMN_WIDTHS = range(4, 13)
_ROWS_FOR_WIDTHS = 30
#: two characters at the beginning of a clause
_CLAUSE = re.compile(r"[、，；。：）)]([\u3400-\u9fff]{2})")
#: a numbered item behind the stop of the one before
_ITEM = re.compile(r"(?<=[。；：])(?=[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）])")
_NO_NAME = "。；，：？！"


@dataclass(frozen=True, slots=True)
class Row:
    """One 重要計畫項目. ``work_plan`` is None where the cell is that of the row above; ``category`` may be empty."""

    work_plan: Clean | None
    item: Clean
    category: str
    category_place: Clean
    content: tuple[Clean, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class _Words:
    """What the document itself says about where words end: how often two characters stand side by
    side (``inside``) and how often they begin a clause (``begins``)."""

    inside: Counter[str]
    begins: Counter[str]

    def cost(self, line: str, at: int) -> float:
        """Cost of cutting ``line`` at ``at``."""
        held = line[at] in "、）)」』－-/／" or line[at - 1] in "、（(「『－-/／及與暨和"
        inside = math.log2(max(1, self.inside[line[at - 1:at + 1]]))
        begins = math.log2(1 + self.begins[line[at:at + 2]])
        return (1.0 if held else 0.0) + min(0.9, 0.2 * inside) - min(0.5, 0.15 * begins)


def _words(text: Sequence[Clean]) -> _Words:
    inside = Counter(t.text[i:i + 2] for t in text for i in range(len(t.text) - 1))
    begins = Counter(m[1] for t in text for m in _CLAUSE.finditer(t.text))
    return _Words(inside, begins)


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A category cell: ``head`` is what stands before it on line ``first``, ``rest`` what follows it on ``last``."""

    first: int
    last: int
    category: str
    place: Clean
    head: Clean
    rest: Clean


@dataclass(frozen=True, slots=True)
class _Cut:
    """A way to read the lines before a category: ``skipped`` lines are still content of the row
    above, the work plan ends at ``at`` in line ``line`` (None: there is no work plan)."""

    cost: float
    skipped: int
    line: int | None
    at: int


def rows(lines: Sequence[Clean]) -> list[Row]:
    """The rows of a flattened table, in order.

    ``lines``: the table's lines without blank ones, page marks and repeated table heads.
    An empty list if no category cell is found. Where the cells are parted by tabs, these count.
    """
    if sum("\t" in line.text.strip() for line in lines) > 0.2 * len(lines):
        return _tabbed_rows(lines)
    text = [join([line]) for line in lines]
    full = content_width(text)
    anchors = _anchors(text, full)
    if not anchors:
        return []
    heads: list[list[Clean]] = []
    starts: list[int] = []
    for before, anchor in zip([None, *anchors], anchors, strict=False):
        start = _head_start(text, before, anchor, full)
        starts.append(start)
        heads.append([*text[start:anchor.first], *([anchor.head] if len(anchor.head) else [])])
    words = _words(text)
    plan_width, item_width = _column_widths(heads)
    found: list[Row] = []
    for k, (anchor, head) in enumerate(zip(anchors, heads, strict=True)):
        ends_clean = k == 0 or _finished(text, starts[k], anchors[k - 1])
        cuts = sorted(
            _cuts([h.text for h in head], plan_width, item_width, first=k == 0, may_skip=not ends_clean, words=words),
            key=lambda c: c.cost,
        )
        best = cuts[0]
        starts[k] += best.skipped
        names = head[best.skipped:]
        if best.line is None:
            plan, item = None, _name(names)
        else:
            tail, start_of_item = names[best.line][:best.at], names[best.line][best.at:]
            plan = _name([*names[:best.line], tail])
            item = _name([start_of_item, *names[best.line + 1:]])
        margin = cuts[1].cost - best.cost if len(cuts) > 1 else 2.0
        found.append(Row(plan, item, anchor.category, anchor.place, (), _confidence(best.cost, margin)))
    ends = [*starts[1:], len(text)]
    return [
        Row(r.work_plan, r.item, r.category, r.category_place, _content(anchors[k], lines[anchors[k].last + 1:ends[k]]),
            r.confidence)
        for k, r in enumerate(found)
    ]


def _tabbed_rows(lines: Sequence[Clean]) -> list[Row]:
    """Rows whose cells are parted by tabs; lines without a tab go on with the content."""
    found: list[Row] = []
    for line in lines:
        cuts = [m.start() for m in re.finditer("\t", line.text)]
        cells = [join([line[a + 1:b]]) for a, b in pairwise([-1, *cuts, len(line)])]
        if len(cells) == 4 and len(cells[1]) and len(cells[2]):
            plan, item, category, content = cells
            found.append(Row(plan if len(plan) else None, item, category.text, category, items(content), 1.0))
        elif found:
            last = found[-1]
            more = items(join([line]))
            found[-1] = Row(
                last.work_plan, last.item, last.category, last.category_place, (*last.content, *more), last.confidence)
    return found


def items(content: Clean) -> tuple[Clean, ...]:
    """A content cell on one line, cut before its numbered items."""
    cuts = [m.start() for m in _ITEM.finditer(content.text)]
    return tuple(content[a:b] for a, b in pairwise([0, *cuts, len(content)]) if a < b)


def _name(lines: Sequence[Clean]) -> Clean:
    return join(lines).remove(_BROKEN_PERIOD)


def _content(anchor: _Anchor, following: Sequence[Clean]) -> tuple[Clean, ...]:
    return tuple(p for p in (anchor.rest, *following) if len(p))


def _confidence(cost: float, margin: float) -> float:
    """1 for a reading that fits and that nothing rivals, less the closer the next one comes."""
    sure = 1.0 if margin >= 0.8 else 0.7 + 0.3 * margin / 0.8
    return round(sure if cost < 2 else min(sure, 0.6), 2)


def content_width(lines: Sequence[Clean]) -> float:
    """The width of a full line of the content column, the widest of the table."""
    widths = [width(line.text) for line in lines]
    return median(w for w in widths if w >= 0.6 * max(widths)) if widths else 0.0


def _stopped(text: str) -> bool:
    return text[-1:] in STOPS


def _anchors(text: Sequence[Clean], full: float) -> list[_Anchor]:
    """The category cells: first those broken into two lines, then those on one line."""
    found: dict[int, _Anchor] = {}
    taken: set[int] = set()
    widest_head = 0.65 * full
    for i in range(len(text) - 1):
        one, two = text[i].text, text[i + 1].text
        for category in CATEGORIES:
            half = len(category) // 2
            if len(category) < 4 or not one.endswith(category[:half]) or not two.startswith(category[half:]):
                continue
            head = text[i][:len(one) - half]
            if width(head.text) > widest_head or any(c in _NO_NAME for c in head.text) or _runs_on(text, i, full):
                continue
            place = join([text[i][len(one) - half:], text[i + 1][:half]])
            found[i] = _Anchor(i, i + 1, category, place, head, text[i + 1][half:])
            taken.update((i, i + 1))
    narrow = bool(found)
    for i, line in enumerate(text):
        if i in taken or marker(line.text) or _runs_on(text, i, full):
            continue
        for category in CATEGORIES:
            # where cells hold two characters a line, a longer word on one line is no category
            if narrow and len(category) > 2:
                continue
            at = _inline(text, i, category, widest_head, full)
            if at is not None:
                end = at + len(category)
                found[i] = _Anchor(i, i, category, line[at:end], line[:at], line[end:])
                break
    return _with_content(text, [found[i] for i in sorted(found)], full)


def _with_content(text: Sequence[Clean], anchors: Sequence[_Anchor], full: float) -> list[_Anchor]:
    """The cells that a content follows; a category's words inside a name (…科技發展…) have none."""
    kept: list[_Anchor] = []
    for k, anchor in enumerate(anchors):
        end = anchors[k + 1].first if k + 1 < len(anchors) else len(text)
        between = [anchor.rest.text, *(t.text for t in text[anchor.last + 1:end])]
        if any(_stopped(t) or marker(t) or width(t) >= 0.7 * full for t in between):
            kept.append(anchor)
    return kept


def _inline(text: Sequence[Clean], i: int, category: str, widest: float, full: float) -> int | None:
    """Where a category cell stands inside line ``i``: behind a name and before a content or nothing."""
    line = text[i].text
    best: int | None = None
    for at in (m.start() for m in re.finditer(category, line)):
        head, rest = line[:at], line[at + len(category):]
        if width(head) > widest or any(c in _NO_NAME for c in head):
            break
        if not head and (i == 0 or _stopped(text[i - 1].text)):
            continue
        if marker(rest):
            return at
        if (rest and (_stopped(rest) or width(rest) >= 0.5 * full)) or (not rest and i + 1 < len(text)):
            best = at
    return best


def _runs_on(text: Sequence[Clean], i: int, full: float) -> bool:
    """Does line ``i`` go on with the content sentence of the line before?"""
    if i == 0:
        return False
    before = text[i - 1].text
    return width(before) >= 0.85 * full and not _stopped(before)


def _head_start(text: Sequence[Clean], before: _Anchor | None, anchor: _Anchor, full: float) -> int:
    """The first line that may belong to the names before ``anchor``."""
    lowest = before.last + 1 if before else 0
    start = anchor.first
    while start > lowest:
        line = text[start - 1].text
        if marker(line) or width(line) > 0.65 * full or any(c in line for c in _NO_NAME):
            break
        start -= 1
    if start > lowest or (before and start == lowest):
        last = text[start - 1].text if start > lowest else (before.rest.text if before else "")
        if start < anchor.first and width(last) >= 0.85 * full and not _stopped(last):
            start += 1
    return start


def _finished(text: Sequence[Clean], start: int, before: _Anchor) -> bool:
    """Does the content above line ``start`` end with a stop?"""
    last = text[start - 1].text if start - 1 > before.last else before.rest.text
    return _stopped(last)


def _full_line(line: str, following: str, column: float) -> float:
    """Cost of a cell's line that is not its last one: it should fill the column."""
    off = width(line) - column
    if abs(off) <= 0.5:
        return 0.0
    # punctuation, a bracket or a number that may not be parted moves to one side of the break
    held = not (_is_han(line[-1]) and _is_han(following[:1]))
    if held and -2 <= off <= 1:
        return 0.3
    return 2 * off if off > 0 else -off


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


def _cell(lines: Sequence[str], column: float) -> float:
    """Cost of reading these lines as one cell: all but the last should fill the column, the last may be short."""
    if not lines:
        return 0.0
    cost = sum(_full_line(a, b, column) for a, b in pairwise(lines))
    over = width(lines[-1]) - column
    return cost + (0.0 if over <= 0.5 else 0.3 if over <= 1 and not _is_han(lines[-1][-1]) else 2 * over)


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to read a head, before the widths of its columns are known: the lines of both cells, and what
    it costs besides their widths. The other fields are those of :class:`_Cut`."""

    fixed: float
    plan: Sequence[str]
    item: Sequence[str]
    skipped: int
    line: int | None
    at: int


def _ways(head: Sequence[str], *, first: bool, may_skip: bool, words: _Words | None = None) -> list[_Way]:
    """All ways to read the lines before a category."""
    found: list[_Way] = []
    for skipped in range(min(len(head) - 1, 2) + 1 if may_skip else 1):
        lines = head[skipped:]
        penalty = _SKIPPED_LINE * skipped
        found.append(_Way(penalty + (_FORBIDDEN if first else 0.0), (), lines, skipped, None, 0))
        for j, line in enumerate(lines):
            for at in range(1, len(line) + 1):
                plan = [*lines[:j], line[:at]]
                item = [*([line[at:]] if at < len(line) else []), *lines[j + 1:]]
                if not item:
                    continue
                cost = penalty + _WORK_PLAN
                if at == len(line):
                    cost += _AT_BREAK
                elif words is not None:
                    cost += words.cost(line, at)
                if "".join(plan) == "".join(item):
                    cost -= _SAME
                found.append(_Way(cost, plan, item, skipped, j, at))
    return found


def _cuts(
    head: Sequence[str], plan_width: float, item_width: float, *, first: bool, may_skip: bool, words: _Words,
) -> list[_Cut]:
    """All ways to read the lines before a category, with their costs."""
    return [
        _Cut(w.fixed + _cell(w.plan, plan_width) + _cell(w.item, item_width), w.skipped, w.line, w.at)
        for w in _ways(head, first=first, may_skip=may_skip, words=words)
    ]


def _column_widths(heads: Sequence[Sequence[Clean]]) -> tuple[float, float]:
    """Widths of the work plan and the item column: those that explain all rows at the least cost."""
    ways = [
        _ways([line.text for line in head], first=k == 0, may_skip=False)
        for k, head in enumerate(heads[:_ROWS_FOR_WIDTHS]) if head
    ]
    # each cell at each width once, and not again for each pair of widths
    of_plans = {c: [[w.fixed + _cell(w.plan, c) for w in head] for head in ways] for c in _COLUMN_WIDTHS}
    of_items = {c: [[_cell(w.item, c) for w in head] for head in ways] for c in _COLUMN_WIDTHS}

    def total(pair: tuple[int, int]) -> float:
        cost: float = sum(min(map(add, a, b)) for a, b in zip(of_plans[pair[0]], of_items[pair[1]], strict=True))
        # so that sums that are equal stay so in whatever order they were made
        return round(cost, 6)

    best = min(product(_COLUMN_WIDTHS, _COLUMN_WIDTHS), key=lambda pair: (total(pair), abs(pair[0] - pair[1]), pair))
    return float(best[0]), float(best[1])
