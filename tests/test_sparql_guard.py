"""What kg.sparql_guard lets through and what it refuses."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.sparql_guard import Refused, form, guard, undeclared

#: a port that the engine itself refuses to call, so nothing leaves the machine
REMOTE = "<http://127.0.0.1:1/sparql>"


@pytest.mark.parametrize("query", [
    'SELECT * { ?s ?p "SERVICE" }', "SELECT * { ?s ?p 'LOAD <x>' }", "SELECT * { ?s ?p '''a' SERVICE \n b''' }",
    "SELECT * { ?s ?p ?o } # SERVICE <http://x/>", "SELECT * { ?s <http://example.org/SERVICE#it's> ?o }",
    "SELECT ?service ?load { ?service a ?load }", "SELECT * { ?s a schema:GovernmentService }",
    "SELECT * { ?s ?p 'it\\'s', \"DROP \\\" ALL\" }", "SELECT * { ?s ?p ?o FILTER(?o < 3 && ?o > 1) }",
    "PREFIX x: <urn:x#> SELECT (COUNT(*) AS ?n) { ?s <urn:x#it's> ?o }", "DESCRIBE <urn:x>", "ASK {}",
    'SELECT * { ?s ?p "臺灣"@zh-Hant }', "",
])
def test_harmless(query: str) -> None:
    guard(query)


@pytest.mark.parametrize(("query", "word"), [
    (f"SELECT * {{ SERVICE {REMOTE} {{ ?s ?p ?o }} }}", "SERVICE"),
    (f"SELECT * {{ SerVice SILENT {REMOTE} {{ ?s ?p ?o }} }}", "SERVICE"),
    (f"SELECT * {{ # '\n SERVICE {REMOTE} {{ ?s ?p 'x' }} }}", "SERVICE"),
    (f"SELECT * {{ ?s ?p '''#''' SERVICE {REMOTE} {{ ?s ?p ?o }} }}", "SERVICE"),
    ("PREFIX : <http://127.0.0.1:1/> SELECT * { SERVICE:x{ ?s ?p ?o } }", "SERVICE"),
    (f"SELECT * {{ ?s ?p trueSERVICE{REMOTE}{{ ?s ?p ?o }} }}", "SERVICE"),
    (f"PREFIX ex: <urn:> SELECT * {{ ?s ?p ex:.SERVICE{REMOTE}{{ ?s ?p ?o }} }}", "SERVICE"),
    (f"SELECT * {{ VALUES ?a {{1}} FILTER(?a<'>') SERVICE {REMOTE} {{ ?s ?p 'x' }} }}", "<'>"),
    (f"SELECT * {{ VALUES ?a {{1}} FILTER(?a<#>'''\n3) SERVICE {REMOTE} {{ ?s ?p ?o }} #'''\n}}", "<#>"),
    (f"SELECT * {{ ?s <http://x/#\\u0041'> ?o SERVICE {REMOTE} {{ ?s ?p 'x' }} }}", "SERVICE"),
    ("LOAD <http://127.0.0.1:1/x>", "LOAD"), ("INSERT DATA { <a:a> <a:b> <a:c> }", "INSERT"),
    ("DELETE WHERE { ?s ?p ?o }", "DELETE"), ("DROP ALL", "DROP"), ("clear default", "CLEAR"),
])
def test_refused(query: str, word: str) -> None:
    with pytest.raises(Refused) as error:
        guard(query)
    assert error.value.word == word


def test_place_of_the_refused_word() -> None:
    with pytest.raises(Refused) as error:
        guard(f"SELECT *\n{{ SERVICE {REMOTE} {{}} }}")
    assert (error.value.line, error.value.column) == (2, 3)


@pytest.mark.parametrize(("query", "found"), [
    ("PREFIX select: <urn:x> ASK {}", "ASK"), ("# SELECT\nCONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", "CONSTRUCT"),
    ("describe ?s { ?s ?p 'SELECT' }", "DESCRIBE"), ("select * {}", "SELECT"), ("nothing", ""),
])
def test_form(query: str, found: str) -> None:
    assert form(query) == found


def test_undeclared_prefix() -> None:
    assert undeclared("SELECT * { ?s a foo:Bar }", ["pol"]) == "foo"
    assert undeclared("PREFIX foo: <urn:x> SELECT * { ?s a foo:Bar ; pol:x 'bar:x' }", ["pol"]) == ""


_PIECES = st.sampled_from([
    "'", '"', "'''", '"""', "#", "\n", " ", "<", ">", "<'>", "<#>", "?a", "ex:", "ex:a", ".", "1", "true", "\\",
    "\\u0027", "\\'", "(", ")", "FILTER(?a<1)", "FILTER(?a", "{", "}", "BIND(1 AS ?z)", "?s ?p ", "'x'", ";", "@en",
    "_:b", "-", "%41", "||", ">3",
])


def _filter(pieces: list[str]) -> str:
    return f"FILTER(?a{''.join(pieces)})"


@settings(max_examples=400, deadline=None)
@given(st.lists(_PIECES, max_size=6).map("".join) | st.lists(_PIECES, max_size=3).map(_filter),
       st.lists(_PIECES, max_size=6).map("".join),
       st.sampled_from([f"SERVICE{REMOTE}", f"SERVICE {REMOTE}", "SERVICE:x", "service SILENT ex:x "]))
def test_what_passes_never_calls_out(before: str, after: str, call: str) -> None:
    """Whatever stands around it: a query that the guard lets through makes the engine call nobody."""
    prefixes = "PREFIX ex: <http://127.0.0.1:1/> PREFIX : <http://127.0.0.1:1/>"
    query = f"{prefixes} SELECT * {{ VALUES ?a {{1}} {before}{call}{{?s ?p ?o}} {after} }}"
    try:
        guard(query)
    except Refused:
        return
    try:
        result = ox.Store().query(query)
        assert isinstance(result, ox.QuerySolutions)
        list(result)
    except SyntaxError:
        return
