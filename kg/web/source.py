"""``/source/KEY``: a document's text with everything that was read from it, and the way to the facts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyoxigraph as ox
from flask import Response, render_template, request, url_for

from kg.names import ID, POL
from kg.rdf import assertion_iri
from kg.web.errors import Problem
from kg.web.graph import Opened, handle, label, opened
from kg.web.language import label_language
from kg.web.reading import NAME, Part, Piece, Read, Reading, line_of, lines, read
from kg.web.terms import names

#: how many things and relations are told of one place
TOLD = 40
#: sections this deep stand in the outline, and those beside the page that is read
_OUTLINE = 2
_NUMBER = ox.NamedNode(POL + "number")


def source(key: str) -> Response:
    """A page of a document's text.

    ``?start=&end=`` marks a place and tells what was read from it, ``?page=`` turns to a page,
    ``?only=CLASS`` shows the readings of one class. Raises Problem 404 and 400.
    """
    current = opened()
    document = next((d for d in current.report["documents"] if d["key"] == key), None)
    if document is None:
        raise Problem(404, "no-such-document", "圖譜裡沒有這份文件", "There is no such document in the graph.")
    text = handle().versions.text(key)
    start = _number("start", 0)
    end = _number("end", start)
    if not 0 <= start <= end <= len(text):
        raise Problem(400, "bad-place", f"位置 {start}–{end} 超出文件範圍（共 {len(text)} 字）",
                      f"The place {start}–{end} is outside the text of {len(text)} characters.")
    all_read = read(current.store, key, text)
    page = _number("page", all_read.page(start))
    if not 1 <= page <= len(all_read.pages):
        raise Problem(400, "bad-place", f"沒有第 {page} 頁（共 {len(all_read.pages)} 頁）",
                      f"There is no page {page}; the document has {len(all_read.pages)}.")
    first, last = all_read.pages[page - 1], [*all_read.pages[1:], len(text)][page - 1]
    only = request.args.get("only", "")
    things = [r for r in all_read.things if r.cls != "PolicyDocument" and only in ("", r.cls)]
    seen = Counter(c for c, _ in {(r.cls, r.iri) for r in all_read.things if r.start < last and r.end > first})
    del seen["PolicyDocument"]
    iri = f"{ID}document/{key}"
    here = all_read.part(start if start < end else first)
    classes = {c: names(current.store, POL + c) for c in {r.cls for r in all_read.things}}
    return Response(render_template(
        "source.html", key=key, iri=iri, title=label(current.store, iri), document=document, start=start, end=end,
        line=line_of(text, start) if start < end else None, page=page, pages=len(all_read.pages),
        lines=lines(text, things, first, last, (start, end)), classes=classes, name=NAME, sign=_sign, only=only,
        legend=sorted(seen.items(), key=lambda item: (-item[1], item[0])), length=len(text),
        section=heading(current, here.iri) if here else "", outline=_outline(current, all_read, page, here),
        told=_told(current, key, all_read, start, end) if start < end else None,
    ), mimetype="text/html")


def _number(name: str, default: int) -> int:
    printed = request.args.get(name, "")
    if not printed:
        return default
    try:
        return int(printed)
    except ValueError:
        raise Problem(400, "bad-place", f"{name} 要是整數", f"{name} must be a whole number.") from None


def _sign(piece: Piece) -> str:
    """For the template: the classes of a piece, for its style."""
    if piece.inner is None:
        return ""
    sign = f"class-{piece.inner.cls}"
    if piece.inner.end - piece.inner.start > NAME:
        return sign + " passage"
    # a link must be wide enough to hit (WCAG 2.2, 2.5.8: 24 pixels): a letter takes 8, a Chinese character 16
    if sum(16 if c > "\u2e80" else 8 for c in piece.text) < 24:
        return sign + (" slim" if piece.inner.end - piece.inner.start == len(piece.text) else " rest")
    return sign


def _outline(current: Opened, all_read: Read, page: int, here: Part | None) -> list[dict[str, Any]]:
    """The sections to list: the upper ones, and those on this page."""
    return [{
        "depth": part.depth, "label": heading(current, part.iri), "page": all_read.page(part.start),
        "count": sum(part.counts.values()), "here": part is here,
    } for part in all_read.parts if part.depth <= _OUTLINE or all_read.page(part.start) == page]


def heading(current: Opened, iri: str) -> str:
    """A section's printed number and heading; either may be missing."""
    number = ""
    for solution in current.store.quads_for_pattern(ox.NamedNode(iri), _NUMBER, None):
        number = str(getattr(solution.object, "value", ""))
    name = label(current.store, iri)
    if name == iri.rsplit("/", 1)[-1]:  # it has no heading: what stands before the first one, mostly
        return number or "—"
    return name if not number or name.startswith(number) else f"{number} {name}"


def _told(current: Opened, key: str, all_read: Read, start: int, end: int) -> dict[str, Any]:
    """What was read from a place: the things and relations whose place it is, then those that lie in or around it."""
    def near(r: Any) -> bool:
        return bool(r.start < end and r.end > start)

    def rank(r: Any) -> tuple[bool, bool, int]:
        return (r.start, r.end) != (start, end), r.start > start or r.end < end, r.end - r.start

    things: dict[str, Reading] = {}
    for r in sorted((r for r in all_read.things if near(r)), key=rank):
        things.setdefault(r.iri, r)
    claims = sorted((c for c in all_read.claims if near(c)), key=rank)
    unique = {(c.subject, c.predicate, c.object): c for c in reversed(claims)}
    ordered = sorted(unique.values(), key=rank)
    store, named = current.store, label_language()
    return {
        "things": [{
            "iri": r.iri, "text": label(store, r.iri, named), "cls": r.cls, "exact": (r.start, r.end) == (start, end),
            "href": url_for("pages.source", key=key, start=r.start, end=r.end) + "#here",
        } for r in list(things.values())[:TOLD]],
        "claims": [{
            "subject": c.subject, "subject_text": label(store, c.subject, named), "object": c.object,
            "object_text": label(store, c.object, named), "predicate": names(store, c.predicate),
            "assertion": assertion_iri(c.subject, c.predicate, c.object),
        } for c in ordered[:TOLD]],
        "more": max(0, len(things) - TOLD) + max(0, len(ordered) - TOLD),
    }

