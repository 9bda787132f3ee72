"""Queries in the form that Virtuoso reads rightly: which constants change, and that the answer is the same.

The server itself is asked in test_remote.py and test_hand_over.py.
"""

from __future__ import annotations

import pyoxigraph as ox
import pytest
import tiny_graph
from same_rows import bag, queries, texts

from kg.names import sparql_prefixes
from kg.store.virtuoso import adapted

JOINED = 'SUBSTR(GROUP_CONCAT( CONCAT(STR("、"@zh), STR(?l)); SEPARATOR=""), 2)'


@pytest.fixture(scope="module")
def graph() -> ox.Store:
    return tiny_graph.store()


@pytest.mark.parametrize(("before", "after"), [
    ('BIND(CONCAT("推得：", ?l) AS ?x)', 'BIND(CONCAT(STR("推得："@zh), ?l) AS ?x)'),
    ("BIND('\\u63a8' AS ?x)", "BIND(STR('\\u63a8'@zh) AS ?x)"),
    ('FILTER(?l IN ("推", "得"@zh, "x"))', 'FILTER(?l IN (STR("推"@zh), "得"@zh, "x"))'),
    ('FILTER xsd:string("推")', 'FILTER xsd:string(STR("推"@zh))'),
    ('BIND("推"^^xsd:string AS ?x)', 'BIND("推"^^xsd:string AS ?x)'),
    ('BIND(EXISTS { ?s ?p "推" } AS ?x)', 'BIND(EXISTS { ?s ?p "推" } AS ?x)'),
    # data, patterns and lists take no expressions
    ('VALUES (?a ?b) { ("推" "b") } VALUES ?c { "推" }', 'VALUES (?a ?b) { ("推" "b") } VALUES ?c { "推" }'),
    ('?s pol:quote "推", "得" ; a ("推") ; rdf:value ("推" "得")',
     '?s pol:quote "推", "得" ; a ("推") ; rdf:value ("推" "得")'),
    # hashes and Virtuoso's own functions
    ('BIND(MD5("推") AS ?x) FILTER(bif:contains(?l, "推"))', 'BIND(MD5("推") AS ?x) FILTER(bif:contains(?l, "推"))'),
    ('# "推" (\nBIND("a" AS ?x)', '# "推" (\nBIND("a" AS ?x)'),
    ('{ SELECT (GROUP_CONCAT(?l; SEPARATOR="、") AS ?x) { ?s ?p ?l } }',
     f"{{ SELECT ({JOINED} AS ?x) {{ ?s ?p ?l }} }}"),
    ("{ SELECT (GROUP_CONCAT(DISTINCT ?l) AS ?x) { ?s ?p ?l } }",
     '{ SELECT (GROUP_CONCAT(DISTINCT ?l; SEPARATOR=" ") AS ?x) { ?s ?p ?l } }'),
    ('{ SELECT (group_concat(?l; separator=", ") AS ?x) { ?s ?p ?l } }',
     '{ SELECT (group_concat(?l; separator=", ") AS ?x) { ?s ?p ?l } }'),
])
def test_constants(before: str, after: str) -> None:
    assert adapted(f"SELECT * {{ {before} }}") == f"SELECT * {{ {after} }}"


@pytest.mark.parametrize(("before", "after"), [
    ('SELECT ("推" AS ?x) {} ORDER BY (?x = "推") LIMIT 1',
     'SELECT (STR("推"@zh) AS ?x) {} ORDER BY (?x = STR("推"@zh)) LIMIT 1'),
    ('SELECT ?x {} GROUP BY ("推" AS ?x) HAVING(?x != "推") VALUES ?x { "推" }',
     'SELECT ?x {} GROUP BY (STR("推"@zh) AS ?x) HAVING(?x != STR("推"@zh)) VALUES ?x { "推" }'),
    ('ASK { ?s ?p "推" }', 'ASK { ?s ?p "推" }'),
    ('SELECT (GROUP_CONCAT(?l', 'SELECT (GROUP_CONCAT(?l'),
    (')) GROUP_CONCAT() "推"', ')) GROUP_CONCAT(; SEPARATOR=" ") "推"'),
])
def test_clauses_and_broken_queries(before: str, after: str) -> None:
    assert adapted(before) == after


@pytest.mark.parametrize("separator", ['"、"', "'、\\t'", '"\\u3001\\U00003001"', '"""、"、"""'])
def test_separators_of_any_length(graph: ox.Store, separator: str) -> None:
    text = f"SELECT (GROUP_CONCAT(DISTINCT ?l; SEPARATOR={separator}) AS ?x) {{ ?b a pol:Ministry; skos:prefLabel ?l }}"
    text = sparql_prefixes() + text
    assert adapted(text) != text
    assert bag(graph, adapted(text)) == bag(graph, text)


@pytest.mark.parametrize("name", queries())
def test_canned_queries_keep_their_rows(graph: ox.Store, name: str) -> None:
    for text in texts(queries()[name], graph):
        assert bag(graph, adapted(text)) == bag(graph, text)
