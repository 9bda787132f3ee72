"""Names in brackets behind or inside a program's name become its other names."""

from __future__ import annotations

import pytest

from extract.bracketed import other_names


@pytest.mark.parametrize(("text", "surface", "label", "names"), [
    ("推動綠島計畫(Green Isle)，", "綠島計畫", "綠島計畫", ["綠島計畫(Green Isle)", "Green Isle"]),
    ("「山城計畫」（Hill Town, HT2）", "「山城計畫」", "山城計畫", ["山城計畫（Hill Town, HT2）", "Hill Town", "HT2"]),
    ("永續(ESG)採購方案", "永續(ESG)採購方案", "永續採購方案", ["永續(ESG)採購方案"]),
    ("山城創生計畫(112-115年)", "山城創生計畫", "山城創生計畫", []),
    ("山城創生計畫（第二期）", "山城創生計畫", "山城創生計畫", []),
    ("山城創生計畫。", "山城創生計畫", "山城創生計畫", []),
])
def test_other_names(text: str, surface: str, label: str, names: list[str]) -> None:
    start = text.index(surface)
    assert other_names(text, start, start + len(surface), label) == names
