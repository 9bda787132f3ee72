"""A network as typed rows, which every format is written from.

Writers take a ``Sheet``: columns, and iterables of node and edge rows that are walked once, so
a file can be larger than memory. ``sheet`` makes one of a ``Network``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from kg.describe import Spell
from kg.export.palette import colour, community_colour
from kg.export.xml import kept
from kg.names import ID
from kg.network import Network, Value

#: names that Gephi, networkx, igraph or a CSV import keep for themselves; a column of that name gets a suffix
RESERVED = frozenset({
    "id", "label", "source", "target", "type", "kind", "weight", "start", "end", "pid", "for", "value", "name",
    "interval", "timeset", "timestamp", "spells", "viz", "x", "y", "z", "size", "color", "colour", "r", "g", "b", "a",
    "key", "attributes", "nodes", "edges", "degree", "modularity_class", "node", "edge", "graph", "index", "shape",
})
_SUFFIX = "_value"
#: type of a column -> Python's types of its values; what does not fit all values becomes text
TYPES = ("boolean", "integer", "long", "double", "string")
#: whole numbers that Gephi (Java) and GEXF's readers hold as integer and as long; larger ones are text
_INTEGER, _LONG = 1 << 31, 1 << 63
#: measure -> type of its column
_INTEGERS = frozenset({"degree", "in_degree", "out_degree", "k_core", "community"})
_TITLES = {"degree": "degree_count", "weighted_degree": "weighted_degree_sum"}
SMALLEST, LARGEST = 8.0, 40.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column: a name that every program takes (letters, digits, underscores; not reserved), and its type."""

    name: str
    type: str = "string"


class NodeRow(NamedTuple):
    """A node as written. A named tuple: three times as fast to make as a frozen dataclass, a million times over."""

    id: str
    label: str
    values: Sequence[Value] = ()
    x: float = 0.0
    y: float = 0.0
    size: float = 10.0
    colour: str = "#7F7F7F"
    spells: tuple[Spell, ...] = ()


