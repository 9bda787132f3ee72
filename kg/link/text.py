"""Texts as links are made of them: normal form, clauses, terms.

Terms are character bigrams and trigrams of Chinese runs and whole Latin words; no word
segmentation is needed for them, and none is reliable for traditional Chinese (DESIGN, 3).
"""

from __future__ import annotations

import functools
import re
import unicodedata

_CJK = "\u4e00-\u9fff"
#: words in Latin letters, as a pattern
LATIN = r"[a-z][a-z0-9-]+|\d+[a-z]+"
_RUN = re.compile(rf"[{_CJK}]+|{LATIN}")
#: where a clause ends: full stops, line ends, semicolons, numbers in brackets
_END = re.compile(r"[。\n；;]|[（(][一二三四五六七八九十]{1,3}[)）]")
_LEADING = re.compile(r"^[\s、，:：.．()（）0-9ivxIVX]+")
#: where an item of a list begins: line ends, numbers in brackets
_ITEM = re.compile(r"\n|[（(](?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）]")
#: clauses shorter than this say nothing by themselves
_SHORTEST = 4


@functools.lru_cache(maxsize=1 << 12)
def normal(text: str) -> str:
    """NFKC, 台 as 臺, lower case, blanks dropped beside Chinese.

    >>> normal("台灣 ６G 技術")
    '臺灣6g技術'
    """
    folded = unicodedata.normalize("NFKC", text).replace("台", "臺").lower()
    return re.sub(rf"(?<=[{_CJK}])[^\S\n]+|[^\S\n]+(?=[{_CJK}])", "", folded)


def clauses(text: str) -> list[str]:
    """The clauses of a text as printed, without list marks.

    >>> clauses("推動甲產業升級；輔導乙產業。\\n(1) 建置丙平臺")
    ['推動甲產業升級', '輔導乙產業', '建置丙平臺']
    """
    return [c for c in (_LEADING.sub("", part).strip() for part in _END.split(text)) if len(c) >= _SHORTEST]


def pieces(text: str) -> list[str]:
    """The items of a list that a text runs together, without their numbers; the text where it lists nothing.

    >>> pieces("（一）推動甲產業。擴大乙。（二）輔導丙產業")
    ['推動甲產業。擴大乙。', '輔導丙產業']
    """
    return [p for p in map(str.strip, _ITEM.split(text)) if len(p) >= _SHORTEST]


def terms(text: str) -> list[str]:
    """Bigrams and trigrams of each Chinese run, Latin words as they are, in order.

    >>> terms("6G 標準")
    ['6g', '標準']
    """
    found: list[str] = []
    for run in _RUN.findall(normal(text)):
        if run[0] >= "\u4e00":
            found += [run[i:i + n] for n in (2, 3) for i in range(len(run) - n + 1)]
        else:
            found.append(run)
    return found
