"""A result as the reader of a page wants to see it: the rows that hold some words, in the order of one column."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kg.catalog_table import Table
from kg.export import table as cells


def holding(table: Table, words: str) -> Table:
    """The rows whose shown cells hold every word, whatever the case; all rows where no word is given."""
    wanted = words.casefold().split()
    if not wanted:
        return table
    at = [table.variables.index(n) for n in table.shown]
    rows = tuple(
        row for row in table.rows
        if all(any(w in cells.text(row[i]).casefold() for i in at) for w in wanted)
    )
    return replace(table, rows=rows, total=len(rows))


def ordered(table: Table, by: str) -> Table:
    """The rows by a shown column, from large to small if ``by`` begins with "-"; as they are for another name.

    Numbers stand before words, and what is empty comes last in both directions.
    """
    name, falling = by.removeprefix("-"), by.startswith("-")
    if name not in table.shown:
        return table
    at = table.variables.index(name)
    filled = [row for row in table.rows if row[at] is not None]
    filled.sort(key=lambda row: _key(row[at]), reverse=falling)
    return replace(table, rows=(*filled, *(row for row in table.rows if row[at] is None)))


def _key(term: Any) -> tuple[bool, float, str]:
    value = cells.value(term)
    if isinstance(value, (int, float)):
        return False, float(value), ""
    return True, 0.0, cells.text(term)
