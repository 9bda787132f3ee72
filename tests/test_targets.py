"""Figures: value, unit, year, kind, comparator; and figures that are no targets."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.figure_years import years
from extract.quantities import figures
from extract.running_text import fold
from extract.targets import targets


def read(text: str, year: int | None = None) -> list[tuple[str, str, int | None]]:
    found = []
    for c in targets(text, year):
        assert c.quantity is not None
        found.append((str(c.quantity.value.normalize().to_eng_string()) if c.quantity.value % 1 else
                      str(int(c.quantity.value)), c.quantity.unit, c.year))
    return found


@pytest.mark.parametrize(("text", "expected"), [
    ("截至112年底累計服務1,851件，", ("1851", "件", 2023)),
    ("帶動投資約2兆1,636億元。", ("21636", "億元", None)),
    ("使用逾2億7,600萬次", ("27600", "萬次", None)),
    ("共7萬3,170件", ("73170", "件", None)),
    ("2030年前達20.6GW。", ("20.6", "GW", 2030)),
    ("114年減碳3,880萬公噸CO2e，", ("3880", "萬公噸CO2e", 2025)),
    ("產值增加3成，", ("3", "成", None)),
    ("產值倍增，", ("2", "倍", None)),
    ("產值破千億，", ("1000", "億元", None)),
    ("供水每日221萬噸，", ("221", "萬噸/日", None)),
    ("維持全球前2名，", ("2", "名", None)),
    ("人才缺口約48萬的人力，", ("48", "萬人", None)),
    ("已設置十二處據點，", ("12", "處", None)),
    ("補助1,805中小型店家，", ("1805", "家", None)),
    ("提高2.5個百分點，", ("2.5", "個百分點", None)),
    ("出口達US$3億，", ("3", "億美元", None)),
    ("資料量達1億5,931萬9,174件，", ("159319174", "件", None)),
    ("查驗4,436站次。", ("4436", "站次", None)),
    ("提供1萬人以上的就業機會，", ("1", "萬人", None)),
    ("平均審結期間為4.5個月。", ("4.5", "個月", None)),
    ("由原1,000MW提升至3,000MW。", ("3000", "MW", None)),
    ("於嘉義、臺南等2縣市設5處園區。", ("5", "處", None)),
    ("平均存量天數為10.6天，", ("10.6", "天", None)),
    # figures in Chinese numerals, as in older documents
    ("九十七年度受理案件一千零二十六件，", ("1026", "件", 2008)),
    ("編列經費新臺幣十二億五千萬元，", ("125000", "萬元", None)),
    ("提繳三十八萬二千戶，", ("382000", "戶", None)),
    ("完成率達百分之八十三，", ("83", "%", None)),
    ("吸菸率降至百分之十二點五。", ("12.5", "%", None)),
    # 年長 ends no year in front of 長照
    ("109年長照基金預算387億元，", ("387", "億元", 2020)),
    ("98年間核定工程12件，", ("12", "件", 2009)),
])
def test_quantities(text: str, expected: tuple[str, str, int | None]) -> None:
    assert read(text) == [expected]


@pytest.mark.parametrize("text", [
    "112年6月28日公告，電話02-2345-6789。",
    "第3條第2項、第4期、第5屆第6次會議。",
    "導入5G、AI及12吋晶圓，4K畫質。",
    "推動3大面向、5項策略及2項原則。",
    "符合ISO 27001與A3規格。",
    "3個月內完成，為期2年。",
    "資本額5億元以上之企業得申請。",
    "契約容量800瓩以上用戶應申報。",
    "以65瓩氣渦輪機組測試。",
    "補助上限70%，最高100萬元。",
    "每輛最高補助5,000元。",
    "共計4個面向、2次世代系統。",
    "減量28%之容許誤差為±2%。"[9:],
    "辦公室位於3樓、15號。",
])
def test_no_targets(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(("text", "expected"), [
    ("自115年至124年每年新增1.5GW，", [2035]),
    ("從112年底12.5%降至113年底12%，", [2023, 2024]),
    ("2025年達到35%，2026年提升至40%，2027年增長至45%。", [2025, 2026, 2027]),
    ("已公告容量，共計5家業者於112年底前完成簽約；", [2023]),
    ("2021年達64億元，較2020年成長22%。", [2021, 2021]),
    ("自107年至113年1月底核定30件，", [2024]),
    ("第二期（112-116年）挹注970億元，", [2027]),
    ("112年完成3家。另輔導5家。", [2023, 2023]),
    ("112年9月23日奉核定。共計91項工程。", [None]),
    ("112年完成3家。\n另輔導5家。", [2023, None]),
    ("103年起陸續推動5座，", [None]),
    ("「水環境計畫(110-115年)」共計推動16座，", [None]),
    ("113年完成12案；並舉辦4場次，", [2024, 2024]),
    ("112學年度補助80校，", [2023]),
    ("參與者9人。", [None]),
])
def test_years(text: str, expected: list[int | None]) -> None:
    assert [year for _, _, year in read(text)] == expected


def test_default_year() -> None:
    assert read("輔導30家。", 2024) == [("30", "家", 2024)]
    assert read("114年輔導30家。", 2024) == [("30", "家", 2025)]


@pytest.mark.parametrize(("text", "kind", "comparator"), [
    ("已核發95張證書", "actual", ""),
    ("截至去年累計逾30家", "actual", "逾"),
    ("預計輔導30家以上", "target", "以上"),
    ("目標值為小於16.5%", "target", "小於"),
    ("預估成長3.2%", "forecast", ""),
    ("占比約12%", "actual", "約"),
    ("截至2024年已設置86座充電樁，預計另訂", "actual", ""),
    ("預期累計將設置達20.6GW", "target", "達"),
    ("以小於16.5%為目標", "target", "小於"),
])
def test_kind_and_comparator(text: str, kind: str, comparator: str) -> None:
    (found,) = targets(text)
    assert found.quantity is not None
    assert (found.target_kind, found.quantity.comparator) == (kind, comparator)


def test_range_keeps_both_ends() -> None:
    (found,) = targets("可節省3~5%用電。")
    assert found.quantity is not None
    assert (found.quantity.value, found.quantity.value_max) == (Decimal(3), Decimal(5))
    (found,) = targets("占比維持在3.1%至3.6%區間。")
    assert found.quantity is not None
    assert (found.quantity.value, found.quantity.value_max) == (Decimal("3.1"), Decimal("3.6"))


def test_subject() -> None:
    (found,) = targets("112年度協助7家系統整合廠商，")
    assert found.name == "協助系統整合廠商"
    (found,) = targets("預計114年底漏水率降至12%以下。")
    assert "漏水率" in found.name


def test_figure_inside_a_year_is_none() -> None:
    assert [y.value for y in years("民國114年至117年、2030年")] == [2028, 2030]
    assert read("114年度至117年度") == []


@given(st.integers(1, 10**9), st.sampled_from(["家", "%", "億元", "MW"]))
def test_printed_number_is_read_back(number: int, unit: str) -> None:
    (found,) = figures(f"達{number:,}{unit}。")
    assert (found.quantity.value, found.quantity.unit) == (number, unit)
    assert found.quantity.text == f"{number:,}{unit}"


@pytest.mark.parametrize(("text", "expected"), [
    ("112年完成道路5公里；水務局興建污水管線8公里。", [("5", "公里", 2023), ("8", "公里", None)]),
    ("截至113年底完成新建12案；並已召開4場次座談。", [("12", "案", 2024), ("4", "場次", 2024)]),
    ("112年受理申請300件。辦結280件，", [("300", "件", 2023), ("280", "件", 2023)]),
    ("112年投入5億元。另山村產業部分，輔導農戶42戶。", [("5", "億元", 2023), ("42", "戶", None)]),
    ("山村再生計畫（113-116年）4年投入8億元。", [("8", "億元", 2027)]),
    ("於111年釋出頻段，5年內帶動產值90億元。", [("90", "億元", None)]),
    ("113年查獲65件，較112年同期增加18%。", [("65", "件", 2024), ("18", "%", 2024)]),
    ("查獲65件，較112年同期增加18%。", [("65", "件", 2024), ("18", "%", 2024)]),
    ("113年開辦，每名幼兒補助3,000元。", [("3000", "元", None)]),
    ("113年普及率由21%提升至40%。", [("21", "%", 2024), ("40", "%", 2024)]),
    ("113年起辦理，普及率由21%提升至40%。", [("21", "%", None), ("40", "%", None)]),
    ("特別預算30億元（111-115年），", [("30", "億元", 2026)]),
    ("占GDP 2.4%，", [("2.4", "%", None)]),
    ("「山村再生計畫」(113-116年)，完成步道整修12處。", [("12", "處", None)]),
    ("「山村再生計畫」(113-116年)，目標整修步道12處。", [("12", "處", 2027)]),
    ("訂定「山村再生計畫(113-116年)」，預計整修步道12處。", [("12", "處", 2027)]),
    ("「山村再生計畫」(113-116年)，總經費5億元。", [("5", "億元", 2027)]),
    ("117年產值達880億元，較112年640億元成長。", [("880", "億元", 2028), ("640", "億元", 2023)]),
    ("112年出口衰退8%，應請銀行將額度提高至50億元。", [("8", "%", 2023), ("50", "億元", None)]),
    ("112年由教育部、勞動部等9個部會推動。", []),
    ("113年貨櫃裝卸量1,490萬TEU，接種疫苗30萬劑。", [("1490", "萬TEU", 2024), ("30", "萬劑", 2024)]),
    ("審查天數由90日縮短為60日。", [("90", "日", None), ("60", "日", None)]),
])
def test_years_of_clauses(text: str, expected: list[tuple[str, str, int | None]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("截至九十年底，放款金額二兆三、五六八億元。", [("23568", "億元", 2001)]),
    ("逾放比率三‧一四％，", [("3.14", "%", None)]),
    ("一百十二年處理三十六家，", [("36", "家", 2023)]),
])
def test_chinese_figures_of_interpellations(text: str, expected: list[tuple[str, str, int | None]]) -> None:
    assert read(fold_all(text)) == expected


def fold_all(text: str) -> str:
    return "".join(map(fold, text))


def test_this_year_is_the_year_of_writing() -> None:
    found = [c.year for c in targets("今年輔導40家，去年輔導30家。", written=2024)]
    assert found == [2024, 2023]
    assert [c.year for c in targets("今年輔導40家。")] == [None]


@pytest.mark.parametrize("text", ["由兆豐銀行辦理。", "津貼倍增至", "每雇用1名勞工", "第3名子女以上"])
def test_words_that_hold_figures(text: str) -> None:
    assert read(text) == []


@given(st.text(alphabet="一二三、兆億元年底較於112年%至每5內；。，(）", max_size=40))
def test_any_text_is_read(text: str) -> None:
    for c in targets(text):
        assert text[c.start:c.end]


@pytest.mark.parametrize(("text", "sure"), [
    ("113年完成道路5公里。", 0.95),
    ("完成道路5公里。", 0.95),
    ("113年辦理擴建，完成道路5公里。", 0.88),
    ("113年起辦理，普及率由21%提升至40%。", 0.8),
    ("產值倍增，達三十億元。", 0.9),
])
def test_a_figure_is_as_sure_as_its_year(text: str, sure: float) -> None:
    assert [c.confidence for c in targets("".join(map(fold, text)))][-1] == sure
