"""Faults: whatever happens to a build, the former version answers, the message says it, the next build heals it."""

from __future__ import annotations

import gzip
import io
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import assemble, pipeline
from kg.backup import backup, restore
from kg.build import build
from kg.jobs import attempt, warm
from kg.read import ReadError, read
from kg.store import StoreError, VersionedStore

TEXTS = {
    "notice.txt": "壹、公告\n交通部辦理道路改善，依公路法第3條，2030年前完成 12 件。\n貳、附則\n經濟部協助。\n",
    "other.txt": "一、計畫\n農業部推動智慧農業。\n二、期程\n114年度辦理。\n",
}
#: processor seconds that a strange document may take
SECONDS = 10.0


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def count(store: VersionedStore) -> int:
    """Documents that the served graph holds."""
    rows = store.open().query("SELECT ?d { ?d a <https://w3id.org/policy-kg/ontology#PolicyDocument> }")
    return len(list(rows))  # type: ignore[arg-type]


def without_clock(store: VersionedStore) -> set[str]:
    """The served graph but for when it was built."""
    return {str(q) for q in store.open() if q.predicate.value != "http://www.w3.org/ns/prov#endedAtTime"}


def killed_builds(documents: Path, store: VersionedStore, environment: dict[str, str], moments: int) -> int:
    """Kills so many builds, each at a random moment; returns how many were still running."""
    chance = random.Random(moments)
    command = [sys.executable, "-m", "kg", "build", str(documents), "--store", str(store.folder), "--quiet"]
    killed, longest = 0, 0.0
    for n in range(moments + 1):
        (documents / "more.txt").write_text(f"{TEXTS['other.txt']}{n}\n", encoding="utf-8")
        before = store.require().name
        arguments = ["--jobs", "2"] if n % 2 else []
        process = subprocess.Popen([*command, *arguments], env=environment, stdout=subprocess.DEVNULL)
        began = time.monotonic()
        if n == 0:
            assert process.wait() == 0
            longest = time.monotonic() - began
            continue
        time.sleep(chance.uniform(0.3, 1.0) * longest)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        served = store.require()
        assert served.name >= before
        assert count(store) == len(served.report()["documents"]) == 3
    return killed


@pytest.mark.parametrize("moments", [8, pytest.param(50, marks=pytest.mark.slow)])
def test_kill_at_random_moments(
    documents: Path, tmp_path: Path, environment: dict[str, str], moments: int
) -> None:
    store = VersionedStore(tmp_path / "store")
    (documents / "more.txt").write_text("一、其他\n", encoding="utf-8")
    assert build([documents], store).ok
    assert killed_builds(documents, store, environment, moments) >= 1
    assert build([documents], store).ok
    assert count(store) == 3
    assert not list(store.folder.rglob(".new-*"))


def test_a_full_disk(documents: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    store = VersionedStore(tmp_path / "store")
    build([documents], store)
    (documents / "new.txt").write_text(TEXTS["notice.txt"] + "參、其他\n", encoding="utf-8")
    limit = 40_000  # bytes that a file may have: what RocksDB writes goes beyond it

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    run = subprocess.run(
        [sys.executable, "-m", "kg", "build", str(documents), "--store", str(store.folder), "--quiet"],
        env=environment, capture_output=True, encoding="utf-8", preexec_fn=small)
    assert run.returncode == 2, run.stderr
    assert "Traceback" not in run.stderr
    assert "build again" in run.stderr
    assert count(store) == 2
    assert build([documents], store).ok
    assert count(store) == 3


def test_a_full_disk_that_is_one(documents: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = os.geteuid() == 0 and shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], capture_output=True).returncode == 0
    if not mounted:
        pytest.skip("no small disk can be mounted here")
    try:
        store = VersionedStore(disk / "store")
        build([documents], store)
        (disk / "filler").write_bytes(bytes(shutil.disk_usage(disk).free - 200_000))
        (documents / "new.txt").write_text(TEXTS["notice.txt"] + "參、其他\n", encoding="utf-8")
        run = subprocess.run(
            [sys.executable, "-m", "kg", "build", str(documents), "--store", str(store.folder), "--quiet"],
            env=environment, capture_output=True, encoding="utf-8")
        assert run.returncode == 2, run.stderr
        assert "Traceback" not in run.stderr
        assert "build again" in run.stderr
        assert count(store) == 2
        (disk / "filler").unlink()
        assert build([documents], store).ok
        assert count(store) == 3
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_damaged_file_of_decisions(documents: Path, tmp_path: Path) -> None:
    store = VersionedStore(tmp_path / "store")
    build([documents], store)
    (store.folder / "decisions.jsonl").write_text('{"half": ', encoding="utf-8")
    with pytest.raises(StoreError, match=r"decisions\.jsonl"):
        build([documents], store)
    assert count(store) == 2
    (store.folder / "decisions.jsonl").unlink()
    assert build([documents], store).ok


