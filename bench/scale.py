"""How time, memory, store size and queries grow with the number of documents.

    python bench/scale.py --sizes 10,100,1000 [--jobs 1,2] [--out docs/bench]

Makes a corpus (``bench/corpus``), builds it from nothing, adds one document until a running server answers from
it, asks the queries, and loads the same shards with the native loader of PyPI's ``oxigraph`` where it is installed
(the peer). Prints a table and writes ``OUT/scale.json`` and one SVG chart for each figure. Processor time stands
beside wall time: on a machine with other work only the former says what the program costs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.corpus import make  # noqa: E402
from bench.serve import free_port, running  # noqa: E402
from kg.names import sparql_prefixes  # noqa: E402
from kg.store import VersionedStore  # noqa: E402

QUERIES = {
    "bodies": "SELECT ?b (COUNT(?m) AS ?n) { ?m pol:leadBy ?b } GROUP BY ?b ORDER BY DESC(?n) LIMIT 20",
    "measures": "SELECT ?m ?l { ?m a pol:Measure ; skos:prefLabel ?l } ORDER BY ?l LIMIT 20",
    "evidence": "SELECT ?q { ?a rdf:predicate pol:leadBy ; pol:evidence ?e . ?e pol:quote ?q } LIMIT 100",
}
FIGURES = {
    "cpu_ms": "processor time per document, whole build (ms)", "build_s": "build from nothing (s)",
    "peak_mb": "peak memory of a process (MB)", "store_mb": "store (MB)",
    "add_s": "one document more, until the server answers (s)", "query_ms": "median query (ms)",
    "peer_load_s": "native loader, same shards (s)",
}


def timed(*arguments: str) -> tuple[float, float, float, dict[str, Any]]:
    """Wall and processor seconds, peak memory in MB and report of a ``kg build`` with its worker processes."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "build", *arguments, "--json", "--quiet"], stdout=subprocess.PIPE, cwd=ROOT)
    output = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) == 2:
        raise SystemExit("the build failed")
    wall = time.perf_counter() - began
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, json.loads(output)


def size_mb(folder: Path) -> float:
    """Megabytes of the files below a folder."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6


def queries(store: VersionedStore, runs: int = 5) -> float:
    """Median milliseconds of the queries."""
    graph, times = store.open(), []
    for text in QUERIES.values():
        for _ in range(runs):
            began = time.perf_counter()
            list(graph.query(sparql_prefixes() + text))  # type: ignore[arg-type]
            times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def processor_s(process: int) -> float:
    """Processor seconds of a process and the children it has waited for, so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def added(folder: Path, store: Path, document: str) -> tuple[float, float]:
    """Wall and processor seconds of a build until a running server answers from a document that has come."""
    port = free_port()
    question = f'{sparql_prefixes("pol")}ASK {{ ?d pol:fileName "{document}" }}'
    address = f"http://127.0.0.1:{port}/sparql?query={quote(question)}"
    request = urllib.request.Request(address, headers={"Accept": "application/sparql-results+json"})

    def there() -> bool:
        with urllib.request.urlopen(request, timeout=60) as answer:
            found: bool = json.load(answer)["boolean"]
            return found

    with running([sys.executable, "-m", "kg", "serve", "--store", str(store), "--port", str(port)], port, ROOT):
        if there():
            raise SystemExit(f"{document} is in the graph before it is added")
        began = time.perf_counter()
        builder = subprocess.Popen([sys.executable, "-m", "kg", "build", str(folder), "--store", str(store), "--quiet"],
                                   cwd=ROOT, stdout=subprocess.DEVNULL)
        while not there():
            if builder.poll() is not None and not there():
                raise SystemExit("the document was not added")
            time.sleep(0.02)
        found = time.perf_counter() - began, processor_s(builder.pid)
        builder.wait()
    return found


