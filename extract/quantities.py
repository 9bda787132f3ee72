"""Numbers with units in running text: 2兆1,636億元, 20.6GW, 3成, 25萬個, 前2名, 773億度."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from extract.measure_words import COUNTS, MEASURES, WEAK, other_word
from extract.words import word_list
from kg.model import Quantity
from kg.text.numerals import MULTIPLIERS, chinese_number

_MULT = "|".join(sorted(MULTIPLIERS, key=len, reverse=True))
_NUM = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_UNIT = "|".join(re.escape(u) for u in sorted((*MEASURES, *COUNTS), key=len, reverse=True))
_CURRENCY = r"(?P<cur>新臺幣|新台幣|NT\$|NTD ?|US\$|美金|歐元)?"
_QUANTITY = re.compile(
    rf"{_CURRENCY}(?P<neg>(?<![\d\w%])[-−])?(?P<num>{_NUM})(?P<mult>(?:{_MULT})?)"
    rf"(?P<more>(?:(?:{_NUM})(?:{_MULT})?){{0,2}})(?:餘|多)?(?:\s?(?P<unit>{_UNIT}))?"
)
#: the rest of a number in several steps: 1億5,931萬9,174
_STEP = re.compile(rf"(?P<num>{_NUM})(?P<mult>(?:{_MULT})?)")
_RANGE = re.compile(rf"(?P<low>{_NUM})\s?(?P<lowunit>%|(?:{_MULT})?(?:{_UNIT})?)\s?[~～至\-–—]\s?$")
#: Chinese figures count only where the unit or their size shows that something was measured
_C = "一二兩三四五六七八九十百千"
_CHINESE = re.compile(
    # only from the first figure of a run: a later one ends no better, and a long run would be read again and again
    rf"(?<![{_C}零〇])(?P<num>[{_C}][{_C}零〇]*)(?P<half>點[一二三四五六七八九])?"
    r"(?P<mult>千億|百億|十億|億|千萬|百萬|萬|兆)?"
    # 十二億五千萬元, 三十八萬二千戶
    rf"(?P<rest>(?<=[兆億萬])[{_C}零〇]+萬?(?:(?<=萬)[{_C}零〇]+)?)?"
    r"(?P<unit>成半|成|倍|元|美元|公頃|公噸|公里|人次|家|處|座|場次|件|案|個百分點|名|人|萬人|戶|班|校|輛|艘|床|棟)"
)
#: 百分之八十三
_PERCENT = re.compile(
    r"百分之(?P<num>[一二三四五六七八九十百零〇]{1,6})(?:[‧．·點点](?P<part>[一二三四五六七八九零〇]+))?(?!點)"
)
#: figures read one by one, as in answers to interpellations: 一兆三、二七四億元, 七‧四八％
_DIGITS = "零〇○一二三四五六七八九"
_POSITIONAL = re.compile(
    rf"(?:(?P<trillions>[{_DIGITS}]+)兆)?(?P<num>[{_DIGITS}]{{1,3}}(?:、[{_DIGITS}]{{3}})+)(?P<mult>億|萬)?"
    r"(?P<unit>元|美元|人次|人|家|件|公頃|公噸|戶)"
)
_DECIMAL = re.compile(
    rf"(?<![{_DIGITS}十百])(?P<num>[{_DIGITS}十百]+)[‧．·点點](?P<part>[{_DIGITS}]+)(?P<mult>億|萬)?(?P<unit>%|個百分點|元|公頃|公噸|倍|萬人)"
)
#: 破千億, 上兆元: a multiplier without a number
_ROUND = re.compile(r"(?<![數上近十百千萬一二三四五六七八九兩\d])(?P<mult>[千百]億|兆(?![豐赫瓦位]))(?P<unit>元|美元)?")
_RANK = re.compile(
    r"(?P<where>全球|世界|全國|亞洲|國際)?(?P<word>前|第)(?P<n>\d{1,3}|[一二三四五六七八九十]{1,2})(?P<unit>名|大)?"
)
_DIGIT = {"零": 0, "〇": 0, "○": 0} | {c: i for i, c in enumerate("一二三四五六七八九", 1)}
_PART_OF_NUMBER = frozenset("第每幾數萬億兆百千")
_PERSONS = re.compile(r"(?:的|之)?(?:人力|人口|人才|人)")
_PER_DAY = re.compile(r"每(?P<per>日|年|月|天)(?:約|達|可|增加|供水|供應)?$")
_FLOW = frozenset(word_list("公噸 噸 立方公尺 桶 公秉 度"))
_TAIL_NOUN = re.compile(r"[\u4e00-\u9fff]{1,8}?(?P<unit>店家|業者|企業|廠商|家庭|學校|員工|民眾|學員|工廠|戶)")
_COUNTED = {
    "店家": "家", "業者": "家", "企業": "家", "廠商": "家", "工廠": "家", "學校": "校", "戶": "戶", "家庭": "戶",
    "員工": "人", "民眾": "人", "學員": "人",
}
_ADJACENT_UNIT = re.compile(r"(?:CO2e|二氧化碳當量|CO2當量)")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit at ``text[start:end]``; ``weak`` units need more context to be a target."""

    start: int
    end: int
    quantity: Quantity
    weak: bool
    #: printed in Chinese figures
    chinese: bool = False


