"""The responsibility table of a plan: which bodies lead (before ／) and join (after ／) each strategy.

Some plans have two columns instead, 主辦機關 and 協辦機關. The table runs over many pages with a repeated
head, and comes to us as tab-separated rows in which cells have slipped into other rows and columns,
stand merged, or hold misread characters. Columns are therefore not trusted. The cells are read as a
stream of tokens (numbered titles, lists of bodies); titles are matched with the plan's own headings,
and on each page the lists are assigned to the strategies in reading order, which survives the slips.
Repeated rows vote.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from extract.plan_layout import Line, join
from extract.plan_tree import Node
from kg.text.clean import Clean, concat
from kg.text.normal import loose

#: a numbered title inside a cell starts after a blank, a tag or at the cell's start
_NUMBERED = re.compile(r"(?<![^\s>])(?:[(（]\s*(?P<measure>\d{1,2})\s*[)）]|(?P<strategy>\d{1,2})\s*[.．、](?!\d))\s*")
_SLASH = re.compile(r"[／/]")
_LIST_MARK = re.compile(r"[／/、,，;；]")
_LEAD_HEAD = re.compile(r"主\s*(?:辦|政|責|持)|權責|負責")
_PARTNER_HEAD = re.compile(r"協\s*(?:辦|同|助)|配合|共同|參與")
_BODY_LIKE = re.compile(r"[\u4e00-\u9fff]{1,16}(?:部|會|院|署|局|處|館|府|總處|中心|所|行)$")
_MEASURE_SIMILAR = 0.7
_STRATEGY_SIMILAR = 0.6
#: what one strategy's distance from the last one read costs, so that equal titles go to the nearest
_STEP_COST = 0.02


@dataclass(frozen=True, slots=True)
class BodyList:
    """A cell's list of bodies: pieces of the text, the first ``leading`` of them lead."""

    place: Clean
    names: tuple[Clean, ...]
    leading: int


@dataclass(frozen=True, slots=True)
class Claim:
    """One body's part in a strategy, with the cells that show it."""

    body: str
    leads: bool
    places: tuple[Clean, ...]
    #: the names as printed, misprints corrected
    printed: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Title:
    """A numbered title as printed in the table."""

    ordinal: int
    text: str
    is_measure: bool


@dataclass(slots=True)
class _Page:
    """What stands on one page of the table, by row."""

    #: columns of leading and of joining bodies, where the head has both
    columns: tuple[int, int] | None = None
    titles: list[tuple[int, Title]] = field(default_factory=list)
    lists: list[tuple[int, BodyList]] = field(default_factory=list)


def is_head(line: Line) -> bool:
    """Is the line the table's head (目標 … 策略 … 措施 … 部會)?"""
    text = re.sub(r"\s+", " ", line.text)
    return ("\t" in line.text and re.search(r"策略|措施", text) is not None
            and re.search(r"部會|機關|單位", text) is not None and not re.search(r"\d|。", text) and len(text) < 80)


