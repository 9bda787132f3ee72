"""Terms as numbers are the terms as strings; what is counted in parts is counted whole; the index gates as said."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.link import codes
from kg.link.text import terms

TEXT = st.text(st.one_of(st.sampled_from("推動潮汐發電台5Ga-z １ \n、。"), st.characters(exclude_categories=["Cs"])),
               max_size=60)


@given(TEXT)
def test_a_text_has_the_same_terms_in_both_forms(text: str) -> None:
    found, counts = codes.counted(text)
    assert dict(zip(found.tolist(), counts.tolist(), strict=True)) == Counter(map(codes.code, terms(text)))


@given(st.lists(TEXT, max_size=8), st.integers(1, 60))
def test_texts_are_counted_the_same_in_parts_of_any_size(texts: list[str], size: int) -> None:
    wanted = Counter(c for text in texts for c in set(map(codes.code, terms(text.replace("\0", " ")))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codes, "_TOGETHER", size)
        found, counts, units = codes.count_texts(iter(texts))
    assert dict(zip(found.tolist(), counts.tolist(), strict=True)) == wanted
    assert units == len(texts)


def test_different_terms_have_different_numbers() -> None:
    some = ["推動", "動推", "推動潮", "推推", "ai", "a1", "一一", "一一一", "龥龥龥"]
    assert len({codes.code(t) for t in some}) == len(some)
    assert max(codes.code(t) for t in some) < 2**44


def test_places_and_slices() -> None:
    known = np.array([3, 5, 9])
    at, there = codes.places(known, np.array([9, 4, 3, 10]))
    assert (there.tolist(), at[there].tolist()) == ([True, False, True, False], [2, 0])
    assert not codes.places(known[:0], known)[1].any()
    assert codes.spread(np.array([5, 0, 7]), np.array([2, 0, 1])).tolist() == [5, 6, 7]
