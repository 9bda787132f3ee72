"""Charts and timelines of a result as plain numbers, which a template draws as SVG: no script is needed."""

from __future__ import annotations

from dataclasses import dataclass

from kg.catalog import Chart, Timeline
from kg.catalog_table import Table
from kg.export import table as cells

#: bars in a figure; the table holds all rows
SHOWN = 40
#: the width of the drawn area, in the units of the SVG
WIDTH = 600


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, what stands beside it, and where it lies (0 to ``WIDTH``)."""

    label: str
    text: str
    start: float
    length: float


@dataclass(frozen=True, slots=True)
class Bars:
    """A figure of horizontal bars, with the number of rows that it leaves out."""

    title: str
    bars: tuple[Bar, ...]
    left_out: int


def bars(table: Table, chart: Chart, language: str = "zh") -> Bars | None:
    """The rows' values as bars from nought, in the order of the rows; None where no value is positive.

    ``language`` is that of the title. Rows without a positive value have no bar. A line chart is drawn as bars too.
    """
    names = [n for n in (chart.series, chart.x) if n]
    found = []
    for *parts, y in table.cells((*names, chart.y)):
        number = cells.value(y)
        if isinstance(number, (int, float)) and not isinstance(number, bool) and number > 0:
            found.append((" · ".join(cells.text(p) for p in parts if p is not None), float(number), number))
    if not found:
        return None
    top = max(n for _, n, _ in found)
    drawn = tuple(Bar(name, f"{shown:,}", 0.0, round(WIDTH * n / top, 1)) for name, n, shown in found[:SHOWN])
    return Bars(table.query.head(chart.y, language), drawn, len(found) - len(drawn))


def spans(table: Table, timeline: Timeline) -> Bars | None:
    """The rows as bars on a line of years, in the order of the rows; an open end reaches the last year shown."""
    found = []
    for name, start, end in table.cells((timeline.label, timeline.start, timeline.end)):
        first, last = _year(start), _year(end)
        if first is not None:
            found.append((cells.text(name), first, last))
    if not found:
        return None
    low = min(first for _, first, _ in found)
    high = max(last if last is not None else first for _, first, last in found)
    year = WIDTH / (high - low + 1)
    drawn = tuple(
        Bar(name, f"{first}–{'' if last is None else last}" if last != first else str(first),
            round((first - low) * year, 1), round(max((high if last is None else last) - first + 1, 1) * year, 1))
        for name, first, last in found[:SHOWN]
    )
    return Bars(f"{low}–{high}", drawn, len(found) - len(drawn))


def _year(term: object) -> int | None:
    printed = cells.text(term)[:4]
    return int(printed) if printed.isascii() and printed.isdigit() else None
