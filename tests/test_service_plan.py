"""A query that is written anew for the engine gives the same rows, and only what gains by it is written anew."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
import tiny_graph
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.names import POL, sparql_prefixes
from kg.service import plan, vocabulary
from kg.service.plan import planned
from kg.service.vocabulary import Vocabulary

EX = "http://x/"
PREFIX = f"PREFIX ex: <{EX}>\n"
THINGS = [ox.NamedNode(f"{EX}t{n}") for n in range(6)]
TERMS: list[ox.NamedNode | ox.BlankNode | ox.Literal] = [
    *THINGS, ox.Literal("一", language="zh"), ox.Literal(1), ox.BlankNode("b")]
RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
TRIPLES = st.one_of(
    st.tuples(st.sampled_from([*THINGS, ox.BlankNode("b")]), st.sampled_from([ox.NamedNode(f"{EX}{p}") for p in "pqr"]),
              st.sampled_from(TERMS)),
    st.tuples(st.sampled_from(THINGS), st.just(RDF_TYPE), st.sampled_from([ox.NamedNode(f"{EX}C"),
                                                                           ox.NamedNode(f"{EX}D")])),
)
VARIABLES = st.sampled_from(["?a", "?b", "?c", "$a"])
PATTERN = st.one_of(
    st.builds("{} ex:{} {}".format, VARIABLES, st.sampled_from("pqr"), VARIABLES),
    st.builds("{} a ex:{}".format, VARIABLES, st.sampled_from("CD")),
    st.builds("{} ex:{} {} ; ex:r {} , ?d".format, VARIABLES, st.sampled_from("pq"), VARIABLES, VARIABLES),
    st.builds("{} {} {}".format, VARIABLES, st.sampled_from(["ex:p/ex:q", "ex:p|ex:q", "?v", "^ex:r"]), VARIABLES),
    st.sampled_from(["?a ex:p ex:t1", "ex:t2 ex:q ?b", "[ ex:p ?a ] ex:q ?b", "?a ex:r* ?c"]),
)
MORE = st.sampled_from([
    "", "OPTIONAL { ?a ex:q ?e }", "OPTIONAL { ?a a ex:D } OPTIONAL { ?b ex:p ?e }", "FILTER(?b != ex:t1)",
    "FILTER(LANG(?c) = 'zh') OPTIONAL { ?c ex:q ?e }", "VALUES ?a { ex:t1 ex:t2 }", "MINUS { ?a ex:r ?b }",
    "OPTIONAL { ?a ex:q ?e FILTER(?e = ?b) }", "{ ?a ex:p ?e } UNION { ?b ex:p ?e }", "BIND(?b AS ?f)",
    "FILTER EXISTS { ?a ex:p ?x }",
])


def rows(graph: ox.Store, text: str) -> Counter[tuple[str, ...]]:
    found = graph.query(text)
    assert isinstance(found, ox.QuerySolutions)
    return Counter(tuple(str(term) for term in row) for row in found)


@pytest.fixture(autouse=True)
def all_lengths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "_SHORTEST", 0.0)
    monkeypatch.setattr(plan, "_LOOKUP", 100.0)


@settings(max_examples=400)
@given(st.lists(TRIPLES, min_size=5, max_size=40), st.lists(PATTERN, min_size=1, max_size=4), MORE,
       st.sampled_from([" .\n", ". "]), st.booleans(), st.booleans())
def test_the_rows_are_the_same(triples: list[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode]], patterns: list[str],
                               more: str, between: str, stop: bool, first: bool) -> None:
    graph = ox.Store()
    graph.extend(ox.Quad(*t) for t in triples)
    block = between.join(patterns) + (between if stop else " ")
    group = more + "\n" + block if first else block + more
    if "BIND" in more and first:
        group = block + more  # what BIND gives may not be used before
    for text in (f"{PREFIX}SELECT ?a ?b (COUNT(?c) AS ?n) {{ {group} }} GROUP BY ?a ?b",
                 f"{PREFIX}SELECT * {{ {group} }} ORDER BY ?a ?b"):
        new = planned(text, vocabulary.count(graph))
        assert rows(graph, new) == rows(graph, text), new
        assert new.count("\n") == text.count("\n")


@pytest.mark.parametrize("group", [
    "?a a ex:C ; ex:p ?b", "?a a ex:C , ex:D ; ex:p ?b ; ex:q ?c .", "?a ex:p ?b .\n?b ex:q ?c .\n?c a ex:C",
    "?a ex:p ?b ; a ex:C . OPTIONAL { ?a ex:q ?c }", "FILTER(LANG(?c) = 'zh') ?a ex:p ?b ; a ex:C . ?b ex:q/ex:r ?c .",
    "?a ex:p ?a , ?b", "?a ex:p ?b ; ex:q ?b MINUS { ?b ex:r ex:t9 }",
    "?a ex:p ?b ; a ex:D FILTER NOT EXISTS { ?b ex:r ex:t9 }",
])
def test_what_is_written_anew(group: str) -> None:
    graph = ox.Store()
    for n in range(300):
        one, other = THINGS[n % 6], TERMS[n % 7]
        graph.add(ox.Quad(one, ox.NamedNode(f"{EX}{'pqr'[n % 11 % 3]}"), other))
        graph.add(ox.Quad(one, RDF_TYPE, ox.NamedNode(f"{EX}{'CD'[n % 5 % 2]}")))
    text = f"{PREFIX}SELECT ?a ?b (COUNT(?c) AS ?n) {{ {group} }} GROUP BY ?a ?b"
    new = planned(text, vocabulary.count(graph))
    assert new.count("{ SELECT ") > 1
    assert rows(graph, new) == rows(graph, text) and rows(graph, text)


KNOWN = Vocabulary(100_000, {f"{POL}Measure": 4000, f"{POL}Industry": 90},
                   {f"{POL}leadBy": 4400, f"{POL}mentions": 15_000, f"{POL}evidence": 80_000,
                    "http://www.w3.org/2004/02/skos/core#prefLabel": 29_000,
                    "http://www.w3.org/1999/02/22-rdf-syntax-ns#type": 130_000})
COUNT = sparql_prefixes("pol", "skos") + "SELECT ?b (COUNT(?m) AS ?n) {{ {} }} GROUP BY ?b"


def selects(group: str, query: str = COUNT) -> list[str]:
    """What stands in subselects of the query with this group."""
    return re.findall(r"{ SELECT [^{]*{ ([^}]*) } }", planned(query.format(group), KNOWN))


class TestWhatGains:
    """With the lengths of real graphs."""

    @pytest.fixture(autouse=True)
    def lengths(self, all_lengths: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(plan, "_SHORTEST", 500.0)
        monkeypatch.setattr(plan, "_LOOKUP", 4.0)

    def test_lists_of_a_like_length(self) -> None:
        assert selects("?m a pol:Measure ; pol:leadBy ?b") == ["?m a pol:Measure", "?m pol:leadBy ?b"]
        assert selects("?m a pol:Measure ; pol:leadBy ?b . OPTIONAL { ?m pol:mentions ?i }")[2:] == [
            "?m pol:mentions ?i"]
        # a list eight times as long is better looked up
        group = "?m pol:leadBy ?b . ?b skos:prefLabel ?l . ?m a pol:Measure FILTER(LANG(?l) = 'zh-Hant')"
        assert selects(group) == ["?m pol:leadBy ?b", "?m a pol:Measure"]

    @pytest.mark.parametrize("group", [
        "?m pol:leadBy ?b ; pol:evidence ?e", "?m a pol:Industry ; pol:mentions ?b", "?m pol:leadBy ?b",
        "?m a pol:Measure ; pol:leadBy <http://x/b> ; pol:mentions ?b", "<http://x/m> pol:leadBy ?b ; a ?c",
        "?m a pol:Measure ; pol:leadBy ?b FILTER(?b = <http://x/b>)", "?m a pol:Measure ; pol:leadBy ?b VALUES ?b {1}",
        "?m a pol:Measure ; pol:leadBy+ ?b", "?m a pol:Measure . { ?m pol:leadBy ?b } UNION { ?m pol:mentions ?b }",
        "?m a pol:Measure ; pol:leadBy ?b . ?x skos:prefLabel ?y", "?m a pol:Measure ; pol:leadBy [ pol:mentions ?b ]",
    ])
    def test_what_stays(self, group: str) -> None:
        assert selects(group) == []

    def test_only_what_needs_all_rows(self) -> None:
        group = "?m a pol:Measure ; pol:leadBy ?b"
        prefix = sparql_prefixes("pol")
        assert selects(group, prefix + "SELECT ?m ?b {{ {} }} ORDER BY ?b")
        assert not selects(group, prefix + "SELECT ?m ?b {{ {} }} LIMIT 10")
        assert not selects(group, prefix + "ASK {{ {} }}") and not selects(group, "not SPARQL {{ {} }}")
        assert planned(COUNT.format(group), Vocabulary()) == COUNT.format(group)


def test_an_error_is_told_where_it_was_made(tmp_path: Path) -> None:
    from live import serving
    from test_service_live import ask

    versions = tiny_graph.publish(tmp_path)
    version = versions.require()
    vocabulary.save(KNOWN, version.path)
    right = COUNT.format("?m a pol:Measure ; pol:leadBy ?b")
    wrong = right.replace("GROUP BY ?b", "GROUP BY ?b HAVING (SUM(?m, 1))")
    assert planned(wrong, KNOWN) != wrong
    with serving(tmp_path) as server:
        status, _, body = ask(server, right)
        assert status == 200 and body.count(b'"n"') > 1
        status, _, body = ask(server, wrong)
    with pytest.raises(SyntaxError, match=r"error at 3:\d+") as error:
        ox.Store().query(wrong)
    column = int(re.search(r"3:(\d+)", str(error.value))[1])  # type: ignore[index]
    assert status == 400 and json.loads(body)["error"]["column"] == column
