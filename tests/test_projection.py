"""Projections, filters, measures and positions, against values worked out by hand."""

from __future__ import annotations

import math
from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import measures
from kg.describe import both, overlap, union
from kg.export.rows import measure_column
from kg.layout import LAID_OUT, place
from kg.measures import measure, numbered, participation
from kg.network import Edge, Network, Node
from kg.projection import heavier, in_years, project


def two_mode() -> Network:
    """Three bodies, three measures: 一 by 甲 (lead), 乙, 丙; 二 by 甲 (lead), 乙; 三 by 丙 (lead)."""
    network = Network("機關與措施", False)
    for name, cls in (*((b, "Ministry") for b in "甲乙丙"), *((m, "Measure") for m in "一二三")):
        network.nodes[name] = Node(name, name, cls)
    times = {"一": ((2025, 2026),), "二": ((2028, None),), "三": ()}
    network.edges = [
        Edge(body, thing, 1.0, kind, {}, times[thing]) for body, thing, kind in (
            ("甲", "一", "主辦"), ("乙", "一", "協辦"), ("丙", "一", "協辦"), ("甲", "二", "主辦"),
            ("乙", "二", "協辦"), ("丙", "三", "主辦"),
        )
    ]
    return network


def test_shared_and_newman_weights() -> None:
    found = project(two_mode(), "機關")
    assert {(e.source, e.target): (e.weight, e.attributes["newman"]) for e in found.edges} == {
        ("乙", "甲"): (2.0, 1.5), ("丙", "甲"): (1.0, 0.5), ("丙", "乙"): (1.0, 0.5),
    }
    assert not found.directed
    newman = project(two_mode(), "機關", weight="newman")
    assert sorted(e.weight for e in newman.edges) == [0.5, 0.5, 1.5]


def test_newman_strength_is_the_number_of_shared_things() -> None:
    """Newman 2001: a node's strength is the number of its things that are not its own alone."""
    found = project(two_mode(), "機關", weight="newman")
    strength = {b: sum(e.weight for e in found.edges if b in (e.source, e.target)) for b in "甲乙丙"}
    assert strength == {"甲": 2.0, "乙": 2.0, "丙": 1.0}


def test_lead_to_partner() -> None:
    found = project(two_mode(), "主辦", lead_to_partner=True)
    assert found.directed
    assert {(e.source, e.target): e.weight for e in found.edges} == {("甲", "乙"): 2.0, ("甲", "丙"): 1.0}


def test_projection_onto_things() -> None:
    found = project(two_mode(), "措施", onto="target")
    assert {(e.source, e.target): e.weight for e in found.edges} == {("一", "二"): 2.0, ("一", "三"): 1.0}


def test_crowds_are_left_out_and_said() -> None:
    found = project(two_mode(), "機關", largest=2)
    assert len(found.edges) == 1 and any("未列入" in note for note in found.notes)


def test_years_of_projected_edges() -> None:
    spells = {(e.source, e.target): e.spells for e in project(two_mode(), "機關").edges}
    assert spells["乙", "甲"] == ((2025, 2026), (2028, None)) and spells["丙", "甲"] == ((2025, 2026),)
    assert [s for (a, b), s in ((k, v) for k, v in spells.items()) if (a, b) == ("丙", "乙")] == [((2025, 2026),)]


def test_unknown_weight_is_refused() -> None:
    with pytest.raises(ValueError, match="shared"):
        project(two_mode(), "機關", weight="other")


def test_lead_share_is_handed_on() -> None:
    found = measure(project(two_mode(), "機關"))
    assert {i: m["lead_share"] for i, m in found.measures.items()} == {"甲": 1.0, "乙": 0.0, "丙": 0.5}
    assert measure(two_mode()).measures["丙"]["lead_share"] == 0.5


def test_filters_say_what_they_left_out() -> None:
    found = in_years(two_mode(), [2026])
    assert {e.target for e in found.edges} == {"一"} and set(found.nodes) == {"甲", "乙", "丙", "一"}
    assert "2026" in found.notes[0]
    assert len(heavier(project(two_mode(), "機關"), 2).edges) == 1


def star_and_triangle() -> Network:
    network = Network("x", False)
    for n in "abcdef":
        network.nodes[n] = Node(n, n, "X")
    network.edges = [Edge(*pair) for pair in ("ab", "bc", "ac", "cd", "de", "df")]
    return network


