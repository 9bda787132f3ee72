"""Each body's own goals: a chapter or section in which bodies' names head texts, alone on a line (甲部), before a
colon on the text's own line (甲部：…), or in the first cell of a row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extract.plan_layout import Line, join, paragraphs
from kg.records import Records
from kg.text.clean import Clean
from kg.text.outline import marker

RULE = "body-goal"
_NAME = re.compile(r"[\u4e00-\u9fff（）()]{2,18}")
_LONGEST_LINE = 30
#: what such a chapter is called: the goals, visions or tasks of bodies
_ABOUT = re.compile(r"目標|願景|任務|重點|使命|方向|定位|施政")
_OF_BODIES = re.compile(r"機關|部會|部門|單位")
#: a text that can say a goal
_SHORTEST_TEXT = 6
#: words that may follow a name that heads a text
_FOLLOWS_NAME = re.compile(r"(?:之|的)?(?:發展|施政|科技|政策|工作)*(?:目標|願景|重點|任務)$")


@dataclass(frozen=True, slots=True)
class _Head:
    """A body's name, and the text that stands on the same line (None if none does)."""

    name: Clean
    text: Line | None


def are_in(title: str, content: Sequence[Line], records: Records) -> bool:
    """Is a chapter or section about the bodies' goals: does its title say so, and do bodies head its texts?"""
    if not (_ABOUT.search(title) or _OF_BODIES.search(title)):
        return False
    heads = [i for i, line in enumerate(content) if _head(line, records) is not None]
    followed = [i for i in heads if (i + 1 < len(content) and i + 1 not in heads
                                     and "\t" not in content[i + 1].text
                                     and len(content[i + 1].text) >= _SHORTEST_TEXT)
                or ((head := _head(content[i], records)) is not None and head.text is not None)]
    # a table of money has bodies in its first cells too, but no texts beside them
    return len(followed) >= 2 and 2 * len(followed) >= len(heads)


def read(content: Sequence[Line], records: Records, plan: str, section: str) -> list[Line]:
    """Writes one goal for each body, part of the plan and led by the body; returns the lines before the first.

    The goal's label is the first sentence, its description the whole text.
    """
    before: list[Line] = []
    name: Clean | None = None
    text: list[Line] = []
    for line in content:
        found = _head(line, records)
        if found is None:
            (before if name is None else text).append(line)
            continue
        if name is not None:
            _write(name, text, records, plan, section)
        name, text = found.name, [found.text] if found.text is not None else []
    if name is not None:
        _write(name, text, records, plan, section)
    return before


def _head(line: Line, records: Records) -> _Head | None:
    """The body that heads a text here, numbered or not; None if the line is anything else."""
    m = marker(line.text)
    whole = line.piece[m.end if m else 0:]
    if "\t" in line.text:
        cells = [join([c]).strip("*：: ") for c in line.cells if c.text.strip()]
        texts = [c for c in cells[1:] if len(c.text) >= _SHORTEST_TEXT and re.search(r"[\u4e00-\u9fff]{4}", c.text)]
        if len(cells) == 2 and len(texts) == 1 and _is_name(cells[0], records):
            return _Head(cells[0], Line(texts[0], 0))
        return None
    colon = re.search(r"[：:](?=.)", whole.text)
    if colon and colon.start() <= _LONGEST_LINE and len(whole.text) - colon.end() >= _SHORTEST_TEXT:
        name = join([whole[:colon.start()]]).strip("*【】[]〔〕 ")
        return _Head(name, Line(whole[colon.end():].strip(), 0)) if _is_name(name, records) else None
    if len(line.text) > _LONGEST_LINE:
        return None
    name = join([whole]).strip("*：:【】[]〔〕 ").remove(_FOLLOWS_NAME)
    return _Head(name, None) if _is_name(name, records) else None


def _is_name(name: Clean, records: Records) -> bool:
    return (_NAME.fullmatch(name.text) is not None
            and records.resolver.body(name.text, table=True, year=records.year) is not None)


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
