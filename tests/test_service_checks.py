"""Reading a query's structure, estimating it, and naming the slips in it."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest
import tiny_graph
from hypothesis import given
from hypothesis import strategies as st

from kg.catalog import load
from kg.service import vocabulary
from kg.service.estimate import estimate
from kg.service.parse import Unreadable, parse
from kg.service.precheck import check, nearest
from kg.service.tokens import tokens
from kg.service.vocabulary import Vocabulary, count


@pytest.fixture(scope="module")
def known() -> Vocabulary:
    return count(tiny_graph.store())


def test_counts(known: Vocabulary, tmp_path: Path) -> None:
    assert known.known and set(known.languages) == {"en", "zh-hant"}
    assert known.classes["https://w3id.org/policy-kg/ontology#Measure"] == 2
    vocabulary.write(tiny_graph.store(), tmp_path)
    assert vocabulary.load(tmp_path) == known and not vocabulary.load(tmp_path / "none").known


def patterns(text: str) -> list[str]:
    query = parse(text)
    groups = query.group.walk() if query.group else []
    return [f"{p.subject.text} {''.join(t.text for t in p.path)} {p.object.text}" for g in groups for p in g.triples]


@pytest.mark.parametrize(("text", "expected"), [
    ("SELECT * { ?s ?p 1.5, -2, 3e5 ; a pol:X . }", ["?s ?p 1.5", "?s ?p -2", "?s ?p 3e5", "?s a pol:X"]),
    ("ASK { [ a ?x ] p:q ( 1 ?z ) }", ["_:kg1 a ?x", "_:kg2 () 1", "_:kg2 () ?z", "_:kg1 p:q _:kg2"]),
    ('ASK { ?a ?b "x"@en-US , "5"^^xsd:int FILTER(?a < 3 && NOT EXISTS { ?s a ?b }) }',
     ['?a ?b "x"@en-US', '?a ?b "5"', "?s a ?b"]),
    ("SELECT ?g { { SELECT ?s { ?s a ?x } LIMIT 3 } GRAPH ?g { ?s (^a|b:c/d:e+)* ?y } }",
     ["?s a ?x", "?s (^a|b:c/d:e+)* ?y"]),
    ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } # } comment", ["?s ?p ?o"]),
    ("DESCRIBE <http://x/a>", []), ("ASK {}", []),
])
def test_structure(text: str, expected: list[str]) -> None:
    assert patterns(text) == expected


def test_every_canned_query_can_be_read() -> None:
    for query in load().values():
        assert patterns(query.sparql), query.name


@given(st.text(alphabet='SELECT?xyz{}()[].,;:<>"\'\\ab*+/|^@ \n1', max_size=60) | st.text(max_size=40))
def test_any_text_is_read_or_called_unreadable(text: str) -> None:
    found = tokens(text)
    assert all(text[t.start: t.end] == t.text for t in found)
    with contextlib.suppress(Unreadable):
        parse(text)


@pytest.mark.parametrize("text", [
    "SELECT ?o { <http://x/a> ?p ?o }", "SELECT * { ?m a pol:Measure ; skos:prefLabel ?l }", "ASK {}",
    "DESCRIBE <http://x/a>", "SELECT * { ?s ?p ?o } LIMIT 10",
    "SELECT * { VALUES ?s { <http://x/a> <http://x/b> } ?s ?p ?o }", "SELECT * { <http://x/a> skos:broader* ?b }",
])
def test_cheap(known: Vocabulary, text: str) -> None:
    big = Vocabulary(10**7, known.classes, dict.fromkeys(known.properties, 10**6) | {
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type": 10**6})
    assert estimate(parse(text), big) is not None


@pytest.mark.parametrize("text", [
    "SELECT * { ?s ?p ?o }", "SELECT * { ?s ?p ?o . ?a ?b ?c }", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } LIMIT 1",
    "SELECT * { ?m a pol:Measure . ?x a pol:Ministry }", "SELECT * { ?a skos:broader* ?b }",
    "SELECT * { <http://x/a> ?p ?o { SELECT * { ?x ?y ?z } } }", "SELECT * { ?s ?p ?o } ORDER BY ?o LIMIT 1",
])
def test_not_cheap(known: Vocabulary, text: str) -> None:
    big = Vocabulary(10**7, known.classes, dict.fromkeys(known.properties, 10**6))
    assert estimate(parse(text), big) is None


@pytest.mark.parametrize(("text", "code", "position", "hint"), [
    ("SELECT * {\n ?x foaf:name ?n }", "unknown-prefix", (2, 5), "PREFIX foaf: <http://xmlns.com/foaf/0.1/>"),
    ("SELECT * { ?x sko:prefLabel ?n }", "unknown-prefix", (1, 15), "skos:"),
    ("SELECT * { ?x pol:leadby ?n }", "unknown-property", (1, 15), "pol:leadBy"),
    ("SELECT * { ?x a pol:Ministri }", "unknown-class", (1, 17), "pol:Ministry"),
    ("SELECT * { ?x a pol:IndustryScope }", "unused-class", (1, 17), ""),
    ('SELECT * { ?x skos:prefLabel ?l FILTER(LANG(?l) = "zh-Hant") }', "language-tag", (1, 51), "LANGMATCHES"),
    ('SELECT * { ?x skos:prefLabel ?l FILTER("zh-Hant" = LANG(?l)) }', "language-tag", (1, 40), "LANGMATCHES"),
    ('SELECT * { ?x skos:prefLabel ?l FILTER(LANGMATCHES(LANG(?l), "ja")) }', "language-tag", (1, 62), "zh-hant"),
    ("SELECT ?nmae { ?x skos:prefLabel ?name }", "never-bound", (1, 8), "?name"),
    ("SELECT * { ?a a pol:Measure . ?b a pol:Ministry }", "cross-product", (1, 10), ""),
])
def test_slips(known: Vocabulary, text: str, code: str, position: tuple[int, int], hint: str) -> None:
    found = check(text, known)
    assert [h.code for h in found] == [code], found
    assert (found[0].line, found[0].column) == position and hint in found[0].hint
    assert found[0].zh and found[0].en


def test_a_missing_limit_is_named_where_the_result_is_huge(known: Vocabulary) -> None:
    big = Vocabulary(10**6, known.classes, known.properties, known.languages)
    assert [h.code for h in check("SELECT * { ?s ?p ?o }", big)] == ["no-limit"]
    assert check("SELECT * { ?s ?p ?o } LIMIT 5", big) == [] == check("SELECT * { ?s ?p ?o }", known)


@pytest.mark.parametrize("text", [
    "PREFIX foaf: <http://x/> SELECT * { ?x skos:prefLabel ?n }", "SELECT * { ?x ?foaf ?n }", "not a query",
    'SELECT * { ?x skos:prefLabel ?l FILTER(LANGMATCHES(LANG(?l), "zh")) }', 'SELECT * { ?x ?p "foaf:name" }',
    "SELECT * { ?x a pol:Measure . ?y a pol:Ministry FILTER(?x != ?y) }",
    "SELECT (COUNT(*) AS ?n) { ?x a pol:Measure }",
    'SELECT * { ?x skos:prefLabel ?l FILTER(LANG(?l) = "en") }', "SELECT * { ?x a pol:Measure BIND('a' AS ?kind) }",
])
def test_no_slips(known: Vocabulary, text: str) -> None:
    assert check(text, known) == []


def test_canned_queries_have_no_slips(known: Vocabulary) -> None:
    for query in load().values():
        text = re.sub(r"#\? (\w+)", r"VALUES ?\1 { 'x' }", query.sparql)  # as if every parameter were given
        assert [h for h in check(text, known) if h.code not in ("unused-property", "unused-class")] == []


def test_nearest() -> None:
    assert nearest("http://a#leadby", ["http://b#leadBy", "http://b#x"]) == "http://b#leadBy"
    assert nearest("http://a#zzzz", ["http://b#leadBy"]) is None
