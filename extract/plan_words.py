"""The words and numbers by which plans name their levels: 總目標, 子目標1.1, 推動策略1-1-1, 具體措施 …

Plans name and number the same four levels differently. A heading may bear its level's name with a
number (策略一、, 目標1, 策略1-1-1), stand numbered under a line that says what follows (具體措施：), or be
numbered only.
"""

from __future__ import annotations

import re
import unicodedata

from kg.text.numerals import chinese_number
from kg.text.outline import LEAD, Marker, marker

#: outermost first
LEVELS = ("goal", "subgoal", "strategy", "measure")
NUMERAL = r"(?:[一二三四五六七八九十]{1,3}|\d{1,2}(?:\s*[-–－.．]\s*\d{1,2}){0,3})"
WORDS = {
    "goal": r"(?:總|施政|政策|發展|核心|策略|推動|計畫)?\s*目\s*標|主\s*軸|面\s*向",
    "subgoal": r"(?:子|次|分項?|細項)\s*目\s*標",
    "strategy": r"(?:推動|執行|發展|重點|實施|因應|行動)?\s*策\s*略",
    "measure": r"(?:重要|具體|推動|主要|執行|關鍵|實施|重點)?\s*措\s*施|工作\s*(?:項目|重點)|"
               r"(?:重點|主要)\s*工作(?:項目)?|行動\s*(?:方案|計畫|項目)|(?:具體|推動|重要|執行)\s*[作做]法|執行要項",
}
#: behind the number stands a mark, or a blank that no counted noun follows (目標 3 項)
_BEHIND = r"(?:\s*(?:[：:、]|[.．](?!\d))\s*|[\s\u3000]+(?![項個大年月日種類級％%])|$)"
_WORDED = {level: re.compile(rf"(?:{words})\s*(?P<number>{NUMERAL})(?![\d%％]){_BEHIND}")
           for level, words in WORDS.items()}
_MARKED = re.compile(r"[：:、.．]\s*$")
#: a line that says what the numbered ones below it are
_ANNOUNCED = {level: re.compile(rf"[【〔［\[（(]?(?:{words})[】〕］\])）]?\s*[：:]?") for level, words in WORDS.items()
              if level != "goal"}
_ASIDE = re.compile(r"[【〔［\[（(]?(?:現況(?:分析|說明|檢討)?|背景(?:說明)?|(?:目標|策略)?(?:說明|內涵|緣起)|"
                    r"問題(?:分析)?|(?:關鍵)?(?:績效|衡量|評估|追蹤)?指標(?:\(KPI\)|（KPI）)?|KPI|"
                    r"預期(?:效益|成果|目標)|(?:執行|推動)?期程|經費(?:需求|來源)?)[】〕］\])）]?\s*[：:]?")
_DASHED = re.compile(r"(\d{1,2}(?:\s?[-–－]\s?\d{1,2}){1,3})(?=[\s\u3000、.．]|[\u4e00-\u9fff])"
                     r"\s*[、.．]?(?![年月日%％])")
_SUBGOALS = re.compile(WORDS["subgoal"])
#: a heading that only a blank parts from its number is no longer than this and ends no sentence
_LONGEST = 60


def ordinal(number: str) -> int:
    """The last number of a printed one: 1-2-3 is the third, 十二 the twelfth; 0 for none."""
    last = re.split(r"[-–－.．]", unicodedata.normalize("NFKC", number))[-1].strip()
    return int(last) if last.isdigit() else chinese_number(last) or 0


def worded(text: str, at: int) -> tuple[str, int, int] | None:
    """The level that a heading names at ``at``, its ordinal and where its title begins; None if it names none."""
    for level in ("subgoal", "goal", "strategy", "measure"):
        m = _WORDED[level].match(text, at)
        if m is None:
            continue
        title = text[m.end():]
        if title and not _MARKED.search(m[0]) and (len(title) > _LONGEST or title.rstrip("* ").endswith(("。", "；"))):
            continue
        return level, ordinal(m["number"]), m.end()
    return None


def heading_level(text: str) -> str | None:
    """The level that a line names, behind a number or without (（一）策略一、…, 策略1-1 …); None if it names none."""
    lead = LEAD.match(text)
    start = lead.end() if lead else 0
    m = numbered(text)
    found = worded(text, start) or (worded(text, m.end) if m else None)
    return found[0] if found else None


def is_goal_line(text: str) -> bool:
    """Is the line a goal's heading (目標一：…, 目標1　…)?"""
    lead = LEAD.match(text)
    found = worded(text, lead.end() if lead else 0)
    return found is not None and found[0] == "goal"


def numbered(text: str) -> Marker | None:
    """The marker at the start of a line, numbers with dashes (1-1-1) among the decimal ones."""
    lead = LEAD.match(text)
    at = lead.end() if lead else 0
    m = _DASHED.match(text, at)
    if m is not None:
        parts = tuple(int(p) for p in re.findall(r"\d+", m[1]))
        return Marker("decimal", parts[-1], m[1], at, m.end(), parts)
    return marker(text)


def form(m: Marker) -> str:
    """The typographic form of a marker; decimals of different depth differ."""
    return f"{m.kind}{len(m.parts)}" if m.kind == "decimal" else m.kind


def announced(text: str) -> str | None:
    """The level that a line without a title announces (具體措施：); "aside" for what is no level (績效指標：)."""
    bare = text.strip("* \u3000■●◆▍○-")
    for level, pattern in _ANNOUNCED.items():
        if pattern.fullmatch(bare):
            return level
    return "aside" if _ASIDE.fullmatch(bare) else None


def speaks_of_subgoals(text: str) -> bool:
    """Does a text speak of goals below goals?"""
    return _SUBGOALS.search(text) is not None
