"""Requests per second of `kg serve` beside `oxigraph serve` and rdflib-endpoint, over the same graph in one run.

    python bench/serve.py STORE [--seconds 4] [--peers oxigraph,rdflib] [--shapes point,join] [--times 5 --large FOLDER]
                                [--search 節能,產業] [--note FILE]

Needs wrk (Debian: wrk) and, for the peers, the PyPI packages oxigraph and rdflib-endpoint. Each shape is asked by
8 clients: with the same text (answers are kept), with texts that differ in a comment (every one is computed), and with
texts that differ in their variables too (nothing that was found out about an earlier one helps). With --times the graph
is multiplied first (bench/multiply.py) and kept in FOLDER. With --search each word is searched for by
pol:textSearch and by a CONTAINS scan, and the hits are compared.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench.multiply import multiply  # noqa: E402
from kg import search  # noqa: E402
from kg.names import sparql_prefixes  # noqa: E402
from kg.search import PROPERTIES  # noqa: E402
from kg.service import vocabulary  # noqa: E402
from kg.store import VersionedStore  # noqa: E402

PREFIXES = sparql_prefixes("pol", "skos", "dcterms")
#: shape -> (query, bar for kept answers, bar for computed ones; both against oxigraph serve)
SHAPES: dict[str, tuple[str, float | None, float | None]] = {
    "point": ("SELECT ?p ?o { <THING> ?p ?o }", 1.5, 0.25),
    "join": ("SELECT ?l ?b { ?s dcterms:isPartOf <ABOVE> . "
             "?m dcterms:isPartOf ?s ; skos:prefLabel ?l ; pol:leadBy ?b }", 5.0, 0.55),
    "path": ("SELECT ?g { <THING> dcterms:isPartOf+ ?g }", None, 0.3),
    "aggregation": ("SELECT ?b (COUNT(?m) AS ?n) { ?m a pol:Measure ; pol:leadBy ?b } GROUP BY ?b", 5.0, 0.9),
    "text filter": ('SELECT ?m { ?m skos:prefLabel ?l FILTER(CONTAINS(STR(?l), "量子無人")) }', 100.0, 0.9),
    "100,000 rows": ("SELECT ?m ?c { ?m a ?c } LIMIT 100000", 15.0, 0.9),
}
#: shapes of which one answer takes a good part of a second with so many clients
SLOW = ("text filter", "100,000 rows")
CLIENTS = 8
#: stands for what differs from query to query
_HERE = "HERE"
LUA = """
local n = 0
local seed = tostring({{}}):sub(8)
request = function()
  n = n + 1
  local path = "{path}" .. {unique}
  return wrk.format("GET", path, {{["Accept"] = "application/sparql-results+json"{gzip}}})
end
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(command: list[str], port: int, cwd: Path | None = None, **more: str) -> Iterator[int]:
    """A server in a process group of its own; gives its process number."""
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True, env=os.environ | more)
    try:
        for _ in range(1200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if process.poll() is not None:
                raise SystemExit(f"{command[0]} did not start")
            time.sleep(0.1)
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def load(address: str, query: str, seconds: float, fresh: str = "", gzip: bool = False) -> float:
    """Requests per second of 8 clients. ``fresh``: what differs in each, a "comment" or the "variables"."""
    unique = '"%20%23" .. seed .. n' if fresh == "comment" else '""'
    if fresh == "variables":
        query = re.sub(r"\?(\w+)", rf"?\1{_HERE}", query)
    text = quote(PREFIXES + query).replace(_HERE, '" .. seed .. n .. "')
    path = f"{address[address.index('/', 8):]}?query={text}"
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        script = LUA.format(path=path, unique=unique, gzip=', ["Accept-Encoding"] = "gzip"' if gzip else "")
        file.write(script)
        file.flush()
        done = subprocess.run(
            ["wrk", "-t1", f"-c{CLIENTS}", f"-d{round(seconds)}s", "--timeout", "60s", "-s", file.name,
             address[: address.index("/", 8)]], capture_output=True, text=True, check=True,
        ).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", done)
    total = int(re.search(r"(\d+) requests in", done)[1])  # type: ignore[index]
    spent = re.search(r"requests in ([\d.]+)(\w+),", done)
    if bad:
        print(f"  ! {bad[1]} of {total} answers were errors: {address}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done)[1])  # type: ignore[index]
    return rate * (1 - int(bad[1]) / total) if bad and spent else rate


def warm(address: str, query: str, gzip: bool = False) -> None:
    """Asks once, to the end."""
    headers = {"Accept": "application/sparql-results+json"} | ({"Accept-Encoding": "gzip"} if gzip else {})
    request = urllib.request.Request(f"{address}?query={quote(PREFIXES + query)}", headers=headers)
    with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=300) as answer:
        answer.read()


def memory(group: int) -> float:
    """Proportional memory (PSS) in MB of a process group."""
    total = 0
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            if entry.name.isdigit() and os.getpgid(int(entry.name)) == group:
                text = (entry / "smaps_rollup").read_text()
                total += int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1])  # type: ignore[index]
    return total / 1024


