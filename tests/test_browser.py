"""The main journeys in a real browser: nothing breaks, nothing is refused, nothing comes from elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Watched, chromium, violations
from live import serving

from kg.decisions import FILE, load
from kg.names import sparql_prefixes
from kg.store import VersionedStore

TOKEN = "只供測試"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def folder(sample_store: VersionedStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("browser") / "store"
    shutil.copytree(sample_store.folder, copy)
    return copy


@pytest.fixture(scope="module")
def address(browser: Any, folder: Path) -> Iterator[str]:
    with serving(folder, KG_TOKEN=TOKEN) as found:
        yield found


@pytest.fixture(scope="module")
def things(folder: Path) -> dict[str, str]:
    """A thing of each class, as a path of the server, and documents' pages."""
    store = VersionedStore(folder).open()
    found = {}
    for cls in ("Ministry", "Measure", "Strategy", "Program", "Industry", "Regulation", "Recommendation", "Response",
                "BudgetLine", "PolicyDocument", "Target", "IndustryScope", "Plan"):
        rows = list(store.query(
            sparql_prefixes() + f"SELECT ?s (COUNT(*) AS ?n) {{ ?s a pol:{cls} ; ?p ?o }} GROUP BY ?s "
            "ORDER BY DESC(?n) ?s LIMIT 1"
        ))
        assert rows, cls
        found[cls] = "/id/" + rows[0][0].value.split("/id/", 1)[1]
    found["source"] = found["PolicyDocument"].replace("/id/document/", "/source/")
    return found


@pytest.fixture(params=[(1440, "light"), (390, "dark")], ids=["wide-light", "narrow-dark"])
def watched(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Watched]:
    width, theme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, locale="zh-TW")
    found = Watched(context, address)
    yield found
    context.close()
    assert found.faults == []


PAGES = ["/", "/search", "/search?q=產業", "/queries", "/sparql", "/review", "Ministry", "Measure", "Strategy",
         "Program", "Industry", "Regulation", "Recommendation", "Response", "BudgetLine", "PolicyDocument", "Target",
         "IndustryScope", "Plan", "source"]


@pytest.mark.slow
def test_pages_are_accessible_and_fit(watched: Watched, things: dict[str, str]) -> None:
    problems = {}
    for name in PAGES:
        page = watched.open(things.get(name, name))
        width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        found = violations(page) + ([f"{width} pixels too wide"] if width > 0 else [])
        if found:
            problems[name] = found
    assert problems == {}


def test_from_a_search_to_the_sentence(watched: Watched, things: dict[str, str]) -> None:
    page = watched.open("/")
    name = things["Ministry"].rsplit("/", 1)[1]
    page.fill("#q", name[:2])
    page.wait_for_selector(".suggestions [role=option]")
    assert page.get_attribute("#q", "aria-expanded") == "true"
    page.fill("#q", name)
    page.wait_for_function("n => document.querySelector('.suggestions li')?.textContent.includes(n)", arg=name)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/id/body/**")
    assert page.inner_text("h1").startswith(name)
    page.click("section.profile td a[href^='/id/'] >> nth=0")
    page.wait_for_selector("h1")
    page.click("a[href^='/source/'] >> nth=0")
    page.wait_for_selector("mark#here")
    # a function, not an expression: that would be evaluated, which the pages' policy forbids
    page.wait_for_function("() => document.querySelector('#here').getBoundingClientRect().top < window.innerHeight")
    assert page.locator(".told a[href^='/id/']").count() > 0


def test_a_highlight_leads_to_its_facts(watched: Watched, things: dict[str, str]) -> None:
    page = watched.open(things["source"])
    page.locator("a.read").first.click()
    page.wait_for_selector(".told")
    page.locator(".told li a[href^='/id/']").first.click()
    page.wait_for_url("**/id/**")


def test_language_switch_is_kept(watched: Watched) -> None:
    page = watched.open("/")
    page.click(".languages a >> text=English >> nth=-1")
    page.wait_for_url("**lang=en*")
    page = watched.open("/search")
    assert page.get_attribute("html", "lang") == "en"
    assert page.inner_text("h1") == "Search"
    page = watched.open("/?lang=zh-Hant")
    assert page.locator("main .en").count() == 0


def test_without_javascript(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "/")
    page.fill("#q", "產業")
    page.keyboard.press("Enter")
    page.wait_for_selector(".results")
    page.click(".facets a >> nth=0")
    page.wait_for_selector(".facets [aria-current]")
    context.close()


def test_review_by_keyboard(browser: Any, address: str, folder: Path) -> None:
    context = browser.new_context()
    watched = Watched(context, address)
    page = watched.open("/review")
    page.fill("#who", "審查員")
    page.fill("#token", TOKEN)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-bench]")
    page.keyboard.press("r")
    page.wait_for_url("**last=*")
    [decision] = load(folder / FILE).values()
    assert decision.status == "rejected" and decision.judgement.who == "審查員"
    page.locator("[role=status] button").click()
    page.wait_for_url("**link=*")
    assert load(folder / FILE) == {}
    context.close()
    assert watched.faults == []


def test_first_visit_is_light(browser: Any, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    sizes: list[int] = []
    page.on("requestfinished", lambda r: sizes.append(r.sizes()["responseBodySize"]))
    page.goto(address + "/", wait_until="networkidle")
    paint = page.evaluate("""() => new Promise(done => new PerformanceObserver(list =>
        done(list.getEntries().at(-1).startTime)).observe({type: "largest-contentful-paint", buffered: true}))""")
    context.close()
    assert 0 < sum(sizes) < 300_000, sizes
    assert paint < 5000, paint  # under 1 s on a quiet machine; tests run on busy ones
