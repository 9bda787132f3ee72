"""Quality of the samples' graph and of the name finder, with floors under every figure (docs/quality.md)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from kg.cli import main
from kg.evaluate import Evaluation, GoldError, evaluate
from kg.evaluate.evidence import evidence
from kg.evaluate.graph import Graph
from kg.evaluate.match import Metric, Record, names, pairs, things
from kg.evaluate.passages import passages
from kg.evaluate.plans import national_plan
from kg.evaluate.quantities import provisions, quantity
from kg.model import Mention
from kg.names import POL
from kg.store import VersionedStore
from kg.text.numerals import MULTIPLIERS

GOLD = ROOT / "samples" / "gold"
FLOORS = Path(__file__).with_name("floors.json")
Floors = dict[str, dict[str, float]]
LEAD, WITHIN = ox.NamedNode(POL + "leadBy"), ox.NamedNode("http://purl.org/dc/terms/isPartOf")


@pytest.fixture(scope="module")
def measured(sample_store: VersionedStore) -> Evaluation:
    return evaluate(GOLD, sample_store)


@pytest.fixture
def copy(sample_store: VersionedStore) -> ox.Store:
    """The samples' graph in memory, to be damaged."""
    store = ox.Store()
    store.extend(sample_store.open())
    return store


# the floors


def test_every_figure_is_at_its_floor_or_above(measured: Evaluation) -> None:
    floors: Floors = json.loads(FLOORS.read_text(encoding="utf-8"))
    figures = measured.figures()
    assert {m: set(f) for m, f in floors.items()} == {m: set(f) for m, f in figures.items()}
    low = {f"{m}.{f}": figures[m][f] for m in floors for f in floors[m] if figures[m][f] < floors[m][f]}
    listed = {m.name: (m.missed, m.wrong) for m in measured.metrics if any(n.startswith(m.name) for n in low)}
    assert not low, f"below the floor: {low}; missed and wrong: {listed}"


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)


def test_floors_only_rise() -> None:
    now: Floors = json.loads(FLOORS.read_text(encoding="utf-8"))
    try:
        log = git("log", "-n", "2", "--format=%H", "--", "tests/floors.json")
    except FileNotFoundError:
        pytest.skip("no git to read earlier floors with")
    if log.returncode or not log.stdout.strip():
        pytest.skip("no earlier floors in the history")
    for commit in log.stdout.split():
        earlier: Floors = json.loads(git("show", f"{commit}:tests/floors.json").stdout)
        sunk = [f"{m}.{f}" for m in earlier for f in earlier[m] if now.get(m, {}).get(f, -1) < earlier[m][f]]
        assert not sunk, f"lower than at {commit[:8]}: {sunk}"


@pytest.mark.parametrize("group", ["all", "facts", "names"])
def test_of_what_is_sure_95_percent_is_right(measured: Evaluation, group: str) -> None:
    assert measured.figures()[f"confidence.{group}"]["share"] >= 0.95


def test_nothing_of_the_gold_is_passed_over(measured: Evaluation) -> None:
    assert measured.skipped == {}
    assert {m.name.split(".")[0] for m in measured.metrics} == {
        "plan", "white_paper", "annual_plan", "industries", "report", "passages", "evidence"}


def test_the_bands_hold_each_judged_claim_once(measured: Evaluation) -> None:
    judged = [pair for m in measured.metrics for pair in m.judged]
    bands = measured.calibration("all")
    assert sum(b.all for b in bands) == len(judged)
    assert sum(b.right for b in bands) == sum(right for _, right in judged)
    assert [b.least for b in bands] == sorted((b.least for b in bands), reverse=True)


# a damaged graph has lower figures


def plan(store: ox.Store, text: Callable[[str], str]) -> dict[str, Metric]:
    gold = json.loads((GOLD / "nstdp.json").read_text(encoding="utf-8"))
    return {m.name: m for m in national_plan(Graph(store, text), gold)}


def strategies(store: ox.Store, text: Callable[[str], str]) -> list[ox.NamedNode]:
    """The strategies of the national plan."""
    graph = Graph(store, text)
    return [ox.NamedNode(n) for n in graph.of("Strategy") if graph.spans(n, "national-plan.txt")]


