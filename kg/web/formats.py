"""Media types of results and their negotiation."""

from __future__ import annotations

import pyoxigraph as ox
from flask import request

from kg.web.errors import Problem

#: media type -> oxigraph's format, the preferred one first
RESULTS: dict[str, ox.QueryResultsFormat] = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/xml": ox.QueryResultsFormat.XML,
    "text/xml": ox.QueryResultsFormat.XML,
}
GRAPHS: dict[str, ox.RdfFormat] = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
    "application/json": ox.RdfFormat.JSON_LD,
    "application/xml": ox.RdfFormat.RDF_XML,
    "text/plain": ox.RdfFormat.N_TRIPLES,
}
#: short names for ``format=`` and for endings -> the media types meant, tables first
SHORT: dict[str, tuple[str, ...]] = {
    "json": ("application/sparql-results+json", "application/ld+json"),
    "xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "csv": ("text/csv",), "tsv": ("text/tab-separated-values",), "ttl": ("text/turtle",), "turtle": ("text/turtle",),
    "nt": ("application/n-triples",), "rdf": ("application/rdf+xml",), "jsonld": ("application/ld+json",),
    "html": ("text/html",), "nq": ("application/n-quads",), "trig": ("application/trig",),
}


def negotiate(offers: list[str], asked: str | None = None) -> str:
    """The media type to answer with: ``asked`` (a short name or a type) or the best by Accept.

    Raises Problem 406 where nothing fits.
    """
    offered = f"可用 offered: {', '.join(offers)}"
    if asked:
        for wanted in SHORT.get(asked, (asked,)):
            if wanted in offers:
                return wanted
        raise Problem(406, "not-acceptable", f"不支援格式 {asked}", f"The format {asked} is not offered here.", offered)
    if not request.accept_mimetypes:
        return offers[0]
    best = request.accept_mimetypes.best_match(offers)
    if best is None:
        raise Problem(
            406, "not-acceptable", "無法提供所要求的格式", "None of the formats asked for can be given.", offered
        )
    return best


def content_type(media_type: str) -> str:
    """With charset where the type is text."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
