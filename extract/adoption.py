"""The tick boxes of an answer: ``☐已參採 部分參採(…) ☐研議中 ☐不參採``, or a line such as ``參採情形：部分參採``.

Word's ticked boxes get lost when a document is turned into text, so in a block whose
other labels have empty boxes the label without a box is the ticked one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kg.text.clean import Clean, joined, raw

_DO = r"(?:參採|採納|採行|採認)"
#: concept of the scheme adoption-status -> the labels that mean it; tried in this order
_CONCEPTS = (
    ("部分參採", rf"部[分份](?:{_DO}|同意|納入|可行)(?:辦理)?"),
    ("不參採", rf"(?:[暫尚均]?[不未]|無法|[窒礙]*礙難|難以|暫緩|歉難)(?:予|獲|便|宜|能|同意)*"
               rf"(?:{_DO}|同意|納入|辦理|照辦)|"
               r"窒礙難行|礙難行|不可行|不同意"),
    ("研議中", r"(?:持續|繼續|將|刻正|納入|錄案|列入|再|另案|審慎|進一步|尚在)*"
               rf"(?:研議|研究|評估|研處|研商|研擬|規劃)(?:{_DO}|辦理|考量)?中?|"
               rf"(?:錄案|列入|納入|留供)(?:研議)?(?:參考|考量|評估)|研議{_DO}"),
    ("已參採", rf"(?:已|業已|全部|全數|同意|完全|予以|可)*{_DO}(?:辦理)?|"
               r"(?:已|業已|同意)納入(?:辦理|規劃|推動)?|納入(?:辦理|規劃)|"
               r"同意(?:辦理|照辦)?|照辦|已(?:完成|辦理|實施)"),
)
#: labels that a paper's own boxes may have, but that begin too many sentences to count without a box or 參採情形：
_LOOSE = re.compile(r"^(?:同意|照辦|已(?:完成|辦理|實施)|納入(?:辦理|規劃)|(?:持續|繼續|將|刻正|審慎|進一步|尚在)*"
                    r"(?:研議|研究|評估|研處|研商|研擬|規劃)(?:辦理|考量)?|.*規劃中?)$")
UNMARKED = "未標示"
_EMPTY = "☐□○◯▢❏❑◻⬜"
_CIRCLES = "○◯"
_TICKED = "☑☒■✓✔√●◉◎VvˇＶ▣◼⬛✅✗✘Xx"
_BOX = rf"[{_EMPTY}{_TICKED}\uf000-\uf8ff]|[\[【〔（(][ \u3000]*[xXvVＶˇ✓✔√■●○☑☒□☐]?[ \u3000]*[\]】〕）)]"
_LABEL = "|".join(pattern for _, pattern in _CONCEPTS)
_BEFORE = re.compile(rf"(?P<box>{_BOX})?[\s\u3000]*(?P<label>{_LABEL})[\s\u3000]*")
_BOX_AND_LABEL = re.compile(rf"(?:{_BOX})[ \t\u3000]*(?:{_LABEL})")
_AFTER = re.compile(rf"(?P<label>{_LABEL})[ \t\u3000]*(?P<box>{_BOX})?[\s\u3000]*")
_LINE_BEGINS_WITH_BOX = re.compile(rf"(?m)^[ \t\u3000]*(?:{_BOX})[ \t\u3000]*(?:{_LABEL})")
_LINE_ENDS_WITH_BOX = re.compile(rf"(?m)(?:{_LABEL})[ \t\u3000]*(?:{_BOX})[ \t\u3000]*$")
#: 參採情形：, 本項: what says that a status follows
_SAID = (r"(?:[（(]?\d{1,2}[)）.、]\s*|[■●◆]\s*)?"
         r"(?:(?:議題|建議)?(?:參採|採納|採行|處理)(?:情形|與否|狀況|結果|意見|程度)\s*[：:]|"
         r"本(?:項|案|議題|建議)(?:建議)?(?:事項)?[：:]?)\s*")
_START = re.compile(rf"^[\s\u3000]*+(?P<said>{_SAID})?(?P<box>{_BOX})?[\s\u3000]*+(?P<label>{_LABEL})(?!\w)")
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
    """Does a line begin with the label of a tick box, or say the status (參採情形：已參採)? No word goes on from it."""
    m = _START.match(line)
    if m is None:
        return False
    # a bare label is a line of its own, or other labels follow it; a sentence may begin like one (已納入，並…)
    bare = m["said"] is None and m["box"] is None
    return not bare or (_LOOSE.match(m["label"]) is None and re.match(r"\s*(?:$|[（(：:☐□■☑VvＶ\[【]|[\s、／/]\s*\S)",
                                                                      line[m.end():]) is not None)


def read_block(piece: Clean) -> tuple[Tick, ...]:
    """The labels of a block of tick boxes, in the order printed.

    Which are ticked: those with a tick mark; where no label has one, those without a box
    beside others with an empty box; where nothing has a box, labels with a note, or one
    or two labels that stand alone.
    """
    text = piece.text
    said = _START.match(text)
    if said is not None and said["said"] is not None and said["box"] is None:
        return (_said(piece, said),)
    boxes_behind = _LINE_ENDS_WITH_BOX.search(text) is not None and _LINE_BEGINS_WITH_BOX.search(text) is None
    pattern = _AFTER if boxes_behind else _BEFORE
    found: list[tuple[str, str, str | None, Clean]] = []
    at = 0
    while m := pattern.search(text, at):
        # a label inside a word is none
        if m.start() == m.start("label") and re.match(r"[\u4e00-\u9fff]", text[max(0, m.start() - 1):m.start()]):
            at = m.end()
            continue
        # (V) before the next label is its box, not this one's note
        end, note = (m.end(), None) if _BOX_AND_LABEL.match(text, m.end()) else _note(text, m.end())
        stop = end if note is not None else len(text[:m.end()].rstrip())
        found.append((_concept(m["label"]), m["box"] or "", note, piece[m.start():stop]))
        at = max(end, m.end())
    explicit = any(_is_ticked(box) for _, box, _, _ in found)
    some_box = any(box for _, box, _, _ in found)
    boxed = [box for _, box, _, _ in found if box]
    # a single circle among labels without a box is the tick itself
    circled = len(boxed) == 1 and len(found) >= 3 and boxed[0] in _CIRCLES
    out = []
    for status, box, note, place in found:
        alone = not some_box and (note is not None or len(found) <= 2)
        ticked = bool(box) if circled else _is_ticked(box) or (not box and not explicit and (some_box or alone))
        out.append(Tick(status, ticked, note, place))
    return tuple(out)


def _said(piece: Clean, m: re.Match[str]) -> Tick:
    """The status that a line says in words, with what stands behind it as its note."""
    end, note = _note(piece.text, m.end())
    if note is None:
        note, end = _plain(piece.text[m.end():].strip("，,；;。 \n\u3000")), len(piece.text.rstrip())
    return Tick(_concept(m["label"]), True, note, piece[:end].strip())


def _concept(label: str) -> str:
    """The concept of a label."""
    return next(concept for concept, pattern in _CONCEPTS if re.fullmatch(pattern, label))


def _is_ticked(box: str) -> bool:
    if not box:
        return False
    if box[0] in "[【〔（(":
        inner = box[1:-1].strip(" \u3000")
        return inner != "" and inner not in "○□☐"
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
