"""Page furniture in text drawn from paged files: page numbers, running heads, glued page marks.

Furniture is told by its own logic (a page number counts upwards, a running head repeats a
heading beside a page number), never by its wording.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from kg.text.clean import Clean
from kg.text.normal import loose
from kg.text.outline import marker

_DRESSED_NUMBER = re.compile(
    r"^(?:[-–—－]\s*\d{1,4}\s*[-–—－]|第\s*\d{1,4}\s*頁(?:[，,\s]*共\s*\d+\s*頁)?|\d{1,4}\s*/\s*\d{1,4})$"
)
_BARE_NUMBER = re.compile(r"^\d{1,4}$")
_GLUED = re.compile(r"^(\d{1,2})-(\d{1,3})(?!\d)(?!\s*[年月日%萬億])")
#: a line of a table of contents: leaders and a page number
_CONTENTS = re.compile(r"(?:[.．…·‧]\s*){4,}\s*\d{1,4}\s*$")
#: a running head is short
_LONGEST_HEAD = 24
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")


def printable(line: Clean) -> Clean:
    """The line without private-use characters (bullets of symbol fonts)."""
    return line.remove(_PRIVATE)


def page_marks(lines: Sequence[Clean]) -> dict[int, int]:
    """Page marks such as ``8-2`` (part 8, page 2) at the beginning of a line, glued to its text.

    Takes the lines; gives line index -> length of the mark. A mark counts if its part is the
    document's most frequent one and its page follows the last one seen (one may be missing).
    """
    found = [(i, int(m[1]), int(m[2]), m.end()) for i, line in enumerate(lines) if (m := _GLUED.match(line.text))]
    if not found:
        return {}
    part = Counter(p for _, p, _, _ in found).most_common(1)[0][0]
    marks: dict[int, int] = {}
    last: int | None = None
    for i, p, page, length in found:
        # the first mark stands on the first line or begins the count
        if p == part and ((last is None and (i == 0 or page <= 2)) or (last is not None and 0 < page - last <= 2)):
            marks[i] = length
            last = page
    return marks if len(marks) > 1 else {}


def _counts_upwards(numbers: Sequence[int]) -> bool:
    steps = [b - a for a, b in pairwise(numbers)]
    return len(numbers) >= 3 and sum(0 < s <= 3 for s in steps) >= 0.8 * len(steps)


def furniture(lines: Sequence[Clean]) -> frozenset[int]:
    """Indices of the lines that are page numbers, running heads or a table of contents.

    ``lines`` are all lines of the document, blank ones too. A bare number is a page number if
    it stands beside a running head or if all bare numbers count upwards; a running head is a
    short line beside a page number that repeats another line or a heading without its marker.
    """
    solid = [i for i, line in enumerate(lines) if line.text.strip()]
    text = {i: unicodedata.normalize("NFKC", lines[i].text).strip() for i in solid}
    bare = [i for i in solid if _BARE_NUMBER.match(text[i])]
    dressed = {i for i in solid if _DRESSED_NUMBER.match(text[i])}
    contents = frozenset(i for i in solid if _CONTENTS.search(text[i]))
    numbers = set(bare) | dressed
    if not numbers:
        return contents
    seen: Counter[str] = Counter()
    for i in solid:
        m = marker(lines[i].text)
        body = loose(lines[i].text[m.end:]) if m else loose(text[i])
        seen[body] += 1
    heads: set[int] = set()
    beside: set[int] = set()
    for at, i in enumerate(solid):
        if i in numbers or len(text[i]) > _LONGEST_HEAD or marker(lines[i].text):
            continue
        near = [n for n in (solid[at - 1] if at else -1, solid[at + 1] if at + 1 < len(solid) else -1) if n in numbers]
        body = loose(text[i])
        if near and body and seen[body] > 1:
            heads.add(i)
            beside.update(near)
    pages = set(bare) if _counts_upwards([int(text[i]) for i in bare]) else set(bare) & beside
    return frozenset(heads | pages | dressed | contents)
