"""Headers of canned queries, parameters, and the golden results of the project's own queries."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
import tiny_graph
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.catalog import CannedQuery, CatalogError, UnknownQuery, load, parse
from kg.catalog_types import BadValue, options
from kg.names import PREFIXES

HEADER = """#+ title: {zh: 甲, en: A}
#+ description: {zh: 乙, en: B}
#+ topic: test
#+ parameters:
#+   name:
#+     label: {zh: 名稱, en: Name}
#+     type: string
#+     multiple: true
#+ columns:
#+   s: {zh: 項目, en: Thing}
"""
BODY = """SELECT ?s WHERE {
  #? name
  ?s skos:prefLabel ?label FILTER(STR(?label) = ?name)
}
"""


@pytest.fixture(scope="module")
def graph() -> ox.Store:
    return tiny_graph.store()


def write(folder: Path, text: str, name: str = "one.rq") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_parsed(tmp_path: Path) -> None:
    query = parse(write(tmp_path, HEADER + BODY))
    assert (query.name, query.topic, query.views, query.network) == ("one", "test", ("table",), None)
    assert query.parameters["name"].multiple
    assert query.columns == {"s": {"zh": "項目", "en": "Thing"}}


@pytest.mark.parametrize(("before", "after", "line", "words"), [
    ("#+ topic: test", "#+ subject: test", 3, "unknown key"),
    ("#+ title: {zh: 甲, en: A}", "#+ title: {zh: 甲}", 1, "needs zh and en"),
    ("#+     label: {zh: 名稱, en: Name}\n", "", 5, "needs zh and en"),
    ("  #? name\n", "", 5, "not used"),
    ("  #? name\n", "  #? name\n  #? other\n", 4, "not described"),
    ("#+     type: string", "#+     type: text", 5, "type must be one of"),
    ("#+     multiple: true", "#+     many: true", 8, "unknown key"),
    ("#+ topic: test", "#+ topic: test\n#+ views: [table, globe]", 4, "unknown"),
    ("#+ topic: test", "#+ topic: test\n#+ views: [network]", 4, "go together"),
    ("#+ topic: test", "#+ topic: test\n#+ example: {nope: 1}", 4, "unknown parameter"),
    ("#+ title: {zh: 甲, en: A}", "#+ title: {zh: 甲, en: A", 2, "no YAML"),
])
def test_wrong_header_names_file_and_line(tmp_path: Path, before: str, after: str, line: int, words: str) -> None:
    assert before in HEADER + BODY
    path = write(tmp_path, (HEADER + BODY).replace(before, after))
    with pytest.raises(CatalogError) as error:
        parse(path)
    assert "one.rq" in str(error.value) and f"line {line}" in str(error.value) and words in str(error.value)
    assert str(tmp_path) not in str(error.value)


def test_no_header_and_bad_file_name(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="no #\\+ header"):
        parse(write(tmp_path, BODY))
    with pytest.raises(CatalogError, match="lower-case"):
        parse(write(tmp_path, HEADER + BODY, "One Two.rq"))


def test_further_folders(tmp_path: Path) -> None:
    write(tmp_path, HEADER + BODY)
    catalog = load(tmp_path)
    assert "one" in catalog and "budget-lines" in catalog
    with pytest.raises(UnknownQuery):
        catalog["nope"]
    write(tmp_path, HEADER + BODY, "budget-lines.rq")
    with pytest.raises(CatalogError, match="name is taken"):
        load(tmp_path)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40) | st.sampled_from([
    '" } DROP ALL #', "'''", '\\" } SERVICE <http://x> {', "x\"@en . ?s ?p ?o", "\n#? name\n", "?s", "}", "\\u0022 }",
]))
def test_a_value_is_one_term(value: str) -> None:
    """Whatever the value holds, the bound query asks for exactly that string."""
    query = _one_string()
    bound = query.bind(query.terms({"name": [value]}))
    wanted = value.strip()
    rows = list(ox.Store().query(bound))  # type: ignore[arg-type]
    assert [r["name"].value for r in rows] == ([wanted] if wanted else [None]) if wanted else len(rows) == 1


def _one_string() -> CannedQuery:
    from kg.catalog import Parameter

    text = {"zh": "甲", "en": "A"}
    parameter = Parameter("name", text, "string")
    return CannedQuery("one", text, text, "t", (), {"name": parameter}, {}, ("table",), None, {},
                       "SELECT ?name WHERE {\n  #? name\n}\n", Path("one.rq"))


@pytest.mark.parametrize(("name", "raw", "words"), [
    ("measures-of-ministry", {"ministry": ["沒有這個部"]}, "nothing of that name"),
    ("measures-of-ministry", {"ministry": ["<urn:x> } DROP ALL"]}, "nothing of that name"),
    ("budget-lines", {"year": ["2026; DROP"]}, "not a whole number"),
    ("budget-lines", {"nope": ["1"]}, "no such parameter"),
    ("industry-dossier", {}, "required"),
    ("industry-dossier", {"industry": ["太空產業", "晶片產業"]}, "takes one value"),
    ("recommendations-by-status", {"status": ["也許"]}, "nothing of that name"),
])
def test_bad_values(graph: ox.Store, name: str, raw: dict[str, list[str]], words: str) -> None:
    with pytest.raises(BadValue, match=words):
        load()[name].run(graph, raw)


#: query -> (parameters, columns that are compared, rows in order)
GOLDEN: dict[str, tuple[dict[str, list[str]], tuple[str, ...], list[tuple[str, ...]]]] = {
    "ministries-sharing-industry": ({}, ("a_label", "b_label", "weight", "industries"), [
        ("測試部", "示範部", "1", "太空產業"), ("測試部", "範例署", "1", "太空產業"),
        ("示範部", "範例署", "1", "太空產業"),
    ]),
    "measures-of-ministry": ({"ministry": ["示範部"]}, ("ministry_label", "role", "measure_label", "parent_label"), [
        ("示範部", "主辦 lead", "推廣晶片教育", "發展新產業"), ("示範部", "協辦 partner", "發展太空零件", "發展新產業"),
    ]),
    "recommendations-by-status": ({}, ("recommendation_label", "ministry_label", "status_label", "scope"), [
        ("放寬測試規定", "測試部", "已參採", ""), ("放寬測試規定", "示範部", "部分參採", "僅限試辦"),
    ]),
    "regulations-cited": ({}, ("regulation_label", "ministry_label", "citations", "provisions"), [
        ("測試基本法", "測試部", "1", "第3條"), ("測試基本法", "示範部", "1", ""),
    ]),
    "budget-lines": ({"category": ["公共建設"]}, ("year", "agency_label", "work_plan_label", "line_label"), [
        ("2026", "測試部", "一般測試", "測試場域建置"),
    ]),
    "industry-dossier": ({"industry": ["太空產業"]}, ("relation_label", "thing_label", "bodies", "quote"), [
        ("以其為對象 targets", "發展太空零件", "測試部、示範部", "發展太空零件"),
    ]),
    "co-responsibility": ({}, ("a_label", "b_label", "weight"), [("測試部", "示範部", "1")]),
    "documents-overview": ({}, ("document_label", "publisher_label", "counted", "declared", "found"), [
        ("測試部115年度施政計畫", "測試部", "措施", "2", "2"),
    ]),
    "concordance": ({"thing": ["晶片產業"]}, ("relation_label", "other_label", "quote", "rule"), [
        ("目標產業", "推廣晶片教育", "推廣晶片教育", "tiny-rule"),
    ]),
    "programs-in-year": ({"year": ["2028"], "body": []}, ("program_label",), [
        ("5G/6G 計畫",), ("C#與C++計畫",), ("Open RAN 計畫",), ("it's 計畫（一）",), ("「引號」計畫",), ("=1+1計畫",),
        ("𠮷野計畫",),
    ]),
    "targets-due": ({"by_year": ["2030"]}, ("year", "target_label", "value", "unit", "kind_label"), [
        ("2030", "試辦件數", "30", "件", "目標"),
    ]),
    "renamed-bodies": ({}, ("date", "former_label", "present_label"), [("2024-01-01", "舊測試局", "測試部")]),
}


def test_every_query_has_a_golden_result() -> None:
    assert set(load()) == set(GOLDEN)


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_golden(graph: ox.Store, name: str) -> None:
    raw, columns, wanted = GOLDEN[name]
    query = load()[name]
    rows = [tuple("" if r[c] is None else r[c].value for c in columns) for r in query.run(graph, raw)]

    def unordered(found: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
        # names joined by the engine come in no order, nor do rows that the query's ORDER BY holds equal
        return sorted(tuple("、".join(sorted(cell.split("、"))) for cell in row) for row in found)

    assert unordered(rows) == unordered(wanted)
    assert set(query.columns) <= {v.value for v in query.run(graph, raw).variables}


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_valid_as_it_stands_and_options_run(graph: ox.Store, name: str) -> None:
    """The text without any parameter is SPARQL, and every picker's values can be asked for."""
    query = load()[name]
    graph.query(query.sparql, prefixes=PREFIXES)
    for parameter in query.parameters.values():
        for option in options(parameter, graph)[:3]:
            raw = {parameter.name: [option.value]}
            raw |= {p.name: ["1"] for p in query.parameters.values() if p.required and p.name != parameter.name}
            query.run(graph, raw)


def test_names_in_other_languages_and_short_names(graph: ox.Store) -> None:
    query = load()["measures-of-ministry"]
    for name in ("測試部", "測部", "Ministry of Tests", "https://w3id.org/policy-kg/id/body/測試部"):
        assert [r["measure_label"].value for r in query.run(graph, {"ministry": [name]})] == ["發展太空零件"]
