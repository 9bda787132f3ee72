"""Versions on disk: one atomic switch, whatever moment a build dies at."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.build import build
from kg.store import StoreError, Version, VersionedStore, versions

NODE = ox.NamedNode("urn:a")


def publish(store: VersionedStore, size: int = 1) -> Version:
    """Publishes a version with so many triples."""
    with store.lock():
        prepared = store.prepare()
        graph = ox.Store(str(prepared / "graph"))
        graph.extend(ox.Quad(NODE, NODE, ox.Literal(n)) for n in range(size))
        graph.flush()
        del graph
        (prepared / "report.json").write_text('{"documents": []}')
        return store.publish(prepared)


def test_nothing_built_yet(tmp_path: Path) -> None:
    store = VersionedStore(tmp_path / "none")
    assert store.current() is None
    for call in (store.require, store.open):
        with pytest.raises(StoreError, match="run kg build first"):
            call()
    assert not (tmp_path / "none").exists()


def test_versions_are_numbered_and_the_last_is_served(tmp_path: Path) -> None:
    store = VersionedStore(tmp_path)
    assert [publish(store, n).name for n in (1, 2)] == ["v000001", "v000002"]
    assert store.require().name == "v000002"
    assert len(store.open()) == 2
    assert store.require().report() == {"documents": []}


def test_three_versions_stay_and_a_reader_keeps_the_one_it_has(tmp_path: Path) -> None:
    store = VersionedStore(tmp_path)
    publish(store, 5)
    reader = store.open()
    for n in range(4):
        publish(store, n)
    assert sorted(p.name for p in store.versions.iterdir()) == ["v000003", "v000004", "v000005"]
    assert len(reader) == 5
    assert sum(1 for _ in reader.quads_for_pattern(NODE, None, None)) == 5
    assert len(store.open()) == 3


def test_numbers_go_on_beyond_six_digits(tmp_path: Path) -> None:
    store = VersionedStore(tmp_path)
    publish(store)
    (store.versions / "v000001").rename(store.versions / "v999999")
    (tmp_path / "CURRENT").write_text("v999999\n")
    assert [publish(store).name for _ in range(3)] == ["v1000000", "v1000001", "v1000002"]
    assert sorted(p.name for p in store.versions.iterdir()) == ["v1000000", "v1000001", "v1000002"]
    assert store.require().name == "v1000002"


@pytest.mark.parametrize("pointer", [b"", b"v000009\n", b"../../etc\n", b"\xff\xfe", b"v000001/../v000001", b"x" * 999])
def test_a_damaged_pointer_is_said_and_the_next_build_mends_it(tmp_path: Path, pointer: bytes) -> None:
    store = VersionedStore(tmp_path)
    publish(store)
    (tmp_path / "CURRENT").write_bytes(pointer)
    with pytest.raises(StoreError, match="build again") as caught:
        store.open()
    assert len(str(caught.value)) < 400
    document = tmp_path / "notice.txt"
    document.write_text("壹、公告\n交通部辦理道路改善。\n", encoding="utf-8")
    assert build([document], store).version == "v000002"
    assert len(store.open()) > 100


def test_a_damaged_report_or_graph_is_said(tmp_path: Path) -> None:
    store = VersionedStore(tmp_path)
    version = publish(store)
    (version.path / "report.json").write_text("{")
    with pytest.raises(StoreError, match=r"report\.json"):
        version.report()
    for path in version.graph.iterdir():
        path.write_bytes(b"broken")
    with pytest.raises(StoreError, match="cannot be opened"):
        store.open()
    with pytest.raises(StoreError, match="text is missing"):
        store.text("0" * 16)


def test_one_build_at_a_time(tmp_path: Path) -> None:
    store = VersionedStore(tmp_path)
    with store.lock(), pytest.raises(StoreError, match="another build is running"), VersionedStore(tmp_path).lock():
        pass
    publish(store)  # free again


def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StoreError, match="cannot be written"), VersionedStore(folder).lock():
            pass


def test_remains_of_killed_builds_are_cleared_away(tmp_path: Path) -> None:
    store = VersionedStore(tmp_path)
    publish(store)
    (store.versions / ".new-1" / "graph").mkdir(parents=True)
    for folder in (store.shards, store.texts):
        (folder / ".new-1-x").write_text("half")
    publish(store)
    assert not list(tmp_path.rglob(".new-*"))


@pytest.mark.parametrize(("owner", "step"), [
    (versions, "_sync_tree"), (Path, "rename"), (versions, "_sync"), (Path, "open"), (os, "fsync"), (Path, "replace"),
    (shutil, "rmtree"),
])
def test_a_build_that_dies_at_any_step_of_publishing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: object, step: str
) -> None:
    class Dying(VersionedStore):
        def publish(self, prepared: Path) -> Version:
            with monkeypatch.context() as context:
                context.setattr(owner, step, die)
                return super().publish(prepared)

    def die(*arguments: object, **options: object) -> None:
        raise SystemExit

    store = VersionedStore(tmp_path)
    for n in (1, 2, 3):
        publish(store, n)
    with pytest.raises(SystemExit):
        publish(Dying(tmp_path), 7)
    assert len(store.open()) == (7 if step == "rmtree" else 3)
    publish(store, 9)
    assert len(store.open()) == 9
    assert not list(tmp_path.rglob(".new-*"))


def kill_at(command: list[str], environment: dict[str, str], line: str, delay: float) -> bool:
    """Runs a command and kills it ``delay`` seconds after it has said ``line``; was it still running?"""
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert process.stderr is not None
    for said in process.stderr:
        if line in said:
            break
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.stderr.close()
    return process.wait(timeout=60) == -signal.SIGKILL


#: after which line of a build, and how many seconds later, it is killed
MOMENTS = (
    ("[1/", 0.0), ("[5/", 0.0), ("[0/1]", 0.05), ("[1/", 0.8), ("[3/", 0.1), ("[0/1]", 0.0), ("[0/1]", 0.15),
    ("[0/1]", 0.3),
)


@pytest.mark.parametrize("moments", [
    pytest.param(MOMENTS[:3], id="quick"), pytest.param(MOMENTS[3:], id="more", marks=pytest.mark.slow),
])
def test_kill_at_any_moment_leaves_a_version_that_answers(
    tmp_path: Path, sample_files: list[Path], environment: dict[str, str], moments: tuple[tuple[str, float], ...]
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    texts = {p.name: p.read_text(encoding="utf-8") for p in sample_files if p.name != "business-report.txt"}

    def write(mark: str) -> None:
        """Changes every document, so that a build has all of its work to do."""
        for name, text in texts.items():
            (folder / name).write_text(f"{text}\n{mark}\n", encoding="utf-8")

    store = VersionedStore(tmp_path / "store")
    write("first")
    assert build([folder], store).ok
    command = [sys.executable, "-m", "kg", "build", str(folder), "--store", str(store.folder)]
    killed = 0
    for n, (line, delay) in enumerate(moments):
        before = store.require().name
        write(f"kill {n}")
        killed += kill_at(command, environment, line, delay)
        after = store.require()
        assert after.name in (before, f"v{int(before[1:]) + 1:06d}")
        graph = store.open(after)
        documents = graph.query("SELECT ?d { ?d a <https://w3id.org/policy-kg/ontology#PolicyDocument> }")
        assert len(list(documents)) == len(texts) == len(after.report()["documents"])
        for about in after.report()["documents"]:
            assert store.text(about["key"])
    assert killed >= 2
    report = build([folder], store)
    assert report.ok
    assert not list(store.folder.rglob(".new-*"))
    for path in store.shards.glob("*.nt.gz"):
        assert gzip.decompress(path.read_bytes()).endswith(b" .\n")
