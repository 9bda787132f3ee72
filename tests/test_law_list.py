"""Lists of laws: names, provisions, and what is no law."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.law_list import expand_provisions, in_context, is_law_name, parse
from kg.text.clean import raw


def cited(text: str, *known: str) -> list[tuple[str, str | None]]:
    """Law and provision of each citation."""
    return [(c.law, c.provision) for c in parse(raw(text), lambda name: name in known).citations]


@pytest.mark.parametrize("text", ["無", "無。", "暫無", "尚無", "無涉及法規", "無相關法規", "N/A", "-", "",
    "(1) 無\n(2) 無"])
def test_nothing(text: str) -> None:
    assert cited(text) == []


@pytest.mark.parametrize(("text", "expected"), [
    ("漁業法第3條", [("漁業法", "第3條")]),
    ("漁業法及漁港管理辦法第8條第2項", [("漁業法", None), ("漁港管理辦法", "第8條第2項")]),
    ("漁業法第3條、第3條之1及第9條；船舶法", [("漁業法", "第3條"), ("漁業法", "第3條之1"), ("漁業法", "第9條"),
        ("船舶法", None)]),
    ("「海岸利用管理辦法」第三條第二項第一款", [("海岸利用管理辦法", "第三條第二項第一款")]),
    ("《漁業法》第5條及《獎勵休漁辦法》", [("漁業法", "第5條"), ("獎勵休漁辦法", None)]),
    ("船舶法第12條第1項、第2項", [("船舶法", "第12條第1項"), ("船舶法", "第12條第2項")]),
    ("補助要點第3點第4、6款", [("補助要點", "第3點第4款"), ("補助要點", "第3點第6款")]),
    ("燈塔稅及航標費徵收辦法", [("燈塔稅及航標費徵收辦法", None)]),
    ("離岸設施設置標準暨安全管理辦法", [("離岸設施設置標準暨安全管理辦法", None)]),
    ("申報門檻之銷售金額標準及計算方法", [("申報門檻之銷售金額標準及計算方法", None)]),
    ("船員聘用與僱用法", [("船員聘用與僱用法", None)]),
    ("漁業法及其施行細則", [("漁業法", None), ("漁業法施行細則", None)]),
    ("海洋基本法及其子法", [("海洋基本法", None)]),
    ("船員從事漁業法第8條第1項第2款工作資格審查標準", [("船員從事漁業法第8條第1項第2款工作資格審查標準", None)]),
    ("都市計畫法海岸省、各直轄市施行細則", [("都市計畫法海岸省、各直轄市施行細則", None)]),
    ("漁港環境補助要點（草案）", [("漁港環境補助要點", None)]),
    ("海洋資料條例草案、船舶法", [("海洋資料條例", None), ("船舶法", None)]),
    ("(1) 第一項：漁業法、船舶法等\n(2) 第二項：無", [("漁業法", None), ("船舶法", None)]),
    ("建港技術規則（構造編）", [("建港技術規則", "構造編")]),
    ("CNS 11031、CNS 16114", [("CNS 11031", None), ("CNS 16114", None)]),
    ("漁船監測及回報作業\n要點第2點", [("漁船監測及回報作業要點", "第2點")]),
])
def test_lists(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert cited(text) == expected


def test_known_name_is_not_cut() -> None:
    assert cited("甲標準及乙丙丁戊己庚標準", "甲標準及乙丙丁戊己庚標準") == [("甲標準及乙丙丁戊己庚標準", None)]


def test_program_is_told_from_law() -> None:
    found = parse(raw("海岸清潔維護計畫、海岸管理法")).citations
    assert [(c.law, c.is_program) for c in found] == [("海岸清潔維護計畫", True), ("海岸管理法", False)]


def test_prose_and_same_as_before() -> None:
    prose = parse(raw("依現行規定主管機關為海洋委員會，本會將持續與相關單位合作，共同推動海岸清潔與教育。"))
    assert prose.citations == ()
    assert len(prose.prose) == 1
    assert parse(raw("同上")).same_as_before


def test_places_are_exact() -> None:
    text = "  漁業法第3條、\n第5條  "
    for c in parse(raw(text)).citations:
        span = c.place.whole()
        assert (c.provision or "") in text[span.start:span.end]


def test_contexts() -> None:
    assert in_context("第3款", "第2條第1項第1款") == "第2條第1項第3款"
    assert in_context("第4條", "第2條第1項") == "第4條"
    assert expand_provisions("第8款至第10款") == ["第8款至第10款"]
    assert not is_law_name("計算方法之作法")


NAMES = st.lists(st.sampled_from(["漁業法", "船舶法", "港務管理條例", "海岸補助辦法", "航標設置標準"]), min_size=1,
    max_size=6)


@given(NAMES, st.sampled_from(["、", "；", "\n"]))
def test_any_list_comes_back(names: list[str], separator: str) -> None:
    assert cited(separator.join(names)) == [(n, None) for n in names]


@given(st.text(alphabet="漁業法第12條、及「」（）一。\n 辦", max_size=40))
def test_never_fails_and_places_hold(text: str) -> None:
    for c in parse(raw(text)).citations:
        span = c.place.whole()
        assert 0 <= span.start < span.end <= len(text)
