"""Laws and rules by the patterns of naming, where the authority files do not help."""

from __future__ import annotations

import pytest

from extract.entities import default_finder


def laws(text: str) -> list[str]:
    return [m.label for m in default_finder().find(text) if m.kind == "Regulation"]


def provisions(text: str) -> list[tuple[str | None, str]]:
    return [(m.law, m.label) for m in default_finder().find(text) if m.kind == "Provision"]


@pytest.mark.parametrize(("text", "expected"), [
    # so short a name is a law's where an article stands behind it
    ("準用燈塔法第14條規定。", ["燈塔法"]),
    ("依燈塔法辦理。", []),
    ("依山城水源法辦理，並依谷地安全法裁處。", ["山城水源法", "谷地安全法"]),
    ("依燈塔管理法第8條第1項、第10款及山區學校實驗條例辦理。", ["燈塔管理法", "山區學校實驗條例"]),
    ("依中華郵政股份有限公司設置條例辦理。", ["中華郵政股份有限公司設置條例"]),
    ("採購法第22條及其施行細則第23條修正。", ["政府採購法", "政府採購法施行細則"]),
    ("相關計畫及其施行細則另定之。", []),
])
def test_names(text: str, expected: list[str]) -> None:
    assert laws(text) == expected


def test_rules_of_an_act_have_their_own_articles() -> None:
    found = provisions("採購法第22條及其施行細則第23條之1。")
    assert found == [("政府採購法", "第22條"), ("政府採購法施行細則", "第23條之1")]


@pytest.mark.parametrize(("text", "expected"), [
    ("pursuant to the Labor Standards Act", ["勞動基準法"]),
    ("The Statute for Industrial Innovation applies", ["產業創新條例"]),
    ("the Statute for Encouraging Lighthouses of the coast", ["Statute for Encouraging Lighthouses"]),
    ("The Harbour Lights Act", ["Harbour Lights Act"]),
])
def test_english_titles(text: str, expected: list[str]) -> None:
    assert laws(text) == expected


def test_articles_in_english() -> None:
    assert provisions("under the Labor Standards Act, Article 84-1") == [("勞動基準法", "第84條之1")]
    assert provisions("Article 5 of the Labor Standards Act") == [("勞動基準法", "第5條")]
    assert provisions("Article 5 of the contract") == []
