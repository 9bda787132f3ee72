"""GEXF 1.3, written as a stream: what Gephi opens without a warning.

Written by hand because networkx's writer loses edge kinds and attributes, writes bare years as
dates and ill-formed XML for control characters, and holds the whole tree in memory. Schema: GEXF
1.3 (gexf.net/1.3). No byte order mark, no zero weights, unique ids, one ``<attributes>`` block per
class, a column's id is its title (graphology reads the one, networkx the other).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from kg.describe import Spell
from kg.export import xml
from kg.export.rows import Column, EdgeRow, NodeRow, Sheet, number, sheet, text, years
from kg.network import Network, Value

MEDIA_TYPE = "application/gexf+xml"
#: rows joined into one piece of output
_BATCH = 2000
_INFINITE = float("inf")


def write(network: Network, *, source: str = "", version: str = "", on: date | None = None) -> Iterator[str]:
    """A network's file in pieces. ``source`` says what was asked, ``version`` is the graph's."""
    return stream(sheet(network, source=source, version=version, on=on))


def stream(rows: Sheet) -> Iterator[str]:
    """The file in pieces; memory does not grow with the number of rows.

    Raises ValueError for an edge whose weight is not positive: Gephi would drop it.
    """
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">\n'
    modified = f' lastmodifieddate="{rows.on.isoformat()}"' if rows.on else ""
    yield (
        f"<meta{modified}><creator>policy-kg</creator><keywords>{xml.content(rows.title)}</keywords>"
        f"<description>{xml.content(rows.description)}</description></meta>\n"
    )
    kind = "directed" if rows.directed else "undirected"
    mode = 'mode="dynamic" timeformat="date" timerepresentation="interval"' if rows.dynamic else 'mode="static"'
    yield f'<graph defaultedgetype="{kind}" {mode}>\n'
    yield _declared("node", rows.node_columns) + _declared("edge", rows.edge_columns)
    nodes, edges = (f' count="{n}"' for n in rows.size) if rows.size else ("", "")
    yield f"<nodes{nodes}>\n"
    prefixes = _prefixes(rows.node_columns)
    batch: list[str] = []
    for node in rows.nodes:
        batch.append(_node(node, prefixes))
        if len(batch) >= _BATCH:
            yield "".join(batch)
            batch.clear()
    batch.append(f"</nodes>\n<edges{edges}>\n")
    for line in _edges(rows.edges, _prefixes(rows.edge_columns)):
        batch.append(line)
        if len(batch) >= _BATCH:
            yield "".join(batch)
            batch.clear()
    yield "".join(batch) + "</edges>\n</graph>\n</gexf>\n"


def _declared(cls: str, columns: Sequence[Column]) -> str:
    inside = "".join(
        f'<attribute id={xml.value(c.name)} title={xml.value(c.name)} type="{c.type}"/>' for c in columns
    )
    return f'<attributes class="{cls}" mode="static">{inside}</attributes>\n'


def _prefixes(columns: Sequence[Column]) -> list[str]:
    return [f"<attvalue for={xml.value(c.name)} value=" for c in columns]


def _values(values: Sequence[Value], prefixes: list[str]) -> str:
    found = ""
    for prefix, v in zip(prefixes, values, strict=False):
        if v is not None:
            kind = type(v)
            # a number's printed form has nothing to escape
            found += (
                f'{prefix}"{v}"/>' if kind is int else f"{prefix}{xml.value(v)}/>" if kind is str  # type: ignore[arg-type]
                else f'{prefix}"{text(v)}"/>'
            )
    return f"<attvalues>{found}</attvalues>" if found else ""


def _spells(spells: tuple[Spell, ...]) -> str:
    out = []
    for spell in spells:
        start, end = years(spell)
        out.append("<spell" + (f' start="{start}"' if start else "") + (f' end="{end}"' if end else "") + "/>")
    return f"<spells>{''.join(out)}</spells>" if out else ""


@functools.lru_cache(4096)
def _drawn(weight: float, kind: str) -> str:
    """An edge's weight and kind; there are few of them, so the last ones are remembered."""
    printed = xml.token(kind)
    return f' weight="{number(weight)}"' + (f" kind={printed} label={printed}" if kind else "")


@functools.lru_cache(256)
def _colour(colour: str) -> str:
    red, green, blue = (int(colour[i:i + 2], 16) for i in (1, 3, 5))
    return f'<viz:color r="{red}" g="{green}" b="{blue}"/>'


def _node(node: NodeRow, prefixes: list[str]) -> str:
    return (
        f"<node id={xml.identifier(node.id)} label={xml.token(node.label)}>{_values(node.values, prefixes)}"
        f"{_spells(node.spells) if node.spells else ''}"
        f'{_colour(node.colour)}<viz:size value="{node.size:.2f}"/>'
        f'<viz:position x="{number(node.x)}" y="{number(node.y)}" z="0"/></node>\n'
    )


def _edges(edges: Iterable[EdgeRow], prefixes: list[str]) -> Iterator[str]:
    """The edges' elements. Most of a file is edges: one search looks for signs to escape in both ends at once."""
    special, identifier = xml.SPECIAL.search, xml.identifier
    for n, (source, target, weight, kind, values, spells) in enumerate(edges):
        if not 0 < weight < _INFINITE:
            raise ValueError(f"{source} → {target}：權重 {weight} 不是正數，請先濾除 (not positive; filter it out)")
        if special(source + target) is None:
            ends = f'source="{source}" target="{target}"'
        else:
            ends = f"source={identifier(source)} target={identifier(target)}"
        inside = _values(values, prefixes) if values else ""
        if spells:
            inside += _spells(spells)
        start = f'<edge id="e{n}" {ends}{_drawn(weight, kind)}'
        yield f"{start}>{inside}</edge>\n" if inside else f"{start}/>\n"
