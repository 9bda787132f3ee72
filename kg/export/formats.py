"""All formats by their short name: media type, ending, and how a sheet is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kg.export import gexf, graphml, graphology, tables, through_networkx
from kg.export.rows import Sheet


@dataclass(frozen=True, slots=True)
class Format:
    """A text format."""

    name: str
    ending: str
    media_type: str
    write: Callable[[Sheet], Iterator[str]]
    zh: str
    en: str


FORMATS: dict[str, Format] = {f.name: f for f in (
    Format("gexf", "gexf", gexf.MEDIA_TYPE, gexf.stream, "Gephi（建議）", "Gephi (recommended)"),
    Format("graphml", "graphml", graphml.MEDIA_TYPE, graphml.stream, "igraph、yEd、Cytoscape",
           "igraph, yEd, Cytoscape"),
    Format("nodes.csv", "nodes.csv", tables.MEDIA_TYPE, tables.nodes, "節點表", "node table"),
    Format("edges.csv", "edges.csv", tables.MEDIA_TYPE, tables.edges, "邊表", "edge table"),
    Format("json", "json", graphology.MEDIA_TYPE, graphology.stream, "graphology、sigma.js", "graphology, sigma.js"),
    Format("gml", "gml", through_networkx.GML_TYPE, through_networkx.gml, "GML", "GML"),
    Format("net", "net", through_networkx.PAJEK_TYPE, through_networkx.pajek, "Pajek", "Pajek"),
)}
