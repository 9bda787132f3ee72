"""PDF as text: the text layer page by page, line by line in the order in which it is drawn.

A page goes on where the one before ended, as sentences do. Blank lines come from the distance of two
lines, tabs from gaps inside a line, those of empty cells from :mod:`kg.read.pdf_columns`. A page without
text is a picture: it is counted, and a document of such pages only is refused.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import pypdfium2
import pypdfium2.raw as pdfium

from kg.read.package import Unreadable, damaged
from kg.read.pdf_columns import Cell, rows_with_empty_cells

#: a gap so many times as wide as the line is high is a tab; justified text has none of one width
_TAB = 1.5
#: at most so many blank lines between two lines; more say nothing
_MAX_BLANK = 2
#: a page number on a line of its own
_NUMBER = re.compile(r"\s*(?:[-–—]|第)?\s*(?P<n>\d{1,4})\s*(?:[-–—]|頁)?\s*$")
#: a document may have so many pages
MAX_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a page: its words between wide gaps, and the height at which it stands (upwards)."""

    cells: tuple[Cell, ...]
    bottom: float

    @property
    def text(self) -> str:
        """The line's text, a tab for each gap."""
        return "\t".join(cell.text for cell in self.cells)


def pdf_text(data: bytes) -> tuple[str, list[int], int]:
    """The text, the pages without text (from 1) and the number of pages. Raises Unreadable."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise Unreadable("PDF 檔有密碼保護，請解除密碼後再讀", "it is encrypted; remove the password") from error
        raise damaged("PDF", error) from error
    try:
        pages = [_spaced(lines) for lines in _without_furniture([_page(document, n) for n in range(_count(document))])]
    except pypdfium2.PdfiumError as error:
        raise damaged("PDF", error) from error
    finally:
        document.close()
    empty = [n for n, page in enumerate(pages, 1) if not page.strip()]
    if len(empty) == len(pages):
        raise Unreadable(
            f"PDF 檔共 {len(pages)} 頁，都沒有文字層（可能是掃描檔），請先以 OCR 轉成文字",
            f"none of its {len(pages)} pages has text, so it is probably scanned; run OCR first")
    return "".join(pages), empty, len(pages)


def _count(document: pypdfium2.PdfDocument) -> int:
    count = len(document)
    if count > MAX_PAGES:
        raise Unreadable(f"PDF 檔有 {count:,} 頁，超過上限 {MAX_PAGES:,} 頁，請分割後再讀",
                         f"it has {count:,} pages, more than {MAX_PAGES:,}; split it")
    return count


def _page(document: pypdfium2.PdfDocument, n: int) -> list[_Line]:
    page = document[n]
    text_page = page.get_textpage()
    try:
        return list(_lines(text_page))
    finally:
        text_page.close()
        page.close()


def _without_furniture(pages: list[list[_Line]]) -> list[list[_Line]]:
    """The pages without page numbers and running heads, which cut sentences in two.

    A page number is a first or last line with a number that counts with the pages; a running head is a first
    or last line that is the same on most pages; at the top of the document it stays, as it may be the title.
    """
    least = sum(1 for lines in pages if lines) / 2
    for place in (0, -1, 0, -1):
        numbers, heads = Counter[int](), Counter[str]()
        for n, lines in enumerate(pages):
            if lines:
                if m := _NUMBER.match(lines[place].text):
                    numbers[int(m["n"]) - n] += 1
                else:
                    heads[lines[place].text.strip()] += 1
        first = next((f for f, times in numbers.most_common(1) if times >= max(2, least)), None)
        head = next((h for h, times in heads.most_common(1) if times >= max(3, least)), None)
        for n, lines in enumerate(pages):
            if not lines:
                continue
            m = _NUMBER.match(lines[place].text)
            repeated = lines[place].text.strip() == head and (n, place) != (0, 0)
            if repeated or (m and int(m["n"]) - n == first):
                del lines[place]
    return pages


def _spaced(lines: list[_Line]) -> str:
    """The lines of a page, with blank lines where their distance is wider than the page's usual one."""
    falls = [a.bottom - b.bottom for a, b in pairwise(lines) if a.bottom > b.bottom]
    pitch = median(falls) if falls else 0.0
    out = ""
    texts = rows_with_empty_cells([line.cells for line in lines])
    for before, line, text in zip([None, *lines], lines, texts, strict=False):
        if before is not None and pitch:
            # a little less than two lines' distance is still a paragraph's own spacing
            out += "\n" * max(0, min(_MAX_BLANK, int((before.bottom - line.bottom) / pitch + 0.2) - 1))
        out += text + "\n"
    return out


def _lines(text_page: pypdfium2.PdfTextPage) -> Iterator[_Line]:
    """The lines of a page, gaps as tabs."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    cells: list[Cell] = []
    words, blanks, begin, end, low = "", "", 0.0, None, float("inf")

    def line() -> Iterator[_Line]:
        if words.strip() or cells:
            yield _Line((*cells, Cell(words + blanks, begin, end or begin)), low)

    for index in range(text_page.count_chars()):
        char = _char(pdfium.FPDFText_GetUnicode(text_page, index))
        if char == "\n":
            yield from line()
            cells, words, blanks, end, low = [], "", "", None, float("inf")
        elif char.isspace():
            blanks += "" if char == "\r" else char
        elif char:
            pdfium.FPDFText_GetCharBox(text_page, index, left, right, bottom, top)
            size = pdfium.FPDFText_GetFontSize(text_page, index) or top.value - bottom.value
            # several blanks are the writer's own; one stands for any gap
            wide = end is not None and left.value - end > _TAB * max(size, top.value - bottom.value)
            if wide and len(blanks) <= 1:
                cells.append(Cell(words, begin, end or begin))
                words = blanks = ""
            words, blanks, begin, end = words + blanks + char, "", begin if words else left.value, right.value
            low = min(low, bottom.value)
    yield from line()


def _char(code: int) -> str:
    """A character as text has it; hyphens at a line's end have codes of pdfium's own."""
    if code in (0x02, 0xFFFE):
        return "-"
    if code in (0, 0xFFFF) or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return ""
    return chr(code)
