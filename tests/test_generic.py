"""Documents of no known genre: title, sender, date, sections."""

from __future__ import annotations

from reading import of, read, value

from extract import generic

NOTICE = """數位發展部 公告
發文日期：中華民國 115 年 3 月 4 日
主旨：訂定資料開放平臺使用須知，並自即日生效。
說明：依資料開放作業原則辦理。
公告事項：
1. 適用對象
1.1 各機關。
1.2 受託廠商。
2. 使用方式：以帳號登入。
"""


def test_notice() -> None:
    found = read(generic, NOTICE)
    [document] = of(found, "pol:PolicyDocument")
    assert document.label == "數位發展部公告"
    assert value(document, "dcterms:issued") == "2026-03-04"
    [body] = [e for e in found.entities if e.iri == value(document, "dcterms:publisher")]
    assert body.label == "數位發展部"
    assert [(value(s, "pol:number"), s.label) for s in of(found, "pol:Section")] == [
        (None, None), (None, "主旨"), (None, "說明"), (None, "公告事項"), ("1.", "適用對象"), ("1.1", None),
        ("1.2", None), ("2.", "使用方式"),
    ]
    assert found.unread_lines == ()


def test_chapters() -> None:
    text = "青年創業輔導手冊\n第一章 總說\n一、目的\n鼓勵青年返鄉。\n二、範圍\n第二章 資源\n一、貸款\n"
    found = read(generic, text)
    assert [s.label for s in of(found, "pol:Section")] == [None, "總說", "目的", "範圍", "資源", "貸款"]
    assert value(of(found, "pol:PolicyDocument")[0], "dcterms:publisher") is None


def test_plain_text_is_one_section() -> None:
    found = read(generic, "關於港區安全\n本案已請各單位配合辦理。\n")
    [section] = of(found, "pol:Section")
    # no rule made anything of the second line
    assert (section.label, found.unread_lines) == (None, (2,))


def test_nothing_to_read() -> None:
    assert read(generic, "").entities == ()
    assert generic.score("") == 0 < generic.score("甲") < 0.5


def test_a_law_has_its_articles_for_sections() -> None:
    found = read(generic, """臺東縣促進友善耕作自治條例
第一章　總則
第一條　臺東縣政府為促進友善耕作，特制定本自治條例。
第二條　本自治條例主管機關為本府，其權責如下：
一、環境保護局：農業廢棄物處理。
二、農業處：輔導。
第二章　獎勵
第三條　獎勵之申請程序，準用農業發展條例
第十條規定。
第三條之一　獎勵金額，另定之。
第四條　本自治條例自公布日施行。
""")
    [document] = of(found, "pol:PolicyDocument")
    assert str(value(document, "dcterms:publisher")).endswith("臺東縣政府")
    sections = of(found, "pol:Section")
    # an article that is cited at a line's beginning is none of this law's
    assert [value(s, "pol:number") for s in sections] == [
        None, "第一章", "第一條", "第二條", "一、", "二、", "第二章", "第三條", "第三條之一", "第四條",
    ]
    place = {s.iri: value(s, "pol:number") for s in sections}
    above = [place.get(str(value(s, "dcterms:isPartOf"))) for s in sections]
    assert above == [None, None, "第一章", "第一章", "第二條", "第二條", None, "第二章", "第二章", "第二章"]
