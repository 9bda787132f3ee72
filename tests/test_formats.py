"""Formats: the same document in each gives the same facts; what cannot be read is one clear sentence."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from odf import teletype
from odf.opendocument import OpenDocumentText
from odf.style import ListLevelProperties
from odf.table import Table, TableCell, TableRow
from odf.text import H, List, ListItem, ListLevelStyleNumber, ListStyle, P
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from kg import report
from kg.build import build
from kg.pipeline import extract
from kg.read import ReadError, discover, read
from kg.read.docx import docx_text
from kg.read.drawn import number
from kg.read.html import html_text, is_html
from kg.read.markdown import markdown_text
from kg.read.odt import odt_text
from kg.read.package import Unreadable
from kg.read.pdf import pdf_text
from kg.store import VersionedStore

SAMPLES = Path(__file__).parents[1] / "samples"
FONT = "MSung-Light"
LINES_A_PAGE = 50
#: printed with a running head; where the first line is the title, the head of the first page would be it
WITH_HEAD = ("annual-plan", "business-report")
#: tables with empty cells, which a PDF does not show: it has no table, only words at places
WITH_EMPTY_CELLS = ("national-plan", "policy-industries")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries that write the files


def as_docx(lines: list[str]) -> bytes:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    return saved(document.save)


def as_odt(lines: list[str]) -> bytes:
    document = OpenDocumentText()
    for line in lines:
        paragraph = P()
        teletype.addTextToElement(paragraph, line)
        document.text.addElement(paragraph)
    return saved(document.write)


def as_html(lines: list[str]) -> bytes:
    escaped = (line.replace("&", "&amp;").replace("<", "&lt;") for line in lines)
    return ("<!DOCTYPE html>\n<html><head><title>頁</title></head><body>\n"
            + "\n".join(f"<p>{line}</p>" if line.strip() else "<p><br></p>" for line in escaped)
            + "</body></html>").encode()


def as_pdf(lines: list[str], head: str = "", encrypt: StandardEncryption | None = None) -> bytes:
    """Lines on pages with a running head and a page number."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(2400, 850), encrypt=encrypt)
    for page, at in enumerate(range(0, len(lines), LINES_A_PAGE), 1):
        canvas.setFont(FONT, 10)
        canvas.drawString(40, 820, head)
        for n, line in enumerate(lines[at:at + LINES_A_PAGE]):
            x = 40.0
            for cell in line.split("\t"):
                canvas.drawString(x, 790 - 14 * n, cell)
                x += canvas.stringWidth(cell, FONT, 10) + 30
        canvas.drawString(300, 30, f"- {page} -")
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    stream = io.BytesIO()
    save(stream)
    return stream.getvalue()


