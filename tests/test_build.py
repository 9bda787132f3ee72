"""Building: every file is read or named, the same input gives the same graph, the served version stays whole."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from extract import registry
from kg import build as building
from kg import pipeline, report
from kg.build import BuildReport, build
from kg.names import POL
from kg.rules import graph_hash, rules_hash
from kg.store import StoreError, VersionedStore

NOTICE = "壹、公告\n交通部辦理道路改善，依公路法第3條，2030年前完成 12 件。\n貳、附則\n經濟部協助。\n"
OTHER = "一、計畫\n農業部推動智慧農業。\n二、期程\n114年度辦理。\n"
ENDED = ox.NamedNode("http://www.w3.org/ns/prov#endedAtTime")

#: one process' shards: {file name: SHA-256 of the shard}, the files read in the order given
SHARDS = """
import hashlib, json, sys
from pathlib import Path
from kg.pipeline import process
from kg.read import read
print(json.dumps({p: hashlib.sha256(process(read(Path(p)))[0]).hexdigest() for p in sys.argv[1:]}))
"""


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "notice.txt").write_text(NOTICE, encoding="utf-8")
    (folder / "other.txt").write_text(OTHER, encoding="utf-8")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> VersionedStore:
    return VersionedStore(tmp_path / "store")


def facts(store: VersionedStore) -> set[ox.Quad]:
    """The graph without its clock."""
    return {q for q in store.open() if q.predicate != ENDED}


def names(found: BuildReport) -> list[str]:
    return [d.file_name for d in found.documents]


def test_shards_are_the_same_in_any_process_and_order(
    sample_files: list[Path], sample_store: VersionedStore, environment: dict[str, str]
) -> None:
    out = subprocess.run(
        [sys.executable, "-c", SHARDS, *map(str, reversed(sample_files))], env=environment | {"PYTHONHASHSEED": "77"},
        capture_output=True, encoding="utf-8", check=True,
    ).stdout
    found = {Path(name).name: digest for name, digest in json.loads(out).items()}
    shards = {
        d["file_name"]: sample_store.shards / f"{d['key']}-{rules_hash()}.nt.gz"
        for d in sample_store.require().report()["documents"]
    }
    kept = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in shards.items()}
    assert found == kept


def test_the_order_of_the_paths_makes_no_difference(documents: Path, tmp_path: Path) -> None:
    (documents / "twin.txt").write_text(NOTICE, encoding="utf-8")
    files = sorted(documents.iterdir())
    stores = [VersionedStore(tmp_path / x) for x in "ab"]
    one, other = build(files, stores[0]), build(files[::-1], stores[1])
    assert names(one) == names(other) == ["notice.txt", "other.txt"]
    assert len(one.repeated) == len(other.repeated) == 1
    assert facts(stores[0]) == facts(stores[1])
    assert stores[0].require().report()["identity"] == stores[1].require().report()["identity"]


def test_each_sample_has_its_genre_and_evidence_points_right(sample_store: VersionedStore) -> None:
    about = {d["file_name"]: d for d in sample_store.require().report()["documents"]}
    assert {d["genre"] for d in about.values()} == set(report.GENRES) - {"budget-table"}
    texts = {d["key"]: sample_store.text(d["key"]) for d in about.values()}
    rows = sample_store.open().query(
        "SELECT ?d ?s ?e ?q { ?x pol:inDocument ?d ; pol:start ?s ; pol:end ?e ; pol:quote ?q }", prefixes={"pol": POL}
    )
    checked = 0
    for row in rows:
        text = texts[row["d"].value.rsplit("/", 1)[-1]]
        assert text[int(row["s"].value):int(row["e"].value)] == row["q"].value
        checked += 1
    assert checked > 1000


def test_a_second_build_with_nothing_changed_changes_nothing(documents: Path, store: VersionedStore) -> None:
    one, two = build([documents], store), build([documents], store)
    assert (one.changed, one.version, one.from_cache) == (True, "v000001", 0)
    assert (two.changed, two.version, two.from_cache) == (False, "v000001", 2)
    assert one.triples == two.triples == len(store.open())
    assert [d.to_json() for d in one.documents] == [d.to_json() for d in two.documents]


def test_only_what_changed_is_read_again(documents: Path, store: VersionedStore) -> None:
    build([documents], store)
    (documents / "other.txt").write_text(OTHER + "三、其他\n", encoding="utf-8")
    found = build([documents], store)
    assert (found.changed, found.version, found.from_cache) == (True, "v000002", 1)
    (documents / "other.txt").rename(documents / "renamed.txt")
    found = build([documents], store)
    assert (found.changed, found.from_cache, names(found)) == (True, 2, ["notice.txt", "renamed.txt"])


def test_a_version_is_of_its_rules_and_passes(
    documents: Path, store: VersionedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    build([documents], store)
    assert rules_hash() != graph_hash()
    for name in ("graph_hash", "rules_hash", "__version__"):
        with monkeypatch.context() as context:
            context.setattr(building, name, "9.9" if name == "__version__" else lambda: "f" * 12)
            assert build([documents], store).changed
    assert build([documents], store).changed


def test_a_build_holds_what_it_was_given_and_add_keeps_the_rest(documents: Path, store: VersionedStore) -> None:
    build([documents / "notice.txt"], store)
    found = build([documents / "other.txt"], store)
    assert (names(found), found.dropped) == (["other.txt"], ["notice.txt"])
    found = build([documents / "notice.txt"], store, add=True)
    assert (names(found), found.dropped) == (["notice.txt", "other.txt"], [])
    assert not build([documents / "notice.txt"], store, add=True).changed


def test_add_reads_kept_documents_anew_after_a_change_of_rules(
    documents: Path, store: VersionedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    build([documents / "notice.txt"], store)
    before = facts(store)
    (documents / "notice.txt").unlink()
    monkeypatch.setattr(building, "rules_hash", lambda: "e" * 12)
    found = build([documents / "other.txt"], store, add=True)
    assert (names(found), found.from_cache, found.ok) == (["notice.txt", "other.txt"], 0, True)
    assert sum("notice.txt" in str(q.object) for q in facts(store)) == 1
    assert len(before - facts(store)) < 10  # the run and its hash


def test_bad_files_are_named_and_the_others_are_built(documents: Path, store: VersionedStore) -> None:
    for name, data in {
        "empty.txt": b"", "blank.txt": b" \n", "binary.txt": bytes(range(256)) * 4, "report.txt": b"%PDF-1.7 \xff",
        "broken.txt": NOTICE.encode()[:-1] + b"\xff", "big.txt": b"x" * 2000,
    }.items():
        (documents / name).write_bytes(data)
    (documents / "dangling.txt").symlink_to("nowhere")
    (documents / "picture.png").write_bytes(b"PNG")
    found = build([documents, documents / "missing.txt"], store, max_bytes=1500)
    assert names(found) == ["notice.txt", "other.txt"]
    assert not found.ok
    assert [Path(s.split("：", 1)[0]).name for s in found.failed] == [
        "big.txt", "binary.txt", "blank.txt", "broken.txt", "dangling.txt", "empty.txt", "report.txt", "missing.txt"]
    assert [Path(p).name for p in found.left_out] == ["picture.png"]
    assert found.version == "v000001"
    assert "could not be read (8)" in report.text(found)


def test_where_nothing_can_be_read_the_served_version_stays(documents: Path, store: VersionedStore) -> None:
    build([documents], store)
    before = facts(store)
    (documents / "empty.txt").write_bytes(b"")
    found = build([documents / "empty.txt", documents / "missing"], store)
    assert found.version is None
    assert len(found.failed) == 2
    assert store.require().name == "v000001"
    assert facts(store) == before
    assert "the graph is as it was" in report.text(found)


def test_the_same_text_in_other_encodings(documents: Path, store: VersionedStore) -> None:
    for encoding in ("big5", "utf-16", "utf-8-sig"):
        (documents / f"{encoding}.txt").write_bytes(NOTICE.encode(encoding))
    (documents / "crlf.txt").write_bytes(NOTICE.replace("\n", "\r\n").encode())
    found = {d.file_name: d for d in build([documents], store).documents}
    assert [found[f"{x}.txt"].encoding for x in ("notice", "big5", "utf-16", "utf-8-sig", "crlf")] == [
        "utf-8", "big5", "utf-16", "utf-8", "utf-8"]
    for name in ("big5.txt", "utf-16.txt", "utf-8-sig.txt", "crlf.txt"):
        assert found[name].entities == found["notice.txt"].entities, name
        assert found[name].relations == found["notice.txt"].relations, name
    assert store.text(found["crlf.txt"].key) == NOTICE.replace("\n", "\r\n")


@pytest.mark.parametrize("error", [ValueError("x"), RecursionError(), OSError("x")])
def test_a_failing_extractor_is_reported_and_the_others_are_built(
    documents: Path, store: VersionedStore, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    class Failing:
        GENRE = "generic"

        def score(self, text: str) -> float:
            return 1.0 if "農業部" in text else 0.0

        def extract(self, records: object) -> None:
            raise error

    monkeypatch.setattr(registry, "extractors", lambda: (Failing(),))
    found = build([documents], store)
    assert names(found) == ["notice.txt"]
    (sentence,) = found.failed
    assert sentence.startswith("other.txt：")
    assert type(error).__name__ in sentence
    assert "test_build.py line" in sentence
    assert "\n" not in sentence
    monkeypatch.undo()
    assert build([documents], store).ok


def test_damaged_shards_are_made_anew(documents: Path, store: VersionedStore) -> None:
    build([documents / "notice.txt"], store)
    (about,) = store.shards.glob("*.json")
    about.write_text("{")
    assert build([documents / "notice.txt"], store).from_cache == 1, "the version has the document's report too"
    (store.require().path / "report.json").write_text("{")
    assert build([documents / "notice.txt"], store).from_cache == 0
    next(store.texts.iterdir()).unlink()
    assert build([documents / "notice.txt"], store).from_cache == 0
    (shard,) = store.shards.glob("*.nt.gz")
    shard.write_bytes(shard.read_bytes()[:50])
    with pytest.raises(StoreError, match="damaged"):
        build([documents], store, rebuild=True)
    assert store.require().name == "v000002"
    assert build([documents], store).version == "v000003"


def test_a_damaged_former_version_matters_only_to_add(documents: Path, store: VersionedStore) -> None:
    build([documents], store)
    (store.require().path / "report.json").write_text("{")
    with pytest.raises(StoreError, match=r"report\.json"):
        build([documents], store, add=True)
    assert build([documents], store).version == "v000002"


def test_laws_bring_what_replaced_them(documents: Path, store: VersionedStore) -> None:
    (documents / "notice.txt").write_text("壹、公告\n依溫室氣體減量及管理法辦理。\n", encoding="utf-8")
    build([documents], store)
    rows = store.open().query("""
        PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX dcterms: <http://purl.org/dc/terms/>
        SELECT ?label { ?law skos:prefLabel "溫室氣體減量及管理法"@zh-hant ; dcterms:isReplacedBy/skos:prefLabel ?label
                        FILTER(LANGMATCHES(LANG(?label), "zh")) }""")
    assert [r["label"].value for r in rows] == ["氣候變遷因應法"]


def test_facts_follow_from_others_by_a_named_rule(sample_store: VersionedStore) -> None:
    assert sample_store.open().query("""
        ASK { ?a rdf:predicate pol:activeIn ; rdf:subject ?body ; rdf:object ?industry ; pol:derivedBy ?rule .
              ?body pol:activeIn ?industry . ?rule rdfs:label ?label FILTER NOT EXISTS { ?a pol:evidence ?e } }""",
        prefixes={"pol": POL, "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
                  "rdfs": "http://www.w3.org/2000/01/rdf-schema#"})


def test_the_report_for_people_says_what_was_asked(sample_files: list[Path], sample_store: VersionedStore) -> None:
    found = build(sample_files, sample_store)
    assert not found.changed
    text = report.text(found)
    for path in sample_files:
        assert f"■ {path.name}" in text
    for word in ("文類 genre", "章節 sections", "實體 entities", "關係 relations", "自述 declared", "nothing changed"):
        assert word in text
    plan = next(d for d in found.documents if d.genre == "national-plan")
    assert all(d["found"] is not None for d in plan.declared)
    assert json.loads(json.dumps(found.to_json()))["documents"]


def test_the_report_lists_unresolved_names_and_unread_lines() -> None:
    document = pipeline.DocumentReport(
        "a.txt", "k", "s", "utf-8", "generic", 10, 1, {"Section": 1, "Measure": 2}, {"leadBy": 1},
        [{"label": "措施", "declared": 3, "found": 2}, {"label": "目標", "declared": 3, "found": None}],
        {f"名{n}": 1 for n in range(12)}, 2, 9, [{"line": 4, "text": "甲"}, {"line": 5, "text": "乙"}],
    )
    text = report.text(BuildReport("v000001", documents=[document], dropped=["b.txt"], repeated=["c = a"]))
    for part in (
        "3 ≠ 讀到 2", "3 ≠ 讀到 ？", "unresolved names 12：名0、", "名7…", "unread lines 2 / 9", "4: 甲",
        "b.txt", "c = a",
    ):
        assert part in text
