"""The SPARQL workbench in a real browser: writing, slips, completion, running, stopping, views, links, leaving."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from browser import Watched, violations
from live import serving

from kg.store import VersionedStore

SELECT = "SELECT ?measure ?ministry { ?measure a pol:Measure ; pol:leadBy ?ministry } LIMIT 30"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?a ?b ?c . ?x ?y ?z FILTER(?o != ?c) }"
#: what the browser itself notes of an answer that is an error
REFUSED = "Failed to load resource: the server responded with a status of 400 (Bad Request)"


@pytest.fixture(scope="module")
def address(browser: Any, sample_store: VersionedStore) -> Iterator[str]:
    with serving(sample_store.folder, KG_LIMIT_SLOW_WORKERS="1", KG_LIMIT_FAST_WORKERS="1") as found:
        yield found


@pytest.fixture(params=[(1440, "light"), (390, "dark")], ids=["wide-light", "narrow-dark"])
def watched(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Watched]:
    width, theme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, locale="zh-TW")
    found = Watched(context, address)
    yield found
    assert sideways(found.page) <= 0
    context.close()
    assert [fault for fault in found.faults if fault != REFUSED] == []


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """The workbench, on a wide screen."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-TW")
    found = Watched(context, address)
    opened = found.open("/sparql")
    opened.wait_for_selector(".cm-content")
    yield opened
    context.close()
    assert [fault for fault in found.faults if fault != REFUSED] == []


