"""kg.link.sheet and the commands: the table that people fill in, read back with its conflicts."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from kg.build import build
from kg.cli import main
from kg.decisions import DecisionsError, Judgement, decide, end, load
from kg.link import sheet
from kg.link.graph import link

cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
spreadsheet = st.text("=+-@\t\r\n'\"甲,;", max_size=8)
VERDICT, WHO, WHEN, WHY, BEFORE = 9, 10, 11, 12, 13


@given(st.one_of(cells, spreadsheet))
def test_a_guarded_cell_runs_nowhere_and_comes_back(cell):
    assert sheet.unguard(sheet.guard(cell)) == cell
    assert not sheet.guard(cell).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@given(st.lists(st.lists(st.one_of(cells, spreadsheet), min_size=2, max_size=4), min_size=1, max_size=4))
def test_what_is_written_is_read(rows):
    # the heading holds no formula and tells the delimiter
    table = [["甲", "乙"], *rows]
    written = sheet.write(table)
    assert written.startswith("\ufeff")
    if not any(c in written for c in "\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x7f"):
        try:
            assert sheet.read(written.encode("utf-8")) == table
        except DecisionsError:
            # bytes that the reader takes for no text at all: control characters
            assert any(not c.isprintable() and c not in "\t\r\n" for r in rows for x in r for c in x)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp950"])
def test_a_table_is_read_as_spreadsheets_save_it(encoding):
    text = "措施\t判定\r\n推動產業升級轉型與人才培育\t接受\r\n"
    assert sheet.read(text.encode(encoding)) == [["措施", "判定"], ["推動產業升級轉型與人才培育", "接受"]]
    assert sheet.read(text.replace("\t", ",").encode(encoding))[1] == ["推動產業升級轉型與人才培育", "接受"]


@pytest.fixture(scope="module")
def links(sample_store):
    return [j for j in link(sample_store.open(), {}).links if j.link.kind == "pol:fundedBy"][:4]


def filled(links, **by_row):
    """The exported table with cells of some rows changed: row=(column, text)."""
    table = sheet.rows(links)
    for row, changes in by_row.items():
        for column, text in changes.items():
            table[int(row[1:])][column] = text
    return table


def test_verdicts_are_read_back_in_either_language(links):
    table = filled(
        links, r1={VERDICT: "接受", WHO: "王小明"}, r2={VERDICT: "Reject", WHY: "=不相干"}, r3={VERDICT: "存疑"},
    )
    result = sheet.apply(sheet.read(sheet.write(table).encode()), links, {}, "陳大文", "2026-01-05")
    assert result.problems == () and result.changed == 3
    made = [result.decisions[j.key].judgement for j in links[:3]]
    assert made == [
        Judgement("accept", "王小明", "2026-01-05"), Judgement("reject", "陳大文", "2026-01-05", "=不相干"),
        Judgement("unsure", "陳大文", "2026-01-05"),
    ]


def test_an_untouched_table_changes_nothing_and_an_emptied_verdict_undoes(links):
    x = links[0].link
    made = decide({}, x.kind, end(x.subject), end(x.object), Judgement("accept", "王小明", "2026-01-05"))
    judged = [type(j)(j.link, made.get(j.key), j.reason) for j in links]
    same = sheet.apply(sheet.rows(judged), judged, made, "陳大文", "2026-02-01")
    assert (same.decisions, same.changed, same.problems) == (made, 0, ())
    emptied = sheet.apply(filled(judged, r1={VERDICT: ""}), judged, made, "陳大文", "2026-02-01")
    assert (emptied.decisions, emptied.changed) == ({}, 1)


def test_conflicts_are_reported_by_row_and_not_applied(links):
    x = links[0].link
    meanwhile = decide({}, x.kind, end(x.subject), end(x.object), Judgement("accept", "王小明", "2026-01-05"))
    table = filled(links, r1={VERDICT: "駁回"}, r2={VERDICT: "也許"}, r3={VERDICT: "接受"})
    table.append(table[3])
    table.append(["f" * 20, *table[1][1:VERDICT], "接受", "", "", "", "-"])
    result = sheet.apply(table, links, meanwhile, "陳大文", "2026-02-01")
    assert result.decisions[links[0].key] == meanwhile[links[0].key]
    assert result.changed == 1 and links[2].key in result.decisions
    assert [p.split("：")[0] for p in result.problems] == [f"第 {n} 列 (row {n})" for n in (2, 3, 6, 7)]
    assert "匯出後已另有判定" in result.problems[0] and "王小明" in result.problems[0]


def test_a_row_without_a_name_is_reported(links):
    result = sheet.apply(filled(links, r1={VERDICT: "接受"}), links, {}, "", "2026-02-01")
    assert result.changed == 0 and "缺少判定人" in result.problems[0]


def test_another_table_is_refused(links):
    with pytest.raises(DecisionsError, match="表頭"):
        sheet.apply([["甲", "乙"]], links, {}, "王小明", "2026-02-01")


# -- commands


@pytest.fixture(scope="module")
def own_store(sample_files, tmp_path_factory):
    from kg.store import VersionedStore

    store = VersionedStore(tmp_path_factory.mktemp("decide") / "store")
    build(sample_files, store)
    return store


def run(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    assert result.exit_code == code, result.output
    return result.output


def test_deciding_applying_and_undoing_by_command(own_store):
    folder = own_store.folder
    listed = json.loads(run("link", "--store", folder, "--format", "json", "--least", 0))["links"]
    key = listed[0]["link"]
    judgement = ("--who", "王小明", "--why", "同一項工作", "--when", "2026-01-05")
    run("decide", "accept", key[:12], "--store", folder, *judgement)
    assert load(folder / "decisions.jsonl")[key].judgement == Judgement("accept", "王小明", "2026-01-05", "同一項工作")
    assert "王小明" in run("decide", "--store", folder)
    assert "已發布" in run("link", "--store", folder, "--apply")
    assert "沒有變動" in run("link", "--store", folder, "--apply")
    listed = run("link", "--store", folder, "--status", "accepted", "--format", "json")
    accepted = json.loads(listed)["links"]
    assert [x["link"] for x in accepted] == [key] and accepted[0]["confidence"] == 1
    run("decide", "undo", key, "--store", folder)
    assert load(folder / "decisions.jsonl") == {}


def test_a_table_goes_out_and_comes_back_by_command(own_store, tmp_path):
    folder, path = own_store.folder, tmp_path / "links.tsv"
    run("decide", "--store", folder, "--export", path, "--least", 0)
    table = sheet.read(path.read_bytes())
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    table[1][VERDICT], table[2][VERDICT] = "接受", "不知道"
    path.write_text(sheet.write(table), encoding="utf-8", newline="")
    output = run("decide", "--store", folder, "--import", path, "--who", "王小明", code=1)
    assert "1 筆判定已更新" in output and "第 3 列" in output
    assert list(load(folder / "decisions.jsonl")) == [table[1][0]]


def test_a_pair_that_was_not_proposed_can_be_decided(own_store, tmp_path):
    from kg.link.sources import read

    sources = read(own_store.open())
    ends = (sources.measures[0].iri, sources.lines[-1].iri)
    file = tmp_path / "own.jsonl"
    run("decide", "accept", "--store", own_store.folder, "--decisions", file, "--who", "王小明", "--pair", *ends)
    (made,) = load(file).values()
    assert made.object.label == sources.lines[-1].label
    unknown = ("--who", "甲", "--pair", "x", "y")
    assert "圖譜裡沒有" in run("decide", "accept", "--store", own_store.folder, *unknown, code=2)


@pytest.mark.parametrize("arguments, message", [
    (["accept", "ffffffffffff", "--who", "甲"], "沒有代號為"),
    (["accept", "ffffffffffff"], "--who"),
    (["undo", "ffffffffffff"], "沒有代號為"),
])
def test_a_mistake_is_one_sentence(own_store, arguments, message):
    folder = own_store.folder
    assert message in run("decide", *arguments, "--store", folder, "--decisions", folder / "no.jsonl", code=2)


def test_without_a_graph_the_command_says_so(tmp_path):
    assert "kg build" in run("link", "--store", tmp_path, code=2)
