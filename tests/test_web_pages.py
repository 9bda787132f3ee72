"""The reader, the pages of classes, search, the language switch and the review bench, without a browser."""

from __future__ import annotations

import json
import re
import time
from html import unescape
from pathlib import Path

import pytest
import tiny_graph
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from kg.decisions import FILE, load
from kg.doubts import doubtful
from kg.store import VersionedStore
from kg.web import applying, create_app
from kg.web import bench as bench_items
from kg.web.chart import Bar, bars, ticks
from kg.web.reading import Reading, line_of, lines
from kg.web.search import marked, sentence

HTML = {"Accept": "text/html"}
KEY = tiny_graph.KEY
TOKEN = "t0ken"


def page(client: FlaskClient, url: str) -> str:
    response = client.get(url, headers=HTML)
    assert response.status_code == 200, url
    return response.get_data(as_text=True)


# --- the reader

_READINGS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30), st.sampled_from(["Measure", "Industry"])))


@given(st.text(st.sampled_from("甲乙丙，a\n\r\u2028 "), max_size=60), _READINGS, st.integers(0, 60), st.integers(0, 20))
def test_lines_hold_the_text_whatever_was_read(
    text: str, spans: list[tuple[int, int, str]], start: int, size: int
) -> None:
    things = [Reading(a, a + n, f"urn:{a}-{n}", cls) for a, n, cls in spans]
    found = lines(text, things, 0, len(text), (start, start + size))
    printed = [line.rstrip("\r\n\u2028") for line in text.splitlines(keepends=True)]
    assert ["".join(p.text for p in line.pieces) for line in found] == printed
    assert [line.number for line in found] == list(range(1, len(printed) + 1))
    at = 0
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        assert line_of(text, at) == number
        at += len(line)


def test_spans_in_one_another_and_across() -> None:
    outer, inner, across = Reading(0, 6, "urn:o", "Measure"), Reading(2, 4, "urn:i", "Industry"), \
        Reading(3, 8, "urn:a", "Program")
    [line] = lines("零一二三四五六七八", [outer, inner, across], 0, 9, (2, 4))
    assert [(p.text, p.inner and p.inner.iri, p.chosen) for p in line.pieces] == [
        ("零一", "urn:o", False), ("二", "urn:i", True), ("三", "urn:i", True), ("四五", "urn:a", False),
        ("六七", "urn:a", False), ("八", None, False),
    ]


def test_reader_tells_what_was_read(client: FlaskClient) -> None:
    start = tiny_graph.TEXT.index("主辦：測試部")
    html = page(client, f"/source/{KEY}?start={start}&end={start + 6}")
    told = html[html.index('class="told'):html.index("</aside>")]
    assert "發展太空零件" in told and "/id/body/" in told and "主辦" in told
    assert 'id="L3"' in html and "第 3 行" in html


def test_reader_filters_and_turns_pages(client: FlaskClient) -> None:
    assert "class-Measure" in page(client, f"/source/{KEY}")
    assert 'class="read class-Measure' not in page(client, f"/source/{KEY}?only=Target")
    assert client.get(f"/source/{KEY}?page=2", headers=HTML).status_code == 400
    assert client.get(f"/source/{KEY}?page=0", headers=HTML).status_code == 400


def test_largest_document_is_quick(seeds: Path, tmp_path: Path) -> None:
    from time import process_time

    from kg.build import build

    largest = max(seeds.glob("*.txt"), key=lambda p: p.stat().st_size)
    store = VersionedStore(tmp_path / "store")
    assert build([largest], store).ok
    reader = create_app(store.folder).test_client()
    [document] = store.require().report()["documents"]
    page(reader, f"/source/{document['key']}")
    begin = process_time()
    page(reader, f"/source/{document['key']}?page=9")
    assert process_time() - begin < 0.3


# --- pages of classes

def test_page_of_a_ministry(client: FlaskClient) -> None:
    html = page(client, "/id/body/測試部")
    for words in ("主辦", "合作最多的機關", "預算項目", "回應的建議", "示範部", f"/source/{KEY}?start="):
        assert words in html
    assert 'id="p-leads"' in html and "推得" in html


def test_answers_stand_side_by_side(client: FlaskClient) -> None:
    html = page(client, f"/id/recommendation/{KEY}/1")
    assert html.count("answer-card") == 2
    assert 'data-value="已參採"' in html and 'data-value="部分參採"' in html and "僅限試辦" in html


def test_document_has_its_contents(client: FlaskClient) -> None:
    html = page(client, f"/id/document/{KEY}")
    assert "讀到了什麼" in html and f'href="/source/{KEY}"' in html


