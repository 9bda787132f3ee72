"""Industries in running text: what the dictionary finds, tested by what stands around it.

Some names are those of an industry and of what everybody uses or does: 資安, 人工智慧, 醫療照護. They
count where the text speaks of the trade: 資安產業, AI人才, 【人工智慧】, in a list of industries.
"""

from __future__ import annotations

import re

from extract.words import word_set

_SUFFIX = re.compile(r"(?:產業|工業|業)(?!者|務|界|主|績|化|鏈)")
#: labels of the authority file that mean a tool, a technique or a public task as often as an industry
CROSS_CUTTING = word_set("""
    人工智慧 生成式AI 代理式AI 邊緣AI 資安 零信任 大數據 雲端服務 物聯網 智慧物聯網 區塊鏈 數位分身 邊緣運算
    量子科技 後量子密碼 5G 6G 資通訊 電腦 感測器 數位平臺 電子政務 數位身分驗證 隱私強化技術 自動化產業 智慧製造
    生物科技 醫療照護 長期照顧 長照 綠能 電網 節能 光電 教育 醫療 運動 金融 資料中心 網際網路服務
    高效能運算 數據公益 公共運輸 交通
""")
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
_TRADE_BEFORE = re.compile(r"(?:【|產業[:：]|產業\(如|產業\(|扶植)$")


def extended(text: str, start: int, end: int) -> int:
    """The end of an industry's name with 產業 or 業 that belongs to it."""
    m = _SUFFIX.match(text, end)
    return m.end() if m and not text[start:end].endswith("業") else end


def plausible(text: str, start: int, end: int, label: str) -> bool:
    """Does a dictionary hit stand for the industry ``label``, by what is around it?"""
    if label in _ANY or _ORGANISATION.match(text, end):
        return False
    across = _ACROSS.get(text[start:end])
    if across is not None and across.match(text, end):
        return False
    if label not in CROSS_CUTTING:
        return True
    before, behind = text[max(0, start - 6):start], text[end:end + 24]
    return bool(text[start:end].endswith("業") or _TRADE_BEHIND.match(behind) or _TRADE_BEFORE.search(before))
