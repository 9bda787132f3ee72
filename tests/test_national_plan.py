"""The extractor of national plans, on short invented plans and, where present, on the real one."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract import national_plan
from kg import ids
from kg.model import Document, Entity, Extraction, Mention, Ref
from kg.records import Records
from kg.resolve import default_resolver

PLAN = """
國家離島韌性計畫

(民國 114 年至 117 年)

中華民國 114 年 3 月 5 日
院臺交字第 1140000001 號函核定

目 錄

壹、前言.....\t1
肆、策略與重要措施.....\t9

壹、前言

一、背景

離島用電仰賴柴油，風浪大時補給中斷，居民多所不
便。

貳、策略與重要措施

目標一：確保離島能源供應

一、強化電力設施

(一) 策略一、更新發電機組，導入儲能，
降低斷電次數

1. 汰換柴油機組

- (1) 於馬祖設置兩部
 燃氣機組。
- (2) 於澎湖試辦：
 - I. 調度演練。
 - II. 備品共用。

2. 建置儲能系統：於金門、澎湖各設一處，容量共 20 MW，並與再生能源案場併聯。
3. 設置微電網控制中心，整合離島各電廠與太陽光電之調度資

料

由台電公司統籌規劃，四年內完成。

**（二）策略二、布建海纜，
備援通訊**

- 1. 增設國內海纜
2. 鼓勵業者共構基地臺。

參、策略與措施分工

本計畫包括 1 項目標、1 項子目標、2 項策略，及 5 項與策略相關之措施，由 3 個部、會、署共同執行（表 1）。

表 1 策略與重要措施分工對應表

目標\t子目標\t策略\t措施\t參與部會
一、確保離島能源供應\t1. 強化電力設施\t1. 更新發電機組，導入儲能，降低斷電次數 2. 布建海纜，備援通訊\t\
(1) 汰換柴油機組 (2) 建置儲能系統 \
(3) 設置微電網控制中心，整合離島各電廠與太陽光電之調度資料 \
(1) 增設國內海纜\t經濟部／海委會、數發 部 數發部／國科會


目標\t子目標\t策略\t措施\t參與部會
<p>一、確保離島能源供應</p>\t<p>1. 強化電力設施</p>\t<p>2. 布建海覽，備援通訊</p>\t\
<p>(2) 鼓勵業者共構基地臺</p>\t<p>數發部／國科會</p>

肆、政府各部門之發展目標

經濟部

讓離島用電穩定。發展綠能示範島，並

培育在地人才。

數位發展部

讓通訊不中斷。

伍、經費

表 2 各機關 2023 年度至 2024 年度離島預算統計表

單位：新臺幣千元

主管機關\t2023 年度 法定預算數\t2024 年度 法定預算數
經濟部 ¹\t1,200\t-



主管機關\t2023 年度 法定預算數\t2024 年度 法定預算數
數位發展部\t300\t450
合計\t1,500\t450

註：
1. 含國營事業。

表 3 2025 年度至 2026 年度離島預算之推估

單位：億元；%

年度\t2025 年度\t2026 年度
整體預算\t12\t13
GDP 預估數\t268,000\t276,000
占比\t0.01\t0.01
"""


class _NoFinder:
    """Finds nothing: the plan's own structure is tested here."""

    def find(self, text: str, **options: object) -> list[Mention]:
        return []


def read(text: str) -> Extraction:
    sha = hashlib.sha256(text.encode()).hexdigest()
    document = Document(ids.document_key(sha), "plan.txt", sha, text)
    records = Records(document, default_resolver(), _NoFinder(), national_plan.GENRE)  # type: ignore[arg-type]
    national_plan.extract(records)
    return records.finish()


@pytest.fixture(scope="module")
def plan() -> Extraction:
    return read(PLAN)


def of(extraction: Extraction, cls: str) -> list[Entity]:
    """Entities of a class in the document's order."""
    return sorted((e for e in extraction.entities if e.cls == cls), key=lambda e: e.evidence[0].start)


def parent(entity: Entity) -> str:
    found = dict(entity.attributes)["dcterms:isPartOf"]
    assert isinstance(found, Ref)
    return found.iri


def bodies(extraction: Extraction, predicate: str) -> set[tuple[str, str, bool]]:
    """(label of the subject, body, derived?)"""
    labels = {e.iri: e.label for e in extraction.entities}
    return {(str(labels[r.subject]), str(labels[r.object]), r.derived_by is not None)
            for r in extraction.relations if r.predicate == predicate}


