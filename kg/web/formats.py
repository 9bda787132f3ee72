"""Media types of graphs and their negotiation, for pages."""

from __future__ import annotations

import pyoxigraph as ox
from flask import request

from kg.service import http
from kg.service.http import content_type

__all__ = ["GRAPHS", "content_type", "negotiate"]

_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD, "nq": ox.RdfFormat.N_QUADS, "trig": ox.RdfFormat.TRIG,
}
#: media type -> oxigraph's format, the preferred one first
GRAPHS: dict[str, ox.RdfFormat] = {media: _FORMATS[name] for media, name in http.GRAPHS.items()}


def negotiate(offers: list[str], asked: str | None = None) -> str:
    """The media type to answer with: ``asked`` (a short name or a type) or the best by Accept.

    Raises Problem 406 where nothing fits.
    """
    return http.negotiate(request.headers.get("Accept", ""), tuple(offers), asked or "")
