"""The criteria cell (認定方式) of a policy industry: vision, 推動目標, 推動策略 with measures."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import groupby

from extract.columns import divide
from extract.table_html import Block, blocks
from kg.records import Records
from kg.text.clean import Clean
from kg.text.years import single_year

#: the number or bracket of a head: 一、推動目標, 【推動目標】
_BEFORE_HEAD = r"^(?:[（(]?[一二三四五\d][)）、.．]\s*|[【〔\[])?"
_GOALS = re.compile(rf"{_BEFORE_HEAD}(?:(?:推動|發展|政策|預期|計畫|具體|量化|績效|關鍵|總體|產業|階段性?|\d{{3,4}}年)*"
                    r"目標(?:值)?|"
                    r"(?:預期|執行)(?:效益|成果))[】〕\]]?[：:]?$")
_STRATEGIES = re.compile(rf"{_BEFORE_HEAD}(?:推動|發展|重點|主要|執行|政策|具體|產業|因應)*"
                         r"(?:策略|作法|做法|措施|行動方案|工作項目)"
                         r"(?:[及與](?:措施|作法))?(?:重點)?[】〕\]]?[：:]?$")
_BEHIND = re.compile(r"(?:【[^【】]{2,10}】|[一二三四五]、[^、，。：:]{2,10}[：:])$")
_YEAR_BEHIND = re.compile(r"[（(]\s*((?:民國)?\s*\d{2,4}\s*年)(?:底|前)*\s*[)）]。?$")
_DASHES = re.compile(r"\s*[—–─\-―]{1,}\s*|\s+|[：:]")
#: words of a heading that announces what is done, so that a list under it holds measures
_ACTS = re.compile(r"布局|佈局|制定|訂定|建立|建構|培育|推廣|推動|強化|促進|發展|培訓|擴大|落實|整備|輔導|行銷|拓展")
#: a paragraph that holds its head and its strategies: 輔助策略 強化… 推廣…
_IN_ONE = re.compile(r"^\S{0,6}策略[：:\s]\s*(?=\S)")
_BEGINS_WITH_ACT = re.compile(r"(?:^|(?<=\s))(?:強化|推廣|推動|促進|建立|建構|完善|發展|擴大|提升|優化|落實|"
                              r"健全|打造|培育|深化|"
                              r"鼓勵|加速)\S{2,}")
_GUESSED = 0.6


@dataclass(slots=True)
class Strategy:
    """A strategy with its measures; ``sure`` below 1 where the layout had to be guessed."""

    title: Clean
    measures: list[Clean] = field(default_factory=list)
    sure: float = 1.0


@dataclass(slots=True)
class Criteria:
    """What a criteria cell says."""

    vision: Clean | None = None
    goals: list[Clean] = field(default_factory=list)
    strategies: list[Strategy] = field(default_factory=list)
    other: list[Clean] = field(default_factory=list)


def parse(cell: Clean, label: str | None) -> Criteria:
    """The parts of a criteria cell; ``label`` is the row's label, which introduces the vision."""
    found = Criteria()
    planned: list[Block] = []
    free: list[Block] = []
    mode = ""
    for block in (part for whole in blocks(cell) for part in _head_behind(whole)):
        text = block.text.text
        if _GOALS.match(text):
            mode = "goals"
        elif _STRATEGIES.match(text):
            mode = "strategies"
        elif mode == "goals":
            found.goals.append(block.text)
        elif mode == "strategies":
            planned.append(block)
        else:
            free.append(block)
    if free and not free[0].is_item and (vision := _vision(free[0].text, label)) is not None:
        found.vision = vision
        found.other.append(free[0].text)
        free = free[1:]
    if planned:
        found.strategies = _strategies(planned)
    elif not found.goals:
        found.strategies = _guessed(free)
    used = {id(t) for s in found.strategies for t in (s.title, *s.measures)}
    found.other += [b.text for b in free if id(b.text) not in used]
    return found


def _head_behind(block: Block) -> list[Block]:
    """A block, and the next part's head (【推動策略】, 二、推動策略：) that was printed behind it."""
    m = _BEHIND.search(block.text.text)
    if m is None or not m.start() or not (_GOALS.match(m[0]) or _STRATEGIES.match(m[0])):
        return [block]
    head = Block(block.text[m.start():], False, "", block.cell)
    return [replace(block, text=block.text[:m.start()].strip()), head]


def _vision(line: Clean, label: str | None) -> Clean | None:
    """What follows the label and a dash: 軍工 ── 打造…"""
    if label is None or not line.text.startswith(label):
        return None
    rest = line[len(label):]
    dash = _DASHES.match(rest.text)
    rest = rest[dash.end():].strip() if dash else rest[:0]
    return rest if len(rest.text) >= 4 else None


def _strategies(planned: list[Block]) -> list[Strategy]:
    found: list[Strategy] = []
    for in_table, run in groupby(planned, key=lambda b: b.cell is not None):
        group = list(run)
        found.extend(_from_table(group) if in_table else _from_lists(group))
    return found


