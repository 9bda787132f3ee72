"""Pajek and GML, written by networkx; both formats lose something, and this module says what.

Pajek knows vertices by a printed name and has no escapes: names are made unique, quotes and backslashes are
written full-width, attributes are left out. GML keeps attributes whose names are plain Latin words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import networkx as nx

from kg.export.rows import Sheet
from kg.export.xml import kept

PAJEK_TYPE = "text/plain"
GML_TYPE = "text/plain"
_LATIN = re.compile(r"[A-Za-z][0-9A-Za-z_]*")
_FULL_WIDTH = str.maketrans({'"': "＂", "'": "＇", "\\": "＼", "\n": " ", "\r": " ", "\t": " "})


def pajek(rows: Sheet) -> Iterator[str]:
    """Pajek's .net, line by line: names, positions, weights."""
    g: Any = nx.MultiDiGraph() if rows.directed else nx.MultiGraph()
    names = _Names()
    for n in rows.nodes:
        g.add_node(names.add(n.id, n.label.translate(_FULL_WIDTH)), x=_unit(n.x), y=_unit(-n.y), shape="ellipse")
    for e in rows.edges:
        g.add_edge(names[e.source], names[e.target], weight=e.weight)
    for line in nx.generate_pajek(g):
        yield line + "\n"


class _Names(dict[str, str]):
    """Node id -> its label, made unique by a number: networkx's writers have one name per node."""

    def __init__(self) -> None:
        super().__init__()
        self._taken: set[str] = set()

    def add(self, node: str, label: str) -> str:
        """Gives a node its name."""
        plain = " ".join(kept(label).split()) or "_"
        name, number = plain, 2
        while name in self._taken:
            name, number = f"{plain} ({number})", number + 1
        self._taken.add(name)
        self[node] = name
        return name


def _unit(position: float) -> float:
    """Pajek's coordinates go from 0 to 1."""
    return round(min(max((position + 1000) / 2000, 0.0), 1.0), 4)


def gml(rows: Sheet) -> Iterator[str]:
    """GML, line by line: labels, positions and all columns with Latin names."""
    g: Any = nx.MultiDiGraph() if rows.directed else nx.MultiGraph()
    g.graph["comment"] = kept(rows.description)
    names = _Names()
    for n in rows.nodes:
        values = {c.name: v for c, v in zip(rows.node_columns, n.values, strict=False)}
        g.add_node(names.add(n.id, n.label), **_plain(values),
                   graphics={"x": n.x, "y": n.y, "w": round(n.size, 2), "h": round(n.size, 2), "fill": n.colour})
    for e in rows.edges:
        values = {c.name: v for c, v in zip(rows.edge_columns, e.values, strict=False)}
        g.add_edge(names[e.source], names[e.target], weight=e.weight, **_plain(values))
    for line in nx.generate_gml(g):
        yield line + "\n"


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: kept(v) if isinstance(v, str) else int(v) if isinstance(v, bool) else v
        for name, v in values.items() if v is not None and _LATIN.fullmatch(name)
    }
