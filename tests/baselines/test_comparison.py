import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from learnable.baselines.scores.comparison import Estimate, holm, over_folds, over_rows
from scipy import stats

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)
SCORES = st.lists(st.floats(-100, 100, allow_subnormal=False), min_size=2, max_size=30)


def test_corrected_t_matches_hand():
    # differences of mean 3 and variance 2.5; error = sqrt(2.5 * (1/5 + 1/8)) = 0.9014
    found = over_folds([1, 2, 3, 4, 5], test_over_train=1 / 4)
    assert found is not None
    assert found.mean == 3
    assert found.error == pytest.approx(0.90139, abs=1e-5)
    assert found.freedom == 4
    # t = 3.3282 with 4 degrees of freedom; the table's 5 % point is 2.7764
    assert found.p_value() == pytest.approx(0.02915, abs=1e-5)
    assert found.interval() == pytest.approx((0.4973, 5.5027), abs=1e-4)


@given(SCORES, st.floats(0.01, 1))
def test_error_follows_published_formula(values, ratio):
    found = over_folds(values, test_over_train=ratio)
    assert found is not None
    # each row is tested once where there are no more folds than 1 + train / test
    part = ratio / 2 if len(values) <= round(1 + 1 / ratio) else ratio
    expected = np.var(values, ddof=1) * (1 / len(values) + part)
    assert found.error**2 == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert found.freedom == len(values) - 1


@given(SCORES)
def test_interval_agrees_with_p(values):
    found = over_folds(values, test_over_train=0.25)
    assert found is not None
    if found.error < 1e-6:
        return
    low, high = found.interval(1 - found.p_value())
    nearest = min(abs(low), abs(high))
    assert nearest == pytest.approx(0, abs=1e-6 * (1 + abs(found.mean)))


@given(SCORES, st.integers(1, 5))
def test_undefined_folds_are_left_out(values, holes):
    with_holes = [*values, *[math.nan] * holes]
    kept = over_folds(values, test_over_train=0.25)
    assert over_folds(with_holes, test_over_train=0.25) == kept


@pytest.mark.parametrize("values", [[], [1.0], [1.0, math.nan]])
def test_one_value_says_nothing(values):
    assert over_folds(values, test_over_train=0.25) is None


@pytest.mark.parametrize(("mean", "p"), [(0.0, 1.0), (0.1, 0.0), (-0.1, 0.0)])
def test_no_spread_is_certain(mean, p):
    assert Estimate(mean, 0.0, 4).p_value() == p


def test_infinite_error_says_nothing():
    unknown = Estimate(0.3, math.inf, 1)
    assert unknown.p_value() == 1
    assert unknown.interval() == (-math.inf, math.inf)


@pytest.mark.parametrize(
    ("raw", "corrected"),
    [
        # by hand after Holm (1979): times 4, 3, 2, 1 in order, then the running maximum
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
        # R: p.adjust(c(.01, .02, .03, .04, .05), "holm")
        ([0.01, 0.02, 0.03, 0.04, 0.05], [0.05, 0.08, 0.09, 0.09, 0.09]),
        ([0.7, 0.8], [1.0, 1.0]),
        ([0.03], [0.03]),
        ([], []),
    ],
)
def test_holm_matches_known_answers(raw, corrected):
    assert holm(raw) == pytest.approx(corrected)


@given(P_VALUES)
def test_holm_never_lowers_p(raw):
    corrected = holm(raw)
    assert all(a >= b for a, b in zip(corrected, raw, strict=True))
    assert max(corrected) <= 1
    assert all(
        c <= min(1, p * len(raw)) + 1e-12 for c, p in zip(corrected, raw, strict=True)
    )


@given(P_VALUES)
def test_holm_keeps_the_order(raw):
    corrected = np.array(holm(raw))
    assert (np.diff(corrected[np.argsort(raw, kind="stable")]) >= 0).all()


@given(P_VALUES, st.randoms())
def test_holm_follows_permutations(raw, random):
    order = list(range(len(raw)))
    random.shuffle(order)
    expected = np.array(holm(raw))[order]
    assert holm([raw[i] for i in order]) == pytest.approx(expected)


def centroid_differences(rng, *, draws, rows=100, repeats=5, folds=5):
    """Accuracy of one nearest-centroid classifier minus that of another, by fold.

    Each sees its own two columns, and these are alike: the true accuracies are equal.
    Returns an array of shape (draws, repeats x folds).
    """
    y = rng.integers(0, 2, (draws, rows))
    x = rng.normal(size=(draws, rows, 4)) + 0.7 * y[:, :, None]
    size, found = rows // folds, []
    for _ in range(repeats):
        order = rng.permuted(np.tile(np.arange(rows), (draws, 1)), axis=1)
        shuffled = np.take_along_axis(x, order[:, :, None], axis=1)
        label = np.take_along_axis(y, order, axis=1)
        for fold in range(folds):
            test = np.zeros(rows, bool)
            test[fold * size : (fold + 1) * size] = True
            centres = [
                np.nanmean(
                    np.where((label == c)[:, :, None], shuffled, np.nan)[:, ~test], 1
                )
                for c in (0, 1)
            ]
            near = [((shuffled[:, test] - c[:, None]) ** 2) for c in centres]
            right = [
                (
                    (near[1][..., own].sum(-1) < near[0][..., own].sum(-1))
                    == label[:, test]
                )
                for own in ((0, 1), (2, 3))
            ]
            found.append(right[0].mean(axis=1) - right[1].mean(axis=1))
    return np.stack(found, axis=1)


def test_corrected_t_keeps_its_level():
    rows = centroid_differences(np.random.default_rng(5), draws=300)
    corrected = [over_folds(row, test_over_train=1 / 4) for row in rows]
    rejected = np.mean([e is not None and e.p_value() <= 0.05 for e in corrected])
    naive = np.mean(stats.ttest_1samp(rows, 0, axis=1).pvalue <= 0.05)
    assert 0.01 <= rejected <= 0.10
    assert naive > 0.2


def test_row_errors_match_bootstrap():
    rng = np.random.default_rng(1)
    bare = rng.gamma(2.0, 0.5, 400)
    losses = 0.6 * bare + rng.gamma(1.0, 0.3, 400)
    found = over_rows(losses, bare)
    draws = rng.integers(0, 400, (4_000, 400))
    ratios = losses[draws].mean(axis=1) / bare[draws].mean(axis=1)
    assert found.mean == pytest.approx(losses.mean() / bare.mean())
    assert found.error == pytest.approx(ratios.std(), rel=0.08)
    assert found.interval() == pytest.approx(
        np.quantile(ratios, [0.025, 0.975]), abs=0.02
    )
