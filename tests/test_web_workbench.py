"""What the workbench's editor asks the server: slips, vocabulary, names; examples and mistakes on the page."""

from __future__ import annotations

import html
import json

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.catalog import load
from kg.names import ID, PREFIXES, expand
from kg.store import VersionedStore
from kg.web import create_app
from kg.web.workbench import NAMED

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def client(sample_store: VersionedStore) -> FlaskClient:
    return create_app(sample_store.folder).test_client()


def slips(client: FlaskClient, query: str) -> list[dict[str, object]]:
    answers = [client.post("/sparql/check", data={"query": query}),
               client.get("/sparql/check", query_string={"query": query})]
    assert [a.status_code for a in answers] == [200, 200] and answers[0].json == answers[1].json
    found: list[dict[str, object]] = answers[0].json["hints"]
    return found


@pytest.mark.parametrize(("query", "code", "place"), [
    ("SELECT * {\n  ?s a ; }", "sparql-syntax", 2), ("SELECT * { ?s foaf:name ?n }", "unknown-prefix", 1),
    ("SELECT *\n{ SERVICE <http://x/> { ?s ?p ?o } }", "refused", 2), ("ASK { ?s ?p ?o ", "sparql-syntax", 1),
    ("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }", "sparql-syntax", 1), ("DROP ALL", "refused", 1),
])
def test_what_cannot_run_is_an_error_with_its_place(client: FlaskClient, query: str, code: str, place: int) -> None:
    errors = [h for h in slips(client, query) if h["severity"] == "error"]
    assert [(h["code"], h["line"]) for h in errors] == [(code, place)]
    assert errors[0]["zh"] and errors[0]["en"]


def test_what_can_run_has_warnings_only(client: FlaskClient) -> None:
    assert slips(client, "SELECT ?l { ?s a pol:Measure ; skos:prefLabel ?l } LIMIT 3") == []
    assert slips(client, "CONSTRUCT WHERE { ?s a pol:Measure }") == slips(client, "") == slips(client, " \n") == []
    [slip] = slips(client, "SELECT ?s { ?s a pol:Mesure }")
    assert (slip["code"], slip["severity"]) == ("unknown-class", "warning") and "pol:Measure" in str(slip["hint"])


def test_checking_does_not_compute(client: FlaskClient) -> None:
    """A query is read over no data: one that would run for minutes is checked at once."""
    triples = " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(9))
    assert all(h["severity"] == "warning" for h in slips(client, f"SELECT (COUNT(*) AS ?n) {{ {triples} }}"))


@settings(max_examples=25)
@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_can_be_checked(client: FlaskClient, text: str) -> None:
    assert client.post("/sparql/check", data={"query": text}).status_code == 200


def test_vocabulary_has_names_and_counts(client: FlaskClient) -> None:
    found = client.get("/sparql/vocabulary").json
    assert found["prefixes"] == PREFIXES
    classes = {c["name"]: c for c in found["classes"]}
    measure = classes["pol:Measure"]
    assert (measure["iri"], measure["zh"], measure["en"]) == (expand("pol:Measure"), "措施", "measure")
    assert measure["count"] > 0
    properties = [p["name"] for p in found["properties"]]
    assert "pol:leadBy" in properties
    counts = [p["count"] for p in found["properties"]]
    assert counts == sorted(counts, reverse=True)


def test_names_of_things(client: FlaskClient) -> None:
    body = ID + "body/農業部"
    asked = [body, expand("pol:leadBy"), "http://x/unknown", "http://x/", "no iri", "http://x/" + "y" * 3000]
    found = client.post("/sparql/labels", json={"iris": asked}).json["labels"]
    assert found[body] == {"label": "農業部", "href": "/id/body/%E8%BE%B2%E6%A5%AD%E9%83%A8", "class": "Ministry"}
    assert found[asked[1]]["label"] == "主辦機關" and found[asked[1]]["href"].endswith("#leadBy")
    assert found["http://x/unknown"]["href"] == "http://x/unknown"
    assert set(found) == set(asked[:4]) and found["http://x/"]["label"] == "http://x/"
    labels = client.post("/sparql/labels", json={"iris": [expand("skos:prefLabel")]}).json["labels"]
    assert labels[expand("skos:prefLabel")]["label"] == "名稱"
    english = client.post("/sparql/labels?lang=en", json={"iris": [expand("pol:leadBy")]}).json["labels"]
    assert english[expand("pol:leadBy")]["label"] == "led by"


@pytest.mark.parametrize("body", [None, [], {}, {"iris": "x"}, {"iris": [1]}, {"iris": ["http://x/"] * (NAMED + 1)}])
def test_names_are_bounded(client: FlaskClient, body: object) -> None:
    answer = client.post("/sparql/labels", json=body)
    assert answer.status_code == 400 and answer.json["error"]["code"] == "bad-parameter"
    assert client.post("/sparql/labels", data="{").status_code == 400


def test_examples_fill_the_form_without_running(client: FlaskClient) -> None:
    page = client.get("/sparql", headers=HTML).get_data(as_text=True)
    for name, query in load().items():
        assert f"/sparql?example={name}" in page
        filled = client.get(f"/sparql?example={name}", headers=HTML).get_data(as_text=True)
        assert query.sparql.strip() in html.unescape(filled)
        assert 'id="result"' in filled and "<td>" not in filled
    assert client.get("/sparql?example=none", headers=HTML).status_code == 404


def test_only_addresses_of_the_web_are_links(client: FlaskClient) -> None:
    query = "SELECT * { VALUES ?x { <javascript:alert(1)> <data:text/html,x> <urn:x> <https://example.org/> } }"
    page = client.get("/sparql", query_string={"query": query}, headers=HTML).get_data(as_text=True)
    table = page[page.index("<tbody>"):page.index("</tbody>")]
    assert table.count("href=") == 1 and 'href="https://example.org/"' in table and "javascript:alert(1)" in table


def test_a_mistake_stays_in_the_form(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": "SELECT * { ?s <b> }"}, headers=HTML)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400 and 'role="alert"' in page and "sparql-syntax" in page
    assert "SELECT * { ?s &lt;b&gt; }</textarea>" in page


@settings(max_examples=40)
@given(st.lists(st.text(max_size=30), max_size=3))
def test_any_text_may_be_called_an_iri(client: FlaskClient, iris: list[str]) -> None:
    answer = client.post("/sparql/labels", data=json.dumps({"iris": iris}), content_type="application/json")
    assert answer.status_code == 200 and set(answer.json["labels"]) <= set(iris)
