"""A query's rows as a network of nodes and edges, laid out and measured.

networkx computes the measures and the positions; both are deterministic (fixed seed).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import networkx as nx
import pyoxigraph as ox

from kg.catalog import CannedQuery
from kg.catalog import Network as Shape
from kg.export.palette import COLOURS
from kg.names import compact, expand

SEED = 20250101
#: short labels for display; long Chinese labels make Gephi slow and unreadable
SHORT = 16
#: force-directed positions are computed up to this many nodes, beyond it nodes stand on circles by class
LAID_OUT = 1500
_TYPE = ox.NamedNode(expand("rdf:type"))
_GENERAL = {"GovernmentBody", "PlanElement"}


@dataclass(frozen=True, slots=True)
class Node:
    """A node: ``id`` is the IRI, ``label`` the full name."""

    id: str
    label: str
    cls: str

    @property
    def short(self) -> str:
        """The label cut to a width that can be read in a picture."""
        text = " ".join(self.label.split())
        return text if len(text) <= SHORT else text[: SHORT - 1] + "…"


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge; ``weight`` is positive, ``kind`` tells parallel edges apart."""

    source: str
    target: str
    weight: float = 1.0
    kind: str = ""


@dataclass(slots=True)
class Network:
    """Nodes by id, edges, and per node measures and a position."""

    title: str
    directed: bool
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    measures: dict[str, dict[str, float]] = field(default_factory=dict)
    positions: dict[str, tuple[float, float]] = field(default_factory=dict)


def _text(term: Any) -> str:
    return "" if term is None else str(term.value)


def from_rows(title: str, shape: Shape, rows: Iterable[Any], variables: Iterable[str]) -> Network:
    """The network that a query's rows describe.

    Rows that repeat an edge (same ends and kind) are added up where a weight is given and
    counted where none is; rows without both ends, with equal ends or with a weight that
    is not positive are left out.
    """
    known = set(variables)
    network = Network(title, shape.directed)
    weights: dict[tuple[str, str, str], float] = {}

    def value(row: Any, name: str | None) -> Any:
        return row[name] if name and name in known else None

    for row in rows:
        source, target = value(row, shape.source), value(row, shape.target)
        if source is None or target is None or source == target:
            continue
        ends = []
        for term, label, cls in (
            (source, shape.source_label, shape.source_class), (target, shape.target_label, shape.target_class),
        ):
            name = _text(value(row, label)) or (compact(term.value) if isinstance(term, ox.NamedNode) else _text(term))
            ends.append(_text(term))
            network.nodes.setdefault(_text(term), Node(_text(term), name, (cls or "").split(":")[-1] or "Thing"))
        kind = _text(value(row, shape.kind))
        printed = value(row, shape.weight)
        weight = float(Decimal(_text(printed))) if printed is not None else 1.0
        if weight > 0:
            edge = (ends[0], ends[1], kind)
            weights[edge] = weights.get(edge, 0.0) + weight
    network.edges = [Edge(s, t, w, k) for (s, t, k), w in weights.items()]
    linked = {e for s, t, _ in weights for e in (s, t)}
    network.nodes = {i: n for i, n in network.nodes.items() if i in linked}
    return network


def of_query(query: CannedQuery, store: ox.Store, raw: dict[str, list[str]], language: str = "zh") -> Network:
    """Runs a canned query that has a network view. Raises BadValue; ValueError if it has none."""
    if query.network is None:
        raise ValueError(f"{query.name} 不是網絡 (is not a network)")
    solutions = query.run(store, raw)
    names = [v.value for v in solutions.variables]
    network = from_rows(query.title[language], query.network, solutions, names)
    network.nodes = {i: replace(n, cls=_class_of(store, i) or n.cls) for i, n in network.nodes.items()}
    return measured(network)


def _class_of(store: ox.Store, iri: str) -> str:
    """The thing's own class among those that have a colour, the most specific one; empty if it has none."""
    try:
        node = ox.NamedNode(iri)
    except ValueError:  # a literal stands for the thing
        return ""
    found = {compact(q.object.value).removeprefix("pol:") for q in store.quads_for_pattern(node, _TYPE, None)
             if isinstance(q.object, ox.NamedNode)}
    own = found & set(COLOURS)
    return min(own - _GENERAL or own, default="")


def graph(network: Network) -> nx.Graph[str]:
    """As a networkx graph (parallel edges of different kinds added up)."""
    g: nx.Graph[str] = nx.DiGraph() if network.directed else nx.Graph()
    g.add_nodes_from(network.nodes)
    for e in network.edges:
        before = g.get_edge_data(e.source, e.target, {"weight": 0.0})["weight"]
        g.add_edge(e.source, e.target, weight=before + e.weight)
    return g


def measured(network: Network) -> Network:
    """Adds degree, weighted degree and positions."""
    g = graph(network)
    for node in network.nodes:
        network.measures[node] = {
            "degree": float(g.degree(node)), "weighted_degree": float(g.degree(node, weight="weight")),
        }
    network.positions = _positions(network, g)
    return network


def _positions(network: Network, g: nx.Graph[str]) -> dict[str, tuple[float, float]]:
    """x and y of each node in Gephi's units (about -1000..1000)."""
    if not network.nodes:
        return {}
    if len(network.nodes) <= LAID_OUT:
        found = nx.spring_layout(g.to_undirected() if network.directed else g, seed=SEED, k=None, iterations=60)
    else:
        classes: dict[str, list[str]] = {}
        for node in network.nodes.values():
            classes.setdefault(node.cls, []).append(node.id)
        found = nx.shell_layout(g, nlist=sorted(classes.values(), key=len))
    return {str(n): (round(float(x) * 1000, 2), round(float(y) * 1000, 2)) for n, (x, y) in found.items()}
