"""Units of a local government by the short names of its own documents (經發局, 社會處, 動植物防疫所).

A city's report says 水利局 where it means its own, and the name alone tells nothing to a reader of other
texts. So these names count only where a local government speaks, and there they come before the
bodies of the same name elsewhere (觀光局, 主計處).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from extract.candidates import Candidate
from extract.words import word_list
from kg.authority import Body, stands_free
from kg.ids import key
from kg.resolve import Resolver

#: names of units that the authority files do not hold for every government: bodies below the first level
#: and those of earlier years
_OTHERS = word_list("""
    建設局 工務局 社會局 勞工局 農業局 民政局 教育局 財政局 地政局 交通局 水利局 觀光局 文化局 新聞局 環境保護局
    衛生局 警察局 消防局 稅務局 地方稅務局 財政稅務局 稅捐稽徵處 國民住宅處 都市發展局 城鄉發展局 旅遊局 農漁局
    建設處 工務處 社會處 勞工處 農業處 民政處 教育處 財政處 地政處 交通處 水利處 水利資源處 觀光處 文化處 新聞處
    計畫處 行政處 秘書處 法制處 研考處 城鄉發展處 都市發展處 經濟發展處 產業發展處 工商發展處 城市行銷處
    綜合發展處 綜合規劃處 青年發展處 勞動處 交通旅遊處 交通旅遊局 文化觀光處 文化觀光局 觀光旅遊處 觀光旅遊局
    新聞行銷處 原住民族行政處 原住民行政處 原住民族事務處 原住民處 原住民族行政局 客家事務處 客家事務局
    智慧科技處 港務處 衛生福利局 環境資源局 研究發展考核委員會 都市計畫委員會 原住民族事務委員會
    原住民事務委員會 客家事務委員會 法規委員會 主計處 人事處 政風處 主計室 人事室 政風室 計畫室 法規室
    動植物防疫所 家畜疾病防治所 動物保護處 動物保護防疫處 動物防疫保護處 動物保護及衛生檢驗所 就業服務處
    勞動檢查處 職業安全健康處 職能發展學院 勞動力重建運用處 都市更新處 建築管理處 建築管理工程處
    公園路燈工程管理處 停車管理工程處 停車管理處 交通事件裁決所 交通事件裁決處 新建工程處 養護工程處
    衛生下水道工程處 水利工程處 道路養護中心 殯葬管理處 殯葬管理所 市場處 商業處 公共運輸處 公園處 風景區管理所
    風景區管理處 農業改良場 林務所 水產試驗所 畜產試驗所 養護工程所 家庭教育中心 毒品防制局 運動發展局 體育局
    體育處 青年發展局 青年事務局 青年局 兵役局 兵役處 捷運工程局 大眾捷運工程局 農林廳 建設廳 教育廳 民政廳
    財政廳 警務處 衛生處 環境保護處 住宅及都市發展處 糧食處 物資處 山胞行政局
""")
#: short names that follow no rule
_SHORT = {
    "研考會": "研究發展考核委員會", "都委會": "都市計畫委員會", "原民會": "原住民族事務委員會",
    "客委會": "客家事務委員會", "原民局": "原住民族行政局", "原民處": "原住民族行政處", "地稅局": "地方稅務局",
    "財稅局": "財政稅務局", "公燈處": "公園路燈工程管理處", "新工處": "新建工程處", "養工處": "養護工程處",
    "衛工處": "衛生下水道工程處", "水工處": "水利工程處", "都更處": "都市更新處", "建管處": "建築管理處",
    "停管處": "停車管理處", "殯葬處": "殯葬管理處", "動保處": "動物保護處", "動防所": "動植物防疫所",
    "公運處": "公共運輸處", "勞檢處": "勞動檢查處", "住都處": "住宅及都市發展處",
    "家防中心": "家庭暴力暨性侵害防治中心",
}
_STEM = re.compile(r"([\u4e00-\u9fff])([\u4e00-\u9fff])([\u4e00-\u9fff])[\u4e00-\u9fff]+([局處])$")
_OWN = ("本府", "市府", "縣府")
#: 市府 by itself; 高市府 is another's
_GOVERNMENT = re.compile(r"(?<![北桃中南高竹嘉基省])市府(?![會城])|(?<![竹苗彰投雲嘉屏宜花東澎])縣府(?![會城])")
#: 各縣市衛生局, 該府社會處: of several governments, or of another one
_OF_OTHERS = re.compile(r"(?:縣市|縣\(市\)|直轄市|地方|各級|各地|各|該府|他|省|政府|直轄市、縣\(市\))$")


@dataclass(frozen=True, slots=True)
class LocalSpeaker:
    """The local government that speaks: its units' names as printed → their labels."""

    label: str
    units: Mapping[str, str]
    pattern: re.Pattern[str]


