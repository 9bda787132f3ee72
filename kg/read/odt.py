"""ODT as text: a paragraph a line, a table row a line, list numbers as LibreOffice prints them.

Deleted text of tracked changes, annotations and the headers and footers of the pages are left out;
text boxes stand behind the paragraph that holds them, notes at the end. Names are those of
OpenDocument 1.3, part 3.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from kg.read.drawn import BULLET, number, numbered, table
from kg.read.package import Unreadable, attribute, child, content, damaged, local, opened, xml

_LEFT_OUT = frozenset({"tracked-changes", "annotation", "annotation-end", "number", "ruby-text", "note-citation",
                       "index-title-template", "table-of-content-source", "desc", "title", "forms",
                       "sequence-decls", "variable-decls", "user-field-decls"})
_LABELS = ("list-level-style-number", "list-level-style-bullet", "outline-level-style")
#: LibreOffice's own limit of columns of a table in a text
_MAX_COLUMNS = 1024
#: blanks that one element may stand for
_MAX_BLANKS = 1000


def odt_text(data: bytes) -> str:
    """The document's text. Raises Unreadable."""
    with opened(data, "ODT") as package:
        names = package.namelist()
        if "META-INF/manifest.xml" in names and b"encryption-data" in content(package, "META-INF/manifest.xml", "ODT"):
            raise Unreadable("ODT 檔有密碼保護，請解除密碼後再讀", "it is encrypted; remove the password")
        root = xml(package, "content.xml", "ODT")
        styles = [root] + ([xml(package, "styles.xml", "ODT")] if "styles.xml" in names else [])
    body = child(root, "body", "text")
    if body is None:
        raise damaged("ODT", "content.xml has no text")
    reader = _Reader(styles)
    lines = list(reader.block(body))
    while reader.notes:
        note = reader.notes.pop(0)
        lines += reader.block(note)
    return "".join(line + "\n" for line in lines)


class _Reader:
    """Walks through the text; lists are counted on the way."""

    def __init__(self, styles: list[etree._Element]) -> None:
        #: list style and level -> how it is numbered
        self.levels: dict[tuple[str, int], etree._Element] = {}
        for root in styles:
            for style in root.iter():
                if local(style) in ("list-style", "outline-style"):
                    name = attribute(style, "name") if local(style) == "list-style" else ""
                    for level in style:
                        if local(level) in _LABELS:
                            self.levels.setdefault((name, _integer(attribute(level, "level"), 1)), level)
        self.counts: dict[str, dict[int, int]] = {}
        self.notes: list[etree._Element] = []
        self.boxes: list[etree._Element] = []

    def block(self, parent: etree._Element) -> Iterator[str]:
        """The lines of paragraphs, lists and tables."""
        for element in parent:
            name = local(element)
            if name in ("p", "h"):
                yield from self._paragraph(element, self._heading(element) if name == "h" else "")
            elif name == "list":
                yield from self._list(element, attribute(element, "style-name"), 1)
            elif name == "table":
                yield from table(list(self._rows(element)))
            elif name and name not in _LEFT_OUT:
                # sections, indexes, frames
                yield from self.block(element)

    def _paragraph(self, p: etree._Element, label: str) -> Iterator[str]:
        outer, self.boxes = self.boxes, []
        text = "".join(self._inline(p))
        boxes, self.boxes = self.boxes, outer
        yield from numbered(label, text).split("\n")
        for box in boxes:
            yield from self.block(box)

    def _inline(self, parent: etree._Element) -> Iterator[str]:
        # white space of the file is a blank, as in XML; more blanks are elements of their own (6.1.2)
        yield _blank(parent.text)
        for element in parent:
            name = local(element)
            if name == "s":
                yield " " * min(_integer(attribute(element, "c"), 1), _MAX_BLANKS)
            elif name == "tab":
                yield "\t"
            elif name == "line-break":
                yield "\n"
            elif name == "note":
                body = child(element, "note-body")
                if body is not None:
                    self.notes.append(body)
            elif name == "text-box":
                self.boxes.append(element)
            elif name and name not in _LEFT_OUT:
                yield from self._inline(element)
            yield _blank(element.tail)

    def _list(self, element: etree._Element, style: str, level: int) -> Iterator[str]:
        counts = self.counts.setdefault(style, {})
        goes_on = attribute(element, "continue-numbering") == "true" or attribute(element, "continue-list")
        if level == 1 and not goes_on:
            counts.clear()
        for item in element:
            if local(item) not in ("list-item", "list-header"):
                continue
            fresh = local(item) == "list-item"
            for part in item:
                name = local(part)
                if name in ("p", "h"):
                    label = ""
                    if fresh:
                        label = self._label(style, level, _integer(attribute(item, "start-value"), -1))
                    fresh = False
                    yield from self._paragraph(part, label)
                elif name == "list":
                    yield from self._list(part, attribute(part, "style-name") or style, level + 1)

    def _heading(self, h: etree._Element) -> str:
        level = _integer(attribute(h, "outline-level"), 1)
        return "" if attribute(h, "is-list-header") == "true" else self._label("", level, -1)

    def _label(self, style: str, level: int, start: int) -> str:
        """The number of the next item, counted on; empty where the level has none."""
        form = self.levels.get((style, level))
        if form is None:
            return ""
        if local(form) == "list-level-style-bullet":
            return BULLET
        counts = self.counts.setdefault(style, {})
        counts[level] = start if start >= 0 else counts.get(level, self._start(style, level) - 1) + 1
        for deeper in [n for n in counts if n > level]:
            del counts[deeper]
        shown = min(_integer(attribute(form, "display-levels"), 1), level)
        numbers = [number(counts.get(n, self._start(style, n)), self._form(style, n))
                   for n in range(level - shown + 1, level + 1)]
        text = ".".join(n for n in numbers if n)
        # a level without a number has no text around it either
        return (attribute(form, "num-prefix") + text + attribute(form, "num-suffix")).strip() if text else ""

    def _start(self, style: str, level: int) -> int:
        return _integer(attribute(self.levels.get((style, level)), "start-value"), 1)

    def _form(self, style: str, level: int) -> str:
        return attribute(self.levels.get((style, level)), "num-format")

    def _rows(self, parent: etree._Element) -> Iterator[list[str]]:
        for element in parent:
            name = local(element)
            if name == "table-row":
                yield list(self._cells(element))[:_MAX_COLUMNS]
            elif name in ("table-header-rows", "table-rows", "table-row-group"):
                yield from self._rows(element)

    def _cells(self, row: etree._Element) -> Iterator[str]:
        for cell in row:
            if local(cell) in ("table-cell", "covered-table-cell"):
                text = "\n".join(self.block(cell))
                yield from [text] * min(_integer(attribute(cell, "number-columns-repeated"), 1), _MAX_COLUMNS)


def _blank(text: str | None) -> str:
    return (text or "").replace("\r\n", " ").replace("\n", " ").replace("\t", " ")


def _integer(value: str, default: int) -> int:
    return int(value) if value.isdecimal() else default
