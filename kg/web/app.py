"""The Flask application."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from flask import Flask, Response, request

from kg.catalog import load
from kg.service.bridge import Bridge
from kg.service.cache import Cache
from kg.service.limits import Limits, from_environment
from kg.service.service import Service
from kg.store.remote import open_versions
from kg.web import (
    compress,
    entity,
    errors,
    explorer,
    language,
    ontology,
    openapi,
    pages,
    queries,
    review,
    search,
    sparql,
    views,
    workbench,
)
from kg.web.graph import GraphHandle

#: nothing from other hosts, no inline scripts or styles
_CSP = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def create_app(
    store: Path | str = "store", query_folders: Iterable[Path] = (), limits: Limits | None = None,
    cache: Path | None = None,
) -> Flask:
    """The application over a store folder and the canned queries (the project's and those of further folders).

    ``limits`` bounds users' queries (default: as the environment says); ``cache`` is a folder for answers
    that the server's processes share. Raises ValueError for a wrong limit and CatalogError for a canned
    query with a wrong header. A store without a graph is no error: every page says so until the first build.
    """
    app = Flask(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    bounds = limits or from_environment()
    app.config["MAX_CONTENT_LENGTH"] = 2 * bounds.request
    versions = open_versions(store)
    app.extensions["kg"] = GraphHandle(versions, load(*query_folders))
    app.extensions["kg-service"] = Bridge(lambda: Service(versions, bounds, Cache(cache)))
    app.url_map.merge_slashes = False  # an entity's name may hold two slashes
    for module in (sparql, workbench, queries, views, explorer, entity, search, review, pages, ontology, openapi):
        app.register_blueprint(module.blueprint)
    compress.install(app)
    errors.install(app)
    language.install(app)
    app.jinja_env.globals["href"] = entity.href
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.after_request
    def _headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", _CSP)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        if request.endpoint != "static":
            response.vary.add("Accept")
        return response

    return app
