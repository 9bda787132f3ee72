"""Rows as an XLSX workbook: text cells are never formulas; a second sheet says where the rows come from.

Written with XlsxWriter; the file depends on its content alone (no time of writing).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

import xlsxwriter

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Excel's own limits
_ROWS, _CELL = 1_048_576, 32_767
#: Excel keeps 15 digits of a number; one with more is written as text
_EXACT = 10**15
#: widths of columns in characters
_NARROW, _WIDE = 10, 60
_EPOCH = datetime(2000, 1, 1)

Value = str | int | float | bool | None


class TooLarge(ValueError):
    """More rows than a sheet can hold; the sentence says what to do."""


def write(
    heads: Sequence[str], rows: Iterable[Sequence[Value]], about: Sequence[tuple[str, str]],
    sheets: tuple[str, str] = ("資料", "說明"),
) -> bytes:
    """A workbook with two sheets: head and rows, and ``about``, which has names and values.

    Raises TooLarge for more rows than Excel holds. Text longer than a cell holds is cut with an ellipsis.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    })
    book.set_properties({"created": _EPOCH})
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(sheets[0])
    widths = [_NARROW] * len(heads)
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
    count = 0
    for count, row in enumerate(rows, 1):
        if count >= _ROWS:
            raise TooLarge("列數超過 Excel 上限，請改用 CSV (more rows than Excel holds; take CSV)")
        for column, value in enumerate(row):
            if isinstance(value, bool):
                sheet.write_boolean(count, column, value)
            elif isinstance(value, (int, float)) and abs(value) < _EXACT:
                sheet.write_number(count, column, value)
            elif value is not None and value != "":
                text = _cut(str(value))
                widths[column] = max(widths[column], min(_WIDE, 2 * len(text)))
                sheet.write_string(count, column, text, wrapped)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    if heads:
        sheet.autofilter(0, 0, count, len(heads) - 1)
    notes = book.add_worksheet(sheets[1])
    notes.set_column(0, 0, 2 * _NARROW)
    notes.set_column(1, 1, 2 * _WIDE)
    for line, (name, content) in enumerate(about):
        notes.write_string(line, 0, name, bold)
        notes.write_string(line, 1, _cut(content), wrapped)
    book.close()
    return out.getvalue()


def _cut(text: str) -> str:
    return text if len(text) <= _CELL else text[: _CELL - 1] + "…"