class Table:
    """The tokens of a responsibility table."""

    def __init__(self, chapters: Iterable[Sequence[Line]], known: Callable[[str], bool]) -> None:
        """``known``: is it the name of a body that the authority files know?"""
        self._known = known
        self.pages: list[_Page] = []
        #: head lines and rows, for the report of what was read
        self.rows: list[Line] = []
        for content in chapters:
            # running text and a chapter's end close the table until its head comes again
            inside = False
            for line in content:
                if is_head(line):
                    inside = True
                    self.pages.append(_Page(_columns(line)))
                    self.rows.append(line)
                    continue
                inside = inside and ("\t" in line.text or _NUMBERED.match(line.text.lstrip()) is not None
                                     or bool(self._body_lists(line.piece)))
                if inside:
                    self.rows.append(line)
                    self._row(line, self.pages[-1])
        self._respell()

    @property
    def titles(self) -> list[str]:
        """All numbered titles as printed in the table."""
        return [t.text for page in self.pages for _, t in page.titles]

    @property
    def measure_titles(self) -> list[str]:
        """The measures' titles as printed in the table."""
        return [t.text for page in self.pages for _, t in page.titles if t.is_measure]

    # -- reading

    def _row(self, line: Line, page: _Page) -> None:
        row = len(self.rows)
        cells = line.cells
        both = self._two_columns(cells, page)
        if both is not None:
            page.lists.append((row, both))
            cells = [c for k, c in enumerate(cells) if page.columns is not None and k not in page.columns]
        for cell in cells:
            starts = list(_NUMBERED.finditer(cell.text))
            self._plain(cell[: starts[0].start()] if starts else cell, row, page)
            for i, m in enumerate(starts):
                end = starts[i + 1].start() if i + 1 < len(starts) else len(cell.text)
                title = join([cell[m.end():end]]).text
                if title:
                    number = m["measure"] or m["strategy"]
                    page.titles.append((row, Title(int(number), title, m["measure"] is not None)))

    def _two_columns(self, cells: list[Clean], page: _Page) -> BodyList | None:
        """The list that the cells of leading and joining bodies make together."""
        if page.columns is None or max(page.columns) >= len(cells):
            return None
        parts = [join([cells[k]]) for k in page.columns]
        if not parts[0].text or not all(self._is_list(p.text) and not _SLASH.search(p.text) for p in parts if p.text):
            return None
        leads = _names(parts[0])
        place = concat(sorted((p for p in parts if p.text), key=lambda p: p.offsets[0]))
        return BodyList(place, (*leads, *_names(parts[1])), len(leads))

    def _plain(self, cell: Clean, row: int, page: _Page) -> None:
        for piece in _pieces(cell):
            for found in self._body_lists(piece):
                page.lists.append((row, found))

    def _body_lists(self, piece: Clean) -> list[BodyList]:
        """The lists of bodies that a stretch of a cell consists of; none if it is anything else."""
        words = [piece[m.start():m.end()] for m in re.finditer(r"\S+", piece.text)]
        groups: list[list[Clean]] = []
        for word in words:
            last = join(groups[-1]).text if groups else ""
            complete = last and not _LIST_MARK.search(last[-1]) and self._is_list(last)
            if groups and not (complete and self._is_list(word.text)):
                groups[-1].append(word)
            else:
                groups.append([word])
        found = []
        for group in groups:
            whole = join(group)
            if not self._is_list(whole.text):
                return []
            slash = _SLASH.search(whole.text)
            leading = len(_names(whole[: slash.start()])) if slash else 1
            found.append(BodyList(whole, tuple(_names(whole)), leading))
        return found

    def _is_list(self, text: str) -> bool:
        names = [n for n in _LIST_MARK.split(text) if n]
        return (bool(names) and len(_SLASH.findall(text)) <= 1 and all(self._like(n) for n in names)
                and any(self._known(n) for n in names))

    def _like(self, name: str) -> bool:
        return self._known(name) or (len(name) <= 12 and _BODY_LIKE.match(name) is not None)

    def _respell(self) -> None:
        """A name that no authority file knows is a misprint of one that the table often names, if but one fits."""
        counts = Counter(n.text for p in self.pages for _, x in p.lists for n in x.names if self._known(n.text))
        self.respelled: dict[str, str] = {}
        for page in self.pages:
            for _, found in page.lists:
                for name in found.names:
                    if not self._known(name.text):
                        near = [n for n in counts if len(n) == len(name.text) >= 3
                                and Levenshtein.distance(n, name.text) == 1]
                        if len(near) == 1:
                            self.respelled[name.text] = near[0]

    # -- meaning

    def claims(self, strategies: Sequence[Node], upper: Iterable[str],
               canonical: Callable[[str], str]) -> dict[int, list[Claim]]:
        """Strategy (index) to the bodies that lead and join it; strategies whose cell is lost are left out.

        ``upper``: titles of goals and sub-goals, which stand in the table too. ``canonical``: a printed
        name to what identifies its body.
        """
        matcher = _Matcher(strategies, list(upper))
        votes: dict[int, list[tuple[BodyList, float]]] = defaultdict(list)
        # strategies whose measures have cells of their own: all bodies count, not only those of most cells
        split: set[int] = set()
        for page in self.pages:
            rows: dict[int, set[int]] = defaultdict(set)
            for row, title in page.titles:
                index = matcher.strategy_of(title)
                if index is not None:
                    rows[index].add(row)
            assigned = _assign(rows, page.lists) if len(page.lists) <= len(rows) else _by_row(rows, page.lists)
            times = Counter(index for index, _, _ in assigned)
            split |= {index for index, n in times.items() if n > 1}
            for index, found, confidence in assigned:
                votes[index].append((found, confidence))
        return {i: self._count(votes[i], canonical, 0.0 if i in split else 0.5) for i in sorted(votes)}

    def _count(self, votes: list[tuple[BodyList, float]], canonical: Callable[[str], str],
               least: float) -> list[Claim]:
        """The bodies that at least this share of the cells names; one that mostly leads there leads."""
        def spelled(name: Clean) -> str:
            return self.respelled.get(name.text, name.text)

        places: dict[str, list[Clean]] = {}
        printed: dict[str, list[str]] = {}
        leads: Counter[str] = Counter()
        sure: dict[str, float] = {}
        for found, confidence in votes:
            named: dict[str, list[str]] = {}
            for name in found.names:
                named.setdefault(canonical(spelled(name)), []).append(spelled(name))
            leads.update({canonical(spelled(n)) for n in found.names[: found.leading]})
            for body, names in named.items():
                places.setdefault(body, []).append(found.place)
                printed.setdefault(body, []).extend(names)
                sure[body] = max(sure.get(body, 0.0), confidence)
        claims = []
        for body, shown in places.items():
            share = len(shown) / len(votes)
            if share >= least:
                confidence = sure[body] * (1.0 if share == 1.0 or not least else 0.8)
                claims.append(Claim(body, 2 * leads[body] > len(shown), tuple(shown), tuple(printed[body]), confidence))
        return claims


