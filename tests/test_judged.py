"""Decisions about facts: their keys, what they change in the graph, and that every way of building agrees."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import Command
from test_decisions import rewrapped

from kg import ids
from kg.audit import audit
from kg.backup import hand_over
from kg.build import build
from kg.catalog import load as catalog
from kg.decisions import FILE, LINK_KINDS, Decision, Judgement, decide, load, save, undo
from kg.doubts import doubtful
from kg.judged import Names, Reading, decided, missing, reading
from kg.link.propose import KINDS
from kg.rdf import node
from kg.store import VersionedStore


@pytest.fixture
def files(sample_files: list[Path], tmp_path: Path) -> Path:
    """A folder with the sample documents that a test may change."""
    folder = tmp_path / "documents"
    folder.mkdir()
    for path in sample_files:
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def readings(store: ox.Store) -> list[Reading]:
    """The doubtful readings of a graph."""
    names = Names(store)
    found = [reading(store, names, ox.NamedNode(d.assertion)) for d in doubtful(store)]
    return [r for r in found if r is not None]


def judge(store: ox.Store, *judged: tuple[Reading, str]) -> dict[str, Decision]:
    """Decisions about readings."""
    names, found = Names(store), dict[str, Decision]()
    for read, verdict in judged:
        found = decide(found, read.kind, names.end(read.subject), names.end(read.object),
                       Judgement(verdict, "審查員", "2026-01-05", "看過原文"))
    return found


def facts(store: VersionedStore) -> set[str]:
    """All triples but those with a clock and the run's own name."""
    return {str(q.triple) for q in store.open() if "/id/run/" not in str(q)}


def pick(found: list[Reading], rule: Callable[[Reading], bool]) -> Reading:
    return next(r for r in found if rule(r))


def printed(r: Reading) -> bool:
    """Is it a candidate?"""
    return isinstance(r.object, ox.Literal)


def only_told_here(store: ox.Store) -> Callable[[Reading], bool]:
    """Is the reading's object a program that no other relation names?"""
    def rule(r: Reading) -> bool:
        return isinstance(r.object, ox.NamedNode) and "/program/" in r.object.value and sum(
            q.predicate != node("rdf:object") for q in store.quads_for_pattern(None, None, r.object)) == 1
    return rule


def test_the_kinds_of_links_are_those_that_the_program_proposes() -> None:
    assert frozenset(KINDS) == LINK_KINDS


def test_every_doubtful_reading_has_a_key_of_its_own(sample_store: VersionedStore) -> None:
    store = sample_store.open()
    found = readings(store)
    assert len(found) > 50 and len({r.key for r in found}) == len(found)
    made = judge(store, *((r, "unsure") for r in found))
    assert {(r.assertion, d.link) for r, d in decided(store, made)} == {(r.assertion, r.key) for r in found}


def test_an_accepted_candidate_is_a_fact_and_a_rejected_fact_none_until_it_is_undone(
    files: Path, tmp_path: Path
) -> None:
    store = VersionedStore(tmp_path / "store")
    build([files], store)
    graph, before = store.open(), facts(store)
    found = readings(graph)
    guessed, doubted = pick(found, printed), pick(found, only_told_here(graph))
    unsure = pick(found, lambda r: r not in (guessed, doubted) and not printed(r))
    made = judge(graph, (guessed, "accept"), (doubted, "reject"), (unsure, "unsure"))
    save(store.folder / FILE, made)
    build([files], store)
    graph = store.open()
    # the candidate has become a fact with a thing of its own, found like any other
    [thing] = {q.subject for q in graph.quads_for_pattern(
        None, node("skos:prefLabel"), ox.Literal(guessed.object.value, language="zh-hant"))
        if "/program/" in str(q.subject)}
    assert ox.Quad(guessed.subject, guessed.predicate, thing) in graph
    assert ox.Quad(thing, node("rdf:type"), node("pol:Program")) in graph
    assert guessed.assertion.value not in {r.assertion.value for r in readings(graph) if printed(r)}
    assert next(iter(graph.quads_for_pattern(thing, node("pol:evidence"), None)))
    # the fact is gone, and so is the thing that only it told of
    assert ox.Quad(doubted.subject, doubted.predicate, doubted.object) not in graph
    assert not any(True for _ in graph.quads_for_pattern(None, None, doubted.object))
    assert not any(True for _ in graph.quads_for_pattern(doubted.object, None, None))
    # what was decided is told, with who, when and why
    status = {r.key: s.object for r, _ in decided(graph, made)
              for s in graph.quads_for_pattern(r.assertion, node("pol:reviewStatus"), None)}
    assert status == {
        key: node(ids.concept("review-status", d.status)) for key, d in made.items()}
    assert len(list(graph.quads_for_pattern(None, node("pol:reason"), ox.Literal(made[doubted.key].sentence)))) == 1
    assert "審查員，2026-01-05）：看過原文" in made[doubted.key].sentence
    assert missing(graph, made) == ()
    # undone, everything is as it was
    for key in made:
        made = undo(made, key)
    save(store.folder / FILE, made)
    build([files], store)
    assert facts(store) == before


