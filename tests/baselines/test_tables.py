import numpy as np
import pytest
from learnable.baselines.scores.fold_scores import (
    collect_outcomes,
    make_comparisons,
    make_predictions,
    skill_difference,
    skill_estimate,
)
from learnable.baselines.scores.harness import Outcome
from learnable.baselines.scores.metrics import reference, wilson
from learnable.data.split import make_folds
from sklearn.metrics import accuracy_score

LEVELS = {"forest": 0.8, "logistic": 0.7, "net": 0.9}


def guesses(data, fold, level):
    """Probabilities that give the true class this much, and less in later folds."""
    truth = np.eye(len(data.classes))[data.y[fold.test]]
    return level * truth + (1 - level) / len(data.classes)


@pytest.fixture
def data(dataset_of, rng):
    return dataset_of(rng.normal(size=(80, 2)), np.arange(80) % 2)


@pytest.fixture
def board(data):
    folds = make_folds(data, folds=4)
    outcomes = [
        Outcome(name, i, guesses(data, fold, level - 0.05 * i), 1.0 + i, 0.5)
        for name, level in LEVELS.items()
        for i, fold in reversed(list(enumerate(folds)))
    ]
    return collect_outcomes(data, folds, outcomes)


@pytest.fixture
def held_out(dataset_of, rng):
    data = dataset_of(rng.normal(size=(80, 2)), np.arange(80) % 2, n_test=30)
    folds = make_folds(data)
    noise = rng.uniform(-0.3, 0.1, (30, 1)) * [1, -1]
    outcomes = [
        Outcome("forest", 0, reference(data.y[:50], 30, classes=2)),
        Outcome("net", 0, guesses(data, folds[0], 0.6) + noise),
    ]
    return collect_outcomes(data, folds, outcomes)


def test_rows_say_what_they_are(board):
    rows = {row.name: row for row in board.rows}
    assert list(rows) == ["forest", "logistic", "net"]
    assert [row.kind for row in rows.values()] == ["baseline", "baseline", "network"]
    assert rows["net"].about == ""
    assert rows["net"].fit_seconds == pytest.approx(2.5)
    assert sum(map(sum, rows["net"].confusion)) == 80


def test_folds_stand_in_order(board):
    scores = board.rows[0].scores["skill"].folds
    assert list(scores) == sorted(scores, reverse=True)


def test_intervals_end_where_metrics_do(board):
    for row in board.rows:
        assert row.scores["skill"].high <= 1
        for name in ("accuracy", "balanced_accuracy", "roc_auc"):
            low, high = row.scores[name].low, row.scores[name].high
            if low is None:  # the same score on every fold: no interval
                assert len(set(row.scores[name].folds)) == 1
            else:
                assert 0 <= low <= high <= 1


def test_failed_folds_are_counted(data):
    folds = make_folds(data, folds=4)
    outcomes = [
        Outcome("net", i, None, error="E: x" if i else "F: y") for i in range(4)
    ]
    row = collect_outcomes(data, folds, outcomes).rows[0]
    assert row.error == "F: y (in 1 of 4 folds); E: x (in 3 of 4 folds)"
    assert row.scores == {}


def test_one_failed_fold_fails(data):
    folds = make_folds(data, folds=4)
    outcomes = [
        Outcome(
            "net", i, guesses(data, f, 0.5) if i else None, error=None if i else "E: x"
        )
        for i, f in enumerate(folds)
    ]
    assert collect_outcomes(data, folds, outcomes).rows[0].error


def test_comparisons_are_paired(board):
    rows = board.rows
    found = {c.baseline: c for c in make_comparisons(board, rows)}
    assert set(found) == {"forest", "logistic"}
    skills = {row.name: np.array(row.scores["skill"].folds) for row in rows}
    gaps = skills["net"] - skills["forest"]
    c = found["forest"]
    assert c.difference == pytest.approx(gaps.mean())
    error = np.sqrt(gaps.var(ddof=1) * (1 / 4 + 1 / 3 / 2))  # each row tested once
    assert c.high - c.difference == pytest.approx(3.18245 * error, rel=1e-4)
    assert c.p_holm >= c.p


def test_difference_changes_its_sign(board):
    rows = {row.name: row for row in board.rows}
    a, b = (
        skill_difference(board, rows, *pair)
        for pair in (("net", "forest"), ("forest", "net"))
    )
    assert a.mean == pytest.approx(-b.mean)
    assert a.error == pytest.approx(b.error)


def test_held_out_rows_bear_intervals(held_out):
    forest, net = held_out.rows
    assert forest.scores["skill"].mean == pytest.approx(0)
    skill = net.scores["skill"]
    assert skill.low < skill.mean < skill.high
    assert skill_estimate(held_out, net).mean == pytest.approx(skill.mean)
    assert (net.scores["mcc"].low, net.scores["brier"].high) == (None, None)
    c = make_comparisons(held_out, (forest, net))[0]
    assert c.difference == pytest.approx(skill.mean)
    assert (c.low, c.high) == pytest.approx((skill.low, skill.high), abs=0.01)


def test_held_out_accuracy_is_binomial(held_out):
    net = held_out.rows[1]
    chosen = held_out.outcomes["net"][0].predictions.argmax(axis=1)
    share = accuracy_score(held_out.dataset.y[50:], chosen)
    assert net.scores["accuracy"].mean == pytest.approx(share)
    # Wilson's interval has a width where all rows are right
    low, high = wilson(share * 30, 30)
    assert net.scores["accuracy"].low == pytest.approx(low)
    assert net.scores["accuracy"].high == pytest.approx(high)


def test_predictions_hold_every_row(board):
    table = make_predictions(board)
    assert list(table.columns) == ["candidate", "fold", "row", "target", "p_a", "p_b"]
    assert table.groupby("candidate")["row"].nunique().tolist() == [80, 80, 80]
    assert set(table["target"]) == {"a", "b"}


def test_no_predictions_make_no_table(data):
    folds = make_folds(data, folds=2)
    board = collect_outcomes(
        data, folds, [Outcome("net", i, None, error="E: x") for i in (0, 1)]
    )
    assert make_predictions(board).empty
