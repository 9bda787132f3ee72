"""Counts of what is in a graph."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox

from kg.names import compact
from kg.store.select import select

_CLASSES = """SELECT ?term (COUNT(*) AS ?n) WHERE { ?s a ?term } GROUP BY ?term"""
_PROPERTIES = """SELECT ?term (COUNT(*) AS ?n) WHERE { ?s ?term ?o } GROUP BY ?term"""
_LABEL = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")


def label(store: ox.Store, term: ox.NamedNode, language: str = "zh-hant") -> str:
    """The term's label in a language (as the store writes tags: in lower case); empty if it has none."""
    for quad in store.quads_for_pattern(term, _LABEL, None):
        if isinstance(quad.object, ox.Literal) and (quad.object.language or "").lower() == language:
            return quad.object.value
    return ""


def statistics(store: ox.Store) -> dict[str, Any]:
    """``{"triples": n, "classes": [{name, iri, label, count}], "properties": [...]}``, most frequent first."""
    found: dict[str, Any] = {"triples": len(store)}
    for key, query in (("classes", _CLASSES), ("properties", _PROPERTIES)):
        rows = []
        for row in select(store, query):
            term = row["term"]
            rows.append({"name": compact(term.value), "iri": term.value, "label": label(store, term),
                         "count": int(row["n"].value)})
        found[key] = sorted(rows, key=lambda r: (-r["count"], r["name"]))
    return found
