"""kg.link.model and kg.link.calibrate: the fit, the file, the refit on decisions."""

import json
import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.decisions import Judgement, decide, end
from kg.link.calibrate import calibrate
from kg.link.features import FEATURES
from kg.link.graph import link
from kg.link.model import FILE, INPUTS, Logistic, ModelError, fit, load, second_rows
from kg.link.propose import Comparison
from kg.link.sources import read

ROWS = [(float(x), float(x % 3)) for x in range(12)]
LABELS = [float(x >= 6) for x in range(12)]


def test_a_fit_tells_the_classes_apart():
    model = fit(ROWS, LABELS, 0.1)
    assert [round(model.probability(r)) for r in ROWS] == LABELS


def test_at_the_optimum_the_mean_prediction_is_the_mean_label():
    # the intercept is not penalised, so its gradient is the sum of the residuals
    model = fit(ROWS, LABELS, 5.0)
    assert sum(model.probability(r) for r in ROWS) == pytest.approx(sum(LABELS), abs=1e-6)


def test_a_strong_penalty_keeps_the_prior():
    prior = Logistic((0.0, 0.0), (1.0, 1.0), (0.3, -0.2, 0.1))
    assert fit(ROWS, LABELS, 1e9, prior).weights == pytest.approx(prior.weights, abs=1e-6)
    assert fit(ROWS, LABELS, 0.1, prior).weights[0] > prior.weights[0]


def test_nothing_cannot_be_fitted():
    with pytest.raises(ValueError):
        fit([], [], 1.0)


def test_a_constant_input_does_no_harm():
    model = fit([(1.0, x) for x, _ in ROWS], LABELS, 1.0)
    assert all(math.isfinite(w) for w in model.weights)


@given(
    st.lists(st.floats(-20, 20), min_size=1, max_size=8),
    st.tuples(st.floats(-4, 0), st.sampled_from((0.0, 0.5, 1.0)), st.floats(0, 1)),
)
def test_confidences_keep_the_order_of_the_scores(logits, surroundings):
    confidences = load().confidences(logits, surroundings)
    order = sorted(range(len(logits)), key=logits.__getitem__)
    assert all(confidences[a] <= confidences[b] + 1e-12 for a, b in pairwise(order))
    assert all(0 <= c <= 1 for c in confidences)


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=8), st.tuples(st.floats(-4, 0), st.just(1.0), st.just(1.0)))
def test_a_line_of_low_score_is_not_claimed(logits, surroundings):
    confidences = load().confidences(logits, surroundings)
    assert all(c < 0.5 for c, x in zip(confidences, logits, strict=True) if 1 / (1 + math.exp(-x)) < 0.4)


def test_the_second_rows_are_measured_from_the_best():
    rows = second_rows([1.0, 3.0], (-0.5, 1.0, 0.2))
    assert rows == [(1.0, -2.0, -0.5, 1.0, 0.2), (3.0, 0.0, -0.5, 1.0, 0.2)]
    assert all(len(row) == len(INPUTS) for row in rows)
    assert second_rows([], (0.0, 0.0, 0.0)) == []


def test_a_row_that_counts_twice_is_a_row_given_twice():
    twice = fit(ROWS, LABELS, 1.0, Logistic((0.0, 0.0), (1.0, 1.0), (0.0, 0.0, 0.0)), [2.0] + [1.0] * 11)
    given_twice = fit(
        [ROWS[0], *ROWS], [LABELS[0], *LABELS], 1.0, Logistic((0.0, 0.0), (1.0, 1.0), (0.0, 0.0, 0.0))
    )
    assert twice.weights == pytest.approx(given_twice.weights)


def test_the_shipped_model_gives_every_figure_its_due():
    model = load()
    assert len(model.score.weights) == len(FEATURES) + 1
    assert all(w > 0 for w in model.score.weights[:-1])


def test_a_model_is_saved_and_found_again(tmp_path):
    model = load()
    model.save(tmp_path / FILE)
    assert load(tmp_path) == model


@pytest.mark.parametrize("text", ["{", "{}", json.dumps({"features": ["other"]})])
def test_a_file_that_does_not_fit_is_said(tmp_path, text):
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=FILE):
        load(tmp_path)


def test_decisions_move_the_confidence_their_way(sample_store):
    store = sample_store.open()
    model = load()
    linked = link(store, {}, model)
    budget = [j for j in linked.links if j.link.kind == "pol:fundedBy"]
    decisions = {}
    for n, judged in enumerate(budget[:20]):
        x = judged.link
        verdict = Judgement("accept" if n % 2 else "reject", "測試", "2026-01-05")
        decisions = decide(decisions, x.kind, end(x.subject), end(x.object), verdict)
    result = calibrate(Comparison(read(store)), link(store, decisions, model), model)
    assert (result.accepted, result.rejected) == (10, 10)
    assert result.after >= result.before
    # all accepted: confidence in them grows
    accepted = {}
    for judged in budget[:20]:
        x = judged.link
        accepted = decide(accepted, x.kind, end(x.subject), end(x.object), Judgement("accept", "測試", "2026-01-05"))
    refitted = calibrate(Comparison(read(store)), link(store, accepted, model), model).model
    before = {j.key: j.link.confidence for j in budget[:20]}
    after = {j.key: j.link.confidence for j in link(store, accepted, refitted).links if j.key in before}
    assert sum(after.values()) > sum(before.values())


def test_without_decisions_there_is_nothing_to_learn(sample_store):
    store = sample_store.open()
    with pytest.raises(ValueError, match="還沒有"):
        calibrate(Comparison(read(store)), link(store, {}), load())
