"""How much processor time each canned query takes on a store, uncached: medians, and what is over the bar.

    python bench/queries.py STORE [--bar MS] [--runs N] [--names a,b]
    python bench/queries.py STORE --times 100 --bar 2000 --runs 3 [--large FOLDER]

Every query runs with its example and, where it has no required parameter, without any. With ``--times`` the
graph is multiplied first (bench/multiply.py) and kept in FOLDER for the next run. A query is computed by one
thread, so on a machine without other work its processor time is what a person waits. Exit code 1 if a query is
over the bar and its header does not say why.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import pyoxigraph as ox

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.multiply import multiply  # noqa: E402
from kg.catalog import CannedQuery, load  # noqa: E402
from kg.catalog_types import BadValue  # noqa: E402
from kg.store import VersionedStore  # noqa: E402


def timed(query: CannedQuery, store: ox.Store, raw: dict[str, list[str]], runs: int) -> tuple[int, float]:
    """Rows, and the median in milliseconds of processor time."""
    taken = []
    rows = 0
    for _ in range(runs):
        began = time.process_time()
        rows = sum(1 for _ in query.run(store, raw))
        taken.append((time.process_time() - began) * 1000)
    return rows, statistics.median(taken)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store")
    parser.add_argument("--bar", type=float, default=200.0, help="milliseconds (default: 200)")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--queries", type=Path, action="append", default=[])
    parser.add_argument("--names", help="only these queries, separated by commas")
    parser.add_argument("--times", type=int, default=1, help="multiply the graph (default: 1)")
    parser.add_argument("--large", type=Path, help="folder that keeps the multiplied graph")
    arguments = parser.parse_args()
    versions = VersionedStore(arguments.store)
    store = versions.open(versions.require())
    with tempfile.TemporaryDirectory() as temporary:
        if arguments.times > 1:
            store = multiply(store, arguments.times, arguments.large or Path(temporary))
        print(f"{len(store):,} triples")
        return measure(store, arguments)


def measure(store: ox.Store, arguments: argparse.Namespace) -> int:
    """Prints the table; 1 if a query is over the bar without a reason, else 0."""
    names = set(arguments.names.split(",")) if arguments.names else None
    over = 0
    print(f"{'query':32} {'example: rows':>14} {'ms':>7} {'all: rows':>10} {'ms':>7}")
    for query in load(*arguments.queries).values():
        if names is not None and query.name not in names:
            continue
        cells: list[str] = []
        slow = False
        for raw in (query.examples(), {}):
            if not raw and any(p.required for p in query.parameters.values()):
                cells += ["", ""]
                continue
            try:
                rows, ms = timed(query, store, raw, arguments.runs)
            except BadValue as error:
                print(f"{query.name}: {error}", file=sys.stderr)
                cells += ["?", "?"]
                continue
            slow = slow or ms > arguments.bar
            cells += [str(rows), f"{ms:.0f}"]
        over += slow and query.slow is None
        print(f"{query.name:32} {cells[0]:>14} {cells[1]:>7} {cells[2]:>10} {cells[3]:>7}{'  OVER' if slow else ''}",
              flush=True)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
