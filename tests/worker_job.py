"""A query as a worker is given it, and a query that is never done."""

from __future__ import annotations

from typing import Any

#: never done: every three of 20,000 triples
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?a ?b ?c . ?x ?y ?z FILTER(?o != ?c) }"


def job(query: str, **more: Any) -> dict[str, Any]:
    """What the service sends for a query without limits to speak of."""
    return {
        "query": query, "form": "json", "prefixes": {"x": "http://x/"}, "base": "", "default": [], "named": [],
        "seconds": 30, "max_rows": 10**9, "max_bytes": 10**9, "hold": 16_384, "gzip": False,
    } | more
