"""Responsible bodies that a plan names below or behind a strategy or measure.

（主辦機關：甲部；協辦機關：乙部、丙會）, the two on lines of their own, or in brackets behind a title: （甲部／乙會）.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from kg.text.clean import Clean

Known = Callable[[str], bool]

LEAD = r"(?:主\s*[辦責政管]|權責|負責|執行)"
PARTNER = r"(?:協\s*[辦同助]|配合|共同|會辦|參與)"
_UNIT = r"\s*(?:機關|單位|部會署?|者)?\s*(?:\([^()]*\))?\s*[：:]\s*"
_STATED = re.compile(
    rf"[（(【]?{LEAD}(?:推動|執行)?{_UNIT}(?P<lead>[^；;：:。）)】]+?)"
    rf"(?:[；;，,。|｜]?\s*[（(【]?{PARTNER}(?:推動|執行)?{_UNIT}(?P<partner>[^；;：:。）)】]+?))?[）)】]?[。；;]?$"
)
_JOINING = re.compile(rf"[（(【]?{PARTNER}(?:推動|執行)?{_UNIT}(?P<partner>[^；;：:。）)】]+?)[）)】]?[。；;]?$")
_BEGINS = re.compile(rf"[（(【]?(?:{LEAD}|{PARTNER})(?:推動|執行)?{_UNIT}\S")
_SEPARATOR = re.compile(r"[、,，；;／/\s]+")
_CONJUNCTION = re.compile(r"以及|[及與和暨]")
#: a title's last bracket
_BRACKET = re.compile(r"[（(【]([^（）()【】]+(?:[（(][^（）()]*[)）][^（）()【】]*)*)[)）】][。；;]?$")
#: words for bodies that name none
_COLLECTIVE = re.compile(r"^(?:各|相關|有關|其他|中央|跨|全國)|^(?:地方|縣市|直轄市)")


def names_bodies(text: str) -> bool:
    """Does a line begin by naming the bodies in charge (主辦機關：…)?"""
    return _BEGINS.match(text) is not None


def split_names(whole: Clean, known: Known) -> list[Clean]:
    """The names of a list; 及, 與, 和 part them only where the whole is no name. Words such as 各部會 are left out."""
    found: list[Clean] = []
    at = 0
    for m in [*_SEPARATOR.finditer(whole.text), None]:
        part = whole[at:m.start() if m else len(whole.text)].strip("等 \u3000")
        at = m.end() if m else at
        while part.text and not known(part.text):
            cut = next((c for c in _CONJUNCTION.finditer(part.text) if known(part.text[:c.start()])), None)
            if cut is None:
                break
            found.append(part[:cut.start()])
            part = part[cut.end():]
        if part.text and (known(part.text) or not _COLLECTIVE.match(part.text)):
            found.append(part)
    return found


def stated_bodies(paragraph: Clean, known: Known) -> list[tuple[Clean, bool]] | None:
    """The bodies of a paragraph that does nothing but name them, each with whether it leads; else None.

    ``known``: is it the name of a body? One unknown name and the paragraph is taken for running text.
    """
    m = _STATED.match(paragraph.text) or _JOINING.match(paragraph.text)
    if m is None:
        return None
    found = [(name, group == "lead") for group in ("lead", "partner") if m.groupdict().get(group)
             for name in split_names(paragraph[m.start(group):m.end(group)], known)]
    return found if all(known(name.text) for name, _ in found) else None


def bracketed_bodies(title: Clean, known: Known) -> tuple[int, list[tuple[Clean, bool]]] | None:
    """Where a title's last bracket begins that only names bodies, and these; None if there is no such bracket.

    Bare names: those before ／ lead; without ／ the first leads.
    """
    m = _BRACKET.search(title.text)
    if m is None or m.start() < 4:
        return None
    stated = stated_bodies(title[m.start():], known)
    if stated is not None:
        return m.start(), stated
    slash = re.search(r"[／/]", m[1])
    inner = title[m.start(1):m.end(1)]
    if slash is None:
        names = split_names(inner, known)
        found = [(name, i == 0) for i, name in enumerate(names)]
    else:
        found = [(name, True) for name in split_names(inner[:slash.start()], known)]
        found += [(name, False) for name in split_names(inner[slash.end():], known)]
    return (m.start(), found) if found and all(known(name.text) for name, _ in found) else None
