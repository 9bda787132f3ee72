"""A networkx backend that is installed and asked for computes the measures, with no change here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BACKEND = '''
"""Answers pagerank with a number that no other implementation gives; converts nothing."""

def pagerank(g, *options, **more):
    return {n: 0.125 for n in g}

def convert_from_nx(graph, **options):
    return graph

def convert_to_nx(result, **options):
    return result
'''
INFO = '''
def get_info():
    return {"functions": {"pagerank": {}}}
'''
WORK = """
import json
from kg.measures import measure
from kg.network import Edge, Network, Node
network = Network("x", False, {n: Node(n, n, "X") for n in "abc"}, [Edge("a", "b"), Edge("b", "c")])
print(json.dumps({n: [m["pagerank"], m["k_core"]] for n, m in measure(network).measures.items()}))
"""


def measures(folder: Path, **environment: str) -> dict[str, list[float]]:
    path = os.pathsep.join((str(folder), str(ROOT)))
    done = subprocess.run([sys.executable, "-c", WORK], env=os.environ | {"PYTHONPATH": path} | environment,
                          capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, list[float]] = json.loads(done.stdout)
    return found


def test_a_backend_computes_what_it_can(tmp_path: Path) -> None:
    (tmp_path / "counting_backend.py").write_text(BACKEND + INFO, encoding="utf-8")
    about = tmp_path / "counting_backend-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: counting-backend\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(
        "[networkx.backends]\ncounting = counting_backend\n"
        "[networkx.backend_info]\ncounting = counting_backend:get_info\n", encoding="utf-8",
    )
    own = measures(tmp_path)
    asked = measures(tmp_path, NETWORKX_BACKEND_PRIORITY="counting")
    assert {rank for rank, _ in asked.values()} == {0.125} and {rank for rank, _ in own.values()} != {0.125}
    # what it cannot do, networkx does
    assert {n: core for n, (_, core) in asked.items()} == {n: core for n, (_, core) in own.items()}