def test_a_missing_lead_lowers_recall_alone(copy: ox.Store, sample_store: VersionedStore) -> None:
    first = strategies(copy, sample_store.text)[0]
    copy.remove(next(iter(copy.quads_for_pattern(first, LEAD, None))))
    found = plan(copy, sample_store.text)["plan.lead"]
    assert (found.precision, len(found.missed), found.wrong) == (1.0, 1, ())
    assert found.recall < 1 and found.f1 < 1


def test_a_wrong_lead_lowers_precision_alone(copy: ox.Store, sample_store: VersionedStore) -> None:
    first = strategies(copy, sample_store.text)[0]
    copy.add(ox.Quad(first, LEAD, ox.NamedNode("https://w3id.org/policy-kg/id/body/月球部")))
    found = plan(copy, sample_store.text)["plan.lead"]
    assert (found.recall, found.missed, len(found.wrong)) == (1.0, (), 1)
    assert found.precision < 1


def test_a_measure_under_another_strategy_is_missed_and_wrong(copy: ox.Store, sample_store: VersionedStore) -> None:
    first, *_, last = strategies(copy, sample_store.text)
    measures = {q.subject for q in copy.quads_for_pattern(None, None, ox.NamedNode(POL + "Measure"))}
    edge = next(q for q in copy.quads_for_pattern(None, WITHIN, first) if q.subject in measures)
    copy.remove(edge)
    copy.add(ox.Quad(edge.subject, WITHIN, last))
    found = plan(copy, sample_store.text)["plan.tree"]
    assert (len(found.missed), len(found.wrong)) == (1, 1)


def test_evidence_that_is_not_exact_is_wrong(copy: ox.Store, sample_store: VersionedStore) -> None:
    quote = next(iter(copy.quads_for_pattern(None, ox.NamedNode(POL + "quote"), None)))
    copy.remove(quote)
    copy.add(ox.Quad(quote.subject, quote.predicate, ox.Literal("不在文中的話")))
    found = {m.name: m for m in evidence(Graph(copy, sample_store.text))}
    assert len(found["evidence.quotes"].wrong) == 1
    assert found["evidence.quotes"].figures()["share"] < 1


# comparing


def record(*keys: str, title: str = "", optional: bool = False, confidence: float | None = None) -> Record:
    return Record("/".join(keys) or title, frozenset(keys), frozenset([title] if title else []), optional, confidence)


def test_open_answers_count_neither_way() -> None:
    answers = [record("a"), record("b", optional=True)]
    assert names("m", answers, [record("a"), record("b")]).figures() == {"precision": 1, "recall": 1, "f1": 1}
    metric = names("m", answers, [record("b"), record("c", confidence=0.9), record("d", optional=True)])
    assert (metric.found, metric.right, metric.missed, metric.wrong) == (0, 0, ("a",), ("c",))
    assert metric.judged == ((0.9, False),)


def test_a_thing_that_stands_twice_is_wrong_once() -> None:
    answers, twice = [record(title="擴大雜糧生產")], [record(title="擴大雜糧生產")] * 2
    assert (things("m", answers, twice).right, len(things("m", answers, twice).wrong)) == (1, 1)
    assert things("m", answers, twice, again=True).wrong == ()
    assert pairs(answers, [record(title="別的"), *twice[:1]]) == {1: 0}


def test_a_misread_character_is_forgiven_in_a_long_title_and_not_in_a_name() -> None:
    title = "推動水旱田輪作，建立大豆及硬質玉米契作專區"
    assert pairs([record(title=title)], [record(title=title.replace("玉", "王"))])
    assert not pairs([record(title="農業部")], [record(title="農糧部")])


@given(st.sets(st.text("abcde", max_size=2)), st.sets(st.text("abcde", max_size=2)))
def test_figures_of_sets(answers: set[str], claims: set[str]) -> None:
    metric = names("m", [record(a) for a in sorted(answers)], [record(c) for c in sorted(claims)])
    assert metric.found == metric.right == len(answers & claims)
    assert len(metric.missed) == len(answers - claims)
    assert len(metric.wrong) == len(claims - answers)
    assert min(metric.precision, metric.recall) <= metric.f1 + 1e-9 <= max(metric.precision, metric.recall) + 2e-9


