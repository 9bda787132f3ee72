"""HTML as text: a block a line, a table row a line, list numbers as a browser shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from kg.read.drawn import BULLET, number, numbered, table
from kg.read.package import damaged, local

_OPENING = re.compile(r"\ufeff?\s*(?:<\?xml[^<>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.S | re.I)
#: nothing of these is shown as text
_LEFT_OUT = frozenset((
    "head", "script", "style", "template", "noscript", "svg", "math", "iframe", "object", "select", "textarea",
    "rt", "rp"))
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"))
#: HTML's own limit of ``colspan``
_MAX_SPAN = 1000


def is_html(text: str) -> bool:
    """Does the text say that it is a page of HTML? (Text in which some tags have leaked does not.)"""
    return bool(_OPENING.match(text))


def html_text(text: str) -> str:
    """The page's text. Raises Unreadable."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise damaged("HTML", error) from error
    if root is None:
        raise damaged("HTML", "no element")
    return "".join(line + "\n" for line in _lines(root))


def _lines(element: etree._Element, pre: bool = False) -> Iterator[str]:
    """The lines of an element: runs of inline text between its blocks, and the blocks."""
    run: list[str] = []
    name = local(element)
    pre = pre or name == "pre"
    count = _integer(element.get("start"), 1)
    run.append(_plain(element.text, pre))
    for child in element:
        inner = local(child)
        if inner == "table":
            yield from _flush(run)
            yield from table(list(_rows(child)))
        elif inner in _BLOCKS or (inner not in _LEFT_OUT and any(local(e) in _BLOCKS for e in child.iter())):
            yield from _flush(run)
            label = ""
            if inner == "li":
                count = _integer(child.get("value"), count)
                label = number(count, element.get("type", "1")) + "." if name == "ol" else BULLET
                count += 1
            for line in _lines(child, pre):
                yield numbered(label, line)
                label = ""
        elif inner == "br":
            run.append("\n")
        elif inner and inner not in _LEFT_OUT:
            run += _inline(child, pre)
        run.append(_plain(child.tail, pre))
    yield from _flush(run)


def _inline(element: etree._Element, pre: bool) -> Iterator[str]:
    yield _plain(element.text, pre)
    for child in element:
        if local(child) == "br":
            yield "\n"
        elif local(child) not in _LEFT_OUT:
            yield from _inline(child, pre)
        yield _plain(child.tail, pre)


def _flush(run: list[str]) -> Iterator[str]:
    """The lines of the inline text so far, which is then empty."""
    text = "".join(run)
    run.clear()
    # a block with nothing but a line break or a hard blank is a blank line, one with nothing at all is none
    if text.strip(" "):
        lines = text.removesuffix("\n") if text.strip() else ""
        yield from (re.sub(r" {2,}", " ", line).strip(" ") for line in lines.split("\n"))


def _plain(text: str | None, pre: bool) -> str:
    # the ideographic space is none of HTML's white space; a tab inside a line separates columns where a
    # word processor has written the page, one beside a line break is indentation
    return (text or "") if pre else re.sub(r"[ \t\f]*[\r\n][ \t\r\n\f]*| +", " ", text or "")


def _rows(element: etree._Element) -> Iterator[list[str]]:
    for child in element:
        name = local(child)
        if name == "tr":
            cells: list[str] = []
            for cell in child:
                if local(cell) in ("td", "th"):
                    cells.append("\n".join(_lines(cell)))
                    cells += [""] * (min(_integer(cell.get("colspan"), 1), _MAX_SPAN) - 1)
            yield cells
        elif name in ("thead", "tbody", "tfoot"):
            yield from _rows(child)
        elif name == "caption":
            yield ["\n".join(_lines(child))]


def _integer(value: str | None, default: int) -> int:
    return int(value) if value is not None and value.isdecimal() else default
