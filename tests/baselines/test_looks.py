import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.baselines.signal.feature_maps import (
    PENALTIES,
    FeatureMap,
    best_column,
    out_of_fold,
    solve,
    statistics,
)
from learnable.baselines.signal.problem import standardize_columns
from scipy import stats


def look_at(z, *penalties):
    z = z - z.mean(axis=0)
    return solve(FeatureMap("map", z.astype("float32"), penalties, 0.0))


def standard(rng, rows, draws=1, count=1):
    return standardize_columns(rng.normal(size=(rows, draws * count))).reshape(
        rows, draws, count
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 999), st.integers(8, 30), st.integers(1, 40))
def test_share_is_that_of_a_ridge_fit(seed, rows, columns):
    rng = np.random.default_rng(seed)
    z, y = rng.normal(size=(rows, columns)), standard(rng, rows)
    z -= z.mean(axis=0)
    penalty = 0.03 * rows
    hat = z @ np.linalg.solve(z.T @ z + penalty * np.eye(columns), z.T)
    expected = y[:, 0, 0] @ hat @ y[:, 0, 0] / rows
    found = statistics(look_at(z, 0.03), y)[0, 0] ** 3
    assert found == pytest.approx(expected, abs=1e-4)


def test_score_test_is_the_sum_of_squared_correlations(rng):
    z, y = rng.normal(size=(50, 4)), standard(rng, 50)
    z -= z.mean(axis=0)
    largest = np.linalg.eigvalsh(z.T @ z).max()
    expected = ((z.T @ y[:, 0, 0]) ** 2).sum() / 50 / largest
    found = statistics(look_at(z, np.inf), y)[0, 0] ** 3
    assert found == pytest.approx(expected, abs=1e-4)


def test_one_column_is_as_unlikely_as_its_correlation(rng):
    z, y = rng.normal(size=(200, 1)), standard(rng, 200)
    r = stats.pearsonr(z[:, 0], y[:, 0, 0]).statistic
    expected = stats.norm.isf(2 * stats.norm.sf(abs(r) * np.sqrt(200)))
    assert statistics(look_at(z, 0.3), y)[-1, 0] == pytest.approx(expected, abs=1e-3)


def test_statistics_are_about_normal_without_a_relation(rng):
    found = statistics(
        look_at(rng.normal(size=(100, 8)), 0.03), standard(rng, 100, 2_000)
    )
    assert np.abs(stats.skew(found, axis=1)).max() < 0.35


@pytest.mark.parametrize("columns", [1, 3, 60])
def test_constant_maps_and_targets_show_nothing(columns, rng):
    nothing = statistics(
        look_at(np.ones((30, columns)), np.inf, 0.3), standard(rng, 30, 5)
    )
    assert np.ptp(nothing, axis=1).max() == 0
    still = statistics(
        look_at(rng.normal(size=(30, columns)), 0.3), np.zeros((30, 5, 2))
    )
    assert np.isfinite(still).all()
    assert np.ptp(still, axis=1).max() == 0


def test_best_column_is_found(rng):
    z = rng.normal(size=(60, 5))
    found = best_column(
        look_at(z, 0.3), standardize_columns(z[:, [3]] + 0.1 * rng.normal(size=(60, 1)))
    )
    assert np.corrcoef(found[:, 0], z[:, 3])[0, 1] > 0.99


def test_out_of_fold_share_is_that_of_ridge_regression(rng):
    from sklearn.linear_model import Ridge

    z, folds = rng.normal(size=(60, 3)), np.arange(60) % 5
    y = z[:, :1] + rng.normal(size=(60, 1))
    shares = []
    for penalty in PENALTIES:
        missed, base = 0.0, 0.0
        for fold in range(5):
            old, new = folds != fold, folds == fold
            model = Ridge(penalty * old.sum()).fit(z[old], y[old])
            missed += ((y[new] - model.predict(z[new]).reshape(-1, 1)) ** 2).sum()
            base += ((y[new] - y[old].mean()) ** 2).sum()
        shares.append(1 - missed / base)
    assert out_of_fold(z, y, folds) == pytest.approx(max(shares))
    wide = rng.normal(size=(20, 50))
    assert out_of_fold(wide, rng.normal(size=(20, 2)), np.arange(20) % 5) < 0.3
    assert out_of_fold(z, np.ones((60, 1)), folds) == 0
