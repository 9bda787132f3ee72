"""Numbers with units in running text: 2兆1,636億元, 20.6GW, 3成, 25萬個, 前2名, 773億度."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from extract.words import word_set
from kg.model import Quantity
from kg.text.numerals import MULTIPLIERS, chinese_number

#: units of measure; a number with one of these is a quantity wherever it stands
MEASURES = (
    "%", "‰", "個百分點", "百分點", "元", "美元", "歐元", "日圓", "日元", "英鎊", "人民幣", "倍", "成",
    "公噸CO2e", "噸CO2e", "公噸二氧化碳當量", "噸二氧化碳當量", "公噸", "噸", "公斤", "公升", "立方公尺", "平方公尺", "平方公里", "公里", "公尺", "公頃", "坪",
    "度", "瓩", "千瓦", "MWh", "GWh", "kWh", "TWh", "MWp", "GWp", "kWp", "MW", "GW", "kW", "KW", "TW", "RT", "公秉油當量", "公秉", "桶", "分/戶", "人月", "Gbps", "Mbps", "TFLOPS", "PFLOPS", "PB", "TB",
    "CMD", "噸/日",
)
#: measure words of counted things
COUNTS = (
    "人次", "家次", "場次", "件次", "項次", "班次", "隊次", "車次", "船次", "架次", "案次", "校次", "戶次", "廠次", "次",
    "家", "件", "案", "場", "人", "名", "位", "座", "處", "臺", "輛", "架", "艘", "艦", "套", "組", "個", "張", "戶", "筆", "款", "檔", "篇", "本", "株", "頭", "隻", "點",
    "品項", "項", "具", "槍孔", "幅", "門課", "所", "校", "班", "隊", "團", "國", "縣市", "鄉鎮", "部", "支", "床", "種", "門", "間", "口", "條", "片", "份", "顆", "枚", "株", "冊", "集", "梯次", "期", "站", "街區", "商圈", "廠", "社區", "園區", "據點", "聚落", "系統", "分鐘", "小時", "天", "年",
)
#: not a count of results by themselves (durations, kinds, issues)
_WEAK = word_set("年 天 小時 分鐘 期 本 條 點 集 門 國")

_MULT = "|".join(sorted(MULTIPLIERS, key=len, reverse=True))
_NUM = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_UNIT = "|".join(re.escape(u) for u in sorted((*MEASURES, *COUNTS), key=len, reverse=True))
_CURRENCY = r"(?P<cur>新臺幣|新台幣|NT\$|NTD ?|US\$|美金|歐元)?"
_QUANTITY = re.compile(
    rf"{_CURRENCY}(?P<neg>(?<![\d\w%])[-−])?(?P<num>{_NUM})(?P<mult>(?:{_MULT})?)"
    rf"(?:(?P<more>\d{{1,3}}(?:,\d{{3}})*|\d+)(?P<mult2>{_MULT})?)?(?P<plus>餘|多)?(?:\s?(?P<unit>{_UNIT}))?"
)
_RANGE = re.compile(rf"(?P<low>{_NUM})\s?(?P<lowunit>%|(?:{_MULT})?(?:{_UNIT})?)\s?[~至\-–—]\s?$")
#: Chinese figures count only where the unit or their size shows that something was measured
_CHINESE = re.compile(
    r"(?P<num>[一二兩三四五六七八九十百千]+)(?P<half>點[一二三四五六七八九])?(?P<mult>千億|百億|十億|億|千萬|百萬|萬|兆)?(?P<unit>成半|成|倍|元|美元|公頃|公噸|人次|家|處|座|場次|件|案|個百分點|名|人|萬人)"
)
_ROUND = re.compile(
    r"(?P<mult>(?<![數上近十百千萬一二三四五六七八九兩\d])[千百]億|"
    r"(?<![數上近十百千萬一二三四五六七八九兩\d])兆)(?P<unit>元|美元)?"
)
_PERSONS = re.compile(r"(?:的|之)?(?:人力|人口|人才|人)")
_PER_DAY = re.compile(r"每(?P<per>日|年|月|天)(?:約|達|可|增加|供水|供應)?$")
_FLOW = word_set("公噸 噸 立方公尺 桶 公秉 度")
_TAIL_NOUN = re.compile(
    r"(?P<noun>[\u4e00-\u9fff]{1,8}?(?P<unit>店家|業者|企業|廠商|家庭|學校|員工|民眾|學員|工廠|戶))"
)
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


def _simplify(value: Decimal, multiplier: str, unit: str) -> tuple[Decimal, str]:
    """2兆1,636億元 -> (21636, 億元): the smallest multiplier that was printed stays in the unit."""
    if not multiplier:
        return value, unit
    return value / MULTIPLIERS[multiplier], multiplier + unit


def figures(text: str) -> Iterator[Figure]:
    """All numbers with units, in order of position; dates, ordinals and names' digits are not told apart here."""
    for m in _QUANTITY.finditer(text):
        unit = m["unit"] or ""
        start, end = m.start(), m.end()
        if start and ((text[start - 1].isascii() and text[start - 1].isalpha()) or text[start - 1] in ".+"):
            continue
        if m["more"] and not m["mult"]:
            continue
        value, multiplier = _value(m["num"]), m["mult"] or ""
        if m["more"]:
            second = m["mult2"] or ""
            value = value * MULTIPLIERS[multiplier] + _value(m["more"]) * MULTIPLIERS.get(second, Decimal(1))
            value, multiplier = (value / MULTIPLIERS[second], second) if second else (value, "")
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
                unit, end = "人", end
            elif multiplier and multiplier[-1] in "億兆" and (len(multiplier) == 1):
                unit = "元"
            elif noun and len(m["num"]) >= 2:
                unit = {"店家": "家", "業者": "家", "企業": "家", "廠商": "家", "工廠": "家", "學校": "校", "戶": "戶", "家庭": "戶"}.get(noun["unit"], "人")
            else:
                continue
        if unit in ("噸", "公噸"):
            more = _ADJACENT_UNIT.match(text, end)
            if more:
                unit, end = unit + "CO2e", more.end()
        per = _PER_DAY.search(text, 0, start) if unit in _FLOW else None
        weak = unit in _WEAK
        low = _RANGE.search(text, max(0, start - 14), start)
        value_max = None
        if low and not weak and low["low"] and _value(low["low"]) < value and not re.search(r"\d$", text[max(0, start - 15):low.start()]):
            value_max, value = value, _value(low["low"])
            start = low.start()
        if per:
            unit += "/" + {"日": "日", "天": "日", "年": "年", "月": "月"}[per["per"]]
        yield Figure(start, end, Quantity(value, (multiplier + unit), text[start:end], value_max=value_max), weak)
    yield from _chinese_figures(text)