def test_what_was_derived_from_a_rejected_fact_alone_goes_with_it(files: Path, tmp_path: Path) -> None:
    store = VersionedStore(tmp_path / "store")
    build([files], store)
    graph = store.open()
    inherited = [
        (q.subject, claim.subject) for claim in graph.quads_for_pattern(
            None, node("pol:derivedBy"), node("https://w3id.org/policy-kg/id/rule/"
                                              "measure-mentions-what-its-section-mentions"))
        for q in [next(iter(graph.quads_for_pattern(claim.subject, node("rdf:subject"), None)))]
    ]
    assert inherited

    def told(read: Reading) -> list[ox.Quad]:
        return [q for q in graph.quads_for_pattern(None, read.predicate, read.object) if q.subject != read.subject]

    # mentioned by one section and, derived from it, by that section's measure
    doubted = pick(readings(graph), lambda r: not printed(r) and len(told(r)) == 1 and "/measure/" in str(told(r)[0]))
    measure = told(doubted)[0].subject
    save(store.folder / FILE, judge(graph, (doubted, "reject")))
    build([files], store)
    assert ox.Quad(measure, doubted.predicate, doubted.object) not in store.open()


def test_a_thing_that_others_tell_of_stays(files: Path, tmp_path: Path) -> None:
    store = VersionedStore(tmp_path / "store")
    build([files], store)
    graph = store.open()
    doubted = pick(readings(graph), lambda r: not printed(r) and sum(
        q.predicate == r.predicate for q in graph.quads_for_pattern(None, None, r.object)) > 3)
    save(store.folder / FILE, judge(graph, (doubted, "reject")))
    build([files], store)
    after = store.open()
    assert ox.Quad(doubted.subject, doubted.predicate, doubted.object) not in after
    assert next(iter(after.quads_for_pattern(doubted.object, node("skos:prefLabel"), None)))
    others = set(graph.quads_for_pattern(None, doubted.predicate, doubted.object))
    left = set(after.quads_for_pattern(None, doubted.predicate, doubted.object))
    assert left < others and 1 <= len(others - left) <= 2  # a measure may have inherited it


@pytest.mark.slow
def test_a_version_made_from_the_former_one_is_that_made_from_nothing(files: Path, tmp_path: Path) -> None:
    store = VersionedStore(tmp_path / "store")
    build([files], store)
    graph = store.open()
    found = readings(graph)
    judged = [(r, ("reject", "accept", "unsure")[n % 3]) for n, r in enumerate(found)]
    judged += [(r, "reject") for r in found if not printed(r) and "/program/" in str(r.object)]
    steps = (
        judge(graph, *judged), judge(graph, *judged[:20]), judge(graph, *judged[10:]),
        {},
    )
    report = files / "business-report.txt"
    for n, made in enumerate(steps):
        save(store.folder / FILE, made)
        if n == 2:
            report.write_text(report.read_text(encoding="utf-8") + "\n另依水利法辦理。\n", encoding="utf-8")
        assert build([files], store).grown
        other = VersionedStore(tmp_path / f"anew{n}")
        other.folder.mkdir()
        for shared in ("shards", "texts"):  # documents were read already; all else is made from nothing
            shutil.copytree(store.folder / shared, other.folder / shared)
        save(other.folder / FILE, made)
        assert not build([files], other).grown
        assert facts(store) == facts(other)