def test_title_period_and_approval(plan: Extraction) -> None:
    (document,) = of(plan, "pol:PolicyDocument")
    about = dict(document.attributes)
    assert (about["dcterms:title"], about["dcterms:issued"]) == ("國家離島韌性計畫", "2025-03-05")
    assert about["dcterms:publisher"] == Ref(ids.named("pol:GovernmentBody", "行政院"))
    (found,) = of(plan, "pol:Plan")
    assert (dict(found.attributes)["pol:startYear"], dict(found.attributes)["pol:endYear"]) == (2025, 2028)


def test_headings_that_deviate_are_read_whole(plan: Extraction) -> None:
    assert [e.label for e in of(plan, "pol:Strategy")] == ["更新發電機組，導入儲能，降低斷電次數", "布建海纜，備援通訊"]
    assert [e.label for e in of(plan, "pol:Measure")] == [
        "汰換柴油機組", "建置儲能系統", "設置微電網控制中心，整合離島各電廠與太陽光電之調度資料", "增設國內海纜",
        "鼓勵業者共構基地臺",
    ]


def test_the_tree_hangs_together(plan: Extraction) -> None:
    levels = {e.label: dict(e.attributes).get("pol:level") for e in of(plan, "pol:Goal")}
    assert (levels["確保離島能源供應"], levels["強化電力設施"]) == (1, 2)
    by_label = {e.label: e for e in plan.entities if e.cls not in ("pol:Section", "pol:Target")}
    chain = ["調度演練", "於澎湖試辦", "汰換柴油機組", "更新發電機組，導入儲能，降低斷電次數", "強化電力設施",
             "確保離島能源供應"]
    for below, above in pairwise(chain):
        assert parent(by_label[below]) == by_label[above].iri
    assert by_label["於馬祖設置兩部燃氣機組"].cls == "pol:Action"


def test_body_text_is_the_description(plan: Extraction) -> None:
    about = {e.label: dict(e.attributes).get("dcterms:description") for e in of(plan, "pol:Measure")}
    assert str(about["建置儲能系統"]).startswith("於金門")
    assert about["設置微電網控制中心，整合離島各電廠與太陽光電之調度資料"] == "由台電公司統籌規劃，四年內完成。"
    assert about["鼓勵業者共構基地臺"] is None


def test_responsible_bodies_of_strategies_and_their_measures(plan: Extraction) -> None:
    lead, partners = bodies(plan, "pol:leadBy"), bodies(plan, "pol:partneredBy")
    assert ("更新發電機組，導入儲能，降低斷電次數", "經濟部", False) in lead
    assert ("布建海纜，備援通訊", "數位發展部", False) in lead
    assert {b for s, b, _ in partners if s.startswith("更新")} == {"海洋委員會", "數位發展部"}
    assert {b for s, b, _ in partners if s.startswith("布建")} == {"國家科學及技術委員會"}
    assert ("汰換柴油機組", "經濟部", True) in lead


def test_repeated_cells_are_all_evidence(plan: Extraction) -> None:
    subject = next(e.iri for e in plan.entities if e.cls == "pol:Strategy" and str(e.label).startswith("布建"))
    (lead,) = [r for r in plan.relations if (r.subject, r.predicate) == (subject, "pol:leadBy")]
    quotes = [plan.document.text[e.start:e.end] for e in lead.evidence]
    assert quotes == ["數發部／國科會", "數發部／國科會"]


def test_goals_of_bodies(plan: Extraction) -> None:
    lead = bodies(plan, "pol:leadBy")
    assert ("讓離島用電穩定", "經濟部", False) in lead
    goal = next(e for e in of(plan, "pol:Goal") if e.label == "讓離島用電穩定")
    about = dict(goal.attributes)
    assert about["dcterms:description"] == "讓離島用電穩定。發展綠能示範島，並培育在地人才。"
    assert "pol:level" not in about and parent(goal) == ids.iri("pol:Plan", plan.document.key)


