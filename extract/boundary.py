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

from extract.words import ADVERBS, GENERIC, HARD, JOINTS, VERBS, tokenizer, word_set

_WINDOW = 36
_BREAK = re.compile(
    r"[。，；：！？\n「」『』【】《》〈〉■●•◆|…;!?:、\[\]〔〕→☐☑※]|\(\d{1,2}\)|\([一二三四五六七八九十]{1,3}\)|(?<![A-Za-z\d])(?:[A-Za-z\d]|[IVX]+)\.(?=[^\d])"
)
#: brackets that may stand inside a name: an abbreviation, a short name
_CLOSED = re.compile(r"\((?:(?=[^()]*[A-Za-z]{2})[A-Za-z0-9 &.,/+'\-]{2,40}|[^()]{0,10}稱[^()]{1,12})\)")
#: verbs that begin names as often as they govern them: behind another verb or a body they belong to the name
_NAME_VERBS = word_set("""
    協助 補助 輔導 擴大 整合 連結 加速 鼓勵 申報 審查 審議 申請 調查
""")
#: verbs that govern a name wherever they stand
_ACTIONS = word_set("""
    推動 辦理 執行 訂定 修正 修訂 研訂 制定 擬訂 擬定 研擬 公告 發布 核定 函頒 提出 提報 申辦 納入 配合 推出
    啟動 賡續 續辦 舉辦 依循 符合 違反 遵守 遵循 適用 準用 廢止 實施 制訂 建立 召開 擬具 提供 帶動 引導 掌握
    考量 簡化 善用 運用 審議 引進 編列 挹注
""")
_TOGETHER = word_set("管理 投資 出資 主辦 經營 營運")
_FUNCTION = VERBS | HARD | JOINTS
_UNSPECIFIC = GENERIC | _FUNCTION
#: behind a body's name these begin the title of its rule (環境部補助電動大客車作業要點), they do not govern one
TITLE_VERBS = _NAME_VERBS | word_set("""
    推動 受理 委託 委辦 推展 處理 執行 辦理 促進 落實 提供 參與
""")
_YEAR = re.compile(
    r"^(?:民國)?\d{2,4}(?:[-~至]\d{2,4})?年(?:度|底|初|起|間)?(?:\d{1,2}月(?:底|起|間)?)?(?:\d{1,2}日(?:起)?)?"
)
_COUNT = re.compile(
    r"^(?:共|共計|計)?(?:[\d,]+[萬億]?|[一二三四五六七八九十兩百多數各]+)(?:大|項|個|件|案|種|類|套|組|年期|縣市|處|家|"
    r"所|校|座|場)"
)


_CITED = re.compile(
    r"第[\d一二三四五六七八九十百之]+(?:條(?:之\d+)?|[項款目點])(?:第[\d一二三四五六七八九十]+[項款目])*(?:規定)?$"
)
_RULE = re.compile(r"(?:條例|辦法|準則|細則|要點)$")
_COUNT_INSIDE = re.compile(r"\d(?:項|個|件|案|家|分鐘)")


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
    #: where the name of the body begins that stands directly in front (a rule's title may hold it)
    owner: int | None


class Boundary:
    """Finds the left boundary of bare names.

    ``bodies``, ``titles`` (of rules and programs) and ``terms`` are names that the authority files know.
    """

    def __init__(self, bodies: Collection[str], titles: Collection[str], terms: Collection[str]) -> None:
        self.bodies = frozenset(bodies)
        self.titles = frozenset(titles)
        self._terms = terms

    @functools.cached_property
    def _cut(self) -> Callable[[str], list[str]]:
        cutter = tokenizer([*self.bodies, *self._terms])
        return functools.partial(cutter.lcut, HMM=False)

    def words(self, text: str) -> list[str]:
        """The words of a short text."""
        return self._cut(text)

    def ends_known(self, name: str) -> bool:
        """Does a known title, shorter than the name, stand at the name's end (掌握公平交易法)?"""
        return any(name[i:] in self.titles for i in range(1, len(name) - 2))

    def governs_known(self, name: str) -> bool:
        """Is the name a verb with a known title behind it?"""
        return any(name[i:] in self.titles and self.has_verb(name[:i] + "。") for i in range(1, len(name) - 2))

    def specific(self, text: str) -> int:
        """How many characters of the text belong to words that say something by themselves."""
        return sum(len(w) for w in self.words(text) if w not in _UNSPECIFIC and not _symbols(w))

    def has_verb(self, text: str, allowed: Collection[str] = ()) -> bool:
        """Does a verb of administration stand inside a text (參考國際競爭法)?"""
        return any(w in VERBS and w not in allowed for w in self.words(text)[:-1])

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
        dated = _YEAR.match(text[begin:head])
        begin += dated.end() if dated else 0
        clause_start = at > 0 or floor == 0
        words = self.words(text[begin:head])
        starts = []
        p = begin
        for w in words:
            starts.append(p)
            p += len(w)
        # 「甲計畫」與乙計畫: what governs the quoted name governs the next one too
        start, before, governed = begin, "" if clause_start else "…", _lists(text, begin, complete)
        owner: int | None = None
        for i, (word, a) in enumerate(zip(words, starts, strict=True)):
            rest = head - a - len(word)
            if any(floor + p < a < floor + q for p, q in spans):
                # 以下稱 in brackets inside the name
                continue
            if word in self.bodies:
                start, before, governed = a + len(word), word, True
                behind = words[i + 1] if i + 1 < len(words) else ""
                owner = a if behind in TITLE_VERBS or behind == "設置" or behind not in _FUNCTION else None
            elif word in HARD:
                start, before, governed, owner = a + len(word), word, word in VERBS and word not in ADVERBS, None
            elif word in JOINTS:
                if a == start or complete.search(text[start:a]) or _CITED.search(text, start, a):
                    start, before, owner = a + len(word), word, None
            elif word in VERBS and (_CITED.search(text, start, a) or (rest >= 4 and _RULE.search(text, start, a))):
                # 依某法第5條審查…計畫, 依某條例提報…方案: what is cited ends
                start, before, governed, owner = a + len(word), word, True, None
            elif a == start and before == "共同" and word in _TOGETHER:
                start, before, governed = a + len(word), word, True
            elif word in VERBS and a == start:
                if not (word in _NAME_VERBS and (governed or rest < 2)):
                    start, before, governed = a + len(word), word, governed or word not in ADVERBS
            elif word in _ACTIONS and rest >= 4 and self.specific("".join(words[i + 1:])) >= 2:
                start, before, governed = a + len(word), word, True
        year = _YEAR.match(text[start:head])
        if year:
            start += year.end()
        counted = bool(_COUNT.match(text[start:head]) or _COUNT_INSIDE.search(text[start:head]))
        return Left(start, before, governed, counted, self.specific(text[start:head]), owner)


def _lists(text: str, begin: int, complete: re.Pattern[str]) -> bool:
    """Does a list of names go on at ``begin`` (「甲計畫」及…, 甲計畫、…)?"""
    if begin and text[begin - 1] == "」":
        return True
    return begin > 1 and text[begin - 1] == "、" and bool(complete.search(text, max(0, begin - 12), begin - 1))


def _symbols(word: str) -> bool:
    return not any(c.isalpha() for c in word)
