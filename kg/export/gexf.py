"""GEXF 1.3, written as a stream: what Gephi opens without a warning.

Written by hand because networkx's writer loses edge kinds and attributes and writes
ill-formed XML for control characters. Schema: GEXF 1.3 (gexf.net/1.3). No byte order
mark, no zero weights, unique ids, one ``<attributes>`` block per class.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date
from xml.sax.saxutils import quoteattr

from kg.export.palette import rgb
from kg.network import Network

MEDIA_TYPE = "application/gexf+xml"
#: characters that XML 1.0 forbids even as references
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def attribute(text: str) -> str:
    """A quoted XML attribute value; forbidden characters dropped, white space folded (xs:token)."""
    return quoteattr(" ".join(_FORBIDDEN.sub("", text).split()))


def number(value: float) -> str:
    """A number without needless digits."""
    return str(int(value)) if value == int(value) else repr(round(value, 6))


def write(network: Network, *, source: str = "", version: str = "", on: date | None = None) -> Iterator[str]:
    """The file in pieces. ``source`` says what was asked, ``version`` is the graph's."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">\n'
    modified = f" lastmodifieddate={attribute(on.isoformat())}" if on else ""
    yield f"<meta{modified}><creator>policy-kg</creator>"
    yield f"<keywords>{_content(network.title)}</keywords>"
    described = " · ".join(x for x in (network.title, source, version) if x)
    yield f"<description>{_content(described)}</description></meta>\n"
    kind = "directed" if network.directed else "undirected"
    yield f'<graph defaultedgetype="{kind}" mode="static">\n'
    yield (
        '<attributes class="node" mode="static">'
        '<attribute id="class" title="class" type="string"/>'
        '<attribute id="name" title="full_name" type="string"/>'
        '<attribute id="iri" title="iri" type="anyURI"/>'
        '<attribute id="deg" title="degree_count" type="integer"/>'
        '<attribute id="wdeg" title="weighted_degree_sum" type="double"/>'
        "</attributes>\n"
        '<attributes class="edge" mode="static">'
        '<attribute id="relation" title="relation" type="string"/></attributes>\n'
    )
    yield f'<nodes count="{len(network.nodes)}">\n'
    ids = {}
    largest = max((m["weighted_degree"] for m in network.measures.values()), default=1.0) or 1.0
    for n, node in enumerate(network.nodes.values()):
        ids[node.id] = f"n{n}"
        measures = network.measures.get(node.id, {"degree": 0.0, "weighted_degree": 0.0})
        x, y = network.positions.get(node.id, (0.0, 0.0))
        r, g, b = rgb(node.cls)
        size = 8 + 32 * math.sqrt(measures["weighted_degree"] / largest)
        yield (
            f'<node id="n{n}" label={attribute(node.short)}><attvalues>'
            f'<attvalue for="class" value={attribute(node.cls)}/><attvalue for="name" value={attribute(node.label)}/>'
            f'<attvalue for="iri" value={attribute(node.id)}/><attvalue for="deg" value="{int(measures["degree"])}"/>'
            f'<attvalue for="wdeg" value="{number(measures["weighted_degree"])}"/></attvalues>'
            f'<viz:color r="{r}" g="{g}" b="{b}"/><viz:size value="{size:.2f}"/>'
            f'<viz:position x="{number(x)}" y="{number(y)}" z="0"/></node>\n'
        )
    yield f'</nodes>\n<edges count="{len(network.edges)}">\n'
    for n, edge in enumerate(network.edges):
        named = f" kind={attribute(edge.kind)} label={attribute(edge.kind)}" if edge.kind else ""
        values = (
            f'<attvalues><attvalue for="relation" value={attribute(edge.kind)}/></attvalues>' if edge.kind else ""
        )
        yield (
            f'<edge id="e{n}" source="{ids[edge.source]}" target="{ids[edge.target]}" '
            f'weight="{number(edge.weight)}"{named}>{values}</edge>\n'
        )
    yield "</edges>\n</graph>\n</gexf>\n"


def _content(text: str) -> str:
    """Element content, escaped."""
    return _FORBIDDEN.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
