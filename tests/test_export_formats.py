"""Every format, read by others: the same nodes, edges, attributes and time come back."""

from __future__ import annotations

import csv
import html
import io
import json
import math
import re
from dataclasses import replace
from typing import Any

import networkx as nx
import pytest
from export_case import LABELS, RESERVED, case
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from kg.export import gexf, graphml, tables
from kg.export.formats import FORMATS
from kg.export.rows import RESERVED as KEPT_NAMES
from kg.export.rows import Column, EdgeRow, NodeRow, Sheet, cleaned, safe_name, sheet, short_id, type_of, years
from kg.network import Edge, Network

igraph = pytest.importorskip("igraph")
_GONE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text_of(name: str, network: Network) -> str:
    return "".join(FORMATS[name].write(sheet(network, source="/views/x.gexf?a=1&b=<2>", version="v000001")))


def expected(network: Network) -> tuple[dict[str, dict[str, Any]], list[tuple[Any, ...]]]:
    """Columns of every node by id, and the edges, as the rows hold them."""
    rows = sheet(network)
    names = [c.name for c in rows.node_columns]
    nodes = {n.id: {k: v for k, v in zip(names, n.values, strict=True) if v is not None} for n in rows.nodes}
    edges = [(e.source, e.target, e.weight, e.kind) for e in rows.edges]
    return nodes, sorted(edges)


def without_forbidden(value: Any) -> Any:
    return _GONE.sub("", value) if isinstance(value, str) else value


@pytest.mark.parametrize("directed", [True, False])
def test_networkx_reads_gexf(directed: bool) -> None:
    network = case(directed=directed)
    nodes, edges = expected(network)
    read = nx.read_gexf(io.BytesIO(text_of("gexf", network).encode()))
    assert read.is_directed() is directed
    assert {n: {k: d[k] for k in nodes[n]} for n, d in read.nodes(data=True)} == {
        n: {k: without_forbidden(v) for k, v in values.items()} for n, values in nodes.items()
    }
    found = [(s, t, d["weight"], d.get("label", "")) for s, t, d in read.edges(data=True)]
    assert sorted(found if directed else map(_ordered, found)) == sorted(edges if directed else map(_ordered, edges))
    # networkx prints an open end as the word None
    spells = [[(None if a == "None" else a, None if b == "None" else b) for a, b in d.get("spells", [])]
              for _, d in read.nodes(data=True)]
    first, second, third, fourth, *_ = spells
    assert first == [("2025-01-01", "2025-12-31")] and second == [("2025-01-01", None)]
    assert third == [(None, "2028-12-31")]
    assert fourth == [("2020-01-01", "2021-12-31"), ("2025-01-01", "2028-12-31")]


def test_networkx_reads_attributes_and_years_of_edges() -> None:
    network = case()
    rows = sheet(network)
    names = [c.name for c in rows.edge_columns]
    read = {d["id"]: d for *_, d in nx.read_gexf(io.BytesIO(text_of("gexf", network).encode())).edges(data=True)}
    for n, row in enumerate(rows.edges):
        data = read[f"e{n}"]
        assert {k: data.get(k) for k in names} == dict(zip(names, row.values, strict=True))
        days = [tuple(str(day) for day in years(spell)) for spell in row.spells]
        assert data.get("spells", []) == days


def _ordered(edge: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*sorted(edge[:2]), *edge[2:])


