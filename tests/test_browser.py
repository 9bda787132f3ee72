"""The main journeys in a real browser: nothing breaks, nothing is refused, nothing comes from elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx
import pytest
from browser import Watched, violations
from live import serving

from kg.decisions import FILE, load
from kg.names import sparql_prefixes
from kg.store import VersionedStore

TOKEN = "只供測試"


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


PAGES = ["/", "/?lang=en", "/search", "/search?q=產業", "/queries", "/queries/ministries-sharing-industry",
         "/queries/programs-in-year?year=2026", "/queries/money-by-ministry?sort=-amount&find=部", "/sparql",
         "/sparql?query=SELECT+*+WHERE+%7B+?s+a+pol:Ministry+%7D+LIMIT+5", "/sparql/errors", "/review",
         "/review?kind=facts", "/review/facts", "/audit", "/api", "/gephi", "/ontology", "Ministry", "Measure",
         "Strategy", "Program", "Industry", "Regulation", "Recommendation", "Response", "BudgetLine", "PolicyDocument",
         "Target", "IndustryScope", "Plan", "source"]


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
    page.click(".languages a[lang=en]")
    page.wait_for_url("**lang=en*")
    page = watched.open("/search")
    assert page.get_attribute("html", "lang") == "en"
    assert page.inner_text("h1") == "Search"
    page = watched.open("/?lang=zh-Hant")
    assert page.locator("main .en").count() == 0


def test_a_measure_leads_to_its_sentence(watched: Watched, things: dict[str, str]) -> None:
    page = watched.open(things["Ministry"])
    page.locator("section.profile tr:has(.class-Measure) td a[href^='/id/measure/']").first.click()
    page.wait_for_url("**/id/measure/**")
    name = page.inner_text("h1")
    page.click("section[aria-labelledby=evidence] .quote a >> nth=0")
    page.wait_for_selector("mark#here")
    assert name[:4] in page.inner_text(".told")


def test_canned_query_to_gephi(watched: Watched, tmp_path: Path) -> None:
    page = watched.open("/queries")
    page.click("a.card-title[href$='/ministries-sharing-industry']")
    page.wait_for_selector("#result")
    rows = int(page.inner_text(".result-head .facts strong").replace(",", ""))
    with page.expect_download() as begun:
        page.click(".downloads a[href*='.gexf']")
    file = tmp_path / begun.value.suggested_filename
    begun.value.save_as(file)
    graph = networkx.read_gexf(file)
    assert file.name == "ministries-sharing-industry.gexf" and graph.number_of_edges() == rows > 0
    assert all("\u4e00" <= d["label"][0] <= "\u9fff" for _, d in graph.nodes(data=True))
    page.click("details.network summary")
    page.wait_for_function("() => document.querySelector('.network img').naturalWidth > 0")


def test_a_result_is_ordered_and_searched(watched: Watched) -> None:
    page = watched.open("/queries/money-by-ministry")
    page.click("thead th.number a >> nth=0")
    page.wait_for_selector("th[aria-sort=descending]")
    page.wait_for_load_state()
    shown = page.locator("tbody tr").count()
    words = page.locator("tbody td").first.inner_text()
    page.fill("#find", words)
    page.click("form.find button")
    page.wait_for_selector(".notice[role=status]")
    assert page.input_value("#find") == words
    assert 0 < page.locator("tbody tr").count() <= shown
    assert page.locator("th[aria-sort=descending]").count() == 1


def test_sparql_with_a_mistake_gets_its_hint_and_then_the_result(watched: Watched) -> None:
    page = watched.open("/sparql")
    page.wait_for_selector(".cm-content")

    def typed(text: str) -> None:
        page.focus(".cm-content")
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(text)

    typed("SELECT ?m WHERE { ?m a pol:Ministri } LIMIT 3")
    page.wait_for_selector(".cm-lintRange, .cm-lint-marker", timeout=15000)
    typed("SELECT ?m WHERE { ?m a pol:Ministry LIMIT 3")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-problem]:visible")
    assert page.inner_text("[data-problem]").strip()
    watched.faults.clear()  # the browser itself tells of the answer 400
    typed("SELECT ?m WHERE { ?m a pol:Ministry } LIMIT 3")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-panel=table] tbody tr")
    assert page.locator("[data-panel=table] tbody tr").count() == 3


def test_reading_and_forms_without_javascript(browser: Any, address: str, things: dict[str, str]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "/")
    page.fill("#q", "產業")
    page.keyboard.press("Enter")
    page.wait_for_selector(".results")
    page.click(".facets a >> nth=0")
    page.wait_for_selector(".facets [aria-current]")
    page.goto(address + "/queries/programs-in-year")
    page.fill("input[name=year]", "2026")
    page.click(".pickers button")
    page.wait_for_selector("#result")
    page.goto(address + "/sparql")
    page.fill("textarea[name=query]", "SELECT ?m { ?m a pol:Ministry } LIMIT 3")
    page.click("form.sparql button[type=submit]")
    page.wait_for_selector("tbody tr >> nth=2")
    page.goto(address + things["source"])
    page.locator("a.read").first.click()
    page.wait_for_selector(".told")
    page.click(".languages a[lang=en]")
    page.wait_for_selector("html[lang=en]")
    context.close()


def test_every_step_can_be_made_with_the_keyboard(watched: Watched) -> None:
    page = watched.open("/search?q=產業")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.closest('main') !== null")
    unseen = page.evaluate("""() => {
        const missed = [];
        for (const part of document.querySelectorAll("a[href], button, input, select, textarea, summary")) {
            if (!part.checkVisibility() || part.type === "hidden") continue;
            part.focus();
            if (document.activeElement !== part || getComputedStyle(part).outlineStyle === "none")
                missed.push(part.outerHTML);
        }
        return missed;
    }""")
    assert unseen == []


def test_pages_print_without_the_frame(browser: Any, address: str, things: dict[str, str]) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.emulate_media(media="print")
    for path in ("/", things["Ministry"], things["source"], "/search?q=產業", "/queries/money-by-ministry"):
        page.goto(address + path)
        hidden = page.evaluate("""() => [...document.querySelectorAll("header nav, form, button, .downloads, .facets")]
            .filter(e => e.checkVisibility()).map(e => e.outerHTML.slice(0, 80))""")
        cut = page.evaluate("""() => [...document.querySelectorAll(".scroll, .source, .values")]
            .filter(e => e.scrollHeight > e.clientHeight + 2 && getComputedStyle(e).overflowY !== "visible")
            .map(e => e.className)""")
        assert hidden == [] and cut == [], path
        assert page.pdf(format="A4").startswith(b"%PDF")
    context.close()


def log_in(watched: Watched, path: str) -> Any:
    """The review bench at a path, opened with the token."""
    page = watched.open(path)
    page.fill("#who", "審查員")
    page.fill("#token", TOKEN)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-bench]")
    return page


def press(page: Any, key: str) -> None:
    """A key on the card of the bench; waits until the answer is there."""
    page.focus("[data-bench]")
    page.keyboard.press(key)


def apply(page: Any) -> None:
    """Applies the decisions by the button alone, and waits until the new version is served."""
    page.focus("[data-waiting] button")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-applied]")


def test_review_by_keyboard_until_the_query_shows_it(browser: Any, address: str, folder: Path) -> None:
    context = browser.new_context()
    watched = Watched(context, address)
    page = log_in(watched, "/review")
    press(page, "r")
    page.wait_for_url("**last=*")
    [decision] = load(folder / FILE).values()
    assert decision.status == "rejected" and decision.judgement.who == "審查員"
    press(page, "z")
    page.wait_for_url("**link=*")
    assert load(folder / FILE) == {}
    # what is accepted and applied is told by the query, without the command line
    ends = page.locator(".bench h3 a").all_inner_texts()
    press(page, "a")
    page.wait_for_url("**last=*")
    assert violations(page) == []
    apply(page)
    page = watched.open("/queries/budget-links?status=accepted")
    row = page.locator("tbody tr").first.inner_text()
    assert page.locator("tbody tr").count() == 1 and all(end in row for end in ends)
    context.close()
    assert watched.faults == []


def test_doubtful_facts_are_decided_by_keyboard_and_leave_or_enter_the_graph(
    browser: Any, address: str, folder: Path
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 900}, color_scheme="dark")
    watched = Watched(context, address)
    page = log_in(watched, "/review?kind=facts")
    # the words of the document stand beside what was read from them
    assert page.locator(".bench blockquote mark").first.inner_text()
    assert violations(page) == []
    items = page.request.get(address + "/review?kind=facts&format=json").json()["items"]
    guess = next(i for i in items if not i["object"].startswith("http"))
    before = set(load(folder / FILE))
    names = []
    for item, key, why in ((guess, "a", ""), (next(i for i in items if i != guess), "r", "讀錯了")):
        page = watched.open(f"/review?kind=facts&link={item['link']}")
        names.append(page.locator(".bench article h3").last.inner_text())
        page.fill("#why", why)
        press(page, key)
        page.wait_for_url("**last=*")
    accepted, rejected = names
    made = {k: d for k, d in load(folder / FILE).items() if k not in before}
    assert sorted((d.status, d.object.label) for d in made.values()) == [("accepted", accepted), ("rejected", rejected)]
    apply(page)
    page = watched.open(f"/queries/concordance?thing={accepted}")
    assert page.locator("tbody tr").count() >= 1 and accepted in page.locator("tbody").inner_text()
    page = watched.open("/review?kind=facts&state=rejected")
    assert rejected in page.locator(".bench").inner_text() and "讀錯了" in page.locator(".bench").inner_text()
    # a rejected fact is told as a name only
    assert page.locator(".bench article").last.locator("h3 a").count() == 0
    context.close()
    assert watched.faults == []


def test_first_visit_is_light_and_quick(browser: Any, address: str) -> None:
    paints = []
    for _ in range(3):
        context = browser.new_context()
        page = context.new_page()
        sizes: list[int] = []
        page.on("requestfinished", lambda r, sizes=sizes: sizes.append(r.sizes()["responseBodySize"]))
        page.goto(address + "/", wait_until="networkidle")
        paints.append(page.evaluate("""() => new Promise(done => new PerformanceObserver(list =>
            done(list.getEntries().at(-1).startTime)).observe({type: "largest-contentful-paint", buffered: true}))"""))
        context.close()
        assert 0 < sum(sizes) < 300_000, sizes
    assert min(paints) < 1000, paints