def _columns(head: Line) -> tuple[int, int] | None:
    """The columns of leading and of joining bodies, if the table's head has one for each."""
    words = [join([c]).text for c in head.cells]
    lead = [k for k, w in enumerate(words) if _LEAD_HEAD.search(w)]
    partner = [k for k, w in enumerate(words) if _PARTNER_HEAD.search(w) and not _LEAD_HEAD.search(w)]
    return (lead[0], partner[0]) if len(lead) == 1 and len(partner) == 1 else None


def _pieces(cell: Clean) -> list[Clean]:
    """The stretches of a cell between tags."""
    found, at = [], 0
    for m in re.finditer(r"</?[A-Za-z][^<>]*>", cell.text):
        found.append(cell[at:m.start()])
        at = m.end()
    found.append(cell[at:])
    return [p.strip() for p in found if p.text.strip()]


def _names(whole: Clean) -> list[Clean]:
    return [whole[m.start():m.end()] for m in re.finditer(r"[^／/、,，;；]+", whole.text)]


class _Matcher:
    """Finds the strategy that a title of the table belongs to."""

    def __init__(self, strategies: Sequence[Node], upper: list[str]) -> None:
        self._titles = [loose(s.title) for s in strategies]
        self._measures = [[(m.ordinal, loose(m.title)) for m in s.children] for s in strategies]
        self._upper = [loose(u) for u in upper]
        self._at = 0

    def strategy_of(self, title: Title) -> int | None:
        """Index of the strategy that the title names or whose measure it is; None if it fits none."""
        own = loose(title.text)
        if not own:
            return None
        best = max(((self._score(i, title, own), -i) for i in range(len(self._titles))), default=(0.0, 0))
        score, index = best[0], -best[1]
        bar = _MEASURE_SIMILAR if title.is_measure else _STRATEGY_SIMILAR
        if score < bar or (not title.is_measure and self._likeness(own, self._upper) > score):
            return None
        self._at = index
        return index

    def _score(self, index: int, title: Title, own: str) -> float:
        if title.is_measure:
            like = max((fuzz.ratio(own, t) / 100 + (0.05 if n == title.ordinal else 0.0)
                        for n, t in self._measures[index]), default=0.0)
        else:
            like = fuzz.ratio(own, self._titles[index]) / 100
        return like - min(_STEP_COST * abs(index - self._at), 0.2)

    @staticmethod
    def _likeness(own: str, titles: list[str]) -> float:
        return max((fuzz.ratio(own, t) / 100 for t in titles), default=0.0)


def _assign(rows: dict[int, set[int]],
            lists: list[tuple[int, BodyList]]) -> list[tuple[int, BodyList, float]]:
    """Assigns a page's lists to its strategies, both in order: as many as possible, as near as possible.

    The alignment is the longest one with the least sum of row distances (dynamic programming).
    Confidence is lower where counts differ or the list stands in another row.
    """
    order = sorted(rows)

    def distance(i: int, j: int) -> int:
        return min(abs(r - lists[j][0]) for r in rows[order[i]])

    n, m = len(order), len(lists)
    # best[i][j]: (matches, -distance, pairs) of the first i strategies and j lists
    best: list[list[tuple[int, int, tuple[tuple[int, int], ...]]]] = [[(0, 0, ())] * (m + 1) for _ in range(n + 1)]
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            count, cost, pairs = best[i - 1][j - 1]
            taken = (count + 1, cost - distance(i - 1, j - 1), (*pairs, (i - 1, j - 1)))
            best[i][j] = max(taken, best[i - 1][j], best[i][j - 1], key=lambda x: x[:2])
    out = []
    for i, j in best[n][m][2]:
        away = distance(i, j)
        confidence = (1.0 if away == 0 else 0.9) if n == m else (0.85 if away == 0 else 0.6)
        out.append((order[i], lists[j][1], confidence))
    return out


def _by_row(rows: dict[int, set[int]],
            lists: list[tuple[int, BodyList]]) -> list[tuple[int, BodyList, float]]:
    """Where a page has more lists than strategies (a cell for each measure): each list to its row's strategy."""
    out = []
    for row, found in lists:
        here = [index for index, own in rows.items() if row in own]
        if len(here) == 1:
            out.append((here[0], found, 0.8))
    return out
