"""The bench that compares a trained component with the rules: its texts and its combinations, without training."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from bench.combine_names import Seen, combined
from bench.train_names import Text, gold, swapped
from kg.model import Mention

POOL = {"Program": ["霧林計畫", "長堤復育行動方案"], "Industry": ["陶業"]}


def test_answers_stand_where_they_are_printed_and_the_longest_wins() -> None:
    record = {
        "text": "「霧林產業 計畫」由霧林產業聯盟辦理，霧林產業受惠。",
        "entities": [
            {"type": "INDUSTRY", "surface": "霧林產業"},
            {"type": "PROGRAM", "surface": "霧林產業 計畫"},
            {"type": "AGENCY", "surface": "霧林產業聯盟", "optional": True},
        ],
    }
    made = gold(record)
    found = sorted((start, kind, made.text[start:end]) for kind, start, end in made.names)
    assert [x[1:] for x in found] == [("Program", "霧林產業計畫"), ("", "霧林產業聯盟"), ("Industry", "霧林產業")]


@given(st.lists(st.tuples(st.text("甲乙，", max_size=4), st.sampled_from(["Program", "Industry", ""])), max_size=6),
       st.integers(0, 99))
def test_swapped_names_stay_in_place(parts: list[tuple[str, str]], seed: int) -> None:
    text, names = "", []
    for plain, kind in parts:
        text += plain
        names.append((kind, len(text), len(text) + 2))
        text += "舊名"
    made = swapped(Text(text, tuple(names)), POOL, random.Random(seed))
    assert [kind for kind, _, _ in made.names] == [kind for kind, _, _ in names]
    for kind, start, end in made.names:
        assert made.text[start:end] in POOL.get(kind, ["舊名"])
    rest = made.text
    for _, start, end in reversed(made.names):
        rest = rest[:start] + rest[end:]
    assert rest == "".join(plain for plain, _ in parts)


def test_the_model_adds_where_nothing_stands_and_drops_what_it_doubts() -> None:
    def name(kind: str, start: int, end: int, confidence: float) -> Mention:
        return Mention(kind, "名", "名", start, end, "rule", confidence)

    sure, doubted = name("Program", 0, 4, 0.9), name("Industry", 10, 12, 0.9)
    beside, over, weak = name("Industry", 20, 22, 0.8), name("Program", 2, 6, 0.99), name("Industry", 30, 32, 0.3)
    seen = Seen((sure, doubted), (beside, over, weak), (0.9, 0.01))
    assert combined(seen, ({}, {})) == [sure, doubted]
    assert combined(seen, ({"Industry": 0.5, "Program": 0.5}, {"Industry": 0.1})) == [sure, beside]
