"""graphology's own readers (which Gephi Lite and sigma.js use), run by node."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from export_case import case

from kg.export.formats import FORMATS
from kg.export.rows import sheet

PACKAGES = ("graphology@0.26.0", "graphology-gexf@0.13.2", "graphology-graphml@0.5.2")
SCRIPT = """
const fs = require('fs');
const Graph = require('graphology');
const [kind, file] = process.argv.slice(2);
const text = fs.readFileSync(file, 'utf8');
let graph;
if (kind === 'json') { graph = new Graph.MultiGraph(); graph = Graph.from(JSON.parse(text)); }
else if (kind === 'gexf') graph = require('graphology-gexf').parse(Graph, text);
else graph = require('graphology-graphml').parse(Graph, text);
console.log(JSON.stringify(graph.export()));
"""


@pytest.fixture(scope="module")
def modules() -> Path:
    """A folder with the readers, installed once into the temporary folder; skipped where that cannot be done."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("no node and npm: graphology's readers are not run")
    folder = Path(os.environ.get("KG_NODE_MODULES") or Path(tempfile.gettempdir()) / "policy-kg-graphology-1")
    if not (folder / "node_modules" / "graphology-graphml").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), *PACKAGES],
            capture_output=True, text=True, timeout=180,
        )
        if done.returncode:
            pytest.skip(f"npm cannot install graphology's readers: {done.stderr.strip()[-200:]}")
    (folder / "read.js").write_text(SCRIPT, encoding="utf-8")
    return folder


def read(modules: Path, name: str, tmp_path: Path, directed: bool) -> dict[str, Any]:
    file = tmp_path / f"x.{name}"
    file.write_text("".join(FORMATS[name].write(sheet(case(directed=directed)))), encoding="utf-8")
    done = subprocess.run(["node", str(modules / "read.js"), name, str(file)], capture_output=True, text=True,
                          encoding="utf-8", cwd=modules, timeout=60)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("name", ["gexf", "graphml", "json"])
def test_the_same_graph(modules: Path, name: str, directed: bool, tmp_path: Path) -> None:
    graph = read(modules, name, tmp_path, directed)
    rows = sheet(case(directed=directed))
    names = [c.name for c in rows.node_columns]
    nodes = list(rows.nodes)
    found = {n["key"]: n.get("attributes", {}) for n in graph["nodes"]}
    assert list(found) == [n.id for n in nodes]
    for n in nodes:
        for column, value in zip(names, n.values, strict=True):
            if value in (None, "") or (isinstance(value, str) and not value.isprintable()):
                continue
            read_back = found[n.id][column]
            assert read_back == value or read_back == pytest.approx(value), column
        assert (found[n.id]["x"], found[n.id]["y"]) == (n.x, n.y)
    names = [c.name for c in rows.edge_columns]
    edges = {e["key"]: e for e in graph["edges"]}
    wanted = list(rows.edges)
    assert len(edges) == len(wanted) == len(graph["edges"])
    assert graph["options"]["type"] == ("directed" if directed else "undirected")
    for number, row in enumerate(wanted):
        edge = edges[f"e{number}"]
        values = edge["attributes"]
        ends = [edge["source"], edge["target"]]
        assert (ends if directed else sorted(ends)) == ([*row[:2]] if directed else sorted(row[:2]))
        assert (values["weight"], values.get("kind", "")) == (row.weight, row.kind)
        for column, value in zip(names, row.values, strict=True):
            assert values.get(column) == value, column
    assert found[nodes[3].id]["start_year"] == 2020 and found[nodes[3].id]["end_year"] == 2028
    assert "end_year" not in found[nodes[1].id] or found[nodes[1].id]["end_year"] in (None, 0)
