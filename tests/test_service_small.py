"""Small parts of the service: forms, time limits, what is remembered, and names of kept answers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.service import cache, expensive
from kg.service.cache import Cache
from kg.service.expensive import Expensive
from kg.service.http import pairs, unquoted
from kg.service.problem import Problem
from kg.service.process import WorkerProcess
from kg.service.ticks import Ticks
from kg.service.worker import HEAD

_FORMS = st.one_of(
    st.text(), st.text().map(quote), st.text(alphabet="%=+&\r\n\t abAF09_é節\0"),
    st.lists(st.sampled_from(["%", "=", "==", "\n", "%3D", "%0A", "a2", "+", " ", "%0D%0A", "%E7", "%AF%80"])).map(
        "".join),
)


@given(_FORMS)
@example("=\n%41")
def test_escapes_mean_what_the_standard_library_says(text: str) -> None:
    try:
        expected = unquote_plus(text, errors="strict")
    except ValueError:
        with pytest.raises(ValueError):
            unquoted(text)
    else:
        assert unquoted(text) == expected


@given(_FORMS)
def test_forms_mean_what_the_standard_library_says(text: str) -> None:
    try:
        expected = parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError:
        with pytest.raises(Problem):
            pairs(text)
    else:
        assert pairs(text) == expected


def test_a_form_of_very_many_fields_is_refused() -> None:
    with pytest.raises(Problem):
        pairs("&".join("a=1" for _ in range(201)))


def test_calls_come_when_they_are_due_unless_they_are_dropped() -> None:
    async def main() -> None:
        ticks, came = Ticks(), list[str]()
        ticks.after(0.03, lambda: came.append("later"))
        ticks.after(0.0, lambda: came.append("soon"))
        other = ticks.after(0.02, lambda: came.append("never"))
        ticks.drop(other)
        ticks.drop(other)
        await asyncio.sleep(0.2)
        assert came == ["soon", "later"]
        ticks.after(0.0, lambda: came.append("again"))  # after a rest, too
        await asyncio.sleep(0.1)
        assert came[-1] == "again"
    asyncio.run(main())


def test_one_call_may_drop_another() -> None:
    async def main() -> None:
        ticks, came = Ticks(), list[int]()
        numbers: list[int] = []
        for n in range(2):
            numbers.append(ticks.after(0.0, lambda n=n: (came.append(n), ticks.drop(numbers[1 - n]))))  # type: ignore[misc]
        await asyncio.sleep(0.1)
        assert came == [0]
    asyncio.run(main())


def test_what_proved_expensive_is_remembered_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Expensive()
    assert not seen.holds("q")
    seen.note("q")
    assert seen.holds("q") and not seen.holds("q", 2) and not seen.holds("other")
    seen.note("q")
    assert seen.holds("q", 2)
    seen.forget("q")
    assert not seen.holds("q")
    seen.note("q")
    monkeypatch.setattr(expensive, "_MEMORY", 0.0)
    assert not seen.holds("q")
    monkeypatch.setattr(expensive, "_REMEMBERED", 3)
    for n in range(10):
        seen.note(f"q{n}")
    assert len(seen._seen) == 3


def test_processes_share_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_LOOK_AGAIN", 0.0)
    one, other = Cache(tmp_path), Cache(tmp_path)
    assert other.get("k") is None
    one.put("k", [("a", "b")], b"body")
    entry = other.get("k")
    assert entry is not None and entry.body == b"body" and entry.headers == [("a", "b")]
    one.put("own", [], b"body", shared=False)
    assert one.get("own") is not None and other.get("own") is None
    writer = one.writer("parts")
    writer.write(b"part")
    writer.keep([("c", "d")])
    assert one.get("parts") is not None and other.get("parts") is not None
    for path in tmp_path.glob("*.json"):
        path.unlink()  # as when room is made
    assert Cache(tmp_path).get("k") is None


def test_a_large_answer_is_kept_when_it_is_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_SMALL", 10)
    monkeypatch.setattr(cache, "_LARGEST", 10)
    one = Cache(tmp_path)
    for n in range(3):
        writer = one.writer("large")
        for _ in range(5):
            writer.write(b"1234")
        if n == 1:
            writer.drop()  # the client went away
        else:
            writer.keep([("c", "d")])
        entry = one.get("large")
        assert (entry is not None) == (n == 2)
    assert entry is not None and entry.file is not None and entry.file.read_bytes() == 5 * b"1234"
    monkeypatch.setattr(cache, "_LARGEST_FILE", 15)
    for _ in range(2):
        writer = one.writer("too large")
        for _ in range(5):
            writer.write(b"1234")
        writer.keep([])
    assert one.get("too large") is None and not list(tmp_path.glob(".new*"))


def test_a_name_that_is_being_written_is_read_when_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_LOOK_AGAIN", 0.0)
    one, other = Cache(tmp_path), Cache(tmp_path)
    one.put("k", [], b"body")
    names = tmp_path / "names"
    whole = names.read_bytes()
    names.write_bytes(whole[:10])
    assert other.get("k") is None
    names.write_bytes(whole)
    assert other.get("k") is not None


@given(st.lists(st.tuples(st.sampled_from([b"D", b"E", b"X"]), st.binary(max_size=40)), max_size=8),
       st.lists(st.integers(1, 30), min_size=1))
def test_frames_come_whole_however_they_are_cut(frames: list[tuple[bytes, bytes]], sizes: list[int]) -> None:
    data = b"".join(HEAD.pack(kind, len(about)) + about for kind, about in frames)
    process = WorkerProcess("v", 0, Ticks())
    at = 0
    while at < len(data):
        size = sizes[at % len(sizes)]
        process.data_received(data[at: at + size])
        at += size
    found = list(process._frames)
    # of a result only the bytes count, and where they stand
    def joined(parts: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        result: list[tuple[bytes, bytes]] = []
        for kind, about in parts:
            if kind == b"D" and result and result[-1][0] == b"D":
                result[-1] = kind, result[-1][1] + about
            elif kind != b"D" or about:
                result.append((kind, about))
        return result
    assert joined(found) == joined(frames)
    assert process._waiting == sum(len(about) for _, about in frames)
