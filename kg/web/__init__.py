"""The web: SPARQL endpoint, canned queries, pages, entities."""

from kg.web.app import create_app

__all__ = ["create_app"]
