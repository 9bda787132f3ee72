"""XLSX workbooks as text: each sheet's name behind a mark, each row a line, cells separated by tabs.

The text is what evidence points into, so it is made the same way every time: values as stored
(no number formats), white space inside a cell as one blank, hidden sheets included.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from xml.etree import ElementTree as ET

from kg.read.tables import SHEET_MARK, BrokenTable

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
#: a workbook that unpacks to more is refused
MAX_UNPACKED = 512 * 1024 * 1024
#: Excel's own limit
_MAX_COLUMNS = 16384


def is_xlsx(data: bytes) -> bool:
    """Are these the bytes of an XLSX workbook?"""
    return data.startswith(b"PK\x03\x04") and b"xl/workbook" in data


def xlsx_text(data: bytes) -> str:
    """The workbook's text; raises BrokenTable where it cannot be unpacked or is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
                raise BrokenTable(f"the workbook unpacks to more than {MAX_UNPACKED >> 20} MiB")
            shared = _shared_strings(archive)
            return "".join(
                f"{SHEET_MARK}{_plain(name)}\n" + "".join(line + "\n" for line in _lines(archive, member, shared))
                for name, member in _members(archive)
            )
    except (zipfile.BadZipFile, KeyError, ET.ParseError, IndexError, ValueError, NotImplementedError) as error:
        if isinstance(error, BrokenTable):
            raise
        raise BrokenTable(f"damaged workbook: {error}") from error


def _plain(value: str) -> str:
    return re.sub(r"\s+", " ", value).strip()


def _members(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Name and member of each sheet, in the workbook's order."""
    relations = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {r.get("Id"): r.get("Target", "") for r in relations}
    found = []
    for sheet in ET.fromstring(archive.read("xl/workbook.xml")).iter(_MAIN + "sheet"):
        target = targets[sheet.get(_RELATION)]
        found.append((sheet.get("name", ""), target.lstrip("/") if target.startswith("/") else f"xl/{target}"))
    # charts have no rows
    return [(name, member) for name, member in found if "worksheets/" in member]


def _shared_strings(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return [_string(item) for item in ET.fromstring(archive.read("xl/sharedStrings.xml")).iter(_MAIN + "si")]


def _string(item: ET.Element) -> str:
    """A string's runs; phonetic hints are left out."""
    hints = {t for hint in item.iter(_MAIN + "rPh") for t in hint.iter(_MAIN + "t")}
    return "".join(t.text or "" for t in item.iter(_MAIN + "t") if t not in hints)


def _lines(archive: zipfile.ZipFile, member: str, shared: list[str]) -> Iterator[str]:
    with archive.open(member) as stream:
        for _, row in ET.iterparse(stream):
            if row.tag != _MAIN + "row":
                continue
            cells: list[str] = []
            for n, cell in enumerate(row.iter(_MAIN + "c")):
                column = _column(cell.get("r", ""), n)
                if column >= _MAX_COLUMNS:
                    raise BrokenTable(f"no such column: {cell.get('r')}")
                value = _plain(_value(cell, shared))
                if value:
                    cells += [""] * (column - len(cells)) + [value]
            yield "\t".join(cells)
            row.clear()


def _column(reference: str, default: int) -> int:
    """The column of a cell reference, from 0 (AB12 -> 27)."""
    letters = re.match(r"[A-Z]+", reference)
    if letters is None:
        return default
    number = 0
    for letter in letters[0]:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _value(cell: ET.Element, shared: list[str]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _string(cell)
    stored = cell.findtext(_MAIN + "v") or ""
    if kind == "s":
        return shared[int(stored)]
    if kind == "n" and stored:
        # Excel stores 0.1 + 0.2 and 1.2E7; fifteen digits are what it shows
        return format(Decimal(f"{float(stored):.15g}").normalize(), "f") if re.search(r"[.eE]", stored) else stored
    return "" if kind == "e" else stored
