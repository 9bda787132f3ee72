"""The vocabulary of the corpus: names from the authority files, and invented phrases."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from random import Random

import pyoxigraph as ox

from kg.names import expand
from kg.rules import data_folder

DOING = ("推動", "建置", "輔導", "辦理", "擴大", "強化", "健全", "完備", "發展", "精進", "布建", "整合")
FIELDS = (
    "智慧養殖", "坡地監測", "循環包材", "偏鄉診療", "數位典藏",
    "船舶岸電", "低碳鋼材", "輔具租賃", "種原保存", "熱浪預警",
    "校園午餐", "電池回收", "街道照明", "公共運輸票證", "地下水補注",
    "老屋健檢", "運動數據", "海洋觀測", "遠距教學", "消防無人機",
    "生質材料", "資安演練", "文化路徑", "山林步道", "河川揚塵",
    "果樹保險", "長者共餐", "產線節能", "再生水", "冷鏈物流",
)
THINGS = (
    "示範場域", "服務平臺", "資料共通格式", "檢測實驗室",
    "人才培訓機制", "補助作業流程", "區域聯防體系", "驗證中心", "維運制度",
    "媒合機制", "預警模式", "設備汰換計畫", "績效指標", "跨域合作網絡", "技術移轉機制", "收費標準",
)
AIMS = (
    "提升服務品質", "縮短作業時間", "降低能源消耗", "促進在地就業",
    "照顧弱勢族群", "擴大外銷市場", "強化供應韌性", "減少環境負荷",
)
PLACES = ("臺北市", "桃園市", "臺中市", "嘉義縣", "臺南市", "高雄市", "屏東縣", "花蓮縣", "澎湖縣", "新竹縣")
UNITS = (("處", 5, 300), ("件", 10, 2000), ("家", 5, 400), ("人次", 100, 9000), ("公里", 5, 400), ("場次", 10, 900))
#: sentences that name nothing: field and aim are filled in
PLAIN = (
    "考量{0}涉及層面廣泛，將邀集學者專家與地方團體交換意見，逐步凝聚共識後再研提後續作法，以{1}。",
    "{0}之需求逐年增加，惟現場人力有限且作業程序繁複，應先釐清權責並簡化流程，俾利{1}。",
    "為使民眾瞭解{0}之內容，持續透過說明會及網路宣導蒐集意見，並納入後續規劃參考，期能{1}。",
    "針對{0}，已盤點現有資源與缺口，後續視經費及人力情形分階段實施，並定期檢討成效以{1}。",
)
NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Names:
    """Labels of the authority files, sorted."""

    ministries: tuple[str, ...]
    agencies: tuple[str, ...]
    laws: tuple[str, ...]
    industries: tuple[str, ...]


@functools.cache
def names() -> Names:
    """Ministries that exist today, agencies, laws and industries."""
    labels: dict[str, str] = {}
    types: dict[str, set[str]] = {}
    gone: set[str] = set()
    for path in sorted((data_folder("ontology") / "authority").glob("*.ttl")):
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            if not isinstance(quad.subject, ox.NamedNode):
                continue
            s = quad.subject.value
            if quad.predicate.value == expand("rdf:type") and isinstance(quad.object, ox.NamedNode):
                types.setdefault(s, set()).add(quad.object.value)
            elif quad.predicate.value == expand("skos:prefLabel") and isinstance(quad.object, ox.Literal) \
                    and (quad.object.language or "").lower() == "zh-hant":
                labels[s] = quad.object.value
            elif quad.predicate.value in (expand("dcterms:isReplacedBy"), expand("pol:endYear")):
                gone.add(s)
            elif quad.predicate.value == expand("org:originalOrganization") and isinstance(quad.object, ox.NamedNode):
                gone.add(quad.object.value)

    def of(cls: str) -> tuple[str, ...]:
        return tuple(sorted(labels[s] for s, t in types.items() if expand(cls) in t and s in labels and s not in gone))

    ministries = tuple(m for m in of("pol:Ministry") if m.endswith(("部", "委員會")) and not m.startswith("行政院"))
    return Names(ministries, of("pol:Agency"), of("pol:Regulation"), of("pol:Industry"))


class Phrases:
    """Random phrases of one document."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.said: set[str] = set()

    def title(self, short: bool = False) -> str:
        """A heading that the document has not had yet."""
        r = self.random
        while True:
            title = r.choice(DOING) + r.choice(FIELDS) + r.choice(THINGS)
            if not short:
                title += "，" + r.choice(AIMS)
            if title not in self.said:
                self.said.add(title)
                return title

    def program(self) -> str:
        """The name of a program."""
        r = self.random
        return r.choice(FIELDS) + r.choice(("推動計畫", "升級計畫", "行動方案", "四年計畫", "示範計畫"))

    def figure(self) -> str:
        """An amount with its unit, printed as documents print it."""
        unit, low, high = self.random.choice(UNITS)
        return f"{self.random.randint(low, high):,} {unit}" if self.random.random() < 0.5 else \
            f"{self.random.randint(low, high):,}{unit}"

    def sentence(self, year: int) -> str:
        """One sentence of running text."""
        r, n = self.random, names()
        # real documents hold one triple for two characters, a good part of their sentences names nothing
        if r.random() < 0.55:
            return r.choice(PLAIN).format(r.choice(FIELDS), r.choice(AIMS))
        return r.choice((
            lambda: f"於{r.choice(PLACES)}及{r.choice(PLACES)}"
                    f"{r.choice(DOING)}{r.choice(FIELDS)}{r.choice(THINGS)}，"
                    f"{year + r.randint(0, 3)}年目標{self.figure()}。",
            lambda: f"依「{r.choice(n.laws)}」"
                    f"檢討{r.choice(FIELDS)}之申請條件，並會同{r.choice(n.ministries)}研商配套。",
            lambda: f"透過「{self.program()}」"
                    f"補助業者{r.choice(DOING)}{r.choice(FIELDS)}，截至{year}年底累計{self.figure()}。",
            lambda: f"由{r.choice(n.agencies)}{r.choice(DOING)}{r.choice(THINGS)}，{r.choice(AIMS)}。",
            lambda: f"{r.choice(FIELDS)}之{r.choice(THINGS)}"
                    f"已完成初步規劃，後續將視辦理情形滾動調整，{r.choice(AIMS)}。",
        ))()

    def paragraph(self, year: int, sentences: int) -> str:
        """Some sentences."""
        return "".join(self.sentence(year) for _ in range(sentences))


def wrap(text: str, width: int) -> list[str]:
    """Lines of a fixed width, as converters break them."""
    return [text[i:i + width] for i in range(0, len(text), width)]
