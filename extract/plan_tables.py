"""The statistical tables of a plan: budgets by body and year, and other figures by year.

Tables are tab-separated rows below a caption (表 2 …) and a unit line (單位：新臺幣千元); after a
page break the head comes again. A table is a budget where its caption, head or row says so (預算,
決算); other money by year (an expenditure survey, the GDP) is a figure, not a budget.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from extract.plan_layout import Line, join
from extract.plan_responsibility import is_head
from kg import ids
from kg.model import Ref
from kg.records import Records
from kg.text.clean import Clean
from kg.text.numerals import MULTIPLIERS, printed_number
from kg.text.years import gregorian, plausible, single_year

_CAPTION = re.compile(r"^\s*(?:附)?表\s*[\d一二三四五六七八九十]+(?:[-–.]\d+)*[\s：:、.]")
#: a caption without a number, on the line before the unit or the table's head
_TABLE_TITLE = re.compile(r"^[^。；，]{4,40}(?:表|統計|一覽|推估|配置|預算|概算|決算)(?:[（(][^（）()]*[)）])?$")
_UNIT = re.compile(r"單位\s*[：:]\s*(.+)$")
#: a unit behind a caption or a column's head: 預算數（千元）
_UNIT_IN_BRACKETS = re.compile(r"[（(](?:單位\s*[：:])?\s*(?:新[臺台]幣)?\s*"
                               r"([百千十]?[億萬千仟]?元|百萬元|兆元)\s*[)）]")
_FOOTNOTE_MARK = re.compile(r"[\s]*(?:[¹²³⁴⁵⁶⁷⁸⁹⁰]+|[(（]?註\s*\d*[)）]?|\*+)\s*$|(?<=[\u4e00-\u9fff])\s*\d{1,2}$")
_TOTAL = re.compile(r"^(?:合\s*計|總\s*計|總\s*額|總\s*和|共\s*計)$")
_BUDGET = re.compile(r"預算|決算|概算|經費(?:需求|編列|規劃|分配|配置|概估|預估)|所需經費")
_NO_BUDGET = re.compile(r"GDP|國內生產毛額|占比|比率|比例|成長率|%|％", re.I)
_BODY_HEAD = re.compile(r"機關|部會|單位|部門")
_YEAR_HEAD = re.compile(r"^(?:年\s*份?|年\s*度|西元年?|民國年?)$")
_NONE = re.compile(r"^[-–—－─…]*$")
_FORECAST = re.compile(r"推估|預估|預測|估計")
#: the plan's own body of total rows
CENTRAL = "中央政府"
_PHASES = (("法定", "法定預算"), ("預算案", "預算案"), ("概算", "概算"), ("決算", "決算"), ("推估", "推估"),
           ("預估", "推估"), ("預算", "預算"))


@dataclass(frozen=True, slots=True)
class Grid:
    """One table: rows of cells (heads merged to one), its caption and units."""

    caption: str
    units: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[Clean, ...], ...]
    lines: tuple[Line, ...]


def grids(content: Sequence[Line]) -> list[Grid]:
    """The tables of a stretch of lines; a repeated head after a page break goes on with the table before."""
    found: list[Grid] = []
    caption = ""
    units: tuple[str, ...] = ("",)
    i = 0
    while i < len(content):
        line = content[i]
        unit = _UNIT.search(line.text)
        if _CAPTION.match(line.text) and "\t" not in line.text:
            caption, units = join([line.piece]).text, ("",)
        elif unit and "\t" not in line.text:
            units = tuple(u.strip(" ）)") for u in re.split(r"[；;、，,／/]", unit[1]))
        elif "\t" in line.text and not is_head(line):
            j = i + 1
            while j < len(content) and "\t" in content[j].text and content[j].text.strip() != line.text.strip():
                j += 1
            if i and "\t" not in content[i - 1].text and _TABLE_TITLE.search(content[i - 1].text) \
                    and not _CAPTION.match(content[i - 1].text) and _UNIT.search(content[i - 1].text) is None:
                caption, units = join([content[i - 1].piece]).text, ("",)
            grid = _grid(caption, units, content[i:j])
            if found and grid.head == found[-1].head and grid.caption == found[-1].caption:
                last = found.pop()
                grid = Grid(last.caption, last.units, last.head, last.rows + grid.rows, last.lines + grid.lines)
            found.append(grid)
            i = j
            continue
        i += 1
    return found


def _grid(caption: str, units: tuple[str, ...], lines: Sequence[Line]) -> Grid:
    rows = [tuple(join([c]) for c in line.cells) for line in lines]
    head = [c.text for c in rows[0]]
    used = 1
    if (len(rows) > 1 and rows[1] and rows[1][0].text in ("", head[0])
            and not any(re.search(r"\d", c.text) for c in rows[1])):
        for k in range(1, len(head)):
            head[k] = head[k] or head[k - 1]
        head = [" ".join(dict.fromkeys(x for x in (h, rows[1][k].text if k < len(rows[1]) else "") if x))
                for k, h in enumerate(head)]
        used = 2
    return Grid(caption, units, tuple(head), tuple(rows[used:]), tuple(lines))


class TableReader:
    """Writes the tables of a document to its records."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._central: str | None = None

    def read(self, content: Sequence[Line], section: str) -> None:
        """All tables of a section."""
        for grid in grids(content):
            for line in grid.lines:
                self._records.read(line.piece)
            years = {k: y for k, h in enumerate(grid.head) if k and (y := _year(h))}
            if years:
                self._by_column(grid, years, section)
            elif grid.head and _YEAR_HEAD.match(grid.head[0]):
                self._by_row(grid, section)

    def _by_column(self, grid: Grid, years: dict[int, int], section: str) -> None:
        """Years in the head: each row is a body's, a total's or another series."""
        for row in grid.rows:
            name = row[0].remove(_FOOTNOTE_MARK).strip()
            if not name.text:
                continue
            by_body = _BODY_HEAD.search(grid.head[0]) is not None
            for k, year in years.items():
                if k >= len(row) or _NONE.match(row[k].text):
                    continue
                value = printed_number(row[k].text.rstrip("%％"))
                if value is None:
                    continue
                says = f"{grid.caption} {grid.head[k]}" if by_body else name.text
                unit = _money(grid.units) or _bracketed_unit(grid.head[k], grid.caption)
                if unit and _BUDGET.search(says) and not _NO_BUDGET.search(name.text):
                    agency = name if by_body and not _TOTAL.match(name.text) else None
                    self._budget(grid, k, year, agency, name, row[k], value, unit, section)
                else:
                    self._figure(grid, name.text, year, row[k], value, section)

    def _by_row(self, grid: Grid, section: str) -> None:
        """Years in the first column: each further column is a series."""
        heads = [join([c]).remove(_FOOTNOTE_MARK).strip() for c in grid.lines[0].cells]
        known = {k for k, head in enumerate(heads) if k and head.text and self._records.resolver.body(
            head.text, table=True, year=self._records.year) is not None}
        for row in grid.rows:
            year = _year(row[0].text) if row else None
            for k in range(1, min(len(row), len(grid.head))):
                value = printed_number(row[k].text.rstrip("%％"))
                if not year or value is None:
                    continue
                unit = _money(grid.units) or _bracketed_unit(grid.head[k], grid.caption)
                total = len(known) >= 2 and k < len(heads) and _TOTAL.match(heads[k].text)
                if unit and _BUDGET.search(grid.caption) and (k in known or total):
                    agency = heads[k] if k in known else None
                    self._budget(grid, k, year, agency, heads[k], row[k], value, unit, section)
                else:
                    self._figure(grid, grid.head[k], year, row[k], value, section)

    def _budget(self, grid: Grid, column: int, year: int, agency: Clean | None, name: Clean, cell: Clean,
                value: Decimal, unit: str, section: str) -> None:
        records = self._records
        if agency is not None:
            body = records.body(agency.text, agency, "budget-table-body", table=True)
        else:
            body = self._central_government(name)
        words = f"{grid.head[column]} {grid.caption}"
        phase = next(label for word, label in (*_PHASES, ("", "預算")) if word in words)
        if _FORECAST.search(grid.caption):
            phase = "推估"
        when = grid.head[column] if _year(grid.head[column]) else str(year)
        label = f"{name.text} {when}"
        amount = records.part(
            "pol:BudgetAmount", section, f"{body.rsplit('/', 1)[-1]}-{year}-{phase}", label, [name, cell],
            "budget-table-cell", attributes={
                "pol:fiscalYear": year, "pol:value": value, "pol:unit": unit, "pol:valueText": cell.text,
                "pol:amountTWD": value * _factor(unit), "pol:phase": Ref(ids.concept("budget-phase", phase)),
            })
        records.relate(amount, "pol:agency", body, name, "budget-table-body")

    def _central_government(self, name: Clean) -> str:
        if self._central is None:
            self._central = ids.named("pol:GovernmentBody", CENTRAL)
        return self._records.add("pol:GovernmentBody", self._central, CENTRAL, name, "budget-table-total", 0.9)

    def _figure(self, grid: Grid, series: str, year: int, cell: Clean, value: Decimal, section: str) -> None:
        kind = "預測" if _FORECAST.search(f"{grid.caption} {series}") else "實績"
        span = cell.whole()
        iri = ids.iri("pol:Target", self._records.document.key, f"{span.start}-{span.end}")
        self._records.add("pol:Target", iri, series, cell, "table-figure", attributes={
            "dcterms:isPartOf": Ref(section), "pol:value": value, "pol:unit": _unit_of(cell.text, series, grid.units),
            "pol:valueText": cell.text, "pol:ofYear": year, "pol:kind": Ref(ids.concept("target-kind", kind)),
            "dcterms:description": grid.caption or None,
        })


def _year(text: str) -> int | None:
    """The one year that a head or a first cell names; a bare 2021 or 110 counts here."""
    year = single_year(text)
    if year is None and re.fullmatch(r"\s*(\d{4}|\d{2,3})\s*", text):
        year = gregorian(int(text))
    return year if year is not None and plausible(year) else None


def _money(units: Sequence[str]) -> str:
    """The unit that is money (千元, 億元), without the currency's name; empty if none."""
    for unit in units:
        m = re.search(r"((?:[十百]?億|[十百千]?萬|百萬|千|仟|兆)?元)$", unit)
        if m:
            return m[1]
    return ""


def _bracketed_unit(*texts: str) -> str:
    """The money's unit that a head or caption has in brackets; empty if none."""
    return next((m[1] for text in texts if (m := _UNIT_IN_BRACKETS.search(text))), "")


def _factor(unit: str) -> Decimal:
    return MULTIPLIERS.get(unit.removesuffix("元"), Decimal(1))


def _unit_of(printed: str, series: str, units: Sequence[str]) -> str | None:
    if printed.endswith(("%", "％")) or (("占比" in series or "率" in series) and ("%" in units or "％" in units)):
        return "%"
    return _money(units) or next((u for u in units if u), None)
