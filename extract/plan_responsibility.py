"""The responsibility table of a plan: which bodies lead (before ／) and join (after ／) each strategy.

Some plans have columns instead, 主辦機關 and 協辦機關, and some fill them in for each measure. The table
runs over many pages with a repeated head, and comes to us as tab-separated rows in which cells have
slipped into other rows and columns, stand merged, or hold misread characters. Columns are therefore not
trusted. The cells are read as a stream of tokens (numbered titles, lists of bodies); titles are matched
with the plan's own headings, and on each page the lists are assigned to the strategies in reading
order, which survives the slips. Repeated rows vote.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from extract.plan_assign import BodyList, assign, by_row
from extract.plan_inline_bodies import split_names
from extract.plan_layout import Line, join
from extract.plan_tree import Node
from extract.plan_words import NUMERAL, WORDS, ordinal
from kg.text.clean import Clean, concat, raw
from kg.text.normal import loose

_LEVEL_WORDS = "|".join(f"(?:{words})" for words in WORDS.values())
#: a numbered title inside a cell starts after a blank, a tag or at the cell's start
_NUMBERED = re.compile(
    r"(?<![^\s>])(?:[(（]\s*(?P<measure>\d{1,2})\s*[)）]|(?P<strategy>\d{1,2})\s*[.．、](?!\s*\d)"
    rf"|(?:{_LEVEL_WORDS})\s*(?P<named>{NUMERAL})(?:\s*[：:、.．]|(?=[\s\u3000]))"
    r"|(?P<dashed>\d{1,2}(?:\s?[-–－.．]\s?\d{1,2}){1,3})[.．、]?(?=\s*[\u4e00-\u9fff「])(?!\s*[年月日%％])"
    r"|[(（]\s*(?P<chinese>[一二三四五六七八九十]{1,3})\s*[)）]|(?P<plain>[一二三四五六七八九十]{1,3})\s*、)\s*")
#: the same as the cell above
_DITTO = re.compile(r"^(?:同\s*[上前]|〃|″|\"|＂)$")
_NO_TITLE = re.compile(r"^[\d\s,.%％:：\-–—]*$")
_SLASH = re.compile(r"[／/]")
_LIST_MARK = re.compile(r"[／/、,，;；]")
_LEAD_HEAD = re.compile(r"主\s*[辦政責持管]|權責|負責|執行(?:機關|單位)")
_PARTNER_HEAD = re.compile(r"協\s*[辦同助]|配合|共同|參與|會辦")
_BRACKETED_HEAD = re.compile(r"主\s*辦?\s*[（(]\s*協")
_BODY_LIKE = re.compile(r"[\u4e00-\u9fff]{1,16}(?:部|會|院|署|局|處|館|府|總處|中心|所|行)$")
_MEASURE_SIMILAR = 0.7
_STRATEGY_SIMILAR = 0.6
#: how like a title must be to a heading, by what its number says; one without a number must be nearly the same
_BARS = {"measure": _MEASURE_SIMILAR, "strategy": _STRATEGY_SIMILAR, "": _MEASURE_SIMILAR, "cell": 0.85}
#: what one strategy's distance from the last one read costs, so that equal titles go to the nearest
_STEP_COST = 0.02


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
    #: "strategy" or "measure"; empty where the number does not tell, "cell" for a cell without a number
    level: str


@dataclass(slots=True)
class _Page:
    """What stands on one page of the table, by row."""

    #: columns of leading and of joining bodies, where the head has both
    columns: tuple[int, int | None] | None = None
    #: does the head put joining bodies in brackets, 主（協）辦機關?
    bracketed: bool = False
    titles: list[tuple[int, Title]] = field(default_factory=list)
    lists: list[tuple[int, BodyList]] = field(default_factory=list)


def is_head(line: Line) -> bool:
    """Is the line the table's head (目標 … 策略 … 措施 … 部會)?"""
    text = re.sub(r"\s+", " ", line.text)
    return ("\t" in line.text and re.search(r"策略|措施|[作做]法|工作(?:項目|重點)|行動(?:方案|計畫)", text) is not None
            and re.search(r"部會|機關|單位|主\s*[辦責政]|協辦", text) is not None
            and not re.search(r"\d|。", text) and len(text) < 80)


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
                    self.pages.append(_Page(_columns(line), _BRACKETED_HEAD.search(line.text) is not None))
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
        return [t.text for page in self.pages for _, t in page.titles if t.level != "cell"]

    @property
    def measure_titles(self) -> list[str]:
        """The measures' titles as printed in the table."""
        return [t.text for page in self.pages for _, t in page.titles if t.level in ("measure", "")]

    # -- reading

    def _row(self, line: Line, page: _Page) -> None:
        row = len(self.rows)
        cells = line.cells
        both = self._by_columns(cells, page)
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
                    level = m.lastgroup if m.lastgroup in ("measure", "strategy") else ""
                    page.titles.append((row, Title(ordinal(m[m.lastgroup or 0]), title, level)))

    def _by_columns(self, cells: list[Clean], page: _Page) -> BodyList | None:
        """The list that the cells of leading and joining bodies make together."""
        if page.columns is None or page.columns[0] >= len(cells):
            return None
        parts = [join([cells[k]]) if k is not None and k < len(cells) else Clean("", ()) for k in page.columns]
        if page.lists and _DITTO.match(parts[0].text):
            above = page.lists[-1][1]
            return BodyList(parts[0], above.names, above.leading)
        if not parts[0].text or not all(self._is_list(p.text) and not _SLASH.search(p.text) for p in parts if p.text):
            return None
        leads = split_names(parts[0], self._known)
        place = concat(sorted((p for p in parts if p.text), key=lambda p: p.offsets[0]))
        return BodyList(place, (*leads, *split_names(parts[1], self._known)), len(leads))

    def _plain(self, cell: Clean, row: int, page: _Page) -> None:
        for piece in _pieces(cell):
            lists = self._leading_and_bracketed(piece) if page.bracketed else []
            lists = lists or self._body_lists(piece)
            page.lists += [(row, found) for found in lists]
            text = join([piece]).text
            if not lists and len(text) >= 4 and not _NO_TITLE.match(text):
                page.titles.append((row, Title(0, text, "cell")))

    def _leading_and_bracketed(self, piece: Clean) -> list[BodyList]:
        """The list 甲部（乙部、丙會), in which the bracket holds those that join."""
        whole = join([piece])
        m = re.fullmatch(r"([^（）()]+)[（(]([^（）()]+)[)）]", whole.text)
        if m is None or not self._is_list(m[1]) or not self._is_list(m[2]):
            return []
        leads = split_names(whole[:m.end(1)], self._known)
        return [BodyList(whole, (*leads, *split_names(whole[m.start(2):m.end(2)], self._known)), len(leads))]

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
            leading = len(split_names(whole[: slash.start()], self._known)) if slash else 1
            found.append(BodyList(whole, tuple(split_names(whole, self._known)), leading))
        return found

    def _is_list(self, text: str) -> bool:
        names = [n for part in _LIST_MARK.split(text) if part
                 for n in (n.text for n in split_names(raw(part), self._known))]
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
               canonical: Callable[[str], str]) -> dict[tuple[int, int | None], list[Claim]]:
        """Strategy (index, None) to the bodies that lead and join it; strategies whose cell is lost are left out.

        Where each measure has a cell of its own, (strategy, index of its measure) has the cell's bodies too.
        ``upper``: titles of goals and sub-goals, which stand in the table too. ``canonical``: a printed
        name to what identifies its body.
        """
        matcher = _Matcher(strategies, list(upper))
        votes: dict[int, list[tuple[BodyList, float]]] = defaultdict(list)
        own: dict[tuple[int, int], list[tuple[BodyList, float]]] = defaultdict(list)
        # strategies whose measures have cells of their own: all bodies count, not only those of most cells
        split: set[int] = set()
        for page in self.pages:
            rows: dict[int, set[int]] = defaultdict(set)
            measures: dict[int, set[tuple[int, int]]] = defaultdict(set)
            for row, title in page.titles:
                found = matcher.find(title)
                if found is not None:
                    rows[found[0]].add(row)
                    if found[1] is not None:
                        measures[row].add((found[0], found[1]))
            if len(page.lists) <= len(rows):
                assigned = assign(rows, page.lists)
            else:
                assigned = by_row(rows, page.lists)
                own_rows = Counter(row for row, _ in page.lists)
                in_order = all(len(measures[row]) == 1 and n == 1 for row, n in own_rows.items())
                if page.columns is not None or in_order:
                    for row, cell in page.lists:
                        if len(measures[row]) == 1:
                            own[next(iter(measures[row]))].append((cell, 1.0))
            times = Counter(index for index, _, _ in assigned)
            split |= {index for index, n in times.items() if n > 1}
            for index, cell, confidence in assigned:
                votes[index].append((cell, confidence))
        claims: dict[tuple[int, int | None], list[Claim]] = {
            (i, None): self._count(votes[i], canonical, 0.0 if i in split else 0.5) for i in sorted(votes)}
        return claims | {place: self._count(cells, canonical, 0.5) for place, cells in sorted(own.items())}

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
                # one that leads one measure of a strategy leads the strategy
                lead = 2 * leads[body] > len(shown) or (not least and leads[body] > 0)
                claims.append(Claim(body, lead, tuple(shown), tuple(printed[body]), confidence))
        return claims