def test_a_clock_that_jumps_back(documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = VersionedStore(tmp_path / "store")
    build([documents], store)
    monkeypatch.setattr(assemble, "now", lambda: "1999-12-31T23:59:59+00:00")
    for path in documents.iterdir():
        os.utime(path, (0, 0))
    assert not build([documents], store).changed
    (documents / "new.txt").write_text(TEXTS["notice.txt"] + "參、其他\n", encoding="utf-8")
    assert build([documents], store).version == "v000002"
    assert count(store) == 3


def test_two_builds_at_once(documents: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "kg", "build", str(documents), "--store", str(tmp_path / "store"), "--quiet"]
    runs = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
            for _ in range(2)]
    said = [run.communicate(timeout=120)[1] for run in runs]
    assert sorted(run.returncode for run in runs) in ([0, 0], [0, 2])
    for run, text in zip(runs, said, strict=True):
        assert ("another build is running" in text) == (run.returncode == 2)
    assert count(VersionedStore(tmp_path / "store")) == 2


def test_a_build_while_the_graph_is_asked(documents: Path, tmp_path: Path) -> None:
    store = VersionedStore(tmp_path / "store")
    build([documents], store)
    answers: list[tuple[str, int]] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            version = store.require()
            rows = store.open(version).query(
                "SELECT ?d { ?d a <https://w3id.org/policy-kg/ontology#PolicyDocument> }")
            answers.append((version.name, len(list(rows))))  # type: ignore[arg-type]
            time.sleep(0.01)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        (documents / "new.txt").write_text(TEXTS["notice.txt"] + "參、其他\n", encoding="utf-8")
        build([documents], store)
        time.sleep(0.1)
    finally:
        stop.set()
        asking.join()
    assert {("v000001", 2), ("v000002", 3)} == set(answers)


