"""Lists of more things than memory is for: equal to plain lists."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.link import codes
from kg.link.codes import count_texts
from kg.link.shelf import Joined, Shelf


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
