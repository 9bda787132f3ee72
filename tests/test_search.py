"""The index of character pairs finds what CONTAINS finds; its pattern leaves a query that runs."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
import tiny_graph
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kg import search, search_owners
from kg.names import PREFIXES
from kg.search import SearchError, alone, find, rewrite

LABEL = ox.NamedNode(search.PROPERTIES[0])
TEXTS = st.text(alphabet="節能減碳水5Gg a，。\"'-\n𠮷", max_size=12)


def store_of(texts: list[str]) -> ox.Store:
    store = ox.Store()
    store.extend(ox.Quad(ox.NamedNode(f"http://x/{n}"), LABEL, ox.Literal(t)) for n, t in enumerate(texts))
    return store


@given(st.lists(TEXTS, max_size=8), TEXTS)
def test_same_hits_as_contains(texts: list[str], words: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        search.build(store_of(texts), Path(folder))
        if not words.split():
            with pytest.raises(SearchError):
                find(Path(folder) / search.FILE, words)
            return
        expected = {f"http://x/{n}" for n, t in enumerate(texts) if all(w in t for w in words.split())}
        assert set(find(Path(folder) / search.FILE, words) or ()) == expected


def test_too_many_hits_and_the_shortest_first(tmp_path: Path) -> None:
    search.build(store_of(["節能減碳計畫", "節能", "節能計畫"]), tmp_path)
    index = tmp_path / search.FILE
    assert find(index, "節能") == ["http://x/1", "http://x/2", "http://x/0"]
    assert find(index, "節能", most=2) is None


@pytest.mark.parametrize("query", [
    'SELECT ?x { ?x pol:textSearch "太空" ; a pol:Industry }',
    'SELECT ?x { ?x a pol:Industry ; pol:textSearch "太空" }',
    'SELECT ?x { ?x pol:textSearch "太空" . ?x a pol:Industry }',
    'SELECT ?x { ?x a pol:Industry . ?x pol:textSearch "太空" }',
    'SELECT ?x { ?x a pol:Industry ; pol:textSearch "太空" , "產業" . }',
    'SELECT ?x { ?x a pol:Industry ; pol:textSearch "太空" ; }',
    'PREFIX p: <https://w3id.org/policy-kg/ontology#> SELECT ?x { { ?x p:textSearch "太空";. } ?x a p:Industry }',
])
@pytest.mark.parametrize("indexed", [True, False])
def test_the_pattern_wherever_it_stands(query: str, indexed: bool, tmp_path: Path) -> None:
    store = tiny_graph.store()
    search.build(store, tmp_path)
    text = rewrite(query, (lambda words: find(tmp_path / search.FILE, words)) if indexed else None)
    found = store.query(text, prefixes=PREFIXES)
    assert isinstance(found, ox.QuerySolutions)
    assert {row["x"].value for row in found} == {"https://w3id.org/policy-kg/id/industry/太空產業"}


@pytest.mark.parametrize("query", [
    "SELECT ?x { ?x pol:textSearch ?words }", 'SELECT ?x { <http://x/a> pol:textSearch "太空" }',
    "SELECT ?x { ?x pol:textSearch ' ' }",
])
def test_searches_that_cannot_be_done(query: str, tmp_path: Path) -> None:
    search.build(tiny_graph.store(), tmp_path)
    with pytest.raises(SearchError):
        rewrite(query, lambda words: find(tmp_path / search.FILE, words))


def test_other_queries_stay_as_they_are() -> None:
    for query in ("SELECT * { ?s ?p 'textSearch' }", "SELECT * { ?s ?p ?o }", "textSearch {"):
        assert rewrite(query, None) == query


@pytest.mark.parametrize(("query", "expected"), [
    ('SELECT ?x { ?x pol:textSearch "太空" }', ("x", "太空", None)),
    ('SELECT DISTINCT * WHERE { ?y pol:textSearch "太空 產業" . } LIMIT 5', ("y", "太空 產業", 5)),
    ('SELECT ?x { ?x pol:textSearch "a\\u7BC0\\n" }', ("x", "a節\n", None)),
    ('SELECT ?x { ?x pol:textSearch "太空", "產業" }', None), ('SELECT ?x { ?x pol:textSearch "太空" ; a ?t }', None),
    ('SELECT (COUNT(*) AS ?n) { ?x pol:textSearch "太空" }', None), ('ASK { ?x pol:textSearch "太空" }', None),
    ('SELECT ?x { ?x pol:textSearch "太空" } OFFSET 1', None), ('SELECT ?z { ?x pol:textSearch "太空" }', None),
    ('SELECT ?x FROM <http://x/> { ?x pol:textSearch "太空" }', None),
    ('SELECT ?x { ?x pol:textSearch "太空" FILTER(ISIRI(?x)) }', None),
    ('SELECT ?x { ?x pol:textSearch "太空" } ORDER BY ?x', None), ("SELECT ?x { ?x pol:text ?y }", None), ("{", None),
])
def test_a_search_alone(query: str, expected: tuple[str, str, int | None] | None) -> None:
    assert alone(query) == expected


def test_hits_in_no_order_and_cut(tmp_path: Path) -> None:
    search.build(store_of(["節能減碳計畫", "節能", "節能計畫"]), tmp_path)
    index = tmp_path / search.FILE
    assert sorted(find(index, "節能", ordered=False) or ()) == ["http://x/0", "http://x/1", "http://x/2"]
    assert len(find(index, "節能", most=2, ordered=False, cut=True) or ()) == 2
    assert find(index, "節能", most=2, ordered=False) is None


@pytest.fixture
def all_are_common(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_owners, "_MANY", 0)
    monkeypatch.setattr(search_owners, "_SHARE", 0.0)


@pytest.mark.usefixtures("all_are_common")
def test_things_with_a_common_pair_stand_in_a_list(tmp_path: Path) -> None:
    search.build(store_of(["節能減碳", "節能", "碳節能計畫", "能節", "節 能"]), tmp_path)
    owners = search_owners.owners_of(tmp_path)
    assert owners is not None
    found = owners.having("節能")
    assert found is not None and owners.names(found) == ["http://x/0", "http://x/1", "http://x/2"]
    assert owners.having("水水") is None and owners.having("節") is None
    index = tmp_path / search.FILE
    index.write_bytes(b"")  # what stands in a list needs no database
    assert find(index, "節能", ordered=False) == ["http://x/0", "http://x/1", "http://x/2"]
    assert find(index, "節能", most=2, ordered=False) is None
    assert find(index, "節能", most=2, ordered=False, cut=True) == ["http://x/0", "http://x/1"]


@pytest.mark.usefixtures("all_are_common")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, st.booleans(), st.integers(0, 3)), max_size=8), TEXTS)
def test_same_hits_in_an_index_that_was_amended(texts: list[tuple[str, bool, int]], words: str) -> None:
    """Each text comes with a version (0: when the index is built) and may go with the one after."""
    import tempfile

    assume(words.split())
    subject = "http://x/{}".format
    with tempfile.TemporaryDirectory() as folder:
        versions = [Path(folder) / str(n) for n in range(5)]
        for path in versions:
            path.mkdir()
        first = ox.Store()
        first.extend(ox.Quad(ox.NamedNode(subject(n)), LABEL, ox.Literal(t))
                     for n, (t, _, came) in enumerate(texts) if came == 0)
        search.build(first, versions[0])
        for v in range(1, 5):
            search.amend(versions[v - 1], versions[v],
                         [(subject(n), t) for n, (t, _, came) in enumerate(texts) if came == v],
                         [(subject(n), t) for n, (t, goes, came) in enumerate(texts) if goes and came == v - 1])
            here = {n for n, (_, goes, came) in enumerate(texts) if came <= v and not (goes and came < v)}
            expected = {subject(n) for n in here if all(w in texts[n][0] for w in words.split())}
            for ordered in (True, False):
                assert set(find(versions[v] / search.FILE, words, ordered=ordered) or ()) == expected


def test_an_amended_index_links_the_former_one_and_takes_back_what_went(tmp_path: Path) -> None:
    folders = [tmp_path / "a version #%n".replace("n", str(n)) for n in range(4)]
    for folder in folders:
        folder.mkdir()
    search.build(store_of(["節能減碳計畫", "節能"]), folders[0])
    steps: list[tuple[list[tuple[str, str]], list[tuple[str, str]]]] = [
        ([("http://x/9", "節能車")], []), ([], [("http://x/1", "節能"), ("http://x/9", "節能車")]),
        ([("http://x/1", "節能")], []),
    ]
    for here, there, (came, went) in zip(folders, folders[1:], steps, strict=False):
        search.amend(here, there, came, went)
        assert (there / search.FILE).samefile(folders[0] / search.FILE)
    assert [find(f / search.FILE, "節能") for f in folders] == [
        ["http://x/1", "http://x/0"], ["http://x/1", "http://x/9", "http://x/0"], ["http://x/0"],
        ["http://x/1", "http://x/0"],
    ]
    assert find(folders[1] / search.FILE, "節能", most=2) is None
    assert len(find(folders[1] / search.FILE, "節能", most=2, ordered=False, cut=True) or ()) == 2