def test_backup_and_restore(documents: Path, tmp_path: Path) -> None:
    store, file = VersionedStore(tmp_path / "store"), tmp_path / "backup.tar"
    build([documents], store)
    (store.folder / "decisions.jsonl").write_text("", encoding="utf-8")
    before = set(store.open())
    backup(store, file)
    other = VersionedStore(tmp_path / "other")
    assert restore(file, other).name == "v000001"
    assert set(other.open()) == before
    for about in other.require().report()["documents"]:
        assert other.text(about["key"]) == TEXTS[about["file_name"]]
    (documents / "other.txt").unlink()
    build([documents], store)
    assert restore(file, store).name == "v000003"
    assert set(store.open()) == before
    # a damaged one changes nothing
    data = file.read_bytes()
    for broken in (b"", data[:5000], data[:len(data) // 2], b"x" * 9999):
        file.write_bytes(broken)
        with pytest.raises(StoreError, match="nothing was restored") as said:
            restore(file, store)
        assert "\n" not in str(said.value)
    assert set(store.open()) == before
    with pytest.raises(OSError, match="No such file"):
        backup(store, tmp_path / "missing" / "backup.tar")
    assert not list(tmp_path.glob(".new-*"))
    # a build goes on from a restored version
    (documents / "other.txt").write_text(TEXTS["other.txt"], encoding="utf-8")
    assert build([documents], other).ok


def outcome(path: Path) -> str:
    """What a strange file comes to, within the time that it may take: a genre or a sentence."""
    began = time.process_time()
    try:
        document = read(path)
    except ReadError as error:
        found = str(error)
    else:
        done = attempt(document)
        found = done.report.genre if done.report else done.failed
    assert time.process_time() - began < SECONDS
    assert "\n" not in found
    return found


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    warm()
    return tmp_path_factory.mktemp("strange")


@settings(max_examples=60)
@given(data=st.binary(max_size=400), ending=st.sampled_from([".txt", ".csv", ".xml", ".xlsx"]))
def test_random_bytes(strange: Path, data: bytes, ending: str) -> None:
    path = strange / f"bytes{ending}"
    path.write_bytes(data)
    outcome(path)


_PIECES = st.sampled_from([
    "壹、", "一、", "（一）", "(一)", "1、", "1.", "(1)", "- (1) ", "目標一：", "策略一、", "\n", "\n\n", "\t", "☐",
    "已參採", "涉及法規：",
    "經濟部", "第3條", "「", "」", "114年度", "施政計畫", "12-3", "<td>", "</td>", "部會/機關", "產業範疇",
    "億元", "100", "\x00", "\u3000",
    "\U0002000b", "e\u0301", "業務報告", "白皮書", "政策性產業", "序號",
])


@settings(max_examples=80)
@given(pieces=st.lists(_PIECES, max_size=120))
def test_documents_of_scrambled_pieces(strange: Path, pieces: list[str]) -> None:
    path = strange / "pieces.txt"
    path.write_text("".join(pieces), encoding="utf-8")
    outcome(path)


def test_cut_documents(strange: Path, sample_files: list[Path]) -> None:
    chance = random.Random(3)
    for sample in sample_files:
        data = sample.read_bytes()
        path = strange / sample.name
        path.write_bytes(data[:chance.randrange(len(data))])
        outcome(path)


@pytest.mark.parametrize(("name", "text"), [
    ("deep numbering",
     "".join(f"{'一二三四五六七八九十'[i % 10]}、（一）(一) 1、(1) A. a. I. 項{i}\n" for i in range(1500))),
    ("decimals", ("1." * 2000 + "標題\n") * 10),
    ("a long line", "經濟部依「產業創新條例」第10條推動智慧養殖計畫，2030年前完成12件。" * 2000),
    ("a line of letters", "a" * 500_000),
    ("a line of digits", "1" * 200_000),
    ("open brackets", "（" * 50_000), ("open quotes", "「" * 50_000), ("headings", "壹、" * 50_000),
    ("cells", "政策性產業\t產業範疇\t認定方式\n" + "<td>" * 20_000),
    ("large numbers", "億" * 5_000 + "一二三百千" * 2_500), ("white space", "\t" * 500_000 + "經濟部"),
    ("empty lines", "\n" * 200_000 + "經濟部"), ("names", "經濟部、" * 20_000), ("years", "112年" * 50_000),
    ("percentages", "5%" * 10_000), ("one noun", "計畫" * 20_000),
])
def test_strange_documents(strange: Path, name: str, text: str) -> None:
    path = strange / f"{name}.txt"
    path.write_text(text, encoding="utf-8")
    assert "failed on this document" not in outcome(path)


def test_bombs(strange: Path) -> None:
    lines = b"".join(b'<!ENTITY %c "%s">' % (98 + i, (b"&%c;" % (97 + i)) * 10) for i in range(9))
    (strange / "entities.xml").write_bytes(
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">' + lines + b"]><l>&j;</l>")
    (strange / "external.xml").write_bytes(
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/hostname">]><l>&a;</l>')
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml"):
            archive.writestr(name, "<x/>")
        for name in ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"):
            archive.writestr(name, bytes(2**27))
    (strange / "bomb.xlsx").write_bytes(packed.getvalue())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name in ("entities.xml", "external.xml", "bomb.xlsx"):
        outcome(strange / name)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000


@pytest.mark.parametrize("damage", [
    lambda data: data[:len(data) // 2], lambda data: b"", lambda data: gzip.compress(b"no triples\n"),
    lambda data: gzip.compress(gzip.decompress(data)[:-40]),
])
def test_a_damaged_shard_is_said_and_made_anew(
    documents: Path, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    store = VersionedStore(tmp_path / "store")
    build([documents], store)
    shard = min(store.shards.glob("*.nt.gz"))
    whole = shard.read_bytes()
    shard.write_bytes(damage(whole))
    with pytest.raises(StoreError, match="build again"):
        build([documents], store, rebuild=True)
    assert count(store) == 2
    report = build([documents], store, rebuild=True)
    assert (report.ok, report.from_cache) == (True, 1)
    assert shard.read_bytes() == whole


def test_a_damaged_store_is_said_and_made_anew(documents: Path, tmp_path: Path) -> None:
    store = VersionedStore(tmp_path / "store")
    build([documents], store)
    before = without_clock(store)
    for path in store.require().graph.glob("*.sst"):
        path.write_bytes(path.read_bytes()[:50])
    with pytest.raises((StoreError, RuntimeError, OSError)):
        list(store.open())
    report = build([documents], store)
    assert (report.version, report.from_cache) == ("v000002", 2)
    assert without_clock(store) == before


@pytest.mark.slow
@pytest.mark.parametrize("unit", [
    "經濟部依「產業創新條例」第10條推動智慧養殖計畫，2030年前完成12件。", "這是一段沒有名稱也沒有句號的文字，",
    "1", "a",
])
def test_a_line_of_10_megabytes_is_read_in_part_and_said(strange: Path, unit: str) -> None:
    size = 10 * 2**20 // len(unit.encode())
    text = "壹、總說\n" + (unit * size) + "\n交通部辦理道路改善。\n"
    path = strange / "line.txt"
    path.write_text(text, encoding="utf-8")
    began = time.process_time()
    done = attempt(read(path))
    assert time.process_time() - began < SECONDS
    assert done.report is not None, done.failed
    assert ["line 2 has" in note and "were read" in note for note in done.report.notes] == [True]


def test_an_endless_line_keeps_its_positions(strange: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "LONGEST_LINE", 40)
    path = strange / "endless.txt"
    text = ("壹、總說\n交通部辦理道路改善。" + "一二三，" * 20 + "經濟部協助。\n"
            "貳、附則\n農業部協助，2030年前完成 12 件。\n")
    path.write_text(text, encoding="utf-8")
    document = read(path)
    found = pipeline.extract(document)
    assert found.document.text == text
    assert len(found.document.notes) == 1
    quotes = {text[e.start:e.end] for r in found.relations for e in r.evidence}
    assert any("農業部" in q for q in quotes)
    assert not any("經濟部" in q for q in quotes)
    # a document from the store's own text, with the note of the first reading, gets no second one
    assert pipeline.extract(found.document).document.notes == found.document.notes
