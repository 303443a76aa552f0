"""Candidates on fewer rows, and what more promise."""

import json
from dataclasses import replace
from itertools import pairwise

import learnable
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from learnable.baselines import evaluate as study
from learnable.baselines.estimators.catalog import baselines_for
from learnable.baselines.results.results import Results
from learnable.baselines.scores import harness
from learnable.baselines.scores.fold_scores import collect_outcomes
from learnable.baselines.verdicts.learning_curve import (
    LEAST_TRAINING_ROWS,
    USUAL_RATIO,
    learning_curve,
    step_ratio,
)
from learnable.data import load
from learnable.data.split import make_folds
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import LinearRegression, LogisticRegression

SEEN: list[tuple[list[int], list[int]]] = []


class Recorder(RegressorMixin, BaseEstimator):
    """Notes the rows it is given, by the number in their first column."""

    def fit(self, x, y):
        self.rows_ = np.asarray(x)[:, 0].astype(int)
        return self

    def predict(self, x):
        SEEN.append((sorted(self.rows_), np.asarray(x)[:, 0].astype(int).tolist()))
        return np.zeros(len(x))


class Shy(LinearRegression):
    """Fails on few rows."""

    def __init__(self, least=0):
        super().__init__()
        self.least = least

    def fit(self, x, y):
        if len(x) < self.least:
            msg = "too few rows"
            raise ValueError(msg)
        return super().fit(x, y)


def curve_of(data, candidates, folds=5, seed=0):
    splits = make_folds(data, folds=folds)
    outcomes = harness.run(candidates, data, splits, jobs=1)
    board = collect_outcomes(data, splits, outcomes)
    return learning_curve(board, candidates, seed=seed, jobs=1), board


def rows_seen(data, folds=2):
    """Training rows by test rows, from few to all."""
    SEEN.clear()
    curve_of(data, {"r": Recorder()}, folds=folds)
    by_test: dict[tuple[int, ...], list[list[int]]] = {}
    for train, test in SEEN:
        by_test.setdefault(tuple(test), []).append(train)
    return {test: sorted(trains, key=len) for test, trains in by_test.items()}


@given(st.floats(0.05, 3), st.floats(0.01, 5), st.floats(-1, 1))
def test_power_law_gives_its_ratio(power, scale, end):
    sizes = np.array([50, 100, 200, 400])
    assert step_ratio(end - scale * sizes**-power) == pytest.approx(2**-power, rel=1e-3)


@given(st.lists(st.floats(-1e6, 1), min_size=1, max_size=4))
def test_ratio_is_a_share(scores):
    assert 0 < step_ratio(scores) <= 1


def test_ratio_of_too_little_is_the_usual_one():
    assert step_ratio([0.1, 0.2]) == step_ratio([0.3, 0.2, 0.1]) == USUAL_RATIO


def test_subsets_are_nested_and_test_rows_the_same(dataset_of):
    data = dataset_of(np.arange(400.0).reshape(-1, 1), np.arange(400.0))
    seen = rows_seen(data)
    assert len(seen) == 2
    for test, trains in seen.items():
        assert [len(train) for train in trains] == [25, 50, 100, 200]
        for few, many in pairwise(trains):
            assert set(few) < set(many)
        assert not set(trains[-1]) & set(test)


def test_groups_stay_whole(dataset_of):
    groups = np.repeat(np.arange(40), 10)
    data = dataset_of(np.arange(400.0).reshape(-1, 1), np.arange(400.0), groups=groups)
    for trains in rows_seen(data).values():
        for train in trains:
            counts = np.bincount(groups[train], minlength=40)
            assert set(counts.tolist()) <= {0, 10}


def test_classes_keep_their_shares(dataset_of, rng):
    y = np.repeat([0, 1, 2], [300, 92, 8])
    x = np.arange(400.0).reshape(-1, 1)
    for trains in rows_seen(dataset_of(x, y)).values():
        for train in trains:
            counts = np.bincount(y[train], minlength=3)
            assert abs(counts[0] / len(train) - 0.75) < 0.07
            assert counts[2] >= 2


def test_last_point_is_the_table(dataset_of, rng):
    x = rng.normal(size=(200, 3))
    data = dataset_of(x, x[:, 0] + rng.normal(size=200))
    curve, board = curve_of(data, {"line": LinearRegression()})
    (row,) = board.rows
    last = curve.lines[0].points[-1]
    assert (last.rows, last.skill.mean) == (160, row.scores["skill"].mean)
    assert (last.score.low, last.score.high) == (
        row.scores["r2"].low,
        row.scores["r2"].high,
    )
    assert [point.rows for point in curve.lines[0].points] == [20, 40, 80, 160]


def test_many_columns_still_rise(dataset_of, rng):
    x = rng.normal(size=(400, 130))
    data = dataset_of(x, x.sum(axis=1) + 5 * rng.normal(size=400))
    line = curve_of(data, {"line": LinearRegression()})[0].lines[0]
    assert line.trend == "rising"
    assert line.gain.low > 0
    assert line.twice_skill.mean > line.points[-1].skill.mean
    assert line.sentence.startswith("More rows helped: from 160 to 320 training")


def test_few_columns_are_flat(dataset_of, rng):
    x = rng.normal(size=(800, 2))
    data = dataset_of(x, x[:, 0] + 0.3 * rng.normal(size=800))
    line = curve_of(data, {"line": LinearRegression()})[0].lines[0]
    assert line.trend == "flat"
    assert "hardly helped" in line.sentence
    assert abs(line.twice_skill.mean - line.points[-1].skill.mean) < 0.01


