"""kg.shards: sorted in parts or at once, the same bytes; what differs between two sorted files; bounded loading."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import assemble, grow, shards

LINES = st.lists(st.binary(max_size=6).map(lambda b: b.replace(b"\n", b"") + b"\n"), max_size=30)


@given(LINES, st.integers(1, 2000))
def test_sorted_in_parts_or_at_once(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], held: int) -> None:
    folder = tmp_path_factory.mktemp("sorted")
    at_once, in_parts = folder / "a.nt.gz", folder / "b.nt.gz"
    shards.write_sorted(lines, at_once)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "HELD_BYTES", held)
        shards.write_sorted(iter(lines), in_parts)
    assert at_once.read_bytes() == in_parts.read_bytes()
    assert gzip.decompress(at_once.read_bytes()) == b"".join(sorted(set(lines)))
    assert [x + b"\n" for x in shards.stream_lines(at_once)] == sorted(set(lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "_PART", 7)
        parts = list(shards.stream_parts(at_once))
    assert b"".join(parts) == b"".join(sorted(set(lines))) and all(p.endswith(b"\n") for p in parts)
    assert sorted(p.name for p in folder.iterdir()) == ["a.nt.gz", "b.nt.gz"]


def test_a_cut_file_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.nt.gz"
    shards.write_sorted([b"%d\n" % n for n in range(5000)], path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(shards.DamagedShard, match=r"a\.nt\.gz"):
        list(shards.stream_lines(path))
    with pytest.raises(shards.DamagedShard):
        list(shards.stream_parts(path))


@given(LINES, LINES)
def test_what_differs_between_two_sorted_files(one: list[bytes], other: list[bytes]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grow, "_BATCH", 3)
        batches = list(grow._batches(iter(sorted(set(one))), iter(sorted(set(other)))))
    assert [x for batch in batches for x in batch] == sorted(set(one) - set(other))
    assert all(len(batch) <= 3 for batch in batches)


def test_triples_are_loaded_in_portions_of_whole_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assemble, "PORTION", 100)
    lines = [b"<urn:s%d> <urn:p> <urn:o> .\n" % n for n in range(50)]
    target = ox.Store()
    assemble.load_lines(target, iter(lines))
    assert len(target) == 50
