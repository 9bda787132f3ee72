"""The commands: what they write, where, and the status they end with."""

from __future__ import annotations

import csv
import errno
import gzip
import io
import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result
from conftest import Command
from hypothesis import given
from hypothesis import strategies as st

from kg import __version__, check
from kg import build as building
from kg.cli import COMMANDS, main
from kg.cli.build import _Bar
from kg.cli.query import _width, fit, table
from kg.names import POL
from kg.store import VersionedStore

NOTICE = "壹、公告\n交通部辦理道路改善，2030年前完成 12 件。\n"
LEADS = "SELECT ?s ?b { ?s pol:leadBy ?b } ORDER BY ?s ?b LIMIT 3"


def call(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    result = CliRunner().invoke(main, [str(a) for a in arguments], input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    path = tmp_path / "notice.txt"
    path.write_text(NOTICE, encoding="utf-8")
    return path


@pytest.fixture
def samples(sample_store: VersionedStore) -> str:
    return str(sample_store.folder)


def test_help_lists_every_command_and_each_has_help() -> None:
    listed = call("--help").stdout
    for name, (_, line) in COMMANDS.items():
        assert name in listed
        assert line.split()[0] in listed
    for name in ("build", "check", "query", "stats", "dump"):
        assert call(name, "--help").exit_code == 0
    assert __version__ in call("--version").stdout


def test_unknown_commands_and_missing_arguments() -> None:
    assert call("biuld").exit_code == 2
    assert call("build").exit_code == 2
    assert call("build", "x", "--max-mb", "0").exit_code == 2


# -- build

def test_build_reports_for_people(notice: Path, tmp_path: Path) -> None:
    result = call("build", notice, "--store", tmp_path / "s")
    assert result.exit_code == 0
    assert "■ notice.txt" in result.stdout
    assert "已發布 published v000001" in result.stdout
    assert "[1/1] notice.txt" in result.stderr.splitlines()
    again = call("build", notice, "--store", tmp_path / "s", "--quiet")
    assert again.stderr == ""
    assert "nothing changed" in again.stdout


def test_build_reports_for_machines(notice: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    result = call("build", notice, tmp_path / "empty.txt", "--store", tmp_path / "s", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert found["version"] == "v000001"
    assert found["documents"][0]["genre"] == "generic"
    assert set(found["documents"][0]) >= {
        "sections", "entities", "relations", "declared", "unresolved", "unread_lines", "encoding"}
    assert "empty.txt：" in result.stderr


def test_build_status_says_whether_all_was_read(notice: Path, tmp_path: Path) -> None:
    store = tmp_path / "s"
    assert call("build", tmp_path / "missing.txt", "--store", store).exit_code == 2
    assert call("build", notice, tmp_path / "missing.txt", "--store", store).exit_code == 1
    assert call("build", notice, "--store", store).exit_code == 0
    big = tmp_path / "big.txt"
    big.write_bytes(b"x" * (2**20 + 1))
    result = call("build", big, "--store", store, "--max-mb", "1")
    assert result.exit_code == 2
    assert "too large" in result.stdout
    assert call("stats", "--store", store).exit_code == 0, "the former version is still served"


def test_build_without_a_place_to_write(notice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = call("build", notice, "--store", notice)
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    assert result.stderr.count("\n") == 1

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(building, "assemble", full)
    result = call("build", notice, "--store", tmp_path / "s", "--quiet")
    assert result.exit_code == 2
    assert "No space left" in result.stderr


def test_a_second_build_is_refused_while_one_runs(notice: Path, tmp_path: Path) -> None:
    with VersionedStore(tmp_path / "s").lock():
        result = call("build", notice, "--store", tmp_path / "s", "--quiet")
    assert result.exit_code == 2
    assert "another build is running" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_bar_on_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    bar = _Bar(quiet=False)
    bar.tty = True
    bar("很長的檔名" * 20, 1, 2)
    bar("b.txt", 2, 2)
    bar.close()
    shown = capsys.readouterr().err.replace("\x1b[2K", "")  # is left out where the output is none
    assert shown.count("\r") == 2
    assert shown.endswith("2/2 b.txt\n")
    assert all(_width(part) <= 50 for part in shown.rstrip("\n").split("\r"))


def test_the_store_can_come_from_the_environment(notice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_STORE", str(tmp_path / "env"))
    assert call("build", notice, "--quiet").exit_code == 0
    assert json.loads(call("stats", "--json").stdout)["version"] == "v000001"


# -- query

def test_query_as_text_file_and_standard_input(samples: str, tmp_path: Path) -> None:
    file = tmp_path / "q.rq"
    file.write_text("\ufeff" + LEADS, encoding="utf-8")
    answers = [
        call("query", LEADS, "--store", samples), call("query", file, "--store", samples),
        call("query", "-", "--store", samples, stdin=LEADS), call("query", "--store", samples, stdin=LEADS),
    ]
    assert len({a.stdout for a in answers}) == 1
    head, rule, *rows = answers[0].stdout.splitlines()
    assert head.split() == ["s", "b"]
    assert set(rule) == {"-", " "}
    assert len(rows) == 3
    assert answers[0].stderr == "3 列 rows\n"


def test_query_as_csv_and_json(samples: str) -> None:
    text = 'SELECT ?a ?b { VALUES (?a ?b) { ("一,\\n\\"二\\"" pol:leadBy) (3 UNDEF) } }'
    rows = list(csv.reader(io.StringIO(call("query", text, "--store", samples, "--format", "csv").stdout)))
    assert rows == [["a", "b"], ['一,\n"二"', "pol:leadBy"], ["3", ""]]
    found = json.loads(call("query", text, "--store", samples, "--format", "json").stdout)
    assert found["head"]["vars"] == ["a", "b"]
    assert found["results"]["bindings"][0]["b"] == {"type": "uri", "value": POL + "leadBy"}


def test_ask_and_empty_answers(samples: str) -> None:
    assert call("query", "ASK { ?s a pol:Measure }", "--store", samples).stdout == "true\n"
    assert json.loads(call("query", "ASK { ?s a pol:Nothing }", "--store", samples, "--format", "json").stdout) == {
        "head": {}, "boolean": False}
    assert call("query", "SELECT ?s { ?s a pol:Nothing }", "--store", samples).stdout.splitlines() == ["s", "-"]


@pytest.mark.parametrize(("form", "rdf"), [
    (None, ox.RdfFormat.TURTLE), ("nt", ox.RdfFormat.N_TRIPLES), ("rdfxml", ox.RdfFormat.RDF_XML),
    ("jsonld", ox.RdfFormat.JSON_LD),
])
def test_construct_gives_each_triple_once(samples: str, form: str | None, rdf: ox.RdfFormat) -> None:
    text = "CONSTRUCT { ?b a pol:Leader } { ?s pol:leadBy ?b }"
    out = call("query", text, "--store", samples, *(["--format", form] if form else [])).stdout_bytes
    found = [q.triple for q in ox.parse(out, format=rdf)]
    assert len(found) == len(set(found)) > 3


@pytest.mark.parametrize(("text", "options", "said"), [
    ("SELECT * {\n ?s ?p", [], "syntax error: error at 2:"),
    ("SELECT * { ?s abc:p ?o }", [], "前綴 abc: 未宣告"),
    ("DELETE WHERE { ?s ?p ?o }", [], "syntax error"),
    ("missing.rq", [], "no such query file"),
    ("CONSTRUCT WHERE { ?s a pol:Plan }", ["--format", "csv"], "not a table"),
    ("SELECT * { ?s a pol:Plan }", ["--format", "turtle"], "not a graph"),
])
def test_query_errors_are_one_sentence(samples: str, text: str, options: list[str], said: str) -> None:
    result = call("query", text, "--store", samples, *options)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_a_query_that_is_no_utf_8(samples: str, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_bytes("SELECT * { ?s ?p '計畫' }".encode("big5"))
    result = call("query", tmp_path / "q.rq", "--store", samples)
    assert result.exit_code == 2
    assert "UTF-8" in result.stderr


@pytest.mark.parametrize("command", [["query", LEADS], ["stats"], ["dump"], ["check"]])
def test_without_a_graph_one_sentence_says_what_to_do(tmp_path: Path, command: list[str]) -> None:
    result = call(*command, "--store", tmp_path / "none")
    assert result.exit_code == 2
    assert "run kg build first" in result.stderr
    assert result.stderr.count("\n") == 1


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=40), st.integers(3, 30))
def test_cells_fit_their_column(text: str, longest: int) -> None:
    cut = fit(text, longest)
    assert _width(cut) <= longest
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))


def test_tables_are_aligned_for_full_width_characters() -> None:
    lines = table(["名稱", "n"], [["交通部", "1"], ["ab", "22"], ["長" * 99, "3"]], longest=20).splitlines()
    assert len({_width(line.rpartition("  ")[0]) for line in lines[1:]}) <= 2
    assert lines[2] == "交通部" + " " * 14 + " 1" or lines[2].endswith("1")


# -- stats and check

def test_stats(samples: str, sample_files: list[Path]) -> None:
    found = json.loads(call("stats", "--store", samples, "--json").stdout)
    assert found["version"] == "v000001"
    assert {d["file"] for d in found["documents"]} == {p.name for p in sample_files}
    counts = {c["name"]: c for c in found["classes"]}
    assert counts["pol:PolicyDocument"]["count"] == len(sample_files)
    assert counts["pol:Measure"]["label"]
    assert [c["count"] for c in found["classes"]] == sorted((c["count"] for c in found["classes"]), reverse=True)
    text = call("stats", "--store", samples).stdout
    assert "pol:leadBy" in text
    assert f"{found['triples']:,}" in text


def test_check_says_whether_the_graph_conforms(samples: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Report:
        conforms = False

        def to_json(self) -> dict[str, object]:
            return {"conforms": self.conforms}

        def text(self) -> str:
            return "checked"

    seen: dict[str, dict[str, str]] = {}

    def run(graph: ox.Store, *, texts: dict[str, str]) -> Report:
        seen["texts"] = texts
        return Report()

    monkeypatch.setattr(check, "check", run)
    result = call("check", "--store", samples)
    assert (result.exit_code, result.stdout) == (1, "checked\n")
    assert len(seen["texts"]) == 6
    Report.conforms = True
    assert call("check", "--store", samples, "--json").exit_code == 0


# -- dump

@pytest.mark.parametrize(("name", "rdf"), [
    ("g.nq", ox.RdfFormat.N_QUADS), ("g.ttl", ox.RdfFormat.TURTLE), ("g.trig.gz", ox.RdfFormat.TRIG),
    ("g.nt.gz", ox.RdfFormat.N_TRIPLES), ("dotted.folder/plain", ox.RdfFormat.N_QUADS),
])
def test_a_dump_holds_the_whole_graph(
    samples: str, sample_store: VersionedStore, tmp_path: Path, name: str, rdf: ox.RdfFormat
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    result = call("dump", "--store", samples, "-o", path)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    data = path.read_bytes()
    if name.endswith(".gz"):
        data = gzip.decompress(data)
    back = ox.Store()
    back.bulk_load(data, format=rdf)
    assert set(back) == set(sample_store.open())
    assert [p.name for p in path.parent.iterdir() if p.name.endswith(".new")] == []


def test_a_dump_to_standard_output_and_by_format(samples: str, sample_store: VersionedStore) -> None:
    plain = call("dump", "--store", samples).stdout_bytes
    assert plain.count(b" .\n") == len(sample_store.open())
    assert b"@prefix pol:" in call("dump", "--store", samples, "--format", "ttl").stdout_bytes


def test_a_packed_dump_has_no_clock(samples: str, tmp_path: Path) -> None:
    for name in ("a.nq.gz", "b.nq.gz"):
        call("dump", "--store", samples, "-o", tmp_path / name)
    assert (tmp_path / "a.nq.gz").read_bytes() == (tmp_path / "b.nq.gz").read_bytes()


@pytest.mark.parametrize(("output", "said"), [
    ("g.docx", "unknown ending"), ("no/such/folder/g.nq", "cannot be written"),
])
def test_dump_errors(samples: str, tmp_path: Path, output: str, said: str) -> None:
    result = call("dump", "--store", samples, "-o", tmp_path / output)
    assert result.exit_code == 2
    assert said in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_as_a_process(kg: Command, samples: str, tmp_path: Path) -> None:
    done = kg("query", LEADS, "--store", samples, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "3 列 rows\n")
    done = kg("query", "SELECT", "--store", samples, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
