"""WSGI entry: ``create_app()`` for any WSGI server; the store's folder comes from ``KG_STORE``."""

import os

from flask import Flask

from kg.web import create_app as _create_app


def create_app() -> Flask:
    """The application over the store folder named by the environment variable KG_STORE (default: ``store``)."""
    return _create_app(os.environ.get("KG_STORE", "store"))
