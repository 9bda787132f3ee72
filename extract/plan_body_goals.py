"""Each body's own goals: a chapter in which names of bodies stand as headings over a text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extract.plan_layout import Chapter, Line, join, paragraphs
from kg.records import Records
from kg.text.clean import Clean
from kg.text.outline import marker

RULE = "body-goal"
_NAME = re.compile(r"[\u4e00-\u9fff（）()]{2,18}")
_LONGEST_LINE = 30


def are_in(chapter: Chapter, records: Records) -> bool:
    """Is the chapter about the bodies' goals: does its title say so, and do bodies head its text?"""
    return "目標" in chapter.title and sum(_name(line, records) is not None for line in chapter.lines) >= 2


def read(content: Sequence[Line], records: Records, plan: str, section: str) -> list[Line]:
    """Writes one goal for each body, part of the plan and led by the body; returns the lines before the first.

    The goal's label is the first sentence, its description the whole text.
    """
    before: list[Line] = []
    name: Clean | None = None
    text: list[Line] = []
    for line in content:
        found = _name(line, records)
        if found is None:
            (before if name is None else text).append(line)
            continue
        if name is not None:
            _write(name, text, records, plan, section)
        name, text = found, []
    if name is not None:
        _write(name, text, records, plan, section)
    return before


def _name(line: Line, records: Records) -> Clean | None:
    """The name of a body that stands alone on a line, numbered or not; None if the line is anything else."""
    if "\t" in line.text or len(line.text) > _LONGEST_LINE:
        return None
    m = marker(line.text)
    name = join([line.piece[m.end if m else 0:]]).strip("*：: ")
    known = bool(name.text) and records.resolver.body(name.text, table=True) is not None
    return name if known and _NAME.fullmatch(name.text) else None


def _write(name: Clean, text: Sequence[Line], records: Records, plan: str, section: str) -> None:
    body = records.body(name.text, name, RULE, table=True)
    key = body.rsplit("/", 1)[-1]
    own = records.section(section, None, key, name.text, name, RULE)
    found = paragraphs(text)
    if not found:
        return
    for line in text:
        records.read(line.piece)
    m = marker(found[0].text)
    opening = found[0][m.end if m else 0:].strip()
    end = re.search(r"[。！？]", opening.text)
    first = opening[: end.start()] if end and end.start() else opening
    goal = records.part("pol:Goal", plan, key, first.text, first, RULE,
                        attributes={"dcterms:description": "\n".join(p.text for p in found)})
    records.relate(goal, "pol:leadBy", body, name, RULE)
    for paragraph in found:
        records.mentions_in(own, paragraph)