def test_budgets(plan: Extraction) -> None:
    labels = {e.iri: e.label for e in plan.entities}
    agencies = {r.subject: labels[r.object] for r in plan.relations if r.predicate == "pol:agency"}
    found = {(agencies[e.iri], dict(e.attributes)["pol:fiscalYear"], dict(e.attributes)["pol:amountTWD"],
              str(dict(e.attributes)["pol:phase"]).rsplit("/", 1)[-1].rstrip("')"))
             for e in of(plan, "pol:BudgetAmount")}
    assert found == {
        ("經濟部", 2023, Decimal(1_200_000), "法定預算"), ("數位發展部", 2023, Decimal(300_000), "法定預算"),
        ("數位發展部", 2024, Decimal(450_000), "法定預算"), ("中央政府", 2023, Decimal(1_500_000), "法定預算"),
        ("中央政府", 2024, Decimal(450_000), "法定預算"), ("中央政府", 2025, Decimal(1_200_000_000), "推估"),
        ("中央政府", 2026, Decimal(1_300_000_000), "推估"),
    }


def test_other_figures_are_no_budget(plan: Extraction) -> None:
    figures = {(e.label, dict(e.attributes)["pol:ofYear"], dict(e.attributes)["pol:unit"])
               for e in of(plan, "pol:Target")}
    assert ("GDP預估數", 2025, "億元") in figures and ("占比", 2026, "%") in figures


def test_declared_counts_agree(plan: Extraction) -> None:
    assert [(d.label, d.declared, d.found) for d in plan.declared] == [
        ("目標", 1, 1), ("子目標", 1, 1), ("策略", 2, 2), ("措施", 5, 5), ("部會署", 3, 4)]


def test_every_line_is_read_and_every_quote_exact(plan: Extraction) -> None:
    assert plan.unread_lines == ()
    for entity in plan.entities:
        for e in entity.evidence:
            quote = plan.document.text[e.start:e.end]
            assert quote and quote == quote.strip()


def test_score_is_about_content() -> None:
    assert national_plan.score(PLAN) >= 0.5
    assert national_plan.score("經濟部業務報告\n一、推動策略\n(一) 強化投資\n目標客群為青年。\n") == 0.0
    assert national_plan.score("") == 0.0


def test_a_text_without_cover_or_table() -> None:
    found = read("目標一：推廣步行\n一、改善人行道\n(一) 策略一、拓寬騎樓\n1. 補助整平\n")
    assert [e.label for e in of(found, "pol:Measure")] == ["補助整平"]
    assert found.declared == ()


def test_bodies_stated_below_a_heading() -> None:
    found = read("目標一：推廣步行\n一、改善人行道\n(一) 策略一、拓寬騎樓\n"
                 "（主辦機關：內政部；協辦機關：交通部、教育部）\n"
                 "1. 補助整平\n整平老舊路段。\n2. 辦理宣導\n主辦單位：教育部\n3. 檢討法規\n主辦單位：各相關團體\n")
    assert bodies(found, "pol:leadBy") == {
        ("拓寬騎樓", "內政部", False), ("補助整平", "內政部", True), ("檢討法規", "內政部", True),
        ("辦理宣導", "教育部", False)}
    assert ("補助整平", "交通部", True) in bodies(found, "pol:partneredBy")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="目標一：策略、(二)1. \n\t部會經濟教育部／*-I表2026年度單位億元預算壹陸。", max_size=300))
def test_any_text_is_read_without_errors(text: str) -> None:
    found = read(text)
    assert all(text[e.start:e.end].strip() for x in found.entities for e in x.evidence)


def test_samples_agree_with_what_they_declare() -> None:
    text = (Path(__file__).parents[1] / "samples" / "national-plan.txt").read_text(encoding="utf-8")
    found = read(text)
    assert len(found.declared) == 5
    assert all(d.declared == d.found for d in found.declared)


def test_the_real_plan_agrees_with_what_it_declares(seeds: Path) -> None:
    text = next(p for p in sorted(seeds.glob("001_*.txt"))).read_text(encoding="utf-8")
    found = read(text)
    assert [(d.label, d.found) for d in found.declared] == [
        ("目標", 4), ("子目標", 16), ("策略", 53), ("措施", 249), ("部會署", 19)]
    assert all(d.declared == d.found for d in found.declared)
    assert found.unread_lines == ()
    # the cells of two strategies are lost in the table
    led = {r.subject for r in found.relations if r.predicate == "pol:leadBy" and "/strategy/" in r.subject}
    assert len(led) == 51
    assert len({r.subject for r in found.relations if r.predicate == "pol:agency"}) == 94
