"""Which part of the ontology and the authority files stands in the graph.

The ontology, the concept schemes, all bodies and all industries are loaded whole: they
are small and an analyst browses them. Laws and programs are a lexicon: only those that a
document names (and what they refer to among themselves) enter the graph.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox

from kg.names import CLASSES, ID
from kg.rules import data_folder

_LEXICONS = ("regulations.ttl", "programs.ttl")


@functools.cache
def _parsed(path: Path) -> tuple[ox.Triple, ...]:
    """The triples of a Turtle file."""
    return tuple(q.triple for q in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))


def authority_triples(store: ox.Store) -> list[ox.Triple]:
    """Triples of the ontology and of the authority files for the graph in ``store``."""
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
    prefixes = tuple(f"{ID}{CLASSES[c]}/" for c in ("pol:Regulation", "pol:Program"))
    named = [
        q.subject.value for c in ("Regulation", "Program")
        for q in store.quads_for_pattern(None, _TYPE, ox.NamedNode(f"https://w3id.org/policy-kg/ontology#{c}"))
        if isinstance(q.subject, ox.NamedNode) and q.subject.value.startswith(prefixes)
    ]
    entered: set[str] = set()
    while named:
        iri = named.pop()
        if iri not in entered:
            entered.add(iri)
            found += about.get(iri, ())
            named += [t.object.value for t in about.get(iri, ()) if isinstance(t.object, ox.NamedNode)]
    return found


_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
