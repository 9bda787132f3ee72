"""Responsible bodies that a plan names below a strategy or measure: （主辦機關：甲部；協辦機關：乙部、丙會）."""

from __future__ import annotations

import re
from collections.abc import Callable

from kg.text.clean import Clean

_UNIT = r"(?:機關|單位|部會)?\s*(?:\([^()]*\))?\s*[：:]\s*"
_STATED = re.compile(
    rf"[（(【]?(?:主\s*(?:辦|責|政)|權責){_UNIT}(?P<lead>[^；;：:。）)】]+?)"
    rf"(?:[；;，,。]?\s*(?:協\s*(?:辦|同)|配合){_UNIT}(?P<partner>[^；;：:。）)】]+?))?[）)】]?[。；;]?$"
)
_NAME = re.compile(r"[^、,，及與和／/\s]+")


def stated_bodies(paragraph: Clean, known: Callable[[str], bool]) -> list[tuple[Clean, bool]] | None:
    """The bodies of a paragraph that does nothing but name them, each with whether it leads; else None.

    ``known``: is it the name of a body? One unknown name and the paragraph is taken for running text.
    """
    m = _STATED.match(paragraph.text)
    if m is None:
        return None
    found = [(paragraph[m.start(group) + n.start():m.start(group) + n.end()], group == "lead")
             for group in ("lead", "partner") if m[group] for n in _NAME.finditer(m[group])]
    return found if all(known(name.text) for name, _ in found) else None
