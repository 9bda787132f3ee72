"""GEXF: valid by the schema, read back the same, whatever the labels hold."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import networkx as nx
import pytest
import tiny_graph
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from kg.catalog import load
from kg.export import gexf
from kg.export.palette import rgb
from kg.network import Edge, Network, Node, measured, of_query

SCHEMA = Path(__file__).parents[2] / "shared" / "gexf-1.3" / "gexf.xsd"


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    if not SCHEMA.is_file():
        pytest.skip("no schema of GEXF in ../shared/gexf-1.3")
    return etree.XMLSchema(etree.parse(str(SCHEMA)))


def small(label: str = "測試部", kind: str = "主辦", weight: float = 2.0) -> Network:
    network = Network("題目", True)
    nodes = [Node("urn:a", label, "Ministry"), Node("urn:b", "乙", "Measure"), Node("urn:c", "丙", "X")]
    network.nodes = {n.id: n for n in nodes}
    network.edges = [Edge("urn:a", "urn:b", weight, kind), Edge("urn:a", "urn:b", 1.0, "協辦"), Edge("urn:b", "urn:c")]
    return measured(network)


def text_of(network: Network) -> str:
    return "".join(gexf.write(network, source="/queries/x?a=1&b=<2>", version="v000001", on=date(2026, 1, 2)))


def assert_valid(schema: etree.XMLSchema, text: str) -> None:
    # the published schema names colour, size and position without the prefix that Gephi writes and reads
    tree = etree.fromstring(text.replace("viz:", "").encode())
    assert schema.validate(tree), schema.error_log.last_error


def test_valid(schema: etree.XMLSchema) -> None:
    assert_valid(schema, text_of(small()))
    assert_valid(schema, text_of(measured(Network("空", False))))


def test_queries_are_valid(schema: etree.XMLSchema) -> None:
    store = tiny_graph.store()
    for query in load().values():
        if query.network is not None:
            assert_valid(schema, text_of(of_query(query, store, tiny_graph.values(query, store))))


def test_networkx_reads_the_same() -> None:
    network = small()
    read = nx.read_gexf(io.BytesIO(text_of(network).encode()))
    assert read.is_directed() and read.is_multigraph()
    iris = {n: d["iri"] for n, d in read.nodes(data=True)}
    assert {d["iri"]: (d["label"], d["full_name"], d["class"]) for _, d in read.nodes(data=True)} == {
        n.id: (n.short, n.label, n.cls) for n in network.nodes.values()
    }
    edges = [(iris[s], iris[t], d["weight"], d.get("relation", "")) for s, t, d in read.edges(data=True)]
    assert sorted(edges) == sorted((e.source, e.target, e.weight, e.kind) for e in network.edges)
    for node, data in read.nodes(data=True):
        colour = data["viz"]["color"]
        assert (colour["r"], colour["g"], colour["b"]) == rgb(network.nodes[iris[node]].cls)
        position = data["viz"]["position"]
        assert (position["x"], position["y"]) == network.positions[iris[node]]


def test_form() -> None:
    text = text_of(small())
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>') and 'version="1.3"' in text
    assert text.count('<attributes class="node"') == text.count('<attributes class="edge"') == 1
    ids = re.findall(r'<(?:node|edge) id="([^"]+)"', text)
    assert len(ids) == len(set(ids)) == 6
    assert not re.search(r'weight="(0|0\.0|-[\d.]+)"', text)
    assert 'kind="主辦"' in text and "v000001" in text and "a=1&amp;b=&lt;2&gt;" in text


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60) | st.text("<>&\"'\x00\x0b\x1f\ufffe\uffff\t\n 臺𠮷", max_size=30), st.text(max_size=10),
       st.floats(min_value=1e-6, max_value=1e12))
def test_any_label_is_well_formed_and_comes_back(label: str, kind: str, weight: float) -> None:
    tree = etree.fromstring(text_of(small(label, kind, weight)).encode())
    space = "{http://gexf.net/1.3}"
    kept = " ".join(re.sub("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", label).split())
    first = tree.find(f".//{space}node")
    values = {v.get("for"): v.get("value") for v in first.iter(f"{space}attvalue")}
    assert values["full_name"] == kept and len(first.get("label")) <= 16
    for edge in tree.iter(f"{space}edge"):
        assert float(edge.get("weight")) > 0


def test_very_long_labels(schema: etree.XMLSchema) -> None:
    text = text_of(small("長" * 5000))
    assert_valid(schema, text)
    assert f'label="{"長" * 15}…"' in text and "長" * 5000 in text
