"""Networks of one's own SELECT or CONSTRUCT, for what no view offers.

A SELECT needs the columns ``source`` and ``target`` (or else its first two are taken) and may have
``weight``, ``kind``, ``source_label``, ``target_label``, ``start``, ``end``; all others become attributes.
A CONSTRUCT's triples between things are edges, its literals become attributes of the nodes. The
parameters ``year`` and ``min_weight`` are those of every view.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyoxigraph as ox

from kg.catalog import Network as Shape
from kg.catalog_types import BadValue
from kg.describe import Describer
from kg.measures import of_network
from kg.names import PREFIXES, compact
from kg.network import Edge, Network, Node, described, from_rows, plain
from kg.views import COMMON, filters, narrowed

TITLE = "查詢 query"
#: names of columns that mean the ends, if a query has them
_ENDS = (("source", "target"), ("Source", "Target"), ("subject", "object"), ("s", "o"), ("from", "to"))


def of_text(
    store: ox.Store, text: str, title: str = TITLE, *, directed: bool = True,
    raw: Mapping[str, list[str]] | None = None,
) -> Network:
    """The network of a query that is run here, described and measured.

    The text must have passed the guard where it comes from outside. Raises SyntaxError, BadValue, and
    ValueError for a query that is no network.
    """
    result = store.query(text, prefixes=PREFIXES)
    if isinstance(result, ox.QueryTriples):
        return of_triples(store, ((t.subject, t.predicate, t.object) for t in result), title, raw=raw)
    if not isinstance(result, ox.QuerySolutions):
        raise ValueError("ASK 沒有網絡，請用 SELECT 或 CONSTRUCT (an ASK is no network)")
    return of_rows(store, [v.value for v in result.variables], result, title, directed=directed, raw=raw)


def of_rows(
    store: ox.Store, names: Sequence[str], rows: Iterable[Any], title: str = TITLE, *, directed: bool = True,
    raw: Mapping[str, list[str]] | None = None,
) -> Network:
    """The network of a SELECT's rows, each of which gives its terms by name. Raises ValueError and BadValue."""
    ends = next(((s, t) for s, t in _ENDS if s in names and t in names), None)
    if ends is None:
        if len(names) < 2:
            raise ValueError("SELECT 要有 source 與 target 兩欄 (the SELECT needs the columns source and target)")
        ends = (names[0], names[1])

    def named(name: str) -> str | None:
        return name if name in names else None

    source, target = ends
    shape = Shape(source, target, named(f"{source}_label"), named(f"{target}_label"), weight=named("weight"),
                  kind=named("kind"), directed=directed)
    return _finished(from_rows(title, shape, rows, names), store, raw)


def of_triples(
    store: ox.Store, triples: Iterable[tuple[Any, Any, Any]], title: str = TITLE, *,
    raw: Mapping[str, list[str]] | None = None,
) -> Network:
    """The network of a CONSTRUCT's triples. Raises BadValue."""
    found = Network(title, True)
    for subject, predicate, value in dict.fromkeys(triples):
        if not isinstance(subject, (ox.NamedNode, ox.BlankNode)):
            continue
        s, p = subject.value, compact(predicate.value)
        node = found.nodes.setdefault(s, Node(s, compact(s), "Thing"))
        if isinstance(value, ox.Literal):
            name = p.split(":")[-1]
            if node.attributes.get(name) is None:
                node.attributes[name] = plain(value)
        elif isinstance(value, (ox.NamedNode, ox.BlankNode)) and value.value != s:
            o = value.value
            found.nodes.setdefault(o, Node(o, compact(o), "Thing"))
            found.edges.append(Edge(s, o, 1.0, p))
    return _finished(found, store, raw)


def _finished(network: Network, store: ox.Store, raw: Mapping[str, list[str]] | None) -> Network:
    if unknown := [name for name in raw or {} if name not in COMMON]:
        raise BadValue(f"自己的查詢沒有參數 {unknown[0]!r}，可用 {'、'.join(COMMON)} (no such parameter)")
    years, least = filters(raw or {})
    describer = Describer(store)
    return of_network(narrowed(described(network, describer), years, least), describer)
