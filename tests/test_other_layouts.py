"""Plans, white papers and industry tables in layouts of other years and bodies: the same facts come out.

The documents in ``tests/data/layouts`` are invented; each prints and numbers its parts in its own way.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import of, read, value

from extract import national_plan, policy_industries, registry, white_paper
from extract.adoption import read_block, starts_block
from extract.plan_words import announced, heading_level, numbered
from kg import pipeline
from kg.model import Entity, Extraction
from kg.read import read as read_document
from kg.resolve import default_resolver
from kg.text.clean import raw

FOLDER = Path(__file__).parent / "data" / "layouts"
GENRES = {"plan": national_plan, "answers": white_paper, "industries": policy_industries}


def document(name: str) -> Extraction:
    """What the extractor of its genre reads from one of the documents."""
    return read(GENRES[name.split("-")[0]], (FOLDER / f"{name}.txt").read_text(encoding="utf-8"))


def objects(found: Extraction, subject: Entity, predicate: str) -> list[str]:
    """Labels (or last parts of the IRIs) of a relation's objects."""
    labels = {e.iri: e.label for e in found.entities}
    return sorted(str(labels.get(r.object) or r.object.rsplit("/", 1)[-1]) for r in found.relations
                  if (r.subject, r.predicate) == (subject.iri, predicate))


def tree(found: Extraction) -> list[tuple[str, str | None, str | None]]:
    """(class, label, label of what it is part of) of a plan's elements, in the order of the text."""
    labels = {e.iri: e.label for e in found.entities}
    classes = ("pol:Goal", "pol:Strategy", "pol:Measure")
    elements = sorted((e for c in classes for e in of(found, c) if value(e, "pol:number")),
                      key=lambda e: e.evidence[0].start)
    return [(e.cls[4:], e.label, labels.get(str(value(e, "dcterms:isPartOf")))) for e in elements]


def responsible(found: Extraction, label: str) -> tuple[list[str], list[str]]:
    """Bodies that lead and that join the strategy or measure of this name."""
    (element,) = [e for e in found.entities if e.label == label and e.cls in ("pol:Strategy", "pol:Measure")]
    return objects(found, element, "pol:leadBy"), objects(found, element, "pol:partneredBy")


def answers(found: Extraction) -> list[tuple[str, str, str]]:
    """(recommendation, respondents, status) of the answers."""
    return [("、".join(objects(found, r, "pol:responseTo")), "、".join(objects(found, r, "pol:respondent")),
             "、".join(objects(found, r, "pol:adoptionStatus")))
            for r in of(found, "pol:Response")]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda p: p.stem)
def test_the_genre_is_recognised(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    expected = GENRES[path.stem.split("-")[0]].GENRE
    assert expected == registry.recognise(text)[0].GENRE
    scores = registry.recognise(text)[1]
    assert all(score < registry.THRESHOLD for genre, score in scores.items() if genre != expected), scores


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda p: p.stem)
def test_every_line_is_read(path: Path) -> None:
    assert document(path.stem).unread_lines == ()


# -- plans


def test_levels_announced_by_lines_and_bodies_behind_titles() -> None:
    plan = document("plan-axes")
    assert tree(plan)[:4] == [
        ("Goal", "守護濕地生態", "臺灣濕地保育綱要計畫（110年至115年）"),
        ("Strategy", "完善濕地監測", "守護濕地生態"),
        ("Measure", "增設水質與鳥類監測站", "完善濕地監測"),
        ("Measure", "建立濕地資料庫", "完善濕地監測"),
    ]
    assert len(tree(plan)) == 13
    assert responsible(plan, "增設水質與鳥類監測站") == (["內政部"], ["環境部", "農業部"])
    assert responsible(plan, "建立濕地資料庫") == (["內政部"], ["中央研究院", "國家科學及技術委員會"])
    assert responsible(plan, "移除外來種植物") == (["農業部"], ["內政部"])
    # what its measures say is derived for the strategy
    assert responsible(plan, "輔導在地產業") == (["交通部", "經濟部"], ["內政部", "農業部"])
    assert {(d.label, d.declared, d.found) for d in plan.declared} >= {("目標", 2, 2), ("策略", 4, 4), ("措施", 7, 7)}


def test_indicators_are_no_measures_and_bodies_goals_stand_in_a_section() -> None:
    plan = document("plan-axes")
    goals = of(plan, "pol:Goal")
    assert "監測站增設至" in str(value(goals[0], "dcterms:description"))
    assert [(objects(plan, g, "pol:leadBy"), g.label) for g in goals[2:]] == [
        (["內政部"], "統籌濕地保育政策，督導地方政府落實分區管理"),
        (["農業部"], "調整濕地周邊農作型態，減少化學資材施用")]


def test_budgets_and_accounts_in_millions_under_a_head_of_two_lines() -> None:
    plan = document("plan-axes")
    amounts = {(e.label, value(e, "pol:fiscalYear")): value(e, "pol:amountTWD") for e in of(plan, "pol:BudgetAmount")}
    assert amounts[("內政部 111年 預算數", 2022)] == 120_500_000
    assert amounts[("內政部 111年 決算數", 2022)] == 118_000_000
    assert ("內政部 112年 決算數", 2023) not in amounts
    assert amounts[("總計 112年 預算數", 2023)] == 222_000_000