def peer(shards: Path, folder: Path) -> float | None:
    """Seconds that the native loader takes for the same shards; None where it is not installed."""
    program = shutil.which("oxigraph", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if program is None:
        return None
    plain = folder / "plain"
    plain.mkdir()
    files = []
    for path in sorted(shards.rglob("*.nt.gz")):
        target = plain / path.name.removesuffix(".gz")
        with target.open("wb") as out:
            subprocess.run(["gzip", "-dc", str(path)], stdout=out, check=True)
        files.append(str(target))
    began = time.perf_counter()
    subprocess.run([program, "load", "--location", str(folder / "peer"), "--file", *files], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def measure(size: int, jobs: int, work: Path) -> dict[str, Any]:
    """All figures for one number of documents and processes."""
    folder = work / "documents"
    folder.mkdir()
    characters = 0
    for number in range(size):
        made = make(number)
        characters += len(made.text)
        (folder / made.name).write_text(made.text, encoding="utf-8")
    store, shards = work / "store", work / "shards"
    wall, cpu, peak, report = timed(
        str(folder), "--store", str(store), "--jobs", str(jobs), "--shards", str(shards))
    one = make(size)
    (folder / one.name).write_text(one.text, encoding="utf-8")
    add, add_cpu = added(folder, store, one.name)
    grown = VersionedStore(store).require().report()
    steps = report["seconds"]
    return {
        "documents": size, "jobs": jobs, "characters": characters, "triples": report["triples"],
        "build_s": wall, "build_cpu_s": cpu, "cpu_ms": 1000 * cpu / size, "extract_s": steps["extract"],
        "extract_characters_s": characters / steps["extract"], "steps": steps, "peak_mb": peak,
        "store_mb": size_mb(VersionedStore(store).require().graph), "add_s": add, "add_cpu_s": add_cpu,
        "add_steps": grown["seconds"], "grown": grown["grown"], "query_ms": queries(VersionedStore(store)),
        "peer_load_s": peer(shards, work),
    }


def chart(title: str, points: dict[int, list[tuple[int, float]]]) -> str:
    """A line chart with logarithmic axes, as SVG."""
    from math import log10

    values = [v for line in points.values() for _, v in line if v > 0]
    sizes = sorted({n for line in points.values() for n, _ in line})
    low, high = min(values) / 1.5, max(values) * 1.5
    left, right = log10(sizes[0]), log10(max(sizes[-1], sizes[0] * 10))

    def place(n: int, v: float) -> tuple[float, float]:
        return 60 + 320 * (log10(n) - left) / (right - left), 230 - 190 * (log10(v / low) / log10(high / low))

    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="420" height="270" font-family="sans-serif" font-size="11">',
           '<rect width="420" height="270" fill="#fff"/>', f'<text x="60" y="20" font-size="13">{title}</text>',
           '<path d="M60 40V230H390" fill="none" stroke="#888"/>']
    for n in sizes:
        out.append(f'<text x="{place(n, low)[0]:.0f}" y="246" text-anchor="middle">{n:,}</text>')
    for (jobs, line), colour in zip(sorted(points.items()), ("#1b6ca8", "#c2571a", "#3a7d44"), strict=False):
        at = [place(n, v) for n, v in line if v > 0]
        out.append(f'<polyline fill="none" stroke="{colour}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in at)}"/>')
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in at]
        out += [f'<text x="{x + 5:.1f}" y="{y - 6:.1f}" fill="{colour}">{v:,.4g}</text>'
                for (x, y), (_, v) in zip(at, [p for p in line if p[1] > 0], strict=True)]
        out.append(f'<text x="385" y="{40 + 14 * jobs}" text-anchor="end" fill="{colour}">--jobs {jobs}</text>')
    return "\n".join([*out, '<text x="225" y="262" text-anchor="middle">documents</text>', "</svg>"]) + "\n"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10,100,1000")
    parser.add_argument("--jobs", default="1,2")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "bench")
    args = parser.parse_args()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    rows = []
    print(machine)
    head = ("documents", "jobs", "triples", "build_s", "build_cpu_s", "extract_characters_s", "peak_mb", "store_mb",
            "add_s", "query_ms", "peer_load_s")
    print("  ".join(f"{h:>12}" for h in head))
    for size in map(int, args.sizes.split(",")):
        for jobs in map(int, args.jobs.split(",")):
            with tempfile.TemporaryDirectory() as work:
                rows.append(measure(size, jobs, Path(work)) | {"load": os.getloadavg()[0]})
            print("  ".join(f"{rows[-1][h] if rows[-1][h] is not None else 0:12,.1f}" for h in head), flush=True)
            keep(args.out, machine, rows)


def keep(folder: Path, machine: str, rows: list[dict[str, Any]]) -> None:
    """Writes figures and charts; after each run, so that one that is stopped leaves what it has measured."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scale.json").write_text(json.dumps({"machine": machine, "runs": rows}, indent=1) + "\n")
    for name, title in FIGURES.items():
        points: dict[int, list[tuple[int, float]]] = {}
        for row in rows:
            if row[name]:
                points.setdefault(row["jobs"], []).append((row["documents"], row[name]))
        if points:
            (folder / f"{name}.svg").write_text(chart(title, points), encoding="utf-8")


if __name__ == "__main__":
    main()
