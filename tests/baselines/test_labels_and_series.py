"""Labels, several numbers, series and texts: scores, tables, predictions."""

from math import log, log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.baselines.estimators.multilabel import BinaryRelevance
from learnable.baselines.scores.fold_scores import (
    collect_outcomes,
    make_course,
    make_predictions,
)
from learnable.baselines.scores.harness import Outcome, predict_fold
from learnable.baselines.scores.metrics import (
    all_metrics,
    reference,
    row_losses,
    score_characters,
)
from learnable.data import Card, Dataset
from learnable.data.split import make_folds
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, mean_squared_error

few = settings(max_examples=25, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)


# scores


def test_forecast_is_scored_as_by_hand():
    past = np.array([1.0, 2, 4, 3, 5, 8])  # season 2: |3| |1| |1| |5|, mean 2.5
    found = all_metrics(
        np.array([6.0, 6, 6]), np.array([5.0, 8, 6]), past, classes=0, season=2
    )
    # naive: 5 8 5, errors 1 2 1; own errors 1 2 0
    assert found["mae"] == pytest.approx(1.0)
    assert found["rmse"] == pytest.approx((5 / 3) ** 0.5)
    assert found["mase"] == pytest.approx(1.0 / 2.5)
    assert found["smape"] == pytest.approx(100 / 3 * (2 / 11 + 4 / 14))
    assert found["skill"] == pytest.approx(1 - 3 / 4)


def test_zeros_are_a_perfect_forecast_of_zeros():
    zeros = np.zeros(3)
    found = all_metrics(zeros, zeros, np.array([0.0, 1, 0, 1]), classes=0, season=1)
    assert (found["smape"], found["mase"]) == (0.0, 0.0)


def test_flat_past_has_no_scale():
    found = all_metrics(np.ones(2), np.zeros(2), np.full(8, 3.0), classes=0, season=1)
    assert np.isnan(found["mase"])
    assert found["mae"] == 1.0


@few
@given(SEEDS, st.integers(1, 5), st.integers(1, 9))
def test_seasonal_naive_has_skill_zero(seed, season, steps):
    rng = np.random.default_rng(seed)
    past, y = rng.normal(size=30), rng.normal(size=steps)
    naive = reference(past, steps, classes=0, season=season)
    asked = {"classes": 0, "season": season}
    assert all_metrics(y, naive, past, **asked)["skill"] == pytest.approx(0, abs=1e-12)
    assert all_metrics(y, y, past, **asked)["skill"] == pytest.approx(1)


@few
@given(SEEDS, st.floats(0.01, 1_000), st.floats(-1_000, 1_000))
def test_forecast_skill_knows_no_unit(seed, unit, level):
    rng = np.random.default_rng(seed)
    past, y, said = rng.normal(size=(3, 24))
    asked = {"classes": 0, "season": 4}
    own = all_metrics(y, said, past, **asked)
    moved = all_metrics(*(level + unit * v for v in (y, said, past)), **asked)
    for metric in ("skill", "mase"):
        assert moved[metric] == pytest.approx(own[metric], rel=1e-6)


def test_bits_per_character_of_a_fair_die():
    fair = np.full((10, 8), 1 / 8)
    found = score_characters(np.arange(10) % 8, fair)
    assert found["bits_per_character"] == pytest.approx(3)
    assert found["log_loss"] == pytest.approx(3 * log(2))


def test_bits_per_character_by_hand():
    p = np.array([[0.5, 0.25, 0.25], [0.1, 0.8, 0.1]])
    found = score_characters(np.array([0, 2]), p)
    assert found["bits_per_character"] == pytest.approx((1 - log2(0.1)) / 2)
    assert found["accuracy"] == 0.5


@few
@given(SEEDS, st.integers(1, 5))
def test_label_loss_is_the_mean_of_two_class_losses(seed, labels):
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.01, 0.99, (20, labels))
    y = (rng.random((20, labels)) < 0.5).astype("int64")
    each = [log_loss(y[:, i], p[:, i], labels=[0, 1]) for i in range(labels)]
    found = all_metrics(y, p, y, classes=labels)
    assert found["log_loss"] == pytest.approx(np.mean(each))
    assert found["brier"] == pytest.approx(((p - y) ** 2).mean())