def _columns(head: Line) -> tuple[int, int | None] | None:
    """The columns of leading and of joining bodies (None if the head has none), if leading ones have a column."""
    words = [join([c]).text for c in head.cells]
    lead = [k for k, w in enumerate(words) if _LEAD_HEAD.search(w) and not _PARTNER_HEAD.search(w)]
    partner = [k for k, w in enumerate(words) if _PARTNER_HEAD.search(w) and not _LEAD_HEAD.search(w)]
    # 主辦／協辦機關 in one cell: the names' own ／ tells
    both = any(_LEAD_HEAD.search(w) and _PARTNER_HEAD.search(w) for w in words)
    if len(lead) != 1 or len(partner) > 1 or both:
        return None
    return lead[0], partner[0] if partner else None


def _pieces(cell: Clean) -> list[Clean]:
    """The stretches of a cell between tags."""
    found, at = [], 0
    for m in re.finditer(r"</?[A-Za-z][^<>]*>", cell.text):
        found.append(cell[at:m.start()])
        at = m.end()
    found.append(cell[at:])
    return [p.strip() for p in found if p.text.strip()]


class _Matcher:
    """Finds the strategy that a title of the table belongs to."""

    def __init__(self, strategies: Sequence[Node], upper: list[str]) -> None:
        self._titles = [loose(s.title) for s in strategies]
        self._measures = [[(m.ordinal, loose(m.title)) for m in s.children] for s in strategies]
        self._upper = [loose(u) for u in upper]
        self._at = 0

    def find(self, title: Title) -> tuple[int, int | None] | None:
        """The strategy that the title names, or the strategy and its measure; None if it fits none."""
        own = loose(title.text)
        if not own:
            return None
        best: tuple[float, int, int | None] = (0.0, 0, None)
        for index in range(len(self._titles)):
            for score, measure in self._scores(index, title, own):
                if score > best[0]:
                    best = (score, index, measure)
        score, index, measure = best
        bar = _BARS[title.level]
        if score < bar or (measure is None and self._likeness(own, self._upper) > score):
            return None
        self._at = index
        return index, measure

    def _scores(self, index: int, title: Title, own: str) -> list[tuple[float, int | None]]:
        """How like the title is to the strategy, and to that one of its measures which is most like it."""
        away = min(_STEP_COST * abs(index - self._at), 0.2)
        found: list[tuple[float, int | None]] = []
        if title.level != "measure":
            found.append((fuzz.ratio(own, self._titles[index]) / 100 - away, None))
        if title.level != "strategy":
            like = [(fuzz.ratio(own, t) / 100 + (0.05 if n == title.ordinal else 0.0) - away, k)
                    for k, (n, t) in enumerate(self._measures[index])]
            found += [max(like, key=lambda x: x[0])] if like else []
        return found

    @staticmethod
    def _likeness(own: str, titles: list[str]) -> float:
        return max((fuzz.ratio(own, t) / 100 for t in titles), default=0.0)
