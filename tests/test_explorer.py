"""The graph explorer on the server: bounded walks, shortest ways, the state in the address, pages and files."""

from __future__ import annotations

import functools
import json
import random
import re
from pathlib import Path
from urllib.parse import urlencode

import networkx as nx
import pyoxigraph as ox
import pytest
import tiny_graph
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html
from werkzeug.datastructures import MultiDict

from kg.catalog_types import BadValue
from kg.explore import LARGEST, MOST, Filter, Link, Walker, network
from kg.names import ID, POL
from kg.network import Edge, Network, Node
from kg.web.app import create_app
from kg.web.explorer_state import DEPTHS, EACH, NODE_SORTS, State, read, thing

HTML, JSON = {"Accept": "text/html"}, {"Accept": "application/json"}
KEY = tiny_graph.KEY
BODY, OTHER = ID + "body/測試部", ID + "body/示範部"
LEAD, PARTNER = POL + "leadBy", POL + "partneredBy"


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return tiny_graph.store()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder: Path = tmp_path_factory.mktemp("explorer") / "store"
    tiny_graph.publish(folder)
    return create_app(folder)


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def graph(links: list[tuple[int, int]]) -> ox.Store:
    """Measures joined by part-of."""
    found, part = ox.Store(), ox.NamedNode("http://purl.org/dc/terms/isPartOf")
    for s, o in links:
        found.add(ox.Quad(ox.NamedNode(f"{ID}measure/{s}"), part, ox.NamedNode(f"{ID}measure/{o}")))
    return found


# walking

def test_one_step_reaches_both_directions(store: ox.Store) -> None:
    walker = Walker(store)
    seen = walker.walk([BODY], 1, 100)
    assert {f"{ID}measure/{KEY}/1", f"{ID}industry/太空產業", f"{ID}document/{KEY}"} <= set(seen.steps)
    assert f"{ID}adoption-status/已參採" not in Walker(store).walk([BODY], 3, 100).steps  # a value, not a thing
    walker.join(seen)
    assert Link(f"{ID}measure/{KEY}/1", LEAD, BODY) in seen.links
    assert all({link.source, link.target} <= set(seen.steps) for link in seen.links)


class Elsewhere:
    """A store that is not in this process, as far as the walker can tell."""

    def __init__(self, store: ox.Store) -> None:
        self.query, self.quads_for_pattern = store.query, store.quads_for_pattern


@pytest.mark.parametrize("iri", [BODY, OTHER, f"{ID}measure/{KEY}/1", f"{ID}response/{KEY}/1/測試部", f"{ID}body/沒有"])
def test_a_remote_store_is_asked_once_and_says_the_same(store: ox.Store, iri: str) -> None:
    near, far = Walker(store), Walker(Elsewhere(store))  # type: ignore[arg-type]
    found = list(near.links(iri))
    assert list(far.links(iri)) == found
    assert [far.cls(other) for _, other in found] == [near.cls(other) for _, other in found]


def test_a_hub_costs_no_more_than_what_is_shown() -> None:
    hub = graph([(n, 0) for n in range(1, 3 * MOST)])
    walker = Walker(hub)
    seen = walker.walk([f"{ID}measure/0"], 1, 30)
    assert len(seen.steps) == 31 and seen.more == {f"{ID}measure/0": MOST - 30} and not seen.cut
    seen = Walker(hub).walk([f"{ID}measure/0"], 2, MOST)
    assert len(seen.steps) == LARGEST and seen.cut


def test_what_is_shown_after_all_is_not_counted_as_left_out() -> None:
    corner = graph([(0, 1), (0, 2), (1, 2)])
    assert Walker(corner).walk([f"{ID}measure/0"], 1, 1).more == {f"{ID}measure/0": 1}
    seen = Walker(corner).walk([f"{ID}measure/0"], 2, 1)
    assert len(seen.steps) == 3 and seen.more == {}


def test_relations_take_turns(store: ox.Store) -> None:
    """With room for two, two relations are shown, not two links of the first."""
    seen = Walker(store).walk([OTHER], 1, 2)
    assert {iri.removeprefix(ID).split("/")[0] for iri in seen.steps} == {"body", "measure"} and len(seen.steps) == 3
    walker = Walker(store)
    walker.join(seen)
    assert {link.relation for link in seen.links if OTHER in link} >= {LEAD, PARTNER}


def test_the_filter_is_walked_and_counted(store: ox.Store) -> None:
    walker = Walker(store, Filter(frozenset({"Measure"}), frozenset({"pol:leadBy"})))
    seen = walker.walk([BODY], 2, 100)
    walker.join(seen)
    assert set(seen.steps) == {BODY, f"{ID}measure/{KEY}/1"}
    assert {link.relation for link in seen.links} == {LEAD}
    assert Walker(store, Filter(frozenset({"Measure"}))).walk([BODY], 1, 9).classes["Industry"] == 1


