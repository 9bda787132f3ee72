"""The tick boxes of an answer: ``☐已參採 部分參採(…) ☐研議中 ☐不參採``.

Word's ticked boxes get lost when a document is turned into text, so in a block whose
other labels have empty boxes the label without a box is the ticked one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kg.text.clean import Clean, joined, raw

#: label as printed -> concept of the scheme adoption-status
_LABELS = {
    "已參採": "已參採", "全部參採": "已參採", "同意參採": "已參採", "完全參採": "已參採", "予以參採": "已參採",
    "部分參採": "部分參採", "部份參採": "部分參採",
    "研議中": "研議中", "持續研議": "研議中", "納入研議": "研議中", "錄案研議": "研議中", "研議參採": "研議中",
    "評估中": "研議中",
    "不參採": "不參採", "未參採": "不參採", "不予參採": "不參採", "無法參採": "不參採", "礙難參採": "不參採",
    "暫不參採": "不參採",
    "未予參採": "不參採", "參採": "已參採",
}
UNMARKED = "未標示"
_EMPTY = "☐□○◯▢❏❑◻⬜"
_TICKED = "☑☒■✓✔√●◉VvˇＶ▣◼⬛✅✗✘Xx"
_BOX = rf"[{_EMPTY}{_TICKED}\uf000-\uf8ff]|\[[ xXvV✓√]?\]"
_LABEL = "|".join(sorted(_LABELS, key=len, reverse=True))
_BEFORE = re.compile(rf"(?P<box>{_BOX})?[\s\u3000]*(?P<label>{_LABEL})[\s\u3000]*")
_AFTER = re.compile(rf"(?P<label>{_LABEL})[ \t\u3000]*(?P<box>{_BOX})?[\s\u3000]*")
_ENDS_WITH_BOX = re.compile(rf"(?:{_BOX})\s*$")
_START = re.compile(rf"^[\s\u3000]*(?:{_BOX})?[\s\u3000]*(?:{_LABEL})(?!\w)")
_OPEN, _CLOSE = "（(", "）)"
#: a note longer than this is no note but the next text
_LONGEST_NOTE = 400


@dataclass(frozen=True, slots=True)
class Tick:
    """One label of a block: the concept, whether it is ticked, its note, and where it stands."""

    status: str
    ticked: bool
    note: str | None
    place: Clean


def starts_block(line: str) -> bool:
    """Does a line begin with the label of a tick box (and does no word go on from it)?"""
    return bool(_START.match(line))


def read_block(piece: Clean) -> tuple[Tick, ...]:
    """The labels of a block of tick boxes, in the order printed.

    Which are ticked: those with a tick mark; where no label has one, those without a box
    beside others with an empty box; where nothing has a box, labels with a note, or one
    or two labels that stand alone.
    """
    text = piece.text
    begins_bare = re.match(rf"[\s\u3000]*(?:{_LABEL})", text) is not None
    pattern = _AFTER if begins_bare and _ENDS_WITH_BOX.search(text) else _BEFORE
    found: list[tuple[str, str, str | None, Clean]] = []
    at = 0
    while m := pattern.search(text, at):
        # a label inside a word is none
        if m.start() == m.start("label") and re.match(r"[\u4e00-\u9fff]", text[max(0, m.start() - 1):m.start()]):
            at = m.end()
            continue
        end, note = _note(text, m.end())
        stop = end if note is not None else len(text[:m.end()].rstrip())
        found.append((_LABELS[m["label"]], m["box"] or "", note, piece[m.start():stop]))
        at = max(end, m.end())
    explicit = any(_is_ticked(box) for _, box, _, _ in found)
    some_box = any(box for _, box, _, _ in found)
    out = []
    for status, box, note, place in found:
        alone = not some_box and (note is not None or len(found) <= 2)
        out.append(Tick(status, _is_ticked(box) or (not box and not explicit and (some_box or alone)), note, place))
    return tuple(out)


def _is_ticked(box: str) -> bool:
    if not box:
        return False
    if box.startswith("["):
        return box.strip("[] ") != ""
    return box in _TICKED or (0xF000 <= ord(box) <= 0xF8FF and box in "\uf0fe\uf052\uf0fc\uf054\uf053\uf06e")


def _note(text: str, at: int) -> tuple[int, str | None]:
    """End and content of a note in brackets (or after a colon) at this place."""
    if at < len(text) and text[at] in _OPEN:
        depth = 0
        for i in range(at, min(len(text), at + _LONGEST_NOTE)):
            depth += (text[i] in _OPEN) - (text[i] in _CLOSE)
            if depth == 0:
                return i + 1, _plain(text[at + 1:i])
        line_end = text.find("\n", at)
        end = line_end if line_end >= 0 else len(text)
        return end, _plain(text[at + 1:end])
    if at < len(text) and text[at] in "：:":
        line_end = text.find("\n", at)
        end = line_end if line_end >= 0 else len(text)
        return end, _plain(text[at + 1:end])
    return at, None


def _plain(text: str) -> str | None:
    return joined(raw(text)).text or None