@pytest.mark.slow
def test_decisions_survive_a_rebuild_with_other_line_breaks(files: Path, tmp_path: Path) -> None:
    store = VersionedStore(tmp_path / "store")
    build([files], store)
    found = readings(store.open())
    made = judge(store.open(), *((r, ("reject", "accept", "unsure")[n % 3]) for n, r in enumerate(found)))
    save(store.folder / FILE, made)
    for path in files.iterdir():
        path.write_text(rewrapped(path.read_text(encoding="utf-8")), encoding="utf-8", newline="")
    build([files], store)
    graph = store.open()
    assert missing(graph, made) == ()
    assert {k: graph_status(graph, k) for k in made} == {k: d.status for k, d in made.items()}
    rejected = [r for r, d in decided(graph, made) if d.status == "rejected"]
    assert rejected and all(printed(r) for r in rejected)
    # taken together with its next reading the fact stays away
    build([files], store, rebuild=True)
    assert {k: graph_status(store.open(), k) for k in made} == {k: d.status for k, d in made.items()}


def graph_status(graph: ox.Store, key: str) -> str:
    [assertion] = {q.subject for q in graph.quads_for_pattern(None, node("dcterms:identifier"), ox.Literal(key))}
    [status] = [q.object.value for q in graph.quads_for_pattern(assertion, node("pol:reviewStatus"), None)]
    return {ids.concept("review-status", s): s for s in ("accepted", "rejected", "unsure", "candidate")}[status]


def test_a_decision_without_its_fact_is_told(sample_store: VersionedStore) -> None:
    store = sample_store.open()
    one, two = readings(store)[:2]
    made = judge(store, (one, "reject"), (two, "accept"))
    names = Names(store)
    made = decide(made, one.kind, names.end(one.subject), names.end(ox.Literal("沒有這個名稱")),
                  Judgement("accept", "審查員", "2026-01-05"))
    assert [d.object.label for d in missing(store, made)] == ["沒有這個名稱"]


@pytest.mark.slow
def test_shards_that_are_handed_over_are_the_graph(files: Path, tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    store = VersionedStore(tmp_path / "store")
    build([files], store)
    found = readings(store.open())
    save(store.folder / FILE, judge(store.open(), *((r, ("reject", "accept")[n % 2]) for n, r in enumerate(found))))
    build([files], store)
    hand_over(store, str(tmp_path / "out"))
    there = ox.Store()
    for path in (tmp_path / "out").rglob("*.nt.gz"):
        there.load(gzip.decompress(path.read_bytes()), format=ox.RdfFormat.N_TRIPLES)
    assert set(there) == set(store.open())


@pytest.mark.slow
def test_facts_are_decided_on_the_command_line(files: Path, tmp_path: Path, kg: Command) -> None:
    store = VersionedStore(tmp_path / "store")
    build([files], store)
    listed = kg("decide", "--facts", "--store", store.folder)
    key = next(line.split()[0] for line in listed.stdout.splitlines() if "pol:mentions" in line)
    assert kg("decide", "reject", key, "--who", "審查員", "--store", store.folder).returncode == 0
    [decision] = load(store.folder / FILE).values()
    assert decision.link.startswith(key) and (decision.kind, decision.status) == ("pol:mentions", "rejected")
    assert kg("link", "--apply", "--store", store.folder).returncode == 0
    assert graph_status(store.open(), decision.link) == "rejected"
    assert kg("check", "--store", store.folder).stdout.startswith("圖譜符合規則")
    # neither links nor audit take it for a decision about a link whose ends are gone
    assert kg("link", "--store", store.folder).stderr == ""
    assert audit(store.open(), store.require().report(), "v", catalog(), load(store.folder / FILE)).orphans == ()
    assert kg("decide", "undo", key, "--store", store.folder).returncode == 0
    assert load(store.folder / FILE) == {}
