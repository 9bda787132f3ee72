"""Rows of a query as a network."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
import tiny_graph

from kg.catalog import Network as Shape
from kg.catalog import load
from kg.network import LAID_OUT, Edge, Network, Node, from_rows, graph, measured, of_query


def rows(values: str) -> ox.QuerySolutions:
    found = ox.Store().query("SELECT ?a ?b ?w ?k { VALUES (?a ?b ?w ?k) { " + values + " } }")
    assert isinstance(found, ox.QuerySolutions)
    return found


SHAPE = Shape("a", "b", weight="w", kind="k", source_class="pol:Ministry", directed=True)
NAMES = ["a", "b", "w", "k"]


def test_rows_become_edges() -> None:
    values = '(<a:1> <a:2> 2 "x") (<a:1> <a:2> 3 "x") (<a:1> <a:2> 1 "y") (<a:2> <a:3> 1.5 UNDEF)'
    network = from_rows("甲", SHAPE, rows(values), NAMES)
    assert network.edges == [Edge("a:1", "a:2", 5.0, "x"), Edge("a:1", "a:2", 1.0, "y"), Edge("a:2", "a:3", 1.5, "")]
    assert [n.id for n in network.nodes.values()] == ["a:1", "a:2", "a:3"]
    assert network.nodes["a:1"].cls == "Ministry" and network.nodes["a:3"].cls == "Thing"


def test_left_out_are_loops_open_ends_and_empty_weights() -> None:
    values = '(<a:1> <a:1> 1 "x") (<a:1> UNDEF 1 "x") (<a:1> <a:4> 0 "x") (<a:1> <a:5> -1 "x")'
    network = from_rows("甲", SHAPE, rows(values), NAMES)
    assert network.edges == [] and network.nodes == {}


def test_rows_without_weight_are_counted() -> None:
    network = from_rows("甲", Shape("a", "b"), rows("(<a:1> <a:2> UNDEF UNDEF) (<a:1> <a:2> UNDEF UNDEF)"), NAMES)
    assert network.edges == [Edge("a:1", "a:2", 2.0)]


def test_measures_and_positions_are_the_same_every_time() -> None:
    def make() -> Network:
        return measured(from_rows("甲", SHAPE, rows('(<a:1> <a:2> 2 "x") (<a:2> <a:3> 1 "y")'), NAMES))

    one, two = make(), make()
    assert one.positions == two.positions and len(one.positions) == 3
    assert one.measures["a:2"] == {"degree": 2.0, "weighted_degree": 3.0}
    assert graph(one).is_directed()


def test_large_networks_are_placed_at_once() -> None:
    network = Network("甲", False)
    for n in range(LAID_OUT + 1):
        network.nodes[f"a:{n}"] = Node(f"a:{n}", str(n), "Measure" if n % 2 else "Program")
    network.edges = [Edge("a:0", f"a:{n}") for n in range(1, LAID_OUT + 1)]
    assert len(set(measured(network).positions.values())) > LAID_OUT / 2


def test_short_label() -> None:
    assert Node("a:1", "  很長的\n名稱" * 5, "X").short == "很長的 名稱 很長的 名稱 很…"
    assert Node("a:1", "短", "X").short == "短"


def test_classes_are_those_of_the_graph() -> None:
    network = of_query(load()["ministries-sharing-industry"], tiny_graph.store(), {})
    classes = {n.label: n.cls for n in network.nodes.values()}
    assert classes == {"測試部": "Ministry", "示範部": "Ministry", "範例署": "Agency"}


def test_every_network_query_yields_one() -> None:
    store = tiny_graph.store()
    found = 0
    for query in load().values():
        if query.network is None:
            with pytest.raises(ValueError, match="not a network"):
                of_query(query, store, {})
            continue
        network = of_query(query, store, tiny_graph.values(query, store))
        found += bool(network.edges)
        assert all(e.weight > 0 and {e.source, e.target} <= set(network.nodes) for e in network.edges)
    assert found > 8