def _value(number: str) -> Decimal:
    return Decimal(number.replace(",", ""))


def figures(text: str) -> Iterator[Figure]:
    """All numbers with units; dates, ordinals and names' digits are not told apart here."""
    waiting: Figure | None = None
    for figure in _arabic_figures(text):
        # the lower end of a range (3.1%至3.6%) is part of the figure behind it
        if waiting is not None and waiting.end <= figure.start:
            yield waiting
        waiting = figure
    if waiting is not None:
        yield waiting
    yield from _chinese_figures(text)


def _arabic_figures(text: str) -> Iterator[Figure]:
    """Numbers in Arabic figures, in order of position."""
    for m in _QUANTITY.finditer(text):
        unit = m["unit"] or ""
        start, end = m.start(), m.end()
        if start and ((text[start - 1].isascii() and text[start - 1].isalpha()) or text[start - 1] in ".+"):
            continue
        if (m["more"] and not m["mult"]) or (unit == "名" and text[start - 1:start] in ("前", "第")):
            continue
        value, multiplier = _value(m["num"]), m["mult"] or ""
        if m["more"]:
            value *= MULTIPLIERS[multiplier]
            for step in _STEP.finditer(m["more"]):
                multiplier = step["mult"] or ""
                value += _value(step["num"]) * MULTIPLIERS.get(multiplier, Decimal(1))
            # the last multiplier stays in the unit: 2兆1,636億元 is 21636 億元
            value /= MULTIPLIERS.get(multiplier, Decimal(1))
        if m["neg"]:
            value = -value
        foreign = {"US$": "美元", "美金": "美元", "歐元": "歐元"}.get(m["cur"] or "")
        if foreign and not unit.endswith("元"):
            unit = foreign
        elif m["cur"] and not unit:
            unit = "元"
        elif foreign and unit == "元":
            unit = foreign
        if not unit:
            persons = _PERSONS.match(text, end) if multiplier else None
            noun = _TAIL_NOUN.match(text, end)
            if persons:
                unit = "人"
            elif multiplier and multiplier[-1] in "億兆" and (len(multiplier) == 1):
                unit = "元"
            elif noun and len(m["num"]) >= 2:
                unit = _COUNTED[noun["unit"]]
            else:
                continue
        if unit in COUNTS and text.startswith("次", end) and not other_word("次", text[end + 1:end + 8]):
            unit, end = unit + "次", end + 1
        if unit in ("噸", "公噸"):
            more = _ADJACENT_UNIT.match(text, end)
            if more:
                unit, end = unit + "CO2e", more.end()
        per = _PER_DAY.search(text, 0, start) if unit in _FLOW else None
        weak = unit in WEAK
        value_max = None
        low = None if weak else _RANGE.search(text, max(0, start - 14), start)
        if low and _value(low["low"]) < value and not text[max(0, low.start() - 1):low.start()].isdigit():
            value, value_max, start = _value(low["low"]), value, low.start()
        if per:
            unit += "/" + {"日": "日", "天": "日", "年": "年", "月": "月"}[per["per"]]
        yield Figure(start, end, Quantity(value, (multiplier + unit), text[start:end], value_max=value_max), weak)


