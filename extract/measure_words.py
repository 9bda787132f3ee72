"""Measure words and units, and the words that begin with the same characters."""

from __future__ import annotations

import re

from extract.words import word_list

#: units of measure; a number with one of these is a quantity wherever it stands
MEASURES = word_list("""
    % ‰ 個百分點 百分點 元 美元 歐元 日圓 日元 韓元 韓圜 英鎊 人民幣元 人民幣 港幣
    倍 成 公噸CO2e 噸CO2e 公噸二氧化碳當量 噸二氧化碳當量
    公噸 噸 公斤 公升 立方公尺 平方公尺 平方公里 公里 公尺 公頃 坪 度 瓩 千瓦 MWh GWh kWh TWh MWp GWp kWp MW GW
    kW KW TW RT 公秉油當量 公秉 桶 分/戶 人月 Gbps Mbps TFLOPS PFLOPS PB TB CMD 噸/日
    TEU 微克/立方公尺 ppm ppb
""")
#: measure words of counted things
COUNTS = word_list("""
    個月 類 線
    輛次 航次 列次 人日 劑次 人次 家次 場次 件次 項次 班次 隊次 車次 船次 架次 案次 校次 戶次 廠次 次 家 件 案 場 人 名
    位 座 處 臺 輛 架 艘 艦 套 組 個 張 戶 筆 款 檔 篇 本 株 頭 隻 點 品項 項 具 槍孔 幅 門課 席 劑 所 校 園 班 隊 團 國
    縣市 鄉鎮 部 支 床
    種 門 間 口 條 片 份 顆 枚 冊 集 梯次 期 站 街區 商圈 廠 社區 園區 據點 聚落 系統 分鐘 小時 天 日 年
""")
#: durations, kinds, issues: no results by themselves
WEAK = frozenset(word_list("個月 類 分鐘 國 天 日 小時 年 期 本 條 門 集 點"))

#: measure word, and what follows it where it is the beginning of another word (個月, 次世代)
_OTHER_WORDS = """
    個 月|別|工作[天日]|資|人資料|層面|面向|禮拜|星期|小時
    次 世代|要|系統|級|氯
    人 工|機|力|員|均|行|事|才|造|形|體
    位 元|數|於|址|階
    案 例
    場 域|址|館|所|地|景|邊
    線 上|性|索|下|圖|路|材|型|纜
    國 家|內|際|防|外|產|中|小
    校 園|外|內|長
    園 區|藝|長|內|遊|所|道|林
    所 有|得|需|屬|在|提
    部 分|會|門|落
    支 援|持|付|出|撐
    門 檻|診|市|禁|牌
    間 接|隔
    口 碑
    條 件|例|文|款|之|第
    片 區
    本 國|土|部|計|署|會
    份 子
    戶 外
    處 理|方|置|分|境|罰
    團 體|隊
    度 假|空間
    站 點
    廠 商|區|房|家
    組 織|合|成|態
    套 用|裝
    張 力
    名 稱|單|額|義|目
    元 件|素|宇宙|年|化|月|旦
    成 立|果|本|長|效|為|員|功|就|熟|人|形|品|分|年|交|績|型
    臺 灣|北|中|南|東|商|企|電公|鐵|大|幣
    噸 位
    倍 數|率
    座 談|標|椅
    件 數
    項 下
    點 位|數|至|間
    期 間|程|末|望|刊|許
    款 項|式
    具 體|有|備
    幅 度|員
    類 別|型|似
    集 團|中|合|成|結|會
    頭 痛
    班 次|級|機
    隊 伍
    顆 粒
    株 式
    床 邊
    席 次|位|間
    劑 型|量
    種 子|類|植|苗
    系統 性|化
"""
_OTHER = {
    unit: re.compile(rf"(?:{words})")
    for unit, words in (row.split(maxsplit=1) for row in _OTHER_WORDS.strip().split("\n"))
}


def other_word(unit: str, behind: str) -> bool:
    """Is the measure word, with the text behind it, the beginning of another word?

    >>> other_word("個", "月內完成"), other_word("個", "據點")
    (True, False)
    """
    pattern = _OTHER.get(unit)
    return pattern is not None and pattern.match(behind) is not None
