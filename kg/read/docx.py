"""DOCX as text: a paragraph a line, a table row a line, list numbers as Word prints them.

Text that was deleted or moved away under tracked changes is left out, hidden text, comments and the
headers and footers of the pages too. Text boxes stand behind the paragraph that holds them,
footnotes and endnotes at the end. Names are those of ECMA-376, part 1, chapter 17.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from kg.read.drawn import BULLET, number, numbered, table
from kg.read.package import attribute, child, damaged, local, opened, xml

_LEFT_OUT = frozenset({"del", "moveFrom", "Fallback", "rt", "pPr", "sectPr", "tblPr", "tcPr", "trPr"})
_NOTE_FILES = ("footnotes.xml", "endnotes.xml")
#: check boxes and ticks of the font Wingdings, which have no character of their own in Word
_SYMBOLS = {"F0FE": "☑", "F0FD": "☒", "F0A8": "□", "F06F": "□", "F0FC": "✓", "F052": "☑", "F0A3": "□"}
#: Word's own limit
_MAX_COLUMNS = 63


def docx_text(data: bytes) -> str:
    """The document's text. Raises Unreadable."""
    with opened(data, "DOCX") as package:
        main = _main(package)
        folder = posixpath.dirname(main)
        reader = _Reader(_Numbering(package, folder))
        body = child(xml(package, main, "DOCX"), "body")
        if body is None:
            raise damaged("DOCX", f"{main} has no body")
        lines = list(reader.block(body))
        for name in _NOTE_FILES:
            path = posixpath.join(folder, name)
            if path in package.namelist():
                for note in xml(package, path, "DOCX"):
                    if attribute(note, "type", "normal") == "normal":
                        lines += [line.strip() for line in reader.block(note)]
    return "".join(line + "\n" for line in lines)


def _main(package: zipfile.ZipFile) -> str:
    """The member with the document itself, as the package's relations name it."""
    for relation in xml(package, "_rels/.rels", "DOCX"):
        if attribute(relation, "Type").endswith("/officeDocument"):
            return attribute(relation, "Target").lstrip("/")
    raise damaged("DOCX", "no document in the package")


@dataclass(frozen=True, slots=True)
class _Level:
    """One level of a list: where it starts, its form and the text around the numbers."""

    start: int
    form: str
    text: str


@dataclass(slots=True)
class _Reader:
    numbering: _Numbering
    #: text boxes of the paragraph that is being read
    boxes: list[etree._Element] = field(default_factory=list)

    def block(self, parent: etree._Element) -> Iterator[str]:
        """The lines of paragraphs and tables."""
        for element in parent:
            name = local(element)
            if name == "p":
                yield from self._paragraph(element)
            elif name == "tbl":
                yield from table(list(self._rows(element)))
            elif name not in _LEFT_OUT:
                # content controls, insertions, custom XML
                yield from self.block(element)

    def _paragraph(self, p: etree._Element) -> Iterator[str]:
        outer, self.boxes = self.boxes, []
        text = "".join(self._inline(p))
        boxes, self.boxes = self.boxes, outer
        yield from numbered(self.numbering.label(p), text).split("\n")
        for box in boxes:
            yield from self.block(box)

    def _inline(self, parent: etree._Element) -> Iterator[str]:
        for element in parent:
            name = local(element)
            if name == "t":
                yield element.text or ""
            elif name in ("tab", "ptab"):
                yield "\t"
            elif name in ("br", "cr"):
                yield "\n"
            elif name == "sym":
                yield _SYMBOLS.get(attribute(element, "char").upper(), "")
            elif name == "noBreakHyphen":
                yield "-"
            elif name == "txbxContent":
                self.boxes.append(element)
            elif name not in _LEFT_OUT and not (name == "r" and _on(child(element, "rPr", "vanish"))):
                yield from self._inline(element)

    def _rows(self, parent: etree._Element) -> Iterator[list[str]]:
        for element in parent:
            name = local(element)
            if name == "tr":
                if child(element, "trPr", "del") is None:
                    yield list(self._cells(element))[:_MAX_COLUMNS]
            elif name not in _LEFT_OUT:
                yield from self._rows(element)

    def _cells(self, parent: etree._Element) -> Iterator[str]:
        for element in parent:
            name = local(element)
            if name == "tc":
                yield "\n".join(self.block(element))
                span = attribute(child(element, "tcPr", "gridSpan"), "val")
                # a cell over several columns leaves the others empty, so that columns stay below each other
                yield from [""] * (min(int(span), _MAX_COLUMNS) - 1 if span.isdecimal() else 0)
            elif name not in _LEFT_OUT:
                yield from self._cells(element)