def test_closed_things_are_not_walked_through(store: ox.Store) -> None:
    measure = f"{ID}measure/{KEY}/1"
    assert OTHER in Walker(store).walk([BODY], 2, 100).steps
    narrow = Filter(relations=frozenset({"pol:leadBy", "pol:partneredBy"}))
    assert OTHER not in Walker(store, narrow).walk([BODY], 2, 100, {measure}).steps


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25), st.integers(0, 99))
def test_the_same_is_seen_in_whatever_order_it_was_stored(links: list[tuple[int, int]], seed: int) -> None:
    shuffled = random.Random(seed).sample(links, len(links))
    looks = []
    for some in (links, shuffled):
        walker = Walker(graph(some))
        seen = walker.walk([f"{ID}measure/0"], 2, 3)
        walker.join(seen)
        looks.append((list(seen.steps.items()), seen.links, seen.more))
    assert looks[0] == looks[1]


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=30), st.integers(0, 12), st.integers(0, 12))
def test_ways_are_shortest(links: list[tuple[int, int]], start: int, goal: int) -> None:
    found = Walker(graph(links)).path(f"{ID}measure/{start}", f"{ID}measure/{goal}", 20)
    plain = nx.Graph([(s, o) for s, o in links if s != o])
    plain.add_nodes_from((start, goal))
    if not nx.has_path(plain, start, goal):
        assert found is None
        return
    assert found is not None and len(found) == nx.shortest_path_length(plain, start, goal)
    at = f"{ID}measure/{start}"
    for link in found:
        assert at in (link.source, link.target)
        at = link.target if at == link.source else link.source
    assert at == f"{ID}measure/{goal}"


def test_a_way_is_bounded_and_filtered(store: ox.Store) -> None:
    chain = graph([(n, n + 1) for n in range(12)])
    assert Walker(chain).path(f"{ID}measure/0", f"{ID}measure/9") is None
    narrow = Filter(frozenset({"Measure"}))
    found = Walker(store, narrow).path(BODY, OTHER)
    assert found is not None and [link.relation for link in found] == [LEAD, PARTNER]


# the state in the address

THINGS = (BODY, OTHER, f"{ID}industry/太空產業", f"{ID}measure/{KEY}/1", f"{ID}program/a%252Fb計畫")
some = st.lists(st.sampled_from(THINGS), unique=True, max_size=3).map(tuple)


tiny_store = functools.cache(tiny_graph.store)


@given(st.builds(
    State, entities=some, view=st.sampled_from(("", "body-body")), depth=st.sampled_from(DEPTHS),
    each=st.sampled_from(EACH), opened=some, closed=some, classes=st.sampled_from(((), ("Measure", "Program"))),
    relations=st.sampled_from(((), ("pol:leadBy",))), to=st.sampled_from(("", OTHER)),
    sort=st.sampled_from(("", *NODE_SORTS)),
))
def test_an_address_gives_its_state_back(state: State) -> None:
    found, pairs = read(MultiDict(state.pairs()), tiny_store())
    assert found == state and pairs == state.pairs()


