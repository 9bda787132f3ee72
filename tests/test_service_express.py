"""Very quick queries share a worker: each gets its own answer, whatever happens to the others in it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from worker_job import RUNAWAY, job

from kg.service import express
from kg.service.express import Times
from kg.service.limits import Limits
from kg.service.pool import Failed, Pool


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("graph") / "graph", "行")


def made(folder: Path, word: str) -> Path:
    store = ox.Store(str(folder))
    lines = (f'<http://x/s{n}> <http://x/p> "第 {n} {word}" .\n' for n in range(20_000))
    store.bulk_load("".join(lines).encode(), ox.RdfFormat.N_TRIPLES)
    store.flush()
    return folder


def run(graph: Path, test: Callable[[Pool], Awaitable[None]], version: list[tuple[str, Path]] | None = None) -> None:
    async def main() -> None:
        pool = Pool(lambda: (version or [("v1", graph)])[-1], Limits())
        try:
            await ready(pool)
            await test(pool)
        finally:
            await pool.close()
    asyncio.run(main())


async def ready(pool: Pool) -> None:
    """Waits until the worker for quick queries is there."""
    end = time.monotonic() + 20
    while pool._express._worker is None or pool._express._worker.version != pool.version()[0]:
        await ask(pool, 0)
        await asyncio.sleep(0.05)
        assert time.monotonic() < end


async def ask(pool: Pool, n: int, query: str = "", cost: float = 1.0, shape: str = "point", seconds: float = 5) -> str:
    result = await pool.run(job(query or f"SELECT ?o {{ x:s{n} ?p ?o }}", form="csv"), seconds, cost, shape)
    return b"".join([chunk async for chunk in result]).decode()


def answer(n: int, word: str = "行") -> str:
    return f"o\r\n第 {n} {word}\r\n"


def test_each_gets_its_own_answer(graph: Path) -> None:
    async def test(pool: Pool) -> None:
        worker = pool._express._worker
        assert worker is not None
        before = worker.asked
        found = await asyncio.gather(*(ask(pool, n) for n in range(express.DEPTH)))
        assert found == [answer(n) for n in range(express.DEPTH)]
        assert worker.asked == before + express.DEPTH, "all of them went into one worker"
        found = await asyncio.gather(*(ask(pool, n) for n in range(100)))  # more than fit into it
        assert found == [answer(n) for n in range(100)]
    run(graph, test)


def test_one_that_is_not_quick_holds_up_no_other(graph: Path) -> None:
    async def test(pool: Pool) -> None:
        began = time.monotonic()
        slow = asyncio.create_task(ask(pool, 0, RUNAWAY, shape="other", seconds=1.5))
        await asyncio.sleep(0)
        found = await asyncio.gather(*(ask(pool, n) for n in range(5)))
        assert found == [answer(n) for n in range(5)] and time.monotonic() - began < 3
        with pytest.raises(Failed) as failed:
            await slow
        assert failed.value.kind == "timeout"
        assert not pool._express.times.quick("other", 1.0), "the next one like it goes another way"
        assert await ask(pool, 7) == answer(7)
    run(graph, test)


def test_large_results_are_no_quick_ones(graph: Path) -> None:
    async def test(pool: Pool) -> None:
        texts = await asyncio.gather(ask(pool, 0, "SELECT ?s ?o { ?s ?p ?o }", shape="all"), *(
            ask(pool, n) for n in range(3)))
        assert texts[0].count("\r\n") == 20_001 and texts[1:] == [answer(n) for n in range(3)]
        assert not pool._express.times.quick("all", 1.0) or len(texts[0]) < 1_000_000
    run(graph, test)


def test_a_worker_that_dies_loses_nothing(graph: Path) -> None:
    async def test(pool: Pool) -> None:
        for _ in range(3):
            await ready(pool)
            worker = pool._express._worker
            assert worker is not None
            tasks = [asyncio.create_task(ask(pool, n)) for n in range(6)]
            await asyncio.sleep(0)
            os.kill(worker.pid, signal.SIGKILL)
            assert await asyncio.gather(*tasks) == [answer(n) for n in range(6)]
            pool._express._worker = None
    run(graph, test)


def test_faults_belong_to_their_queries(graph: Path) -> None:
    async def test(pool: Pool) -> None:
        found = await asyncio.gather(ask(pool, 1), ask(pool, 0, "SELECT ?o { x:s5 ?p }"), ask(pool, 2),
                                     return_exceptions=True)
        assert found[::2] == [answer(1), answer(2)]
        assert isinstance(found[1], Failed) and found[1].kind == "syntax"
    run(graph, test)


def test_a_client_that_goes_away_takes_no_other_answer_with_it(graph: Path) -> None:
    async def test(pool: Pool) -> None:
        tasks = [asyncio.create_task(ask(pool, n)) for n in range(6)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        tasks[3].cancel()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        assert [n for n, text in enumerate(found) if text == answer(n)] == [1, 2, 4, 5]
    run(graph, test)


def test_a_new_version_is_served_at_once(graph: Path, tmp_path: Path) -> None:
    served = [("v1", graph)]

    async def test(pool: Pool) -> None:
        old = pool._express._worker
        assert await ask(pool, 3) == answer(3)
        served.append(("v2", made(tmp_path / "graph", "列")))
        assert await ask(pool, 3) == answer(3, "列")
        await ready(pool)
        assert await ask(pool, 4) == answer(4, "列")
        assert old is not None and not old.alive
    run(graph, test, served)


def test_what_a_shape_took_decides() -> None:
    times = Times()
    assert times.quick("a", 1.0) and not times.quick("a", 10_000.0) and times.quick("", 1.0)
    times.note("a", 0.5)
    assert not times.quick("a", 1.0)
    times.note("a", 0.0005)
    assert times.quick("a", 10_000.0)


def test_json_too(graph: Path) -> None:
    async def test(pool: Pool) -> None:
        result = await pool.run(job("ASK { x:s1 ?p ?o }", form="json"), 5, 1.0, "ask")
        assert result.complete and json.loads(b"".join(result.chunks))["boolean"] is True
    run(graph, test)
