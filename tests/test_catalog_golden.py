"""Every canned query on the samples' graph, against its golden result in ``tests/golden``.

``KG_GOLDEN=write pytest tests/test_catalog_golden.py`` writes the results anew; the values asked for
(``values`` in the file) stay as they are.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from kg.catalog import CannedQuery, Parameter, load
from kg.catalog_table import run
from kg.catalog_types import BadValue, options
from kg.export import table
from kg.names import expand
from kg.rdf import SUPERCLASSES
from kg.store import VersionedStore

GOLDEN = Path(__file__).parent / "golden"
CATALOG = load()
TYPE, MEASURE = ox.NamedNode(expand("rdf:type")), ox.NamedNode(expand("pol:Measure"))


@pytest.fixture(scope="module")
def graph(sample_store: VersionedStore) -> ox.Store:
    return sample_store.open(sample_store.require())


def rows_of(query: CannedQuery, store: ox.Store, values: dict[str, list[str]]) -> list[list[str]]:
    """The described columns' texts, in an order of their own; names joined in a cell are sorted too."""
    result = run(query, store, values)

    def cell(term: Any) -> str:
        return " ".join("、".join(sorted(table.text(term).split("、"))).split())

    return sorted([cell(t) for t in row] for row in result.cells(result.shown))


def first_values(query: CannedQuery, store: ox.Store) -> dict[str, list[str]]:
    """The example where its names are in the samples, else the most frequent value of what is required."""
    try:
        query.terms(query.examples(), store)
    except BadValue:
        return {p.name: [_some(p, store)] for p in query.parameters.values() if p.required}
    return query.examples()


def _some(parameter: Parameter, store: ox.Store) -> str:
    """The most frequent value; where none are offered, the IRI of the first measure."""
    if offered := options(parameter, store):
        return offered[0].label
    return min(q.subject.value for q in store.quads_for_pattern(None, TYPE, MEASURE))


@pytest.mark.parametrize("name", sorted(CATALOG))
def test_golden(graph: ox.Store, name: str) -> None:
    query, path = CATALOG[name], GOLDEN / f"{name}.json"
    if os.environ.get("KG_GOLDEN") == "write":
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        values = known.get("values") or first_values(query, graph)
        golden: dict[str, Any] = {"values": values, "columns": list(query.columns)}
        golden["rows"] = rows_of(query, graph, values)
        lines = ",\n".join("  " + json.dumps(r, ensure_ascii=False) for r in golden["rows"])
        head = json.dumps({k: golden[k] for k in ("values", "columns")}, ensure_ascii=False)[:-1]
        path.write_text(f'{head}, "rows": [\n{lines}\n]}}\n', encoding="utf-8")
    golden = json.loads(path.read_text(encoding="utf-8"))
    assert golden["columns"] == list(query.columns)
    assert rows_of(query, graph, golden["values"]) == golden["rows"]


@pytest.mark.parametrize("name", sorted(CATALOG))
def test_every_value_on_offer_is_of_the_class_that_is_asked_for(graph: ox.Store, name: str) -> None:
    """A pattern that leaves a value open offers all that has a label, after a minute on a large graph."""
    for parameter in (p for p in CATALOG[name].parameters.values() if p.cls):
        wanted, offered = ox.NamedNode(expand(parameter.cls)), {o.value for o in options(parameter, graph)}
        assert [v for v in offered if ox.Quad(ox.NamedNode(v), TYPE, wanted) not in graph] == [], parameter.name


def test_what_is_of_a_class_is_of_its_superclasses(graph: ox.Store) -> None:
    """Bodies that only the authority files tell of too: who asks for bodies must not miss a ministry."""
    for cls, above in SUPERCLASSES.items():
        members = [q.subject for q in graph.quads_for_pattern(None, TYPE, ox.NamedNode(expand(cls)))]
        assert [m for m in members for a in above if ox.Quad(m, TYPE, ox.NamedNode(expand(a))) not in graph] == []


def test_every_golden_result_has_its_query() -> None:
    assert {p.stem for p in GOLDEN.glob("*.json")} == set(CATALOG)


@pytest.mark.parametrize("name", sorted(CATALOG))
def test_no_row_twice(graph: ox.Store, name: str) -> None:
    result = run(CATALOG[name], graph, first_values(CATALOG[name], graph))
    assert len(result.rows) == len(set(result.rows))


def test_enough_queries_and_most_find_something() -> None:
    assert len(CATALOG) >= 30
    found = [json.loads(p.read_text(encoding="utf-8"))["rows"] for p in GOLDEN.glob("*.json")]
    assert sum(map(bool, found)) >= 30
