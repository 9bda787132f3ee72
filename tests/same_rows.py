"""The canned queries on two stores: what to ask, and an answer's rows in a form that can be compared."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyoxigraph as ox
import tiny_graph

from kg.catalog import CannedQuery, load
from kg.catalog_types import BadValue, options
from kg.views import views

NUMBERS = {f"http://www.w3.org/2001/XMLSchema#{name}" for name in ("integer", "decimal", "double", "float", "int")}
#: what stands between the texts that GROUP_CONCAT joins; SPARQL 1.1 (18.5.1.7) leaves their order open
JOINTS = re.compile("[、； ]")


@functools.cache
def queries() -> dict[str, CannedQuery]:
    """All canned queries and those of the views, by name."""
    return dict(load()) | {view.query.name: view.query for view in views().values()}


def texts(query: CannedQuery, graph: ox.Store) -> Iterator[str]:
    """The query with its example, with a value on offer for each parameter, and bare.

    Where the graph has nothing of the example's name, values on offer take its place.
    """
    needed = tiny_graph.values(query, graph)
    try:
        yield query.bind(query.terms(query.examples(), graph))
    except BadValue:
        yield query.bind(query.terms(needed, graph))
    for parameter in query.parameters.values():
        if offered := options(parameter, graph):
            yield query.bind(query.terms(needed | {parameter.name: [offered[0].value]}, graph))
    if not needed:
        yield query.bind(query.terms({}, graph))


def bag(store: Any, text: str) -> Counter[tuple[str, ...]]:
    """How often each row occurs in the answer of a store, embedded or remote."""
    joined = "GROUP_CONCAT" in text
    return Counter(tuple(cell(term, joined) for term in row) for row in store.query(text))


def cell(term: Any, joined: bool) -> str:
    """A term as text. An empty GROUP_CONCAT is a text without characters on one server and no value on another."""
    if not isinstance(term, ox.Literal):
        return str(term or "")
    if term.datatype.value in NUMBERS:
        return f"{Decimal(term.value).normalize():f}"
    if joined:  # Oxigraph keeps the language that all joined texts have
        return "|".join(sorted(JOINTS.split(term.value)))
    # the case of a language tag has no meaning
    return f"{term.value}@{term.language.lower()}" if term.language else term.value
