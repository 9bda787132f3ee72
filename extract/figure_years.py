"""Which year a figure belongs to.

The year is the one named last in the figure's own clause or in front of it in the same
sentence; of a span (自108年至112年) its last one. A year does not reach beyond the sentence,
nor beyond a semicolon behind which somebody else acts (…；臺電公司興建…); it does where
the next part has no subject of its own (…；並完成4場).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from extract.quantities import Figure
from kg.text.numerals import chinese_number
from kg.text.years import gregorian, plausible

SENTENCE_END = re.compile(
    r"[。\n！？!?■●]|(?<=[。；，：\s])\(\d{1,2}\)|(?<=[。；，\s])\d{1,2}、|(?<=[。；：\s])[一二三四五六七八九十]{1,3}、|"
    r"(?<=[。；，\s])[A-Z]\."
)
#: behind a semicolon these go on with what was said before, its year included
_GOES_ON = re.compile(
    r"[；;\s]*(?:並|且|亦|同時|其中|其|另並|分別|以及|及|已|共|累計|合計|總計|計|完成|新增|擴充|擴大|擴建|增加|增設|新建|改建|興建|辦理|"
    r"舉辦|召開|推動|建置|設置|布建|補助|輔導|協助|核定|核發|核准|提供|培訓|培育|促成|帶動|創造|吸引|媒合|開發|導入|"
    r"改善|強化|開辦|投入|達成|提升|降低|減少|受理|辦結|審結|較)"
)
CLAUSE_END = re.compile(r"[，。；：\n、！？!?■●]")
_COMMA = re.compile(r"[，。；：\n！？!?■●]")
_YEAR = (
    r"(?:(?:中華)?民國)?(?P<{0}>\d{{4}}|\d{{2,3}}|[一二][百○〇零一二三四五六七八九十]{{2,4}}|"
    r"[八九]十[一二三四五六七八九]?)"
)
_MONTH = r"(?:\d{1,2}月)?(?:\d{1,2}日)?(?:年?底|年?初|中旬|底)?"
_YEARS = re.compile(
    rf"(?<![\d.,A-Za-z]){_YEAR.format('a')}(?:年度?{_MONTH})?[^，。；、\n\d]{{0,6}}?[-–—~～至到迄]+{_YEAR.format('b')}年"
    rf"|(?<![\d.,A-Za-z第]){_YEAR.format('c')}學?年(?!期|代|來|以上|內|餘|多|級|長(?![期照])|國產)"
)
_RELATIVE = {"今年": 0, "本年度": 0, "本年": 0, "去年": -1, "上年度": -1, "明年": 1}
_RELATIVE_YEAR = re.compile("|".join(_RELATIVE))
#: what is asked for lies ahead: the years told of before are not its years
_ASKED = re.compile(r"(?:另|爰|亦|故|並|因此)?(?:應|宜|請|建請|建議|呼籲|期盼)(?!用|收|變|對|邀)")
#: the period of a plan, in brackets behind its name
_PLAN_BEFORE = re.compile(r"(?:[」』》]|計畫|方案|綱領|專案|策略|藍圖|白皮書)\((?:自|民國|執行期程[:：]?|期程[:：]?)?$")
#: a year that another is compared with
_REFERENCE = re.compile(
    r"(?:較|比|相較|相較於|較於|相對於|對比|相比|優於|高於|低於|以)(?:前|去)?(?:民國)?$|(?:較|比)[^，。；()]{0,8}\($"
)
_REFERENCE_BEHIND = re.compile(
    r"^年(?:度)?(?:\d{1,2}月)?(?:\d{1,2}日)?起|^年(?:度)?(?:\d{1,2}月)?(?:為基|相比|同期|比較)"
)
#: 於108年設立: when something happened, not what the figures of the next clauses refer to
_HAPPENED_BEFORE = re.compile(r"[於在]$")
_HAPPENED = re.compile(
    r"年(?:設立|成立|提出|公布|制定|發布|訂定|召開|加入|簽署|簽訂|簽約|釋出|改制|創立|核定|"
    r"通過|施行|更名|開工|動工|揭牌)"
)
#: 4年總經費5,000億元, 10年內達40%: the end of the period that lasts so long
_LASTS = re.compile(
    r"(?<![\d.])(?P<n>\d{1,2})年(?:內|間)?(?=將|總|共|計|投入|經費|內|間|約|編列|新增|預計|累計|\d)"
)
_COMPARED = re.compile(r"(?:較|比)(?:前)?(?:民國)?(\d{2,4})年(?:度)?(?:同期|減少|增加|成長|衰退|下降|上升|提高|降低)")
#: so much each or every year: a rule or a pace, which holds in no year of its own
_EACH = re.compile(
    r"(?:每|按)(?!年|日|天)[一1]?(?:輛|戶|人|名|位|月|案|公噸|噸|公斤|度|件|公頃|坪|雇用|次|床|校|班|家|場|口|頭|隻|瓩|股)"
)
_PACE = re.compile(r"年平均|平均每年|每年(?=提升|提高|增加|成長|減少|降低)|首年")
#: the origin in 由21%提升至40%
_ORIGIN_BEFORE = re.compile(r"(?:由|自|從)(?:原本?|目前|現行)?(?:的|之)?約?$")
_ORIGIN_BEHIND = re.compile(
    r"(?:大幅|逐步|逐年|再)?(?:提升|增加|提高|成長|擴增|擴大|下降|縮短|減少|降低|調整|調升|調高|增|升|降|倍增)"
    r"(?:至|為|到|成)"
)
_BRACKET_BEHIND = re.compile(r"\((?:(?:民國)?\d{2,4}(?:年)?[-–—~～至])?(?:民國)?(?P<y>\d{2,4})年(?:度|底)?\)")
#: shares that were right among hand-made answers: years carried from another clause, figures left without one
_CARRIED, _LEFT_OUT = 0.88, 0.8
#: a sentence is looked through no farther than so many characters to either side
_REACH = 2_000
#: an elliptical sentence has no room for a subject in front of its figure
_SHORT_LEAD = 8


@dataclass(frozen=True, slots=True)
class Year:
    """A year at ``text[start:end]``, Gregorian; of a span its last one, ``first`` being where it begins.

    ``reference`` marks those that no figure belongs to: what is compared with, beginnings
    (102年起), periods inside quoted names. ``event``: when something happened, in its own clause only.
    ``period``: how long a plan runs; what has been done under it has no year from that, what it is to reach has.
    """

    start: int
    end: int
    value: int
    reference: bool
    first: int | None = None
    event: bool = False
    period: bool = False


def years(text: str, written: int | None = None) -> list[Year]:
    """The years named in a text, in order; ``written`` is the year that 今年 means.

    >>> [y.value for y in years("自115年至124年，較2020年成長；今年")]
    [2035, 2020]
    """
    found = []
    for m in _YEARS.finditer(text):
        value = _value(m["b"] or m["c"])
        if value is None:
            continue
        before, behind = text[max(0, m.start() - 12):m.start()], text[m.end() - 1:m.end() + 8]
        reference = bool(_REFERENCE.search(before) or _REFERENCE_BEHIND.match(behind))
        # the period in a quoted name is the program's
        quoted = _inside_quotes(text, m.start())
        reference = reference or quoted
        event = m["a"] is None and bool(_HAPPENED_BEFORE.search(before) and _HAPPENED.match(behind))
        period = m["a"] is not None and bool(_PLAN_BEFORE.search(before) or (quoted and before.endswith("(")))
        found.append(Year(m.start(), m.end(), value, reference, _value(m["a"]) if m["a"] else None, event, period))
    if written is not None:
        found += [Year(m.start(), m.end(), written + _RELATIVE[m[0]], False) for m in _RELATIVE_YEAR.finditer(text)]
        found.sort(key=lambda y: y.start)
    return found


def _inside_quotes(text: str, at: int) -> bool:
    begin = max(0, at - _REACH)
    return text.rfind("「", begin, at) > text.rfind("」", begin, at)


def _value(printed: str) -> int | None:
    number = int(printed) if printed.isdigit() else chinese_number(printed)
    if number is None or (len(str(number)) < 4 and not 80 <= number <= 160):
        return None
    value = gregorian(number)
    return value if plausible(value) else None


class FigureYears:
    """The years of one text, asked figure by figure."""

    def __init__(self, text: str, written: int | None = None) -> None:
        self.text = text
        self.named = years(text, written)
        self._starts = [y.start for y in self.named]
        self._breaks = [m.start() for m in SENTENCE_END.finditer(text)]
        self._semicolons = [
            m.start() for m in re.finditer("[；;]", text)
            if not _GOES_ON.match(text, m.start())
        ]

    def in_year(self, figure: Figure) -> bool:
        """Is the figure a part of a year's own digits?"""
        # years do not overlap: the last one that begins before the figure's end is the only one that may hold it
        i = bisect_left(self._starts, figure.end)
        return any(figure.start < y.end for y in self.named[max(0, i - 2):i])

    def between(self, begin: int, end: int) -> list[Year]:
        """The years that begin in ``begin <= start < end``."""
        return self.named[bisect_left(self._starts, begin):bisect_left(self._starts, end)]

    def sentence(self, at: int) -> tuple[int, int]:
        """Beginning and end of the sentence that holds a position, or of what lies within reach of it."""
        i = bisect_right(self._breaks, at)
        begin = self._breaks[i - 1] if i else 0
        end = self._breaks[i] if i < len(self._breaks) else len(self.text)
        return max(begin, at - _REACH), min(end, at + _REACH)

    def year_of(self, figure: Figure, goal: bool = False) -> int | None:
        """The year that a figure belongs to, None where none is stated; ``goal``: is it still to be reached?"""
        text = self.text
        m = _BRACKET_BEHIND.match(text, figure.end)
        if m:
            return _value(m["y"])
        begin, end = self.sentence(figure.start)
        i = bisect_right(self._semicolons, figure.start)
        part = max(begin, self._semicolons[i - 1] if i else 0)
        clause = max([part, *(c.end() for c in _COMMA.finditer(text, part, figure.start))])
        named = [y for y in self.between(part, figure.start) if y.end <= figure.start]
        before = [y for y in named if not y.reference]
        if named and named[-1].end == figure.start:
            # 較112年640億元 tells of 112, although other figures are compared with it
            return named[-1].value
        own = [y for y in before if y.start >= clause]
        if not own:
            if text[figure.start - 1:figure.start] == ")":
                # 較最高年(87年)1.14公斤
                near = [y for y in self.between(part, figure.start) if y.end == figure.start - 1]
                if near:
                    return near[0].value
            behind = self._behind(figure, end)
            if behind is not None and (not before or CLAUSE_END.search(text, before[-1].end, figure.start)):
                return behind
            lasts = _LASTS.search(text, clause, figure.start)
            if self._holds_always(figure, clause):
                return None
            if lasts:
                # 於2022年釋出，5年內帶動 is not 2022
                return self._end_of_period(int(lasts["n"]), figure.start)
            if _ASKED.match(text, clause):
                return None
            if goal and named and named[-1].period:
                return named[-1].value
            carried = [y for y in before if not y.event]
            if not goal and carried and carried[-1].period and not figure.quantity.unit.endswith("元"):
                # the money of a plan is that of its whole period; what was done under it may be of any year
                return None
            if carried:
                return self._period_or_year(carried[-1], figure.start)
            return self._compared(figure, part, end) or self._elliptical(figure, begin)
        if CLAUSE_END.search(text, own[-1].end, figure.start):
            behind = self._behind(figure, end)
            if behind is not None:
                return behind
        return own[-1].value

    def certainty(self, figure: Figure, year: int | None) -> float:
        """How sure the year of a figure is: printed in its clause, or none in its sentence; carried; left out."""
        begin, end = self.sentence(figure.start)
        if year is None:
            return _LEFT_OUT if self.between(begin, end) else 1.0
        clause = max([begin, *(c.end() for c in _COMMA.finditer(self.text, begin, figure.start))])
        near = any(y.value == year for y in (*self.between(clause, figure.start), *self.between(figure.end, end)))
        return 1.0 if near else _CARRIED

    def _behind(self, figure: Figure, end: int) -> int | None:
        """A year behind the figure in its own clause (5家業者於112年底前完成簽約)."""
        m = CLAUSE_END.search(self.text, figure.end, end)
        stop = m.start() if m else end
        behind = [y for y in self.between(figure.end, stop) if not y.reference]
        # a date in brackets behind the figure belongs to something else more often than not
        return behind[0].value if behind and "(" not in self.text[figure.end:behind[0].start] else None

    def _holds_always(self, figure: Figure, clause: int) -> bool:
        """Is it the origin of a change, an amount of money for each, or a yearly pace?"""
        text, unit = self.text, figure.quantity.unit
        origin = _ORIGIN_BEHIND.match(text, figure.end) and _ORIGIN_BEFORE.search(
            text, max(0, figure.start - 8), figure.start
        )
        each = unit.endswith("元") and _EACH.search(text, clause, figure.start)
        pace = unit in ("%", "個百分點", "萬人次", "人次") and _PACE.search(text, clause, figure.start)
        return bool(origin or each or pace)

    def _end_of_period(self, length: int, at: int) -> int | None:
        """The last year of the nearest period in front that lasts ``length`` years."""
        begin, _ = self.sentence(at)
        for y in reversed(self.between(begin, at)):
            if y.end <= at and y.first is not None and y.value - y.first + 1 == length:
                return y.value
        return None

    def _period_or_year(self, year: Year, at: int) -> int:
        """The carried year; where a duration stands between, the end of the period that it tells."""
        for m in _LASTS.finditer(self.text, year.end, at):
            end = self._end_of_period(int(m["n"]), at)
            if end is not None:
                return end
        return year.value

    def _compared(self, figure: Figure, part: int, end: int) -> int | None:
        """較112年同期增加 tells of 113 where no other year is named."""
        i = bisect_right(self._semicolons, figure.start)
        stop = self._semicolons[i] if i < len(self._semicolons) else end
        m = _COMPARED.search(self.text, part, min(stop, end))
        value = _value(m[1]) if m else None
        return value + 1 if value is not None else None

    def _elliptical(self, figure: Figure, begin: int) -> int | None:
        """The year of the sentence before, for figures of a sentence that has no subject (辦結3,000件，…)."""
        if self.text[begin:begin + 1] != "。":
            return None
        last, _ = self.sentence(begin - 1)
        if self.between(begin, figure.start):
            return None
        first = re.search(r"[\d第，]", self.text[begin:figure.start + 1])
        if first is None or not first[0].isdigit() or first.start() > _SHORT_LEAD:
            return None
        before = [y for y in self.between(last, begin) if not y.reference]
        whole = [y for y in before if not self.text[y.end:y.end + 1].isdigit()]
        same = whole and len(whole) == len(before) and len({y.value for y in whole}) == 1
        return whole[-1].value if same else None
