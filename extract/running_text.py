"""Running text made ready for the matchers: one character in, at most one character out.

Full-width letters, figures and brackets are folded, 台 becomes 臺, blanks and the line
breaks of typesetting go; a line break that ends a line on purpose stays as ``\\n``.
"""

from __future__ import annotations

import re
import unicodedata

from kg.text.clean import Clean, concat, joined, raw, without_tags

#: folded although NFKC would also turn ，：；！？ into their ASCII forms, which patterns keep apart
_KEPT = frozenset("，：；！？～…℃㎡％")
_LIST_MARK = re.compile(
    r"\s*(?:[■●•◆◇▪□○※*‧\-–—]|[一二三四五六七八九十壹貳參肆伍陸柒捌玖拾]{1,3}[、.．]|"
    r"[（(][一二三四五六七八九十\dA-Za-z]{1,3}[)）]|\d{1,2}[、.．](?!\d)|[A-Za-z][.．、]|【|第[一二三四五六七八九十\d]+[章節條])"
)
_SENTENCE_END = "。！？；：!?;:"
#: a line shorter than this share of the page's width was ended on purpose
_FULL_LINE = 0.8
#: the page's width: nine of ten lines are no longer
_WIDTH_QUANTILE = 0.9
_SHORT_LINE = 15.0


def fold(char: str) -> str:
    """One character in the form that patterns are written in; its length never changes.

    >>> "".join(map(fold, "（ＡＩ２０％，台北）"))
    '(AI20%，臺北)'
    """
    if char == "台":
        return "臺"
    if char == "％":
        return "%"
    if char < "\u2f00" or char in _KEPT:
        return char
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 else char


def prepare(text: str) -> Clean:
    """The text as the matchers read it, each character with its place in ``text``."""
    piece = raw(text)
    if "<" in text:
        piece = without_tags(piece)
    parts: list[Clean] = []
    for paragraph in _paragraphs(piece):
        if parts:
            # the line end before the paragraph stands for the break
            at = paragraph.offsets[0]
            parts.append(Clean("\n", (max(0, at - 1),)))
        parts.append(joined(paragraph))
    whole = concat(parts)
    return Clean(whole.text.translate(_FOLDED), whole.offsets)


class _Folded(dict[int, str]):
    """What :func:`fold` makes of each character (by its code), asked once."""

    def __missing__(self, code: int) -> str:
        self[code] = fold(chr(code))
        return self[code]


_FOLDED = _Folded()


def _paragraphs(piece: Clean) -> list[Clean]:
    """The text cut where lines were ended on purpose, not where the page was full."""
    if not re.search(r"[\n\r\t]", piece.text.strip()):
        stripped = piece.strip()
        return [stripped] if stripped.text else []
    lines: list[Clean] = []
    at = 0
    for m in re.finditer(r"\r?\n|\r|\t|$", piece.text):
        line = piece[at:m.start()].strip()
        if line.text:
            lines.append(line)
        at = m.end()
    widths = sorted(_width(line.text) for line in lines)
    full = max(_FULL_LINE * widths[int(_WIDTH_QUANTILE * (len(widths) - 1))], _SHORT_LINE) if widths else 0.0
    paragraphs: list[list[Clean]] = []
    broken = True
    open_quote = False
    for line in lines:
        if (broken and not open_quote) or _LIST_MARK.match(line.text):
            paragraphs.append([line])
        else:
            paragraphs[-1].append(line)
        broken = _width(line.text) < full or line.text[-1] in _SENTENCE_END
        tail = line.text[-40:]
        open_quote = tail.rfind("「") > tail.rfind("」") and line.text[-1] not in _SENTENCE_END
    return [concat(group) for group in paragraphs]


def _width(text: str) -> float:
    """The printed width of a line: an ASCII character is half as wide as a Chinese one."""
    return len(text) - 0.5 * sum(map(str.isascii, text))
