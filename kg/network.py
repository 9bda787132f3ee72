"""A query's rows as a network of nodes and edges.

Measures are computed in ``kg.measures``, positions in ``kg.layout``; both with a fixed seed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

import networkx as nx
import pyoxigraph as ox

from kg.catalog import CannedQuery
from kg.catalog import Network as Shape
from kg.describe import Describer, Spell, both
from kg.layout import LAID_OUT, place
from kg.names import compact

__all__ = ["LAID_OUT", "SHORT", "Edge", "Network", "Node", "Value", "from_rows", "graph", "measured", "of_query"]

#: short labels for display; long Chinese labels make Gephi slow and unreadable
SHORT = 16
#: an attribute's value; what is None or empty is not written
Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Node:
    """A node: ``id`` is the IRI, ``label`` the full name; ``spells`` are the years it exists (none = always)."""

    id: str
    label: str
    cls: str
    attributes: dict[str, Value] = field(default_factory=dict, hash=False)
    spells: tuple[Spell, ...] = ()

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
    attributes: dict[str, Value] = field(default_factory=dict, hash=False)
    spells: tuple[Spell, ...] = ()


@dataclass(slots=True)
class Network:
    """Nodes by id, edges, and per node measures and a position.

    ``methods`` says of a measure how it was computed (``exact``, ``sample500``, …), ``notes``
    are sentences for whoever reads the file: what was sampled, cut or left out.
    """

    title: str
    directed: bool
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    measures: dict[str, dict[str, float]] = field(default_factory=dict)
    positions: dict[str, tuple[float, float]] = field(default_factory=dict)
    methods: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def _text(term: Any) -> str:
    return "" if term is None else str(term.value)


def plain(term: Any) -> Value:
    """An RDF term as a value of an attribute: numbers and booleans by their datatype, IRIs in short form."""
    if isinstance(term, ox.NamedNode):
        return compact(term.value)
    if isinstance(term, ox.Literal):
        kind = term.datatype.value.rsplit("#", 1)[-1]
        try:
            if kind in ("integer", "int", "long", "gYear"):
                return int(term.value)
            if kind in ("decimal", "double", "float"):
                return float(term.value)
        except ValueError:  # "INF" written as a decimal, a year with a time zone: the text is kept
            return str(term.value)
        return term.value == "true" if kind == "boolean" else str(term.value)
    return None if term is None else str(term)


def _weight(term: Any) -> float:
    """A weight as a number; 0, which no file can hold, where the term is none."""
    try:
        found = float(Decimal(_text(term)))
    except (InvalidOperation, OverflowError):
        return 0.0
    return found if 0 < found < float("inf") else 0.0


def _merged(known: dict[str, Value], more: dict[str, Value]) -> None:
    """Adds the attributes of a row that repeats an edge: values that differ are joined as text."""
    for name, value in more.items():
        before = known.get(name)
        if before is None:
            known[name] = value
        elif value is not None and value != before and str(value) not in str(before).split("; "):
            known[name] = f"{before}; {value}"


def _year(value: Value) -> int | None:
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def from_rows(title: str, shape: Shape, rows: Iterable[Any], variables: Iterable[str]) -> Network:
    """The network that a query's rows describe.

    Rows that repeat an edge (same ends and kind) are added up where a weight is given and
    counted where none is; rows without both ends, with equal ends or with a weight that
    is not positive are left out, and the network's notes say how many. Columns with no part
    in the shape become attributes: ``source_x`` and ``target_x`` of the nodes, the others of the edge
    (``x`` is left out where there is an ``x_label``); ``start`` and ``end`` are the edge's years.
    """
    known = list(variables)
    network = Network(title, shape.directed)
    taken = {shape.source, shape.target, shape.source_label, shape.target_label, shape.weight, shape.kind}
    others = [v for v in known if v not in taken and f"{v}_label" not in known]
    of_node = {v: v.split("_", 1) for v in others if v.startswith(("source_", "target_"))}
    of_edge = [v for v in others if v not in of_node]
    found: dict[tuple[str, str, str], tuple[list[float], dict[str, Value]]] = {}
    left_out = 0

    def value(row: Any, name: str | None) -> Any:
        return row[name] if name and name in known else None

    for row in rows:
        source, target = value(row, shape.source), value(row, shape.target)
        printed = value(row, shape.weight)
        weight = _weight(printed) if printed is not None else 1.0
        if source is None or target is None or source == target or not weight:
            left_out += 1
            continue
        ends = []
        for end, term, label, cls in (
            ("source", source, shape.source_label, shape.source_class),
            ("target", target, shape.target_label, shape.target_class),
        ):
            name = _text(value(row, label)) or (compact(term.value) if isinstance(term, ox.NamedNode) else _text(term))
            ends.append(_text(term))
            node = network.nodes.setdefault(_text(term), Node(_text(term), name, (cls or "").split(":")[-1] or "Thing"))
            extra = {part[1]: plain(row[v]) for v, part in of_node.items() if part[0] == end and row[v] is not None}
            if extra:
                _merged(node.attributes, extra)
        kind = _text(value(row, shape.kind))
        weights, attributes = found.setdefault((ends[0], ends[1], kind), ([], {}))
        weights.append(weight)
        _merged(attributes, {v.removesuffix("_label"): plain(row[v]) for v in of_edge if row[v] is not None})
    for (s, t, kind), (weights, attributes) in found.items():
        first, last = _year(attributes.pop("start", None)), _year(attributes.pop("end", None))
        spells = ((first, last),) if first is not None or last is not None else ()
        network.edges.append(Edge(s, t, sum(weights), kind, attributes, spells))
    if left_out:
        network.notes.append(
            f"{left_out} 列沒有兩端、兩端相同或權重不是正數，未列入 (left out: no two ends or no positive weight)"
        )
    return network


def described(network: Network, describer: Describer) -> Network:
    """Gives every node the graph's own class, name and years, and every edge the years its ends share."""
    for i, node in network.nodes.items():
        spell = describer.spell(i)
        label = describer.label(i) if node.label in (i, compact(i)) else node.label
        network.nodes[i] = replace(
            node, cls=describer.cls(i) or node.cls, label=label or node.label,
            spells=node.spells or ((spell,) if spell else ()),
        )
    network.edges = [
        e if e.spells else replace(e, spells=both(network.nodes[e.source].spells, network.nodes[e.target].spells))
        for e in network.edges
    ]
    return network


