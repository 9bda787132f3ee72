"""Lists of more things than memory is for: equal to plain lists."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.link import codes
from kg.link.codes import count_texts
from kg.link.prepared import Prepared, Words, prepare
from kg.link.reasons import _run
from kg.link.shelf import Joined, Shelf, Table, Texts
from kg.link.sources import Side, Sources
from kg.link.weights import weigh


@given(st.lists(st.tuples(st.text(), st.frozensets(st.text()), st.none() | st.tuples(st.integers(), st.integers()))))
def test_a_shelf_is_the_list_that_it_was_made_of(things):
    shelf = Shelf(iter(things), lambda t: t, tuple)
    assert list(shelf) == things == shelf[:] == [shelf[i - len(things)] for i in range(len(things))]
    with pytest.raises(IndexError):
        shelf[len(things)]


def test_the_file_of_a_shelf_goes_with_it():
    shelf = Shelf([1], lambda n: (n,), lambda fields: fields[0])
    file = shelf._records._file
    del shelf
    gc.collect()
    assert file.closed


@given(st.lists(st.integers()), st.lists(st.integers()))
def test_joined_lists_are_one(first, second):
    joined, plain = Joined(first, second), [*first, *second]
    assert list(joined) == plain == joined[:]
    assert [joined[i] for i in range(-len(plain), len(plain))] == plain + plain


@given(st.lists(st.text(alphabet="推動產業發展升級"), max_size=40))
def test_terms_are_counted_in_stretches_as_in_one(texts):
    whole = count_texts(texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codes, "_TOGETHER", 8)
        parts = count_texts(texts)
    assert np.array_equal(whole[0], parts[0]) and np.array_equal(whole[1], parts[1]) and whole[2] == parts[2]


_NAMES = st.text(alphabet="甲乙a ", max_size=3)


@given(st.lists(st.tuples(_NAMES, st.text(max_size=4))))
def test_a_table_keeps_all_pairs_in_their_order(pairs):
    table = Table(iter(pairs))
    assert list(table) == pairs
    for name in ("甲", "乙甲", "", *(n for n, _ in pairs)):
        assert table.get(name) == [value for n, value in pairs if n == name]


@given(st.lists(st.text()))
def test_texts_are_read_as_often_as_wanted(written):
    texts = Texts()
    for text in written:
        texts.add(text)
    assert list(texts) == written == list(texts)


_TEXT = st.text(alphabet="推動產業節能減碳；（一）\n6G標準 ", max_size=60)


@given(_TEXT, st.lists(_TEXT, max_size=3), st.frozensets(_NAMES), st.booleans())
def test_a_packed_side_is_compared_as_the_one_that_was_packed(label, texts, bodies, as_line):
    within = bodies | {"丙"}
    side = Side("https://example.org/1", label, ("推動產業",), tuple(texts), bodies, within, (113, 116), bodies)
    weights = weigh(Sources((side,), (), (), (), {}, ("節能減碳標準",)))
    one = prepare(side, weights, as_line=as_line)
    asked: list[Words] = []

    def words() -> Words:
        asked.append(one.words)
        return one.words

    again = Prepared.unpacked(one.packed(), words)
    assert (again.iri, again.entities, again.within, again.length) == (one.iri, one.entities, one.within, one.length)
    assert again.subjects.totals == one.subjects.totals and again.pieces.count == one.pieces.count
    for name in ("terms", "values", "subjects.rows", "subjects.worth", "subjects.parts", "subjects.masses",
                 "pieces.terms", "pieces.items", "pieces.shares"):
        there, here = one, again
        for part in name.split("."):
            there, here = getattr(there, part), getattr(here, part)
        assert there.dtype == here.dtype and there.shape == here.shape and np.array_equal(there, here), name
    assert not asked
    assert again.side == side == again.side and len(asked) == 1


@given(st.text(alphabet="甲乙\n", max_size=30), st.text(alphabet="甲乙\n", max_size=30))
def test_a_shared_run_is_the_longest_within_its_line(text, other):
    for start in range(len(text)):
        line = start + len(text[start:].partition("\n")[0])
        ends = [e for e in range(start + 2, line + 1) if text[start:e] in other]
        assert _run(text, start, line, other) == max(ends, default=start)