def downloads(address: str, group: int, clients: int = 32) -> tuple[float, float]:
    """Peak memory in MB while clients fetch large results at once, and the size of one result in MB."""
    query = quote(PREFIXES + "SELECT ?m ?p ?l { ?m ?p ?l } LIMIT 130000")
    sizes: list[int] = []

    def fetch(n: int) -> None:
        request = urllib.request.Request(f"{address}?query={query}%20%23{n}",
                                         headers={"Accept": "application/sparql-results+json"})
        with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=300) as answer:
            size = 0
            while data := answer.read(65536):
                size += len(data)
            sizes.append(size)
    crowd = [threading.Thread(target=fetch, args=(n,)) for n in range(clients)]
    for thread in crowd:
        thread.start()
    peak = 0.0
    while any(t.is_alive() for t in crowd):
        peak = max(peak, memory(group))
        time.sleep(0.1)
    print(f"  {len(sizes)} of {clients} downloads were whole")
    return peak, statistics.median(sizes or [0]) / 1e6


RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?a ?b ?c . ?x ?y ?z FILTER(?o != ?c) }"


def crowd(address: str, group: int, point: str, clients: int = 200, seconds: float = 10.0) -> tuple[list[float], float]:
    """Seconds that point queries take, one after the other, while a crowd asks runaway ones, and the peak memory."""
    host = address[: address.index("/", 8)]
    script = LUA.format(path=f"/sparql?timeout=5&query={quote(RUNAWAY)}", unique='"%20%23" .. seed .. n', gzip="")
    took, peak = [], 0.0
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        load = subprocess.Popen(["wrk", "-t1", f"-c{clients}", f"-d{seconds + 4:.0f}s", "--timeout", "60s", "-s",
                                 file.name, host], stdout=subprocess.DEVNULL)
        time.sleep(2)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            began = time.perf_counter()
            url = f"{address}?query={quote(f'{PREFIXES}{point} #{time.time_ns()}')}"
            with urllib.request.urlopen(url, timeout=60) as answer:
                answer.read()
            took.append(time.perf_counter() - began)
            peak = max(peak, memory(group))
            time.sleep(0.1)
        load.wait()
    return took, peak


def runaway(address: str, limit: float) -> list[float]:
    """Seconds until a runaway query with a limit is answered."""
    query = quote(RUNAWAY)
    found = []
    for _ in range(3):
        began = time.perf_counter()
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{address}?timeout={limit}&query={query}", timeout=60).read()
        found.append(time.perf_counter() - began)
    return found


def milliseconds(address: str, query: str, runs: int = 5) -> tuple[float, set[str]]:
    """The median time of a query that is computed each time, and its first column."""
    took = []
    found: set[str] = set()
    for n in range(runs):
        url = f"{address}?format=csv&query={quote(f'{PREFIXES}{query} #{time.time_ns()}{n}')}"
        began = time.perf_counter()
        with urllib.request.urlopen(url, timeout=300) as answer:
            body = answer.read()
        took.append(time.perf_counter() - began)
        found = set(body.decode().split("\r\n")[1:-1])
    return 1000 * statistics.median(took), found