class EdgeRow(NamedTuple):
    """An edge as written; ids are given by the writers, by counting."""

    source: str
    target: str
    weight: float = 1.0
    kind: str = ""
    values: Sequence[Value] = ()
    spells: tuple[Spell, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a writer needs. ``nodes`` and ``edges`` are walked once, nodes first.

    ``source`` says what was asked, ``version`` and ``on`` are the graph's version and date. ``size`` is the
    number of nodes and edges where it is known.
    """

    title: str
    directed: bool
    nodes: Iterable[NodeRow]
    edges: Iterable[EdgeRow]
    node_columns: tuple[Column, ...] = ()
    edge_columns: tuple[Column, ...] = ()
    dynamic: bool = False
    source: str = ""
    version: str = ""
    on: date | None = None
    notes: tuple[str, ...] = ()
    size: tuple[int, int] | None = None
    size_by: str = ""

    @property
    def description(self) -> str:
        """Title, question, version and notes in one line."""
        return " · ".join(x for x in (self.title, self.source, self.version, *self.notes) if x)


def safe_name(name: str, taken: Iterable[str] = ()) -> str:
    """A column's name without blanks and signs, not reserved and not taken.

    >>> safe_name("adoption status"), safe_name("Id"), safe_name("2024"), safe_name("信心")
    ('adoption_status', 'Id_value', 'c_2024', '信心')
    """
    out = re.sub(r"\W+", "_", name).strip("_") or "column"
    if out[0].isdigit():
        out = f"c_{out}"
    if out.lower() in RESERVED:
        out += _SUFFIX
    known = {t.lower() for t in taken}
    number = 2
    found = out
    while found.lower() in known:
        found, number = f"{out}_{number}", number + 1
    return found


def type_of(values: Iterable[Value]) -> str:
    """The narrowest type that holds all values; mixed kinds are text.

    Types are those of GEXF that Gephi takes: it drops columns of others (anyURI), and integers end at 2^31.

    >>> type_of([1, None, 2]), type_of([1, 2**31]), type_of([1, 2.5]), type_of([True, 1]), type_of([])
    ('integer', 'long', 'double', 'string', 'string')
    """
    known = [v for v in values if v is not None]
    kinds = {bool if isinstance(v, bool) else type(v) for v in known}
    if kinds == {bool}:
        return "boolean"
    if kinds == {int}:
        largest = max(abs(v) for v in known if isinstance(v, int))
        return "integer" if largest < _INTEGER else "long" if largest < _LONG else "string"
    return "double" if kinds and kinds <= {int, float} else "string"


def cleaned(value: object, kind: str) -> Value:
    """A value as a column of a type holds it; None where there is nothing to write (empty, not a number).

    Lists become text: Gephi reads list types, other programs do not.
    """
    if value is None or value == "":
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, (list, tuple, set, frozenset)):
        printed = [kept(str(v)) for v in value]
        return "; ".join(sorted(printed) if isinstance(value, (set, frozenset)) else printed)
    if kind == "double" and isinstance(value, int):
        return float(value)
    if kind == "string":
        return str(value).lower() if isinstance(value, bool) else kept(str(value)) or None
    return value if isinstance(value, (bool, int, float)) else kept(str(value))


def text(value: Value) -> str:
    """A value's printed form in a file: booleans in lower case, whole numbers without a point."""
    kind = type(value)
    if kind is int:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    return number(value) if isinstance(value, float) else str(value)


def number(value: float) -> str:
    """A number without needless digits; reading it back gives the same number."""
    printed = repr(value)
    return printed[:-2] if printed.endswith(".0") else printed


def short_id(iri: str) -> str:
    """The id in a file: the IRI without the project's base, which is short, readable and the same in every file."""
    return iri[len(ID):] if iri.startswith(ID) and len(iri) > len(ID) else iri


def years(spell: Spell) -> tuple[str | None, str | None]:
    """First and last day of a spell. Days, not bare years: start and end of one year must differ.

    >>> years((2025, 2025)), years((2030, None))
    (('2025-01-01', '2025-12-31'), ('2030-01-01', None))
    """
    start, end = spell
    return (None if start is None else f"{start:04d}-01-01"), (None if end is None else f"{end:04d}-12-31")


def _extra(attributes: Iterable[dict[str, Value]], fixed: Sequence[Column]) -> list[tuple[str, Column]]:
    """Attribute names with their columns, in the order they are met."""
    found: dict[str, list[Value]] = {}
    for some in attributes:
        for name, value in some.items():
            found.setdefault(name, []).append(value)
    out: list[tuple[str, Column]] = []
    for name, values in found.items():
        taken = [c.name for c in fixed] + [c.name for _, c in out]
        kind = type_of(None if isinstance(v, float) and not math.isfinite(v) else v for v in values)
        out.append((name, Column(safe_name(name, taken), kind)))
    return out


def _period(spells: tuple[Spell, ...]) -> tuple[int | None, int | None]:
    """First and last year of all spells, None where open or unknown."""
    starts, ends = [s for s, _ in spells], [e for _, e in spells]
    first = None if not starts or None in starts else min(s for s in starts if s is not None)
    last = None if not ends or None in ends else max(e for e in ends if e is not None)
    return first, last


def measure_column(name: str, method: str) -> Column:
    """A measure's column; its name says when it is no exact value, and never is one that Gephi's own statistics use."""
    title = _TITLES.get(name, name)
    return Column(f"{title}_{method}" if method and method != "exact" else title,
                  "integer" if name in _INTEGERS else "double")


def sheet(
    network: Network, *, source: str = "", version: str = "", on: date | None = None,
    size_by: str = "weighted_degree", colour_by: str = "class",
) -> Sheet:
    """The rows of a network: class, full name, IRI, years, measures and attributes as columns.

    ``size_by`` is a measure, ``colour_by`` is ``class`` or ``community``. Raises ValueError for another one.
    """
    names = list(dict.fromkeys(m for values in network.measures.values() for m in values))
    if size_by not in names and names:
        raise ValueError(f"沒有名為 {size_by} 的測度，可用 {'、'.join(names)} (no such measure)")
    if colour_by not in ("class", "community"):
        raise ValueError(f"顏色依 class 或 community，不能依 {colour_by} (colour by class or community)")
    dated = any(n.spells for n in network.nodes.values()) or any(e.spells for e in network.edges)
    period = (Column("start_year", "integer"), Column("end_year", "integer")) if dated else ()
    measured = [(m, measure_column(m, network.methods.get(m, ""))) for m in names]
    fixed = (Column("class"), Column("full_name"), Column("iri"), *period, *(c for _, c in measured))
    hidden = {"lead_share"} if "lead_share" in names else set()
    extra = [(n, c) for n, c in _extra((n.attributes for n in network.nodes.values()), fixed) if n not in hidden]
    edge_fixed = (Column("relation"), *period)
    edge_extra = _extra((e.attributes for e in network.edges), edge_fixed)
    largest = max((m.get(size_by, 0.0) for m in network.measures.values()), default=0.0) or 1.0
    ids = _ids(network)

    def nodes() -> Iterator[NodeRow]:
        for node in network.nodes.values():
            found = network.measures.get(node.id, {})
            x, y = network.positions.get(node.id, (0.0, 0.0))
            name = " ".join(kept(node.label).split())
            values: list[Value] = [node.cls, name, node.id, *(_period(node.spells) if dated else ())]
            for measure, column in measured:
                value = found.get(measure)
                whole = value is not None and column.type == "integer"
                values.append(int(value or 0) if whole else cleaned(value, "double"))
            values += [cleaned(node.attributes.get(attribute), column.type) for attribute, column in extra]
            share = max(found.get(size_by, 0.0), 0.0) / largest
            shade = colour(node.cls) if colour_by == "class" else community_colour(int(found.get("community", 0)))
            size = SMALLEST + (LARGEST - SMALLEST) * math.sqrt(share)
            yield NodeRow(ids[node.id], kept(node.short), values, x, y, size, shade, node.spells)

    def edges() -> Iterator[EdgeRow]:
        for e in network.edges:
            kind = kept(e.kind)
            values: list[Value] = [kind or None, *(_period(e.spells) if dated else ())]
            values += [cleaned(e.attributes.get(name), column.type) for name, column in edge_extra]
            yield EdgeRow(ids[e.source], ids[e.target], e.weight, kind, values, e.spells)

    return Sheet(
        network.title, network.directed, nodes(), edges(), (*fixed, *(c for _, c in extra)),
        (*edge_fixed, *(c for _, c in edge_extra)), dated, source, version, on, tuple(network.notes),
        (len(network.nodes), len(network.edges)), size_by,
    )


def _ids(network: Network) -> dict[str, str]:
    """Ids for the file: short where that leaves them different from each other."""
    short = {i: short_id(i) for i in network.nodes}
    return short if len(set(short.values())) == len(short) else {i: i for i in network.nodes}