def test_decimal_numbers_and_cells_for_each_measure() -> None:
    plan = document("plan-decimals")
    assert [(c, t) for c, t, _ in tree(plan)][:4] == [
        ("Goal", "確保供水穩定"), ("Strategy", "多元開發水源"), ("Measure", "興建海水淡化廠"),
        ("Measure", "推廣再生水使用，並訂定水質標準")]
    # 國科會 is the body that bore the name when the plan was written
    assert responsible(plan, "興建海水淡化廠") == (["經濟部"], ["行政院國家科學委員會"])
    assert responsible(plan, "設置截流設施") == (["內政部"], [])
    assert responsible(plan, "多元開發水源")[0] == ["內政部", "經濟部"]
    amounts = of(plan, "pol:BudgetAmount")
    assert [(objects(plan, e, "pol:agency"), value(e, "pol:fiscalYear"), value(e, "pol:amountTWD"))
            for e in amounts][::7] == [(["經濟部"], 2010, 1_250_000_000), (["中央政府"], 2011, 2_350_000_000)]


def test_numbers_with_dashes_chapters_in_plain_numerals_and_joining_bodies_in_brackets() -> None:
    plan = document("plan-dashes")
    assert of(plan, "pol:Plan")[0].label == "第七期國家公園中長程計畫（2018年至2021年）"
    assert tree(plan)[:5] == [
        ("Goal", "維護完整生態系", "第七期國家公園中長程計畫（2018年至2021年）"),
        ("Goal", "保育關鍵物種", "維護完整生態系"), ("Strategy", "建立族群監測網", "保育關鍵物種"),
        ("Measure", "設置自動相機樣區，涵蓋中高海拔", "建立族群監測網"),
        ("Measure", "公開監測資料", "建立族群監測網")]
    assert responsible(plan, "設置自動相機樣區，涵蓋中高海拔") == (["內政部"], ["科技部", "行政院農業委員會林務局"])
    assert responsible(plan, "公開監測資料") == (["內政部"], [])
    assert responsible(plan, "移除銀膠菊") == (["行政院農業委員會"], ["內政部"])
    assert len(of(plan, "pol:BudgetAmount")) == 5


@pytest.mark.parametrize(("line", "level"), [
    ("總目標一、甲乙", "goal"), ("目標1　甲乙", "goal"), ("主軸二：甲乙", "goal"), ("分項目標1-1：甲乙", "subgoal"),
    ("（一）策略一、甲乙", "strategy"), ("推動策略2.1 甲乙", "strategy"), ("工作項目3：甲乙", "measure"),
    ("目標 3 項", None), ("目標一致", None), ("策略夥伴", None), ("目標1.5%成長", None),
])
def test_words_of_levels(line: str, level: str | None) -> None:
    assert heading_level(line) == level


def test_lines_that_announce_a_level() -> None:
    assert [announced(t) for t in ("具體措施：", "【推動策略】", "關鍵績效指標：", "推動策略良好")] == [
        "measure", "strategy", "aside", None]
    dashed = numbered("1-2-3 甲乙")
    assert dashed is not None and dashed.parts == (1, 2, 3)
    assert numbered("10-15年") is None


# -- white papers


def test_answers_with_labels_and_a_status_in_words() -> None:
    paper = document("answers-labels")
    assert answers(paper) == [
        ("放寬信用保證", "經濟部", "部分參採"), ("放寬信用保證", "金融監督管理委員會", "研議中"),
        ("調降營業稅率", "財政部", "不參採"), ("開放外籍技術人力", "內政部、勞動部", "研議中")]
    first, *_, last = of(paper, "pol:Response")
    assert value(first, "pol:statusScope") == "保證成數部分"
    assert objects(paper, first, "pol:agency") == ["經濟部中小及新創企業署"]
    assert objects(paper, last, "pol:agency") == ["內政部移民署", "勞動部勞動力發展署"]
    assert "入出國及移民法" in objects(paper, last, "pol:cites")


def test_answers_in_brackets_with_boxes_of_any_kind() -> None:
    paper = document("answers-cases")
    assert answers(paper) == [
        ("再生能源憑證供應不足", "經濟部", "已參採"), ("時間電價檢討", "經濟部", "部分參採"),
        ("時間電價檢討", "行政院環境保護署", "研議中"), ("延攬海外人才", "外交部", "不參採"),
        ("延攬海外人才", "國家發展委員會、教育部", "已參採")]
    assert [str(value(e, "pol:number")) for e in of(paper, "pol:Recommendation")] == ["案由1", "案由2", "案由3"]


def test_items_with_arabic_numbers_and_a_status_in_a_sentence() -> None:
    paper = document("answers-sentences")
    assert answers(paper) == [
        ("檢討工時規範，增加排班彈性", "勞動部", "不參採"), ("提供中高齡再就業獎勵", "勞動部", "已參採"),
        ("提供中高齡再就業獎勵", "經濟部", "已參採"), ("加速產業用地變更", "內政部", "部分參採")]
    assert value(of(paper, "pol:Response")[0], "pol:statusScope") == "理由為勞工團體仍有疑慮"


