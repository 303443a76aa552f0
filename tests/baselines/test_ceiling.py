"""What anyone can reach, where it is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from learnable.baselines.estimators.catalog import baselines_for
from learnable.baselines.scores import harness
from learnable.baselines.scores.fold_scores import collect_outcomes
from learnable.baselines.verdicts.bayes_error import (
    LEAST,
    best_achievable_score,
    binomial_ends,
    class_bounds,
    cover_hart_bound,
    independent_rows,
    number_bounds,
)
from learnable.data.split import make_folds

QUICK = {"majority", "naive-bayes", "logistic", "mean", "ridge"}


def found(data, folds=5):
    splits = make_folds(data, folds=folds)
    made = {n: c for n, c in baselines_for(data).items() if n in QUICK}
    board = collect_outcomes(data, splits, harness.run(made, data, splits, jobs=1))
    return best_achievable_score(board)


@pytest.fixture
def gaussians(dataset_of):
    """Two classes whose means are two deviations apart: the best rule has .841."""

    def maker(rows, columns, seed=0, **more):
        rng = np.random.default_rng(seed)
        y = rng.integers(0, 2, rows)
        x = rng.normal(size=(rows, columns))
        x[:, 0] += 2 * y
        return dataset_of(x, y, **more)

    return maker


@pytest.mark.parametrize(
    ("shares", "error"), [((0.8, 0.2), 0.2), ((0.6, 0.2, 0.2), 0.4), ((1, 0, 0), 0)]
)
def test_bound_is_met_where_the_other_classes_are_equal(shares, error):
    differ = 1 - sum(p * p for p in shares)
    assert cover_hart_bound(differ, len(shares)) == pytest.approx(error)


@given(st.lists(st.floats(0.001, 1), min_size=2, max_size=8))
def test_best_error_lies_between_the_bounds(weights):
    p = np.array(weights) / sum(weights)
    differ, best = 1 - (p**2).sum(), 1 - p.max()
    assert cover_hart_bound(differ, len(p)) <= best + 1e-9
    assert best <= differ + 1e-9


@given(st.integers(0, 200), st.integers(1, 200))
def test_ends_enclose_what_was_seen(successes, trials):
    successes = min(successes, trials)
    low, high = binomial_ends(successes, trials, 0.025)
    assert 0 <= low <= successes / trials <= high <= 1


def test_ends_of_nothing_seen():
    assert binomial_ends(0, 30, 0.025) == (0, pytest.approx(1 - 0.025 ** (1 / 30)))


def class_coverage(kinds, classes, rows, draws=200):
    """How often the best accuracy on these kinds of rows is inside the bounds."""
    inside = 0
    for seed in range(draws):
        rng = np.random.default_rng([seed, 7])
        p = rng.dirichlet(np.ones(classes) / 2, size=kinds)
        of = np.tile(np.arange(kinds), rows // kinds)
        y = (rng.random((len(of), 1)) > p[of].cumsum(axis=1)[:, :-1]).sum(axis=1)
        low, high = class_bounds(of, y, classes=classes, seed=seed)
        inside += low <= p.max(axis=1).mean() <= high
    return inside / draws


@pytest.mark.parametrize(
    ("kinds", "classes", "rows"), [(100, 2, 200), (10, 2, 1_000), (40, 5, 400)]
)
def test_range_of_classes_holds_the_truth(kinds, classes, rows):
    assert class_coverage(kinds, classes, rows) >= 0.95


def test_range_narrows_with_rows_of_a_kind():
    """A half of the kinds is a toss, the others are sure: the best rule has .75."""

    def width(rows):
        rng = np.random.default_rng(0)
        kinds = rng.integers(0, 20, rows)
        y = np.where(kinds < 10, rng.integers(0, 2, rows), 0)
        low, high = class_bounds(kinds, y, classes=2)
        assert low <= 0.75 <= high
        return high - low

    assert width(20_000) < 0.03 < width(400)


def test_few_pairs_say_nothing():
    kinds = np.repeat(np.arange(LEAST - 1), 2)
    assert class_bounds(kinds, kinds % 2, classes=2) is None
    assert number_bounds(kinds, kinds * 1.0) is None


def test_range_of_numbers_holds_the_truth():
    inside = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        means = np.repeat(rng.normal(size=100), 4)
        low, high = number_bounds(
            np.repeat(np.arange(100), 4), means + rng.normal(size=400)
        )
        inside.append(low <= 0.5 <= high)
    assert np.mean(inside) >= 0.92  # the truth itself is that of all means: 0.5


def test_equal_rows_of_few_values_are_used(dataset_of, rng):
    x = pd.DataFrame(rng.integers(0, 3, (600, 3)), columns=list("abc"))
    y = ((x["a"] > 0) ^ (rng.random(600) < 0.2)).astype(int).to_numpy()
    told = found(dataset_of(x, y))
    assert told.basis == "equal rows"
    assert told.low <= 0.8 <= told.high < 0.9
    assert told.share > 0.95
    assert "(95 % confidence); " in told.sentence


def test_equal_numbers_of_few_values_are_used(dataset_of, rng):
    x = pd.DataFrame(rng.integers(0, 8, (800, 2)), columns=list("ab"))
    means = rng.normal(size=(8, 8))[x["a"], x["b"]]
    told = found(dataset_of(x, means + means.std() * rng.normal(size=800)))
    assert (told.metric, told.basis) == ("r2", "equal rows")
    assert told.low <= 0.5 <= told.high
    assert told.reached < told.low  # a plane does not follow 64 means


def test_copies_are_no_different_cases(dataset_of, rng):
    x = np.repeat(rng.normal(size=(200, 3)), 2, axis=0)
    data = dataset_of(x, np.repeat(rng.integers(0, 2, 200), 2))
    assert not len(independent_rows(data))
    assert found(data).basis != "equal rows"


def test_equal_rows_of_one_group_count_once(dataset_of):
    x = pd.DataFrame({"a": [0, 0, 0, 1, 1]})
    data = dataset_of(x, np.array([0, 1, 0, 1, 1]), groups=np.array([5, 5, 6, 6, 6]))
    assert independent_rows(data).tolist() == [0, 2, 3]


def test_neighbours_bound_two_gaussians(gaussians):
    told = found(gaussians(4_000, 2))
    assert told.basis == "neighbours"
    # the low end is 95 % sure, and this is one draw
    assert told.low <= 0.846
    assert 0.841 <= told.high < 0.93
    assert "without guarantee" in told.sentence


@pytest.mark.parametrize("seed", range(3))
def test_many_columns_are_not_trusted(gaussians, seed):
    told = found(gaussians(300, 20, seed))
    assert (told.basis, told.high) == ("candidate", 1.0)
    assert "how much higher is unclear" in told.sentence


@pytest.mark.parametrize("columns", [3, 4, 6, 9])
def test_hidden_rule_is_never_denied(dataset_of, rng, columns):
    """The signs of three columns decide, and no baseline and no neighbour sees it."""
    x = rng.uniform(-1, 1, size=(1_000, columns))
    told = found(dataset_of(x, (x[:, :3].prod(axis=1) > 0).astype(int)))
    assert told.high >= 0.99


def test_curve_of_one_column_is_bounded(dataset_of, rng):
    x = rng.uniform(-3, 3, size=(2_000, 1))
    y = np.sin(x[:, 0]) * 2 + rng.normal(size=2_000)
    truth = 1 - 1 / y.var()
    told = found(dataset_of(x, y))
    assert told.basis == "neighbours"
    assert told.low <= truth <= told.high < truth + 0.15


def test_one_held_out_set_has_a_range(gaussians):
    told = found(gaussians(4_000, 2, 1, n_test=1_000))
    assert told.low <= 0.841 <= told.high


def test_labels_and_one_value_have_none(labels_of, dataset_of, rng):
    assert found(labels_of(rng.integers(0, 2, (60, 2)))) is None
    assert found(dataset_of(rng.normal(size=(60, 2)), np.ones(60))) is None


def test_texts_are_not_measured(dataset_of, rng):
    words = np.array(["good", "bad", "fine", "poor", "nice", "odd"])
    texts = [" ".join(rng.choice(words, 6)) for _ in range(100)]
    told = found(dataset_of(pd.DataFrame({"text": texts}), rng.integers(0, 2, 100)))
    assert told.basis == "candidate"


def test_seed_repeats_the_range(gaussians):
    data = gaussians(400, 1)
    coarse = replace(data, x=data.x.round(0))
    assert found(coarse) == found(coarse)
    assert found(coarse).basis == "equal rows"
