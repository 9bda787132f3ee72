"""Industries in running text: own terms for branches, everyday words, lists."""

from __future__ import annotations

import pytest

from extract.entities import default_finder


def industries(text: str) -> list[str]:
    return [m.label for m in default_finder().find(text, targets=False) if m.kind == "Industry"]


@pytest.mark.parametrize(("text", "expected"), [
    ("輔導養豬場與養殖漁業轉型。", ["養豬", "養殖漁業"]),
    ("航空貨運量創新高。", ["航空貨運"]),
    ("推廣陸域風電及離岸風電。", ["陸域風電", "離岸風電"]),
    ("發展流行音樂與影視音產業。", ["流行音樂", "影視音"]),
    ("遠洋漁業作業船隊。", ["遠洋漁業"]),
])
def test_branches_are_terms_of_their_own(text: str, expected: list[str]) -> None:
    assert industries(text) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("推動工藝、電視、電影及設計等四大旗艦產業。", ["工藝", "電視", "電影", "設計"]),
    ("以半導體、機械等領域為主。", ["半導體", "機械"]),
    ("石化、機械及紡織受惠。", ["石化", "機械", "紡織"]),
    ("設計產業產值成長。", ["設計"]),
])
def test_everyday_words_count_where_the_trade_is_spoken_of(text: str, expected: list[str]) -> None:
    assert industries(text) == expected


@pytest.mark.parametrize("text", [
    "委託專業團隊設計完成。", "辦理資源回收宣導。", "民眾收看電視節目。", "依再生能源發展條例辦理。",
    "搭乘捷運上班。", "發放設計、施工及監造費用。",
])
def test_everyday_words_alone_are_no_industry(text: str) -> None:
    assert industries(text) == []


@pytest.mark.parametrize(("text", "expected"), [
    ("農業用地及農業保險另定，漁業權補償照舊。", []),
    ("農業產值成長，林業永續經營。", ["農業", "林業"]),
    ("七大產業包括：\n■生物科技：設立創投。\n■醫療照護：整合資源。", ["生物科技", "醫療照護"]),
    ("社會福利事項：\n■醫療照護：整合資源。", []),
    ("扶植資安、設計及智慧機械產業。", ["資安", "設計", "智慧機械"]),
    ("廢水及污水處理業與郵政及遞送服務業。", ["廢水及污水處理業", "郵政及遞送服務業"]),
])
def test_what_surrounds_an_industry(text: str, expected: list[str]) -> None:
    assert [m.label for m in default_finder().find(text, targets=False) if m.kind == "Industry"] == expected
