"""Many processes, small changes: the graph is always that of one process and of nothing before."""

from __future__ import annotations

import gzip
import hashlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import Command

from kg import build as building
from kg import grow, jobs, search
from kg.assemble import kept
from kg.build import build
from kg.jobs import Outcome, Pool
from kg.model import Document
from kg.service import vocabulary
from kg.store import Version, VersionedStore

ENDED = ox.NamedNode("http://www.w3.org/ns/prov#endedAtTime")


def facts(store: VersionedStore) -> set[ox.Quad]:
    """The graph without its clock."""
    return {q for q in store.open() if q.predicate != ENDED}


def digests(store: VersionedStore) -> dict[str, str]:
    """The bytes of all shards and reports."""
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(store.shards.iterdir())}


@pytest.fixture
def documents(tmp_path: Path, sample_files: list[Path]) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for path in sample_files:
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_the_same_bytes_with_processes_also_where_one_is_killed(
    documents: Path, tmp_path: Path, sample_store: VersionedStore
) -> None:
    (documents / "bad.txt").write_bytes(b"\xff\xfe\x00")
    killed: list[int] = []
    pool = Pool(2)
    began: list[jobs._Worker] = []

    class Noted(jobs._Worker):
        def __init__(self, context: object) -> None:
            super().__init__(context)
            began.append(self)

        def give(self, document: Document) -> None:
            super().give(document)
            if not killed:
                killed.append(self.process.pid or 0)
                threading.Timer(0.02, os.kill, (killed[0], signal.SIGKILL)).start()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "_Worker", Noted)
        store = VersionedStore(tmp_path / "store")
        said: list[tuple[int, int]] = []
        report = build([documents], store, runner=pool, progress=lambda what, done, of: said.append((done, of)))
    assert len(report.failed) == 1, report.failed
    assert len(report.documents) == len(list(documents.iterdir())) - 1
    assert len(began) == 3
    assert digests(store) == digests(sample_store)
    assert facts(store) == facts(sample_store)
    assert (6, 7) in said
    assert all(not w.process.is_alive() for w in began if not w.process._closed)


class Stubborn:
    """An extractor that never ends, ends its process, or takes all memory, as the text says."""

    GENRE = "generic"

    def score(self, text: str) -> float:
        return 1.0

    def extract(self, records: object) -> None:
        text = records.document.text  # type: ignore[attr-defined]
        if "forever" in text:
            while True:
                pass
        if "die" in text:
            os._exit(1)
        if "hang" in text:
            time.sleep(600)
        if "memory" in text:
            held = [bytes(2**28) for _ in range(100)]
            del held


def test_documents_that_take_too_long_too_much_or_their_process_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LEAST_SECONDS", 0.5)
    monkeypatch.setattr(jobs, "PATIENCE", 5.0)
    texts = ["forever", "fine", "die", "hang", "memory", "well"]
    documents = [Document(f"{n:016x}", f"{text}.txt", "0" * 64, text) for n, text in enumerate(texts)]
    monkeypatch.setattr(jobs, "_work", stubborn_worker)
    found = {o.key: o for o in Pool(2).run(iter(documents))}
    said = {d.text: found[d.key] for d in documents}
    assert len(found) == len(texts)
    for text in ("fine", "well"):
        assert said[text].report is not None, said[text].failed
    assert "took too long" in said["forever"].failed
    assert "took too long" in said["hang"].failed
    assert "ended twice" in said["die"].failed
    assert "not enough memory" in said["memory"].failed
    for outcome in found.values():
        assert outcome.failed.count("\n") == 0


def stubborn_worker(pipe: object) -> None:
    """A worker with the extractor above; runs in a process of its own."""
    import importlib

    from extract import registry

    fresh = importlib.import_module("kg.jobs")
    registry.extractors = lambda: (Stubborn(),)  # type: ignore[assignment, return-value]
    fresh.LEAST_SECONDS = 0.5
    fresh._work(pipe)  # type: ignore[arg-type]


def grown_equals_made_anew(documents: Path, store: VersionedStore, other: Path) -> None:
    anew = VersionedStore(other)
    one, two = build([documents], store), build([documents], anew)
    assert one.grown
    assert not two.grown
    assert facts(store) == facts(anew)
    assert one.triples == two.triples == len(store.open())
    here, there = store.require(), anew.require()
    for name in ("authority", "derived", "links"):
        assert kept(here.path, name) == kept(there.path, name), name
    counts = vocabulary.load(here.path), vocabulary.load(there.path)
    assert counts[0].classes == counts[1].classes
    assert counts[0].properties == counts[1].properties
    for words in ("智慧農業", "淨零", "經濟部", "科技"):
        assert set(search.find(here.path / search.FILE, words) or ()) == \
            set(search.find(there.path / search.FILE, words) or ()), words


def test_one_document_more_less_or_renamed_costs_no_rebuild(documents: Path, tmp_path: Path) -> None:
    store = VersionedStore(tmp_path / "store")
    plan, aside = documents / "annual-plan.txt", tmp_path / "annual-plan.txt"
    plan.rename(aside)
    build([documents], store)
    without = facts(store)
    for n, step in enumerate((
        lambda: aside.rename(plan), lambda: plan.rename(aside),
        lambda: (documents / "notice.txt").rename(documents / "renamed.txt"),
        lambda: (documents / "renamed.txt").write_text(
            "壹、公告\n依水污染防治法第3條，經濟部辦理。\n", encoding="utf-8"),
    )):
        step()
        grown_equals_made_anew(documents, store, tmp_path / f"anew{n}")
        if n == 1:
            assert facts(store) == without


