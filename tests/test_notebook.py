"""``kg.connect``, and the example of docs/notebook.md."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
import tiny_graph

import kg
from kg import search
from kg.notebook import Connection, Rows, Triples
from kg.store import StoreError

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module", params=["indexed", "without index"])
def graph(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Connection:
    folder = tmp_path_factory.mktemp("store")
    version = tiny_graph.publish(folder).require()
    if request.param == "indexed":
        search.build(tiny_graph.store(), version.path)
    return kg.connect(folder)


def rows(found: object) -> list[dict[str, object]]:
    assert isinstance(found, Rows)
    return list(found)


def test_rows(graph: Connection) -> None:
    query = "SELECT ?t ?v ?none { ?t pol:ofYear ?y ; pol:value ?v OPTIONAL { ?t pol:nothing ?none } }"
    found = rows(graph.query(query, y=2030))
    assert [(r["v"], r["none"]) for r in found] == [(Decimal("30"), None)]
    assert graph.query("ASK { ?m a pol:Measure }") is True
    with pytest.raises(SyntaxError):
        graph.query("SELECT")
    with pytest.raises(ValueError, match="year"):
        graph.query("ASK { ?m a pol:Measure }", year=5)
    assert rows(graph.query("SELECT ?m { ?m pol:number ?n }", n='一、" } DROP ALL #')) == []


def test_text_search(graph: Connection) -> None:
    for words, number in (("太空", 1), ("太空 零件", 1), ("太空 晶片", 0), ("推廣", 1)):
        query = f'SELECT ?m {{ ?m a pol:Measure ; pol:textSearch "{words}" ; skos:prefLabel ?l }}'
        assert len(rows(graph.query(query))) == number, words


def test_pandas_and_rdflib(graph: Connection) -> None:
    found = graph.query("SELECT ?year ?value { ?t pol:ofYear ?year ; pol:value ?value } ORDER BY ?year")
    assert isinstance(found, Rows)
    pytest.importorskip("pandas")
    assert list(found.pandas()["year"]) == [2030, 2035]
    triples = graph.query("CONSTRUCT { ?m a pol:Measure } WHERE { ?m a pol:Measure }")
    assert isinstance(triples, Triples) and len(triples.rdflib()) == len(triples) == 2


def test_no_graph(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        kg.connect(tmp_path)


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pandas")
    tiny_graph.publish(tmp_path / "store")
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs/notebook.md").read_text(encoding="utf-8")
    example = re.findall(r"```python\n(.*?)```", text, re.S)[0]
    exec(compile(example, "docs/notebook.md", "exec"), {})
    assert capsys.readouterr().out.splitlines()[-1].split()[1:3] == ["1", "2"]
