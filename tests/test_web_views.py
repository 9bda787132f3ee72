"""Views by address, and the page that leads into Gephi."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import tiny_graph
from flask.testing import FlaskClient
from lxml import etree

from kg.web.app import create_app
from kg.web.views import ENDINGS


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder: Path = tmp_path_factory.mktemp("views") / "store"
    tiny_graph.publish(folder)
    return create_app(folder).test_client()


def test_list(client: FlaskClient) -> None:
    found = client.get("/views").get_json()["views"]
    assert {"body-measure", "body-body", "neighbourhood"} <= {v["name"] for v in found}
    assert all(set(v["files"]) == set(ENDINGS) for v in found)


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_format(client: FlaskClient, ending: str) -> None:
    response = client.get(f"/views/body-measure.{ending}?body=測試部")
    assert response.status_code == 200 and len(response.data) > 100
    # Gephi Lite reads the file from another host
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    if ending in ("gexf", "graphml", "svg"):
        etree.fromstring(response.data)
    if ending == "csv.zip":
        names = zipfile.ZipFile(io.BytesIO(response.data)).namelist()
        assert names == ["body-measure-nodes.csv", "body-measure-edges.csv"]


def test_meta_names_the_address(client: FlaskClient) -> None:
    address = "/views/body-measure.gexf?year=2026"
    assert address in client.get(address).get_data(as_text=True)


@pytest.mark.parametrize(("address", "status", "code"), [
    ("/views/nothing.gexf", 404, "no-such-query"), ("/views/body-body.doc", 404, "no-such-format"),
    ("/views/body-body.gexf?x=1", 400, "bad-parameter"), ("/views/body-body.gexf?year=x", 400, "bad-parameter"),
    ("/views/body-body.svg?size_by=x", 400, "bad-parameter"), ("/views/neighbourhood.gexf", 400, "bad-parameter"),
])
def test_errors(client: FlaskClient, address: str, status: int, code: str) -> None:
    response = client.get(address, headers={"Accept": "application/json"})
    assert response.status_code == status and response.get_json()["error"]["code"] == code


def test_neighbourhood_by_name(client: FlaskClient) -> None:
    found = client.get("/views/neighbourhood.json?entity=測試部&depth=1").get_json()
    assert any(n["attributes"]["label"] == "測試部" for n in found["nodes"])


def test_canned_queries_that_are_networks(client: FlaskClient) -> None:
    assert client.get("/views/co-responsibility.graphml").status_code == 200


def test_page(client: FlaskClient) -> None:
    page = client.get("/gephi").get_data(as_text=True)
    assert "gephi-lite/?file=http" in page and "/views/body-body.svg" in page and "Noto Sans CJK TC" in page
    assert "/sparql" in page and "<script>" not in page and "style=" not in page
