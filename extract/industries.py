"""Industries in running text: what the dictionary finds, tested by what stands around it.

Some names are those of an industry and of what everybody uses or does: 資安, 人工智慧, 醫療照護 (the
authority file marks them). They count where the text speaks of the trade: 資安產業, AI人才,
【人工智慧】, in a list of industries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from extract.words import word_set

_SUFFIX = re.compile(r"(?:產業|工業|業)(?!者|務|界|主|績|化|鏈)")
#: any industry of that kind, none by name
_ANY = word_set("高科技產業 新興產業 未來產業 特色產業 民生產業")
_TRADE_BEHIND = re.compile(
    r"^(?:相關|及[\u4e00-\u9fffA-Za-z]{1,8}|等|、[\u4e00-\u9fffA-Za-z]{1,8}){0,3}?"
    r"(?:產業|工業|業者|業(?!務|績)|廠商|供應鏈|產業鏈|市場|產值|商機|聚落|生態系|國家隊|大國|產品|領域|人才|新創|園區|科技島|展)"
)
#: 農業會, 工具機公會, 半導體學院: the name of a body, not of the industry
_ORGANISATION = re.compile(
    r"(?:同業)?(?:公會|協會|學會|總會|工會|會(?!展)|部(?!門|分)|署|局|廳|學院|大學|學系|銀行|博物館|法(?!規)|(?:改良|試驗|研究)[場所院船])"
)
#: 數位化工具, 美化工作: the characters of an industry's name across two other words
_ACROSS = {"化工": re.compile(r"[作具程序時資]"), "工程": re.compile(r"[師式]"), "水產": re.compile(r"[出生量]")}
#: 國際醫療器材, 生物科技園區: the name goes on
_GOES_ON = {"國際醫療": re.compile("器材"), "文創": re.compile("園區"), "航太": re.compile("總署|局"),
            "再生能源": re.compile("發電設備|發展條例|憑證")}
#: 農業用地, 漁業權, 礦業監督: a public task or a thing of the land, not the trade
_PRIMARY = re.compile(r"[農林漁礦]業")
_LAND = re.compile(
    r"用地|用水|區(?!域)|設施|資材|素材|保險|災害|天然|氣象|金融|補貼|補助|灌溉|資源|資料|生態|剩餘|廢|鐵路|權(?!值)|管理|監督|規範|"
    r"勞動|人力|損失|療育|體驗|主管|試驗|改良|科研|政策|部門|經營|生產(?!值|鏈)|行政|推廣|統計|普查|法|處|水|界"
)
#: a list has an end: without one, reading a line of many thousand items would take the square of its length
_MORE = "{1,40}"
_ITEM = r"[^、，。；：等\n()「」【】■●]{2,12}?"
#: 工藝、電影、流行音樂及設計等六大旗艦產業
_LIST = re.compile(
    rf"(?P<items>{_ITEM}(?:、{_ITEM}){_MORE}?(?:(?:及|與|和|以及|暨)[^、，。；：等\n()「」]{{2,10}}?)?)"
    r"(?:等(?:[一二三四五六七八九十\d]+[大項個])?(?:[\u4e00-\u9fff]{0,4})|(?:相關))(?:產業|工業|業者|領域|廠商|供應鏈|業別|產值)"
)
#: 生技、綠能及智慧機械產業: the last item says what all are
_LIST_OF_TRADES = re.compile(
    rf"(?P<items>{_ITEM}(?:、{_ITEM}){{0,40}}?(?:及|與|和|以及|暨)[^、，。；：等\n()「」]{{2,10}}?)(?:產業|工業|業者|廠商|供應鏈|產值)"
)
#: ■生物科技： the head of an item, where the text speaks of industries
_HEAD_BEFORE = re.compile(r"(?:^|[\n。；：])\s*(?:[■●•◆◇▪※]|[(]?[一二三四五六七八九十\d]{1,3}[)、.]+)\s*$")
_ENUMERATION = re.compile(rf"{_ITEM}(?:、{_ITEM}){_MORE}(?:及|與|和|以及)[^、，。；：等\n()「」]{{2,10}}")
_LEADS_IN = re.compile("(?:推動|發展|扶植|輔導|擴增|包括|包含|例如|如|為)$")
_JOINT = re.compile("、|以及|及|與|和|暨")
_TRADE_BEFORE = re.compile(r"(?:【|產業[:：]|產業\(如|產業\(|扶植)$")


def extended(text: str, start: int, end: int) -> int:
    """The end of an industry's name with 產業 or 業 that belongs to it."""
    m = _SUFFIX.match(text, end)
    return m.end() if m and not text[start:end].endswith("業") else end


