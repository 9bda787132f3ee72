"""Tables that are text: CSV, tab-separated text and XML, cell by cell with positions.

A cell keeps where it stands in the document's text, so that evidence can point there. XLSX
files come through :mod:`kg.read.xlsx`, which writes them as tab-separated text first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

#: in front of each sheet's name in the text of a workbook (a form feed, as between pages)
SHEET_MARK = "\f# "
_DELIMITERS = ("\t", ",", ";")
_SNIFFED_LINES = 60
#: the account levels of the budget; an element so named says which level its record is of
_LEVEL_TAGS = frozenset("款項目節")


@dataclass(frozen=True, slots=True)
class Cell:
    """A value and where it stands; quotes and entities are undone in ``text`` only.

    The names of XML elements, which stand in front of every value, have no place: start = end = 0.
    """

    text: str
    start: int
    end: int

    def part(self, value: str, source: str) -> Cell:
        """The stretch of the cell that prints ``value``; the whole cell where it is not printed so."""
        at = source.find(value, self.start, self.end) if value else -1
        return Cell(value, at, at + len(value)) if at >= 0 else Cell(value, self.start, self.end)


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: all its rows, captions and heads among them."""

    name: str
    rows: tuple[Row, ...]


class BrokenTable(ValueError):
    """A table that cannot be read; ``str()`` says where and why."""


def is_xml(text: str) -> bool:
    """Does it say that it is XML?"""
    return text.lstrip("\ufeff \r\n\t").startswith("<?xml")


def sheets(text: str, *, partial: bool = False) -> list[Sheet]:
    """The tables of a text; none where it is running text.

    Raises BrokenTable for XML that is not well-formed; with ``partial`` what stands before the
    fault (or the end of a text that was cut) is returned.
    """
    if is_xml(text):
        return _Xml(text, partial).sheets()
    if text.startswith(SHEET_MARK):
        return _workbook(text)
    delimiter = _delimiter(text)
    return [Sheet("", _rows(text, 0, len(text), delimiter))] if delimiter else []


def _delimiter(text: str) -> str | None:
    """What separates the cells: the character that most lines have; None if fewer than half of them have one."""
    # line breaks and delimiters inside quotes do not count
    opening = re.sub(r'"[^"]*"', "_", text[:100_000])
    lines = [line for line in opening.split("\n") if line.strip()][:_SNIFFED_LINES]
    counts = {d: sum(line.count(d) >= 2 for line in lines) for d in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda d: counts[d])
    return best if counts[best] >= 2 and counts[best] * 2 >= len(lines) else None


def _workbook(text: str) -> list[Sheet]:
    found = []
    at = 0
    for piece in text.split("\f")[1:]:
        at += 1
        head, _, _ = piece.partition("\n")
        found.append(Sheet(head.removeprefix("# "), _rows(text, at + len(head) + 1, at + len(piece), "\t")))
        at += len(piece)
    return found


def _rows(text: str, start: int, end: int, delimiter: str) -> tuple[Row, ...]:
    """The rows of delimited text (RFC 4180: fields in quotes may hold delimiters, line breaks, doubled quotes)."""
    quoted = r'"(?P<q>[^"]*(?:""[^"]*)*)"[ ]*(?=[DELIM\r\n]|\Z)'.replace("DELIM", re.escape(delimiter))
    bare = r"(?P<b>[^DELIM\r\n]*)".replace("DELIM", re.escape(delimiter))
    # a quote in a workbook's text is a character of the cell
    pattern = re.compile(bare if delimiter == "\t" else f"{quoted}|{bare}")
    found: list[Row] = []
    row: list[Cell] = []
    at = start + 1 if text.startswith("\ufeff", start) else start
    while at <= end:
        m = pattern.match(text, at, end)
        if m is None:  # the bare field matches the empty string, too
            break
        group = "q" if m.lastgroup == "q" else "b"
        value = m[group].replace('""', '"') if group == "q" else m[group]
        a, b = m.span(group)
        a, b = a + len(m[group]) - len(m[group].lstrip()), b - len(m[group]) + len(m[group].rstrip())
        row.append(Cell(value.strip(), a, b) if value.strip() else Cell("", at, at))
        at = m.end()
        if at < end and text[at] == delimiter:
            at += 1
            continue
        found.append(tuple(row))
        row = []
        at += 2 if text.startswith("\r\n", at) else 1
    return tuple(r for r in found if any(c.text for c in r))


