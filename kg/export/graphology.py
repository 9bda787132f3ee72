"""JSON as graphology (and so sigma.js and Gephi Lite) imports it: graphology's serialisation format."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from kg.export.rows import Column, Sheet
from kg.export.xml import kept
from kg.network import Value

MEDIA_TYPE = "application/json"


def stream(rows: Sheet) -> Iterator[str]:
    """The document in pieces; memory does not grow with the number of rows.

    Spells are lists of ``[first year, last year]``, null where open.
    """
    def dump(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

    about = {
        "title": rows.title, "description": rows.description, "creator": "policy-kg", "version": rows.version,
        "source": rows.source, **({"lastModifiedDate": rows.on.isoformat()} if rows.on else {}),
    }
    kind = "directed" if rows.directed else "undirected"
    options = dump({"type": kind, "multi": True, "allowSelfLoops": False})
    yield f'{{"options":{options},"attributes":{dump(about)},\n"nodes":['
    between = "\n"
    for n in rows.nodes:
        attributes = {
            "label": n.label, "x": n.x, "y": n.y, "size": round(n.size, 2), "color": n.colour,
            **_named(rows.node_columns, n.values), **({"spells": n.spells} if n.spells else {}),
        }
        yield between + dump({"key": n.id, "attributes": attributes})
        between = ",\n"
    yield '],\n"edges":['
    between = "\n"
    for i, e in enumerate(rows.edges):
        edge: dict[str, Any] = {"key": f"e{i}", "source": e.source, "target": e.target, "attributes": {
            "weight": e.weight, **({"kind": e.kind, "label": e.kind} if e.kind else {}),
            **_named(rows.edge_columns, e.values), **({"spells": e.spells} if e.spells else {}),
        }}
        if not rows.directed:
            edge["undirected"] = True
        yield between + dump(edge)
        between = ",\n"
    yield "]}\n"


def _named(columns: Sequence[Column], values: Sequence[Value]) -> dict[str, Value]:
    return {
        c.name: kept(v) if isinstance(v, str) else v for c, v in zip(columns, values, strict=False) if v is not None
    }