def _positional(text: str) -> Iterator[Figure]:
    """一兆三、二七四億元 (13274 億元), 七‧四八％."""
    for m in _POSITIONAL.finditer(text):
        digits = m["num"].replace("、", "")
        value = Decimal("".join(str(_DIGIT[c]) for c in digits))
        if m["trillions"] and m["mult"] == "億":
            value += Decimal(chinese_number(m["trillions"]) or 0) * 10000
        yield Figure(m.start(), m.end(), Quantity(value, (m["mult"] or "") + m["unit"], m[0]), False, True)
    for m in _DECIMAL.finditer(text):
        whole = chinese_number(m["num"])
        if whole is not None:
            value = Decimal(f"{whole}." + "".join(str(_DIGIT[c]) for c in m["part"]))
            yield Figure(m.start(), m.end(), Quantity(value, (m["mult"] or "") + m["unit"], m[0]), False, True)
    for m in _PERCENT.finditer(text):
        whole = chinese_number(m["num"])
        if whole is not None:
            value = Decimal(f"{whole}." + "".join(str(_DIGIT[c]) for c in m["part"])) if m["part"] else Decimal(whole)
            yield Figure(m.start(), m.end(), Quantity(value, "%", m[0]), False, True)


def _chinese_figures(text: str) -> Iterator[Figure]:
    """三成, 十處, 破千億, 倍增; small counts (三項) are left out: they count headings."""
    read = list(_positional(text))
    yield from read
    for m in _CHINESE.finditer(text):
        before = text[m.start() - 1] if m.start() else ""
        number = chinese_number(m["num"])
        if any(f.start < m.end() and m.start() < f.end for f in read):
            continue
        if before in _PART_OF_NUMBER or before.isdigit() or number is None:
            continue
        unit, multiplier = m["unit"], m["mult"] or ""
        value = Decimal(number)
        if m["half"]:
            value += Decimal(chinese_number(m["half"][1:]) or 0) / 10
        if m["rest"]:
            value *= MULTIPLIERS[multiplier]
            for part, step in re.findall(f"([{_C}零〇]+)(萬?)", m["rest"]):
                multiplier = step
                value += (chinese_number(part) or 0) * MULTIPLIERS.get(step, Decimal(1))
            value /= MULTIPLIERS.get(multiplier, Decimal(1))
        if unit == "成半":
            value, unit = value + Decimal("0.5"), "成"
        if unit in ("成", "倍", "個百分點") or m["mult"] or number >= 10:
            yield Figure(m.start(), m.end(), Quantity(value, multiplier + unit, m[0]), False, True)
    for m in _ROUND.finditer(text):
        value = Decimal({"千": 1000, "百": 100}.get(m["mult"][0], 1))
        yield Figure(m.start(), m.end(), Quantity(value, m["mult"][-1] + (m["unit"] or "元"), m[0]), False, True)
    for m in re.finditer(r"(?<=[^\n。，])倍增(?![至為])", text):
        yield Figure(m.start(), m.end(), Quantity(Decimal(2), "倍", m[0]), False, True)
    yield from _ranks(text)


def _ranks(text: str) -> Iterator[Figure]:
    """全球第1, 前3名, 世界前十大."""
    for m in _RANK.finditer(text):
        number = int(m["n"]) if m["n"].isdigit() else chinese_number(m["n"])
        alone = m["word"] == "第" and text[m.end():m.end() + 1] in "的，。；、」)\n"
        if number is not None and (m["unit"] == "名" or (m["where"] and (m["unit"] or alone))):
            yield Figure(m.start(), m.end(), Quantity(Decimal(number), "名", m[0]), False, not m["n"].isdigit())
