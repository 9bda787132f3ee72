"""What a Dask cluster costs beside ``--jobs 2`` on the same machine, and whether it makes the same shards.

    python bench/cluster.py [--documents 100] [--rounds 3]      # pip install 'policy-kg[cluster]'

A round reads the documents of ``bench/corpus`` twice, in turns: with two processes, and on a scheduler and two
workers with one thread each, on loopback, started anew each round so that their first documents load the rules too.
Wall time goes from the start of the reading to the last shard. Processor time is that of all processes over the
same stretch; a cluster stands before a build and after it, so its own start is a line of its own. Shards, hashes
and reports are compared byte for byte.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.corpus import make  # noqa: E402
from bench.scale import processor_s  # noqa: E402
from kg.cluster import Cluster  # noqa: E402
from kg.jobs import Pool  # noqa: E402
from kg.read import read  # noqa: E402

WORKERS = 2


def reading(folder: Path, address: str) -> None:
    """Reads a folder's documents on a cluster (its address) or in processes (none); prints the figures as JSON."""
    began = time.perf_counter()
    runner = Cluster(address) if address else Pool(WORKERS)
    found: dict[str, str] = {}
    for outcome in runner.run(read(path) for path in sorted(folder.iterdir())):
        if outcome.report is None:
            raise SystemExit(outcome.failed)
        about = json.dumps(outcome.report.to_json(), sort_keys=True).encode()
        found[outcome.key] = hashlib.sha256(outcome.shard + outcome.shared + about).hexdigest()
    print(json.dumps({"wall": time.perf_counter() - began, "shards": found}))


@contextmanager
def cluster(work: Path) -> Iterator[tuple[str, list[int]]]:
    """A scheduler and its workers on loopback: the address and the ids of their processes."""
    from distributed import Client

    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen([sys.executable, "-m", *arguments], stderr=subprocess.PIPE, text=True, cwd=ROOT)
        started.append(process)
        return process

    try:
        scheduler = start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        lines = scheduler.stderr or ()
        address = next(m[0] for line in lines if (m := re.search(r"tcp://127\.0\.0\.1:\d+", line)))
        for n in range(WORKERS):
            start("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard",
                  "--death-timeout", "60", "--local-directory", str(work / f"worker{n}"))
        for process in started:
            if process.stderr is not None:
                threading.Thread(target=process.stderr.read, daemon=True).start()
        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(WORKERS, timeout=120)
        yield address, [p.pid for p in started]
    finally:
        for process in started:
            process.terminate()
            process.wait()


def measured(folder: Path, address: str = "", others: tuple[int, ...] = ()) -> tuple[float, float, dict[str, str]]:
    """Wall and processor seconds of a reading (with those of the processes ``others``), and a hash of each shard."""
    before = sum(map(processor_s, others))
    process = subprocess.Popen(
        [sys.executable, __file__, "--read", str(folder), "--address", address], stdout=subprocess.PIPE, cwd=ROOT)
    output = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit("the reading failed")
    found = json.loads(output)
    return (found["wall"], usage.ru_utime + usage.ru_stime + sum(map(processor_s, others)) - before, found["shards"])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--address", default="", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.read:
        reading(args.read, args.address)
        return
    walls, processors, starts = [], [], []
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "documents"
        folder.mkdir()
        for made in map(make, range(args.documents)):
            (folder / made.name).write_text(made.text, encoding="utf-8")
        print(f"{'round':>5}  {'jobs: wall':>10} {'cpu':>7}  {'Dask: wall':>10} {'cpu':>7} {'start':>6}   ratios")
        for n in range(args.rounds):
            found = {}
            for who in ("jobs", "dask") if n % 2 == 0 else ("dask", "jobs"):
                if who == "jobs":
                    found[who] = measured(folder)
                    continue
                with cluster(Path(work)) as (address, pids):
                    starts.append(sum(map(processor_s, pids)))
                    found[who] = measured(folder, address, tuple(pids))
            (wall, cpu, shards), (dask_wall, dask_cpu, dask_shards) = found["jobs"], found["dask"]
            if shards != dask_shards:
                raise SystemExit("the cluster's shards are others than those of the processes")
            walls.append(dask_wall / wall)
            processors.append(dask_cpu / cpu)
            print(f"{n + 1:5}  {wall:10.1f} {cpu:7.1f}  {dask_wall:10.1f} {dask_cpu:7.1f} {starts[-1]:6.1f}   "
                  f"{walls[-1]:.3f} {processors[-1]:.3f}", flush=True)
    print(f"{len(shards)} documents, the same bytes. Dask against --jobs {WORKERS}, median of {args.rounds} rounds: "
          f"{statistics.median(walls):.3f} times the wall time, {statistics.median(processors):.3f} times the "
          f"processor time; start of the cluster {statistics.median(starts):.1f} s of processor time")


if __name__ == "__main__":
    main()