def test_networkx_and_igraph_read_graphml(tmp_path: Any) -> None:
    network = case()
    nodes, edges = expected(network)
    text = text_of("graphml", network)
    read = nx.parse_graphml(text, force_multigraph=True)
    known = {n: {k: without_forbidden(v) for k, v in values.items() if v != ""} for n, values in nodes.items()}
    assert {n: {k: d[k] for k in known[n]} for n, d in read.nodes(data=True)} == known
    assert sorted((s, t, d["weight"], d.get("kind", "")) for s, t, d in read.edges(data=True)) == edges
    path = tmp_path / "x.graphml"
    path.write_text(text, encoding="utf-8")
    other = igraph.Graph.Read_GraphML(str(path))
    assert other.is_directed() and (other.vcount(), other.ecount()) == (len(nodes), len(edges))
    # igraph leaves the reference of an ampersand in an id as it stands; in data it reads it
    ids = [html.unescape(v["id"]) for v in other.vs]
    assert ids == list(nodes)
    for key, vertex in zip(ids, other.vs, strict=True):
        for name, value in known[key].items():
            found = vertex[name]
            assert found == value or math.isclose(found, value), name
    assert sorted((ids[e.source], ids[e.target], e["weight"], e["kind"]) for e in other.es) == edges
    rows = sheet(network)
    names = [c.name for c in rows.edge_columns]
    assert {"start_year", "end_year", "scope", "shared"} <= set(names)
    by_id = {key: d for *_, key, d in read.edges(keys=True, data=True)}
    for n, (row, edge) in enumerate(zip(rows.edges, other.es, strict=True)):
        for name, value in zip(names, row.values, strict=True):
            assert by_id[f"e{n}"].get(name) == value
            found = edge[name]
            assert (found == value) if value is not None else found in ("", None) or math.isnan(found), name


def test_tables_are_what_the_import_wizard_wants() -> None:
    network = case()
    nodes, edges = expected(network)
    for part in ("nodes.csv", "edges.csv"):
        text = text_of(part, network)
        assert not text.startswith("\ufeff")
        rows = list(csv.reader(io.StringIO(text)))
        assert all(re.fullmatch(r"\w+", name) for name in rows[0]), rows[0]
        assert len({name.lower() for name in rows[0]}) == len(rows[0])
        assert len({len(row) for row in rows}) == 1
    table = list(csv.DictReader(io.StringIO(text_of("nodes.csv", network))))
    assert [row["Id"] for row in table] == list(nodes)
    assert table[1]["Timeset"] == "<[2025-01-01, Infinity]>" and table[4]["Timeset"] == ""
    assert [row["whole"] for row in table] == [str(n) for n in range(9)]
    lines = list(csv.DictReader(io.StringIO(text_of("edges.csv", network))))
    assert sorted((r["Source"], r["Target"], float(r["Weight"]), r["Kind"]) for r in lines) == edges
    times = {r["Timeset"] for r in lines}
    assert times == {"<[2025-01-01, 2025-12-31]>", "<[2025-01-01, Infinity]>", ""}
    assert table[2]["Timeset"] == "<[-Infinity, 2028-12-31]>"
    assert table[3]["Timeset"] == "<[2020-01-01, 2021-12-31]; [2025-01-01, 2028-12-31]>"
    # Gephi runs no formulas: the exact text, also where it begins like one
    assert table[5]["full_name"] == "=1+1"
    assert {r["Type"] for r in lines} == {"Directed"} and len({r["Id"] for r in lines}) == len(edges)


def test_archive_is_the_same_every_time() -> None:
    network = case()
    rows = sheet(network)
    nodes, edges = list(rows.nodes), list(rows.edges)
    one, two = (tables.archive(replace(rows, nodes=nodes, edges=edges), "x") for _ in range(2))
    assert one == two and one[:2] == b"PK"


def test_json_is_graphology() -> None:
    network = case(directed=False)
    nodes, edges = expected(network)
    read = json.loads(text_of("json", network))
    assert read["options"] == {"type": "undirected", "multi": True, "allowSelfLoops": False}
    assert [n["key"] for n in read["nodes"]] == list(nodes)
    assert all(e["undirected"] for e in read["edges"])
    assert sorted((e["source"], e["target"], e["attributes"]["weight"], e["attributes"].get("kind", ""))
                  for e in read["edges"]) == edges
    assert read["nodes"][3]["attributes"]["spells"] == [[2020, 2021], [2025, 2028]]


@pytest.mark.parametrize("name", ["gml", "net"])
def test_formats_through_networkx_come_back(name: str) -> None:
    network = case()
    parse = nx.parse_gml if name == "gml" else nx.parse_pajek
    read = parse(text_of(name, network).splitlines() if name == "gml" else text_of(name, network))
    assert read.number_of_nodes() == len(LABELS) and read.number_of_edges() == len(network.edges)
    assert sorted(d["weight"] for _, _, d in read.edges(data=True)) == sorted(e.weight for e in network.edges)
    assert "測試部" in read.nodes


