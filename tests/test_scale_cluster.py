"""The per-document step on a real Dask scheduler with two workers: the same bytes, also when a worker dies."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_scale_build import digests, facts

from kg.build import build
from kg.store import VersionedStore

pytest.importorskip("distributed")


@pytest.fixture
def processes(environment: dict[str, str], tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """The address of a scheduler on loopback, and the processes of its workers."""
    quiet = environment | {"DASK_DISTRIBUTED__DIAGNOSTICS__NVML": "False"}
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments], env=quiet, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
        started.append(process)
        return process

    try:
        scheduler = start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        assert scheduler.stderr is not None
        address = ""
        for line in scheduler.stderr:
            if found := re.search(r"tcp://127\.0\.0\.1:\d+", line):
                address = found[0]
                break
        threading.Thread(target=scheduler.stderr.read, daemon=True).start()
        workers = []
        for n in range(2):
            worker = start("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard",
                           "--name", f"w{n}", "--local-directory", str(tmp_path / f"w{n}"))
            workers.append(worker)
            threading.Thread(target=worker.stderr.read, daemon=True).start()  # type: ignore[union-attr]
        yield address, workers
    finally:
        for process in started:
            process.kill()
            process.wait()
            if process.stderr is not None and not process.stderr.closed:
                process.stderr.close()


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_cluster_gives_the_same_bytes_also_where_a_worker_is_killed(
    processes: tuple[str, list[subprocess.Popen[str]]], sample_files: list[Path], sample_store: VersionedStore,
    tmp_path: Path,
) -> None:
    from distributed import Client

    from kg.cluster import Cluster

    address, workers = processes
    with Client(address, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=120)
    store = VersionedStore(tmp_path / "store")
    report = build(sample_files, store, runner=Cluster(address))
    assert report.ok, report.failed
    assert digests(store) == digests(sample_store)
    assert facts(store) == facts(sample_store)
    # anew, in a store that knows nothing, and one of the two workers is killed after the first document
    other = VersionedStore(tmp_path / "other")

    def kill(what: str, done: int, of: int) -> None:
        if workers[0].poll() is None:
            os.kill(workers[0].pid, signal.SIGKILL)

    report = build(sample_files, other, runner=Cluster(address), progress=kill)
    assert report.ok, report.failed
    assert digests(other) == digests(sample_store)


def test_a_scheduler_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from kg import cluster

    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(cluster.ClusterError, match="cannot be reached"):
            cluster.Cluster(address)


def test_a_worker_does_not_sample_its_calls_while_documents_are_read(
    processes: tuple[str, list[subprocess.Popen[str]]]
) -> None:
    from distributed import Client

    from kg.cluster import sampling

    def running(dask_worker: object) -> set[str]:
        return {n for n, c in dask_worker.periodic_callbacks.items() if c.is_running()}  # type: ignore[attr-defined]

    with Client(processes[0], timeout=60, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=120)
        before = client.run(running)
        client.run(sampling, False)
        during = client.run(running)
        client.run(sampling, True)
        assert client.run(running) == before
    assert len(before) == 2
    for worker, names in before.items():
        assert names - during[worker] == {"profile", "profile-cycle"}