def test_citation_and_schema_org(client: FlaskClient) -> None:
    html = page(client, "/id/body/測試部")
    [data] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert json.loads(data)["@type"] == "GovernmentOrganization"
    assert json.loads(data)["name"] == "測試部"
    assert client.get("/id/body/測試部?format=bib").get_data(as_text=True).startswith("@misc{policykg-")
    ris = client.get("/id/body/測試部?format=ris").get_data(as_text=True)
    assert ris.startswith("TY  - DATA\n") and ris.endswith("ER  - \n")


def test_a_name_cannot_end_the_data_block(client: FlaskClient) -> None:
    html = page(client, "/id/program/<b>粗體<%2Fb>計畫")
    [data] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert "<" not in data and "粗體" in json.loads(data)["name"]


@given(st.lists(st.tuples(st.integers(2000, 2100), st.floats(0, 1e12)), max_size=8))
def test_chart_holds_every_bar(values: list[tuple[int, float]]) -> None:
    data = [Bar(str(year), "預算", value) for year, value in dict(values).items()]
    assert bars(data).svg.count("<rect") == len(data)


@given(st.floats(0, 1e15))
def test_ticks_reach_the_largest_value(most: float) -> None:
    marks = ticks(most)
    assert marks[0] == 0 and marks[-1] >= most and 2 <= len(marks) <= 7


# --- search

def test_search_finds_names_and_places(client: FlaskClient) -> None:
    html = page(client, "/search?q=太空")
    assert "<mark>太空</mark>產業" in html and f"/source/{KEY}?start=" in html
    assert 'rel="nofollow"' in html


def test_search_filters(client: FlaskClient) -> None:
    html = page(client, "/search?q=太空&class=Measure")
    results = html[html.index('<ol class="results"'):html.index("</ol>")]
    assert "class-Measure" in results and "class-Industry" not in results
    assert 'aria-current="true"' in html[html.index('class="facets"'):]
    assert "沒有符合" in page(client, "/search?q=太空&body=不是網址 ")


def test_filters_list_without_words(client: FlaskClient) -> None:
    def listed(address: str) -> list[str]:
        html = page(client, address)
        return re.findall(r'<p class="result-name">.*?href="(/id/[^"]+)"', html, re.S)

    measures = listed("/search?class=Measure")
    assert len(measures) == 2 and all("/measure/" in m for m in measures)
    body = "https://w3id.org/policy-kg/id/body/示範部"
    assert set(measures) & set(listed(f"/search?body={body}"))
    assert set(listed(f"/search?class=Measure&document={KEY}")) <= set(listed(f"/search?document={KEY}")) != set()
    assert all("/target/" in t or "/budget" in t for t in listed("/search?year=2030")) and listed("/search?year=2030")
    assert '<input type="hidden" name="class" value="Measure">' in page(client, "/search?class=Measure")
    for nothing in ("document=nope", "body=no iri", "class=Nope", "year=x"):
        assert listed(f"/search?{nothing}") == []


def test_search_for_nothing_and_for_marks(client: FlaskClient) -> None:
    assert "沒有符合" in page(client, "/search?q=查無此字串")
    assert "<b>" not in page(client, "/search?q=<b>")


def test_suggestions(client: FlaskClient) -> None:
    found = client.get("/search/suggest?q=測部").get_json()["suggestions"]
    assert found[0]["label"] == "測試部" and found[0]["name"] == "測部" and found[0]["zh"]
    assert client.get(found[0]["href"], headers=HTML).status_code == 200
    assert client.get("/search/suggest?q=").get_json() == {"suggestions": []}


@given(
    st.text(st.sampled_from("甲乙。\n(.*"), min_size=1, max_size=40),
    st.text(st.sampled_from("甲乙(.* "), min_size=1, max_size=9),
)
def test_marked_pieces_are_the_text(text: str, words: str) -> None:
    if words.split():
        assert "".join(t for t, _ in marked(text, words)) == text
        assert all((piece in words.split()) == hit for piece, hit in marked(text, words) if hit)
        sentence(text, words)


# --- language

@pytest.mark.parametrize("url", ["/", "/search?q=太空", "/review", f"/source/{KEY}", "/id/body/測試部"])
def test_one_language_at_a_time(client: FlaskClient, url: str) -> None:
    join = "&" if "?" in url else "?"
    english = page(client, f"{url}{join}lang=en")
    assert '<html lang="en">' in english and 'class="zh"' not in english
    chinese = page(client, f"{url}{join}lang=zh-Hant")
    assert '<html lang="zh-Hant">' in chinese and "Skip to content" not in chinese


