"""Budget tables in every format: the invented ones of samples/budget, small ones made here, and the real CSVs."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from reading import of, quote, read, value

from extract import budget_table, registry
from extract.budget_bodies import bare
from extract.budget_caption import Caption, short_code
from extract.budget_columns import columns
from kg import ids
from kg.model import Document, Entity, Extraction
from kg.pipeline import process
from kg.read import read as read_file

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples" / "budget"
REAL = ROOT.parent / "shared" / "budget"
MOEA = ids.iri("pol:Ministry", "經濟部")
IDA = ids.iri("pol:Agency", "經濟部產業發展署")
FORMER_IDA = ids.iri("pol:Agency", "經濟部工業局")


def sample(name: str) -> Extraction:
    """What is read from one of the samples."""
    return read(budget_table, read_file(SAMPLES / name).text)


def amounts(found: Extraction, **wanted: object) -> list[Entity]:
    """The amounts with some attributes (``fiscalYear=2026``)."""
    return [e for e in of(found, "pol:BudgetAmount")
            if all(value(e, f"pol:{name}") == v for name, v in wanted.items())]


def plan(body: str, name: str) -> str:
    return ids.iri("pol:WorkPlan", body, name)


def phase(label: str) -> str:
    return ids.concept("budget-phase", label)


@pytest.mark.parametrize("path", sorted(SAMPLES.iterdir()), ids=lambda p: p.name)
def test_a_sample_is_recognised_and_every_amount_can_be_traced(path):
    document = read_file(path)
    assert registry.recognise(document.text)[0].GENRE == "budget-table"
    found = read(budget_table, document.text)
    assert amounts(found)
    for amount in amounts(found):
        assert str(value(amount, "pol:valueText")) in quote(found, amount)
        assert value(amount, "pol:fiscalYear") and value(amount, "pol:agency") and value(amount, "pol:phase")
    assert not found.unresolved
    assert not found.unread_lines


def test_other_documents_are_no_budgets(sample_files):
    for path in sample_files:
        assert registry.recognise(path.read_text(encoding="utf-8"))[0].GENRE != "budget-table", path.name


@pytest.mark.parametrize("text", [
    "姓名,電話,住址\n甲,1,2\n乙,3,4\n", "項目,金額\n午餐,120\n晚餐,200\n", "", "年度預算如下。\n金額若干。\n",
    "<?xml version='1.0'?><a><b>1</b></a>",
])
def test_other_tables_are_no_budgets(text):
    assert budget_table.score(text) < 0.5


# -- 歲出機關別預算表


def test_accounts_by_agency_in_thousands_with_three_years():
    found = sample("agencies-2026.csv")
    of_plan = {(value(e, "pol:fiscalYear"), value(e, "pol:phase")): value(e, "pol:amountTWD")
               for e in amounts(found, workPlan=plan("經濟部產業發展署", "示範產業升級輔導"))}
    assert of_plan == {
        (2026, phase("預算案")): 700_000_000, (2025, phase("預算")): 650_000_000, (2024, phase("決算")): 619_999_000,
    }
    one = amounts(found, accountCode="5226102200", fiscalYear=2026)[0]
    assert value(one, "pol:value") == 700_000 and value(one, "pol:unit") == "千元"
    assert value(one, "pol:valueText") == "700,000" and value(one, "pol:budgetKind") == "總預算"
    assert value(one, "pol:governmentFunction") == "科學支出" and value(one, "pol:agency") == IDA
    assert value(one, "pol:level") == 3 and value(one, "pol:accountKind") is None


def test_totals_of_each_level_are_amounts_without_a_work_plan():
    found = sample("agencies-2026.csv")
    levels = Counter(value(e, "pol:level") for e in amounts(found, fiscalYear=2026))
    assert levels == {0: 1, 1: 1, 2: 2, 3: 5, 4: 2}
    ministry = amounts(found, fiscalYear=2026, level=1)[0]
    assert value(ministry, "pol:agency") == MOEA and value(ministry, "pol:workPlan") is None


def test_items_are_lines_of_their_work_plan():
    found = sample("agencies-2026.csv")
    lines = [e for e in of(found, "pol:BudgetLine") if value(e, "pol:fiscalYear") == 2026]
    assert [e.label for e in lines] == ["商圈品牌輔導", "商圈數位工具"]
    parents = {r.object for r in found.relations if r.predicate == "pol:workPlan" and r.subject == lines[0].iri}
    assert parents == {plan("經濟部", "推動示範商圈")}
    amount = amounts(found, about=lines[0].iri)
    assert [value(e, "pol:amountTWD") for e in amount] == [60_000_000]
    assert value(amount[0], "pol:workPlan") is None


def test_totals_that_agree_and_one_that_does_not():
    found = sample("agencies-2026.csv")
    assert [(d.declared, d.found) for d in found.declared] == [(24, 24)]
    text = read_file(SAMPLES / "agencies-2026.csv").text.replace('"60,000"', '"61,000"')
    wrong = {d.label: (d.declared, d.found) for d in read(budget_table, text).declared}
    assert wrong == {
        "推動示範商圈之合計（6126011200-2026-預算案，千元）": (100_000, 101_000), "與細數加總相符的合計數": (24, 23),
    }


# -- XML


def test_the_office_s_xml_in_thousands_without_a_unit():
    found = sample("unit-detail-2026.xml")
    one = amounts(found, accountCode="5226310400", fiscalYear=2026)[0]
    assert value(one, "pol:amountTWD") == Decimal(41_321_000) and value(one, "pol:phase") == phase("預算案")
    assert one.evidence[0].confidence == 0.8  # the unit is a conclusion
    assert quote(found, one).startswith("1</mh_itemserialno3>")
    assert [(d.declared, d.found) for d in found.declared] == [(9, 9)]


def test_the_office_s_xml_in_dollars_with_its_year_in_the_file_s_name():
    rows = "".join(
        f"<BAME5480_row><budgetno>{no}</budgetno><mh_budgetname>{name}</mh_budgetname><tyear_amt>{this}</tyear_amt>"
        f"<lyear_amt>{last}</lyear_amt><byear_amt>{before}</byear_amt><b_amt>{this - last}</b_amt></BAME5480_row>\n"
        for no, name, this, last, before in (
            ("00260000000", "經濟部主管", 9000, 8000, 7001), ("00260010000", "經濟部", 9000, 8000, 7001),
            ("52260010000", "科學支出", 9000, 8000, 7001), ("52260014000", "試驗專案", 9000, 8000, 7001),
        )
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<tables>\n{rows}</tables>'
    assert budget_table.score(text) >= 0.5
    unnamed = read(budget_table, text)
    assert not amounts(unnamed) and {u.kind for u in unnamed.unresolved} == {"fiscal-year"}
    _, report = process(Document("k" * 16, "budget.xml", "k" * 64, text))
    assert any("年度 (the fiscal year)" in name for name in report.unresolved)
    named = read(budget_table, text, "106-0000-歲出機關別預算表-1.xml")
    found = {value(e, "pol:fiscalYear"): (value(e, "pol:amountTWD"), value(e, "pol:phase"))
             for e in amounts(named, accountCode="5226014000")}
    assert found == {2017: (9000, phase("預算")), 2016: (8000, phase("預算")), 2015: (7001, phase("決算"))}


def test_records_inside_records_and_attributes():
    text = """<?xml version="1.0" encoding="UTF-8"?>
