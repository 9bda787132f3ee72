"""kg.decisions: the file, conflicts, undoing; decisions live through rebuilds."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import ids
from kg.build import build
from kg.decisions import (
    Decision,
    DecisionsError,
    End,
    Judgement,
    changing,
    decide,
    dumps,
    end,
    link_key,
    load,
    loads,
    orphans,
    save,
    undo,
)
from kg.link.graph import Linked, link
from kg.link.sources import Side
from kg.names import expand
from kg.store import VersionedStore

YES = Judgement("accept", "王小明", "2026-01-05", "同一計畫")
NO = Judgement("reject", "陳大文", "2026-02-01")
A, B, C = End("a" * 20, "推動甲產業"), End("b" * 20, "甲產業輔導", "工業輔導"), End("c" * 20, "乙產業輔導")
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
judgements = st.builds(
    Judgement, st.sampled_from(["accept", "reject", "unsure"]), words.filter(str.strip), st.just("2026-01-05"), words
)
decisions = st.builds(
    Decision, st.sampled_from(["pol:fundedBy", "pol:answeredBy"]), st.builds(End, words, words, words),
    st.builds(End, words, words, words), judgements, st.lists(judgements, max_size=2).map(tuple),
)


def some(*judged: tuple[End, Judgement]) -> dict[str, Decision]:
    found: dict[str, Decision] = {}
    for obj, judgement in judged:
        found = decide(found, "pol:fundedBy", A, obj, judgement)
    return found


# -- the file


@given(st.lists(decisions, max_size=5))
def test_what_is_written_is_read(made):
    made_by_link = {d.link: d for d in made}
    assert loads(dumps(made_by_link)) == made_by_link


def test_the_file_has_one_sorted_line_per_link(tmp_path):
    save(tmp_path / "d.jsonl", some((B, YES), (C, NO)))
    lines = (tmp_path / "d.jsonl").read_text(encoding="utf-8").splitlines()
    keys = [json.loads(line)["link"] for line in lines]
    assert keys == sorted(keys) and len(keys) == 2
    assert "王小明" in "".join(lines)


def test_no_file_is_no_decision(tmp_path):
    assert load(tmp_path / "none.jsonl") == {}


def test_the_same_line_twice_is_one_decision():
    text = dumps(some((B, YES)))
    assert loads(text + "\n" + text) == some((B, YES))


def test_contradictions_of_a_merge_are_named_with_their_lines():
    text = dumps(some((B, YES))) + dumps(some((C, YES))) + dumps(some((B, NO)))
    with pytest.raises(DecisionsError, match=r"d\.jsonl:3：與第 1 行") as caught:
        loads(text, "d.jsonl")
    assert len(caught.value.problems) == 1
    assert "王小明" in str(caught.value) and "陳大文" in str(caught.value)


def test_marks_of_an_unfinished_merge_are_named_with_their_lines():
    text = "<<<<<<< ours\n" + dumps(some((B, YES))) + "=======\n" + dumps(some((B, NO))) + ">>>>>>> theirs\n"
    with pytest.raises(DecisionsError) as caught:
        loads(text)
    assert [p.split("：")[0] for p in caught.value.problems] == [f"decisions.jsonl:{n}" for n in (1, 3, 4, 5)]


@pytest.mark.parametrize("line, message", [
    ("{", "不是一筆判定"),
    ("[1]", "不是一筆判定"),
    ('{"kind": "pol:fundedBy"}', "不是一筆判定"),
    (dumps(some((B, YES))).replace("accept", "maybe"), "'maybe' 不明"),
    (dumps(some((B, YES))).replace("王小明", " "), "缺少判定人"),
    (dumps(some((B, YES))).replace("a" * 20, "f" * 20), "與兩端不符"),
])
def test_a_line_that_is_no_decision_is_named(line, message):
    with pytest.raises(DecisionsError, match=message) as caught:
        loads("\n" + line)
    assert "decisions.jsonl:2" in str(caught.value)


def test_a_file_that_is_no_text_is_said(tmp_path):
    (tmp_path / "d.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DecisionsError, match="讀不出來"):
        load(tmp_path / "d.jsonl")


# -- deciding and undoing


def test_the_last_judgement_is_in_force_and_undoing_goes_back_step_by_step():
    twice = some((B, YES), (B, NO))
    (key,) = twice
    assert twice[key].status == "rejected"
    once = undo(twice, key)
    assert once == some((B, YES))
    assert undo(once, key) == {}
    with pytest.raises(KeyError):
        undo({}, key)


def test_a_judgement_needs_a_known_verdict_and_a_name():
    with pytest.raises(DecisionsError):
        some((B, Judgement("maybe", "王小明", "2026-01-05")))
    with pytest.raises(DecisionsError):
        some((B, Judgement("accept", " ", "2026-01-05")))


def test_a_change_that_fails_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "d.jsonl"
    save(path, some((B, YES)))
    with pytest.raises(RuntimeError), changing(path) as found:
        found.clear()
        raise RuntimeError
    assert load(path) == some((B, YES))
    with changing(path) as found:
        found.update(some((C, NO)))
    assert len(load(path)) == 2


# -- keys


def test_a_key_does_not_depend_on_iri_blanks_or_line_breaks():
    one = Side("https://a.example/1", "推動 AI\n產業", ("智慧 製造", "甲計畫"), years=(2025, 2028))
    other = Side("https://a.example/2", "推動AI產業", ("智慧製造", "甲 計畫"), years=(2025, 2028))
    assert one.key == other.key
    for changed in (
        Side("https://a.example/1", "推動 AI 服務業", one.context, years=one.years),
        Side("https://a.example/1", one.label, ("智慧製造", "乙計畫"), years=one.years),
        Side("https://a.example/1", one.label, one.context, years=(2025, 2027)),
    ):
        assert changed.key != one.key


@given(words, words, words)
def test_a_link_is_not_its_reverse(kind, a, b):
    assert (link_key(kind, a, b) == link_key(kind, b, a)) == (a == b)


# -- rebuilds


def test_decisions_whose_ends_are_gone_are_orphans_with_their_namesakes():
    measure, line = Side("m", "推動節能輔導", ("節能策略",), years=(2026, 2026)), Side("b", "節能業務", ("經濟部",))
    made = decide({}, "pol:fundedBy", end(measure), end(line), YES)
    respaced = replace(measure, iri="n", label="推動 節能\n輔導。", context=("「節能」策略",))
    assert orphans(made, [respaced, line]) == (), "blanks and punctuation do not matter"
    (found,) = orphans(made, [replace(measure, context=("減碳策略",)), line])
    assert (found.missing, found.namesakes) == (("subject",), ("推動節能輔導 ＜ 減碳策略",))
    (found,) = orphans(made, [])
    assert (found.missing, found.namesakes) == (("subject", "object"), ())


def rewrapped(text: str) -> str:
    """The same text with CRLF line ends and with long running lines broken in the middle."""
    lines = []
    for line in text.split("\n"):
        at = line.find("，", 60)
        lines += [line[:at + 1], line[at + 1:]] if 0 < at < len(line) - 20 and "<" not in line else [line]
    return "\r\n".join(lines)


def decide_on(linked: Linked, count: int) -> dict[str, Decision]:
    """A verdict on each of the first links, in turn accept, reject, unsure."""
    found: dict[str, Decision] = {}
    for n, judged in enumerate({j.key: j for j in linked.links}.values()):
        if n == count:
            break
        verdict = ("accept", "reject", "unsure")[n % 3]
        x = judged.link
        judgement = Judgement(verdict, "測試", "2026-01-05", f"第{n}筆")
        found = decide(found, x.kind, end(x.subject), end(x.object), judgement)
    assert len(found) == count
    return found


def statuses(store: VersionedStore) -> dict[str, str]:
    """Review status by the link's key, for links with a human reason."""
    rows = store.open().query(
        f"SELECT ?key ?status WHERE {{ ?l <{expand('dcterms:identifier')}> ?key ; "
        f"<{expand('pol:reviewStatus')}> ?status ; <{expand('pol:reason')}> ?why FILTER(STRSTARTS(?why, '人工判定')) }}"
    )
    return {r["key"].value: r["status"].value for r in rows}


