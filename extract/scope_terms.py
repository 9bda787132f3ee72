"""The enumerations of an 產業範疇 cell: 包括A、B（a、b）及C等。 to terms and sub-terms.

A list is cut at 、 and at semicolons; 及 cuts only the last member of a list, because inside
a member it belongs to the name (製程設備及材料).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kg.text.clean import Clean

_LABEL = re.compile(r"【([^【】]+)】")
_INTRODUCED = re.compile(r"(?:主要)?(?:包括|包含|涵蓋|涵括|包涵|含括|範疇為|範圍為|係指)(?:以下)?(?:產業|領域|"
                         r"項目|範疇)?[：:]?")
_LEAD = re.compile(r"^(?:以及|及|與|和|或是|或者|或|並|暨|如|例如|諸如|包括|包含|含)+(?=\S{2})")
#: what closes a list: 等, 等領域, 等各種應用 (but not 高等)
_TAIL = re.compile(r"(?:(?<![高中初同平均])等[^、，等（(）)]{0,8}|等等|\.{2,}|…+)$")
_ENDS_LIST = re.compile(r"等(?:等)?$|等(?:相關)?(?:產業|領域|項目|技術|應用|服務|範疇)$")
_LAST_JOINT = re.compile(r"以及|及|暨")
_ACTIVITY = re.compile(r"^[^（(]{2,4}(?:製造|生產|加工|維修|組裝|栽培|養殖|銷售|檢測|回收)$")
_ALL_JOINTS = re.compile(r"以及|及|與|和|暨")
#: clauses that only lead over to the next examples
_LEADS_OVER = re.compile(r"(?:上|中|方面|層面|領域)$")
_OPEN, _CLOSE = "（(「『《", "）)」』》"
_LONGEST = 24


@dataclass(frozen=True, slots=True)
class Term:
    """One scope term; ``within`` is the term whose bracket it stands in."""

    name: str
    place: Clean
    within: str | None = None


@dataclass(frozen=True, slots=True)
class Labelled:
    """A labelled part of a cell: 【半導體】 and what follows it."""

    label: Clean | None
    text: Clean


def labelled(cell: Clean) -> list[Labelled]:
    """The parts of a cell, one for each 【label】; one without label if there is none."""
    found = list(_LABEL.finditer(cell.text))
    if not found:
        return [Labelled(None, cell.strip())] if cell.text.strip() else []
    parts = []
    for m, after in zip(found, [*found[1:], None], strict=True):
        end = after.start() if after else len(cell.text)
        parts.append(Labelled(cell[m.start(1):m.end(1)].strip(), cell[m.end():end].strip()))
    return parts


def terms(text: Clean) -> list[Term]:
    """The scope terms of a description, in order; none if it is a sentence that lists nothing."""
    head, body = _body(text)
    found: list[Term] = []
    if head is not None:
        found.append(Term(head.text, head))
    members = _members(body)
    if head is None and not _INTRODUCED.match(text.text) and not _bare_list(body.text, members):
        return []
    for member in members:
        found.extend(_member(member))
    unique: dict[tuple[str, str | None], Term] = {}
    for term in found:
        unique.setdefault((term.name, term.within), term)
    return list(unique.values())


def _bare_list(body: str, members: list[Clean]) -> bool:
    """Without 包括 only short names joined by 、 are a list; anything else is a sentence."""
    return "、" in body and "，" not in body and len(members) > 1 and all(len(m.text) <= 14 for m in members)


def _body(text: Clean) -> tuple[Clean | None, Clean]:
    """A term that the list is introduced with (電動車產業，包含…), and the list itself."""
    m = _INTRODUCED.search(text.text)
    if m is None:
        return None, text
    lead = text[:m.start()].strip("，,：: ")
    body = text[m.end():]
    if not lead.text:
        return None, body
    named = 2 <= len(lead.text) <= 14 and not re.search(r"[，。、；]", lead.text)
    return (lead if named else None), body


def _top_level(text: str, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    """Matches outside brackets."""
    depths, depth = [], 0
    for char in text:
        depth += char in _OPEN
        depths.append(depth)
        depth -= char in _CLOSE and depth > 0
    return [m for m in pattern.finditer(text) if depths[m.start()] == 0]


def _members(body: Clean) -> list[Clean]:
    """The members of a list, 及 of the last one (or of one that ends in 等) cut too."""
    body = _listed_part(body)
    cuts = [0]
    for m in _top_level(body.text, re.compile(r"[、；;，,。\n]")):
        cuts += [m.start(), m.end()]
    cuts.append(len(body.text))
    pieces = [body[a:b].strip() for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
    pieces = [p for p in pieces if p.text]
    out: list[Clean] = []
    for i, piece in enumerate(pieces):
        last = i == len(pieces) - 1 or _ENDS_LIST.search(piece.text) is not None
        out.extend(_at_joint(piece, last and len(pieces) > 1))
    return out


def _listed_part(body: Clean) -> Clean:
    """The list without the sentence that goes on behind 等，"""
    for m in _top_level(body.text, re.compile(r"等[，,。；]")):
        rest = body.text[m.end():]
        if "、" not in rest:
            return body[:m.start() + 1]
    return body


def _at_joint(piece: Clean, last: bool) -> list[Clean]:
    """A及B as two members where it ends a list or where both are built alike."""
    for m in _top_level(piece.text, _ALL_JOINTS):
        left, right = piece[:m.start()].strip(), piece[m.end():].strip()
        if len(left.text) < 2 or len(_TAIL.sub("", right.text)) < 2:
            continue
        if last and len(left.text) == 2 and _ACTIVITY.search(_TAIL.sub("", right.text)):
            # 水產及畜產加工: the two share what is done with them
            continue
        alike = len(left.text) >= 3 and left.text[:2] == right.text[:2]
        if alike or (last and _LAST_JOINT.fullmatch(m[0])):
            return [left, *_at_joint(right, last)]
    return [piece]


def _member(member: Clean) -> list[Term]:
    """One member: its name, and the members of its bracket."""
    piece = member.strip("。.，,；; ")
    if lead := _LEAD.match(piece.text):
        piece = piece[lead.end():]
    if tail := _TAIL.search(piece.text):
        piece = piece[:tail.start()]
    name, inner = piece, None
    m = re.search(r"[（(]([^（）()]*(?:[（(][^（）()]*[)）][^（）()]*)*)[)）]$", piece.text)
    if m and m.start() > 0:
        name, inner = piece[:m.start()].strip(), piece[m.start(1):m.end(1)]
    if not 1 < len(name.text) <= _LONGEST or _LEADS_OVER.search(name.text):
        return []
    found = [Term(name.text, name)]
    if inner is not None and "、" in inner.text:
        for part in _members(inner):
            found += [Term(t.name, t.place, name.text) for t in _member(part) if t.within is None]
    return found
