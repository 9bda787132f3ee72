"""Business reports: the title, the announced number of parts, sections and measures."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading import of, read, value

from extract import business_report

REPORT = """ 文 化 部 業 務 概 況 報 告

主席、各位委員：茲將本部業務分為「文資」、「影視」共 2 類，

報告如下：

壹、文資

一、 古蹟修復及再利用

（一） 推動古蹟修復人才培育與傳統匠師認證：截至 115 年 6

月底，認證匠師 86 人，並開設課程 12 門，授課 1,

306 小時。

（二） 老屋活化



文資

 3

盤點各縣市老屋，優先補助具公共性者，由縣市政府提報。

1、 補助 45 案。

2、 另辦理講座 20 場，參與者 3.2 萬人。

貳、影視

一、 影視內容產製，包含下列重點。

（一） 114 年補助 30 部。
"""


def test_document_and_publisher() -> None:
    found = read(business_report, REPORT)
    [document] = of(found, "pol:PolicyDocument")
    assert document.label == "文化部業務概況報告"
    [ministry] = [e for e in found.entities if e.iri == value(document, "dcterms:publisher")]
    assert ministry.label == "文化部"
    assert [(d.declared, d.found) for d in found.declared] == [(2, 2)]
    assert found.unread_lines == ()


def test_sections() -> None:
    found = read(business_report, REPORT)
    assert [(value(s, "pol:number"), s.label) for s in of(found, "pol:Section")][1:] == [
        ("壹、", "文資"), ("一、", "古蹟修復及再利用"), ("（一）", "推動古蹟修復人才培育與傳統匠師認證"),
        ("（二）", "老屋活化"), ("1、", None), ("2、", None), ("貳、", "影視"), ("一、", None), ("（一）", None),
    ]


def test_innermost_headed_units_are_measures_of_the_ministry() -> None:
    found = read(business_report, REPORT)
    measures = of(found, "pol:Measure")
    assert [m.label for m in measures] == ["推動古蹟修復人才培育與傳統匠師認證", "老屋活化", "影視"]
    description = str(value(measures[1], "dcterms:description"))
    assert description.startswith("盤點各縣市老屋") and "1、補助45案。" in description
    assert "1,306小時" in str(value(measures[0], "dcterms:description"))
    [ministry] = of(found, "pol:Ministry")
    led = {r.subject: r for r in found.relations if r.predicate == "pol:leadBy" and r.object == ministry.iri}
    assert set(led) == {m.iri for m in measures}
    assert all(r.derived_by and not r.evidence for r in led.values())


def test_a_heading_may_be_a_program() -> None:
    text = "文化部業務報告\n一、文資\n（一）百年老屋再生計畫（115-118年）：補助 45 案。\n（二）推動影視方案：補助。\n" \
           "（三）下一期計畫：研擬中。\n（四）古蹟、遺址修復計畫\n（五）漁村電影專案貸款"
    found = read(business_report, text)
    programs = of(found, "pol:Program")
    assert [p.label for p in programs] == ["百年老屋再生計畫", "漁村電影專案貸款"]
    assert value(programs[0], "pol:endYear") == 2029
    assert len([r for r in found.relations if r.predicate == "pol:mentions" and r.object == programs[0].iri]) == 2


def test_score_by_content() -> None:
    assert business_report.score(REPORT) >= 0.75
    assert business_report.score("某部116年度施政計畫\n壹、年度施政目標及策略\n") == 0
    assert business_report.score("本部已於會中提出業務報告。\n壹、甲\n") == 0
    assert business_report.score("") == 0


def test_empty_document() -> None:
    assert of(read(business_report, "\n \n"), "pol:Section") == []


@pytest.fixture(scope="module")
def report(seeds: Path) -> str:
    texts = [p.read_text(encoding="utf-8") for p in sorted(seeds.glob("*.txt"))]
    return next(t for t in texts if business_report.score(t) > 0.5)


def test_the_real_report(report: str) -> None:
    found = read(business_report, report)
    assert [(d.declared, d.found) for d in found.declared] == [(13, 13)]
    # without names in running text only introductions under no heading are left
    assert len(found.unread_lines) < 0.01 * report.count("\n")
    # within one parent the numbers of a list run without a gap
    numbers: dict[object, list[str]] = {}
    for s in of(found, "pol:Section"):
        numbers.setdefault(value(s, "dcterms:isPartOf"), []).append(s.iri.rsplit("/", 1)[-1])
    for parent, found_here in numbers.items():
        plain = [int(n) for n in found_here if n != "0"]
        assert plain == list(range(1, len(plain) + 1)), parent
