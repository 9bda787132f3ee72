"""What LibreOffice writes is read like the text it was made from; a table in a PDF keeps its empty cells."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from test_formats import FONT, SAMPLES, facts

from kg.read.pdf import pdf_text
from kg.read.pdf_columns import Cell, rows_with_empty_cells

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
DOCUMENTS = ("annual-plan", "business-report")
COLUMN = 150.0

BUDGET = [
    ["機關", "114年", "115年", "116年", "說明"],
    ["海洋保育處", "1,200", "1,300", "1,400", "含離島"],
    ["漁港工程處", "2,200", "2,300", "2,400", "含疏濬"],
    ["船舶檢驗處", "", "310", "", "新設"],
    ["潮汐觀測站", "95", "", "", "併入"],
    ["合計", "3,495", "3,910", "3,800", ""],
]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with samples in the formats that LibreOffice writes."""
    if OFFICE is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    folder = tmp_path_factory.mktemp("office")
    sources = [str(SAMPLES / f"{name}.txt") for name in DOCUMENTS]
    for ending in ("docx", "odt", "pdf"):
        subprocess.run(
            [OFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
             "--infilter=Text (encoded):UTF8,LF,,,", "--convert-to", ending, "--outdir", str(folder), *sources],
            check=True, capture_output=True, timeout=180)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["docx", "odt", "pdf"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_of_libreoffice_give_the_facts_of_the_text(written: Path, name: str, ending: str) -> None:
    assert facts(written / f"{name}.{ending}") == facts(SAMPLES / f"{name}.txt")


def drawn(rows: list[list[str]], *, right: bool) -> bytes:
    """A table whose cells stand in columns, figures at the right edge of theirs if ``right``."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(900, 400))
    canvas.setFont(FONT, 10)
    for n, row in enumerate(rows):
        for k, cell in enumerate(row):
            x, y = 40 + COLUMN * k, 360 - 14 * n
            if right and k:
                canvas.drawRightString(x + COLUMN - 60, y, cell)
            else:
                canvas.drawString(x, y, cell)
    canvas.save()
    return stream.getvalue()


@pytest.mark.parametrize("right", [False, True])
def test_a_row_with_empty_cells_keeps_its_columns(right: bool) -> None:
    text, _, _ = pdf_text(drawn(BUDGET, right=right))
    assert [line.split("\t") for line in text.rstrip("\n").split("\n")] == [
        row[:-1] if row[-1] == "" else row for row in BUDGET]


def test_lines_that_are_no_table_stay_as_they_are() -> None:
    ragged = [[Cell("壹", 0, 10), Cell("總說", 30, 50)],
              [Cell("貳", 0, 10), Cell("乙", 200, 210), Cell("丙", 300, 310)],
              [Cell("參", 0, 10), Cell("丁", 90, 100)]]
    assert rows_with_empty_cells(ragged) == ["壹\t總說", "貳\t乙\t丙", "參\t丁"]


@given(st.lists(st.lists(st.text(alphabet="甲乙丙", min_size=1, max_size=3), min_size=1, max_size=5), max_size=8))
@settings(max_examples=60, deadline=None)
def test_no_word_is_lost(rows: list[list[str]]) -> None:
    lines = [[Cell(word, 100.0 * k, 100.0 * k + 10 * len(word)) for k, word in enumerate(row)] for row in rows]
    assert [line.split("\t") for line in rows_with_empty_cells(lines)] == rows