def test_removing_one_of_two_documents_that_say_the_same_keeps_the_fact(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    for n in range(6):
        text = f"壹、公告\n交通部依公路法第3條辦理。\n貳、其他{n}\n經濟部協助。\n"
        (folder / f"{n}.txt").write_text(text, encoding="utf-8")
    (folder / "other.txt").write_text("壹、公告\n農業部依農村再生條例辦理。\n", encoding="utf-8")
    store = VersionedStore(tmp_path / "store")
    build([folder], store)
    (folder / "0.txt").unlink()
    grown_equals_made_anew(folder, store, tmp_path / "anew")
    (folder / "other.txt").unlink()
    grown_equals_made_anew(folder, store, tmp_path / "anew2")
    assert "農村再生條例" not in " ".join(str(q) for q in facts(store) if "prefLabel" in str(q))


def test_slow_links_come_in_a_second_version(
    documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = VersionedStore(tmp_path / "store")
    plan, aside = documents / "annual-plan.txt", tmp_path / "annual-plan.txt"
    plan.rename(aside)
    build([documents], store)
    monkeypatch.setattr(building, "LINK_SECONDS", 0.0)
    aside.rename(plan)
    served: list[tuple[str, bool, int]] = []
    report = build([documents], store, published=lambda v: served.append(
        (v.name, v.report()["whole"], len(v.report()["documents"]))))
    assert served == [("v000002", False, 6), ("v000003", True, 6)]
    assert report.version == "v000003"
    derived = [store.versions / v / "passes" / "derived.nt.gz" for v in ("v000001", "v000002", "v000003")]
    assert derived[0].samefile(derived[1]) and not derived[1].samefile(derived[2])
    anew = VersionedStore(tmp_path / "anew")
    build([documents], anew)
    assert facts(store) == facts(anew)
    # a build that was killed between the two is finished by the next one
    (store.folder / "CURRENT").write_text("v000002\n")
    assert build([documents], store).version == "v000004"
    assert facts(store) == facts(anew)
    assert not build([documents], store).changed


def test_one_document_more_reads_neither_the_links_nor_a_report_for_each_other_one(
    documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = VersionedStore(tmp_path / "store")
    plan, aside = documents / "annual-plan.txt", tmp_path / "annual-plan.txt"
    plan.rename(aside)
    build([documents], store)
    assert kept(store.require().path, "links")
    for path in store.shards.glob("*.json"):
        path.unlink()
    monkeypatch.setattr(building, "LINK_SECONDS", 0.0)
    aside.rename(plan)

    def unread(path: Path) -> Iterator[bytes]:
        raise AssertionError(f"{path} is read")

    def served(version: Version) -> None:
        if not version.report()["whole"]:
            assert len(list(store.shards.glob("*.json"))) == 1
        monkeypatch.undo()  # the second version has new links

    monkeypatch.setattr(grow, "stream_lines", unread)
    report = build([documents], store, published=served)
    assert (report.grown, report.from_cache, report.version) == (True, 5, "v000003")
    anew = VersionedStore(tmp_path / "anew")
    build([documents], anew)
    assert facts(store) == facts(anew)
    # without a former version of the same rules the reports are needed: what has none is read again
    (store.folder / "CURRENT").unlink()
    assert build([documents], store).from_cache == 1


def test_a_damaged_former_version_is_made_from_nothing(documents: Path, tmp_path: Path) -> None:
    store = VersionedStore(tmp_path / "store")
    plan, aside = documents / "annual-plan.txt", tmp_path / "annual-plan.txt"
    plan.rename(aside)
    build([documents], store)
    version = store.require()
    (version.path / "passes" / "derived.nt.gz").write_bytes(b"x")
    aside.rename(plan)
    report = build([documents], store)
    assert (report.grown, report.ok, len(report.documents)) == (False, True, 6)
    for path in store.require().graph.glob("*.sst"):
        path.write_bytes(path.read_bytes()[:100])
    report = build([documents], store)
    assert report.changed
    assert len(facts(store)) > 1000


def test_shards_have_no_clock(documents: Path, tmp_path: Path) -> None:
    from kg.backup import hand_over

    store = VersionedStore(tmp_path / "store")
    build([documents], store)
    assert hand_over(store, str(tmp_path / "shards")) == (11, 0)
    assert hand_over(store, f"file://{tmp_path}/shards") == (5, 6)
    loaded = ox.Store()
    for path in sorted((tmp_path / "shards").rglob("*.nt.gz")):
        data = gzip.decompress(path.read_bytes())
        lines = data.splitlines()
        assert lines == sorted(set(lines))
        loaded.bulk_load(data, format=ox.RdfFormat.N_QUADS)
    assert set(loaded) == set(store.open())
    outcome = Outcome("k", "r")
    assert outcome.report is None
    (documents / "notice.txt").unlink()
    build([documents], store)
    hand_over(store, str(tmp_path / "shards"))
    assert len(list((tmp_path / "shards" / "documents").iterdir())) == 5


def test_the_command_line(documents: Path, tmp_path: Path, kg: Command) -> None:
    store = tmp_path / "store"
    run = kg("build", documents, "--store", store, "--jobs", "2", "--shards", tmp_path / "shards")
    assert run.returncode == 0, run.stderr
    assert len(list((tmp_path / "shards").rglob("*.nt.gz"))) == 11
    assert "[6/6]" in run.stderr
    run = kg("build", documents, "--store", store, "--rebuild", "--quiet")
    assert VersionedStore(store).require().name == "v000002", run.stderr
    run = kg("build", documents, "--store", store, "--scheduler", "nonsense://x")
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
    assert kg("backup", tmp_path / "b.tar", "--store", store).returncode == 0
    assert kg("restore", tmp_path / "b.tar", "--store", tmp_path / "other").returncode == 0
    assert facts(VersionedStore(tmp_path / "other")) == facts(VersionedStore(store))