def _on(element: etree._Element | None) -> bool:
    """Is a property set? (Present, and not said to be off.)"""
    return element is not None and attribute(element, "val", "true") not in ("0", "false", "off")


class _Numbering:
    """The lists of a document: which paragraph has which number (17.9)."""

    def __init__(self, package: zipfile.ZipFile, folder: str) -> None:
        self.levels: dict[str, dict[int, _Level]] = {}
        self.lists: dict[str, tuple[str, dict[int, int]]] = {}
        self.styles: dict[str, tuple[str, int]] = {}
        self.counts: dict[str, dict[int, int]] = {}
        self.begun: set[str] = set()
        names = package.namelist()
        if (path := posixpath.join(folder, "numbering.xml")) in names:
            self._read_lists(xml(package, path, "DOCX"))
        if (path := posixpath.join(folder, "styles.xml")) in names:
            self._read_styles(xml(package, path, "DOCX"))

    def _read_lists(self, root: etree._Element) -> None:
        for element in root:
            if local(element) == "abstractNum":
                self.levels[attribute(element, "abstractNumId")] = {
                    _integer(attribute(level, "ilvl")): _level(level) for level in element if local(level) == "lvl"}
            elif local(element) == "num":
                starts = {
                    _integer(attribute(o, "ilvl")): _integer(attribute(child(o, "startOverride"), "val"), 1)
                    for o in element if local(o) == "lvlOverride" and child(o, "startOverride") is not None}
                self.lists[attribute(element, "numId")] = (attribute(child(element, "abstractNumId"), "val"), starts)

    def _read_styles(self, root: etree._Element) -> None:
        own: dict[str, tuple[str, int]] = {}
        based: dict[str, str] = {}
        for style in root:
            identifier = attribute(style, "styleId")
            based[identifier] = attribute(child(style, "basedOn"), "val")
            properties = child(style, "pPr", "numPr")
            if properties is not None:
                own[identifier] = (attribute(child(properties, "numId"), "val"),
                                   _integer(attribute(child(properties, "ilvl"), "val")))
        for identifier in based:
            at, seen = identifier, set[str]()
            while at and at not in own and at not in seen:
                seen.add(at)
                at = based.get(at, "")
            if at in own:
                self.styles[identifier] = own[at]

    def label(self, p: etree._Element) -> str:
        """The number in front of a paragraph, counted on; empty where it has none."""
        properties = child(p, "pPr")
        list_id, level = self.styles.get(attribute(child(properties, "pStyle"), "val"), ("", 0))
        direct = child(properties, "numPr")
        if direct is not None:
            list_id = attribute(child(direct, "numId"), "val", list_id)
            level = _integer(attribute(child(direct, "ilvl"), "val"), level)
        abstract, starts = self.lists.get(list_id, ("", {}))
        form = self.levels.get(abstract, {}).get(level)
        if form is None:  # the list 0 says that there is no number
            return ""
        counts = self.counts.setdefault(abstract, {})
        if list_id not in self.begun:
            self.begun.add(list_id)
            for n, start in starts.items():
                counts[n] = start - 1
        counts[level] = counts.get(level, form.start - 1) + 1
        for deeper in [n for n in counts if n > level]:
            del counts[deeper]
        if form.form == "bullet":
            return BULLET
        return re.sub(r"%([1-9])", lambda m: self._number(abstract, int(m[1]) - 1), form.text).strip()

    def _number(self, abstract: str, level: int) -> str:
        form = self.levels[abstract].get(level, _Level(1, "decimal", ""))
        return number(self.counts[abstract].get(level, form.start), form.form)


def _level(level: etree._Element) -> _Level:
    return _Level(_integer(attribute(child(level, "start"), "val"), 1),
                  attribute(child(level, "numFmt"), "val", "decimal"), attribute(child(level, "lvlText"), "val"))


def _integer(value: str, default: int = 0) -> int:
    return int(value) if value.isdecimal() else default