def of_query(query: CannedQuery, store: ox.Store, raw: dict[str, list[str]], language: str = "zh") -> Network:
    """Runs a canned query that has a network view. Raises BadValue; ValueError if it has none."""
    if query.network is None:
        raise ValueError(f"{query.name} 不是網絡 (is not a network)")
    solutions = query.run(store, raw)
    names = [v.value for v in solutions.variables]
    network = from_rows(query.title[language], query.network, solutions, names)
    return measured(described(network, Describer(store)))


def graph(network: Network) -> nx.Graph[str]:
    """As a networkx graph (parallel edges of different kinds added up)."""
    g: nx.Graph[str] = nx.DiGraph() if network.directed else nx.Graph()
    g.add_nodes_from(network.nodes)
    for e in network.edges:
        before = g.get_edge_data(e.source, e.target, {"weight": 0.0})["weight"]
        g.add_edge(e.source, e.target, weight=before + e.weight)
    return g


def measured(network: Network) -> Network:
    """Adds degree, weighted degree and positions (all measures: ``kg.measures.measure``)."""
    g = graph(network)
    for node in network.nodes:
        network.measures[node] = {
            "degree": float(g.degree(node)), "weighted_degree": float(g.degree(node, weight="weight")),
        }
    network.positions = place(list(network.nodes), [(e.source, e.target, e.weight) for e in network.edges])
    return network