@dataclass(slots=True)
class _Element:
    """An element while it is open."""

    tag: str
    start: int
    fields: list[tuple[str, Cell]]
    parts: list[str] = field(default_factory=list)
    text_start: int = -1
    text_end: int = -1
    has_elements: bool = False


class _Xml:
    """XML as one table: each element with values inside (attributes, elements without elements) is a row.

    The names of the values are the columns; the first row holds them. Elements that are not
    repeated (a head with year and unit) become rows of their own, too.
    """

    def __init__(self, text: str, partial: bool) -> None:
        self.text = text
        self.partial = partial
        self.data = text.encode("utf-8", "replace")
        self.at = (0, 0)  # a byte and the character there
        self.open: list[_Element] = []
        self.records: list[_Element] = []

    def sheets(self) -> list[Sheet]:
        parser = expat.ParserCreate(encoding="utf-8")
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._finish
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._refuse
        self.parser = parser
        try:
            parser.Parse(self.data, True)
        except (expat.ExpatError, BrokenTable) as error:
            if not self.partial:
                raise BrokenTable(str(error)) from None
        records = [r for r in self.records if r.fields]
        if not records:
            return []
        columns = {name: i for i, name in enumerate(dict.fromkeys(n for r in records for n, _ in r.fields))}
        rows: list[Row] = [tuple(Cell(name, 0, 0) for name in columns)]
        for r in records:
            cells = [Cell("", r.start, r.start)] * len(columns)
            for name, cell in r.fields:
                cells[columns[name]] = cell
            rows.append(tuple(cells))
        return [Sheet(records[-1].tag, tuple(rows))]

    def _character(self) -> int:
        """The character at which the parser stands."""
        byte = self.parser.CurrentByteIndex
        last, char = self.at
        if byte < last:
            last, char = 0, 0
        self.at = (byte, char + len(self.data[last:byte].decode("utf-8", "replace")))
        return self.at[1]

    def _refuse(self, *_: object) -> None:
        """Entities of a file's own may blow it up; no budget has any."""
        raise BrokenTable(f"line {self.parser.CurrentLineNumber}: entity declarations are not read")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rsplit(":", 1)[-1]
        start = self._character()
        if self.open:
            self.open[-1].has_elements = True
        element = _Element(tag, start, [])
        if attributes:
            raw = self.text[start:self.text.find(">", start)]
            for key, value in attributes.items():
                m = re.search(rf"\s{re.escape(key)}\s*=\s*([\"'])(.*?)\1", raw, re.S)
                if m and value.strip():
                    cell = Cell(value.strip(), start + m.start(2), start + m.end(2))
                    element.fields.append((key.rsplit(":", 1)[-1], cell))
        self.open.append(element)
        self.records.append(element)

    def _characters(self, data: str) -> None:
        element = self.open[-1]
        start = self._character()
        element.parts.append(data)
        if data.strip():
            if element.text_start < 0:
                element.text_start = start
            # an entity is longer in the text than in the data
            semicolon = self.text.find(";", start) if self.text.startswith("&", start) else -1
            element.text_end = semicolon + 1 if semicolon >= 0 else start + len(data)

    def _finish(self, _: str) -> None:
        element = self.open.pop()
        value = "".join(element.parts).strip()
        if value and not element.has_elements:
            raw = self.text[element.text_start:element.text_end]
            a = element.text_start + len(raw) - len(raw.lstrip())
            cell = Cell(value, a, element.text_start + len(raw.rstrip()))
            if element.fields:
                element.fields.append(("text", cell))
            elif self.open:
                self.open[-1].fields.append((element.tag, cell))
        if element.tag in _LEVEL_TAGS and element.fields and element.tag not in dict(element.fields):
            at = element.start + 1
            element.fields.append((element.tag, Cell(element.tag, at, at + len(element.tag))))
