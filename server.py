"""Entries for web servers; the store's folder comes from ``KG_STORE`` (default: ``store``)."""

import os
from pathlib import Path

from flask import Flask

from kg.service.asgi import Application
from kg.web import create_app as _create_app


def create_app() -> Flask:
    """The WSGI application: pages and SPARQL."""
    answers = os.environ.get("KG_ANSWERS")
    folders = [Path(f) for f in os.environ.get("KG_QUERIES", "").split(os.pathsep) if f]
    return _create_app(os.environ.get("KG_STORE", "store"), folders, cache=Path(answers) if answers else None)


def create_asgi() -> Application:
    """The ASGI application, which `kg serve` runs: streams, cancels queries, keeps answers."""
    return Application(create_app())
