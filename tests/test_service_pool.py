"""The workers that run users' queries: limits, lanes, and that they can be killed."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from worker_job import job

from kg.service import process
from kg.service.limits import Limits, from_environment
from kg.service.places import Places
from kg.service.pool import Failed, Pool, Result
from kg.service.ticks import Ticks
from kg.service.worker import whole_rows

#: never done: every pair of 20,000 triples
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?a ?b ?c FILTER(?o != ?c) }"
GREEDY = "SELECT * { ?s ?p ?o . ?a ?b ?c } ORDER BY ?c ?s"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graph") / "graph"
    store = ox.Store(str(folder))
    lines = (f'<http://x/s{n}> <http://x/p> "第 {n} 行\\n節能, \\"引號\\""@zh .\n' for n in range(20_000))
    store.bulk_load("".join(lines).encode(), ox.RdfFormat.N_TRIPLES)
    store.flush()
    return folder


def run(graph: Path, test: Callable[[Pool], Awaitable[None]], **limits: Any) -> None:
    async def main() -> None:
        pool = Pool(lambda: ("v1", graph), Limits(**limits))
        try:
            await test(pool)
        finally:
            await pool.close()
    asyncio.run(main())


async def body(result: Result) -> bytes:
    return b"".join([chunk async for chunk in result])


def test_answers(graph: Path) -> None:
    async def test(pool: Pool) -> None:
        for cost in (1.0, None):
            data = json.loads(await body(await pool.run(job("SELECT ?o { x:s5 ?p ?o }"), 5, cost)))
            assert data["results"]["bindings"][0]["o"]["value"].startswith("第 5 行")
        with pytest.raises(Failed) as failed:
            await pool.run(job("SELECT ?o { x:s5 ?p }"), 5, 1.0)
        assert failed.value.kind == "syntax"
        assert await body(await pool.run(job("ASK {}", form="csv"), 5, 1.0)) == b"true"
    run(graph, test)


@pytest.mark.parametrize("cost", [1.0, None])
def test_a_runaway_is_killed_in_time(graph: Path, cost: float | None) -> None:
    async def test(pool: Pool) -> None:
        began = time.perf_counter()
        with pytest.raises(Failed) as failed:
            await pool.run(job(RUNAWAY), 1.5, cost)
        assert failed.value.kind == "timeout" and 1.4 < time.perf_counter() - began < 2.0
    run(graph, test, fast_seconds=0.3)


def test_memory_is_bounded(graph: Path) -> None:
    async def test(pool: Pool) -> None:
        with pytest.raises(Failed) as failed:
            await pool.run(job(GREEDY), 30, None)
        assert failed.value.kind == "memory"
        assert (await pool.run(job("ASK {}"), 5, None)).complete, "the next query has a fresh worker"
    run(graph, test, memory=150_000_000)


PANICS = """
import sys
sys.path.insert(0, {folder!r})
import worker

class PanicException(BaseException):
    "As the engine's, which cannot be imported."

def evaluate(store, job, before=worker.evaluate):
    if "panic" in job["query"]:
        raise PanicException("called `Option::unwrap()` on a `None` value")
    return before(store, job)

worker.evaluate = evaluate
worker.main()
"""


def test_a_fault_of_the_engine_is_told_and_its_worker_replaced(
    graph: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = tmp_path / "panics.py"
    program.write_text(PANICS.format(folder=str(process.PROGRAM.parent)))
    monkeypatch.setattr(process, "PROGRAM", program)

    async def test(pool: Pool) -> None:
        for cost in (1.0, None):
            with pytest.raises(Failed) as failed:
                await pool.run(job("ASK {} # panic"), 5, cost)
            assert failed.value.kind == "engine"
            assert await body(await pool.run(job("ASK {}", form="csv"), 5, cost)) == b"true"
    run(graph, test)


def test_a_large_server_keeps_its_workers(graph: Path) -> None:
    """A process inherits the peak of the one that started it: that is not the worker's own size."""
    async def test(pool: Pool) -> None:
        used = set()
        for n in range(5):
            result = await pool.run(job(f"SELECT ?o {{ x:s{n} ?p ?o }}"), 5, 1.0)
            used |= {w.pid for w in pool._idle["fast"]}
            assert json.loads(await body(result))["results"]["bindings"]
        assert len(used) == 1
    ballast = b"x" * 400_000_000
    run(graph, test)
    assert ballast