def test_language_is_remembered(app: Flask) -> None:
    client = app.test_client()
    page(client, "/?lang=en")
    assert '<html lang="en">' in page(client, "/search")
    assert '<html lang="zh-Hant">' in page(client, "/search?lang=zh-Hant")
    assert '<html lang="zh-Hant">' in page(app.test_client(), "/?lang=xx")


def test_things_are_named_in_the_language_of_the_page(client: FlaskClient) -> None:
    html = page(client, f"/id/measure/{KEY}/1?lang=en")
    assert "Ministry of Tests" in html and 'class="zh"' not in html
    client.set_cookie("lang", "en")
    assert client.get("/search/suggest?q=測部").get_json()["suggestions"][0]["label"] == "Ministry of Tests"


# --- review

@pytest.fixture
def bench(sample_store: VersionedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    import shutil

    monkeypatch.setenv("KG_TOKEN", TOKEN)
    shutil.copytree(sample_store.folder, tmp_path / "store")
    return create_app(tmp_path / "store").test_client()


def first_link(html: str) -> str:
    found = re.search(r'name="link" value="([^"]+)"', html)
    assert found
    return found[1]


def test_review_needs_the_token(bench: FlaskClient, tmp_path: Path) -> None:
    assert 'name="verdict"' not in page(bench, "/review")
    wrong = bench.post("/review/login", data={"who": "甲", "token": "x"}, headers=HTML)
    assert wrong.status_code == 403 and "Set-Cookie" not in wrong.headers
    assert bench.post("/review/decide", data={"link": "x", "verdict": "accept"}).status_code == 403
    assert bench.post("/review/undo", data={"link": "x"}).status_code == 403
    assert not (tmp_path / "store" / FILE).exists()


def test_review_decides_and_undoes(bench: FlaskClient, tmp_path: Path) -> None:
    response = bench.post("/review/login", data={"who": "甲", "token": TOKEN})
    assert response.status_code == 303
    assert "HttpOnly" in response.headers["Set-Cookie"] and "SameSite=Strict" in response.headers["Set-Cookie"]
    key = first_link(page(bench, "/review"))
    done = bench.post("/review/decide", data={"link": key, "verdict": "accept", "why": "同一計畫"})
    assert done.status_code == 303
    decision = load(tmp_path / "store" / FILE)[key]
    assert (decision.status, decision.judgement.who, decision.judgement.why) == ("accepted", "甲", "同一計畫")
    assert first_link(page(bench, f"/review?last={key}")) == key  # to be undone
    assert "同一計畫" in unescape(page(bench, f"/review?link={key}"))
    bench.post("/review/undo", data={"link": key})
    assert load(tmp_path / "store" / FILE) == {}
    assert bench.post("/review/decide", data={"link": "nope", "verdict": "accept"}).status_code == 404
    assert bench.post("/review/decide", data={"link": key, "verdict": "maybe"}).status_code == 400


def test_review_takes_no_foreign_forms(bench: FlaskClient) -> None:
    for headers in ({"Origin": "https://example.org"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = bench.post("/review/login", data={"who": "甲", "token": TOKEN}, headers=headers)
        assert answer.status_code == 403


def test_review_is_closed_without_a_token(bench: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KG_TOKEN")
    assert "KG_TOKEN" in page(bench, "/review")
    assert bench.post("/review/login", data={"who": "甲", "token": ""}).status_code == 403


def test_what_tells_most_comes_first(sample_store: VersionedStore) -> None:
    found = bench_items.candidates(sample_store.open(), "pol:fundedBy")
    worth = [c.confidence * (1 - c.confidence) for c in found]
    assert found and worth == sorted(worth, reverse=True)


def test_doubtful_readings_are_told_with_their_sentence(bench: FlaskClient, sample_store: VersionedStore) -> None:
    found = doubtful(sample_store.open())
    worth = [d.confidence * (1 - d.confidence) for d in found]
    assert found and worth == sorted(worth, reverse=True) and all(d.confidence < 0.9 for d in found)
    html = unescape(page(bench, "/review/facts"))
    assert html.count('href="/source/') == min(50, len(found)) and f"{found[0].confidence:.0%}" in html
    assert page(bench, "/review/facts?page=999") and page(bench, "/review/facts?page=x")


def test_a_doubtful_fact_is_decided_with_its_words_and_undone(bench: FlaskClient, tmp_path: Path) -> None:
    bench.post("/review/login", data={"who": "甲", "token": TOKEN})
    html = unescape(page(bench, "/review?kind=facts"))
    assert "<mark>" in html and 'href="/source/' in html
    name = first_link(html)
    done = bench.post("/review/decide", data={"kind": "facts", "link": name, "verdict": "reject", "why": "誤讀"})
    [(key, decision)] = load(tmp_path / "store" / FILE).items()
    assert done.status_code == 303 and f"last={key}" in done.location
    assert (decision.status, decision.judgement.who, decision.judgement.why) == ("rejected", "甲", "誤讀")
    told = unescape(page(bench, f"/review?kind=facts&state=rejected&link={name}"))
    assert "誤讀" in told and first_link(told) == name
    assert "已駁回" in page(bench, "/review/facts")
    # decided again in another way, then undone step by step
    bench.post("/review/decide", data={"kind": "facts", "link": name, "verdict": "accept"})
    assert load(tmp_path / "store" / FILE)[key].status == "accepted"
    for left in ("rejected", None):
        bench.post("/review/undo", data={"kind": "facts", "link": key})
        now = load(tmp_path / "store" / FILE).get(key)
        assert (now and now.status) == left
    assert bench.post("/review/decide", data={"kind": "facts", "link": "x", "verdict": "accept"}).status_code == 404


def test_programs_decide_with_the_token(bench: FlaskClient, tmp_path: Path) -> None:
    listed = bench.get("/review?kind=facts", headers={"Accept": "application/json"}).get_json()
    assert listed["total"] == len(listed["items"]) > 50
    sent = {"kind": "facts", "link": listed["items"][0]["link"], "verdict": "unsure", "why": "再查"}
    wrong = bench.post("/review/decide", data=sent | {"who": "乙"}, headers={"Authorization": "Bearer x"})
    assert wrong.status_code == 403
    right = {"Authorization": f"Bearer {TOKEN}"}
    assert bench.post("/review/decide", data=sent, headers=right).status_code == 400  # by whom?
    made = bench.post("/review/decide", data=sent | {"who": "乙"}, headers=right).get_json()
    assert load(tmp_path / "store" / FILE)[made["link"]].judgement.why == "再查"
    assert bench.get("/review/apply").get_json()["waiting"] == 1
    undone = bench.post("/review/undo", data={"kind": "facts", "link": made["link"]}, headers=right)
    assert undone.get_json() == {"link": made["link"], "decision": None}
    assert bench.get("/review/apply").get_json()["waiting"] == 0


def applied(bench: FlaskClient) -> dict[str, object]:
    """Waits until the server has made a version, which has no other limit than the test's own."""
    while True:
        now: dict[str, object] = bench.get("/review/apply").get_json()
        if not now["running"]:
            return now
        time.sleep(0.1)


def test_the_server_applies_decisions_and_answers_meanwhile(bench: FlaskClient, tmp_path: Path) -> None:
    assert bench.post("/review/apply").status_code == 403
    bench.post("/review/login", data={"who": "甲", "token": TOKEN})
    name = first_link(page(bench, "/review?kind=facts"))
    bench.post("/review/decide", data={"kind": "facts", "link": name, "verdict": "accept"})
    version = bench.get("/review/apply").get_json()["version"]
    assert 'data-waiting="1"' in page(bench, "/review")
    assert bench.post("/review/apply").status_code == 303
    assert "data-applying" in page(bench, "/review") and bench.get("/queries/coverage.json").status_code == 200
    assert bench.post("/review/apply", headers={"Authorization": f"Bearer {TOKEN}"}).get_json() == {"begun": False}
    now = applied(bench)
    assert (now["error"], now["waiting"]) == ("", 0) and now["version"] != version
    assert "data-applied" in page(bench, "/review")
    # the accepted candidate is a fact that queries find
    [decision] = load(tmp_path / "store" / FILE).values()
    label = decision.object.label
    assert label in bench.get(f"/queries/concordance.json?thing={label}").get_data(as_text=True)
    assert first_link(unescape(page(bench, "/review?kind=facts&state=accepted")))


def test_an_apply_that_fails_is_told(bench: FlaskClient, tmp_path: Path) -> None:
    bench.post("/review/login", data={"who": "甲", "token": TOKEN})
    name = first_link(page(bench, "/review?kind=facts"))
    bench.post("/review/decide", data={"kind": "facts", "link": name, "verdict": "accept"})
    store = VersionedStore(tmp_path / "store")
    with store.lock():
        bench.post("/review/apply")
        now = applied(bench)
    assert "another build is running" in str(now["error"]) and now["waiting"] == 1
    html = unescape(page(bench, "/review"))
    assert 'role="alert"' in html and "data-waiting" in html
    # killed in the middle, it does not look as if it went on
    (store.folder / applying.STATE).write_text('{"running": true, "what": "load", "done": 1, "of": 2, "error": ""}')
    assert "interrupted" in str(bench.get("/review/apply").get_json()["error"])
