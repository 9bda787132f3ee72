"""Writes a section tree into the records: sections with their headings, mentions and targets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extract.furniture import furniture, printable
from extract.sections import Layout, Unit, heading, join, layout, outline, paragraphs
from kg.records import Records
from kg.text.clean import Clean, lines

#: the unnumbered parts of letters and announcements (行政院「文書處理手冊」)
LETTER_PART = re.compile(r"^\s*(主\s*旨|說\s*明|依\s*據|辦\s*法|擬\s*辦|公\s*告\s*事\s*項|建\s*議|附\s*件)\s*[:：]")
#: a marker that was accepted against its context
DOUBTFUL = 0.7


@dataclass(frozen=True, slots=True)
class Written:
    """A unit with the section it became; ``heading`` is None where it has none."""

    unit: Unit
    iri: str
    heading: Clean | None


def body_lines(records: Records) -> list[Clean]:
    """The document's lines without blank ones and page furniture (which is noted as read)."""
    every = [printable(line) for line in lines(records.document.text)]
    dropped = furniture(every)
    for i in dropped:
        records.read(every[i])
    return [line for i, line in enumerate(every) if i not in dropped and line.text.strip()]


def write_sections(records: Records, units: Sequence[Unit], form: Layout, rule: str) -> list[Written]:
    """One section for each unit, in order, each with what its own text mentions.

    A figure that names no year gets none: a report tells of many years, not of the one it was written in.
    Read are headings and the paragraphs in which something was found; who keeps the rest says so.
    """
    written: list[Written] = []
    for unit in units:
        parent = written[unit.parent].iri if unit.parent >= 0 else records.iri
        head = heading(unit, form) if unit.marker or LETTER_PART.match(unit.place.text) else None
        first = next(paragraphs(unit, form), None)
        place = head or first or unit.place
        m = unit.marker
        iri = records.section(
            parent, m.text if m else None, str(m.ordinal) if m else "0", head.text if head else None, place, rule,
            1.0 if unit.certain else DOUBTFUL,
        )
        for piece in _pieces(unit, form, head):
            if records.mentions_in(iri, piece):
                records.read(piece)
        if head is not None or m is not None:
            records.read(unit.place)
        written.append(Written(unit, iri, head))
    return written


def _pieces(unit: Unit, form: Layout, head: Clean | None) -> list[Clean]:
    """The unit's text in pieces that no name runs across: its paragraphs, or heading and text."""
    if form.width == 0:
        return list(paragraphs(unit, form))
    text = unit.text()
    if head is not None and len(head) < len(text) and text.text[len(head)] not in ":：︰":
        return [text[:len(head)], text[len(head):]]
    return [text] if len(text) else []


def children(written: Sequence[Written]) -> dict[int, list[int]]:
    """Index of a unit -> indices of its parts (-1: the document)."""
    found: dict[int, list[int]] = {}
    for i, w in enumerate(written):
        found.setdefault(w.unit.parent, []).append(i)
    return found


def whole_text(written: Sequence[Written], index: int, below: dict[int, list[int]]) -> Clean:
    """The text of a unit and of everything under it, markers included."""
    parts = [*written[index].unit.lines]
    for i in below.get(index, ()):
        m = written[i].unit.marker
        if m is not None:
            parts.append(written[i].unit.place[m.start:m.end])
        parts.append(whole_text(written, i, below))
    return join([p for p in parts if len(p)])


def read_units(records: Records, kinds: tuple[str, ...] = ()) -> tuple[tuple[Unit, ...], Layout]:
    """The document's units and how its lines are set; ``kinds`` are the markers that count (see ``outline.marker``)."""
    found = body_lines(records)
    form = layout(found)
    return outline(found, form, kinds), form
