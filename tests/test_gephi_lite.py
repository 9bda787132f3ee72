"""What Gephi Lite does with ``?file=``: fetched in a browser from another origin, read by its own loaders.

Gephi Lite fetches the address and hands the text to graphology-gexf's or graphology-graphml's browser parser,
by the ending of the address. The same libraries run here, in Chromium.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import tiny_graph
from browser import chromium
from live import serving

from kg.export.rows import sheet
from kg.store import VersionedStore
from kg.views import views

pytestmark = pytest.mark.slow
PACKAGES = ("graphology@0.26.0", "graphology-library@0.8.0")
SCRIPTS = ("graphology/dist/graphology.umd.min.js", "graphology-library/dist/graphology-library.min.js")
OPEN = """async address => {
  const name = address.split('/').pop();
  const text = await (await fetch(address)).text();
  const options = {allowUndeclaredAttributes: true, addMissingNodes: true};
  switch ((name.split('.').pop() || '').toLowerCase()) {
    case 'gexf': return graphologyLibrary.gexf.parse(graphology, text, options).export();
    case 'graphml': return graphologyLibrary.graphml.parse(graphology, text, options).export();
    case 'json': return graphology.from(JSON.parse(text)).export();
  }
  throw new Error('not recognized: ' + name);
}"""
QUERY = "SELECT ?source ?target { ?source pol:leadBy ?target }"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("lite") / "store"
    tiny_graph.publish(folder)
    return folder


@pytest.fixture(scope="module")
def page(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    """A page of another origin with the loaders in it, and the server's address."""
    if not shutil.which("npm"):
        pytest.skip("no npm here, which fetches Gephi Lite's loaders")
    folder = tmp_path_factory.mktemp("loaders")
    done = subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), *PACKAGES],
        capture_output=True, encoding="utf-8", timeout=180, check=False,
    )
    if done.returncode:
        pytest.skip(f"npm cannot install Gephi Lite's loaders: {done.stderr.strip()[-200:]}")
    with chromium() as browser, serving(store) as address, serving(store) as other:
        found = browser.new_page(bypass_csp=True)  # the other origin is Gephi Lite's part: it allows what it needs
        found.goto(f"{other}/sparql/errors")
        for script in SCRIPTS:
            found.add_script_tag(content=(folder / "node_modules" / script).read_text(encoding="utf-8"))
        yield found, address


@pytest.mark.parametrize("ending", ["gexf", "graphml", "json"])
@pytest.mark.parametrize("name", ["body-measure", "body-body", "lead-partner", "measure-budget"])
def test_views_open_in_gephi_lite(page: tuple[Any, str], store: Path, name: str, ending: str) -> None:
    opened, address = page
    graph = opened.evaluate(OPEN, f"{address}/views/{name}.{ending}")
    rows = sheet(views()[name].network(VersionedStore(store).open()))
    names = [c.name for c in rows.node_columns]
    found = {n["key"]: n.get("attributes", {}) for n in graph["nodes"]}
    for n in rows.nodes:
        attributes = found.pop(n.id)
        assert attributes["label"] == n.label and (attributes["x"], attributes["y"]) == (n.x, n.y)
        for column, value in zip(names, n.values, strict=True):
            assert value is None or attributes[column] == pytest.approx(value), column
    assert found == {}
    # the column says what kind an edge is to versions of the loader that know no kinds
    edges = sorted((e["source"], e["target"], e["attributes"]["weight"], e["attributes"].get("relation", ""))
                   for e in graph["edges"])
    assert edges == sorted((e.source, e.target, e.weight, e.kind) for e in rows.edges)


@pytest.mark.parametrize("asked", [
    "/views/body-measure.gexf?body={body}&as=.gexf", "/views/query.gexf?query={query}&as=.gexf",
])
def test_addresses_with_parameters_open_too(page: tuple[Any, str], asked: str) -> None:
    opened, address = page
    graph = opened.evaluate(OPEN, address + asked.format(body=quote("測試部"), query=quote(QUERY, safe="")))
    assert graph["nodes"] and graph["edges"]