def test_a_paper_without_boxes() -> None:
    paper = document("answers-no-status")
    assert answers(paper) == [
        ("導入線上送件", "衛生福利部", "未標示"), ("導入線上送件", "經濟部", "未標示"),
        ("承認國外臨床資料", "衛生福利部", "未標示"), ("公布供需資訊", "經濟部", "未標示")]
    assert objects(paper, of(paper, "pol:Response")[3], "pol:cites")[-1] == "第27條"


@pytest.mark.parametrize(("block", "status"), [
    ("■已參採　□部分參採　□研議中　□不參採", "已參採"), ("已參採 V\n部分參採\n研議中\n不參採", "已參採"),
    ("[ ]參採 [x]部分參採 [ ]不參採", "部分參採"), ("（ ）同意採納（V）錄案研議（ ）窒礙難行", "研議中"),
    ("○已參採\n部分參採\n研議中\n不參採", "已參採"), ("○已參採 ●不參採", "不參採"),
    ("參採情形：未予採納", "不參採"), ("採納與否：部分採納（甲案）", "部分參採"), ("本項礙難採納。", "不參採"),
])
def test_statuses_in_any_form(block: str, status: str) -> None:
    assert starts_block(block.split("\n")[0])
    assert [t.status for t in read_block(raw(block)) if t.ticked] == [status]


@pytest.mark.parametrize("line", ["已納入本部計畫，持續辦理。", "研議中之條文將送審", "評估後辦理。", "同意甲方之意見",
                                  "部分參採者占三成"])
def test_sentences_are_no_statuses(line: str) -> None:
    assert not starts_block(line)


# -- industry tables


def test_heads_inside_a_cell_and_remarks_below() -> None:
    table = document("industries-inline")
    assert [e.label for e in of(table, "pol:Goal")] == [
        "2030年產氫能力達9萬噸", "建置加氫站10座", "資料產業產值115年達500億元"]
    assert [e.label for e in of(table, "pol:Strategy")] == [
        "建立示範場域", "修訂氣體管理法規", "訂定資料利用專法", "建置資料信託"]
    (first, *_) = of(table, "pol:IndustryScope")
    assert objects(table, first, "pol:responsibleBody") == ["國家科學及技術委員會", "經濟部能源署"]
    assert value(first, "pol:number") == "1.1"


def test_a_column_for_the_industry_beside_the_program() -> None:
    table = document("industries-columns")
    assert [(e.label, objects(table, e, "pol:targetsIndustry")) for e in of(table, "pol:IndustryScope")] == [
        ("智慧農業", ["智慧農業"]), ("離岸風電", ["離岸風電"])]
    programs = {e.label: (value(e, "pol:startYear"), value(e, "pol:endYear")) for e in of(table, "pol:Program")}
    assert programs == {"智慧農業計畫": (2017, 2020), "風力發電4年推動計畫": (2017, 2020)}
    assert len(of(table, "pol:Strategy")) == 2


def test_a_paper_that_breaks_off_in_a_list_of_bodies() -> None:
    assert answers(read(white_paper, "甲總會白皮書\n壹、乙\n\t(一)丙\n\t經濟部、")) == [
        ("丙", "經濟部", "未標示")]


@settings(max_examples=60)
@given(st.data())
def test_lines_in_any_order_break_no_extractor(data: st.DataObject) -> None:
    lines = [line for path in sorted(FOLDER.glob("*.txt")) for line in path.read_text(encoding="utf-8").split("\n")]
    text = "\n".join(data.draw(st.lists(st.sampled_from(lines), max_size=40)))
    for extractor in GENRES.values():
        found = read(extractor, text)
        assert all(0 <= e.start < e.end <= len(text) for x in found.entities for e in x.evidence)


# -- names by year, and what happens when a rule fails


@pytest.mark.parametrize(("name", "year", "label"), [
    ("國科會", None, "國家科學及技術委員會"), ("國科會", 2009, "行政院國家科學委員會"),
    ("國科會", 2023, "國家科學及技術委員會"),
    ("國科會", 2018, "國家科學及技術委員會"), ("漁業署", 2022, "行政院農業委員會漁業署"),
    ("漁業署", 2023, "農業部漁業署"),
    ("陸委會", 2015, "行政院大陸委員會"), ("經濟部", 1990, "經濟部"),
])
def test_a_name_that_several_bodies_bore(name: str, year: int | None, label: str) -> None:
    found = default_resolver().body(name, year=year)
    assert found is not None and found.label == label


def test_a_failing_genre_leaves_the_document_to_the_generic_reading(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(records: object) -> None:
        raise ValueError("no such column")

    monkeypatch.setattr(white_paper, "extract", fail)
    path = FOLDER / "answers-labels.txt"
    _, report = pipeline.process(read_document(path))
    assert report.genre == "generic" and report.sections > 0
    assert report.fallback.startswith("white-paper: ValueError: no such column, in test_other_layouts.py line")
    assert report.genre_scores["white-paper"] >= registry.THRESHOLD
