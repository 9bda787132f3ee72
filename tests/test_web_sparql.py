"""``/sparql`` against the SPARQL 1.1 Protocol."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
import rdflib
import tiny_graph
from flask.testing import FlaskClient

from kg.names import ID
from kg.service.limits import Limits
from kg.web import create_app

SELECT = 'SELECT ?s ?l { ?s a pol:Measure ; skos:prefLabel ?l } ORDER BY ?s'
CONSTRUCT = "CONSTRUCT { ?s skos:prefLabel ?l } WHERE { ?s a pol:Measure ; skos:prefLabel ?l }"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder: Path = tmp_path_factory.mktemp("store")
    tiny_graph.publish(folder)
    return create_app(folder).test_client()


def bindings(data: bytes) -> list[str]:
    return [b["l"]["value"] for b in json.loads(data)["results"]["bindings"]]


def test_three_ways_to_ask(client: FlaskClient) -> None:
    answers = [
        client.get("/sparql", query_string={"query": SELECT}),
        client.post("/sparql", data={"query": SELECT}),
        client.post("/sparql", data=SELECT.encode(), content_type="application/sparql-query"),
        client.post("/sparql", data=SELECT.encode(), content_type="application/sparql-query; charset=utf-8"),
        client.post("/sparql/", data={"query": SELECT}),
    ]
    for answer in answers:
        assert answer.status_code == 200 and answer.mimetype == "application/sparql-results+json"
        assert bindings(answer.get_data()) == ["發展太空零件", "推廣晶片教育"]


@pytest.mark.parametrize(("accept", "media_type"), [
    ("application/sparql-results+json", "application/sparql-results+json"), ("*/*", "application/sparql-results+json"),
    ("application/sparql-results+xml", "application/sparql-results+xml"), ("application/json", "application/json"),
    ("text/csv", "text/csv"), ("text/tab-separated-values", "text/tab-separated-values"), ("text/html", "text/html"),
    ("text/csv;q=0.3, application/sparql-results+xml;q=0.9", "application/sparql-results+xml"),
    ("text/turtle, text/csv;q=0.1", "text/csv"), ("image/png, */*;q=0.1", "application/sparql-results+json"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
])
def test_negotiation_of_rows(client: FlaskClient, accept: str, media_type: str) -> None:
    answer = client.get("/sparql", query_string={"query": SELECT}, headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, media_type)
    assert "發展太空零件" in answer.get_data(as_text=True) and "Accept" in answer.headers["Vary"]


def test_rows_parse(client: FlaskClient) -> None:
    def get(form: str) -> str:
        return client.get("/sparql", query_string={"query": SELECT, "format": form}).get_data(as_text=True)

    rows = list(csv.reader(io.StringIO(get("csv"))))
    assert rows[0] == ["s", "l"] and len(rows) == 3
    assert get("tsv").splitlines()[0] == "?s\t?l"
    root = ElementTree.fromstring(get("xml"))
    assert len(root.findall(".//{http://www.w3.org/2005/sparql-results#}result")) == 2


# rdflib's JSON-LD parser warns about a class of rdflib's own
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
@pytest.mark.parametrize(("accept", "form"), [
    ("text/turtle", "turtle"), ("application/n-triples", "nt"), ("application/rdf+xml", "xml"),
    ("application/ld+json", "json-ld"), ("application/json", "json-ld"), ("*/*", "turtle"),
    ("text/csv, application/rdf+xml;q=0.5", "xml"),
])
@pytest.mark.parametrize("query", [CONSTRUCT, f"DESCRIBE <{ID}body/測試部>"])
def test_graphs_parse(client: FlaskClient, query: str, accept: str, form: str) -> None:
    answer = client.get("/sparql", query_string={"query": query}, headers={"Accept": accept})
    assert answer.status_code == 200
    assert len(rdflib.Graph().parse(data=answer.get_data(), format=form)) >= 2


@pytest.mark.parametrize(("accept", "yes"), [
    ("application/sparql-results+json", '"boolean":true'),
    ("application/sparql-results+xml", "<boolean>true</boolean>"),
    ("text/csv", "true"), ("text/html", "true"),
])
def test_ask(client: FlaskClient, accept: str, yes: str) -> None:
    answer = client.get("/sparql", query_string={"query": "ASK { ?s a pol:Measure }"}, headers={"Accept": accept})
    assert answer.status_code == 200 and yes in answer.get_data(as_text=True)


@pytest.mark.parametrize("query", [
    "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", "LOAD <http://127.0.0.1:1/>", "DROP ALL",
    "SELECT * { # it's\n SERVICE <http://127.0.0.1:1/> { ?s ?p 'x' } }", "INSERT DATA { <a:a> <a:b> <a:c> }",
])
def test_refused(client: FlaskClient, query: str) -> None:
    for answer in (client.get("/sparql", query_string={"query": query}), client.post("/sparql", data={"query": query})):
        assert answer.status_code == 400 and answer.get_json()["error"]["code"] == "refused"
    assert client.get("/sparql?query=" + "SELECT * { ?s ?p 'SERVICE' }").status_code == 200


def test_wrong_requests(client: FlaskClient) -> None:
    def code(answer: object) -> tuple[int, str]:
        return answer.status_code, answer.get_json()["error"]["code"]  # type: ignore[attr-defined]

    assert code(client.post("/sparql", data={"x": "1"})) == (400, "no-query")
    assert code(client.get("/sparql?query=ASK{}&query=ASK{}")) == (400, "two-queries")
    assert code(client.post("/sparql", data={"update": "DROP ALL"})) == (403, "read-only")
    assert code(client.post("/sparql", data=b"ASK{}", content_type="text/plain")) == (415, "media-type")
    update = client.post("/sparql", data=b"DROP ALL", content_type="application/sparql-update")
    assert code(update) == (403, "read-only")
    assert code(client.post("/sparql", data=b"\xff", content_type="application/sparql-query")) == (400, "not-utf8")
    assert code(client.put("/sparql")) == (405, "http-405")
    assert code(client.get("/sparql?query=ASK{}", headers={"Accept": "image/png"})) == (406, "not-acceptable")
    assert code(client.get("/sparql?query=ASK{}&format=ttl")) == (406, "not-acceptable")
    long = b"# " + b"x" * Limits().request
    answer = client.post("/sparql", data=long, content_type="application/sparql-query")
    assert code(answer) == (413, "too-large")
    assert code(client.get("/sparql?query=ASK{}&default-graph-uri=not an iri")) == (400, "query-failed")


def test_syntax_error_has_its_place_and_the_text_to_mend(client: FlaskClient) -> None:
    error = client.get("/sparql", query_string={"query": "SELECT *\n{ ?s ?p }"}).get_json()["error"]
    assert error["code"] == "sparql-syntax" and error["line"] == 2 and error["column"] > 1 and error["hint"]
    error = client.get("/sparql", query_string={"query": "ASK { ?s a foo:Bar }"}).get_json()["error"]
    assert error["code"] == "unknown-prefix" and "foo:" in error["zh"]
    page = client.get("/sparql", query_string={"query": "SELECT *\n{ ?s ?p }"}, headers={"Accept": "text/html"})
    assert "{ ?s ?p }" in page.get_data(as_text=True) and "<textarea" in page.get_data(as_text=True)


def test_own_prefix_wins_and_dataset_is_taken(client: FlaskClient) -> None:
    query = "PREFIX pol: <urn:other#> SELECT ?s { ?s a pol:Measure }"
    answer = client.get("/sparql", query_string={"query": query})
    assert json.loads(answer.get_data())["results"]["bindings"] == []
    answer = client.get("/sparql", query_string={"query": SELECT, "default-graph-uri": "urn:nothing"})
    assert bindings(answer.get_data()) == []


def test_what_is_cut_off_is_said(client: FlaskClient) -> None:
    page = client.get("/sparql", query_string={"query": "SELECT * { ?s ?p ?o }"}, headers={"Accept": "text/html"})
    text = page.get_data(as_text=True)
    assert "只列出前 500 列" in text and text.count("<tr>") == 501


def test_the_page_names_slips(client: FlaskClient) -> None:
    slip = {"query": "SELECT ?x ?nmae { ?x skos:prefLabel ?name }", "format": "html"}
    page = client.get("/sparql", query_string=slip)
    assert "?nmae" in page.get_data(as_text=True) and "is never bound" in page.get_data(as_text=True)
    checked = client.get("/sparql/check", query_string={"query": "SELECT * { ?x foaf:name ?n }"}).get_json()
    assert [h["code"] for h in checked["hints"]] == ["unknown-prefix"]
    codes = client.get("/sparql/errors", headers={"Accept": "application/json"}).get_json()["codes"]
    assert {"timeout", "unknown-prefix", "cross-product"} <= set(codes)
    assert client.get("/sparql/errors", headers={"Accept": "text/html"}).status_code == 200