def searches(address: str, words: list[str]) -> list[str]:
    """How much faster the index finds each word than a scan of the same texts, one line each."""
    notes = []
    properties = " ".join(f"<{p}>" for p in PROPERTIES)
    for word in words:
        scan = f'SELECT DISTINCT ?x {{ VALUES ?p {{ {properties} }} ?x ?p ?t FILTER(CONTAINS(STR(?t), "{word}")) }}'
        slow, expected = milliseconds(address, scan)
        fast, found = milliseconds(address, f'SELECT ?x {{ ?x pol:textSearch "{word}" }}')
        joined, _ = milliseconds(address, f'SELECT ?x ?t {{ ?x pol:textSearch "{word}" ; a ?t }}')
        same = "same hits" if found == expected else "OTHER HITS"
        notes.append(f"search for {word}: {len(found):,} hits ({same}), scan {slow:.0f} ms, index {fast:.1f} ms: "
                     f"{slow / fast:.0f} × (with a join: {joined:.1f} ms)")
        print(notes[-1], flush=True)
    return notes


def multiplied(store: Path, times: int, folder: Path) -> Path:
    """A store with the graph so many times as large, made once."""
    large = VersionedStore(folder / f"store-{times}")
    if large.current() is None:
        source = VersionedStore(store)
        graph = multiply(source.open(source.require()), times, folder)
        with large.lock():
            prepared = large.prepare()
            graph.backup(str(prepared / "graph"))
            vocabulary.write(graph, prepared)
            search.build(graph, prepared)
            (prepared / "report.json").write_text(json.dumps({"documents": [], "triples": len(graph)}))
            large.publish(prepared)
    return large.folder


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("store", type=Path)
    arguments.add_argument("--seconds", type=float, default=4.0)
    arguments.add_argument("--peers", default="oxigraph,rdflib")
    arguments.add_argument("--shapes", default=",".join(SHAPES))
    arguments.add_argument("--times", type=int, default=1, help="multiply the graph (default: 1)")
    arguments.add_argument("--large", type=Path, default=Path(tempfile.gettempdir()) / "kg-large",
                           help="folder that keeps the multiplied graph")
    arguments.add_argument("--workers", type=int, default=1,
                           help="the server's processes (default: 1, as in kg serve; queries run in others)")
    arguments.add_argument("--search", default="", help="words to search for, separated by commas")
    arguments.add_argument("--note", type=Path)
    given = arguments.parse_args()
    if given.times > 1:
        given.large.mkdir(exist_ok=True)
        given.store = multiplied(given.store, given.times, given.large)
    version = VersionedStore(given.store).require()
    graph = ox.Store.read_only(str(version.graph))
    measure = next(iter(graph.query(
        PREFIXES + "SELECT ?m ?p { ?m a pol:Measure ; dcterms:isPartOf/dcterms:isPartOf ?p } LIMIT 1")))
    shapes = {
        name: (query.replace("<THING>", str(measure["m"])).replace("<ABOVE>", str(measure["p"])), kept, computed)
        for name, (query, kept, computed) in SHAPES.items() if name in given.shapes  # a comma may be in it
    }
    triples = len(graph)
    results: dict[str, dict[str, dict[str, float]]] = {}
    notes: list[str] = []
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        servers: dict[str, str] = {}
        port = free_port()
        kg_group = stack.enter_context(running(
            [sys.executable, "-m", "kg", "serve", "--store", str(given.store.resolve()), "--port", str(port),
             "--workers", str(given.workers)], port, ROOT, KG_LIMIT_QUEUE="64", KG_LIMIT_QUEUE_SECONDS="300"))
        servers["kg"] = f"http://127.0.0.1:{port}/sparql"
        if "oxigraph" in given.peers:
            graph.backup(f"{folder}/oxigraph")
            port = free_port()
            program = shutil.which("oxigraph") or str(Path(sys.executable).with_name("oxigraph"))
            stack.enter_context(running([program, "serve-read-only", "-l", f"{folder}/oxigraph", "-b",
                                         f"127.0.0.1:{port}"], port))
            servers["oxigraph"] = f"http://127.0.0.1:{port}/query"
        if "rdflib" in given.peers:
            graph.dump(f"{folder}/graph.nt", ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
            for kind in ("memory", "oxigraph"):
                port = free_port()
                program = str(Path(sys.executable).with_name("rdflib-endpoint"))
                command = [program, "serve", "--host", "127.0.0.1", "--port", str(port), f"{folder}/graph.nt"]
                if kind == "oxigraph":
                    command[2:2] = ["--store", "Oxigraph"]
                stack.enter_context(running(command, port))
                servers[f"rdflib-endpoint ({kind})"] = f"http://127.0.0.1:{port}/"
        for name, (query, _, _) in shapes.items():
            results[name] = {}
            for server, address in servers.items():
                warm(address, query, gzip=server == "kg" and "rows" in name)
                # of an answer that takes long, those that are begun and not done at the end weigh too much
                seconds = given.seconds * (3 if name in SLOW else 1)
                first = load(address, query, seconds, "comment")
                unseen = load(address, query, seconds, "variables")
                same = load(address, query, given.seconds, gzip=server == "kg" and "rows" in name)
                results[name][server] = {"computed": first, "unseen": unseen, "repeated": same}
                print(f"{name:14} {server:26} computed {first:10.1f}/s   of unseen shape {unseen:10.1f}/s   "
                      f"repeated {same:10.1f}/s", flush=True)
        if "oxigraph" in given.peers:
            peak, size = downloads(servers["kg"], kg_group)
            notes.append(f"32 clients fetching {size:.0f} MB each: peak memory of the server {peak:.0f} MB (bar 700)")
            print(notes[-1])
        if given.search:
            notes += searches(servers["kg"], given.search.split(","))
        late = [t - 1.0 for t in runaway(servers["kg"], 1.0)]
        notes.append(f"a runaway query with a limit of 1 s is answered {max(late):.2f} s after it (bar 0.5)")
        print(notes[-1])
        if "point" in shapes:
            took, peak = crowd(servers["kg"], kg_group, shapes["point"][0])
            notes.append(f"200 clients asking runaway queries: {len(took)} point queries beside them took "
                         f"{1000 * statistics.median(took):.0f} ms (median), {1000 * max(took):.0f} ms at most (bar "
                         f"1,000); peak memory of the server {peak:.0f} MB")
            print(notes[-1])
    text = report(shapes, results, notes, triples)
    print(text)
    if given.note:
        given.note.write_text(text, encoding="utf-8")
        given.note.with_suffix(".json").write_text(json.dumps(results, indent=1), encoding="utf-8")


def report(
    shapes: dict[str, tuple[str, float | None, float | None]], results: dict[str, dict[str, dict[str, float]]],
    notes: list[str], triples: int,
) -> str:
    """The figures as Markdown, with ratios and bars."""
    lines = [f"{triples:,} triples, {CLIENTS} clients, {os.cpu_count()} cores", "",
             "| shape | computed /s | × oxigraph | of unseen shape | bar | repeated /s | × oxigraph | bar "
             "| computed, × rdflib-endpoint |", "|---|---|---|---|---|---|---|---|---|"]
    for name, (_, kept, computed) in shapes.items():
        found = results[name]
        peer = found.get("oxigraph")
        others = [v["computed"] for k, v in found.items() if k.startswith("rdflib")]
        def ratio(kind: str, found: dict[str, dict[str, float]] = found, peer: dict[str, float] | None = peer) -> str:
            return f"{found['kg'][kind] / peer[kind]:.2f}" if peer and peer[kind] else "–"
        best = f"{found['kg']['computed'] / max(others):.1f}" if others and max(others) else "–"
        lines.append(f"| {name} | {found['kg']['computed']:,.1f} | {ratio('computed')} | {ratio('unseen')} | "
                     f"{computed or '–'} | "
                     f"{found['kg']['repeated']:,.1f} | {ratio('repeated')} | {kept or '–'} | {best} |")
    return "\n".join([*lines, "", *(f"- {n}" for n in notes)]) + "\n"


if __name__ == "__main__":
    main()
