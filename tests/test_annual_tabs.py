"""Tables of annual plans with tabs: columns by their heads, in other orders, with other names, with indicators."""

from __future__ import annotations

import pytest
from reading import of, value

from extract import annual_plan
from extract.annual_tabs import table
from extract.entities import default_finder
from kg.model import Document, Extraction
from kg.records import Records
from kg.resolve import default_resolver
from kg.text.clean import raw

MINISTRY = """海洋委員會103年度施政計畫
本會依據行政院103年度施政方針，編定103年度施政計畫。
壹、年度施政目標
一、提升海域安全，保障漁民作業
二、永續利用海洋資源
貳、年度關鍵績效指標
關鍵策略目標\t關鍵績效指標\t評估體制\t衡量標準\t103年度目標值\t104年度目標值
提升海域安全\t海域巡護次數\t1\t年次數\t1,200次\t1,300次
參、年度重要施政計畫
工作計畫名稱\t重要計畫項目\t計畫類別\t實施內容\tKPI
海洋管理\t浮標布建計畫\t公共建設\t一、布建浮標十二座。二、公開資料。\t浮標數
\t海域宣導\t社會發展\t辦理宣導活動80場。\t
"""
COUNTY = """嘉義縣106年度施政計畫
壹、年度施政重點
一、水利處辦理排水改善
貳、重要施政計畫
業務別\t預算金額(千元)\t計畫名稱\t實施內容
水利業務\t420,000\t排水改善計畫\t一、用地取得。二、治理工程6件。
			三、清淤。
"""


def read(text: str) -> Extraction:
    """What is read of an annual plan, names and figures included."""
    records = Records(Document("k" * 16, "invented.txt", "k" * 64, text), default_resolver(), default_finder(),
                      annual_plan.GENRE)
    annual_plan.extract(records)
    return records.finish()


def test_columns_by_their_heads() -> None:
    records = read(MINISTRY)
    assert [e.label for e in of(records, "pol:BudgetLine")] == ["浮標布建計畫", "海域宣導"]
    assert [e.label for e in of(records, "pol:WorkPlan")] == ["海洋管理"]
    assert {e.label for e in of(records, "pol:Measure")} == {"布建浮標十二座", "公開資料", "辦理宣導活動80場"}
    assert {e.label for e in of(records, "pol:Goal")} == {"提升海域安全，保障漁民作業", "永續利用海洋資源"}
    # nothing of the table's heads is taken for a name
    assert {e.label for e in of(records, "pol:Program")} == {"浮標布建計畫"}


def test_values_of_indicators_have_the_year_of_their_column() -> None:
    found = [t for t in of(read(MINISTRY), "pol:Target") if "巡護" in str(t.label)]
    assert {(value(t, "pol:value"), value(t, "pol:unit"), value(t, "pol:ofYear")) for t in found} == {
        (1200, "次", 2014), (1300, "次", 2015),
    }


def test_a_county_without_categories() -> None:
    records = read(COUNTY)
    assert [e.label for e in of(records, "pol:BudgetLine")] == ["排水改善計畫"]
    assert {e.label for e in of(records, "pol:Measure")} >= {"用地取得", "治理工程6件", "清淤"}
    assert "嘉義縣政府水利處" in {e.label for e in of(records, "pol:Agency")}
    assert not [r for r in records.relations if r.predicate == "pol:category"]


@pytest.mark.parametrize("line", [
    "甲\t乙\t丙", "計畫名稱\t實施內容", "本計畫之實施內容，詳如附件。\t項目\t二", "業務別\t計畫名稱\t預算金額",
])
def test_no_head(line: str) -> None:
    assert table(raw(line)) is None