def sideways(page: Any) -> int:
    """Pixels by which the page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return width


def write(page: Any, text: str) -> None:
    """Writes a query into the editor in place of what is there."""
    page.focus(".cm-content")  # no click: what is offered for completion may lie over the place
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(text)


def ask(page: Any, text: str) -> None:
    """Runs a query by the keyboard and waits for its rows."""
    write(page, text)
    page.keyboard.press("ControlOrMeta+Enter")
    page.wait_for_selector("#panel-table:not([hidden]) :is(tbody tr, .answer, .empty)", state="attached")
    page.wait_for_selector("[data-run]:not([hidden])")


def test_a_query_in_three_views(watched: Watched) -> None:
    page = watched.open("/sparql")
    page.wait_for_selector(".cm-content")
    page.click(".rail summary >> nth=1")
    assert violations(page) == []
    ask(page, SELECT)
    assert page.locator("#panel-table tbody tr").count() == 30
    assert page.locator("#panel-table tbody a[href^='/id/']").count() == 60
    assert "query=SELECT" in page.url and page.locator("[data-facts] strong").inner_text() == "30"
    names = page.locator("#panel-table tbody td >> nth=1").inner_text()
    page.click("#panel-table .table-tools button")
    assert page.locator("#panel-table tbody td >> nth=1").inner_text().startswith("https://w3id.org/policy-kg/id/body/")
    assert names and not names.startswith("https:")
    assert violations(page) == []
    page.focus("#tab-table")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#panel-graph svg a[href^='/id/body/'] circle")
    assert violations(page) == []
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#panel-raw pre")
    assert len(json.loads(page.inner_text("#panel-raw pre"))["results"]["bindings"]) == 30
    page.select_option("#raw-format", "csv")
    page.wait_for_function("() => document.querySelector('#panel-raw pre').textContent.startsWith('measure,ministry')")
    assert violations(page) == []
    with page.expect_download() as download:
        page.evaluate("() => Object.assign(document.querySelector('[data-format=tsv]'), {download: 'r.tsv'}).click()")
    assert download.value.path().read_text(encoding="utf-8").startswith("?measure\t?ministry")


def test_a_long_example_scrolls_within_the_editor(watched: Watched) -> None:
    page = watched.open("/sparql?example=measures-of-goal")
    page.wait_for_selector(".cm-content")
    assert page.locator("[data-run]").bounding_box()["y"] < 1000
    assert violations(page) == []
    page.focus(".cm-content")
    page.keyboard.press("Control+End")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.matches('[data-run]')"), "Tab must lead out of the editor"


def test_triples_of_any_kind(page: Any) -> None:
    ask(page, r'''CONSTRUCT {
      ?x ?p "引\"號\\\n<b>換行</b>", "新"@zh-Hant, 5, _:b, <javascript:alert(1)>, <https://例.tw/>
    } WHERE { VALUES (?x ?p) { (<urn:x> skos:prefLabel) } }''')
    assert page.locator("#panel-table tbody tr").count() == 6 and "6" in page.inner_text("[data-facts]")
    table = page.inner_text("#panel-table tbody")
    assert '引"號\\\n<b>換行</b>' in table and "javascript:alert(1)" in table and "新" in table
    assert page.locator("#panel-table tbody td:nth-child(3) a").count() == 1
    page.click("#panel-table th:nth-child(3) button")
    assert page.get_attribute("#panel-table th:nth-child(3)", "aria-sort") == "ascending"
    page.click("#tab-graph")
    page.wait_for_selector("#panel-graph circle")
    assert page.locator("#panel-graph circle").count() == 3 and page.locator("#panel-graph a").count() == 1
    page.click("#tab-raw")
    page.wait_for_selector("#panel-raw pre")
    assert "javascript:alert(1)" in page.inner_text("#panel-raw pre")


def test_from_a_mistake_to_the_result(watched: Watched) -> None:
    page = watched.open("/sparql")
    page.wait_for_selector(".cm-content")
    write(page, "SELECT ?m {\n  ?m a pol:Mesure\n} LIMIT 5")
    page.wait_for_selector(".cm-lint-marker-warning")
    page.hover(".cm-lint-marker-warning")
    page.wait_for_selector(".cm-diagnostic")
    assert "pol:Mesure" in page.inner_text(".cm-diagnostic")
    assert violations(page) == []
    page.keyboard.press("ControlOrMeta+Enter")
    page.wait_for_selector("[data-hints] li")
    assert page.locator("#panel-table .empty").is_visible() and violations(page) == []
    page.hover(".cm-lint-marker-warning")
    page.click(".cm-diagnosticAction")
    assert "a pol:Measure\n" in page.input_value("#query")
    page.click("[data-run]")
    page.wait_for_selector("#panel-table tbody tr")
    write(page, "SELECT ?m {\n  ?m a ;\n}")
    page.wait_for_selector(".cm-lint-marker-error")
    page.keyboard.press("ControlOrMeta+Enter")
    page.wait_for_selector("[data-problem]:not([hidden]) button")
    assert "語法" in page.inner_text("[data-problem]") and violations(page) == []
    page.click("[data-problem] button")
    assert page.evaluate("() => document.activeElement.classList.contains('editor')")


def test_names_are_completed_from_the_data(page: Any, address: str) -> None:
    def offered(typed: str) -> str:
        write(page, "SELECT * { ?m ")
        page.keyboard.insert_text(typed)
        page.keyboard.press("Control+Space")
        page.wait_for_function(
            "t => document.querySelector('.editor').shadowRoot.querySelector('.cm-tooltip-autocomplete')"
            "?.textContent.includes(t)", arg={"pol:lead": "主辦", "a pol:Mea": "措施", "主辦": "leadBy",
                                             "農業": "農業部", "sko": "skos:"}[typed],
        )
        return str(page.inner_text(".cm-tooltip-autocomplete li >> nth=0"))

    assert offered("pol:lead").startswith("pol:leadBy") and offered("a pol:Mea").startswith("pol:Measure")
    assert offered("主辦").startswith("pol:leadBy") and offered("sko").startswith("skos:")
    assert "農業" in offered("農業")
    assert violations(page) == []
    page.wait_for_timeout(200)  # CodeMirror takes no choice within 75 ms of showing it
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#query').value.includes('policy-kg/id/')")
    write(page, "SELECT * { ?m skos:prefLabel \"農")
    page.keyboard.press("Control+Space")
    page.wait_for_timeout(300)
    assert page.locator(".cm-tooltip-autocomplete").count() == 0, "nothing is completed within a string"


def test_stop_ends_the_query_here_and_on_the_server(page: Any) -> None:
    for _ in range(3):  # more than there are workers
        write(page, RUNAWAY)
        page.keyboard.press("ControlOrMeta+Enter")
        page.wait_for_selector("[data-stop]:not([hidden])")
        page.wait_for_timeout(400)
        page.click("[data-stop]")
        page.wait_for_selector("[data-run]:not([hidden])")
        assert "停止" in page.inner_text("[data-status]")
    began = time.monotonic()
    # what is wrong with a query is told without waiting for those that run
    write(page, RUNAWAY)
    page.keyboard.press("ControlOrMeta+Enter")
    page.wait_for_selector("[data-stop]:not([hidden])")
    write(page, RUNAWAY.replace("}", ""))
    page.wait_for_selector(".cm-lint-marker-error")
    page.click("[data-stop]")
    ask(page, "ASK { ?s a pol:Measure }")
    assert page.inner_text("#panel-table").startswith("是")
    assert time.monotonic() - began < 10, "a worker was still busy"


def test_the_past_and_short_links(page: Any, address: str) -> None:
    long = SELECT + "\n" + "\n".join(f"# 第 {n} 行註解，讓查詢長一點" for n in range(20))
    ask(page, long)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("[data-share]")
    page.wait_for_function("() => document.querySelector('[data-status]').textContent.includes('複製')")
    short = page.evaluate("() => navigator.clipboard.readText()")
    assert short.startswith(address + "/sparql#q=") and len(short) < 400
    other = page.context.new_page()
    other.goto(short)
    other.wait_for_selector("#panel-table tbody tr")
    assert other.input_value("#query") == long
    other.close()
    page.reload()
    page.wait_for_selector(".past button")
    assert page.locator("#panel-table tbody tr").count() == 30, "the address alone gives the result"
    write(page, "ASK {}")
    page.click(".past button >> nth=0")
    assert page.input_value("#query") == long
    page.click("[data-forget]")
    assert page.locator("[data-history]").is_hidden()


def test_a_warning_before_leaving_what_was_written(page: Any) -> None:
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.focus(".cm-content")
    page.keyboard.type("# ")
    page.click(".rail summary >> nth=1")
    page.click(".rail a >> nth=1")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"] and page.url.endswith("/sparql")
    page.keyboard.press("Control+Z")
    ask(page, SELECT)
    page.click(".rail a >> nth=1")
    page.wait_for_url("**/sparql?example=*")
    assert asked == ["beforeunload"]


def test_in_english(page: Any) -> None:
    page.goto(page.url + "?lang=en")
    page.wait_for_selector(".cm-content")
    ask(page, "ASK {}")
    assert page.inner_text("#panel-table") == "true" and page.inner_text("[data-run]") == "Run"
    page.goto(page.url.partition("?")[0] + "?lang=both")


def test_without_scripts(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "/sparql")
    page.click(".rail summary >> nth=1")
    page.click(".rail a >> nth=1")
    assert "SELECT" in page.input_value("#query")
    page.fill("#query", SELECT)
    page.click("[data-run]")
    page.wait_for_selector("#panel-table tbody tr")
    assert page.locator("#panel-table tbody a[href^='/id/']").count() == 60
    page.fill("#query", "SELECT ?m { ?m a ; }")
    page.click("[data-run]")
    page.wait_for_selector("[data-problem]")
    assert page.input_value("#query") == "SELECT ?m { ?m a ; }"
    context.close()


def test_a_first_visit_is_light(browser: Any, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    sizes: dict[str, int] = {}
    page.on("requestfinished", lambda r: sizes.update({r.url: r.sizes()["responseBodySize"]}))
    page.goto(address + "/sparql", wait_until="networkidle")
    context.close()
    assert 0 < sum(sizes.values()) < 300_000, sizes
