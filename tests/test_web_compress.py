"""Pages and files go over the wire gzipped, and unchanged files not at all."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import tiny_graph
from flask.testing import FlaskClient

from kg.web import create_app

GZIP = {"Accept-Encoding": "gzip, br", "Accept": "text/html"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder: Path = tmp_path_factory.mktemp("store")
    tiny_graph.publish(folder)
    return create_app(folder).test_client()


@pytest.mark.parametrize("url", ["/", "/static/style.css", "/static/bundles/workbench.js", "/sparql/vocabulary"])
def test_gzip_holds_what_is_sent_without_it(client: FlaskClient, url: str) -> None:
    with client.get(url, headers=GZIP) as zipped, client.get(url, headers={"Accept": "text/html"}) as plain:
        assert zipped.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
        assert "Accept-Encoding" in zipped.headers["Vary"] and "Accept-Encoding" in plain.headers["Vary"]
        assert gzip.decompress(zipped.get_data()) == plain.get_data()
        assert int(zipped.headers["Content-Length"]) == len(zipped.get_data()) < len(plain.get_data()) / 2


def test_small_and_refused(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/healthz", headers=GZIP).headers
    with client.get("/static/style.css", headers={"Accept-Encoding": "gzip;q=0"}) as answer:
        assert "Content-Encoding" not in answer.headers
    assert "Content-Encoding" not in client.head("/", headers=GZIP).headers
    for url in ("/static/none.css", "/static/../app.py"):
        assert client.get(url, headers=GZIP).status_code == 404


def test_an_unchanged_file_is_not_sent_again(client: FlaskClient) -> None:
    with client.get("/static/style.css", headers=GZIP) as first:
        tag = first.headers["ETag"]
    assert tag.startswith('W/"')
    with client.get("/static/style.css", headers=GZIP | {"If-None-Match": tag}) as again:
        assert again.status_code == 304 and again.get_data() == b""