def _chinese_figures(text: str) -> Iterator[Figure]:
    for m in _CHINESE.finditer(text):
        if m.start() and (text[m.start() - 1] in "第每幾數" or text[m.start() - 1] in "萬億兆百千" or text[m.start() - 1].isdigit()):
            continue
        number = chinese_number(m["num"])
        if number is None:
            continue
        unit = m["unit"]
        value = Decimal(number)
        if m["half"]:
            value += Decimal(chinese_number(m["half"][1:]) or 0) / 10
        if unit == "成半":
            value, unit = value + Decimal("0.5"), "成"
        multiplier = m["mult"] or ""
        if unit not in ("成", "倍", "個百分點") and not multiplier and number < 10:
            continue
        yield Figure(m.start(), m.end(), Quantity(value, multiplier + unit, m[0]), False, True)
    for m in _ROUND.finditer(text):
        unit = m["mult"][-1] + (m["unit"] or "元")
        value = Decimal({"千": 1000, "百": 100}.get(m["mult"][0], 1))
        yield Figure(m.start(), m.end(), Quantity(value, unit, m[0]), False, True)
    for m in re.finditer(r"倍增", text):
        if m.start() and text[m.start() - 1] not in "\n。，":
            yield Figure(m.start(), m.end(), Quantity(Decimal(2), "倍", m[0]), False, True)
    for m in re.finditer(r"(?:全球|世界|全國|亞洲|國際)?(?:前|第)(?P<n>\d{1,3}|[一二三四五六七八九十]{1,2})(?P<u>名|大)?", text):
        number = int(m["n"]) if m["n"].isdigit() else chinese_number(m["n"])
        ranked = m[0][0] not in "前第" and (m["u"] or (m[0][2] == "第" and text[m.end():m.end() + 1] in "的，。；、」)\n"))
        if number is not None and (ranked or (m[0][0] == "前" and m["u"] == "名") or (m[0][0] == "第" and m["u"] == "名")):
            yield Figure(m.start(), m.end(), Quantity(Decimal(number), "名", m[0]), False, not m["n"].isdigit())
