"""Cells and lines that hold nothing but names of bodies: 經濟部、數位發展部."""

from __future__ import annotations

import re

from kg.resolve import Resolver
from kg.text.clean import Clean, joined

_SEPARATOR = re.compile(r"[、,，;；/／|｜\n]+|[\s\u3000]{1,}(?=[\u4e00-\u9fff])")
_CONJUNCTION = re.compile(r"以及|及|與|和|暨")
_ROLE = re.compile(r"(?m)^(?:主辦|協辦|共同主辦|主管機關|主管單位|主政機關|權責機關|權責單位|回復機關|回覆單位|主責|"
                   r"辦理機關)(?:機關|單位)?[：:]\s*")
_ENDING = (r"(?:部|委員會|會|院|署|局|處|府|總處|籌備處|中心|銀行|公司|學院|研究所|總隊|辦公室|基金會|協會|總會|議會)")
_SHAPE = re.compile(rf"^[\u4e00-\u9fff○]{{1,24}}{_ENDING}(?:[（(][^（）()]{{1,16}}[)）])?$")
#: words that show a phrase rather than a name
_NOT_A_NAME = re.compile(r"[的了是在於由將請已未應可各本]|建議|推動|強化|辦理|促進|提升|建立|完善|加速|落實|"
                         r"制定|檢討|設立|成立|納入|相關")


def looks_like_body(name: str, resolver: Resolver) -> bool:
    """Is it a known body, or does it have the shape of a body's name?"""
    if resolver.body(name, table=True) is not None:
        return True
    return bool(_SHAPE.match(name)) and not _NOT_A_NAME.search(name)


def bodies_in(piece: Clean, resolver: Resolver) -> list[Clean]:
    """The names in a cell that holds only names of bodies; empty if it holds anything else.

    A name broken over lines is joined where the whole is a name and its parts are not.
    """
    text = piece.strip()
    if role := _ROLE.match(text.text):
        text = text[role.end():]
    if not text.text or len(text.text) > 160 or any(c in _ROLE.sub("", text.text) for c in "。：:！？"):
        return []
    whole = joined(text)
    if looks_like_body(whole.text, resolver) and (
        resolver.body(whole.text, table=True) is not None or not _SEPARATOR.search(text.text)
    ):
        parts = _at_conjunction(whole, resolver)
        return parts or [whole]
    found: list[Clean] = []
    at = 0
    for m in [*_SEPARATOR.finditer(text.text), None]:
        part = joined(text[at:m.start() if m else len(text.text)]).strip()
        at = m.end() if m else at
        if not part.text:
            continue
        if re.match(r"^[（(][^（）()]+[)）]$", part.text) and found:
            continue            # the acting unit, on a line of its own
        if role := _ROLE.match(part.text):
            part = part[role.end():]
        several = _at_conjunction(part, resolver)
        if several:
            found.extend(several)
        elif looks_like_body(part.text, resolver):
            found.append(part)
        else:
            return []
    return found


def _at_conjunction(part: Clean, resolver: Resolver) -> list[Clean]:
    """經濟部及交通部 as two; empty where it is one name (國家科學及技術委員會)."""
    if resolver.body(part.text, table=True) is not None:
        return []
    for m in _CONJUNCTION.finditer(part.text):
        left, right = part[:m.start()], part[m.end():]
        if left.text and right.text and looks_like_body(left.text, resolver):
            rest = _at_conjunction(right, resolver)
            if rest or looks_like_body(right.text, resolver):
                return [left, *(rest or [right])]
    return []
