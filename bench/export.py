"""How fast networks are written and computed, beside networkx.

    python bench/export.py [--seeds FOLDER] [--runs 3] [--nodes 100000] [--edges 1000000] [--skip-networkx]

Writes a random graph as GEXF, ours and ``networkx.write_gexf`` in turn, each run a process of its own;
the graph is a networkx graph in both, and memory is what writing adds to it. Seconds are the
processor's, not the clock's, so that other programs on the machine count for nothing. Then, with
``--seeds``, every view of the graph of those documents with all measures, and body–body of a graph a
hundred times larger. Prints medians.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from kg.export import gexf  # noqa: E402
from kg.export.rows import Column, EdgeRow, NodeRow, Sheet  # noqa: E402

#: times the seeds' measures for the large body–body network
TIMES = 100


def resident() -> float:
    """Memory of this process in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def random_graph(nodes: int, edges: int) -> Any:
    """A networkx graph with typed attributes on nodes and edges."""
    import networkx as nx

    chance = random.Random(7)
    g: Any = nx.DiGraph()
    for n in range(nodes):
        g.add_node(f"measure/{n}", label=f"推動措施 {n}", cls="Measure", order=n, score=n / 7)
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < edges:
        pairs.add((chance.randrange(nodes), chance.randrange(nodes)))
    for a, b in sorted(pairs):
        g.add_edge(f"measure/{a}", f"measure/{b}", weight=1.5, relation="主辦", order=chance.randrange(9))
    return g


def ours(g: Any, path: str) -> None:
    """The graph by our writer."""
    def nodes() -> Iterator[NodeRow]:
        for n, d in g.nodes(data=True):
            yield NodeRow(n, d["label"], (d["cls"], d["order"], d["score"]))

    def edges() -> Iterator[EdgeRow]:
        for s, t, d in g.edges(data=True):
            yield EdgeRow(s, t, d["weight"], d["relation"], (d["order"],))

    of_nodes = (Column("class"), Column("order", "integer"), Column("score", "double"))
    rows = Sheet("bench", True, nodes(), edges(), of_nodes, (Column("order", "integer"),))
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(gexf.stream(rows))


def networkx(g: Any, path: str) -> None:
    """The graph by networkx."""
    import networkx as nx

    nx.write_gexf(g, path)


def write(which: str, nodes: int, edges: int) -> None:
    """One run, in a process of its own: seconds and peak memory in MB beyond the graph, as JSON."""
    import resource
    import threading

    g = random_graph(nodes, edges)
    before, peak, done = resident(), 0.0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.02):
            peak = max(peak, resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    with tempfile.NamedTemporaryFile(suffix=".gexf") as file:
        began = time.process_time()
        (ours if which == "ours" else networkx)(g, file.name)
        seconds = time.process_time() - began
        size = Path(file.name).stat().st_size
    done.set()
    watcher.join()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "mb": max(peak, before) - before, "size": size / 1e6, "most": most}))


def run(which: str, nodes: int, edges: int) -> dict[str, float]:
    """One run's figures."""
    done = subprocess.run(
        [sys.executable, __file__, "--one", which, "--nodes", str(nodes), "--edges", str(edges)],
        capture_output=True, text=True, check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def writers(nodes: int, edges: int, runs: int, peer: bool) -> None:
    """Writers in turn, then ours on other sizes to see whether time is linear."""
    found: dict[str, list[dict[str, float]]] = {}
    for _ in range(runs):
        for which in ("ours", "networkx") if peer else ("ours",):
            found.setdefault(which, []).append(run(which, nodes, edges))
    for which, figures in found.items():
        seconds, mb = (statistics.median(f[k] for f in figures) for k in ("seconds", "mb"))
        size = figures[0]["size"]
        print(f"{which:<10} {nodes:,} nodes {edges:,} edges  {seconds:6.2f} s  +{mb:6.0f} MB  file {size:.0f} MB")
    if peer:
        ratios = [b["seconds"] / a["seconds"] for a, b in zip(found["ours"], found["networkx"], strict=True)]
        print(f"networkx / ours: {statistics.median(ratios):.1f} (median of pairs)")
    for part in (4, 2):
        figures = [run("ours", nodes, edges // part) for _ in range(runs)]
        seconds = statistics.median(f["seconds"] for f in figures)
        print(f"{'ours':<10} {nodes:,} nodes {edges // part:,} edges  {seconds:6.2f} s")


def views(folder: Path, runs: int) -> None:
    """Every view of the documents' graph, with all measures; then body–body of a graph 100 times larger."""
    import pyoxigraph as ox

    from kg.build import build
    from kg.names import expand
    from kg.store import VersionedStore
    from kg.views import views as all_views

    with tempfile.TemporaryDirectory() as place:
        versions = VersionedStore(Path(place) / "store")
        build(sorted(folder.glob("*.txt")), versions)
        store = versions.open()
        slowest = 0.0
        for view in all_views().values():
            raw = {"entity": ["經濟部"]} if view.name == "neighbourhood" else {}
            times = []
            for _ in range(runs):
                began = time.process_time()
                network = view.network(store, raw)
                times.append(time.process_time() - began)
            median = statistics.median(times)
            slowest = max(slowest, median)
            print(f"{view.name:<26} {len(network.nodes):6,} nodes {len(network.edges):7,} edges  {median:6.2f} s")
        print(f"slowest view: {slowest:.2f} s")
        large = ox.Store()
        predicates = [ox.NamedNode(expand(p)) for p in ("pol:leadBy", "pol:partneredBy", "rdf:type", "skos:prefLabel",
                                                        "dcterms:isPartOf", "pol:startYear", "pol:endYear")]
        body = expand("pol:leadBy").split("ontology#")[0] + "id/body/"
        quads = [q for p in predicates for q in store.quads_for_pattern(None, p, None)]

        def copies() -> Iterator[ox.Quad]:
            for q in quads:
                if not isinstance(q.subject, ox.NamedNode) or q.subject.value.startswith(body):
                    yield q
                    continue
                for n in range(TIMES):
                    thing = q.object
                    if isinstance(thing, ox.NamedNode) and q.predicate == predicates[4]:
                        thing = ox.NamedNode(f"{thing.value}/copy{n}")
                    yield ox.Quad(ox.NamedNode(f"{q.subject.value}/copy{n}"), q.predicate, thing)

        large.bulk_extend(copies())
        times = []
        for _ in range(runs):
            began = time.process_time()
            network = all_views()["body-body"].network(large)
            times.append(time.process_time() - began)
        median = statistics.median(times)
        print(f"body-body × {TIMES}: {len(large):,} triples, {len(network.nodes):,} nodes, {median:.1f} s")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--edges", type=int, default=1_000_000)
    parser.add_argument("--skip-networkx", action="store_true")
    parser.add_argument("--only-views", action="store_true")
    parser.add_argument("--one", choices=["ours", "networkx"], help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        write(args.one, args.nodes, args.edges)
        return
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    if not args.only_views:
        writers(args.nodes, args.edges, args.runs, not args.skip_networkx)
    if args.seeds:
        views(args.seeds, args.runs)


if __name__ == "__main__":
    main()