def local_speaker(publisher: str | None, resolver: Resolver) -> LocalSpeaker | None:
    """The local government that speaks or above the unit that does; None where no local body speaks."""
    body = resolver.authority.bodies.get(publisher) if publisher else None
    while body is not None and not is_local_government(body):
        body = resolver.authority.bodies.get(body.parent) if body.parent else None
    return _speaker(body.label, resolver) if body is not None else None


def is_local_government(body: Body) -> bool:
    """Is it a city's, a county's or a province's government?"""
    return body.cls == "pol:GovernmentBody" and body.label.endswith(("市政府", "縣政府", "省政府"))


@functools.cache
def _tails(resolver: Resolver) -> tuple[str, ...]:
    """Names of units without their government's name, those that the authority files hold and others."""
    bodies = resolver.authority.bodies
    found = dict.fromkeys(_OTHERS)
    for body in bodies.values():
        above = bodies.get(body.parent) if body.parent else None
        if above is not None and is_local_government(above) and body.label.startswith(above.label):
            found[body.label.removeprefix(above.label)] = None
    return tuple(found)


@functools.cache
def _speaker(label: str, resolver: Resolver) -> LocalSpeaker:
    known: dict[str, str] = {}
    others: dict[str, str] = {}
    short = [(name, tail) for tail in _tails(resolver) for name in _short_forms(tail)] + list(_SHORT.items())
    for name, tail in [*((t, t) for t in _tails(resolver)), *short]:
        body = resolver.body(label + tail)
        if body is not None:
            known.setdefault(name, body.label)
        elif resolver.body(name) is None:
            # 原民會 is the central government's where the county has none
            others.setdefault(name, label + tail)
    units = others | known
    return LocalSpeaker(label, units, re.compile("|".join(sorted(map(re.escape, units), key=len, reverse=True))))


def _short_forms(tail: str) -> list[str]:
    """經發局 and 經濟局 of 經濟發展局.

    >>> _short_forms("經濟發展局"), _short_forms("社會局")
    (['經發局', '經濟局'], [])
    """
    m = _STEM.fullmatch(tail)
    return [m[1] + m[3] + m[4], m[1] + m[2] + m[4]] if m else []


def local_units(text: str, speaker: LocalSpeaker) -> Iterator[Candidate]:
    """The speaker's units in a prepared text, 本府 in front of them or not."""
    for m in speaker.pattern.finditer(text):
        if _OF_OTHERS.search(text, max(0, m.start() - 8), m.start()) or not stands_free(text, m.start(), m.end()):
            continue
        start = m.start() - 2 if text.startswith(_OWN, max(0, m.start() - 2)) else m.start()
        label = key(speaker.units[m[0]])
        yield Candidate("Agency", start, m.end(), text[start:m.end()], "local-unit", 0.9, known=label)
    for m in _GOVERNMENT.finditer(text):
        yield Candidate("GovernmentBody", m.start(), m.end(), m[0], "local-unit", 0.9, known=speaker.label)
