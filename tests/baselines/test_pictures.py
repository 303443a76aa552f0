"""What is kept of the predictions for the page: curves, bins, histograms, points."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.baselines.results.results import Results
from learnable.baselines.scores.fold_scores import collect_outcomes
from learnable.baselines.scores.harness import Outcome
from learnable.baselines.scores.metrics import (
    calibration_bins,
    calibration_error,
    wilson,
)
from learnable.baselines.scores.prediction_plots import (
    MOST_DRAWN,
    MOST_POINTS,
    make_pictures,
    thin_points,
)
from learnable.data.split import make_folds
from sklearn.metrics import auc, average_precision_score, roc_auc_score
from statsmodels.stats.proportion import proportion_confint

quick = settings(max_examples=25, deadline=None)
PROBABILITIES = st.lists(
    st.tuples(st.floats(0, 1) | st.sampled_from([0.0, 0.5, 1.0]), st.booleans()),
    min_size=1,
    max_size=300,
)


def pictures_of(data, said, *, folds=3, repeats=1, baseline=None):
    """Of a network that says this of each row, beside a baseline that does."""
    cut = make_folds(data, folds=folds, repeats=repeats)
    told = {"net": np.asarray(said)}
    told |= {} if baseline is None else baseline
    outcomes = [
        Outcome(name, i, p[fold.test])
        for name, p in told.items()
        for i, fold in enumerate(cut)
    ]
    board = collect_outcomes(data, cut, outcomes)
    return make_pictures(board, board.rows)


@pytest.fixture
def binary(dataset_of, rng):
    y = rng.permutation(np.repeat([0, 1], [60, 40]))
    p = np.clip(0.5 * y + 0.5 * rng.random(100), 0.01, 0.99)
    return dataset_of(rng.normal(size=(100, 2)), y), np.stack([1 - p, p], axis=1)


@quick
@given(pairs=PROBABILITIES)
def test_bins_count_every_answer_once_and_part_no_equals(pairs):
    said, held = (np.array(v) for v in zip(*pairs, strict=True))
    bins = calibration_bins(said, held)
    assert sum(b.answers for b in bins) == len(said)
    assert sum(b.answers * b.held for b in bins) == pytest.approx(held.sum())
    assert 1 <= len(bins) <= min(10, len(np.unique(said)))
    assert all(b.low <= b.held + 1e-12 and b.held <= b.high + 1e-12 for b in bins)
    assert [b.said for b in bins] == sorted(b.said for b in bins)
    assert 0 <= calibration_error(bins) <= 1


@quick
@given(trials=st.integers(1, 500), share=st.floats(0, 1))
def test_intervals_are_those_of_wilson(trials, share):
    right = round(share * trials)
    theirs = proportion_confint(right, trials, method="wilson")
    assert wilson(right, trials) == pytest.approx(theirs, abs=1e-6)


def test_calibration_error_is_the_mean_distance():
    said = np.repeat([0.2, 0.9], [30, 10])
    held = np.concatenate([np.arange(30) < 12, np.arange(10) < 9])
    bins = calibration_bins(said, held, independent=False)
    assert [(b.answers, b.held, b.low) for b in bins] == [
        (30, 0.4, None),
        (10, 0.9, None),
    ]
    assert calibration_error(bins) == pytest.approx(0.75 * 0.2)


@quick
@given(steps=st.lists(st.floats(0, 1), min_size=2, max_size=400))
def test_thinning_keeps_both_ends_and_the_order(steps):
    along = np.sort(np.array(steps))
    up = np.linspace(0, 1, len(along))
    across, high = thin_points(along, up, along)
    assert len(across) == len(high) <= MOST_POINTS
    assert (across[0], high[0]) == (pytest.approx(along[0], abs=1e-4), 0)
    assert (across[-1], high[-1]) == (pytest.approx(along[-1], abs=1e-4), 1)
    assert list(across) == sorted(across)


def test_curves_rise_and_have_the_areas_of_all_points(dataset_of, rng):
    y = rng.permutation(np.repeat([0, 1], [1_500, 500]))
    p = np.clip(0.3 * y + 0.7 * rng.random(2_000), 1e-6, 1 - 1e-6)
    data = dataset_of(rng.normal(size=(2_000, 2)), y)
    made = pictures_of(data, np.stack([1 - p, p], axis=1))
    (net,) = made.candidates
    assert made.share == 0.25
    for curve in (net.roc, net.recall):
        assert 20 < len(curve.across) <= MOST_POINTS
        assert list(curve.across) == sorted(curve.across)
    assert list(net.roc.up) == sorted(net.roc.up)
    assert (net.roc.across[0], net.roc.up[0]) == (0, 0)
    assert (net.roc.across[-1], net.roc.up[-1]) == (1, 1)
    assert net.recall.across[-1] == 1
    assert net.roc.area == pytest.approx(roc_auc_score(y, p))
    assert net.recall.area == pytest.approx(average_precision_score(y, p))
    # what is drawn has nearly the area that is told
    assert auc(net.roc.across, net.roc.up) == pytest.approx(net.roc.area, abs=0.01)


def test_two_classes_are_asked_for_the_second(binary):
    data, p = binary
    made = pictures_of(data, p)
    (net,) = made.candidates
    assert made.rows == sum(net.said) == sum(net.named) == 100
    assert made.actual == (60, 40)
    assert sum(net.held) == 40
    assert sum(b.answers for b in net.bins) == 100
    assert net.said == tuple(np.histogram(p[:, 1], np.linspace(0, 1, 21))[0])


def test_more_classes_are_pooled_and_asked_for_the_chosen_one(dataset_of, rng):
    y = np.arange(90) % 3
    p = rng.dirichlet([1, 1, 1], size=90)
    made = pictures_of(dataset_of(rng.normal(size=(90, 2)), y), p)
    (net,) = made.candidates
    one_hot = np.eye(3)[y]
    assert made.share == pytest.approx(1 / 3)
    assert net.roc.area == pytest.approx(roc_auc_score(one_hot.ravel(), p.ravel()))
    assert sum(net.held) == (p.argmax(axis=1) == y).sum()
    assert net.named == tuple(np.bincount(p.argmax(axis=1), minlength=3))
    assert sum(b.answers for b in net.bins) == 90


def test_a_row_that_is_tested_twice_counts_once(binary):
    data, p = binary
    made = pictures_of(data, p, repeats=3)
    assert made.rows == sum(made.candidates[0].said) == 100


def test_rows_of_groups_have_no_intervals(dataset_of, rng):
    y, p = np.arange(80) % 2, rng.dirichlet([1, 1], size=80)
    x = rng.normal(size=(80, 2))
    made = pictures_of(dataset_of(x, y, groups=np.arange(80) // 2), p)
    assert all(b.low is None for b in made.candidates[0].bins)


def test_a_rule_of_thumb_has_no_curves(binary):
    data, p = binary
    prior = {"prior": np.tile([0.6, 0.4], (100, 1)), "logistic": p}
    made = pictures_of(data, p, baseline=prior)
    known = {c.candidate: c for c in made.candidates}
    assert list(known) == ["net", "prior", "logistic"]
    assert known["prior"].roc is None
    assert known["logistic"].roc is not None
    assert known["prior"].named == (100, 0)
    assert len(known["prior"].bins) == 1


def test_numbers_are_counted_on_the_bins_of_the_true_ones(dataset_of, rng):
    y = rng.normal(size=500)
    data = dataset_of(y[:, None], y)
    wild = y.copy()
    wild[0] = 1e9  # a network that runs away leaves more than one bar of the others
    made = pictures_of(data, wild, baseline={"ridge": 0.5 * y})
    net, ridge = made.candidates
    assert sum(made.actual) == sum(net.said) == sum(ridge.residuals) == 500
    assert made.edges[-1] < 3 * y.max()
    assert len(made.drawn) == len(net.drawn) == MOST_DRAWN
    assert np.allclose(ridge.drawn, 0.5 * np.array(made.drawn), rtol=1e-4)
    assert max(ridge.residuals) < 500 / 2


def test_a_constant_target_has_bins_too(dataset_of, rng):
    data = dataset_of(rng.normal(size=(30, 1)), np.full(30, 2.5))
    made = pictures_of(data, np.full(30, 2.5))
    assert sum(made.candidates[0].said) == sum(made.actual) == 30


def test_the_same_rows_are_drawn_again(dataset_of, rng):
    y = rng.normal(size=400)
    data = dataset_of(y[:, None], y)
    assert pictures_of(data, y) == pictures_of(data, y)


def test_labels_are_questions_of_their_own(labels_of, rng):
    y = (rng.random((60, 2)) < 0.4).astype(int)
    p = np.clip(0.5 * y + 0.5 * rng.random((60, 2)), 0, 1)
    (net,) = pictures_of(labels_of(y), p).candidates
    assert sum(net.said) == sum(b.answers for b in net.bins) == 120
    assert net.roc.area == pytest.approx(roc_auc_score(y.ravel(), p.ravel()))
    assert net.named == tuple((p >= 0.5).sum(axis=0))
    assert all(b.low is None for b in net.bins)


def test_nothing_is_drawn_of_a_series_or_of_several_numbers(series_of, dataset_of):
    series = series_of(np.arange(40.0))
    assert pictures_of(series, np.arange(40.0)) is None
    several = dataset_of(np.arange(20.0)[:, None], np.ones((20, 2)))
    assert pictures_of(several, np.ones((20, 2))) is None


def test_pictures_survive_json(binary, small_results):
    data, p = binary
    made = replace(small_results, pictures=pictures_of(data, p))
    again = Results.from_dict(json.loads(json.dumps(made.to_dict())))
    assert again == made


def test_older_results_have_no_pictures(small_results):
    facts = small_results.to_dict()
    del facts["pictures"]
    del facts["rows"][0]["scores"]["skill"]["seeds"]
    assert Results.from_dict(facts) == small_results


@pytest.mark.parametrize("seeds", [1, 3])
def test_scores_keep_each_seed_of_a_fold(binary, seeds):
    data, p = binary
    cut = make_folds(data, folds=2)
    outcomes = [
        Outcome("net", i, np.clip(p[fold.test] + 0.001 * s, 0, 1), seed=s)
        for s in range(seeds)
        for i, fold in enumerate(cut)
    ]
    (row,) = collect_outcomes(data, cut, outcomes).rows
    score = row.scores["skill"]
    assert np.shape(score.seeds) == ((2, 3) if seeds == 3 else (0,))
    if seeds == 3:
        assert np.mean(score.seeds, axis=1) == pytest.approx(score.folds)
    assert row.scores["accuracy"].seeds == ()
