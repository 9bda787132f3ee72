"""Rows as CSV that spreadsheet programs open without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

#: spreadsheet programs run cells that begin with these (OWASP, CSV injection)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def to_csv(rows: Iterable[Sequence[str]], line_end: str = "\r\n") -> str:
    """CSV (RFC 4180); a cell that a spreadsheet would run as a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=line_end)
    for row in rows:
        writer.writerow(["'" + c if c.startswith(_FORMULA) and not _is_number(c) else c for c in row])
    return out.getvalue()


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