def test_measures_agree_with_networkx() -> None:
    network = measure(star_and_triangle())
    g = nx.Graph([(e.source, e.target) for e in network.edges])
    for node, values in network.measures.items():
        assert values["betweenness"] == pytest.approx(nx.betweenness_centrality(g)[node])
        assert values["k_core"] == nx.core_number(g)[node]
        assert values["pagerank"] == pytest.approx(nx.pagerank(g)[node], abs=1e-6)
        assert values["degree"] == g.degree(node)
    assert network.methods["betweenness"] == "exact" and network.methods["community"] == "louvain"
    community = {n: m["community"] for n, m in network.measures.items()}
    assert community["a"] == community["b"] != community["e"]


@given(st.lists(st.integers(0, 5), min_size=1, max_size=14))
def test_betweenness_of_forests_is_exact_at_any_size(parents: list[int]) -> None:
    """Each node hangs on one before it, or begins a tree of its own."""
    network = Network("x", False)
    for n in range(len(parents)):
        network.nodes[str(n)] = Node(str(n), "", "X")
    network.edges = [Edge(str(n - p), str(n)) for n, p in enumerate(parents) if 0 < p <= n]
    g, _ = numbered(network)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measures, "EXACT_BETWEENNESS", 0)
        found = measure(network)
    wanted = nx.betweenness_centrality(g)
    assert [m["betweenness"] for m in found.measures.values()] == pytest.approx([wanted[n] for n in g])
    assert not network.edges or found.methods["betweenness"] == "exact"


def test_parts_are_measured_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two triangles cost 2 × 3 × 3, not 6 × 6."""
    monkeypatch.setattr(measures, "EXACT_BETWEENNESS", 18)
    network = Network("x", False)
    network.nodes = {n: Node(n, n, "X") for n in "abcdef"}
    network.edges = [Edge(*pair) for pair in ("ab", "bc", "ac", "de", "ef", "df")]
    assert measure(network).methods["betweenness"] == "exact"


def test_participation_by_hand() -> None:
    """A node with 2 links into one community and 1 into another: 1 - (4 + 1) / 9."""
    g = nx.Graph([(0, 1), (0, 2), (0, 3)])
    found = participation(g, {0: 1, 1: 1, 2: 1, 3: 2})
    assert found[0] == pytest.approx(1 - 5 / 9) and found[1] == 0.0


def test_sampling_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "EXACT_BETWEENNESS", 10)
    monkeypatch.setattr(measures, "FEWEST_SAMPLES", 3)
    monkeypatch.setattr(measures, "LARGEST_LOUVAIN", 3)
    found = measure(star_and_triangle())
    assert found.methods["betweenness"] == "sample3" and any("betweenness" in note for note in found.notes)
    assert found.methods["community"] == "label_propagation"
    assert measure_column("betweenness", "sample3").name == "betweenness_sample3"
    assert measure_column("degree", "exact").name == "degree_count"


def test_measures_are_the_same_in_every_run() -> None:
    one, two = measure(star_and_triangle()), measure(star_and_triangle())
    assert one.measures == two.measures and one.positions == two.positions


def test_empty_network() -> None:
    found = measure(Network("x", True))
    assert found.measures == {} and found.positions == {} and numbered(found)[1] == []


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=40))
def test_every_node_has_a_place_of_its_own(pairs: list[tuple[int, int]]) -> None:
    nodes = [str(n) for n in range(13)]
    found = place(nodes, [(str(a), str(b), 1.0) for a, b in pairs if a != b])
    assert set(found) == set(nodes)
    assert len(set(found.values())) == len(nodes)
    assert all(math.isfinite(x) and math.isfinite(y) and abs(x) <= 1000 and abs(y) <= 1000 for x, y in found.values())


def test_large_networks_are_placed_fast() -> None:
    nodes = [str(n) for n in range(LAID_OUT * 4)]
    edges = [(str(n), str((n * 7 + 1) % len(nodes)), 1.0) for n in range(len(nodes))]
    assert len(set(place(nodes, edges).values())) == len(nodes)


_SPELL = st.tuples(st.none() | st.integers(1990, 2060), st.none() | st.integers(1990, 2060)).filter(
    lambda s: s[0] is None or s[1] is None or s[0] <= s[1]
)


@given(st.lists(_SPELL, max_size=5), st.integers(1990, 2060))
def test_union_has_every_year(spells: list[tuple[int | None, int | None]], year: int) -> None:
    joined = union(spells)
    assert any(overlap(s, (year, year)) for s in spells) == any(overlap(s, (year, year)) for s in joined)
    gaps = [(a[1], b[0]) for a, b in pairwise(joined)]
    assert all(end is not None and start is not None and end + 1 < start for end, start in gaps)


def test_both() -> None:
    assert both((), ((2025, None),)) == ((2025, None),)
    assert both(((2020, 2026),), ((2025, None),)) == ((2025, 2026),)
    assert both(((2020, 2021),), ((2025, None),)) == ()
