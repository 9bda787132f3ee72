"""What the service and its data are, in RDF: Service Description, VoID and DCAT, prefixes for editors."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pyoxigraph as ox

from kg.catalog import Catalog
from kg.names import PREFIXES, expand
from kg.service.http import GRAPHS, RESULTS
from kg.service.vocabulary import Vocabulary

SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = {
    "json": "SPARQL_Results_JSON", "xml": "SPARQL_Results_XML", "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV", "turtle": "Turtle", "nt": "N-Triples", "nq": "N-Quads", "trig": "TriG",
    "rdfxml": "RDF_XML", "jsonld": "JSON-LD",
}
#: media types in which descriptions are offered
FORMATS = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json", "application/trig",
           "application/n-quads", "text/plain")
_RDF = {
    "turtle": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD, "trig": ox.RdfFormat.TRIG, "nq": ox.RdfFormat.N_QUADS,
}
_TYPE = ox.NamedNode(expand("rdf:type"))


def _node(name: str) -> ox.NamedNode:
    return ox.NamedNode(SD + name[3:] if name.startswith("sd:") else expand(name))


def _text(value: str, datatype: str = "xsd:string") -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode(expand(datatype)))


def service(base: str, writing: bool) -> list[ox.Triple]:
    """The service at ``base`` (scheme and host) as SPARQL 1.1 Service Description; ``writing``: are updates open?"""
    endpoint = ox.NamedNode(f"{base}/sparql")
    data, default = ox.NamedNode(f"{base}/.well-known/void#dataset"), ox.NamedNode(f"{base}/.well-known/void#graph")
    found = [
        ox.Triple(endpoint, _TYPE, _node("sd:Service")), ox.Triple(endpoint, _node("sd:endpoint"), endpoint),
        ox.Triple(endpoint, _node("sd:supportedLanguage"), _node("sd:SPARQL11Query")),
        ox.Triple(endpoint, _node("sd:defaultDataset"), data), ox.Triple(data, _TYPE, _node("sd:Dataset")),
        ox.Triple(data, _node("sd:defaultGraph"), default), ox.Triple(default, _TYPE, _node("sd:Graph")),
    ]
    if writing:
        found.append(ox.Triple(endpoint, _node("sd:supportedLanguage"), _node("sd:SPARQL11Update")))
    # the pattern ?x pol:textSearch "…" (kg.search)
    found.append(ox.Triple(endpoint, _node("sd:propertyFeature"), _node("pol:textSearch")))
    for name in dict.fromkeys([*RESULTS.values(), *GRAPHS.values()]):
        found.append(ox.Triple(endpoint, _node("sd:resultFormat"),
                               ox.NamedNode("http://www.w3.org/ns/formats/" + _FORMATS[name])))
    return found + prefixes(endpoint)


def prefixes(of: ox.NamedNode) -> list[ox.Triple]:
    """The usual prefixes as ``sh:declare``, so that editors know them."""
    found = []
    for prefix, namespace in PREFIXES.items():
        one = ox.NamedNode(f"{of.value}#prefix-{prefix}")
        found += [
            ox.Triple(of, _node("sh:declare"), one), ox.Triple(one, _node("sh:prefix"), _text(prefix)),
            ox.Triple(one, _node("sh:namespace"), _text(namespace, "xsd:anyURI")),
        ]
    return found


def dataset(base: str, version: str, report: dict[str, Any], counts: Vocabulary) -> list[ox.Triple]:
    """The served graph as VoID dataset and DCAT dataset, with a partition per class and property."""
    here = ox.NamedNode(f"{base}/.well-known/void#dataset")
    endpoint = ox.NamedNode(f"{base}/sparql")
    service_node = ox.NamedNode(f"{base}/.well-known/void#service")
    found = [
        ox.Triple(here, _TYPE, _node("void:Dataset")), ox.Triple(here, _TYPE, _node("dcat:Dataset")),
        ox.Triple(here, _node("dcterms:title"), ox.Literal("政策知識圖譜", language="zh-Hant")),
        ox.Triple(here, _node("dcterms:title"), ox.Literal("Policy knowledge graph", language="en")),
        ox.Triple(here, _node("dcterms:identifier"), _text(version)),
        ox.Triple(here, _node("void:sparqlEndpoint"), endpoint),
        ox.Triple(here, _node("void:triples"), _count(report.get("triples", counts.triples))),
        ox.Triple(here, _node("void:documents"), _count(len(report.get("documents", [])))),
        ox.Triple(here, _node("void:classes"), _count(len(counts.classes))),
        ox.Triple(here, _node("void:properties"), _count(len(counts.properties))),
        ox.Triple(service_node, _TYPE, _node("dcat:DataService")),
        ox.Triple(service_node, _node("dcat:endpointURL"), endpoint),
        ox.Triple(service_node, _node("dcat:servesDataset"), here),
    ]
    if built := report.get("built"):
        found.append(ox.Triple(here, _node("dcterms:modified"), _text(built, "xsd:dateTime")))
    for namespace in PREFIXES.values():
        if any(p.startswith(namespace) for p in counts.properties):
            found.append(ox.Triple(here, _node("void:vocabulary"), ox.NamedNode(namespace)))
    for kind, term, number, table in (
        ("class", "void:class", "void:entities", counts.classes),
        ("property", "void:property", "void:triples", counts.properties),
    ):
        for iri, n in table.items():
            part = ox.NamedNode(f"{base}/.well-known/void#{kind}-{quote(iri, safe='')}")
            found += [
                ox.Triple(here, _node(f"void:{kind}Partition"), part), ox.Triple(part, _node(term), ox.NamedNode(iri)),
                ox.Triple(part, _node(number), _count(n)),
            ]
    return found


def examples(base: str, catalog: Catalog) -> list[ox.Triple]:
    """The canned queries as ``sh:SPARQLExecutable``, each with its text, titles and parameters' defaults filled in."""
    endpoint = ox.NamedNode(f"{base}/sparql")
    found = prefixes(endpoint)
    for query in catalog.values():
        one = ox.NamedNode(f"{base}/queries/{query.name}")
        found += [
            ox.Triple(one, _TYPE, _node("sh:SPARQLExecutable")),
            ox.Triple(one, _TYPE, _node("sh:SPARQLSelectExecutable")),
            ox.Triple(one, _node("sh:select"), _text(query.sparql)), ox.Triple(one, _node("sh:prefixes"), endpoint),
            ox.Triple(one, _node("schema:target"), endpoint),
        ]
        for language, tag in (("zh", "zh-Hant"), ("en", "en")):
            found += [
                ox.Triple(one, _node("rdfs:label"), ox.Literal(query.title[language], language=tag)),
                ox.Triple(one, _node("rdfs:comment"), ox.Literal(query.description[language], language=tag)),
            ]
        found += [ox.Triple(one, _node("schema:keywords"), _text(tag)) for tag in query.tags]
    return found


def _count(number: int) -> ox.Literal:
    return _text(str(number), "xsd:integer")


def serialized(triples: list[ox.Triple], media: str) -> bytes:
    """The triples in a media type of FORMATS."""
    form = _RDF[GRAPHS[media]]
    quads = form in (ox.RdfFormat.N_QUADS, ox.RdfFormat.TRIG)
    prefixed = form in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG, ox.RdfFormat.RDF_XML)
    names = {**PREFIXES, "sd": SD} if prefixed else None
    return ox.serialize([ox.Quad(*t) for t in triples] if quads else triples, format=form, prefixes=names) or b""
