"""Patterns of naming: what is a name, where it begins, and what only looks like one."""

from __future__ import annotations

import doctest

import pytest

import extract.bracketed
import extract.federations
import extract.figure_years
import extract.industries
import extract.law_names
import extract.measure_words
import extract.running_text
import extract.targets
from extract.entities import default_finder
from extract.words import COMPOUNDS, tokenizer
from kg.model import Mention


def find(text: str, kind: str) -> list[Mention]:
    return [m for m in default_finder().find(text) if m.kind == kind]


def names(text: str, kind: str = "Program") -> list[str]:
    return [m.label for m in find(text, kind)]


@pytest.mark.parametrize("module", [
    extract.bracketed, extract.federations, extract.figure_years, extract.industries, extract.law_names,
    extract.measure_words, extract.running_text, extract.targets,
])
def test_examples_in_docstrings(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "expected"), [
    ("推動「海線聚落再生計畫」。", "海線聚落再生計畫"),
    ("推動「海線聚落再生」計畫。", "海線聚落再生計畫"),
    ("透過「山海青創培力計畫」(Mountain and Sea Youth, MSY)補助。", "山海青創培力計畫"),
    ("辦理「山海青創學院(MSA)計畫」。", "山海青創學院計畫"),
    ("執行「離島醫療韌性行動方案2.0」。", "離島醫療韌性行動方案2.0"),
    ("依《國家濕地復育綱領》辦理。", "國家濕地復育綱領"),
    ("推出「青農返鄉優惠貸款」。", "青農返鄉優惠貸款"),
])
def test_quoted_programs(text: str, expected: str) -> None:
    assert names(text) == [expected]


@pytest.mark.parametrize(("text", "expected"), [
    ("持續推動里山里海韌性計畫（114-117年），", "里山里海韌性計畫"),
    ("刻正執行第九輸水幹管計畫，", "第九輸水幹管計畫"),
    ("（二）翡翠谷水庫清淤第三期計畫：編列預算。", "翡翠谷水庫清淤第三期計畫"),
    ("農業部里山里海永續聚落發展計畫第二期，", "里山里海永續聚落發展計畫"),
    ("包含里山里海示範推動計畫、翡翠谷聚落青創補助計畫。", "里山里海示範推動計畫 翡翠谷聚落青創補助計畫"),
    ("里山聚落弱勢學童助學計畫、翡翠谷學校均質發展計畫均持續推動；", "里山聚落弱勢學童助學計畫 翡翠谷學校均質發展計畫"),
    ("（四）里山青農創業優惠貸款：提供", "里山青農創業優惠貸款"),
    ("「里山里海計畫」已核定，里山里海計畫之經費另編。", "里山里海計畫"),
])
def test_bare_programs(text: str, expected: str) -> None:
    assert set(names(text)) == set(expected.split())


@pytest.mark.parametrize("text", [
    "申請研發計畫、相關補助計畫及工作計畫。",
    "本計畫與該計畫、各項計畫均應檢討。",
    "規劃五大計畫與多項方案。",
    "提供客製化解決方案及替代方案。",
    "「解決方案」與「工作計畫」之定義。",
    "請提出計畫書，並成立專案小組、專案辦公室。",
    "研議可行策略，發展最佳方案。",
    "鼓勵業者發展在地照顧服務方案，",
    "包括11項計畫及3年期計畫。",
    "新增六大部門20項減碳相關重大工程計畫，",
    "第二期計畫另行核定；都市計畫變更。",
    "核貸30件優惠貸款。",
])
def test_no_programs(text: str) -> None:
    assert names(text) == []


def test_period_belongs_to_the_program() -> None:
    found = find("行政院核定「里山里海計畫」(113年至116年)。", "Program")
    assert [(m.surface, m.period and (m.period.start, m.period.end)) for m in found] == [("里山里海計畫", (2024, 2027))]
    inside = find("依「里山里海計畫（113–116年）」", "Program")[0]
    assert (inside.label, inside.period and inside.period.end) == ("里山里海計畫", 2027)


@pytest.mark.parametrize(("text", "expected"), [
    ("配合「里山保全條例」草案", "里山保全條例"),
    ("里山保全法修正案業經三讀。", "里山保全法"),
    ("依據里海漁村振興條例第3條，", "里海漁村振興條例"),
    ("修正發布里山步道設置管理辦法。", "里山步道設置管理辦法"),
    ("訂定「里山步道安全技術規範」。", "里山步道安全技術規範"),
    ("公告《里山步道鋪面設計指引》。", "里山步道鋪面設計指引"),
    ("符合ISO 14064-1標準，", "ISO 14064-1"),
    ("通過IEC 62443驗證，", "IEC 62443"),
    ("參照Ocean Observation Resilience Act。", "Ocean Observation Resilience Act"),
])
def test_laws(text: str, expected: str) -> None:
    assert names(text, "Regulation") == [expected]


