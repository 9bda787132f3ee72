"""Pages, entities, canned queries and errors of the web application."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
import rdflib
import tiny_graph
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from kg import ids
from kg.export.palette import COLOURS
from kg.export.table import to_csv
from kg.names import ID
from kg.web import create_app
from kg.web.entity import href
from kg.web.errors import bilingual

HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
KEY = tiny_graph.KEY


PAGES = [
    "/", "/ontology", "/queries", "/sparql", "/sparql?query=ASK%7B%7D", "/sparql?query=DESCRIBE+%3Curn:x%3E",
    "/id/body/測試部", f"/id/measure/{KEY}/1", f"/source/{KEY}?start=3&end=9", "/queries/industry-dossier", "/nowhere",
    "/queries/nope", "/id/body/沒有", "/sparql?query=SELECT+nonsense", "/queries/budget-lines?year=x", "/source/nope",
    f"/source/{KEY}?start=9&end=3", f"/source/{KEY}?start=x", "/queries/budget-lines.doc",
    "/queries/budget-lines?nope=1",
]


@pytest.mark.parametrize("url", PAGES)
def test_every_page_is_whole_bilingual_and_discreet(client: FlaskClient, tiny_folder: Path, url: str) -> None:
    response = client.get(url, headers=HTML)
    page = response.get_data(as_text=True)
    assert response.mimetype == "text/html"
    assert '<html lang="zh-Hant">' in page and 'lang="en"' in page and 'href="#main"' in page and "<h1" in page
    assert page.rstrip().endswith("</html>") and page.count("<main") == page.count("</main>") == 1
    assert str(tiny_folder) not in page and str(tiny_graph.ROOT) not in page and "Traceback" not in page
    assert not re.search(r"<script(?! src=\"/static/| type=\"application/ld\+json\")|<style|\sstyle=|\son\w+=", page)
    assert not re.search(r'(?:src|<link[^>]* href)="(?:https?:)?//', page)
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Accept" in response.headers["Vary"]


def test_home_tells_what_is_there(client: FlaskClient) -> None:
    page = client.get("/", headers=HTML).get_data(as_text=True)
    for words in ("v000001", "測試部115年度施政計畫", "相符", "哪些部會共享同一產業", "localhost/sparql", "GEXF"):
        assert words in page


def test_style_has_the_palette_and_no_other_host(client: FlaskClient) -> None:
    with client.get("/static/style.css") as response:
        css = response.get_data(as_text=True)
    for cls, colour in COLOURS.items():
        assert f".class-{cls} {{ --class: {colour}; }}" in css
    assert "http" not in css and "@import" not in css and "prefers-color-scheme: dark" in css


def contrast(a: str, b: str) -> float:
    """WCAG 2.2 contrast ratio of two colours (#rrggbb)."""
    def luminance(colour: str) -> float:
        parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_contrast(theme: int) -> None:
    """Text against its backgrounds reaches WCAG AA (4.5:1)."""
    css = (tiny_graph.ROOT / "kg/web/static/style.css").read_text(encoding="utf-8")
    block = re.findall(r":root \{(.*?)\}", css, re.S)[theme]
    c = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    pairs = [(t, b) for t in ("ink", "soft", "accent") for b in ("paper", "sheet", "wash")]
    pairs += [("good", "good-wash"), ("warn", "warn-wash"), ("bad", "bad-wash"), ("accent-ink", "accent"),
              ("ink", "mark"), ("ink", "neutral-wash"), ("soft", "neutral-wash"), ("ink", "warn-wash"),
              ("soft", "warn-wash")]
    assert {p: round(contrast(c[p[0]], c[p[1]]), 2) for p in pairs if contrast(c[p[0]], c[p[1]]) < 4.5} == {}


def test_ontology_for_people_and_programs(client: FlaskClient, tmp_path: Path) -> None:
    assert client.get("/ontology").mimetype == "text/turtle"
    assert client.get("/ontology?format=ttl", headers=HTML).mimetype == "text/turtle"
    page = client.get("/ontology", headers=HTML).get_data(as_text=True)
    for words in ('id="Measure"', 'id="leadBy"', "措施", "measure", 'href="#PlanElement"', "<strong>2</strong>"):
        assert words in page
    assert page.count('<div id="') > 60
    assert client.get("/ontology/Measure").status_code == 302
    assert 'id="Measure"' in create_app(tmp_path / "none").test_client().get("/ontology", headers=HTML).get_data(True)


def test_healthz(client: FlaskClient, tmp_path: Path) -> None:
    answer = client.get("/healthz")
    assert answer.get_json()["status"] == "ok" and answer.get_json()["version"] == "v000001"
    empty = create_app(tmp_path / "none").test_client()
    answer = empty.get("/healthz")
    assert answer.status_code == 503 and answer.get_json()["error"]["code"] == "no-graph"
    assert str(tmp_path) not in answer.get_data(as_text=True)
    assert empty.get("/", headers=HTML).status_code == 503


def test_a_new_build_is_noticed(tmp_path: Path) -> None:
    tiny_graph.publish(tmp_path)
    client = create_app(tmp_path).test_client()
    assert client.get("/id/body/新部").status_code == 404
    new = ox.Triple(ox.NamedNode(f"{ID}body/新部"), ox.NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel"),
                    ox.Literal("新部", language="zh-Hant"))
    tiny_graph.publish(tmp_path, extra=[new])
    assert client.get("/healthz").get_json()["version"] == "v000002"
    assert client.get("/id/body/新部").status_code == 200


# --- entities


@pytest.mark.parametrize("name", tiny_graph.ODD_NAMES)
def test_an_entity_answers_at_its_iri_and_at_our_link(client: FlaskClient, name: str) -> None:
    iri = ids.named("pol:Program", name)
    for path in ("/id/" + quote(iri[len(ID):], safe="/%"), href(iri)):
        response = client.get(path, headers={"Accept": "text/turtle"})
        assert response.status_code == 200, path
        graph = rdflib.Graph().parse(data=response.get_data(), format="turtle")
        assert (rdflib.URIRef(iri), None, None) in graph
        page = client.get(path, headers=HTML).get_data(as_text=True)
        assert iri.replace("&", "&amp;").replace("'", "&#39;") in page
        assert "<b>" not in page


def test_every_iri_of_the_graph_answers(client: FlaskClient) -> None:
    found = {q.subject.value for q in tiny_graph.store() if isinstance(q.subject, ox.NamedNode)}
    local = sorted(i for i in found if i.startswith(ID))
    assert len(local) > 60
    for iri in local:
        for path in ("/id/" + quote(iri[len(ID):], safe="/%"), href(iri)):
            assert client.get(path, headers={"Accept": "application/n-triples"}).status_code == 200, path


# rdflib's JSON-LD parser warns about a class of rdflib's own
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
@pytest.mark.parametrize(("accept", "ending", "form"), [
    ("text/turtle", ".ttl", "turtle"), ("application/ld+json", ".jsonld", "json-ld"),
    ("application/n-triples", ".nt", "nt"), ("application/rdf+xml", ".rdf", "xml"),
])
def test_entity_formats(client: FlaskClient, accept: str, ending: str, form: str) -> None:
    path = f"/id/measure/{KEY}/1"
    wanted = None
    for response in (client.get(path, headers={"Accept": accept}), client.get(path + ending)):
        assert response.mimetype == accept
        graph = rdflib.Graph().parse(data=response.get_data(), format=form)
        wanted = wanted or len(graph)
        assert len(graph) == wanted > 10
    assert client.get(path, headers={"Accept": "image/png"}).status_code == 406


def test_entity_page_shows_evidence_inverse_and_derived(client: FlaskClient) -> None:
    page = client.get("/id/body/測試部", headers=HTML).get_data(as_text=True)
    assert "主辦事項" in page and "<blockquote" in page and "主辦：測試部" in page and "Ministry of Tests" in page
    assert "推得" in page and "tiny-derivation" in page
    link = re.search(r'href="(/source/[^"]+)"', page)
    assert link is not None
    source = client.get(link[1].replace("&amp;", "&").removesuffix("#here"), headers=HTML).get_data(as_text=True)
    assert re.search(r'<mark id="here">[^<]+</mark>', source)


def test_source_marks_the_place(client: FlaskClient) -> None:
    start = tiny_graph.TEXT.index("晶片")
    page = client.get(f"/source/{KEY}?start={start}&end={start + 2}", headers=HTML).get_data(as_text=True)
    assert '<mark id="here">晶片</mark>' in page and "原文第 4 行" in page


# --- canned queries


def test_list_of_queries(client: FlaskClient) -> None:
    found = client.get("/queries?format=json").get_json()["queries"]
    assert len(found) >= 12
    for query in found:
        assert client.get(query["url"], headers=HTML).status_code == 200
        assert f'href="{query["url"]}"' in client.get("/queries", headers=HTML).get_data(as_text=True)


def test_query_in_its_formats(client: FlaskClient) -> None:
    url, ministry = "/queries/measures-of-ministry", quote(f"{ID}body/示範部")
    page = client.get(f"{url}?ministry={ministry}", headers=HTML).get_data(as_text=True)
    assert "推廣晶片教育" in page and "checked" in page and f"{url}.gexf?ministry=" in page
    assert "VALUES ?ministry" in page and "/sparql?query=" in page
    data = client.get(f"{url}.json?ministry=示範部").get_json()
    assert data["version"] == "v000001" and {r["role"] for r in data["rows"]} == {"主辦 lead", "協辦 partner"}
    rows = list(csv.reader(io.StringIO(client.get(f"{url}.csv?ministry=示範部").get_data(as_text=True))))
    assert len(rows) == 3 and rows[0][:3] == ["ministry", "ministry_label", "role"]
    text = client.get(f"{url}.rq?ministry=示範部").get_data(as_text=True)
    assert client.get("/sparql", query_string={"query": text}).status_code == 200
    gexf = client.get(url + ".gexf?ministry=示範部")
    assert gexf.mimetype == "application/gexf+xml" and "示範部" in gexf.get_data(as_text=True)
    assert client.get("/queries/documents-overview.gexf").status_code == 406
    assert client.get(url, headers={"Accept": "text/csv"}).mimetype == "text/csv"
    assert client.get(url + "?format=png").status_code == 406


def test_required_parameter_is_asked_for(client: FlaskClient) -> None:
    answer = client.get("/queries/industry-dossier", headers=HTML)
    assert answer.status_code == 200 and "請先選擇「產業」" in answer.get_data(as_text=True)
    assert client.get("/queries/industry-dossier.json").status_code == 400


def test_a_quote_leads_to_its_place(client: FlaskClient) -> None:
    page = client.get("/queries/industry-dossier?industry=太空產業", headers=HTML).get_data(as_text=True)
    link = re.search(r'<q><a href="([^"]+)">發展太空零件</a></q>', page)
    assert link is not None
    evidence = client.get(link[1], headers=HTML).get_data(as_text=True)
    assert "發展太空零件" in evidence and f"/source/{KEY}?start=" in evidence


def test_a_wrong_value_keeps_the_form(client: FlaskClient) -> None:
    answer = client.get("/queries/budget-lines?year=abc", headers=HTML)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400 and 'role="alert"' in page
    assert 'value="abc"' in page and "not a whole number" in page


def test_values_are_escaped_in_the_page(client: FlaskClient) -> None:
    url = "/queries/programs-in-year?year=%3Cscript%3Ealert(1)%3C/script%3E"
    page = client.get(url, headers=HTML).get_data(as_text=True)
    assert "<script>" not in page and "&lt;script" in page


def test_csv_formula_guard(client: FlaskClient) -> None:
    rows = list(csv.reader(io.StringIO(client.get("/queries/programs-in-year.csv").get_data(as_text=True))))
    names = [r[1] for r in rows]
    assert "'=1+1計畫" in names and not any(n.startswith("=") for n in names)


@given(st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=3), min_size=1, max_size=4))
def test_csv_cells_come_back_and_none_is_a_formula(rows: list[list[str]]) -> None:
    back = list(csv.reader(io.StringIO(to_csv(rows), newline="")))
    for row, read in zip(rows, back, strict=True):
        for cell, found in zip(row, read, strict=True):
            assert found in (cell, "'" + cell)
            if found and found[0] in "=+-@\t\r\n":
                float(found)


