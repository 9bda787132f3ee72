"""Where does a name that stands bare in a sentence begin?

Chinese writes no blanks and no capitals: 「…刻正推動強化電網韌性建設計畫」 gives away only
where the name ends. The words in front of its last noun are segmented with jieba; names
of bodies, words of administration and function words end what can belong to the name.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from extract.words import GENERIC, HARD, JOINTS, VERBS, tokenizer

_WINDOW = 36
_BREAK = re.compile(r"[。，；：！？\n「」『』【】《》〈〉■●•◆|…;!?:、\[\]〔〕→]|\(\d{1,2}\)|\([一二三四五六七八九十]{1,3}\)|[A-Za-z\d]\.(?=[^\d])")
_CLOSED = re.compile(r"\((?:[A-Za-z0-9 &.,/+'\-]{1,40}|[^()]{0,10}稱[^()]{1,12})\)")
#: verbs that begin names as often as they govern them; behind another verb they belong to the name
_NAME_VERBS = frozenset("協助 補助 輔導 建立 建置 設置 設立 擴大 整合 加速 連結 提供 支持 投入 鼓勵 提升至 完備 規劃 參與 盤點 檢視 結合 "
                        "推動 推展 推行 落實 促進 重啟 擴大辦理 接續 申報 審查 審議 申請 調查".split())
#: verbs that govern a name wherever they stand
_ACTIONS = frozenset("推動 辦理 執行 訂定 修正 修訂 研訂 制定 擬訂 擬定 研擬 公告 發布 核定 函頒 提出 提報 申辦 納入 配合 推出 啟動 賡續 續辦 舉辦 "
                     "依循 符合 違反 遵守 遵循 適用 準用 廢止 實施".split())
_YEAR = re.compile(r"^(?:民國)?\d{2,4}(?:[-~至]\d{2,4})?年(?:度|底|初|起|間)?(?:\d{1,2}月(?:底|起|間)?)?(?:\d{1,2}日(?:起)?)?")
_COUNT = re.compile(r"^(?:共|共計|計)?(?:\d+|[一二三四五六七八九十兩百多數各]+)(?:大|項|個|件|案|種|類|套|組)")


@dataclass(frozen=True, slots=True)
class Left:
    """Where a bare name begins, and what stands in front of it."""

    start: int
    #: the word in front: "" at the beginning of a clause
    before: str
    #: do the words in front govern the name (a verb or a body)?
    governed: bool
    #: is the name counted (三項計畫), so that it is no name?
    counted: bool
    #: length of what is specific in the name: its words that are not generic
    specific: int


class Boundary:
    """Finds the left boundary of bare names; ``names`` are known names of bodies and of other things."""

    def __init__(self, bodies: Collection[str], names: Collection[str]) -> None:
        self.bodies = frozenset(bodies)
        self._names = names

    @functools.cached_property
    def _cut(self) -> Callable[[str], list[str]]:
        cutter = tokenizer([*self.bodies, *self._names])
        return functools.partial(cutter.lcut, HMM=False)

    def words(self, text: str) -> list[str]:
        """The words of a short text."""
        return self._cut(text)

    def specific(self, text: str) -> int:
        """How many characters of the text belong to words that say something by themselves."""
        return sum(len(w) for w in self.words(text) if w not in GENERIC and w not in HARD and w not in JOINTS and not _symbols(w))

    def left(self, text: str, head: int, complete: re.Pattern[str]) -> Left:
        """The left boundary of the name whose last noun begins at ``head``.

        ``complete`` matches at the end of a text that is a complete name already, so that a
        following 及 joins two names.
        """
        floor = max(0, head - _WINDOW)
        window = text[floor:head]
        spans = [(m.start(), m.end()) for m in _CLOSED.finditer(window)]
        at = 0
        for m in _BREAK.finditer(window):
            if not any(a <= m.start() < b for a, b in spans):
                at = m.end()
        for i in range(at, len(window)):
            if window[i] in "()" and not any(a <= i < b for a, b in spans):
                at = i + 1
        begin = floor + at
        clause_start = at > 0 or floor == 0
        words = self.words(text[begin:head])
        starts = []
        p = begin
        for w in words:
            starts.append(p)
            p += len(w)
        start, before, governed = begin, "" if clause_start else "…", False
        for i, (word, a) in enumerate(zip(words, starts, strict=True)):
            rest = head - a - len(word)
            if word in self.bodies or word in HARD:
                start, before, governed = a + len(word), word, word in self.bodies or word in VERBS
            elif word in JOINTS:
                if a == start or complete.search(text[start:a]) or text[start:a] in self.bodies:
                    start, before = a + len(word), word
            elif word in VERBS and a == start:
                keep = word in _NAME_VERBS and (governed or rest < 2)
                if not keep:
                    start, before, governed = a + len(word), word, True
            elif word in _ACTIONS and rest >= 4 and self.specific("".join(words[i + 1:])) >= 2:
                start, before, governed = a + len(word), word, True
        m = _YEAR.match(text[start:head])
        if m:
            start += m.end()
        counted = _COUNT.match(text[start:head]) is not None
        return Left(start, before, governed, counted, self.specific(text[start:head]))


def _symbols(word: str) -> bool:
    return not any(c.isalnum() for c in word)