def test_title_of_a_body_s_own_rule_begins_with_the_body() -> None:
    assert names("依環境部里山步道補助作業要點辦理。", "Regulation") == ["環境部里山步道補助作業要點"]
    assert names("環境部訂定里山步道補助作業要點。", "Regulation") == ["里山步道補助作業要點"]


def test_known_law_behind_a_verb() -> None:
    assert names("協助業者掌握公平交易法之規定。", "Regulation") == ["公平交易法"]


@pytest.mark.parametrize("text", [
    "一般法、特別法與本法之適用。",
    "採取適當作法與方法，依法辦理，修法期程另定。",
    "檢討相關法規、法令及法制。",
    "另訂施行細則、管理辦法與作業要點。",
    "符合國際標準與安全規範。",
    "建立檢測標準及評估指引。",
    "本辦法、同條例及該要點。",
    "「標準」與「規定」之別。",
    "整合視覺化演算法與統計分析法。",
])
def test_no_laws(text: str) -> None:
    assert names(text, "Regulation") == []


@pytest.mark.parametrize(("text", "expected"), [
    ("依所得稅法第12條之3第2項規定，", [("所得稅法", "第12條之3第2項")]),
    ("所得稅法第3條及同法第5條，", [("所得稅法", "第3條"), ("所得稅法", "第5條")]),
    ("產業創新條例第10條之1、第12條及第23條之3。", [("產業創新條例", n) for n in ("第10條之1", "第12條", "第23條之3")]),
    ("電業法（下稱電業法）第三十條第一項第二款", [("電業法", "第三十條第一項第二款")]),
    ("適用於保險法146條之5，", [("保險法", "第146條之5")]),
    ("依第3條規定辦理。", []),
    ("電業法已修正。本要點第4點另定。", []),
])
def test_provisions(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(m.law, m.label) for m in find(text, "Provision")] == expected


def test_function_words_inside_words_are_no_boundaries() -> None:
    cut = tokenizer(["經濟部"])
    words = cut.lcut("經濟部普及自由貿易及參與式計畫", HMM=False)
    assert words == ["經濟部", "普及", "自由", "貿易", "及", "參與式", "計畫"]
    assert "普及" in COMPOUNDS.split()


@pytest.mark.parametrize(("text", "expected"), [
    ("山城糧倉計畫輔導農戶契作。", "山城糧倉計畫"),
    ("另夜光步道計畫補助業者，", "夜光步道計畫"),
    ("■觀光：山城觀光躍升領航方案，成效良好。", "山城觀光躍升領航方案"),
    ("依山林保育法第12條審查翡翠谷除污計畫，", "翡翠谷除污計畫"),
    ("由山城市政府共同管理山城文化投資計畫，", "山城文化投資計畫"),
])
def test_programs_that_open_a_sentence_or_follow_a_law(text: str, expected: str) -> None:
    assert names(text) == [expected]


@pytest.mark.parametrize("text", [
    "擬具體工作計畫。", "下年度工作計畫另定。", "由縣市訂定疏散計畫。", "都市計畫由委員會審議。", "該計畫補助業者。",
])
def test_nouns_that_are_no_programs(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(("text", "expected"), [
    ("依山林復育法第59條及司法療養院設置管理辦法，", ["司法療養院設置管理辦法"]),
    ("依國家發展委員會組織法第2條，", ["國家發展委員會組織法"]),
    ("市府並訂高雄市促進夜光產業自治條例，", ["高雄市促進夜光產業自治條例"]),
    ("訂有「山林基金評估損失提列及呆帳處理辦法」。", ["山林基金評估損失提列及呆帳處理辦法"]),
    ("依翡翠谷觀光發展基金收支保管及運用辦法辦理。", ["翡翠谷觀光發展基金收支保管及運用辦法"]),
    ("山林語言發展法公布施行後，", ["山林語言發展法"]),
])
def test_titles_of_rules(text: str, expected: list[str]) -> None:
    assert [m.label for m in find(text, "Regulation")][-1:] == expected


@pytest.mark.parametrize("text", ["防災新四法三讀通過。", "民眾關心之收費標準一節，"])
def test_headings_over_rules(text: str) -> None:
    assert find(text, "Regulation") == []