@pytest.mark.parametrize("name", [f for f in FORMATS if f not in ("net",)])
def test_no_byte_order_mark_and_utf8(name: str) -> None:
    text = text_of(name, case())
    assert "\ufeff" not in text and "\x00" not in text
    text.encode("utf-8")


def test_column_names_are_never_reserved() -> None:
    columns = sheet(case()).node_columns
    names = [c.name for c in columns]
    assert len({n.lower() for n in names}) == len(names)
    assert not {n.lower() for n in names} & KEPT_NAMES
    assert all(re.fullmatch(r"\w+", n) for n in names)
    # every reserved attribute is still there, under another name
    assert {"id_value", "label_value", "start_value", "end_value", "pid_value", "for_value", "type_value"} <= set(names)
    assert len(RESERVED) == 11


def test_types() -> None:
    types = {c.name: c.type for c in sheet(case()).node_columns}
    assert (types["whole"], types["part"], types["flag"], types["mixed"]) == ("integer", "double", "boolean", "string")
    assert types["none"] == "string" and types["sparse"] == "integer"
    # Gephi drops a column of the type anyURI, and reads integers as Java's, of 32 bits
    assert set(types.values()) <= {"boolean", "integer", "long", "double", "string"} and types["iri"] == "string"
    assert type_of([1, 2**31 - 1]) == "integer" and type_of([-(2**31)]) == "long" and type_of([2**63]) == "string"
    assert cleaned(["b", "a"], "string") == "b; a" and cleaned({"b", "a"}, "string") == "a; b"
    assert cleaned(float("inf"), "double") is None and cleaned("", "string") is None
    assert cleaned(None, "integer") is None


@given(st.lists(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5), max_size=6))
def test_every_value_fits_its_column(values: list[Any]) -> None:
    kind = type_of(values)
    wanted = {"boolean": bool, "integer": int, "long": int, "double": float, "string": str}[kind]
    assert all(isinstance(v, wanted) for v in (cleaned(v, kind) for v in values) if v is not None)


@given(st.lists(st.text(max_size=12), max_size=8))
def test_safe_names_are_unique_words(names: list[str]) -> None:
    taken: list[str] = []
    for name in names:
        taken.append(safe_name(name, taken))
    assert len({t.lower() for t in taken}) == len(taken)
    assert all(re.fullmatch(r"[^\W\d]\w*", t) and t.lower() not in KEPT_NAMES for t in taken)


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["gexf", "graphml"])
def test_no_weight_that_gephi_would_drop(name: str, weight: float) -> None:
    network = case()
    network.edges = [Edge(*list(network.nodes)[:2], weight)]
    with pytest.raises(ValueError, match="不是正數"):
        text_of(name, network)


@given(st.text(max_size=30), st.text(max_size=30))
def test_ids_stay_different(one: str, two: str) -> None:
    rows = Sheet("x", False, [NodeRow(one, "a"), NodeRow(two, "b")], [EdgeRow(one, two)], size=None)
    tree = etree.fromstring("".join(gexf.stream(rows)).encode("utf-8", "surrogatepass"))
    ids = [n.get("id") for n in tree.iter("{http://gexf.net/1.3}node")]
    assert (ids[0] == ids[1]) == (one == two)


def test_streams_are_lazy() -> None:
    """A writer holds a batch of rows, never all of them."""
    made = 0

    def edges() -> Any:
        nonlocal made
        for _ in range(100_000):
            made += 1
            yield EdgeRow("a", "b", 1.0, "", (1,))

    nodes = [NodeRow("a", "甲"), NodeRow("b", "乙")]
    pieces = gexf.stream(Sheet("x", False, nodes, edges(), (), (Column("n", "integer"),)))
    for _ in range(7):
        next(pieces)
    assert 0 < made < 10_000


def test_short_ids() -> None:
    assert short_id("https://w3id.org/policy-kg/id/body/測試部") == "body/測試部"
    assert short_id("http://example.org/x?a=1&b=2") == "http://example.org/x?a=1&b=2"


def test_meta_says_what_was_asked_and_of_which_data() -> None:
    text = text_of("gexf", case())
    assert "/views/x.gexf?a=1&amp;b=&lt;2&gt;" in text and "v000001" in text and "附註 note" in text
    assert 'mode="dynamic" timeformat="date"' in text
    assert "".join(graphml.stream(sheet(case()))).count("附註 note") == 1
