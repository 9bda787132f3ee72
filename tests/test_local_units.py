"""Units of local governments by the short names of their own texts, and township offices."""

from __future__ import annotations

import pytest

from extract.entities import default_finder
from extract.local_units import local_speaker, local_units
from extract.townships import offices
from kg.resolve import default_resolver


def bodies(text: str, publisher: str | None) -> list[tuple[str, str]]:
    finder = default_finder()
    body = finder.resolver.body(publisher) if publisher else None
    found = finder.find(text, publisher=body.iri if body else None)
    return [(m.surface, m.label) for m in found if m.kind in ("Ministry", "Agency", "GovernmentBody")]


@pytest.mark.parametrize(("publisher", "text", "expected"), [
    ("桃園市政府", "由經發局輔導廠商。", [("經發局", "桃園市政府經濟發展局")]),
    ("臺北市政府社會局", "請捷運局配合。", [("捷運局", "臺北市政府捷運工程局")]),
    ("高雄市政府", "市府觀光局辦理展覽。", [("市府觀光局", "高雄市政府觀光局")]),
    ("苗栗縣政府", "縣府補助農戶。", [("縣府", "苗栗縣政府")]),
    # a unit that no authority file holds
    ("彰化縣政府", "動植物防疫所完成注射。", [("動植物防疫所", "彰化縣政府動植物防疫所")]),
    # the council of the central government where the county has no unit of that name
    ("花蓮縣政府", "獲原民會補助。", [("原民會", "原住民族委員會")]),
    ("基隆市政府", "各縣市衛生局均應通報。", []),
    ("基隆市政府", "觀光及產業之主計處理方式。", []),
])
def test_units_of_the_speaker(publisher: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert bodies(text, publisher) == expected


@pytest.mark.parametrize("publisher", ["交通部", None])
def test_short_names_mean_nothing_where_no_local_body_speaks(publisher: str | None) -> None:
    assert bodies("由經發局及社會處輔導。", publisher) == []
    # of the names that both have, the central body's counts
    assert bodies("由觀光局辦理。", publisher) == [("觀光局", "交通部觀光署")]


def test_a_speaker_below_the_government_is_the_governments() -> None:
    resolver = default_resolver()
    unit = resolver.body("臺南市政府水利局")
    assert unit is not None
    speaker = local_speaker(unit.iri, resolver)
    assert speaker is not None and speaker.label == "臺南市政府"
    assert [c.known for c in local_units("本府水利局", speaker)] == ["臺南市政府水利局"]
    ministry = resolver.body("財政部")
    assert ministry is not None and local_speaker(ministry.iri, resolver) is None


@pytest.mark.parametrize(("text", "government", "label"), [
    ("由永康區公所辦理", None, "臺南市永康區公所"),
    ("花蓮縣壽豐鄉公所", None, "花蓮縣壽豐鄉公所"),
    ("大安區公所", "臺中市政府", "臺中市大安區公所"),
    ("大安區公所", None, "大安區公所"),
    ("板橋市公所", None, "臺北縣板橋市公所"),
    ("臺中市大安區公所", "臺北市政府", "臺中市大安區公所"),
])
def test_township_offices(text: str, government: str | None, label: str) -> None:
    assert [c.known for c in offices(text, government)] == [label]


@pytest.mark.parametrize("text", ["各鄉鎮市區公所", "本鄉公所辦理", "洽公所需文件"])
def test_no_township_offices(text: str) -> None:
    assert list(offices(text, None)) == []


def test_a_body_by_its_former_name_and_its_unit() -> None:
    assert bodies("獲交通部觀光局東部海岸國家風景區管理處補助。", None) == [
        ("交通部觀光局東部海岸國家風景區管理處", "東部海岸國家風景區管理處"),
    ]
