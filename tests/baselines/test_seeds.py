"""Several seeds on each fold: who runs again, whose noise it is, what is kept."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from learnable.baselines import evaluate as study
from learnable.baselines.results.results import Results
from learnable.baselines.scores.comparison import (
    Estimate,
    components,
    over_folds,
    with_seeds,
)
from learnable.baselines.scores.fold_scores import (
    collect_outcomes,
    make_predictions,
    skill_difference,
)
from learnable.baselines.scores.harness import Outcome, clone_with_seed, run
from learnable.baselines.verdicts.comparisons import measure_noise
from learnable.data.errors import Misuse
from learnable.data.split import make_folds
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


class Shaky(BaseEstimator):
    """The mean of the training targets, and noise of its own for each row."""

    def __init__(self, seed: int = 0, fails: int = -1) -> None:
        self.seed = seed
        self.fails = fails

    def fit(self, x, y):
        if self.seed == self.fails:
            msg = "this seed"
            raise ValueError(msg)
        self.mean_ = float(np.mean(y))
        return self

    def predict(self, x):
        return self.mean_ + np.random.default_rng(self.seed).normal(size=len(x))


@pytest.fixture
def data(dataset_of, rng):
    return dataset_of(rng.normal(size=(40, 2)), rng.normal(size=40))


def board_of(data, candidates, *, folds=4, seeds=3):
    cut = make_folds(data, folds=folds)
    return collect_outcomes(data, cut, run(candidates, data, cut, seeds=seeds, jobs=1))


def test_only_who_changes_runs_again(data):
    candidates = {
        "plain": LinearRegression(),
        "unmoved": Ridge(),  # has a random_state, which its solver does not use
        "shaky": make_pipeline(StandardScaler(), Shaky()),
    }
    found = run(candidates, data, make_folds(data, folds=4), seeds=3, jobs=1)
    assert [(o.candidate, o.fold, o.seed) for o in found] == [
        *((name, fold, 0) for name in ("plain", "unmoved") for fold in range(4)),
        *(("shaky", fold, seed) for fold in range(4) for seed in range(3)),
    ]


def test_one_seed_is_as_before(data):
    folds = make_folds(data, folds=4)
    candidates = {"shaky": Shaky(5)}
    first = [o for o in run(candidates, data, folds, seeds=2, jobs=1) if not o.seed]
    alone = run(candidates, data, folds, jobs=1)
    for a, b in zip(first, alone, strict=True):
        assert a.predictions == pytest.approx(b.predictions, abs=0)


@pytest.mark.parametrize(
    ("candidate", "parameter", "value"),
    [
        (RandomForestRegressor(random_state=7), "random_state", 9),
        (RandomForestRegressor(), "random_state", 2),
        (make_pipeline(StandardScaler(), Shaky(3)), "shaky__seed", 5),
    ],
)
def test_seeds_are_moved(candidate, parameter, value):
    before = candidate.get_params()[parameter]
    assert clone_with_seed(candidate, 2).get_params()[parameter] == value
    assert candidate.get_params()[parameter] == before


@pytest.mark.parametrize("candidate", [LinearRegression(), "no estimator", None])
def test_without_a_seed_there_is_none_to_move(candidate):
    assert clone_with_seed(candidate, 1) is None


def test_fold_scores_are_means_over_seeds(data):
    board = board_of(data, {"net": Shaky()})
    (row,) = board.rows
    by_hand = []
    for i, fold in enumerate(board.folds):
        said = [o.predictions for o in board.trainings("net") if o.fold == i]
        assert len(said) == 3
        squares = [((p - data.y[fold.test]) ** 2).mean() for p in said]
        by_hand.append(np.mean(np.sqrt(squares)))
    assert row.scores["rmse"].folds == pytest.approx(by_hand)
    expected = over_folds(by_hand, test_over_train=board.test_over_train).interval()
    assert (row.scores["rmse"].low, row.scores["rmse"].high) == pytest.approx(expected)


def test_predictions_are_of_the_first_seed(data):
    board = board_of(data, {"net": Shaky()})
    table = make_predictions(board)
    assert len(table) == len(data)
    said = np.concatenate([o.predictions for o in board.outcomes["net"]])
    assert table["prediction"].to_numpy() == pytest.approx(said)


def test_confusions_count_each_row_once(dataset_of, rng):
    y = np.arange(60) % 2
    data = dataset_of(rng.normal(size=(60, 2)), y)
    folds = make_folds(data, folds=3)
    outcomes = [
        Outcome("net", i, rng.dirichlet([1, 1], len(f.test)), seed=s)
        for i, f in enumerate(folds)
        for s in range(4)
    ]
    (row,) = collect_outcomes(data, folds, outcomes).rows
    assert sum(map(sum, row.confusion)) == 60


def test_one_failed_seed_fails(data):
    board = board_of(data, {"net": Shaky(fails=2)})
    assert board.rows[0].error == "ValueError: this seed (in 4 of 12 trainings)"


def test_noise_is_split_and_told(data):
    board = board_of(data, {"ridge": Ridge(), "net": Shaky()})
    plain, shaky = measure_noise(board)
    assert (plain.candidate, plain.seeds, plain.n_seeds) == ("ridge", 0.0, 1)
    assert "seeds have no effect" in plain.sentence
    assert (shaky.metric, shaky.n_folds, shaky.n_seeds) == ("r2", 4, 3)
    assert shaky.seeds > 0
    assert shaky.sentence.startswith("net: folds vary by ")
    assert shaky.sentence.endswith(f"seeds by {shaky.seeds:.3f} (R²).")


def test_no_seeds_no_noise(data):
    board = board_of(data, {"net": Shaky()}, seeds=1)
    assert measure_noise(board) == ()


def test_negative_variance_is_said(dataset_of, rng):
    # the same three values in every fold: folds vary less than seeds let them
    data = dataset_of(rng.normal(size=(30, 1)), np.tile([0.0, 1, 2], 10))
    folds = make_folds(data, folds=2)
    outcomes = [
        Outcome("net", i, data.y[f.test] + shift, seed=s)
        for i, f in enumerate(folds)
        for s, shift in enumerate((0.0, 0.5, 1.0))
    ]
    board = collect_outcomes(data, folds, outcomes)
    (found,) = measure_noise(board)
    assert found.folds == 0
    assert "own share is set to 0" in found.sentence


def test_components_match_the_textbook():
    # one-way layout, by hand: means 2, 4, 9; MSB = 2 * 13, MSW = (2 + 2 + 2) / 3
    found = components(np.array([[1.0, 3.0], [3.0, 5.0], [8.0, 10.0]]))
    assert found.within == pytest.approx(np.sqrt(2))
    assert found.between == pytest.approx(np.sqrt((26 - 2) / 2))
    assert not found.negative


@given(st.integers(2, 6), st.integers(2, 5), st.integers(0, 1_000))
def test_components_follow_units_and_not_levels(folds, seeds, seed):
    values = np.random.default_rng(seed).normal(size=(folds, seeds))
    a, b = components(values), components(7 - 3 * values)
    assert (b.between, b.within) == pytest.approx((3 * a.between, 3 * a.within))
    assert a.negative == b.negative


def test_components_are_unbiased():
    rng = np.random.default_rng(3)
    draws = rng.normal(0, 2, (4_000, 5, 1)) + rng.normal(0, 1, (4_000, 5, 3))
    found = [components(values) for values in draws]
    assert np.mean([f.within**2 for f in found]) == pytest.approx(1, rel=0.05)
    assert np.mean([f.between**2 for f in found]) == pytest.approx(4, rel=0.08)


@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (3, 1)])
def test_what_is_alone_does_not_vary(shape):
    found = components(np.random.default_rng(0).normal(size=shape))
    assert (found.between > 0, found.within > 0) == (shape[0] > 1, shape[1] > 1)


def test_one_seed_adds_no_noise():
    rows = Estimate(0.3, 0.02, np.inf)
    assert with_seeds(rows, [0.3], []) is rows


def test_seeds_widen_a_held_out_interval():
    found = with_seeds(Estimate(0.3, 0.03, np.inf), [0.2, 0.3, 0.4])
    # variances .03^2 and .1^2 / 3; Satterthwaite: 2 * (sum / second)^2
    assert found.error == pytest.approx(np.sqrt(0.0009 + 0.01 / 3))
    assert found.freedom == pytest.approx(2 * ((0.0009 + 0.01 / 3) / (0.01 / 3)) ** 2)


def test_held_out_interval_covers_the_mean_of_trainings():
    """Trainings and rows drawn anew: the interval holds what all would give."""
    rng, held = np.random.default_rng(11), []
    for _ in range(600):
        level = rng.normal(0.5, 0.05, (4, 1))  # each training has a loss of its own
        losses = rng.normal(level, 0.5, (4, 200))
        mean = losses.mean(axis=0)
        rows = Estimate(mean.mean(), mean.std(ddof=1) / np.sqrt(200), np.inf)
        low, high = with_seeds(rows, losses.mean(axis=1)).interval()
        held.append(low <= 0.5 <= high)
    assert 0.93 <= np.mean(held) <= 0.995


def test_seeds_count_on_official_rows(dataset_of, rng):
    y = rng.normal(size=60)
    data = dataset_of(rng.normal(size=(60, 2)), y, n_test=30)
    (fold,) = make_folds(data)
    said = [y[fold.test] * share for share in (0.9, 0.5, 0.1)]
    outcomes = [Outcome("net", 0, p, seed=s) for s, p in enumerate(said)]
    other = Outcome("old", 0, y[fold.test] * 0.5)
    several = collect_outcomes(data, (fold,), [*outcomes, other])
    single = collect_outcomes(data, (fold,), [Outcome("net", 0, said[1]), other])
    rows = {row.name: row for row in several.rows}
    skills = [1 - ((p - y[fold.test]) ** 2).mean() for p in said]
    bare = ((y[fold.test] - y[fold.train].mean()) ** 2).mean()
    expected = 1 - np.mean([1 - s for s in skills]) / bare
    assert rows["net"].scores["skill"].mean == pytest.approx(expected)
    wide = skill_difference(several, rows, "net", "old")
    assert wide.mean == pytest.approx(
        rows["net"].scores["skill"].mean - rows["old"].scores["skill"].mean
    )
    narrow = skill_difference(
        single, {row.name: row for row in single.rows}, "net", "old"
    )
    assert wide.error > narrow.error


def test_study_tells_of_seeds(monkeypatch, data):
    monkeypatch.setattr(study, "baselines_for", lambda *_, **__: {"ridge": Ridge()})
    found = study.run_study({"net": Shaky()}, data, folds=2, seeds=2, jobs=1).results
    assert found.split == "2 folds, 2 seeds"
    assert [n.candidate for n in found.noise] == ["ridge", "net"]
    assert Results.from_dict(found.to_dict()).noise == found.noise


@pytest.mark.parametrize("seeds", [0, -3])
def test_there_is_one_seed_at_least(seeds, data):
    with pytest.raises(Misuse, match=f"--seeds must be 1 or more, got {seeds}"):
        study.run_study({"net": LogisticRegression()}, data, seeds=seeds, jobs=1)
