"""Which part of the ontology and the authority files stands in the graph.

The ontology, the concept schemes, all bodies and all industries are loaded whole: they
are small and an analyst browses them. Laws and programs are a lexicon: only those that a
document names (and what they refer to among themselves) enter the graph.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from kg.names import CLASSES, ID, compact, expand
from kg.rdf import SUPERCLASSES, node
from kg.rules import data_folder

_LEXICONS = ("regulations.ttl", "programs.ttl")


@functools.cache
def _parsed(path: Path) -> tuple[ox.Triple, ...]:
    """The triples of a Turtle file; what is of a class is of its superclasses, as what documents state is."""
    found = [q.triple for q in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)]
    return tuple(dict.fromkeys(found + [
        ox.Triple(t.subject, _TYPE, node(above))
        for t in found if t.predicate == _TYPE and isinstance(t.object, ox.NamedNode)
        for above in SUPERCLASSES.get(compact(t.object.value), ())
    ]))


@functools.cache
def lexicon() -> frozenset[str]:
    """IRIs of the laws and programs that the authority files tell of."""
    folder = data_folder("ontology") / "authority"
    return frozenset(
        t.subject.value for name in _LEXICONS for t in _parsed(folder / name) if isinstance(t.subject, ox.NamedNode))


def named_in(store: ox.Store) -> list[str]:
    """IRIs of the laws and programs that a graph types."""
    prefixes = tuple(f"{ID}{CLASSES[c]}/" for c in ("pol:Regulation", "pol:Program"))
    return [
        q.subject.value for c in ("pol:Regulation", "pol:Program")
        for q in store.quads_for_pattern(None, _TYPE, ox.NamedNode(expand(c)))
        if isinstance(q.subject, ox.NamedNode) and q.subject.value.startswith(prefixes)
    ]


def authority_triples(named: Iterable[str]) -> list[ox.Triple]:
    """Triples of the ontology and of the authority files for a graph whose documents name these laws and programs."""
    folder = data_folder("ontology")
    found = list(_parsed(folder / "policy.ttl"))
    for path in sorted((folder / "authority").glob("*.ttl")):
        if path.name not in _LEXICONS:
            found += _parsed(path)
    about: dict[str, list[ox.Triple]] = defaultdict(list)
    for name in _LEXICONS:
        for triple in _parsed(folder / "authority" / name):
            if isinstance(triple.subject, ox.NamedNode):
                about[triple.subject.value].append(triple)
    waiting = list(named)
    entered: set[str] = set()
    while waiting:
        iri = waiting.pop()
        if iri not in entered:
            entered.add(iri)
            found += about.get(iri, ())
            waiting += [t.object.value for t in about.get(iri, ()) if isinstance(t.object, ox.NamedNode)]
    return found


_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
