"""The graph explorer in a real browser: by mouse, by keyboard, without WebGL, without scripts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import networkx as nx
import pytest
from browser import Watched, violations
from live import serving

from kg.export.rows import short_id
from kg.names import sparql_prefixes
from kg.store import VersionedStore

#: what Chromium tells of its own software WebGL when it is slow is no fault of the page
DRIVER = "GL Driver Message"


@pytest.fixture(scope="module")
def address(browser: Any, sample_store: VersionedStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    copy = tmp_path_factory.mktemp("explorer-browser") / "store"
    shutil.copytree(sample_store.folder, copy)
    with serving(copy) as found:
        yield found


@pytest.fixture(scope="module")
def bodies(sample_store: VersionedStore) -> list[str]:
    """Short ids of the two bodies that lead most."""
    found = sample_store.open().query(
        sparql_prefixes() + "SELECT ?b (COUNT(*) AS ?n) { ?m pol:leadBy ?b . ?m a pol:Measure } "
        "GROUP BY ?b ORDER BY DESC(?n) ?b LIMIT 2")
    return [short_id(row[0].value) for row in found]


def opened(browser: Any, address: str, width: int = 1440, theme: str = "light", script: str = "") -> Watched:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, locale="zh-TW",
                                  reduced_motion="reduce", accept_downloads=True)
    if script:
        context.add_init_script(script)
    return Watched(context, address)


@pytest.fixture(params=[(1440, "light"), (390, "dark")], ids=["wide-light", "narrow-dark"])
def watched(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Watched]:
    found = opened(browser, address, *request.param)
    yield found
    found.page.context.close()
    assert faults(found) == []


def faults(watched: Watched) -> list[str]:
    return [f for f in watched.faults if DRIVER not in f]


def explore(watched: Watched, state: str) -> Any:
    page = watched.open(f"/explore?{state}")
    page.wait_for_selector("#stage canvas")
    return page


def settled(page: Any) -> None:
    page.wait_for_function("() => !document.getElementById('stage').hasAttribute('aria-busy')")


def nodes(page: Any) -> set[str]:
    return set(page.eval_on_selector_all("tr[data-key]", "rows => rows.map(r => r.dataset.key)"))


def test_pages_are_accessible_and_fit(watched: Watched, bodies: list[str]) -> None:
    for state in ("", f"entity={bodies[0]}&to={bodies[1]}", "view=body-body"):
        page = watched.open(f"/explore?{state}")
        if state:
            page.wait_for_selector("#stage canvas")
            page.click(".tables summary")
            page.focus("#stage")
            page.keyboard.press("ArrowRight")
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        assert violations(page) == []
    page = watched.open(f"/explore/evidence?source={bodies[0]}&target={bodies[1]}")
    assert violations(page) == []


def test_by_keyboard(watched: Watched, bodies: list[str]) -> None:
    page = explore(watched, f"entity={bodies[0]}")
    before = nodes(page)
    page.focus("#stage")
    page.keyboard.press("ArrowRight")  # the start
    assert page.inner_text("#picked [data-slot=name]") == bodies[0].split("/")[1]
    seen = {bodies[0].split("/")[1]}
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)
        seen.add(page.inner_text("#picked [data-slot=name]"))
    assert len(seen) > 2
    page.keyboard.press("Enter")
    page.wait_for_url("**open=**")
    settled(page)
    assert nodes(page) >= before and page.evaluate("document.activeElement.id") == "stage"
    page.keyboard.press("Enter")
    page.wait_for_function("() => !location.search.includes('open=')")
    settled(page)
    assert nodes(page) == before
    page.keyboard.press("Escape")
    assert not page.is_visible("#picked")


def test_filters_are_in_the_address_and_back_undoes_them(watched: Watched, bodies: list[str]) -> None:
    page = explore(watched, f"entity={bodies[0]}")
    before = nodes(page)
    page.uncheck("input[name=class][value=Measure]")
    page.wait_for_url("**class=**")
    settled(page)
    assert nodes(page) != before and not any(k.startswith("measure/") for k in nodes(page))
    assert not page.is_checked("input[name=class][value=Measure]")
    page.check("input[name=class][value=Measure]")
    page.wait_for_function("() => !location.search.includes('class=')")
    page.select_option("#depth", "2")
    page.wait_for_url("**depth=2*")
    settled(page)
    assert len(nodes(page)) > len(before)
    page.go_back()
    page.wait_for_function("() => !location.search.includes('depth=')")
    page.wait_for_function("n => document.querySelectorAll('tr[data-key]').length === n", arg=len(before))
    assert nodes(page) == before


def test_from_an_edge_to_the_sentence(watched: Watched, sample_store: VersionedStore) -> None:
    [row] = sample_store.open().query(
        sparql_prefixes() + "SELECT ?s ?o { ?a rdf:subject ?s ; rdf:predicate pol:leadBy ; rdf:object ?o ; "
        "pol:evidence ?e } ORDER BY ?s ?o LIMIT 1")
    source, target = (short_id(row[name].value) for name in ("s", "o"))
    page = explore(watched, f"entity={source}&relation=pol:leadBy")
    page.click(".tables summary")
    page.click(f'tr[data-source="{source}"][data-target="{target}"] a[data-evidence]')
    page.wait_for_selector("#evidence h2:focus")
    assert "/explore?" in page.url
    page.locator("#evidence a[href^='/source/']").first.click()
    page.wait_for_selector("mark#here")


def test_a_click_on_the_picture(browser: Any, address: str, bodies: list[str]) -> None:
    watched = opened(browser, address)
    page = explore(watched, f"entity={bodies[0]}&close={bodies[0]}")
    box = page.locator("#stage").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)  # the only node is in the middle
    page.wait_for_selector("#picked:not([hidden])")
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_function("() => !location.search.includes('close=')")
    settled(page)
    assert len(nodes(page)) > 1
    page.context.close()
    assert faults(watched) == []


def test_a_path_between_two_names(watched: Watched, bodies: list[str]) -> None:
    page = explore(watched, f"entity={bodies[0]}")
    name = bodies[1].split("/")[1]
    page.fill("#find", name)
    page.wait_for_function("() => document.querySelector('#find-names option')")
    page.keyboard.press("Enter")
    page.wait_for_url("**to=**")
    settled(page)
    assert page.locator(".way li").count() >= 1 and bodies[1] in nodes(page)
    page.click(".way button[name=unlink]")
    page.wait_for_function("() => !location.search.includes('to=')")


def test_what_is_seen_goes_into_gephi(browser: Any, address: str, bodies: list[str], tmp_path: Path) -> None:
    watched = opened(browser, address)
    page = explore(watched, f"entity={bodies[0]}")
    with page.expect_download() as waiting:
        page.click(".downloads a >> text=GEXF")
    file = tmp_path / "seen.gexf"
    waiting.value.save_as(file)
    assert {unquote(n) for n in nx.read_gexf(file, version="1.2draft")} == {unquote(n) for n in nodes(page)}
    page.context.close()
    assert faults(watched) == []


def test_without_webgl_the_picture_is_svg(browser: Any, address: str, bodies: list[str]) -> None:
    watched = opened(browser, address, script="HTMLCanvasElement.prototype.getContext = () => null")
    page = watched.open(f"/explore?entity={bodies[0]}")
    page.wait_for_function("() => document.querySelector('.still img')?.naturalWidth > 0")
    assert page.is_hidden("#stage") and page.is_visible("tr[data-key]")
    page.click("tr[data-key] button[name=expand] >> nth=0")
    page.wait_for_url("**open=**")
    page.wait_for_function("() => document.querySelector('.still img').src.includes('open=')")
    page.context.close()
    assert faults(watched) == []


def test_without_javascript(browser: Any, address: str, bodies: list[str]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "/explore")
    page.fill("#add", bodies[0].split("/")[1])
    page.keyboard.press("Enter")
    page.wait_for_selector("noscript img, .still img")
    page.click(".tables summary")
    page.click("tr[data-key] button[name=expand] >> nth=0")
    page.wait_for_url("**open=**")
    page.click(".tables summary")
    page.click("a[data-evidence] >> nth=0")
    page.wait_for_selector("#said")
    context.close()
