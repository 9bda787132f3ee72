"""The forms of a canned query, paging, completion, OpenAPI, and the audit page."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pyoxigraph as ox
import pytest
import tiny_graph
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from kg.catalog import load
from kg.decisions import FILE, End, Judgement, changing, decide
from kg.names import expand
from kg.store import VersionedStore
from kg.web import create_app
from kg.web.openapi import describe

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("store")
    tiny_graph.publish(folder)
    return create_app(folder)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_workbook_holds_text_as_text(client: FlaskClient) -> None:
    answer = client.get("/queries/programs-in-year.xlsx?year=2028")
    assert answer.status_code == 200 and "spreadsheetml" in answer.content_type
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    rows, notes = book.worksheets
    assert rows["A1"].value == "計畫" and rows["B1"].value == "起（西元年）"
    formula = next(r for r in rows.iter_rows() if r[0].value == "=1+1計畫")
    assert formula[0].data_type == "s" and formula[1].value == 2025
    told = {r[0].value: r[1].value for r in notes.iter_rows()}
    assert told["參數 year"] == "2028" and told["圖譜版本"] and told["圖譜日期"] == "2026-01-02"
    assert answer.data == client.get("/queries/programs-in-year.xlsx?year=2028").data


def test_excel_csv_has_mark_titles_and_guard(client: FlaskClient) -> None:
    text = client.get("/queries/programs-in-year.excel.csv").data.decode("utf-8")
    assert text.startswith("\ufeff計畫,起（西元年）")
    names = [r[0] for r in csv.reader(io.StringIO(text[1:]))]
    assert "'=1+1計畫" in names and "=1+1計畫" not in names


def test_an_english_page_has_english_downloads(client: FlaskClient) -> None:
    address = "/queries/measures-of-ministry{}?ministry=示範部&lang=en"
    text = client.get(address.format(".excel.csv")).data.decode("utf-8-sig")
    heads, *rows = csv.reader(io.StringIO(text))
    assert heads[:2] == ["Ministry", "Role"] and all(head.isascii() for head in heads)
    assert {row[0] for row in rows} == {"Ministry of Samples"} and {row[1] for row in rows} <= {"lead", "partner"}
    answer = client.get(address.format(".xlsx"))
    assert "Cookie" in answer.headers["Vary"]
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["Data", "About"]
    assert [cell.value for cell in book["Data"][1]] == heads
    told = {row[0].value: row[1].value for row in book["About"].iter_rows()}
    assert told["Parameter ministry"] == "示範部" and told["Description"].isascii()
    chinese = client.get("/queries/measures-of-ministry.excel.csv?ministry=示範部").data.decode("utf-8-sig")
    assert not chinese.splitlines()[0].isascii() and "示範部" in chinese
    plain = client.get(address.format(".csv")).get_data(as_text=True)
    assert plain == client.get("/queries/measures-of-ministry.csv?ministry=示範部").get_data(as_text=True)


def test_turtle_describes_the_things_listed(client: FlaskClient) -> None:
    answer = client.get("/queries/measures-of-ministry?ministry=示範部", headers={"Accept": "text/turtle"})
    assert answer.mimetype == "text/turtle"
    found = {q.subject.value for q in ox.parse(answer.data, ox.RdfFormat.TURTLE)}
    assert any("/measure/" in s for s in found) and any("/body/" in s for s in found)
    assert client.get("/queries/links-by-confidence.ttl").status_code == 406


def test_paging(client: FlaskClient) -> None:
    url = "/queries/programs-in-year.json"
    whole = client.get(url)
    names = [r["program"] for r in whole.json["rows"]]
    assert whole.headers["X-Total-Count"] == str(len(names)) and "Link" not in whole.headers
    first = client.get(f"{url}?per_page=5")
    assert [r["program"] for r in first.json["rows"]] == names[:5] and first.json["total"] == len(names)
    assert 'rel="next"' in first.headers["Link"] and 'rel="prev"' not in first.headers["Link"]
    seen: list[str] = []
    for page in range(1, 5):
        seen += [r["program"] for r in client.get(f"{url}?per_page=5&page={page}").json["rows"]]
    assert seen == names
    assert client.get(f"{url}?page=99").json["rows"] == []
    for wrong in ("page=0", "page=x", "per_page=-1", "per_page=1e3", "page=٣"):
        assert client.get(f"{url}?{wrong}").status_code == 400
    page = client.get("/queries/programs-in-year?per_page=5", headers=HTML).get_data(as_text=True)
    assert 'rel="next"' in page and "<svg" in page


@pytest.mark.parametrize(("typed", "labels"), [
    ("測", ["測試部"]), ("示範", ["示範部"]), ("測部", ["測試部"]), ("部", ["示範部", "測試部"]), ("沒有", []),
])
def test_completion(client: FlaskClient, typed: str, labels: list[str]) -> None:
    found = client.get(f"/queries/measures-of-ministry/options/ministry?q={typed}").json
    assert sorted(o["label"] for o in found["options"]) == sorted(labels)
    assert all(o["count"] > 0 for o in found["options"])


def test_completion_limits_and_faults(client: FlaskClient) -> None:
    url = "/queries/measures-of-ministry/options/ministry"
    found = client.get(f"{url}?limit=1").json
    assert len(found["options"]) == 1 and found["total"] == 2
    assert client.get(f"{url}?limit=0").status_code == 400
    assert client.get("/queries/measures-of-ministry/options/nope").status_code == 404
    assert client.get("/queries/nope/options/ministry").status_code == 404


def test_openapi_is_valid_and_complete(client: FlaskClient) -> None:
    api = client.get("/openapi.json").json
    validate(api)
    assert api == describe(load())
    for name, query in load().items():
        named = {p["name"] for p in api["paths"][f"/queries/{name}"]["get"]["parameters"]}
        assert set(query.parameters) <= named
    assert [set(api["paths"][f"/review{path}"]) for path in ("", "/decide", "/undo", "/apply")] == [
        {"get"}, {"post"}, {"post"}, {"get", "post"}]
    page = client.get("/api").get_data(as_text=True)
    assert "/openapi.json" in page and 'src="http' not in page
    assert 'href="http' not in page.replace("https://w3id.org", "")


@pytest.mark.parametrize("name", sorted(load()))
@pytest.mark.parametrize("form", ["html", "xlsx"])
def test_every_query_as_page_and_workbook(client: FlaskClient, name: str, form: str) -> None:
    _in_form(client, name, form)


@pytest.mark.parametrize("name", ["budget-lines", "links-by-confidence", "program-dossier"])
@pytest.mark.parametrize("form", ["json", "csv", "excel.csv", "ttl", "gexf", "rq"])
def test_the_other_forms(client: FlaskClient, name: str, form: str) -> None:
    _in_form(client, name, form)


def _in_form(client: FlaskClient, name: str, form: str) -> None:
    query = load()[name]
    arguments: dict[str, Any] = {p.name: "https://example.org/nothing" for p in query.parameters.values() if p.required}
    answer = client.get(f"/queries/{name}.{form}", query_string=arguments)
    applies = (form != "gexf" or query.network) and (form != "ttl" or query.things)
    assert answer.status_code == (200 if applies else 406), answer.get_data(as_text=True)[:500]


def test_shacl_executables(client: FlaskClient) -> None:
    triples = list(ox.parse(client.get("/queries.ttl").data, ox.RdfFormat.TURTLE))
    selects = [t for t in triples if t.predicate.value == expand("sh:select")]
    assert len(selects) == len(load())
    for t in selects:
        ox.Store().query(t.object.value)


def test_audit_page_and_json(client: FlaskClient) -> None:
    page = client.get("/audit", headers=HTML).get_data(as_text=True)
    assert "完整度稽核" in page and "tiny" not in page.split("<main")[0]
    found = client.get("/audit?format=json").json
    assert found["differing"] == 0 and found["declared"][0]["counted"] == "措施"


def test_audit_tells_of_decisions_whose_ends_are_gone(tmp_path: Path) -> None:
    tiny_graph.publish(tmp_path / "store")
    ends = (End("key1", "已刪的措施", "舊計畫"), End("key2", "已刪的項目", "舊工作計畫"))
    with changing(tmp_path / "store" / FILE) as decisions:
        decisions.update(decide(decisions, "pol:fundedBy", *ends, Judgement("accept", "某人", "2026-01-02")))
    client = create_app(tmp_path / "store").test_client()
    assert "已刪的措施" in client.get("/audit", headers=HTML).get_data(as_text=True)
    assert len(client.get("/audit?format=json").json["orphans"]) == 1


def test_own_folder_of_queries(tmp_path: Path, app: Flask) -> None:
    (tmp_path / "mine.rq").write_text(
        "#+ title: {zh: 我的, en: Mine}\n#+ description: {zh: 乙, en: B}\n"
        "SELECT ?s WHERE { ?s a pol:Measure }\n",
        encoding="utf-8",
    )
    tiny_graph.publish(tmp_path / "store")
    client = create_app(tmp_path / "store", [tmp_path]).test_client()
    assert client.get("/queries/mine.json").json["total"] == 2
    assert "我的" in client.get("/queries", headers=HTML).get_data(as_text=True)


@pytest.mark.parametrize(("url", "english"), [
    ("/queries/recommendations-by-status", ["adopted", "Ministry of Transportation and Communications"]),
    ("/queries/ministries-sharing-industry", ["Ministry of Agriculture"]),
    ("/queries/industries-of-ministry?sort=ministry_label", ["Ministry of Agriculture"]),
    ("/queries/ministry-dossier?ministry=農業部", ["leads", "measure"]),
    ("/queries/documents-overview", ["annual plan"]),
])
def test_cells_are_english_on_an_english_page_where_there_is_english(
    url: str, english: list[str], sample_store: VersionedStore
) -> None:
    client = create_app(sample_store.folder).test_client()
    sign = "&" if "?" in url else "?"
    there = client.get(f"{url}{sign}lang=en", headers={"Accept": "text/html"}).get_data(as_text=True)
    body = there[there.index("<tbody>"):there.index("</tbody>")]
    cells = re.findall(r">([^<>]+)<", body)
    assert set(english) <= set(cells), cells[:40]
    # the documents' own words stay, and are marked as Chinese
    chinese = re.findall(r'([^<>]*)<[^<>]*>[^<>]*[\u4e00-\u9fff]', body)
    assert not chinese or 'lang="zh-Hant"' in body
    # other forms, and the Chinese page, are as they were
    client.delete_cookie("lang")
    here = client.get(url, headers={"Accept": "text/html"}).get_data(as_text=True)
    assert english[0] not in re.findall(r">([^<>]+)<", here[here.index("<tbody>"):here.index("</tbody>")])


def test_an_english_result_is_searched_and_ordered_in_english(sample_store: VersionedStore) -> None:
    client = create_app(sample_store.folder).test_client()
    html = client.get("/queries/ministries-of-industry?lang=en&find=ministry+of+health&sort=ministry_label",
                      headers={"Accept": "text/html"}).get_data(as_text=True)
    body = html[html.index("<tbody>"):html.index("</tbody>")]
    rows = body.lower().split("<tr>")[1:]
    assert "Ministry of Health and Welfare" in body and all("ministry" in r and "health" in r for r in rows)
    html = client.get("/queries/measures-of-ministry?lang=en", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert re.search(r'value="主辦 lead">\s*<span>lead</span>', html)
