"""By what a national plan is known: several weak signs, weighed together."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from extract.plan_inline_bodies import names_bodies
from extract.plan_layout import read_lines
from extract.plan_responsibility import is_head
from extract.plan_words import announced, heading_level
from kg.text.years import period

_PLAN_NAME = re.compile(r"(?:計畫|方案|白皮書|綱領|藍圖|規劃)(?:書)?[」》）)\s]*$")
_SEVERAL_YEARS = re.compile(r"[二三四五六十\d]{1,2}\s*年\s*(?:中程|期|國家)?\s*(?:計畫|發展)")
_CHAPTER = re.compile(r"^[ \u3000]*(?:[壹貳參肆伍陸柒捌玖拾]{1,2}\s*[、.．]|"
                      r"第\s*[一二三四五六七八九十\d]{1,2}\s*[章篇])"
                      r"[^\n\t。]*(?:策略|措施|目標|願景|分工)[^\n\t。.…‥]*$", re.M)
#: a ministry's plan for one year, or its report to the legislature
_OTHER = re.compile(r"年度\s*施政(?:計畫|目標)|業務\s*(?:概況)?\s*報告")


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for a national plan.

    How many goals, strategies and measures headings name or announce as such, whether bodies are given
    their parts (in a table or below headings), a plan's name with several years stands on the front page,
    and how many chapters are called after goals and strategies.
    """

    goals: int
    strategies: int
    measures: int
    parts: bool
    title: bool
    chapters: int
    other_genre: bool

    @property
    def score(self) -> float:
        """The signs weighed, 0..1. None suffices alone; goals and strategies (or their table) together do."""
        if self.other_genre or not (self.goals or self.chapters) or not (self.strategies or self.parts):
            return 0.0
        weighed = (0.3 * min(self.goals, 3) / 2 + 0.3 * min(self.strategies, 4) / 4 + 0.05 * min(self.measures, 2) / 2
                   + 0.2 * self.parts + 0.15 * self.title + 0.05 * min(self.chapters, 2))
        return round(min(weighed, 1.0), 3)


def signs(text: str) -> Signs:
    """The signs of a national plan in a text; the lines of a table of contents do not count."""
    content, _ = read_lines(text)
    named = Counter(heading_level(line.text) or announced(line.text) for line in content if "\t" not in line.text)
    parts = any(is_head(line) for line in content) or sum(names_bodies(line.text) for line in content) >= 2
    start = [line for line in content[:12] if "\t" not in line.text]
    opening = "\n".join(line.text for line in start)
    title = any(_PLAN_NAME.search(line.text) for line in start[:5]) and (
        period(opening) is not None or _SEVERAL_YEARS.search(opening) is not None)
    other = any(_OTHER.search(line.text) for line in start[:4] if len(line.text) < 40)
    return Signs(named["goal"], named["strategy"], named["measure"], parts, title, len(_CHAPTER.findall(text)), other)
