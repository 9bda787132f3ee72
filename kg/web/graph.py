"""The graph as the web sees it: the served version, reopened when a build has switched it."""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import pyoxigraph as ox
from flask import current_app

from kg.catalog import Catalog
from kg.names import expand
from kg.stats import statistics
from kg.store import Version, VersionedStore

_LABELS = tuple(ox.NamedNode(expand(p)) for p in ("skos:prefLabel", "dcterms:title", "rdfs:label"))
#: what names a thing that has no label of its own, in this order
_DESCRIBING = tuple(ox.NamedNode(expand(p)) for p in (
    "pol:respondent", "pol:responseTo", "pol:agency", "pol:fiscalYear", "pol:number", "pol:quote",
))
#: characters of a label made from describing properties
_LONGEST = 60


@dataclass(frozen=True)
class Opened:
    """An open version with its build report."""

    version: Version
    store: ox.Store
    report: dict[str, Any]

    @functools.cached_property
    def counts(self) -> dict[str, Any]:
        """Statistics of the version (see kg.stats), counted once."""
        return statistics(self.store)


class GraphHandle:
    """Gives the served version; a new one is opened as soon as the pointer names it."""

    def __init__(self, versions: VersionedStore, catalog: Catalog) -> None:
        self.versions = versions
        self.catalog = catalog
        self._lock = threading.Lock()
        self._opened: Opened | None = None

    def get(self) -> Opened:
        """The served version. Raises StoreError where there is none."""
        version = self.versions.require()
        opened = self._opened
        if opened is None or opened.version != version:
            with self._lock:
                opened = self._opened
                if opened is None or opened.version != version:
                    opened = self._opened = Opened(version, self.versions.open(version), version.report())
        return opened


def handle() -> GraphHandle:
    """The application's graph."""
    found: GraphHandle = current_app.extensions["kg"]
    return found


def opened() -> Opened:
    """The served version of the application's graph. Raises StoreError."""
    return handle().get()


def text_in(store: ox.Store, node: ox.NamedNode, predicate: ox.NamedNode, language: str) -> str:
    """A property's text in a language; empty if there is none."""
    for quad in store.quads_for_pattern(node, predicate, None):
        if isinstance(quad.object, ox.Literal) and (quad.object.language or "").lower().startswith(language):
            return quad.object.value
    return ""


def label(store: ox.Store, iri: str, language: str = "zh") -> str:
    """The best label of a thing: in the language, else any; where there is none, what describes it, else its key."""
    node = ox.NamedNode(iri)
    fallback = ""
    for predicate in _LABELS:
        for quad in store.quads_for_pattern(node, predicate, None):
            if isinstance(quad.object, ox.Literal):
                if (quad.object.language or "").lower().startswith(language):
                    return quad.object.value
                fallback = fallback or quad.object.value
    return fallback or _described(store, node) or unquote(iri.rsplit("/", 1)[-1].rsplit("#", 1)[-1])


def _described(store: ox.Store, node: ox.NamedNode) -> str:
    parts = []
    for predicate in _DESCRIBING:
        for quad in store.quads_for_pattern(node, predicate, None):
            thing = isinstance(quad.object, ox.NamedNode) and quad.object != node
            value = str(getattr(quad.object, "value", ""))
            parts.append(label(store, value) if thing else value)
            break
    text = " ".join(" · ".join(parts).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
