"""Programs whose names end in no noun of planning, and years of plans and of what is asked for."""

from __future__ import annotations

import pytest

from extract.entities import default_finder


def found(text: str, kind: str = "Program") -> list[tuple[str, str]]:
    return [(m.label, m.surface) for m in default_finder().find(text) if m.kind == kind]


@pytest.mark.parametrize(("text", "label", "surface"), [
    ("以「五加二」產業創新為本，", "五加二產業創新計畫", "「五加二」產業創新"),
    ("延續『5+2』產業創新成果。", "五加二產業創新計畫", "『5+2』產業創新"),
    ("一、承先啟後，推動六大核心戰略產業", "六大核心戰略產業推動方案", "六大核心戰略產業"),
    ("落實五大信賴產業推動\n各部會分工如下。", "五大信賴產業推動方案", "五大信賴產業"),
    ("結合「亞洲新灣區5G AIoT創新園區」規劃，", "亞洲新灣區5G AIoT創新園區推動方案", "亞洲新灣區5G AIoT創新園區"),
    ("1、推動山海店家雲端升級(SHU)：112年受理40件申請，", "山海店家雲端升級", "山海店家雲端升級(SHU)"),
])
def test_schemes(text: str, label: str, surface: str) -> None:
    assert found(text) == [(label, surface)]


@pytest.mark.parametrize("text", [
    "引導大學針對六大核心戰略產業，深化合作。",
    "推動六大核心戰略產業發展及人才培育。",
    "1、推動企業永續資訊揭露(ESG)：112年受理40件申請，",
    "1、推動山海店家雲端升級(SHU)：盤點現況並提出報告。",
    "稱為「以大帶小」的作法。",
    "強化T-Road介接機制，並以新創採購支援。",
])
def test_no_schemes(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(("text", "expected"), [
    ("輔導納管工廠提出工廠改善計畫，", []),
    ("精進地方政府審核工廠改善計畫進度。", []),
    ("編列山海上工計畫3億元，由勞動局主辦。", ["山海上工計畫"]),
    ("101-104年山海就業方案目標為每年輔導50人。", ["山海就業方案"]),
    ("山海拓點計畫—SHTP媒合業者。", ["山海拓點計畫"]),
    ("推動「安海專案」，", ["安海專案"]),
    ("推動「小型專案」，", []),
])
def test_names_of_plans(text: str, expected: list[str]) -> None:
    assert [label for label, _ in found(text)] == expected


def test_the_period_in_front_is_the_programs() -> None:
    (m,) = (m for m in default_finder().find("101-104年山海就業方案目標為每年輔導50人。") if m.kind == "Program")
    assert m.period is not None
    assert (m.period.start, m.period.end) == (2012, 2015)
