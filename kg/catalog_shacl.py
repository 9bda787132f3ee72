"""The catalogue as RDF: each canned query a ``sh:SPARQLSelectExecutable`` (SHACL-AF 6.4) with its parameters."""

from __future__ import annotations

import pyoxigraph as ox

from kg.catalog import Catalog
from kg.names import BASE, PREFIXES, expand, sparql_prefixes

_DATATYPES = {"string": "string", "integer": "integer", "year": "integer", "decimal": "decimal", "boolean": "boolean",
              "date": "date"}


def executables(catalog: Catalog) -> str:
    """All canned queries as Turtle. The query's text stands as in the file, with prefixes and without values."""
    triples: list[ox.Triple] = []

    def say(subject: ox.NamedNode, predicate: str, thing: ox.NamedNode | ox.Literal) -> None:
        triples.append(ox.Triple(subject, ox.NamedNode(expand(predicate)), thing))

    for query in catalog.values():
        s = ox.NamedNode(f"{BASE}query/{query.name}")
        say(s, "rdf:type", ox.NamedNode(expand("sh:SPARQLExecutable")))
        say(s, "rdf:type", ox.NamedNode(expand("sh:SPARQLSelectExecutable")))
        for predicate, words in (("rdfs:label", query.title), ("rdfs:comment", query.description)):
            say(s, predicate, ox.Literal(words["zh"], language="zh-Hant"))
            say(s, predicate, ox.Literal(words["en"], language="en"))
        say(s, "sh:select", ox.Literal(sparql_prefixes() + query.sparql))
        for p in query.parameters.values():
            o = ox.NamedNode(f"{s.value}#{p.name}")
            say(s, "sh:parameter", o)
            say(o, "sh:path", ox.NamedNode(f"{BASE}parameter/{p.name}"))
            say(o, "sh:name", ox.Literal(p.label["zh"], language="zh-Hant"))
            say(o, "sh:name", ox.Literal(p.label["en"], language="en"))
            say(o, "sh:optional", ox.Literal(not p.required))
            if p.type in _DATATYPES:
                say(o, "sh:datatype", ox.NamedNode(expand(f"xsd:{_DATATYPES[p.type]}")))
            elif p.cls:
                say(o, "sh:class", ox.NamedNode(expand(p.cls)))
    return ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES).decode("utf-8")  # type: ignore[union-attr]