def survives(files: list[Path], folder: Path, count: int, rewrap: str) -> None:
    """Builds, decides, builds again from files of which one has other line breaks, and compares."""
    store = VersionedStore(folder / "store")
    build(files, store)
    made = decide_on(link(store.open(), {}), count)
    save(store.folder / "decisions.jsonl", made)
    again = []
    for path in files:
        text = path.read_text(encoding="utf-8")
        copy = folder / path.name
        copy.write_text(rewrapped(text) if rewrap in path.name else text, encoding="utf-8", newline="")
        assert (copy.read_bytes() != path.read_bytes()) == (rewrap in path.name)
        again.append(copy)
    report = build(again, store)
    assert report.changed
    expected = {k: ids.concept("review-status", d.status) for k, d in made.items()}
    assert statuses(store) == expected
    accepted = sum(d.status == "accepted" for d in made.values())
    stated = store.open().query(
        f"SELECT ?s WHERE {{ {{ ?s <{expand('pol:fundedBy')}> ?o }} UNION {{ ?s <{expand('pol:answeredBy')}> ?o }} }}"
    )
    assert len(list(stated)) == accepted
    # nothing decided, nothing built: the decisions are part of what a version is
    assert not build(again, store).changed
    (key, *_) = made
    save(store.folder / "decisions.jsonl", undo(made, key))
    assert build(again, store).changed
    assert set(statuses(store)) == set(made) - {key}


def test_decisions_survive_a_rebuild_with_other_line_breaks(sample_files, tmp_path):
    survives(sample_files, tmp_path, 30, "national-plan")


@pytest.mark.seeds
@pytest.mark.slow
@pytest.mark.parametrize("rewrap", ["001_", "003_"])
def test_a_hundred_decisions_survive_a_rebuild_of_the_real_documents(seeds, tmp_path, rewrap):
    survives(sorted(seeds.glob("*.txt")), tmp_path, 100, rewrap)


def test_a_broken_file_of_decisions_stops_the_build(sample_files, tmp_path):
    store = VersionedStore(tmp_path / "store")
    store.folder.mkdir()
    (store.folder / "decisions.jsonl").write_text("{\n", encoding="utf-8")
    with pytest.raises(DecisionsError, match=r"decisions\.jsonl:1"):
        build(sample_files, store)
    assert store.current() is None
