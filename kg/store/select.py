"""The rows of the program's own SELECT queries."""

from __future__ import annotations

from typing import Any, Protocol

import pyoxigraph as ox

from kg.names import sparql_prefixes


class Queryable(Protocol):
    """What answers queries: a pyoxigraph.Store, or a remote one in its place."""

    def query(self, query: str, /) -> Any:
        """The answer, of the kind that the query's form asks for."""
        ...


def select(store: Queryable, query: str) -> ox.QuerySolutions:
    """The solutions of a SELECT, in which the usual prefixes need no declaration.

    Raises SyntaxError for a query that is none, TypeError for another form, and OSError of a remote store.
    """
    found = store.query(sparql_prefixes() + query)
    if not isinstance(found, ox.QuerySolutions):
        raise TypeError("a SELECT was expected")
    return found