def test_a_worker_that_has_grown_is_replaced(graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.service.process._LARGEST_IDLE", 1000)
    monkeypatch.setattr("kg.service.process._LOOK_AFTER", 1)

    async def test(pool: Pool) -> None:
        for n in range(3):
            result = await pool.run(job(f"SELECT ?o {{ x:s{n} ?p ?o }}"), 5, 1.0)
            assert json.loads(await body(result))["results"]["bindings"]
            assert not pool._idle["fast"]
    run(graph, test)


def test_point_queries_are_answered_among_runaways(graph: Path) -> None:
    async def test(pool: Pool) -> None:
        async def runaway(n: int) -> str:
            try:
                await pool.run(job(f"{RUNAWAY} # {n}"), 3, 1000.0 if n % 2 else None)
            except Failed as failed:
                return failed.kind
            return "answered"
        crowd = [asyncio.create_task(runaway(n)) for n in range(200)]
        await asyncio.sleep(0.1)
        slowest = 0.0
        for _ in range(6):
            began = time.perf_counter()
            await pool.run(job("SELECT ?o { x:s5 ?p ?o }"), 3, 1.0)
            slowest = max(slowest, time.perf_counter() - began)
            await asyncio.sleep(0.05)
        for task in crowd:
            task.cancel()
        kinds = {k for k in await asyncio.gather(*crowd, return_exceptions=True) if isinstance(k, str)}
        assert slowest < 1.0
        assert kinds <= {"busy", "timeout"} and "busy" in kinds
    run(graph, test, queue=8)


def test_a_worker_reaches_neither_network_nor_disk(graph: Path) -> None:
    async def test(pool: Pool) -> None:
        async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            contacts.append(await reader.read(100))
            writer.close()
        contacts: list[bytes] = []
        server = await asyncio.start_server(served, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Failed) as failed:
            await pool.run(job(f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"), 5, None)
        server.close()
        assert failed.value.kind == "query" and not contacts
    run(graph, test)


def test_a_graph_of_many_files_is_read_to_the_last(tmp_path: Path) -> None:
    """RocksDB opens sixteen tables with the graph, the others when a query needs them."""
    store = ox.Store(str(tmp_path / "graph"))
    for n in range(12):
        store.bulk_extend(
            ox.Quad(ox.NamedNode(f"http://x/s{n}-{i}"), ox.NamedNode(f"http://x/p{n}"), ox.Literal(f"{n} 與 {i}"))
            for i in range(300))
    store.flush()
    del store
    assert len(list((tmp_path / "graph").glob("*.sst"))) > 20

    async def test(pool: Pool) -> None:
        for n in range(12):
            for query in (f"SELECT ?o {{ x:s{n}-7 ?p ?o }}", f'SELECT ?s {{ ?s x:p{n} "{n} 與 8" }}'):
                data = json.loads(await body(await pool.run(job(query), 5, 1.0)))
                assert len(data["results"]["bindings"]) == 1, query
            assert b"true" in await body(await pool.run(job(f'ASK {{ ?s x:p{n} "{n} 與 9" }}'), 5, 1.0))
    run(tmp_path / "graph", test)


DOORS = """
import os, socket, sys
from kg.service import worker
assert worker.without_sockets() == (os.uname().machine in worker._CALLS)
worker.limit(1 << 30, 20)
found = []
for door in (socket.socket, socket.socketpair, lambda: open(sys.argv[1], "w"), lambda: open(sys.argv[1], "a"),
             lambda: open(sys.argv[1], "r+"), lambda: os.execv(sys.executable, [sys.executable, "-c", ""])):
    try:
        door()
    except OSError as error:
        found.append(error.errno)
print(found, open(sys.argv[1]).read())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="seccomp is Linux's")
def test_the_kernel_refuses_sockets_writing_and_programs(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "x").write_text("讀")
    done = subprocess.run([sys.executable, "-X", "utf8", "-c", DOORS, str(tmp_path / "x")], capture_output=True,
                          encoding="utf-8", env=environment, timeout=60)
    assert done.stdout == f"{[errno.EACCES] * 6} 讀\n", done.stderr


def test_streams_before_the_end_and_stops_when_closed(graph: Path) -> None:
    async def test(pool: Pool) -> None:
        result = await pool.run(job("SELECT * { ?a ?b ?c . ?s ?p ?o }"), 10, None)
        assert result.chunks and not result.complete
        worker = result._worker
        assert worker is not None
        result.close()
        await asyncio.sleep(0.2)
        with pytest.raises(ProcessLookupError):
            os.kill(worker.pid, 0)
    run(graph, test)


@pytest.mark.parametrize(("form", "rows"), [
    ("json", lambda d: len(json.loads(d)["results"]["bindings"])), ("csv", lambda d: d.count(b"\xe7\xac\xac ")),
    ("tsv", lambda d: d.count(b"\n") - 1), ("xml", lambda d: d.count(b"</result>")),
])
def test_cut_results_are_whole_and_say_so(graph: Path, form: str, rows: Callable[[bytes], int]) -> None:
    async def test(pool: Pool) -> None:
        query = "SELECT ?o { ?s ?p ?o }"
        result = await pool.run(job(query, form=form, max_rows=7, hold=10**6), 5, None)
        data = await body(result)
        assert result.end == {"truncated": "rows", "limit": 7, "whole": True} and rows(data) == 7
        result = await pool.run(job(query, form=form, max_bytes=3000, hold=10**6), 5, None)
        data = await body(result)
        assert data.decode().count('"') % 2 == 0
        assert result.end and result.end["truncated"] == "bytes" and 5 < rows(data) < 90
        exact = await pool.run(job(query + " LIMIT 7", form=form, max_rows=7, hold=10**6), 5, None)
        assert rows(await body(exact)) == 7 and exact.end == {}
    run(graph, test)


def test_a_result_cut_while_it_streams_breaks_off(graph: Path) -> None:
    async def test(pool: Pool) -> None:
        result = await pool.run(job("SELECT * { ?s ?p ?o }", max_bytes=300_000), 5, None)
        with pytest.raises(Failed) as failed:
            await body(result)
        assert failed.value.kind == "truncated"
    run(graph, test)


def test_a_new_version_is_read_at_once(graph: Path, tmp_path: Path) -> None:
    store = ox.Store(str(tmp_path / "graph"))
    store.add(ox.Quad(ox.NamedNode("http://x/s5"), ox.NamedNode("http://x/p"), ox.Literal("new")))
    store.flush()
    del store

    async def main() -> None:
        served = [("v1", graph)]
        pool = Pool(lambda: served[-1], Limits())
        query = job("SELECT ?o { x:s5 ?p ?o }", form="csv")
        assert "第 5 行" in (await body(await pool.run(query, 5, 1.0))).decode()
        served.append(("v2", tmp_path / "graph"))
        assert (await body(await pool.run(query, 5, 1.0))).split() == [b"o", b"new"]
        await pool.close()
    asyncio.run(main())


def test_the_cheapest_waits_shortest() -> None:
    async def main() -> None:
        places = Places(1, Ticks())
        assert places.take() and not places.take()
        order: list[str] = []

        async def come(name: str, cost: float) -> None:
            await places.wait(cost, 5)
            order.append(name)
            places.leave()
        tasks = [asyncio.create_task(come(*x)) for x in (("dear", 9.0), ("cheap", 1.0), ("middle", 5.0))]
        await asyncio.sleep(0)
        with pytest.raises(TimeoutError):
            await places.wait(0.0, 0.01)
        places.leave()
        await asyncio.gather(*tasks)
        assert order == ["cheap", "middle", "dear"] and places.take()
    asyncio.run(main())


def test_whole_rows_of_nothing() -> None:
    assert whole_rows("json", b'{"head', 5) == b"" == whole_rows("xml", b"<?xml", 5) == whole_rows("turtle", b"<a>", 5)


def test_limits_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_LIMIT_SECONDS", "2.5")
    monkeypatch.setenv("KG_LIMIT_ROWS", "10")
    assert (from_environment().seconds, from_environment().rows) == (2.5, 10)
    monkeypatch.setenv("KG_LIMIT_ROWS", "many")
    with pytest.raises(ValueError, match="KG_LIMIT_ROWS"):
        from_environment()