<預算><年度>115</年度><單位>千元</單位>
<款 編號="13" 名稱="經濟部主管" 預算數="30"><項 名稱="產業發展署" 預算數="30">
<目 名稱="試驗輔導" 預算數="20"/><目 名稱="&lt;新&gt;輔導" 預算數="10"/></項></款></預算>"""
    found = read(budget_table, text)
    plans = {e.label: value(e, "pol:agency") for e in of(found, "pol:WorkPlan")}
    assert plans == {"試驗輔導": IDA, "<新>輔導": IDA}
    assert [value(e, "pol:amountTWD") for e in amounts(found, level=3)] == [20_000, 10_000]
    assert [(d.declared, d.found) for d in found.declared] == [(2, 2)]


# -- 歲出計畫提要及分支計畫概況表 (XLSX)


def test_branches_of_a_work_plan_named_above_the_table():
    found = sample("branches-2026.xlsx")
    assert {e.label for e in of(found, "pol:WorkPlan")} == {"示範產業升級輔導", "試辦低碳製程輔導"}
    lines = {e.label: value(e, "pol:agency") for e in of(found, "pol:BudgetLine")}
    assert lines == dict.fromkeys(("智慧產線輔導", "試作驗證補助", "低碳診斷", "製程改善"), IDA)
    assert [value(e, "pol:amountTWD") for e in amounts(found, level=3)] == [700_000_000, 300_000_000]
    assert [value(e, "pol:amountTWD") for e in amounts(found, level=5)][:2] == [450_000_000, 250_000_000]
    assert len(amounts(found, level=6)) == 4  # objects of expenditure, each about its branch
    wrong = [(d.declared, d.found) for d in found.declared if "試辦低碳製程輔導" in d.label]
    assert wrong == [(300_000, 290_000)]


# -- the yearly CSV


def test_the_yearly_csv():
    found = sample("yearly-2019.csv")
    one = amounts(found, accountCode="5226102200")[0]
    assert value(one, "pol:agency") == FORMER_IDA  # the body of that year, not today's
    assert value(one, "pol:workPlan") == plan("經濟部工業局", "示範產業升級輔導")
    assert value(one, "pol:amountTWD") == 512_000_000 and value(one, "pol:unit") == "元"
    assert quote(found, one) == "2019,5226102200,512000000,無細項,經濟部主管,工業局,示範產業升級輔導,科學支出,13.2.1"


def test_an_item_of_the_yearly_csv_is_a_line_and_not_the_work_plan_s_amount():
    found = sample("yearly-2026.csv")
    assert not amounts(found, workPlan=plan("經濟部", "推動示範商圈"))
    assert [e.label for e in of(found, "pol:BudgetLine")] == ["商圈品牌輔導"]
    assert [value(e, "pol:amountTWD") for e in amounts(found, level=4)] == [60_000_000]
    assert not found.declared  # it prints no totals


def test_an_unknown_body_is_reported_and_put_below_its_ministry():
    text = "year,code,amount,name,topname,depname,depcat,cat,ref\n" + "".join(
        f"2030,522699{n}000,{n}000,無細項,經濟部主管,未來試驗署,試驗{n},科學支出,13.99.{n}\n" for n in range(1, 5))
    found = read(budget_table, text)
    body = ids.named("pol:GovernmentBody", "未來試驗署")
    assert [(u.kind, u.surface) for u in found.unresolved] == [("body", "未來試驗署")]
    assert ("org:subOrganizationOf", MOEA) in {(r.predicate, r.object) for r in found.relations if r.subject == body}


# -- the plain CSV, special budgets, kinds of account


def test_the_plain_csv():
    found = sample("plain.csv")
    parts = {value(e, "pol:accountKind"): value(e, "pol:amountTWD") for e in amounts(found, fiscalYear=2026)}
    assert parts == {"經常門": 12_345_000, "資本門": 7_655_000}
    assert {value(e, "pol:budgetKind") for e in amounts(found, fiscalYear=2026)} == {"特別預算"}
    line = of(found, "pol:BudgetLine")[0]
    assert line.label == "智慧產線試辦" and value(line, "pol:category") == ids.concept("budget-category", "科技發展")
    settled = amounts(found, fiscalYear=2025)[0]
    assert value(settled, "pol:phase") == phase("決算") and value(settled, "pol:amountTWD") == 98_765_432


def test_current_and_capital_account_below_one_head():
    found = sample("special-2025.csv")
    parts = {value(e, "pol:accountKind"): value(e, "pol:amountTWD") for e in amounts(found, level=3)}
    assert parts == {"經常門": 30_000_000, "資本門": 20_000_000}
    assert {value(e, "pol:budgetKind") for e in amounts(found)} == {"特別預算"}
    assert {value(e, "pol:phase") for e in amounts(found)} == {phase("預算案")}


def test_a_head_of_two_rows_as_in_the_printed_form():
    text = "\n".join((
        "經濟部產業發展署",
        "中華民國115年度||||||單位：新臺幣千元",
        "科||||目|本年度預算數|上年度預算數|說明",
        "款|項|目|節|名稱及編號",
        "13||||0026000000 經濟部主管|100|90",
        "|2|||0026100000 產業發展署|100|90",
        "||||5226100000 科學支出|100|90",
        "||1||5226102200 試驗輔導|100|90|內容",
    )).replace("|", "\t")
    found = read(budget_table, text)
    assert [value(e, "pol:amountTWD") for e in amounts(found, workPlan=plan("經濟部產業發展署", "試驗輔導"))] == [
        90_000, 100_000]
    assert [(d.declared, d.found) for d in found.declared] == [(6, 6)] and not found.unresolved


def test_a_total_below_its_parts():
    text = ("機關：經濟部能源署,,單位：千元\n工作計畫,114年度預算數,113年度決算數\n"
            "試驗甲,10,8\n試驗乙,20,17\n合計,30,26\n")
    found = read(budget_table, text)
    assert {e.label for e in of(found, "pol:WorkPlan")} == {"試驗甲", "試驗乙"}
    assert {value(e, "pol:amountTWD") for e in amounts(found, level=0)} == {30_000, 26_000}
    assert [(d.declared, d.found) for d in found.declared] == [(2, 2)]  # the settled one within rounding


def test_objects_of_expenditure_share_their_branch():
    text = ("機關,工作計畫,分支計畫,用途別科目,115年度預算數(千元)\n產業發展署,試驗輔導,智慧輔導,業務費,1\n"
            "產業發展署,試驗輔導,智慧輔導,獎補助費,2\n")
    found = read(budget_table, text)
    (line,) = of(found, "pol:BudgetLine")
    assert {e.label: value(e, "pol:about") for e in amounts(found, level=6)} == {
        "業務費 2026": line.iri, "獎補助費 2026": line.iri}


def test_revenue_is_no_work_plan():
    text = ("115年度中央政府總預算案,,\n歲入來源別預算表,,\n科目編號,科目名稱,預算數\n"
            "0426010100,罰款及賠償收入,10\n0426010200,規費,20\n")
    assert not of(read(budget_table, text), "pol:WorkPlan")


def test_rows_that_name_no_account_are_reported():
    text = "年度,機關,工作計畫,金額\n115,經濟部,試驗,10\n115,,,20\n115,經濟部,另一試驗,30\n"
    found = read(budget_table, text)
    assert [value(e, "pol:value") for e in amounts(found)] == [10, 30]
    assert [(u.kind, u.surface) for u in found.unresolved] == [("account", "115")]


def test_an_account_without_an_amount_is_no_caption():
    head = "year,code,amount,name,topname,depname,depcat,cat,ref\n"
    rows = [f"2013,403510{n}000,{a},無細項,財政部主管,財政部,{p},財務支出,10.1.{n}\n"
            for n, a, p in ((1, "1000", "試驗"), (2, "NaN", "歲入預算編製"), (3, "3000", "又一試驗"))]
    found = read(budget_table, head + "".join(rows), "2013_(法定預算).csv")
    assert [value(e, "pol:value") for e in amounts(found)] == [1000, 3000]
    assert {value(e, "pol:phase") for e in amounts(found)} == {phase("法定預算")}


@pytest.mark.parametrize("amount, expected", [
    ("1,234", Decimal(1234)), ("(1,234)", Decimal(-1234)), ("-5", Decimal(-5)), ("１２", Decimal(12)), ("－", None),
])
def test_figures_as_printed(amount, expected):
    text = f'年度,機關,工作計畫,金額\n115,經濟部,試驗,"{amount}"\n115,經濟部,又一試驗,1\n'
    found = [value(e, "pol:value") for e in amounts(read(budget_table, text), workPlan=plan("經濟部", "試驗"))]
    assert found == ([expected] if expected is not None else [])


# -- the parts


@pytest.mark.parametrize("code, expected", [
    ("5226102200", "5226102200"), ("52260102200", "5226102200"), ("52-2610-22-00", "5226102200"), ("12", None),
])
def test_account_codes(code, expected):
    assert short_code(code) == expected


def test_heads_of_columns():
    heads = ("科目編號", "名稱及編號", "本年度法定預算數", "上年度預算數(千元)", "113年度決算數", "本年度與上年度比較")
    found = columns([(h,) for h in heads])
    assert found is not None
    assert [(a.offset, a.year, a.phase, a.unit) for a in found.amounts] == [
        (0, None, "法定預算", None), (-1, None, None, "千元"), (0, 2024, "決算", None)]


@pytest.mark.parametrize("words, year, phase_, kind", [
    ("114年度中央政府總預算案", 2025, "預算案", "總預算"), ("中華民國113年度總決算", 2024, "決算", None),
    ("中央政府前瞻基礎建設計畫第5期特別預算（法定預算）", None, "法定預算", "特別預算"),
])
def test_titles(words, year, phase_, kind):
    caption = Caption()
    caption.title_words(words)
    assert (caption.year, caption.phase, caption.budget_kind) == (year, phase_, kind)


def test_names_of_bodies_in_budgets():
    assert [bare(n) for n in ("國際貿易局及所屬", "經濟部主管", "國防部所屬")] == ["國際貿易局", "經濟部", "國防部所屬"]


# -- the real ones


@pytest.mark.parametrize("year, rows, total", [(2018, 1151, 1_642_536_520_000), (2019, 1177, 1_683_097_073_000)])
def test_the_real_yearly_budgets(year, rows, total):
    path = REAL / f"tw{year}ap.csv"
    if not path.is_file():
        pytest.skip(f"no real budget in ../shared/budget beside {ROOT.name}")
    document = read_file(path)
    assert registry.recognise(document.text)[0].GENRE == "budget-table"
    found = read(budget_table, document.text)
    assert len(amounts(found, fiscalYear=year)) == rows
    assert sum(value(e, "pol:amountTWD") for e in amounts(found)) == total
    assert not found.unread_lines
    for e in amounts(found):
        assert quote(found, e).split(",")[2] == value(e, "pol:valueText")
    assert len(found.unresolved) <= 12