def _from_table(group: list[Block]) -> list[Strategy]:
    """Cells: a title stands above its bullets, or before them in the same cell."""
    found: list[Strategy] = []
    above: dict[tuple[int, int], Strategy] = {}
    for block in group:
        if block.cell is None:
            continue
        table, _, column = block.cell
        if not block.is_item:
            strategy = above[(table, column)] = Strategy(block.text)
            found.append(strategy)
        elif (table, column) in above:
            above[(table, column)].measures.append(block.text)
        else:
            found.append(Strategy(block.text, [], _GUESSED))
    return found


def _from_lists(group: list[Block]) -> list[Strategy]:
    """Nested lists, or headings without bullet above bullets."""
    if any(b.opens_list for b in group):
        return _nested(group)
    if any(not b.is_item for b in group) and any(b.is_item for b in group):
        found: list[Strategy] = []
        for block in group:
            if not block.is_item or not found:
                found.append(Strategy(block.text))
            else:
                found[-1].measures.append(block.text)
        return found
    bulleted = [b for b in group if b.bullet]
    if bulleted and len(bulleted) < len(group):
        found = []
        for block in group:
            if not block.bullet or not found:
                found.append(Strategy(block.text))
            else:
                found[-1].measures.append(block.text)
        return found
    return [Strategy(b.text) for b in group]


def _nested(group: list[Block]) -> list[Strategy]:
    """Items that open a list are headings; several headings before the only list share its items."""
    first = next(i for i, b in enumerate(group) if b.opens_list)
    heads = group[:first + 1]
    if len(heads) == 1:
        found: list[Strategy] = []
        for block in group:
            if block.opens_list:
                found.append(Strategy(block.text))
            else:
                found[-1].measures.append(block.text)
        return found
    rest = group[first + 1:]
    again = next((i for i, b in enumerate(rest) if b.opens_list), len(rest))
    shared, later = rest[:again], rest[again:]
    found = [Strategy(b.text, [], _GUESSED) for b in heads]
    for at, block in zip(divide([b.text.text for b in heads], [b.text.text for b in shared]), shared, strict=True):
        found[at].measures.append(block.text)
    return found + (_nested(later) if later else [])


def _guessed(free: list[Block]) -> list[Strategy]:
    """Without the head 推動策略: a paragraph that announces action, with the list under it."""
    found: list[Strategy] = []
    heads: list[Clean] = []
    for is_item, run in groupby((b for b in free if b.cell is None), key=lambda b: b.is_item):
        group = list(run)
        if not is_item:
            for block in group:
                if in_one := _IN_ONE.match(block.text.text):
                    acts = _BEGINS_WITH_ACT.finditer(block.text.text, in_one.end())
                    found.extend(Strategy(block.text[m.start():m.end()], [], _GUESSED) for m in acts)
            heads = [b.text for b in group if len(b.text.text) <= 30]
            continue
        if heads and _ACTS.search(heads[-1].text):
            found.extend(_numbered(group) or [Strategy(heads[-1], [b.text for b in group], _GUESSED)])
        elif len(heads) >= 3 and _ACTS.search(heads[0].text):
            columns = [Strategy(h, [], _GUESSED) for h in heads[1:]]
            texts = [b.text for b in group]
            for at, text in zip(divide([h.text for h in heads[1:]], [t.text for t in texts]), texts, strict=True):
                columns[at].measures.append(text)
            found.extend(columns)
        heads = []
    return found


def _numbered(group: list[Block]) -> list[Strategy]:
    """Items of the form ``1 名稱 說明``: the name is the strategy, the sentence its measure."""
    found = []
    for block in group:
        m = re.match(r"^(\S{2,14})\s+(?=\S{6,})", block.text.text)
        if not block.bullet.isdigit() or m is None:
            return []
        found.append(Strategy(block.text[:m.end(1)], [block.text[m.end():].strip()], _GUESSED))
    return found


def read(records: Records, scopes: list[tuple[str, str | None]], cells: list[Clean]) -> None:
    """Writes the criteria of a row. ``scopes`` are its scopes with their labels.

    Where several scopes share the cell, goals and strategies belong to all of them and are
    put to the first; running text is read once.
    """
    scope, label = scopes[0]
    for cell in cells:
        if not cell.text.strip():
            continue
        records.read(cell)
        criteria = parse(cell, label)
        if criteria.vision is not None:
            records.part("pol:Goal", scope, "vision", criteria.vision.text, criteria.vision, "vision-line",
                         attributes={"pol:level": 1})
        for i, goal in enumerate(criteria.goals, 1):
            records.part("pol:Goal", scope, f"g{i}", goal.text.rstrip("。"), goal, "goal-bullet",
                         attributes={"pol:level": 2})
            year = _YEAR_BEHIND.search(goal.text)
            records.mentions_in(scope, goal, year=single_year(year[1]) if year else None)
        for i, strategy in enumerate(criteria.strategies, 1):
            iri = records.part("pol:Strategy", scope, str(i), strategy.title.text.rstrip("。"), strategy.title,
                               "strategy-heading", strategy.sure)
            records.mentions_in(scope, strategy.title)
            for j, measure in enumerate(strategy.measures, 1):
                records.part("pol:Measure", iri, str(j), measure.text.rstrip("。"), measure, "strategy-bullet",
                             strategy.sure)
                records.mentions_in(scope, measure)
        for text in criteria.other:
            records.mentions_in(scope, text)