@pytest.mark.parametrize(("tail", "width"), [(0.5, 1), (30, np.inf)])
def test_noisy_folds_cannot_tell(tail, width, dataset_of, rng):
    x = rng.normal(size=(60, 5))
    noise = rng.normal(size=60) + tail * (np.arange(60) == 7)
    data = dataset_of(x, x[:, 0] + noise)
    line = curve_of(data, {"line": LinearRegression()})[0].lines[0]
    assert line.trend == "cannot tell"
    assert "twice the rows give" not in line.sentence
    low, high = line.twice_score.low, line.twice_score.high
    assert (high - low > 1) == (width > 1)
    told = f"may be between {low:.3f} and" if width == 1 else "cannot be told from so"
    assert told in line.sentence


def test_folds_that_are_all_the_same_promise_no_number():
    """Two folds of one accuracy at both sizes: its interval would have no width."""
    report = learnable.baseline("iris", folds=2, jobs=1, verbose=False)
    (line, *_) = report.results.curve.lines
    (low, high) = (score.mean for score in (p.score for p in line.points[-2:]))
    assert (line.trend, low) == ("cannot tell", pytest.approx(high))
    assert (line.twice_score.low, line.twice_score.high) == (None, None)
    assert "cannot be told from so few" in line.sentence


@pytest.mark.parametrize(("least", "points"), [(50, 2), (30, 3), (0, 4)])
def test_sizes_that_fail_are_left_out(dataset_of, rng, least, points):
    x = rng.normal(size=(200, 2))
    data = dataset_of(x, x[:, 0] + rng.normal(size=200))
    curve, _ = curve_of(data, {"line": Shy(least)})
    assert len(curve.lines[0].points) == points


def test_who_fails_on_half_has_no_curve(dataset_of, rng):
    x = rng.normal(size=(200, 2))
    data = dataset_of(x, x[:, 0] + rng.normal(size=200))
    both = {"shy": Shy(100), "line": LinearRegression()}
    assert [line.name for line in curve_of(data, both)[0].lines] == ["line"]
    assert curve_of(data, {"shy": Shy(100)})[0] is None


def test_few_rows_and_series_have_none(dataset_of, series_of, rng):
    # of which four fifths train, and half of these are less
    few = 2 * LEAST_TRAINING_ROWS + 5
    data = dataset_of(rng.normal(size=(few, 2)), rng.normal(size=few))
    assert curve_of(data, {"line": LinearRegression()})[0] is None
    series = series_of(np.sin(np.arange(200)), horizon=5)
    made = {"drift": baselines_for(series)["drift"]}
    assert curve_of(series, made)[0] is None


def test_held_out_rows_give_intervals(dataset_of, rng):
    x = rng.normal(size=(600, 30))
    y = (x[:, :5].sum(axis=1) + rng.normal(size=600) > 0).astype(int)
    curve, _ = curve_of(dataset_of(x, y, n_test=300), {"l": LogisticRegression()})
    line = curve.lines[0]
    assert line.twice_score is None
    assert line.twice_skill.low < line.twice_skill.mean < line.twice_skill.high <= 1
    assert line.gain.low < line.gain.mean < line.gain.high
    assert " skill " in line.sentence.split(";")[1]


def test_labels_have_a_curve(labels_of, rng):
    x = rng.normal(size=(200, 3))
    y = (x[:, :2] + 0.5 * rng.normal(size=(200, 2)) > 0).astype(int)
    data = labels_of(y, x)
    curve, _ = curve_of(data, {"logistic": baselines_for(data)["logistic"]})
    assert curve.metric == "f1_macro"
    assert len(curve.lines[0].points) == 4


def few_baselines(dataset, *, seed=0):
    names = {"majority", "naive-bayes", "logistic", "mean", "ridge"}
    made = baselines_for(dataset, seed=seed)
    return {name: made[name] for name in made if name in names}


@pytest.mark.parametrize(
    ("name", "curves", "wanted"),
    [
        ("iris", "none", []),
        ("iris", "best", ["naive-bayes", "logistic"]),
        ("iris", "all", ["naive-bayes", "logistic", "net"]),
        ("noise", "best", []),
    ],
)
def test_study_draws_the_curves_that_are_wanted(monkeypatch, name, curves, wanted):
    monkeypatch.setattr(study, "baselines_for", few_baselines)
    net = {"net": LogisticRegression(max_iter=1_000)}
    found = study.run_study(
        net, load(name), jobs=1, folds=2, curves=curves
    ).results.curve
    assert [line.name for line in (found.lines if found else ())] == wanted


def test_results_come_back_with_and_without(monkeypatch, tmp_path):
    monkeypatch.setattr(study, "baselines_for", few_baselines)
    made = study.run_study({}, load("iris"), jobs=1, folds=2, curves="best").results
    made.save(tmp_path / "new.json")
    again = Results.load(tmp_path / "new.json")
    assert (again.curve, again.ceiling) == (made.curve, made.ceiling)
    facts = json.loads((tmp_path / "new.json").read_text("utf-8"))
    del facts["curve"], facts["ceiling"]
    (tmp_path / "old.json").write_text(json.dumps(facts), "utf-8")
    old = Results.load(tmp_path / "old.json")
    assert old == replace(again, curve=None, ceiling=None)


@pytest.mark.slow
def test_promise_holds_where_the_curve_is_known(dataset_of):
    """Least squares on p columns: mean squared error 1 + p / (n - p - 1)."""
    rows, columns, inside = 250, 20, []
    train = 2 * rows * 4 // 5
    truth = 1 - (1 + columns / (train - columns - 1)) / 2
    for seed in range(100):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(rows, columns))
        y = x.sum(axis=1) / np.sqrt(columns) + rng.normal(size=rows)
        line = curve_of(dataset_of(x, y), {"l": LinearRegression()})[0].lines[0]
        inside.append(line.twice_skill.low <= truth <= line.twice_skill.high)
    assert np.mean(inside) >= 0.95
