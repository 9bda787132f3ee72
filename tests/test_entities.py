"""The finder as a whole: offsets, publishers, short names, what is swallowed; ``kg extract``."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.candidates import Candidate, choose
from extract.components import Names
from extract.entities import NameFinder, default_finder
from extract.matchers import COMPONENTS
from extract.running_text import fold, prepare
from kg.cli.extract import run_extract
from kg.model import Mention
from kg.resolve import default_resolver


def find(text: str, publisher: str | None = None) -> list[Mention]:
    finder = default_finder()
    body = finder.resolver.body(publisher) if publisher else None
    return finder.find(text, publisher=body.iri if body else None)


def labels(text: str, *kinds: str, publisher: str | None = None) -> list[str]:
    return [m.label for m in find(text, publisher) if m.kind in kinds]


BODIES = ("Ministry", "Agency", "GovernmentBody")


@pytest.mark.parametrize(("text", "expected"), [
    ("經濟部能源署與交通部共同辦理。", ["經濟部能源署", "交通部"]),
    ("由國發會、衛福部研商。", ["國家發展委員會", "衛生福利部"]),
    ("台電與臺灣電力公司為同一事業。", ["台灣電力股份有限公司", "台灣電力股份有限公司"]),
    ("臺南市政府經濟發展局受理申請。", ["臺南市政府經濟發展局"]),
    ("並與國家科學及技術委員會合作布局遙測。", ["國家科學及技術委員會"]),
    ("由農業部統籌部署，經濟部協調妥處。", ["農業部", "經濟部"]),
    ("經行政院核定後施行。", ["行政院"]),
])
def test_bodies(text: str, expected: list[str]) -> None:
    assert labels(text, *BODIES) == expected


@pytest.mark.parametrize("text", [
    "減碳涵蓋工業與交通部門之排放。",
    "與日本經濟產業省、美國能源部會談。",
    "韓國環境部發布新制。",
    "立法院經濟委員會要求說明。",
    "其中油電混合車成長最多。",
    "採購3臺電動車。",
    "各部會、相關機關均應配合。",
])
def test_no_bodies(text: str) -> None:
    assert labels(text, *BODIES) == []


def test_speaker() -> None:
    text = "本部國土管理署已提報大院，本部將賡續推動。"
    assert labels(text, *BODIES, publisher="內政部") == ["內政部", "內政部國土管理署", "立法院", "內政部"]
    assert labels("由本部國土管理署補助。", *BODIES) == ["內政部", "內政部國土管理署"], "the unit tells who speaks"
    assert labels("本部將賡續推動。", *BODIES) == [], "nobody is known to speak"
    assert labels("本部將賡續推動。", *BODIES, publisher="客家委員會") == [], "a council is no 部"
    assert labels("本部分計畫於本部落辦理。", *BODIES, publisher="內政部") == []


def test_short_former_names_go_by_the_year() -> None:
    assert labels("環保署公告，農委會協辦。", *BODIES) == ["環境部", "農業部"], "no year: who took over"
    assert labels("環保署於106年公告，農委會協辦。", *BODIES) == ["行政院環境保護署", "行政院農業委員會"]
    assert labels("環保署業務於113年由環境部接辦。", *BODIES) == ["環境部", "環境部"]
    assert labels("本會協調職訓局辦理。", *BODIES, publisher="行政院勞工委員會")[-1] == "行政院勞工委員會職業訓練局"


def test_full_former_names_keep_their_own_body() -> None:
    text = "由行政院環境保護署及經濟部工業局辦理，113年起改制。"
    assert labels(text, *BODIES) == ["行政院環境保護署", "經濟部工業局"]


@pytest.mark.parametrize("text", ["經濟部門產值成長。", "美國環保署公告。", "經貿協定生效。", "平臺電子化作業。"])
def test_names_cut_out_of_other_words(text: str) -> None:
    assert labels(text, *BODIES) == []


def test_part_of_the_name_behind_is_told_from_the_word_分別() -> None:
    assert labels("由教育部分別補助，並與交通部分工。", *BODIES) == ["教育部", "交通部"]


def test_meetings_are_no_bodies() -> None:
    assert labels("第十二次全國科學技術會議圓滿落幕。", *BODIES) == []
    assert labels("國家安全會議提出報告。", *BODIES) == ["國家安全會議"]


def test_body_named_before() -> None:
    assert labels("勞動部修正規定，該部並辦理說明會。", *BODIES) == ["勞動部", "勞動部"]


def test_unknown_unit_of_known_body() -> None:
    assert labels("請雲林縣政府海岸養護推動辦公室說明。", *BODIES) == ["雲林縣政府海岸養護推動辦公室"]
    assert labels("行政院設置跨部會推動辦公室。", *BODIES) == ["行政院"]


def test_short_name_that_the_text_defines() -> None:
    text = "依「山區聯外道路安全促進條例」（以下簡稱山路條例）辦理，山路條例第3條另有規定。"
    found = [(m.label, m.surface, m.extractor) for m in find(text) if m.kind == "Regulation"]
    assert ("山區聯外道路安全促進條例", "山路條例", "defined-name") in found
    provision = next(m for m in find(text) if m.kind == "Provision")
    assert (provision.label, provision.law) == ("第3條", "山區聯外道路安全促進條例")


def test_names_in_longer_names_are_no_mentions() -> None:
    found = find("「交通部偏遠航線推動計畫補助作業要點」自即日生效。")
    assert [(m.kind, m.label) for m in found] == [("Regulation", "交通部偏遠航線推動計畫補助作業要點")]


def test_industries() -> None:
    assert labels("離岸風電與工具機產業受惠。", "Industry") == ["離岸風電", "工具機"]
    assert labels("加強機關資安防護。", "Industry") == [], "a task of everybody"
    assert labels("輔導資安業者拓銷。", "Industry") == ["資安"]
    assert labels("半導體協會與AIoT平台。", "Industry") == []


def test_line_breaks_and_full_width_forms() -> None:
    text = "為推動「山城水源\n  韌性計畫」（１１３－１１６年），經濟\n部水利署編列預算。"
    found = find(text)
    assert [(m.kind, m.label) for m in found] == [("Program", "山城水源韌性計畫"), ("Agency", "經濟部水利署")]
    period = found[0].period
    assert period is not None and (period.start, period.end) == (2024, 2027)
    assert all(text[m.start:m.end] == m.surface for m in found)


def test_label_keeps_the_printed_character() -> None:
    assert labels("推動「台西臺東海線再生計畫」。", "Program") == ["台西臺東海線再生計畫"]


def test_lines_ended_on_purpose_stay_apart() -> None:
    text = "健全產業生態\n海岸林復育計畫\n內政部"
    assert "\n" in prepare(text).text
    assert labels("強化港埠\n安全", "Program") == []
    wide = "這是一行寫滿了的文字直到頁邊才換行所以下一行接著\n讀下去而不是另起一段因為它還沒有說完它要說的事情\n"
    assert "\n" not in prepare(wide * 2).text


@given(st.text(alphabet="經濟部能源署「」《》計畫推動依據法條例第1２3條億元%年，。（）()\n \tAＩ台臺 x", max_size=60))
@settings(max_examples=150, deadline=None)
def test_every_mention_is_its_slice(text: str) -> None:
    for m in find(text, "經濟部"):
        assert 0 <= m.start < m.end <= len(text)
        assert text[m.start:m.end] == m.surface
        assert m.label.strip()


@given(st.characters())
def test_folding_keeps_the_length(char: str) -> None:
    assert len(fold(char)) == 1


def test_longest_of_overlapping_candidates_stands() -> None:
    short, long = Candidate("Ministry", 0, 3, "法務部", "x"), Candidate("Agency", 0, 6, "法務部調查局", "x")
    assert choose([short, long]) == [long]
    target = Candidate("Target", 4, 5, "", "x")
    assert choose([long, target]) == [long]


def test_matchers_can_be_switched_off() -> None:
    finder = NameFinder(default_resolver(), disable=[n for n in COMPONENTS if n != "body_dictionary"])
    found = finder.find("經濟部推動「山城水源韌性計畫」，達3億元。")
    assert [(m.kind, m.extractor) for m in found] == [("Ministry", "body-dictionary")]
    with pytest.raises(ValueError, match="no such matcher: bodies"):
        NameFinder(default_resolver(), disable=["bodies"]).find("經濟部")


@pytest.mark.parametrize("name", ["經濟部", "5G Open RAN", "ISO 27001", "亞洲·矽谷 3.0 方案", "A+企業創新"])
def test_dictionary_finds_names_where_they_stand(name: str) -> None:
    nlp = default_finder().pipeline.nlp
    names = Names(nlp.vocab)
    names.add("rule", [name, "及"])
    doc = nlp.make_doc(f"推動 {name.lower()}及 {name}")
    assert doc.text == f"推動 {name.lower()}及 {name}"
    assert names.hits(doc) == {"rule": [(3, 3 + len(name)), (5 + len(name), 5 + 2 * len(name))]}


def run(stdin: str, **options: str) -> tuple[int, list[dict[str, object]], str]:
    out, errors = io.StringIO(), io.StringIO()
    status = run_extract(io.StringIO(stdin), out, errors, **options)
    return status, [json.loads(line) for line in out.getvalue().splitlines()], errors.getvalue()


def test_command_reads_plain_text() -> None:
    status, records, errors = run("本部預計114年補助1,250家。\n", publisher="經濟部")
    assert (status, errors) == (0, "")
    assert [r["type"] for r in records] == ["Ministry", "Target"]
    assert records[0] | {"id": "text", "label": "經濟部", "surface": "本部", "start": 0, "end": 2} == records[0]
    assert records[1] | {"value": 1250, "unit": "家", "year": 2025, "kind": "target"} == records[1]


def test_command_reads_records_and_names_the_bad_line() -> None:
    lines = [json.dumps({"id": 7, "text": "本部說明", "publisher": "交通部"}), "{oops", '{"id": 8}', "",
             json.dumps({"id": "z", "text": "法務部", "publisher": 5}), json.dumps({"text": "勞動部"})]
    status, records, errors = run("\n".join(lines))
    assert status == 1
    assert [(r["id"], r["label"]) for r in records] == [(7, "交通部"), (6, "勞動部")]
    assert [e.partition(":")[0] for e in errors.splitlines()] == [f"line {n} of the input" for n in (2, 3, 5)]


def test_command_on_nothing() -> None:
    assert run(" \n") == (0, [], "")


def test_doubtful_names_are_left_out_unless_asked_for() -> None:
    finder = default_finder()
    text = "循夜光步道計畫申請。"
    assert not finder.find(text)
    assert [(m.label, m.confidence) for m in finder.find(text, least=0.0)] == [("循夜光步道計畫", 0.4)]