def plausible(text: str, start: int, end: int, label: str, everyday: bool) -> bool:
    """Does a dictionary hit stand for the industry ``label``, by what is around it?

    ``everyday``: the name is also that of a tool, a technique or a public task.
    """
    if label in _ANY or _ORGANISATION.match(text, end) or (text[end - 1] == "業" and text.startswith("務", end)):
        # 水利業務, 保險業務: a task, not a trade
        return False
    if _PRIMARY.fullmatch(text, start, end) and _LAND.match(text, end):
        return False
    goes_on = _GOES_ON.get(text[start:end])
    if goes_on is not None and goes_on.match(text, end):
        return False
    across = _ACROSS.get(text[start:end])
    if across is not None and across.match(text, end):
        return False
    if not everyday:
        return True
    before, behind = text[max(0, start - 6):start], text[end:end + 24]
    if behind.startswith("：") and _HEAD_BEFORE.search(before) and "產業" in text[:start]:
        return True
    return bool(text[start:end].endswith("業") or _TRADE_BEHIND.match(behind) or _TRADE_BEFORE.search(before))


def of_the_trade(text: str, start: int, end: int) -> bool:
    """Do the name's own ending or the words behind it say that the trade is meant, not its goods or its technique?"""
    return text.endswith("業", start, end) or _TRADE_BEHIND.match(text[end:end + 24]) is not None


def listed(text: str, names: Mapping[str, bool]) -> Iterator[tuple[int, int]]:
    """Items of lists of industries: the list says so of itself, or all items are known and two of them are plain names.

    ``names``: every known name, and whether it is an everyday word as well.

    >>> text = "推動工藝、電影及設計等三大產業"
    >>> [text[a:b] for a, b in listed(text, dict.fromkeys(("工藝", "電影", "設計"), True))]
    ['工藝', '電影', '設計']
    """
    if _JOINT.search(text) is None:
        return
    for m in (*_LIST.finditer(text), *_LIST_OF_TRADES.finditer(text)):
        found = list(_items(text, m.start("items"), m.end("items"), names))
        if len(found) > 1:
            yield from found
    for m in _ENUMERATION.finditer(text):
        found = list(_items(text, m.start(), m.end(), names))
        plain = sum(not names[text[a:b].casefold()] for a, b in found)
        if plain > 1 and len(found) == len(_JOINT.findall(m[0])) + 1:
            yield from found


def _items(text: str, begin: int, end: int, names: Mapping[str, bool]) -> Iterator[tuple[int, int]]:
    """The known names between the joints of a list; words around the first and the last are no part of them."""
    at = begin
    for joint in (*_JOINT.finditer(text, begin, end), None):
        stop = joint.start() if joint else end
        first = next((a for a in range(at, stop - 1) if text[a:stop].casefold() in names), None)
        if joint is None and first is None:
            tail = next((b for b in range(stop, at + 1, -1) if text[at:b].casefold() in names), None)
            if tail is not None:
                yield at, tail
        elif first is not None and (first == at or at == begin or _LEADS_IN.search(text, at, first)):
            yield first, stop
        at = joint.end() if joint else stop
