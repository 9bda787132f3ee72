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

CATALOG = load()

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
    ("#+     type: string", "#+     type: text", 7, "type must be one of"),
    ("#+     multiple: true", "#+     many: true", 8, "unknown key"),
    ("#+ topic: test", "#+ topic: test\n#+ views: [table, globe]", 4, "unknown"),
    ("#+ topic: test", "#+ topic: test\n#+ views: [network]", 4, "go together"),
    ("#+ topic: test", "#+ topic: test\n#+ example: {nope: 1}", 4, "unknown parameter"),
    ("#+ topic: test", "#+ topic: test\n#+ views: [table, chart]\n#+ chart: {x: s, y: nope}", 5, "no such column"),
    ("#+ topic: test", "#+ topic: test\n#+ views: [timeline]\n#+ timeline: {start: s, end: s}", 5, "no such column"),
    ("#+ topic: test", "#+ topic: test\n#+ views: [chart]\n#+ chart: {x: s, y: s, kind: pie}", 5, "must be one of"),
    ("#+ topic: test", "#+ topic: test\n#+ topic: test", 4, "given twice"),
    ("#+   s: {zh: 項目, en: Thing}", "#+   t: {zh: 項目, en: Thing}", 10, "no such column"),
    ("#+   s: {zh: 項目, en: Thing}", "#+   s: {zh: 項目, en: Thing, unit: 元}", 10, "needs zh and en"),
    ("#+     multiple: true", "#+     multiple: yes please", 8, "true or false"),
    ("#+     type: string", "#+     type: year\n#+     default: soon", 8, "not a whole number"),
    ("#+     type: string", "#+     type: entity\n#+     class: pol:Nope", 8, "unknown class"),
    ("#+     type: string", "#+     type: concept", 5, "needs scheme or options"),
    ("#+     type: string", "#+     type: entity\n#+     options: SELECT ?x WHERE { ?x a ?y }", 8, "must select"),
    ("#+     multiple: true", "#+     required: true", 1, "lacks required"),
    ("?s skos:prefLabel ?label", "?s skos:prefLabel ?label ?more }", 13, "no SPARQL"),
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
    ("measures-of-ministry", {"ministry": ["示範部會"]}, "near it: 示範部"),
    ("budget-lines", {"nope": ["1"]}, "可用 category、agency、year .no such parameter"),
    ("industry-dossier", {}, "required"),
    ("industry-dossier", {"industry": ["太空產業", "晶片產業"]}, "takes one value"),
    ("recommendations-by-status", {"status": ["也許"]}, "nothing of that name"),
])
def test_bad_values(graph: ox.Store, name: str, raw: dict[str, list[str]], words: str) -> None:
    with pytest.raises(BadValue, match=words):
        CATALOG[name].run(graph, raw)


@pytest.mark.parametrize("name", sorted(CATALOG))
def test_valid_as_it_stands_and_options_run(graph: ox.Store, name: str) -> None:
    """The text without any parameter is SPARQL, and every picker's values can be asked for."""
    query = CATALOG[name]
    graph.query(query.sparql, prefixes=PREFIXES)
    for parameter in query.parameters.values():
        for option in options(parameter, graph)[:3]:
            raw = {parameter.name: [option.value]}
            others = [p.name for p in query.parameters.values() if p.required and p.name != parameter.name]
            raw |= {other: ["https://example.org/nothing"] for other in others}
            query.run(graph, raw)


def test_names_in_other_languages_and_short_names(graph: ox.Store) -> None:
    query = CATALOG["measures-of-ministry"]
    for name in ("測試部", "測部", "Ministry of Tests", "https://w3id.org/policy-kg/id/body/測試部"):
        assert [r["measure_label"].value for r in query.run(graph, {"ministry": [name]})] == ["發展太空零件"]
