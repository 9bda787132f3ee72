"""What a graph's triples are made of: how often each class and property occurs, and the languages of its texts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg.names import PREFIXES
from kg.store.select import select

FILE = "vocabulary.json"
_QUERIES = {
    "classes": "SELECT ?t (COUNT(*) AS ?n) { ?s a ?t FILTER(ISIRI(?t)) } GROUP BY ?t",
    "properties": "SELECT ?t (COUNT(*) AS ?n) { ?s ?t ?o } GROUP BY ?t",
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Counts of one version of the graph. Empty where nothing is known."""

    triples: int = 0
    classes: Mapping[str, int] = field(default_factory=dict)
    properties: Mapping[str, int] = field(default_factory=dict)
    #: language tags in lower case
    languages: Mapping[str, int] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Was the graph counted?"""
        return bool(self.properties)

    def __contains__(self, iri: str) -> bool:
        return iri in self.properties or iri in self.classes

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {"triples": self.triples, "classes": dict(self.classes), "properties": dict(self.properties),
                "languages": dict(self.languages)}


def count(store: ox.Store) -> Vocabulary:
    """Counts the default graph."""
    found: dict[str, dict[str, int]] = {}
    for kind, query in _QUERIES.items():
        found[kind] = dict(sorted((row["t"].value, int(row["n"].value)) for row in select(store, query)))
    languages: Counter[str] = Counter()
    for predicate in found["properties"]:
        # a sample of each property's texts tells its languages
        for n, quad in enumerate(store.quads_for_pattern(None, ox.NamedNode(predicate), None, ox.DefaultGraph())):
            if isinstance(quad.object, ox.Literal) and quad.object.language:
                languages[quad.object.language.lower()] += 1
            elif n > 100 and not isinstance(quad.object, ox.Literal):
                break
            if n >= 20_000:
                break
    triples = sum(found["properties"].values())
    return Vocabulary(triples, found["classes"], found["properties"], dict(sorted(languages.items())))


def write(store: ox.Store, folder: Path) -> None:
    """Counts a version's graph and keeps the counts beside it."""
    save(count(store), folder)


def save(counts: Vocabulary, folder: Path) -> None:
    """Keeps counts beside a version."""
    (folder / FILE).write_text(json.dumps(counts.to_json(), ensure_ascii=False) + "\n", encoding="utf-8")


def load(folder: Path) -> Vocabulary:
    """The counts beside a version; empty where an older program built it. Raises ValueError for a damaged file."""
    try:
        data = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Vocabulary()
    return Vocabulary(**data)


def full(name: str, prefixes: Mapping[str, str]) -> str | None:
    """The IRI of a name in a query: ``a``, ``<…>`` or ``prefix:local``; None for an undeclared prefix."""
    if name == "a":
        return PREFIXES["rdf"] + "type"
    if name.startswith("<"):
        return name[1:-1]
    prefix, _, local = name.partition(":")
    namespace = prefixes.get(prefix, PREFIXES.get(prefix))
    return None if namespace is None else namespace + local.replace("\\", "")
