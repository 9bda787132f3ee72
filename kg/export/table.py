"""Rows as CSV that spreadsheet programs open without running anything, and terms as plain values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import pyoxigraph as ox

#: spreadsheet programs run cells that begin with these (OWASP, CSV injection)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
#: makes spreadsheet programs read the file as UTF-8
BOM = "\ufeff"
_WHOLE = ("integer", "int", "long", "short", "nonNegativeInteger", "gYear")
_BROKEN = ("decimal", "double", "float")


def to_csv(rows: Iterable[Sequence[str]], line_end: str = "\r\n") -> str:
    """CSV (RFC 4180); a cell that a spreadsheet would run as a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=line_end)
    for row in rows:
        writer.writerow(["'" + c if c.startswith(_FORMULA) and not _is_number(c) else c for c in row])
    return out.getvalue()


def to_excel_csv(rows: Iterable[Sequence[str]]) -> str:
    """CSV for Excel: with a byte order mark, so that Chinese is read as UTF-8."""
    return BOM + to_csv(rows)


def text(term: Any) -> str:
    """A term's own text; empty for none."""
    return "" if term is None else str(getattr(term, "value", term))


def value(term: Any) -> str | int | float | bool | None:
    """A term as plain data: numbers and booleans by their datatype, all else its text."""
    if term is None:
        return None
    if isinstance(term, ox.Literal):
        kind = term.datatype.value.rsplit("#", 1)[-1]
        try:
            if kind in _WHOLE:
                return int(term.value)
            if kind in _BROKEN:
                number = float(term.value)
                return number if number - number == 0 else term.value  # JSON has no infinity
        except ValueError:
            return str(term.value)
        if kind == "boolean":
            return term.value in ("true", "1")
    return text(term)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
