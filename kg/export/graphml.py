"""GraphML, written as a stream, with the keys that Gephi, igraph, networkx and graphology know.

The specification (graphml.graphdrawing.org) knows neither colours nor time: colours, sizes and positions
are keys of the names that Gephi reads (r, g, b, size, x, y), years are the columns ``start_year`` and
``end_year``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kg.export import xml
from kg.export.rows import Column, Sheet, number, text
from kg.network import Value

MEDIA_TYPE = "application/graphml+xml"
_TYPES = {"integer": "long"}
_NODE_KEYS = (("label", "string"), ("x", "double"), ("y", "double"), ("size", "double"), ("r", "int"), ("g", "int"),
              ("b", "int"))
_EDGE_KEYS = (("weight", "double"), ("kind", "string"))


def stream(rows: Sheet) -> Iterator[str]:
    """The file in pieces; memory does not grow with the number of rows."""
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="'
        'http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">\n'
    )
    yield f"<desc>{xml.content(rows.description)}</desc>\n"
    yield _keys("node", "n", _NODE_KEYS, rows.node_columns) + _keys("edge", "e", _EDGE_KEYS, rows.edge_columns)
    yield f'<graph edgedefault="{"directed" if rows.directed else "undirected"}">\n'
    for node in rows.nodes:
        red, green, blue = (int(node.colour[i:i + 2], 16) for i in (1, 3, 5))
        size = number(round(node.size, 2))
        drawn = (node.label, number(node.x), number(node.y), size, str(red), str(green), str(blue))
        yield (f"<node id={xml.identifier(node.id)}>" + _data("n", drawn, 0)
               + _data("n", node.values, len(_NODE_KEYS)) + "</node>\n")
    for n, edge in enumerate(rows.edges):
        if not edge.weight > 0 or edge.weight == float("inf"):
            raise ValueError(f"{edge.source} → {edge.target}：權重 {edge.weight} 不是正數 (the weight is not positive)")
        yield (f'<edge id="e{n}" source={xml.identifier(edge.source)} target={xml.identifier(edge.target)}>'
               + _data("e", (number(edge.weight), edge.kind or None), 0)
               + _data("e", edge.values, len(_EDGE_KEYS)) + "</edge>\n")
    yield "</graph>\n</graphml>\n"


def _keys(cls: str, letter: str, fixed: Sequence[tuple[str, str]], columns: Sequence[Column]) -> str:
    named = [*fixed, *((c.name, _TYPES.get(c.type, c.type)) for c in columns)]
    return "".join(
        f'<key id="{letter}{i}" for="{cls}" attr.name={xml.value(name)} attr.type="{kind}"/>\n'
        for i, (name, kind) in enumerate(named)
    )


def _data(letter: str, values: Sequence[Value], first: int) -> str:
    return "".join(
        f'<data key="{letter}{i}">{xml.content(text(v))}</data>' for i, v in enumerate(values, first) if v is not None
    )