def as_zip(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def facts(path: Path) -> tuple[str, set[tuple[str, str | None]], set[tuple[str, str, str]]]:
    """Genre, entities by class and label, relations between them; the document's key is taken out of IRIs."""
    found = extract(read(path))
    name = {e.iri: f"{e.cls} {e.label}" for e in found.entities}

    def said(iri: str) -> str:
        return name.get(iri, iri).replace(found.document.key, "")
    return (found.genre, {(e.cls, e.label) for e in found.entities},
            {(said(r.subject), r.predicate, said(r.object)) for r in found.relations})


@pytest.mark.parametrize("sample", ["annual-plan", "business-report", "national-plan", "notice", "policy-industries",
                                    "white-paper"])
def test_every_format_gives_the_facts_of_the_text(tmp_path: Path, sample: str) -> None:
    lines = (SAMPLES / f"{sample}.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
    expected = facts(SAMPLES / f"{sample}.txt")
    assert expected[1] and expected[2]
    made = {"docx": as_docx(lines), "odt": as_odt(lines), "html": as_html(lines), "md": "\n".join(lines).encode()}
    if sample not in WITH_EMPTY_CELLS:
        made["pdf"] = as_pdf(lines, head="政策文件彙編" if sample in WITH_HEAD else "")
    for ending, data in made.items():
        assert facts(file(tmp_path, f"{sample}.{ending}", data)) == expected, ending


def test_paragraphs_of_word_and_odt_are_the_lines_of_the_text() -> None:
    lines = ["壹、總說", "", "一、辦理甲計畫\t3 億元", "    縮排"]
    assert docx_text(as_docx(lines)) == odt_text(as_odt(lines)) == "".join(f"{line}\n" for line in lines)


def test_the_running_head_and_the_page_numbers_of_a_pdf_are_left_out() -> None:
    text, empty, pages = pdf_text(as_pdf([f"第{n}項目的內容" for n in range(120)], head="乙年度報告"))
    assert (empty, pages) == ([], 3)
    assert [line for line in text.split("\n") if line] == ["乙年度報告"] + [f"第{n}項目的內容" for n in range(120)]


def test_tables_of_word() -> None:
    document = docx.Document()
    document.add_paragraph("表一")
    table = document.add_table(rows=2, cols=3)
    table.cell(0, 0).text = "機關\n名稱"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "經費"
    for column, text in enumerate(("丙署", "1", "2")):
        table.cell(1, column).text = text
    document.add_table(rows=1, cols=1).cell(0, 0).text = "框內一\n框內二"
    document.add_paragraph("說明")
    assert docx_text(saved(document.save)) == "表一\n機關 名稱\t經費\t\n丙署\t1\t2\n框內一\n框內二\n說明\n"


def test_tables_of_odt() -> None:
    document = OpenDocumentText()
    table = Table()
    for cells in (("機關", "經費"), ("丙署", "1")):
        row = TableRow()
        for text in cells:
            cell = TableCell()
            cell.addElement(P(text=text))
            row.addElement(cell)
        table.addElement(row)
    document.text.addElement(H(outlinelevel=1, text="表一"))
    document.text.addElement(table)
    assert odt_text(saved(document.write)) == "表一\n機關\t經費\n丙署\t1\n"


def test_list_numbers_of_word() -> None:
    document = docx.Document()
    numbering = document.part.numbering_part.element
    abstract = OxmlElement("w:abstractNum")
    abstract.set(qn("w:abstractNumId"), "77")
    for level, (form, text) in enumerate((("taiwaneseCountingThousand", "%1、"), ("decimal", "(%2)"))):
        element = OxmlElement("w:lvl")
        element.set(qn("w:ilvl"), str(level))
        for tag, value in (("w:start", "1"), ("w:numFmt", form), ("w:lvlText", text)):
            part = OxmlElement(tag)
            part.set(qn("w:val"), value)
            element.append(part)
        abstract.append(element)
    numbering.insert(0, abstract)
    number_id = numbering.add_num(77).numId
    for level, text in ((0, "甲事"), (1, "子"), (1, "丑"), (0, "乙事"), (1, "寅")):
        properties = document.add_paragraph(text)._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = level
        properties.get_or_add_numId().val = number_id
    assert docx_text(saved(document.save)) == "一、甲事\n(1)子\n(2)丑\n二、乙事\n(1)寅\n"


def test_list_numbers_of_odt() -> None:
    document = OpenDocumentText()
    style = ListStyle(name="L")
    for level, form, suffix in (("1", "一, 二, 三, ...", "、"), ("2", "1", ".")):
        label = ListLevelStyleNumber(level=level, numformat=form, numsuffix=suffix)
        label.addElement(ListLevelProperties())
        style.addElement(label)
    document.automaticstyles.addElement(style)
    outer = List(stylename=style)
    for text, inner in (("甲事", ("子", "丑")), ("乙事", ("寅",))):
        item = ListItem()
        item.addElement(P(text=text))
        within = List()
        for line in inner:
            part = ListItem()
            part.addElement(P(text=line))
            within.addElement(part)
        item.addElement(within)
        outer.addElement(item)
    document.text.addElement(outer)
    assert odt_text(saved(document.write)) == "一、甲事\n1. 子\n2. 丑\n二、乙事\n1. 寅\n"


@pytest.mark.parametrize(("n", "form", "text"), [
    (10, "taiwaneseCountingThousand", "十"), (12, "一, 二, 三, ...", "十二"), (105, "chineseCounting", "一百零五"),
    (21, "ideographLegalTraditional", "貳拾壹"), (2, "ideographTraditional", "乙"), (3, "ideographZodiac", "寅"),
    (4, "decimalEnclosedCircle", "④"), (12, "decimalFullWidth", "１２"), (27, "lowerLetter", "aa"), (9, "I", "IX"),
    (5, "none", ""), (7, "somethingNew", "7"),
])
def test_forms_of_list_numbers(n: int, form: str, text: str) -> None:
    assert number(n, form) == text


def test_html_as_a_browser_shows_it() -> None:
    page = """<html><head><title>x</title><style>p{}</style></head><body><h1>壹、前言</h1>
      <div>甲<b>計畫</b>續
      行<br>次行</div><script>var a</script><ol><li>子<li><p>丑</p></ol><ul><li>點</ul>
      <table><tr><th>機關<th colspan=2>經費<tr><td>丙<br>署<td>1<td>2&amp;</table>結語</body></html>"""
    assert html_text(page).split("\n") == [
        "壹、前言", "甲計畫續 行", "次行", "1. 子", "2. 丑", "• 點", "機關\t經費\t", "丙 署\t1\t2&", "結語", ""]
    assert not is_html("表列：<p>甲</p>")


def test_markdown() -> None:
    text = "# 壹、前言 #\n內文 a|b\n\n| 機關 | 經費 |\n|---|:-:|\n| 丙署 | 1 \\| 2 |\n\n**粗**"
    assert markdown_text(text) == "壹、前言\n內文 a|b\n\n機關\t經費\n丙署\t1 | 2\n\n**粗**"


@given(st.text(st.sampled_from("<>/tablerdpo li&;=\"甲\n!-"), max_size=80))
def test_any_text_is_some_html_or_refused(text: str) -> None:
    try:
        html_text("<html>" + text)
    except Unreadable as error:
        assert "\n" not in str(error)


def test_pages_without_text_are_reported(tmp_path: Path) -> None:
    stream = io.BytesIO()
    canvas = Canvas(stream)
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    for text in ("", "經濟部辦理甲計畫", ""):
        canvas.setFont(FONT, 10)
        canvas.rect(10, 10, 200, 200)
        canvas.drawString(100, 700, text)
        canvas.showPage()
    canvas.save()
    path = file(tmp_path, "a.pdf", stream.getvalue())
    built = build([path], VersionedStore(tmp_path / "store"))
    assert "3 頁中有 2 頁沒有文字層，未讀（第 1、3 頁）" in report.text(built)


def test_an_archive_gives_its_documents(tmp_path: Path) -> None:
    text = (SAMPLES / "notice.txt").read_bytes()
    path = file(tmp_path, "a.zip", as_zip({
        "b/乙.txt": text, "../../甲.docx": as_docx(["經濟部辦理甲計畫。"]), "/x.jpg": b"\xff\xd8", ".hidden.txt": text,
        "c.zip": as_zip({"d.txt": text})}))
    found, left_out = discover([tmp_path])
    assert [str(p.relative_to(tmp_path)) for p in found] == ["a.zip/b/乙.txt", "a.zip/c.zip", "a.zip/甲.docx"]
    assert [p.name for p in left_out] == ["x.jpg"]
    assert read(found[0]).file_name == "a.zip/b/乙.txt"
    store = VersionedStore(tmp_path / "store")
    for from_cache in (0, 2):
        built = build([path], store)
        assert [d.file_name for d in built.documents] == ["a.zip/b/乙.txt", "a.zip/甲.docx"]
        assert built.from_cache == from_cache
        assert len(built.failed) == 1 and "壓縮檔裡的壓縮檔不予讀取" in built.failed[0]


def test_names_in_big5(tmp_path: Path) -> None:
    data = as_zip({"ABCD.txt": "甲部".encode()}).replace(b"ABCD", "計畫".encode("cp950"))
    assert [p.name for p in discover([file(tmp_path, "a.zip", data)])[0]] == ["計畫.txt"]


def entity_bomb() -> bytes:
    return as_zip({"word/document.xml": b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><d><body>&b;</body></d>',
                   "_rels/.rels": b'<R><Relationship Type="x/officeDocument" Target="word/document.xml"/></R>'})


def odt_with(member: str, data: bytes) -> bytes:
    return as_zip({"mimetype": b"application/vnd.oasis.opendocument.text", member: data})


def encrypted_zip() -> bytes:
    data = bytearray(as_zip({"a.txt": b"x" * 40}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", data, data.index(mark) + at, 1)
    return bytes(data)


def picture_pdf() -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.rect(10, 10, 300, 300)
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "truncated docx": ("a.docx", lambda: as_docx(["甲"])[:-400], "損壞"),
    "truncated odt": ("a.odt", lambda: as_odt(["甲"])[:-400], "損壞"),
    "truncated pdf": ("a.pdf", lambda: b"%PDF-1.7\n1 0 obj <<", "損壞"),
    "scanned pdf": ("a.pdf", picture_pdf, "OCR"),
    "encrypted pdf": ("a.pdf", lambda: as_pdf(["甲"], encrypt=StandardEncryption("secret")), "密碼"),
    "encrypted odt": ("a.odt", lambda: odt_with("META-INF/manifest.xml", b"<m><encryption-data/></m>"), "密碼"),
    "encrypted zip": ("a.zip", encrypted_zip, "密碼"),
    "entities": ("a.docx", entity_bomb, "document type"),
    "no body": ("a.odt", lambda: odt_with("content.xml", b"<a/>"), "損壞"),
    "zip bomb": ("a.zip", lambda: as_zip({"a.txt": b"\x20" * (9 << 20)}), "壓縮炸彈"),
    "deep xml": ("a.odt", lambda: odt_with("content.xml", b"<a>" * 5000), "損壞"),
    "nothing inside": ("a.zip", lambda: as_zip({}), "沒有可讀的文件"),
    "empty html": ("a.html", lambda: b"<html><body></body></html>", "空"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, name: str) -> None:
    file_name, make, words = HOSTILE[name]
    [path] = discover([file(tmp_path, file_name, make())])[0]
    with pytest.raises(ReadError) as caught:
        read(path)
    said = str(caught.value)
    assert said.startswith(f"{path}：") and words in said and "\n" not in said
    assert re.search(r"\([^()]*[a-z]", said)


@settings(max_examples=40)
@given(st.data())
def test_broken_bytes_never_end_the_reader(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    made = data.draw(st.sampled_from(FILES))
    broken = bytearray(made)
    for at in data.draw(st.lists(st.integers(0, len(made) - 1), min_size=1, max_size=8)):
        broken[at] = data.draw(st.integers(0, 255))
    for path in discover([file(tmp_path_factory.getbasetemp(), "broken.bin", bytes(broken))])[0]:
        try:
            read(path)
        except ReadError as error:
            assert "\n" not in str(error)


FILES = [as_docx(["甲部"]), as_odt(["甲部"]), as_pdf(["甲部"]), as_zip({"a.txt": "甲部".encode()})]
