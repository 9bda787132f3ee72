"""Tables of policy industries."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import objects, of, read

from extract import policy_industries
from extract.columns import divide
from extract.industry_criteria import parse
from extract.scope_terms import labelled, terms
from extract.table_html import blocks
from kg.model import Extraction, Ref
from kg.text.clean import raw

TABLE = (
    "交通部觀光署公告「政策性產業」彙整表\n\n113.02.05\n\n"
    "序號\t政策性產業\t部會/機關\t產業範疇\t認定方式\t\t\n"
    "1\t海港振興方案 (113-117年)\t交通部\t"
    "<p>【郵輪】 包括郵輪補給、岸上觀光（導覽、接駁）及旅客服務等。</p>\t"
    "<p>郵輪 —— 成為北方母港</p> <p>推動目標</p> <ul> ■ 旅客倍增 ■ 航班達300班 <p>推動策略</p> "
    "<table><tr><td>改善碼頭</td><td>拓展航線</td></tr>"
    "<tr><td><ul> • 加深航道 • 更新橋機 </td><td></td></tr></table>\t改善碼頭\t拓展航線\n"
    "改善碼頭\t拓展航線\t\t\t\t\t\n"
    "農業部\t<p>【漁貨】 包括冷鏈、加工及拍賣等。</p>\t<p>推動策略</p> "
    "<ul> 建冷鏈 <ul> 設冷庫 補車輛 辦拍賣 <ul> 設平台 </p>\t\t\t\t\n"
    "\n序號\t政策性產業\t部會/機關\t產業範疇\t認定方式\n"
    "1\t海港振興方案 (113-117年)\t海洋委員會、經濟部\t【海纜】 包括敷設與維修。\t\n"
    "2 離島生活圈 (114年-未定)\t內政部 教育部\t\t【北島推動方案】包括醫療、教育。【南島慢活】包括觀光及農業。\t\n"
)


@pytest.fixture(scope="module")
def table() -> Extraction:
    return read(policy_industries, TABLE)


def test_document(table: Extraction) -> None:
    head = dict(of(table, "pol:PolicyDocument")[0].attributes)
    assert head["dcterms:issued"] == "2024-02-05"
    assert "觀光署" in str(head["dcterms:publisher"])


def test_programs(table: Extraction) -> None:
    programs = [p for p in of(table, "pol:Program") if dict(p.attributes)]
    assert [(p.label, dict(p.attributes).get("pol:startYear"), dict(p.attributes).get("pol:endYear"),
             dict(p.attributes).get("pol:openEnd")) for p in programs] == [
        ("海港振興方案", 2024, 2028, None), ("離島生活圈", 2025, None, True)]


def test_rows(table: Extraction) -> None:
    rows = of(table, "pol:IndustryScope")
    assert [r.label for r in rows] == ["郵輪", "漁貨", "海纜", "北島推動方案", "南島慢活"]
    assert set(objects(table, rows[1].iri, "pol:responsibleBody")) == {"農業部"}
    assert set(objects(table, rows[2].iri, "pol:responsibleBody")) == {"海洋委員會", "經濟部"}
    assert set(objects(table, rows[4].iri, "pol:responsibleBody")) == {"內政部", "教育部"}
    # labels that are programs are no industries
    assert set(objects(table, rows[3].iri, "pol:targetsIndustry")) == set()


def test_rows_broken_inside_their_cells() -> None:
    found = read(policy_industries, "「政策性產業」一覽表\n序號\t政策性產業\t主管機關\t產業範疇\t認定方式\n"
                 "1\t海港方案\n(113-117年)\t交通部\n經濟部\t【郵輪】\n包括渡輪、帆\n船等。\t郵輪：北方母港\n推動目標\n"
                 "■旅客倍增\n推動策略\n改善碼頭\n•加深航道\n2\t離島方案\t各部會\t包括海運、空運等。\t\n")
    assert [p.label for p in of(found, "pol:Program") if p.attributes] == ["海港方案"]
    first, second = of(found, "pol:IndustryScope")
    assert set(objects(found, first.iri, "pol:responsibleBody")) == {"交通部", "經濟部"}
    assert set(objects(found, first.iri, "pol:coversIndustry")) >= {"帆船"}
    assert [m.label for m in of(found, "pol:Measure")] == ["加深航道"]
    assert set(objects(found, second.iri, "pol:responsibleBody")) == set()


def test_terms_have_evidence(table: Extraction) -> None:
    row = of(table, "pol:IndustryScope")[0]
    quotes = {TABLE[e.start:e.end] for r in table.relations
              if (r.subject, r.predicate) == (row.iri, "pol:coversIndustry") for e in r.evidence}
    assert quotes == {"郵輪補給", "岸上觀光", "導覽", "接駁", "旅客服務"}


def test_strategies_are_read_once(table: Extraction) -> None:
    names = {s.iri: s.label for s in of(table, "pol:Strategy")}
    assert sorted(str(n) for n in names.values()) == sorted(["改善碼頭", "拓展航線", "建冷鏈", "辦拍賣"])
    measures = [(names[v.iri], m.label) for m in of(table, "pol:Measure") for k, v in m.attributes
                if k == "dcterms:isPartOf" and isinstance(v, Ref)]
    assert measures == [("改善碼頭", "加深航道"), ("改善碼頭", "更新橋機"), ("建冷鏈", "設冷庫"), ("建冷鏈",
        "補車輛"), ("辦拍賣", "設平台")]
    assert [g.label for g in of(table, "pol:Goal")] == ["成為北方母港", "旅客倍增", "航班達300班"]


def test_every_line_is_read(table: Extraction) -> None:
    assert table.unread_lines == ()


@pytest.mark.parametrize(("text", "expected"), [
    ("包括甲船、乙船及丙船等。", ["甲船", "乙船", "丙船"]),
    ("包括製程設備及材料、船舶平台等。", ["製程設備及材料", "船舶平台"]),
    ("包括港口建設（碼頭、航道）、救生及搜救等。", ["港口建設", "港口建設>碼頭", "港口建設>航道", "救生", "搜救"]),
    ("電動船產業，包含渡輪、漁船及遊艇等、關鍵零組件及充電設施。", ["電動船產業", "渡輪", "漁船", "遊艇",
        "關鍵零組件", "充電設施"]),
    ("包括浮標、雷達等，補足國內海象觀測。", ["浮標", "雷達"]),
    ("包括智慧碼頭和智慧航道、高等教育等各種應用。", ["智慧碼頭", "智慧航道", "高等教育"]),
    ("本課程由海洋大學開設，培育航海人才。", []),
    ("海運、空運", ["海運", "空運"]),
])
def test_scope_terms(text: str, expected: list[str]) -> None:
    assert [(f"{t.within}>" if t.within else "") + t.name for t in terms(raw(text))] == expected


def test_labels() -> None:
    parts = labelled(raw("【甲】包括一港。【乙】包括二港。"))
    assert [(p.label.text if p.label else None, p.text.text) for p in parts] == [("甲", "包括一港。"), ("乙",
        "包括二港。")]


def test_plain_text_criteria() -> None:
    found = parse(raw("郵輪：成為北方母港\n推動目標\n■旅客倍增\n推動策略\n改善碼頭\n•加深航道\n•更新橋機"), "郵輪")
    assert found.vision is not None
    assert found.vision.text == "成為北方母港"
    assert [g.text for g in found.goals] == ["旅客倍增"]
    assert [(s.title.text, [m.text for m in s.measures]) for s in found.strategies] == [("改善碼頭", ["加深航道",
        "更新橋機"])]


def test_strategies_without_a_head_are_guesses() -> None:
    found = parse(raw("<p>輔助策略 強化港埠規劃 碼頭 推廣綠色航運</p> <p>人才培育</p> <ul> 開課程 辦實習</ul> "
                      "<p>核心技術</p> <ul> 雷達 聲納</ul> "
                      "<p>推動重點</p> <ul> 1 浮標 自製關鍵感測元件 2 雷達 建置沿海觀測站網</ul>"), None)
    assert [(s.title.text, [m.text for m in s.measures]) for s in found.strategies] == [
        ("強化港埠規劃", []), ("推廣綠色航運", []), ("人才培育", ["開課程", "辦實習"]),
        ("浮標", ["自製關鍵感測元件"]), ("雷達", ["建置沿海觀測站網"])]
    assert all(s.sure < 1 for s in found.strategies)


def test_blanks_in_latin_names_do_not_divide() -> None:
    items = blocks(raw("<ul> 推動Open RAN測試 建置 (含AI) 平台 設中心</ul>"))
    assert [b.text.text for b in items] == ["推動Open RAN測試", "建置(含AI)", "平台", "設中心"]


@given(st.lists(st.text("甲乙丙港船", min_size=1, max_size=5), min_size=1, max_size=4),
       st.lists(st.text("甲乙丙港船建設", min_size=1, max_size=6), max_size=9))
def test_division_keeps_the_order(headings: list[str], bullets: list[str]) -> None:
    found = divide(headings, bullets)
    assert len(found) == len(bullets)
    assert found == sorted(found)
    assert set(found) == set(range(min(len(headings), len(bullets)))) or not bullets


@given(st.lists(st.sampled_from(TABLE.replace("\n", "\t\n").split("\t")), max_size=30), st.text("\t\n ", max_size=1))
@settings(max_examples=60, deadline=None)
def test_any_cells_are_read_without_failing(cells: list[str], separator: str) -> None:
    text = TABLE[:TABLE.index("1\t")] + (separator or "\t").join(cells)
    for thing in read(policy_industries, text).entities:
        assert all(text[e.start:e.end].strip() for e in thing.evidence)


def test_score() -> None:
    assert policy_industries.score(TABLE) > 0.7
    folder = Path(__file__).parents[1] / "samples"
    for name in ("national-plan", "business-report", "annual-plan", "white-paper", "notice"):
        assert policy_industries.score((folder / f"{name}.txt").read_text(encoding="utf-8")) < 0.2


@pytest.mark.seeds
def test_real_document(seeds: Path) -> None:
    path = next(p for p in sorted(seeds.glob("*.txt")) if policy_industries.score(p.read_text(encoding="utf-8")) > 0.5)
    found = read(policy_industries, path.read_bytes().decode("utf-8"))
    assert len(of(found, "pol:IndustryScope")) == 20
    assert len([p for p in of(found, "pol:Program") if dict(p.attributes).get("pol:startYear")]) == 9
    assert found.unread_lines == ()


def test_columns_in_another_order() -> None:
    found = read(policy_industries, "重點發展產業彙總表（103年版）\n\n"
                 "編號\t產業別\t主管機關\t依據方案及期程\t產業範疇\t發展目標\n"
                 "1\t智慧綠建築\t內政部、經濟部\t智慧綠建築推動方案（99-104年）\t包括綠建材、節能空調。\t產值達3,000億元\n"
                 "2\t雲端運算\t交通部\t雲端航道方案（99-103年）\t涵蓋伺服器、雲端系統。\t\n"
                 "\t\t經濟部\t\t包括資料中心。\t\n")
    assert [p.label for p in of(found, "pol:Program")] == ["智慧綠建築推動方案", "雲端航道方案"]
    scopes = of(found, "pol:IndustryScope")
    # an empty industry cell is that of the row above
    assert [s.label for s in scopes] == ["智慧綠建築", "雲端運算", "雲端運算"]
    assert objects(found, scopes[0].iri, "pol:responsibleBody") == ["內政部", "經濟部"]
    assert objects(found, scopes[2].iri, "pol:responsibleBody") == ["經濟部"]
    assert objects(found, scopes[2].iri, "pol:coversIndustry") == ["資料中心"]
