"""A result written without the engine is the engine's, byte for byte."""

from __future__ import annotations

import csv
import json

import pyoxigraph as ox
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.service import column, worker
from kg.service.worker import RESULTS

_IRIS = st.lists(st.text(alphabet="aZ09節é,&'=;()-_.~!*:@/?+$𠮷", max_size=8).map("http://x/".__add__), max_size=5)


@pytest.mark.parametrize("form", RESULTS)
@given(iris=_IRIS)
@example(iris=[])
@example(iris=["http://x/a,b&c'd"])
def test_as_the_engine_writes_it(form: str, iris: list[str]) -> None:
    tsv = "\n".join(["?名", *(f"<{iri}>" for iri in iris), ""])
    solutions = ox.parse_query_results(tsv.encode(), format=ox.QueryResultsFormat.TSV)
    written = column.write("名", iris, form)
    if form == "csv":
        assert list(csv.reader(written.decode().splitlines())) == [["名"], *([iri] for iri in iris)]
    if form != "csv" or not any("," in iri for iri in iris):
        assert written == solutions.serialize(format=RESULTS[form])


def test_a_table_for_a_page() -> None:
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("http://x/a"), ox.NamedNode("http://x/p"), ox.Literal("o")))
    rows = store.query("SELECT ?s { ?s ?p ?o }")
    assert json.loads(column.write("s", ["http://x/a"], "table")) == worker.table(rows, 1)
    assert json.loads(column.write("s", ["http://x/a"], "table", more=True))["more"] is True
