"""Readers of tables: every cell stands where it says."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.read import ReadError, discover, read
from kg.read.tables import BrokenTable, sheets
from kg.read.xlsx import xlsx_text

SAMPLES = Path(__file__).parents[1] / "samples" / "budget"
OFFICE = "http://schemas.openxmlformats.org/"
VALUES = st.text(st.sampled_from('甲乙1 ,;"\'\n\r金'), max_size=6)


@given(st.lists(st.lists(VALUES, min_size=3, max_size=3), min_size=2, max_size=6))
def test_csv_as_the_standard_library_reads_it(rows):
    rows = [["甲", "乙", "丙"], *rows]
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    text = file.getvalue()
    found = sheets(text)[0].rows
    expected = [tuple(v.strip() for v in row) for row in csv.reader(io.StringIO(text, newline="")) if any(
        v.strip() for v in row)]
    assert [tuple(c.text for c in row) for row in found] == expected
    for row in found:
        for cell in row:
            assert text[cell.start:cell.end].replace('""', '"') == cell.text


@pytest.mark.parametrize("text, expected", [
    ("\ufeff甲,乙,丙\n1,2,3\n", [["甲", "乙", "丙"], ["1", "2", "3"]]),
    ("甲\t乙\t丙\r\n1\t\"2\t3\r\n", [["甲", "乙", "丙"], ["1", '"2', "3"]]),
    ("甲;乙;丙\n1;2;3", [["甲", "乙", "丙"], ["1", "2", "3"]]),
    ('甲,乙,丙\n"1,2,3\n', [["甲", "乙", "丙"], ['"1', "2", "3"]]),
])
def test_delimiters(text, expected):
    rows = sheets(text)[0].rows
    assert [[c.text for c in row] for row in rows] == expected
    assert all(text[c.start:c.end] == c.text for row in rows for c in row)


def test_running_text_is_no_table():
    assert sheets("第一段，沒有表格。\n第二段, 也沒有。\n") == []


def test_xml_values_stand_where_they_say():
    text = '\ufeff<?xml version="1.0" encoding="big5"?>\n<r>\n <x:a k="乙 &amp; 丙"> 甲&lt;&#20057;  </x:a>\n'
    text += ' <b><c>\n丁</c></b></r>'
    text = text.replace("<r>", '<r xmlns:x="urn:x">')
    (sheet,) = sheets(text)
    cells = {c.text: text[c.start:c.end] for row in sheet.rows[1:] for c in row if c.text and c.text != "urn:x"}
    assert cells == {"乙 & 丙": "乙 &amp; 丙", "甲<乙": "甲&lt;&#20057;", "丁": "丁"}


def test_broken_xml_says_where():
    with pytest.raises(BrokenTable, match="line 2"):
        sheets("<?xml version='1.0'?>\n<a><b></a>")
    with pytest.raises(BrokenTable, match="entity"):
        sheets('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e "x">]><a><b>1</b></a>')


@given(st.text(st.sampled_from("<>/?xml &;a=\"'甲\n!-[]"), max_size=60))
def test_any_text_has_tables_or_none(text):
    for opening in ("", "<?xml version='1.0'?>", "\f# "):
        for sheet in sheets(opening + text, partial=True):
            assert all(0 <= c.start <= c.end <= len(opening + text) for row in sheet.rows for c in row)


def test_a_broken_file_is_one_sentence(tmp_path):
    for name, data in (("a.xml", b"<?xml version='1.0'?><a>"), ("a.xlsx", b"PK\x03\x04 xl/workbook.xml")):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(ReadError, match="表格檔已損壞"):
            read(path)


def test_a_folder_gives_its_tables():
    found, left_out = discover([SAMPLES])
    assert {p.suffix for p in found} == {".csv", ".xml", ".xlsx"} and not left_out


def test_a_workbook_as_text():
    document = read(SAMPLES / "branches-2026.xlsx")
    assert document.media_type.endswith("spreadsheetml.sheet")
    rows = [[c.text for c in row] for row in sheets(document.text)[0].rows]
    assert sheets(document.text)[0].name == "歲出計畫提要"
    assert ["01　智慧產線輔導", "450000", "智慧組", "輔導中小型工廠導入示範產線。"] in [
        [cell.replace(" ", "　", 1) for cell in row] if row[0].startswith("01") else row for row in rows]
    assert "試作 與驗證" in document.text.replace("補助試作", "試作")  # a line break inside a cell is a blank


def workbook(cells: str, shared: str = "") -> bytes:
    """A workbook of one sheet."""
    main = f'xmlns="{OFFICE}spreadsheetml/2006/main"'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", f'<workbook {main} xmlns:r="{OFFICE}officeDocument/2006/relationships">'
                         '<sheets><sheet name="表 一" sheetId="1" r:id="rId1"/></sheets></workbook>')
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{OFFICE}package/2006/relationships">'
                         '<Relationship Id="rId1" Target="/xl/worksheets/sheet1.xml"/></Relationships>')
        archive.writestr("xl/sharedStrings.xml", f"<sst {main}>{shared}</sst>")
        archive.writestr("xl/worksheets/sheet1.xml",
                         f'<worksheet {main}><sheetData><row r="1">{cells}</row></sheetData></worksheet>')
    return file.getvalue()


@pytest.mark.parametrize("cell, expected", [
    ("<v>1.2626E7</v>", "12626000"), ("<v>0.30000000000000004</v>", "0.3"), ("<v>5226102200</v>", "5226102200"),
    ("<v>-</v>", "-"),
])
def test_numbers_of_a_workbook(cell, expected):
    assert xlsx_text(workbook(f'<c r="A1">{cell}</c>')) == f"\f# 表 一\n{expected}\n"


def test_strings_of_a_workbook():
    cells = ('<c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>乙</t></is></c>'
             '<c r="D1" t="e"><v>#N/A</v></c><c r="E1" t="str"><v>丙\n丁</v></c>')
    shared = "<si><r><t>甲</t></r><r><t>一</t></r><rPh><t>注音</t></rPh></si>"
    assert xlsx_text(workbook(cells, shared)) == "\f# 表 一\n甲一\t\t乙\t\t丙 丁\n"


def test_a_damaged_workbook():
    for data in (workbook('<c r="A1" t="s"><v>7</v></c>'), workbook("<c"), b"PK\x03\x04",
                 workbook('<c r="ZZZZ1"><v>1</v></c>')):
        with pytest.raises(BrokenTable):
            xlsx_text(data)