# --- errors


@pytest.mark.parametrize(("method", "url", "status"), [
    ("GET", "/nowhere", 404), ("GET", "/id/body/沒有", 404), ("GET", "/queries/nope", 404), ("POST", "/", 405),
    ("GET", "/queries/nope.json", 404), ("POST", "/queries/budget-lines", 405), ("GET", "/source/nope", 404),
    ("GET", f"/source/{KEY}?start=99999999", 400), ("GET", "/queries/budget-lines.json?year=x", 400),
    ("GET", "/queries/budget-lines.json?nope=x", 400), ("POST", "/sparql", 415), ("PUT", "/sparql", 405),
    ("GET", "/queries?format=png", 406), ("GET", "/id/body/測試部?format=png", 406), ("DELETE", "/healthz", 405),
])
def test_one_error_shape(client: FlaskClient, method: str, url: str, status: int) -> None:
    response = client.open(url, method=method)
    assert response.status_code == status and response.mimetype == "application/json"
    error = json.loads(response.get_data())["error"]
    assert error["status"] == status and error["code"] and error["zh"] and error["en"]
    assert set(error) <= {"code", "status", "zh", "en", "line", "column", "hint", "help"}
    page = client.open(url, method=method, headers={"Accept": "text/html"})
    assert page.status_code == status and page.mimetype == "text/html"
    if status == 405:
        assert "GET" in response.headers["Allow"]


def test_a_fault_tells_nothing(tiny_folder: Path) -> None:
    app = create_app(tiny_folder)

    @app.get("/boom")
    def boom() -> str:
        raise RuntimeError(f"secret {tiny_folder}")

    response = app.test_client().get("/boom")
    text = response.get_data(as_text=True)
    assert response.status_code == 500 and json.loads(text)["error"]["code"] == "fault"
    assert "secret" not in text and "Traceback" not in text


def test_bilingual() -> None:
    assert bilingual("甲 (a)") == ("甲", "a")
    assert bilingual("只有中文") == ("只有中文", "只有中文")
