"""A result on its page: the rows with some words, in the order of a column."""

from __future__ import annotations

import re
from dataclasses import replace

import pyoxigraph as ox
import pytest
import tiny_graph
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from kg.catalog import load
from kg.catalog_table import Table
from kg.export import table as cells
from kg.web import create_app
from kg.web.arrange import ordered


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("store")
    tiny_graph.publish(folder)
    return create_app(folder).test_client()


def arranged(client: FlaskClient, address: str) -> list[str]:
    """The texts of the result's first column."""
    page = client.get(address, headers={"Accept": "text/html"}).get_data(as_text=True)
    body = re.search(r"<tbody>(.*?)</tbody>", page[page.index('id="result"'):], re.S)
    assert body
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<tr><td[^>]*>(.*?)</td>", body[1], re.S)]


def test_a_result_is_searched_and_ordered_by_its_address(client: FlaskClient) -> None:
    everything = arranged(client, "/queries/programs-in-year?year=2028")
    first = client.get("/queries/programs-in-year?year=2028", headers={"Accept": "text/html"}).get_data(as_text=True)
    column = re.search(r"sort=-?(\w+)", first)
    assert column and len(everything) > 1
    rising = arranged(client, f"/queries/programs-in-year?year=2028&sort={column[1]}")
    falling = arranged(client, f"/queries/programs-in-year?year=2028&sort=-{column[1]}")
    assert sorted(rising) == sorted(falling) == sorted(everything) and rising == falling[::-1]
    assert arranged(client, "/queries/programs-in-year?year=2028&sort=nothing") == everything
    page = client.get("/queries/programs-in-year?year=2028&find=5g", headers={"Accept": "text/html"})
    assert arranged(client, "/queries/programs-in-year?year=2028&find=5g") == ["5G/6G 計畫"]
    assert 'role="status"' in page.get_data(as_text=True)


#: any query: its header is what a table needs
QUERY = next(iter(load().values()))


@given(st.lists(st.one_of(st.none(), st.integers(-9, 9), st.text("甲乙a", max_size=2)), max_size=9))
def test_order_puts_numbers_first_and_nothing_last(values: list[object]) -> None:
    rows = tuple((None if v is None else ox.Literal(v),) for v in values)
    table = Table(replace(QUERY, columns={"x": {}}), ("x",), rows, len(rows), {})
    for by in ("x", "-x"):
        found = [r[0] for r in ordered(table, by).rows]
        assert sorted(map(str, found)) == sorted(str(r[0]) for r in rows)
        filled = [t for t in found if t is not None]
        assert found[len(filled):] == [None] * (len(found) - len(filled))
        plain = [cells.value(t) for t in filled]
        kinds = [isinstance(v, str) for v in plain]
        assert kinds == sorted(kinds, reverse=by == "-x")
        for wanted in (int, str):
            alike = [v for v in plain if isinstance(v, wanted)]
            assert alike == sorted(alike, reverse=by == "-x")
