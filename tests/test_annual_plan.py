"""The annual plan: goals, strategies, and the rows rebuilt from a flattened table."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import of, quote, read, value

from extract import annual_plan
from extract.annual_columns import CATEGORIES, rows
from kg.text.clean import Clean, lines

PLAN = """7-1海洋委員會116年度施政計畫
本會依據行政院116年度施政方針，編定本年度施政計畫。
壹、年度施政目標及策略
一、守護海域安全，深化跨域合作
（一）更新巡防艦艇並擴充無人載具，提升外海巡護能
量，保障漁民作業。
7-2（二）人才培育：與大專校院合辦課程，每年培訓三百
人次。
二、永續利用海洋資源，建立藍色經濟之產業基礎環境
（一）辦理離岸海域生態調查，公開調查資料。
7-3貳、年度重要計畫
工作計畫名稱重要計畫項目計畫
類別實施內容
海洋科技研發海洋觀測資料
庫建置計畫
（115-118
年）科技
發展一、布建浮標十二座，回傳波高、流速及水溫資料，並
公開供各界使用。
二、資料治理
（一）訂定資料品質作業規範，逐年檢討修正之。
（二）開放介接服務。
海洋管理海洋管理社會
發展辦理海域遊憩安全宣導、獎勵地方政府設置救生設施及
其他相關業務。
7-4工作計畫名稱重要計畫項目計畫
類別實施內容
促進海洋科技
發展海洋產業輔導
與拓銷其他輔導業者參加國際展覽，並媒合學研單位技術移轉，全
年二十件。
強化海域空間科技
發展盤點海域使用現況，協調各機關使用需求，擬訂空間規
劃草案。
"""


def test_plan_goals_strategies() -> None:
    found = read(annual_plan, PLAN)
    [plan] = of(found, "pol:Plan")
    assert plan.label == "海洋委員會116年度施政計畫"
    assert (value(plan, "pol:startYear"), value(plan, "pol:endYear")) == (2027, 2027)
    assert [g.label for g in of(found, "pol:Goal")] == [
        "守護海域安全，深化跨域合作", "永續利用海洋資源，建立藍色經濟之產業基礎環境",
    ]
    strategies = of(found, "pol:Strategy")
    assert [value(s, "pol:number") for s in strategies] == ["（一）", "（二）", "（一）"]
    assert strategies[0].label == "更新巡防艦艇並擴充無人載具，提升外海巡護能量，保障漁民作業"
    assert strategies[1].label == "人才培育"
    assert value(strategies[1], "dcterms:description") == "人才培育：與大專校院合辦課程，每年培訓三百人次。"
    assert value(strategies[2], "dcterms:isPartOf") == of(found, "pol:Goal")[1].iri
    assert found.unread_lines == ()


def test_rows_of_the_table() -> None:
    found = read(annual_plan, PLAN)
    by_line = {r.subject: r.object for r in found.relations if r.predicate == "pol:workPlan"}
    names = {e.iri: e.label for e in found.entities}
    kinds = {r.subject: r.object.rsplit("/", 1)[-1] for r in found.relations if r.predicate == "pol:category"}
    budget = of(found, "pol:BudgetLine")
    assert [(names[by_line[b.iri]], b.label, kinds[b.iri]) for b in budget] == [
        ("海洋科技研發", "海洋觀測資料庫建置計畫（115-118年）", "科技發展"), ("海洋管理", "海洋管理", "社會發展"),
        ("促進海洋科技發展", "海洋產業輔導與拓銷", "其他"), ("促進海洋科技發展", "強化海域空間", "科技發展"),
    ]
    assert {value(b, "pol:fiscalYear") for b in budget} == {2027}
    assert (value(budget[0], "pol:startYear"), value(budget[0], "pol:endYear")) == (2026, 2029)
    assert quote(found, budget[0]).replace("\n", "") == budget[0].label
    measures = of(found, "pol:Measure")
    assert [m.label for m in measures][:3] == [
        "布建浮標十二座，回傳波高、流速及水溫資料，並公開供各界使用", "資料治理",
        "辦理海域遊憩安全宣導、獎勵地方政府設置救生設施及其他相關業務",
    ]
    assert [a.label for a in of(found, "pol:Action")] == ["訂定資料品質作業規範，逐年檢討修正之", "開放介接服務"]
    [program] = of(found, "pol:Program")
    assert program.label == "海洋觀測資料庫建置計畫"
    assert any(r.subject == budget[0].iri and r.predicate == "pol:mentions" and r.object == program.iri
               for r in found.relations)


def test_work_plans_have_one_iri_for_all_years() -> None:
    first, second = read(annual_plan, PLAN), read(annual_plan, PLAN.replace("116年度", "117年度"))
    assert {e.iri for e in of(first, "pol:WorkPlan")} == {e.iri for e in of(second, "pol:WorkPlan")}
    assert not {e.iri for e in of(first, "pol:BudgetLine")} & {e.iri for e in of(second, "pol:BudgetLine")}


def test_score_by_content() -> None:
    assert annual_plan.score(PLAN) == pytest.approx(1.0)
    assert annual_plan.score("某部業務報告\n壹、漁業\n") == 0
    assert annual_plan.score("本會編定本年度施政計畫。") == 0


def test_categories_are_those_of_the_concept_scheme() -> None:
    concepts = (Path(__file__).parents[1] / "ontology" / "authority" / "concepts.ttl").read_text(encoding="utf-8")
    assert all(f"budget-category/{category}>" in concepts for category in CATEGORIES)


def _wrap(text: str, column: int) -> list[str]:
    return [text[i:i + column] for i in range(0, len(text), column)]


def _flatten(table: list[tuple[str, str, str, str]], columns: tuple[int, int, int]) -> list[Clean]:
    """The table as drawn from a page: cells one after the other, line breaks only inside cells."""
    plan_width, item_width, content_width = columns
    text = ""
    for plan, row in groupby(table, key=lambda r: r[0]):
        cells: list[list[str]] = [_wrap(plan, plan_width)]
        for _, item, category, content in row:
            cells += [_wrap(item, item_width), _wrap(category, 2), _wrap(content, content_width)]
            text += "".join("\n".join(cell) for cell in cells) + "\n"
            cells = []
    return [line for line in lines(text) if line.text]


_HAN = "港林田水土風光電車船橋堤岸島嶼湖河谷峰崖"


def _names(shortest: int, longest: int) -> st.SearchStrategy[str]:
    return st.text(_HAN, min_size=shortest, max_size=longest)


@settings(max_examples=30, deadline=None)
@given(st.data(), st.sampled_from([(6, 6, 26), (5, 7, 24), (7, 6, 28)]))
def test_a_flattened_table_is_rebuilt(data: st.DataObject, columns: tuple[int, int, int]) -> None:
    # an item of more than one line: where it has but one, no layout tells where the work plan ends
    # and enough rows of several lines to tell the columns' widths by
    contents = "橋" * 40 + "。"
    table = [("港" * (2 * columns[0] + 2), han * (2 * columns[1] + 3), "科技發展", contents) for han in _HAN[:12]]
    for n in range(data.draw(st.integers(4, 7))):
        plan = data.draw(_names(4, 12)) + "甲乙丙丁戊己庚"[n]
        for _ in range(data.draw(st.integers(1, 3))):
            item = data.draw(_names(columns[1] + 1, 3 * columns[1]))
            table.append((plan, item, data.draw(st.sampled_from(CATEGORIES[:3])), data.draw(_names(20, 90)) + "。"))
    read_back = []
    plan = ""
    for row in rows(_flatten(table, columns)):
        plan = row.work_plan.text if row.work_plan else plan
        read_back.append((plan, row.item.text, row.category, "".join(c.text for c in row.content)))
    assert read_back == table


def test_a_single_line_is_cut_where_words_end() -> None:
    contents = "推動各項工作，推動漁村再生，推動海岸管理，並請各縣市漁會推動相關業務。"
    table = [
        ("漁業管理", "遠洋漁業永續經營業務", "社會發展", contents),
        ("推動漁村振興轉型成長", "推動海岸", "科技發展", contents),
    ]
    found = rows(_flatten(table, (6, 6, 26)))
    assert [(r.work_plan.text if r.work_plan else None, r.item.text) for r in found] == [t[:2] for t in table]


def test_cells_parted_by_tabs() -> None:
    text = "漁業管理\t遠洋漁業\t社會發展\t一、巡護。二、監控：（一）船位。\n"
    text += "\t漁港更新\t公共建設\t整建碼頭。\n疏浚航道。"
    found = rows(lines(text))
    assert [(r.work_plan.text if r.work_plan else None, r.item.text, r.category) for r in found] == [
        ("漁業管理", "遠洋漁業", "社會發展"), (None, "漁港更新", "公共建設"),
    ]
    assert [[c.text for c in r.content] for r in found] == [
        ["一、巡護。", "二、監控：", "（一）船位。"], ["整建碼頭。", "疏浚航道。"],
    ]


def test_no_category_no_rows() -> None:
    assert rows(lines("甲乙丙\n丁戊己。")) == []


def test_counts_of_the_real_plan(seeds: Path) -> None:
    texts = [p.read_text(encoding="utf-8") for p in sorted(seeds.glob("*.txt"))]
    found = read(annual_plan, next(t for t in texts if annual_plan.score(t) > 0.5))
    counts = {"pol:BudgetLine": 83, "pol:Goal": 6, "pol:Strategy": 23, "pol:WorkPlan": 29}
    assert {cls: len(of(found, cls)) for cls in counts} == counts
    assert found.unread_lines == ()