def test_labels_are_scored_as_by_hand():
    y = np.array([[1, 0], [1, 1], [0, 0], [0, 1]])
    p = np.array([[0.9, 0.1], [0.8, 0.4], [0.3, 0.2], [0.6, 0.7]])
    found = all_metrics(y, p, y, classes=2)
    assert found["accuracy"] == pytest.approx(6 / 8)
    assert found["exact_match"] == pytest.approx(2 / 4)
    assert found["f1_macro"] == pytest.approx((0.8 + 2 / 3) / 2)
    assert found["roc_auc"] == pytest.approx(1.0)


@few
@given(SEEDS, st.integers(1, 4))
def test_label_shares_have_skill_zero(seed, labels):
    y = np.random.default_rng(seed).integers(0, 2, (30, labels))
    shares = reference(y, 30, classes=labels)
    assert all_metrics(y, shares, y, classes=labels)["skill"] == pytest.approx(
        0, abs=1e-9
    )
    assert all_metrics(y, y, y, classes=labels)["skill"] == pytest.approx(1, abs=1e-5)


def test_label_never_seen_is_not_impossible():
    y_train = np.array([[0, 1]] * 9)
    assert reference(y_train, 1, classes=2)[0] == pytest.approx([0.05, 0.95])


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_certain_labels_stay_finite(p):
    y = np.array([[0, 1], [1, 0]])
    assert np.isfinite(row_losses(y, np.full((2, 2), p), classes=2)).all()


@few
@given(SEEDS, st.lists(st.floats(1e-3, 1e6), min_size=3, max_size=3))
def test_skill_of_several_numbers_knows_no_units(seed, units):
    rng = np.random.default_rng(seed)
    past, y, said = rng.normal(size=(3, 25, 3))
    own = all_metrics(y, said, past, classes=0)
    other = all_metrics(*(v * units for v in (y, said, past)), classes=0)
    for metric in ("skill", "r2"):
        assert other[metric] == pytest.approx(own[metric], rel=1e-6)


def test_one_target_is_scored_in_its_own_unit():
    rng = np.random.default_rng(0)
    past, y, said = rng.normal(size=(3, 20)) * 50
    found = all_metrics(y, said, past, classes=0)
    bare = mean_squared_error(y, np.full(20, past.mean()))
    assert found["skill"] == pytest.approx(1 - mean_squared_error(y, said) / bare)


def test_flat_target_among_several_divides_by_nothing():
    past = np.array([[1.0, 5], [2, 5], [3, 5]])
    found = all_metrics(past, past + 0.5, past, classes=0)
    assert np.isfinite(list(found.values())).all()


# one estimator a label


def test_each_label_is_learned_by_a_copy_of_its_own():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(80, 2))
    y = (x > 0).astype("int64")
    model = BinaryRelevance(LogisticRegression()).fit(x, y)
    alone = LogisticRegression().fit(x, y[:, 1]).predict_proba(x)[:, 1]
    np.testing.assert_allclose(model.predict_proba(x)[:, 1], alone)
    assert (model.predict(x) == y).mean() > 0.95


def test_label_of_one_value_gets_its_share():
    x, y = np.arange(8.0).reshape(-1, 1), np.array([[0, 1, 1]] * 4 + [[0, 1, 0]] * 4)
    said = BinaryRelevance(LogisticRegression()).fit(x, y).predict_proba(x)
    np.testing.assert_allclose(said[:, 0], 0.5 / 9)
    np.testing.assert_allclose(said[:, 1], 8.5 / 9)
    assert said[0, 2] > 0.5 > said[-1, 2]


def test_harness_takes_both_forms_of_label_probabilities():
    x, y = np.zeros((6, 1)), np.array([[0, 1], [1, 1], [1, 0]] * 2)
    as_list = DummyClassifier(strategy="prior").fit(x, y)
    assert isinstance(as_list.predict_proba(x), list)
    said = predict_fold(as_list, x, classes=2, targets=(2,))
    np.testing.assert_allclose(said, np.full((6, 2), 2 / 3))
    each = BinaryRelevance(DummyClassifier(strategy="prior")).fit(x, y)
    np.testing.assert_allclose(predict_fold(each, x, classes=2, targets=(2,)), said)


# tables and predictions


