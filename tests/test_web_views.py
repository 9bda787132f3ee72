"""Views by address, and the page that leads into Gephi."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import tiny_graph
from flask.testing import FlaskClient
from lxml import etree

from kg.service.limits import Limits
from kg.web.app import create_app
from kg.web.views import ENDINGS, EXAMPLE


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
    assert "lite.gephi.org/?file=http" in page and "/views/body-body.svg" in page and "Noto Sans CJK TC" in page
    assert 'name="query"' in page and EXAMPLE.splitlines()[1] in page
    assert client.get("/views/query.json", query_string={"query": EXAMPLE}).get_json()["edges"]
    assert "/sparql" in page and "<script>" not in page and "style=" not in page


SELECT = "SELECT ?source ?target (COUNT(*) AS ?weight) { ?source pol:leadBy ?target } GROUP BY ?source ?target"
CONSTRUCT = "CONSTRUCT { ?m pol:leadBy ?b ; pol:number ?n } { ?m pol:leadBy ?b OPTIONAL { ?m pol:number ?n } }"


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("text", [SELECT, CONSTRUCT])
def test_a_users_query_in_every_format(client: FlaskClient, ending: str, text: str) -> None:
    response = client.get(f"/views/query.{ending}", query_string={"query": text, "as": ".gexf"})
    assert response.status_code == 200 and len(response.data) > 100
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_a_users_query_is_described_and_filtered(client: FlaskClient) -> None:
    asked = {"query": SELECT, "title": "主辦", "directed": "false"}
    found = client.get("/views/query.json", query_string=asked).get_json()
    assert found["options"]["type"] == "undirected" and found["attributes"]["title"] == "主辦"
    assert {"測試部", "發展太空零件"} <= {n["attributes"]["full_name"] for n in found["nodes"]}
    assert "SELECT ?source ?target" in found["attributes"]["description"]
    tree = client.get("/views/query.json", query_string={"query": CONSTRUCT}).get_json()
    assert {e["attributes"]["kind"] for e in tree["edges"]} == {"pol:leadBy"}
    assert "一、" in {n["attributes"].get("number") for n in tree["nodes"]}
    heavy = client.get("/views/query.json", query_string={"query": SELECT, "min_weight": "5"}).get_json()
    assert heavy["nodes"] == [] and "5" in heavy["attributes"]["description"]


def test_terms_come_back_from_the_worker(client: FlaskClient) -> None:
    text = """SELECT ?source ?target ?whole ?tag ?none {
      ?source pol:leadBy ?target . BIND(3 AS ?whole) BIND("x"@en AS ?tag) OPTIONAL { ?source pol:nothing ?none } }"""
    edges = client.get("/views/query.json", query_string={"query": text}).get_json()["edges"]
    assert {(e["attributes"]["whole"], e["attributes"]["tag"]) for e in edges} == {(3, "x")}


@pytest.mark.parametrize(("query", "more", "status", "code"), [
    ("", {}, 400, "no-query"), ("ASK { ?s ?p ?o }", {}, 400, "no-network"),
    ("SELECT ?a { ?a a pol:Measure }", {}, 400, "bad-parameter"), ("SELECT", {}, 400, "sparql-syntax"),
    ("SELECT * { SERVICE <http://localhost/> { ?s ?p ?o } }", {}, 400, "refused"),
    (SELECT, {"x": "1"}, 400, "bad-parameter"), (SELECT, {"year": "x"}, 400, "bad-parameter"),
    (SELECT, {"size_by": "x"}, 400, "bad-parameter"),
])
def test_errors_of_a_users_query(
    client: FlaskClient, query: str, more: dict[str, str], status: int, code: str
) -> None:
    response = client.get("/views/query.gexf", query_string={"query": query, **more})
    assert response.status_code == status and response.get_json()["error"]["code"] == code
    assert client.get("/views/query.doc?query=x").get_json()["error"]["code"] == "no-such-format"


def test_a_users_query_is_stopped_in_time(tmp_path: Path) -> None:
    tiny_graph.publish(tmp_path / "store")
    hurried = create_app(tmp_path / "store", limits=Limits(seconds=0.3)).test_client()
    endless = "SELECT (COUNT(*) AS ?source) (1 AS ?target) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    response = hurried.get("/views/query.gexf", query_string={"query": endless})
    assert response.status_code == 504 and response.get_json()["error"]["code"] == "timeout"


def test_too_many_rows_are_said(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.web.views.MOST_ROWS", 1)
    found = client.get("/views/query.json", query_string={"query": SELECT}).get_json()
    assert len(found["edges"]) == 1 and "only the first 1 rows" in found["attributes"]["description"]


@pytest.mark.parametrize("address", ["/views/body-body.gexf", f"/views/query.json?query={SELECT}"])
def test_a_file_that_is_known_is_not_sent_again(client: FlaskClient, address: str) -> None:
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and again.data == b"" and again.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_request_of_gephis_plug_in_is_answered(client: FlaskClient) -> None:
    """SemanticWebImport posts a form and accepts RDF/XML, beside two types that do not exist."""
    text = """CONSTRUCT { ?m pol:leadBy ?b . ?m <http://gephi.org/label> ?n } {
      ?m a pol:Measure ; pol:leadBy ?b ; skos:prefLabel ?n }"""
    answer = client.post("/sparql", data={"query": text}, headers={"Accept": "application/rdf+xml, txt/xml, rdf/xml"})
    assert answer.status_code == 200 and answer.content_type.startswith("application/rdf+xml")
    assert "發展太空零件" in "".join(etree.fromstring(answer.data).itertext())