@pytest.mark.parametrize(("printed", "single"), [
    ("第8條及第27條", {"第8條", "第27條"}), ("第十二條之三第2項", {"第12條之3第2項"}), ("第12-3條", {"第12條之3"}),
    ("第3條第1項及第2項", {"第3條第1項", "第3條第2項"}), ("第3點第4、6款", {"第3點第4款", "第3點第6款"}),
    (None, set()), ("附表", set()),
])
def test_provisions(printed: str | None, single: set[str]) -> None:
    assert provisions(printed) == single


@given(st.decimals(0, 10**6, places=2), st.sampled_from(sorted(set(MULTIPLIERS) - {"百"})))
def test_a_multiplier_may_stand_in_the_value_or_the_unit(value: Decimal, multiplier: str) -> None:
    assert quantity(value, f"{multiplier}元") == quantity(value * MULTIPLIERS[multiplier], "元")


# passages

PASSAGE: dict[str, Any] = {
    "id": "p1", "text": "農業部與水利署合作，2030年達成30%。", "publisher": None,
    "entities": [
        {"type": "MINISTRY", "surface": "農業部", "canonical": "農業部"},
        {"type": "AGENCY", "surface": "水利署", "canonical": "經濟部水利署"},
    ],
    "indicators": [{"what": "達成率", "value": 30, "unit": "%", "year": 2030}],
}
MINISTRY = Mention("Ministry", "農業部", "農業部", 0, 3, "t", 0.95)
AGENCY = Mention("Agency", "經濟部水利署", "水利署", 4, 7, "t", 0.9)


def passage_metrics(mentions: Iterable[Mention]) -> dict[str, Metric]:
    found = list(mentions)
    return {m.name.removeprefix("passages.t."): m for m in passages("t", [PASSAGE], lambda text, publisher: found)}


def test_mentions_are_judged_by_class_and_place() -> None:
    good = passage_metrics([MINISTRY, AGENCY, MINISTRY])
    assert [good[k].figures()["f1"] for k in ("MINISTRY", "AGENCY", "BODY", "TARGET")] == [1, 1, 1, 0]
    assert (good["MINISTRY"].right, good["MINISTRY"].judged) == (1, ((0.95, True),))
    bad = passage_metrics([Mention("Ministry", "水利部", "水利署", 5, 8, "t", 0.9)])
    assert (bad["MINISTRY"].wrong, bad["MINISTRY"].missed) == (("p1 水利部",), ("p1 農業部",))
    assert bad["MINISTRY"].judged == ((0.9, False),)
    assert bad["span"].figures() == {"share": 0}


# the command


def test_the_command(sample_store: VersionedStore, measured: Evaluation) -> None:
    done = CliRunner().invoke(main, ["eval", str(GOLD), "--store", str(sample_store.folder), "--json", "--errors", "1"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["metrics"] == measured.figures()
    assert set(told["calibration"]) == {"facts", "names", "figures"}
    assert all(len(e["missed"]) <= 1 and len(e["wrong"]) <= 1 for e in told["errors"].values())


def test_what_is_absent_is_said(sample_store: VersionedStore, tmp_path: Path) -> None:
    (tmp_path / "nstdp.json").write_text('{"doc": "other.txt"}', encoding="utf-8")
    done = CliRunner().invoke(main, ["eval", str(tmp_path), "--store", str(sample_store.folder)])
    assert done.exit_code == 0
    assert "evidence.quotes" in done.stdout
    assert "does not hold the document of nstdp.json" in done.stderr


@pytest.mark.parametrize(("content", "said"), [
    ('{"doc": "national-plan.txt"}', "field of the gold is missing"), ("{", "no valid JSON"),
    (b"\xff", "cannot be read"),
])
def test_gold_that_cannot_be_used(
    sample_store: VersionedStore, tmp_path: Path, content: str | bytes, said: str,
) -> None:
    (tmp_path / "nstdp.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(GoldError, match=said):
        evaluate(tmp_path, sample_store)
    done = CliRunner().invoke(main, ["eval", str(tmp_path / "none"), "--store", str(sample_store.folder)])
    assert (done.exit_code, "no such folder" in done.stderr) == (2, True)