@pytest.fixture
def walk(series_of):
    """A season of 4 with a jump, and outcomes of two candidates on three folds.

    On the first fold the naive forecast is right.
    """
    values = np.tile([1.0, 3, 2, 6], 9) + np.r_[np.zeros(30), np.ones(6)]
    values[0] = 2
    data = series_of(values, season=4, horizon=3)
    folds = make_folds(data, folds=3)
    outcomes = []
    for i, fold in enumerate(folds):
        naive = reference(data.y[fold.train], 3, classes=0, season=4)
        outcomes.append(Outcome("seasonal-naive", i, naive))
        outcomes.append(Outcome("net", i, (naive + data.y[fold.test]) / 2))
    return collect_outcomes(data, folds, outcomes)


def test_skill_of_folds_is_pooled(walk):
    rows = {row.name: row.scores for row in walk.rows}
    mase = {name: scores["mase"].mean for name, scores in rows.items()}
    assert rows["seasonal-naive"]["skill"].mean == pytest.approx(0)
    expected = 1 - mase["net"] / mase["seasonal-naive"]
    assert rows["net"]["skill"].mean == pytest.approx(expected)
    assert rows["net"]["skill"].mean == pytest.approx(0.5)


def test_easy_fold_does_not_rule_the_skill(walk):
    rows = {row.name: row.scores["skill"].folds for row in walk.rows}
    assert rows["net"][0] == rows["seasonal-naive"][0] == 0
    assert np.isfinite(rows["net"]).all()


def test_course_shows_the_end_of_the_series(walk):
    course = make_course(walk)
    assert course is not None
    assert course.times[-1] == "35"
    assert len(course.times) == len(course.actual) == 18
    line = np.array(course.forecasts["net"])
    assert np.isnan(line[:9]).all()
    assert np.isfinite(line[9:]).all()


def test_tables_have_no_course(dataset_of, rng):
    data = dataset_of(rng.normal(size=(20, 2)), np.arange(20) % 2)
    assert make_course(collect_outcomes(data, make_folds(data, folds=2), [])) is None


def test_predictions_of_a_series_are_told_by_step(walk):
    table = make_predictions(walk)
    assert list(table) == ["candidate", "fold", "row", "target", "prediction"]
    own = table[table["candidate"] == "net"].sort_values("row")
    assert own["row"].tolist() == list(range(27, 36))
    np.testing.assert_array_equal(own["target"], walk.dataset.y[27:])


def test_predictions_of_labels_have_a_column_each(labels_of):
    y = np.array([[0, 1], [1, 1], [1, 0], [0, 0]] * 3)
    data = labels_of(y)
    folds = make_folds(data, folds=2)
    outcomes = [Outcome("net", i, y[f.test] * 0.8 + 0.1) for i, f in enumerate(folds)]
    board = collect_outcomes(data, folds, outcomes)
    table = make_predictions(board).sort_values("row")
    assert list(table)[3:] == ["target_a", "target_b", "p_a", "p_b"]
    np.testing.assert_array_equal(table[["target_a", "target_b"]], y)
    (row,) = board.rows
    assert row.confusion == ()
    assert row.scores["exact_match"].mean == 1


def test_predictions_of_several_numbers_have_a_column_each():
    y = np.arange(24.0).reshape(12, 2)
    card = Card("n", "n", "regression", "")
    data = Dataset(np.zeros((12, 1)), y, card, targets=("u", "v"))
    folds = make_folds(data, folds=2)
    outcomes = [Outcome("net", i, y[f.test] + 1) for i, f in enumerate(folds)]
    table = make_predictions(collect_outcomes(data, folds, outcomes))
    assert list(table)[3:] == ["target_u", "target_v", "prediction_u", "prediction_v"]
    np.testing.assert_array_equal(table["prediction_v"] - table["target_v"], 1)


def test_predictions_of_a_text_are_characters():
    y = np.tile([0, 1], 300)
    card = Card("t", "t", "characters", "")
    data = Dataset(np.zeros((600, 3), int), y, card, ("x", "\n"), n_test=400)
    said = np.tile([[0.7, 0.3], [0.4, 0.6]], (200, 1))
    board = collect_outcomes(data, make_folds(data), [Outcome("net", 0, said)])
    table = make_predictions(board)
    assert table["prediction"].tolist()[:2] == ["x", "\n"]
    assert table["target"].tolist()[:2] == ["x", "\n"]
    assert table["p_target"].tolist()[:2] == [0.7, 0.6]
    (row,) = board.rows
    bits = -(log2(0.7) + log2(0.6)) / 2
    assert row.scores["bits_per_character"].mean == pytest.approx(bits)
    assert row.scores["skill"].mean == pytest.approx(1 - bits)
