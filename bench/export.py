"""How fast networks are written and computed, beside networkx.

    python bench/export.py [--seeds FOLDER | --store STORE] [--runs 3] [--nodes 100000] [--edges 1000000]
                           [--skip-networkx] [--only-views]

Writes a random graph as GEXF, ours and ``networkx.write_gexf`` in turn, each run a process of its own;
the graph is a networkx graph in both, and memory is what writing adds to it. Seconds are the
processor's, not the clock's, so that other programs on the machine count for nothing. Then every
view of the graph of the documents in FOLDER (or of a graph that is built) with all measures, and body–body of
graphs a hundred times larger: of as many bodies and a hundred times the measures, and of a hundred times both.
Prints medians.
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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from kg.export import gexf  # noqa: E402
from kg.export.rows import Column, EdgeRow, NodeRow, Sheet  # noqa: E402

if TYPE_CHECKING:
    import pyoxigraph as ox

    from kg.network import Network
    from kg.store import VersionedStore

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


def views(versions: VersionedStore, runs: int) -> None:
    """Every view of a graph, with all measures; then body–body of graphs 100 times larger."""
    from kg.views import views as all_views

    store = versions.open()
    slowest = 0.0
    for view in all_views().values():
        raw = {"entity": ["經濟部"]} if view.name == "neighbourhood" else {}
        seconds, network = _timed(lambda view=view, raw=raw: view.network(store, raw), runs)  # type: ignore[misc]
        slowest = max(slowest, seconds)
        print(f"{view.name:<26} {len(network.nodes):6,} nodes {len(network.edges):7,} edges  {seconds:6.2f} s")
    print(f"slowest view: {slowest:.2f} s")
    for bodies, what in ((False, "same bodies"), (True, "bodies too")):
        large = multiplied(store, bodies)
        seconds, network = _timed(lambda large=large: all_views()["body-body"].network(large), runs)  # type: ignore[misc]
        print(f"body-body × {TIMES} ({what}): {len(large):,} triples, {len(network.nodes):,} nodes, "
              f"{len(network.edges):,} edges  {seconds:.1f} s")


def _timed(work: Callable[[], Network], runs: int) -> tuple[float, Network]:
    """The median of the processor's seconds, and what the last run gave."""
    times = []
    for _ in range(runs):
        began = time.process_time()
        found = work()
        times.append(time.process_time() - began)
    return statistics.median(times), found


def multiplied(store: ox.Store, bodies: bool) -> ox.Store:
    """What body–body is made of, a hundred times over: measures with their plans, and the bodies too or not."""
    import pyoxigraph as ox

    from kg.names import ID, expand

    prefix = f"{ID}body/"
    predicates = [ox.NamedNode(expand(p)) for p in ("pol:leadBy", "pol:partneredBy", "rdf:type", "skos:prefLabel",
                                                    "dcterms:isPartOf", "pol:startYear", "pol:endYear")]
    quads = [q for p in predicates for q in store.quads_for_pattern(None, p, None)]

    def copy(term: Any, n: int) -> Any:
        mine = isinstance(term, ox.NamedNode) and term.value.startswith(ID)
        return ox.NamedNode(f"{term.value}/copy{n}") if mine and (bodies or not term.value.startswith(prefix)) else term

    large = ox.Store()
    large.bulk_extend(ox.Quad(copy(q.subject, n), q.predicate, copy(q.object, n)) for n in range(TIMES) for q in quads)
    return large


def built(folder: Path, place: Path) -> VersionedStore:
    """A graph of the documents in a folder."""
    from kg.build import build
    from kg.store import VersionedStore

    versions = VersionedStore(place / "store")
    build(sorted(folder.glob("*.txt")), versions)
    return versions


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=Path, help="documents whose graph's views are computed")
    parser.add_argument("--store", type=Path, help="or a graph that is built already")
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
    if args.store:
        from kg.store import VersionedStore

        views(VersionedStore(args.store), args.runs)
    elif args.seeds:
        with tempfile.TemporaryDirectory() as place:
            views(built(args.seeds, Path(place)), args.runs)


if __name__ == "__main__":
    main()
