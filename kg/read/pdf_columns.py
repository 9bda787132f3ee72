"""Columns of tables in a PDF: where a row has an empty cell, the words behind it keep their column.

A PDF knows no tables, only words at places. Rows that have all their cells show where the columns stand;
in the other rows of the same table each cell goes to the column that it stands in. Where the full rows'
columns overlap, or a cell stands in none or in two of them, nothing is said about columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

#: so many lines with one cell (headings of groups, cells that go on) may stand between two rows of a table
_BETWEEN = 3
#: so many full rows tell where the columns stand; fewer may be chance
_FULL_ROWS = 2
#: a table with empty cells has at least so many columns
_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """Words of a line between wide gaps, and where they begin and end (in points, to the right)."""

    text: str
    left: float
    right: float


def rows_with_empty_cells(lines: Sequence[Sequence[Cell]]) -> list[str]:
    """The text of each line of a page, its cells separated by tabs, with a tab for each empty cell too.

    >>> full = [Cell("甲", 0, 10), Cell("乙", 50, 60), Cell("丙", 100, 110)]
    >>> rows_with_empty_cells([full, full, [Cell("丁", 0, 10), Cell("戊", 98, 112)]])[2]
    '丁\\t\\t戊'
    """
    texts = ["\t".join(cell.text for cell in line) for line in lines]
    for block in _blocks(lines):
        columns = _columns([lines[i] for i in block])
        for i in block:
            if 1 < len(lines[i]) < len(columns):
                texts[i] = _placed(lines[i], columns) or texts[i]
    return texts


def _blocks(lines: Sequence[Sequence[Cell]]) -> list[list[int]]:
    """Indices of the lines of each table: those of several cells, few others between them."""
    blocks: list[list[int]] = []
    for i, line in enumerate(lines):
        if len(line) > 1:
            if blocks and i - blocks[-1][-1] <= _BETWEEN + 1:
                blocks[-1].append(i)
            else:
                blocks.append([i])
    return blocks


def _columns(rows: Sequence[Sequence[Cell]]) -> list[tuple[float, float]]:
    """Where the columns of a table begin and end, by its full rows; none where these do not tell it."""
    most = max(map(len, rows))
    full = [row for row in rows if len(row) == most]
    if most < _COLUMNS or len(full) < _FULL_ROWS:
        return []
    columns = [(min(row[k].left for row in full), max(row[k].right for row in full)) for k in range(most)]
    apart = all(a[1] < b[0] for a, b in pairwise(columns))
    return columns if apart else []


def _placed(row: Sequence[Cell], columns: Sequence[tuple[float, float]]) -> str | None:
    """The row with its cells in their columns; None where one stands in no column or in several."""
    cells = [""] * len(columns)
    for cell in row:
        at = [k for k, (left, right) in enumerate(columns) if cell.left <= right and cell.right >= left]
        if len(at) != 1 or cells[at[0]]:
            return None
        cells[at[0]] = cell.text
    return "\t".join(cells).rstrip("\t")