def test_buttons_change_the_state(store: ox.Store) -> None:
    def after(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
        return read(MultiDict(pairs), store)[1]

    start = ("entity", "body/測試部")
    assert after(("add", "測部")) == [start]  # by another name
    assert after(start, ("add", "示範部")) == [start, ("entity", "body/示範部")]
    assert after(start, ("remove", "body/測試部")) == []
    assert after(start, ("expand", "body/示範部")) == [start, ("open", "body/示範部")]
    assert after(start, ("open", "body/示範部"), ("collapse", "body/示範部")) == [start]
    assert after(start, ("collapse", "body/測試部")) == [start, ("close", "body/測試部")]
    assert after(start, ("close", "body/測試部"), ("expand", "body/測試部")) == [start]
    deep = (start, ("depth", "2"))
    assert after(*deep, ("collapse", "body/示範部")) == [*deep, ("close", "body/示範部")]
    assert after(start, ("find", "示範部")) == [start, ("to", "body/示範部")]
    assert after(start, ("to", "body/示範部"), ("unlink", "1")) == [start]
    assert after(*deep, ("open", "body/示範部"), ("only", "industry/太空產業")) == [
        ("entity", "industry/太空產業"), ("depth", "2")]
    assert after(start, ("class", "Measure"), ("all-class", "Measure")) == [start]
    assert after(start, ("class", "Measure"), ("all-class", "Measure Industry"), ("lang", "en")) == [
        start, ("class", "Measure"), ("lang", "en")]


def test_things_by_id_iri_and_name(store: ox.Store) -> None:
    assert {thing(store, "entity", t) for t in ("body/測試部", BODY, "測試部", " 測部 ", "Ministry of Tests")} == {BODY}
    for wrong in ("沒有", "body/沒有", ID + "body/沒有", "https://example.org/x", "\ud800"):
        with pytest.raises(BadValue):
            thing(store, "entity", wrong)


# pages and files

def drawn(page: str) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(
        html.fromstring(page).xpath("//script[@id='network']")[0].text)
    return found


@pytest.mark.parametrize("address", [
    "/explore", "/explore?entity=body/測試部", "/explore?entity=body/測試部&to=body/示範部", "/explore?view=body-body",
    "/explore?view=body-measure&open=body/測試部", f"/explore?entity=measure/{KEY}/1&depth=3&lang=en",
    "/explore/evidence?source=body/測試部&target=body/示範部",
])
def test_pages_need_no_exception(client: FlaskClient, address: str) -> None:
    response = client.get(address, headers=HTML)
    page = response.get_data(as_text=True)
    assert response.status_code == 200 and "<h1" in page and page.rstrip().endswith("</html>")
    scripts = r'<script(?! (?:type="module" )?src="/static/| type="application/json")|<style|\sstyle=|\son\w+='
    assert not re.search(scripts, page) and not re.search(r'(?:src|<link[^>]* href)="(?:https?:)?//', page)
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_the_table_says_what_the_picture_shows(client: FlaskClient) -> None:
    page = client.get("/explore?entity=body/測試部&depth=2", headers=HTML).get_data(as_text=True)
    data, tree = drawn(page), html.fromstring(page)
    assert {n["key"] for n in data["nodes"]} == set(tree.xpath("//tr/@data-key"))
    rows = {(r.get("data-source"), r.get("data-target")) for r in tree.xpath("//tr[@data-source]")}
    assert {(e["source"], e["target"]) for e in data["edges"]} == rows and rows
    places = {(n["x"], n["y"]) for n in data["nodes"]}
    assert len(places) == len(data["nodes"])
    again = client.get("/explore?entity=body/測試部&depth=2", headers=HTML).get_data(as_text=True)
    assert drawn(again) == data


def test_tables_are_sorted_by_their_heads(client: FlaskClient) -> None:
    for sort, column in (("name", 1), ("class", 2), ("source", 1), ("target", 3)):
        page = client.get(f"/explore?entity=body/測試部&sort={sort}", headers=HTML).get_data(as_text=True)
        tree = html.fromstring(page)
        assert len(tree.xpath("//th[@aria-sort]")) == 1
        which = "@data-source" if sort in ("source", "target") else "@data-key"
        texts = [r.text_content().strip() for r in tree.xpath(f"//tr[{which}]/*[{column}]")]
        if sort == "class":
            classes = [d.split("class-")[1] for d in tree.xpath("//tr[@data-key]/td[1]/span/@class")]
            assert classes == sorted(classes)
        else:
            assert texts == sorted(texts)


def test_an_address_becomes_canonical(client: FlaskClient) -> None:
    response = client.get("/explore?add=測試部&depth=1&find=&lang=en", headers=HTML)
    assert response.status_code == 302
    assert response.headers["Location"] == "/explore?" + urlencode(
        {"entity": "body/測試部", "lang": "en"}, safe="/:")
    assert client.get(response.headers["Location"], headers=HTML).status_code == 200


def test_a_name_that_is_not_known_is_said(client: FlaskClient) -> None:
    response = client.get("/explore?entity=body/測試部&add=沒有的名稱", headers=HTML)
    page = response.get_data(as_text=True)
    assert response.status_code == 404 and "沒有的名稱" in page and 'data-key="body/測試部"' in page


@pytest.mark.parametrize(("address", "status", "code"), [
    ("/explore?depth=9", 400, "bad-parameter"), ("/explore?each=1000000", 400, "bad-parameter"),
    ("/explore?class=x", 400, "bad-parameter"), ("/explore?relation=pol:evidence", 400, "bad-parameter"),
    ("/explore?view=nothing", 404, "no-such-query"), ("/explore.doc", 404, "no-such-format"),
    ("/explore.svg?entity=nothing", 400, "bad-parameter"), ("/explore/evidence?source=x", 400, "bad-parameter"),
    ("/explore/path?entity=body/測試部", 400, "bad-parameter"), ("/explore/neighbours?entity=x", 400, "bad-parameter"),
    ("/explore?" + "&".join(["entity=body/測試部"] * 99), 400, "bad-parameter"),
])
def test_errors(client: FlaskClient, address: str, status: int, code: str) -> None:
    response = client.get(address, headers=JSON)
    assert response.status_code == status and response.get_json()["error"]["code"] == code


NAMES = ("entity", "view", "depth", "each", "open", "close", "class", "relation", "to", "sort", "add", "remove",
         "expand", "collapse", "only", "find", "unlink", "all-class", "source", "target")


@given(
    page=st.sampled_from(("/explore", "/explore/neighbours", "/explore/path", "/explore/evidence", "/explore.gexf")),
    asked=st.dictionaries(st.sampled_from(NAMES), st.one_of(
        st.text(max_size=8), st.sampled_from(("body/測試部", "測試部", "/", "2", "Measure", "%2F", "body-body"))
    ), max_size=4),
)
def test_no_address_is_a_fault(app: Flask, page: str, asked: dict[str, str]) -> None:
    response = app.test_client().get(page, query_string=urlencode(asked))
    assert response.status_code in (200, 302, 400, 404)
    if response.status_code == 302:
        assert app.test_client().get(response.headers["Location"], headers=HTML).status_code in (200, 404)


def test_large_views_show_their_heaviest_part(monkeypatch: pytest.MonkeyPatch, store: ox.Store) -> None:
    monkeypatch.setattr("kg.explore.MOST_EDGES", 2)
    view = Network("x", False, {i: Node(i, i, "Measure") for i in "abc"}, [
        Edge("a", "b", 1.0), Edge("a", "c", 5.0), Edge("b", "c", 3.0)])
    found = network(store, Walker(store).begin(list("abc")), "x", "zh", {}, view)
    assert [e.weight for e in found.edges] == [5.0, 3.0] and "2 of 3" in found.notes[0]
    assert not found.directed and set(found.positions) == set("abc")


def test_what_is_seen_as_files(client: FlaskClient) -> None:
    state = "entity=body/測試部&to=body/示範部&depth=2"
    seen = client.get(f"/explore/neighbours?{state}").get_json()
    tree = etree.fromstring(client.get(f"/explore.gexf?{state}").data)
    ids = {n.get("id") for n in tree.iterfind(".//{*}node")}
    assert ids == {n["key"] for n in seen["nodes"]} and len(tree.findall(".//{*}edge")) >= len(seen["edges"])
    assert etree.fromstring(client.get(f"/explore.svg?{state}").data).tag.endswith("svg")
    png = client.get(f"/explore.png?{state}&download=1")
    assert png.data.startswith(b"\x89PNG") and "explore.png" in png.headers["Content-Disposition"]


def test_path_as_json_and_as_a_list(client: FlaskClient) -> None:
    state = "entity=body/測試部&to=body/示範部&relation=pol:leadBy&relation=pol:partneredBy"
    found = client.get(f"/explore/path?{state}").get_json()
    assert found["found"] and [step["relation"] for step in found["links"]] == ["pol:leadBy", "pol:partneredBy"]
    page = client.get(f"/explore?{state}", headers=HTML).get_data(as_text=True)
    assert len(html.fromstring(page).xpath("//section[contains(@class, 'way')]//li")) == 2
    assert sum(bool(e["path"]) for e in drawn(page)["edges"]) == 2
    none = client.get("/explore/path?entity=body/測試部&to=body/示範部&relation=pol:cites").get_json()
    assert none == {"found": False, "links": [], "longest": none["longest"]}


def test_an_edge_leads_to_its_sentence(client: FlaskClient) -> None:
    address = f"/explore/evidence?source=measure/{KEY}/1&target=body/測試部"
    [claim] = client.get(address, headers=JSON).get_json()["claims"]
    assert [q["quote"] for q in claim["quotes"]] == ["主辦：測試部"]
    page = client.get(address, headers=HTML).get_data(as_text=True)
    assert f"/source/{KEY}?" in page and "主辦：測試部" in page
    derived = client.get(
        "/explore/evidence?source=body/測試部&target=industry/太空產業", headers=JSON).get_json()["claims"]
    assert [c["derived"] for c in derived] == ["tiny-derivation"]
    derived = client.get(f"/explore/evidence?source=measure/{KEY}/1&target=strategy/{KEY}/1", headers=HTML)
    assert f"/source/{KEY}?" in derived.get_data(as_text=True)  # where the measure itself was read
    # two bodies without a relation of their own: what the computed edge stands for
    shared = client.get(
        "/explore/evidence?source=body/測試部&target=body/示範部&format=application/json").get_json()["shared"]
    assert f"{ID}measure/{KEY}/1" in shared


def test_expand_and_collapse(client: FlaskClient) -> None:
    def keys(address: str) -> set[str]:
        return {n["key"] for n in client.get(f"/explore/neighbours?{address}").get_json()["nodes"]}

    one = keys("entity=body/測試部")
    more = keys(f"entity=body/測試部&open=measure/{KEY}/1")
    assert one < more and "body/示範部" in more - one
    assert keys("entity=body/測試部&close=body/測試部") == {"body/測試部"}
    assert keys("view=body-body") < keys("view=body-body&open=body/測試部")
