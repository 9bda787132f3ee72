"""Tables of an annual plan whose cells are parted by tabs (DOCX, ODT, HTML and copied tables).

The columns are told by their heads: ministries and years name and order them differently, leave out the category,
or add indicators and money. A second kind of table holds the year's indicators with the values to be reached.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from extract.annual_columns import Row, items
from extract.sections import join
from kg.text.clean import Clean, concat
from kg.text.years import single_year

_HEADS: dict[str, re.Pattern[str]] = {
    "work_plan": re.compile(r"^(?:工作計畫|業務計畫|業務別|業務項目|分支計畫|施政類別|單位預算科目)"),
    "item": re.compile(r"項目(?:名稱)?$|計畫名稱|個案計畫|施政計畫$"),
    "category": re.compile(r"^(?:計畫)?(?:類別|性質)$"),
    "content": re.compile(r"內容|措施|辦理事項|工作重點|實施要領|執行重點|具體作為"),
    "indicator": re.compile(r"(?:績效|衡量)指標|指標(?:項目|名稱)?$"),
    "value": re.compile(r"目標值|年度目標$|預期值"),
}
_LONGEST_HEAD = 20


@dataclass(frozen=True, slots=True)
class Table:
    """A table's columns by what they hold, and its lines; ``values``: the columns of values with their years."""

    head: Clean
    columns: Mapping[str, int]
    values: tuple[tuple[int, int | None], ...]
    lines: list[Clean]

    @property
    def of_plans(self) -> bool:
        """Does it list plans with their contents? Else it lists indicators with their values."""
        return "content" in self.columns


def table(line: Clean) -> Table | None:
    """The table that a line is the head of; None if it is none."""
    names = [re.sub(r"\s", "", cell) for cell in line.text.split("\t")]
    if len(names) < 3 or any(len(name) > _LONGEST_HEAD or re.search("[。；，]", name) for name in names):
        return None
    found: dict[str, int] = {}
    values: list[tuple[int, int | None]] = []
    for i, name in enumerate(names):
        kind = next((k for k, pattern in _HEADS.items() if pattern.search(name)), None)
        if kind == "value":
            values.append((i, single_year(name)))
        elif kind is not None and kind not in found:
            found[kind] = i
    if {"item", "content"} <= found.keys() or ({"indicator"} <= found.keys() and values):
        return Table(line, found, tuple(values), [])
    return None


def cells(line: Clean) -> list[Clean]:
    """The cells of a line."""
    cuts = [m.start() for m in re.finditer("\t", line.text)]
    return [join([line[a + 1:b]]) for a, b in pairwise([-1, *cuts, len(line)])]


def plan_rows(found: Table) -> list[Row]:
    """The rows of a table of plans; a line without an item goes on with the content of the row above."""
    rows: list[Row] = []
    nothing = Clean("", ())
    for line in found.lines:
        parts = cells(line)
        held = {k: parts[i] for k, i in found.columns.items() if i < len(parts) and len(parts[i])}
        if "item" in held and "content" in held:
            category = held.get("category", nothing)
            rows.append(Row(held.get("work_plan"), held["item"], category.text, category, items(held["content"]), 1.0))
        elif rows:
            last = rows[-1]
            more = held.get("content") if len(parts) > 1 else join([line])
            if more is not None:
                rows[-1] = Row(last.work_plan, last.item, last.category, last.category_place,
                               (*last.content, *items(more)), last.confidence)
    return rows


def indicators(found: Table) -> list[tuple[Clean, int | None]]:
    """Each indicator with one of its values behind it, and the value's year where the head says one."""
    read = []
    for line in found.lines:
        parts = cells(line)
        at = found.columns["indicator"]
        if at < len(parts) and len(parts[at]):
            read += [(concat((parts[at], parts[i])), year) for i, year in found.values
                     if i < len(parts) and any(c.isdecimal() for c in parts[i].text)]
    return read

