import os
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.baselines.estimators.forecast import (
    Arima,
    Drift,
    Ets,
    LastValue,
    RidgeOnLags,
    SeasonalNaive,
    differencing_order,
    harmonics,
    kpss,
    seasonal_naive,
    strength,
    variance_grows,
)
from learnable.data.errors import BadData, Misuse
from learnable.data.files import read_table
from learnable.data.series import read_series
from learnable.data.split import rolling_folds
from sklearn.base import clone

ROOT = os.environ.get("ZOO_DATA")
needs_data = pytest.mark.skipif(not ROOT, reason="ZOO_DATA names no folder of data")
TINY = Path(__file__).parents[2] / "data/tiny/airline_passengers.csv"
SEASONAL = {"ridge": RidgeOnLags, "ets": Ets, "arima": Arima, "naive": SeasonalNaive}


def places(rows: int, first: int = 0) -> np.ndarray:
    return np.arange(first, first + rows, dtype="float64").reshape(-1, 1)


def ahead(model, y: np.ndarray, steps: int) -> np.ndarray:
    return model.fit(places(len(y)), y).predict(places(steps, len(y)))


def all_models(season: int) -> list:
    return [LastValue(), Drift(), *(kind(season) for kind in SEASONAL.values())]


def mase(model, y: np.ndarray, season: int, horizon: int, folds: int = 2) -> float:
    """Mean over the folds (Hyndman, Koehler 2006)."""
    errors = []
    for fold in rolling_folds(len(y), horizon=horizon, folds=folds):
        past = y[fold.train]
        missed = np.abs(ahead(clone(model), past, horizon) - y[fold.test]).mean()
        errors.append(missed / np.abs(past[season:] - past[:-season]).mean())
    return float(np.mean(errors))


@pytest.fixture(scope="module")
def airline() -> np.ndarray:
    return read_series(read_table(TINY)[0], "Passengers", name="airline")[0]


def test_seasonal_naive_repeats_the_last_season():
    np.testing.assert_array_equal(
        seasonal_naive(np.arange(10), 7, 3), [7, 8, 9, 7, 8, 9, 7]
    )
    np.testing.assert_array_equal(seasonal_naive(np.arange(10), 2, 1), [9, 9])


def test_seasonal_naive_of_too_short_history_is_the_last_value():
    np.testing.assert_array_equal(seasonal_naive(np.arange(3), 4, 12), [2, 2, 2, 2])


def test_rules_of_thumb():
    y = np.array([1.0, 5, 2, 4])
    np.testing.assert_array_equal(ahead(LastValue(), y, 3), [4, 4, 4])
    np.testing.assert_array_equal(ahead(SeasonalNaive(2), y, 3), [2, 4, 2])
    np.testing.assert_allclose(ahead(Drift(), y, 3), [5, 6, 7])


@pytest.mark.parametrize("name", SEASONAL)
def test_is_an_estimator_that_can_be_cloned(name):
    model = SEASONAL[name](7)
    assert clone(model).get_params() == {"season": 7}
    assert clone(model) is not model


@pytest.mark.parametrize("model", all_models(4), ids=lambda m: type(m).__name__)
def test_answers_for_the_places_asked(model, rng):
    y = rng.normal(size=40).cumsum()
    first = ahead(model, y, 6)
    asked = np.array([[45.0], [40], [42]])
    np.testing.assert_array_equal(model.predict(asked), first[[5, 0, 2]])
    assert model.predict(places(0, 40)).shape == (0,)


def test_refuses_places_that_do_not_follow():
    model = LastValue().fit(places(5), np.arange(5.0))
    with pytest.raises(Misuse, match="above 4"):
        model.predict(places(2, 4))


@pytest.mark.parametrize("y", [[], [1.0, np.nan, 2]], ids=["empty", "gap"])
def test_refuses_values_with_gaps(y):
    with pytest.raises(BadData, match="without gaps"):
        SeasonalNaive(1).fit(places(len(y)), y)


@pytest.mark.parametrize("model", all_models(4), ids=lambda m: type(m).__name__)
def test_equal_values_go_on(model):
    np.testing.assert_array_equal(ahead(model, np.full(20, 3.5), 5), np.full(5, 3.5))


AWKWARD = {
    "two": np.array([1.0, 2]),
    "ten": np.arange(10.0) ** 2,
    "huge": 1e12 * (1 + np.arange(30) % 5),
    "tiny": 1e-12 * np.random.default_rng(0).normal(size=30),
    "exploding": 1.5 ** np.arange(40),
    "one spike": np.eye(1, 40, 20)[0],
    "late step": np.repeat([0.0, 1], [35, 5]),
    "zeros and ones": np.arange(40) % 2.0,
}


@pytest.mark.parametrize("case", AWKWARD)
@pytest.mark.parametrize("name", SEASONAL)
def test_forecasts_are_finite_whatever_comes(name, case):
    y = AWKWARD[case]
    found = ahead(SEASONAL[name](4), y, 12)
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= 11 * np.ptp(y) + np.abs(y).max()


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30), st.integers(1, 9))
@settings(max_examples=25, deadline=None)
def test_ridge_is_finite_on_any_numbers(values, season):
    assert np.isfinite(ahead(RidgeOnLags(season), np.array(values), 8)).all()


@pytest.mark.parametrize("name", ["ridge", "ets", "arima"])
def test_follows_trend_and_season(name, rng):
    t = np.arange(96)
    y = 0.5 * t + 5 * np.sin(2 * np.pi * t / 6) + 0.1 * rng.normal(size=96)
    found = ahead(SEASONAL[name](6), y[:-12], 12)
    np.testing.assert_allclose(found, y[-12:], atol=1.0)


@pytest.mark.parametrize("name", ["ridge", "arima"])
def test_finds_an_autoregression(name, rng):
    y = rng.normal(size=300)
    for t in range(2, 300):
        y[t] += 1.6 * y[t - 1] - 0.9 * y[t - 2]
    assert mase(SEASONAL[name](1), y, 1, 3) < 0.8 * mase(LastValue(), y, 1, 3)


@pytest.mark.parametrize("name", ["ridge", "ets", "arima"])
def test_follows_a_long_season(name, rng):
    t = np.arange(800)
    y = 10 * np.sin(2 * np.pi * t / 180) + rng.normal(size=800)
    model = SEASONAL[name](180)
    assert mase(model, y, 180, 20) < 0.9 * mase(SeasonalNaive(180), y, 180, 20)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ridge", "ets", "arima"])
def test_beats_seasonal_naive_on_the_airline(name, airline):
    naive = mase(SeasonalNaive(12), airline, 12, 12)
    assert mase(SEASONAL[name](12), airline, 12, 12) < 0.75 * naive


def test_logarithms_where_swings_grow(airline, rng):
    assert variance_grows(airline, 12)
    assert not variance_grows(rng.normal(size=600) + 50, 12)
    assert not variance_grows(airline - 200, 12)


def test_strength_of_a_season(rng):
    wave = np.sin(2 * np.pi * np.arange(120) / 12)
    assert strength(wave + 0.1 * rng.normal(size=120), 12) > 0.9
    assert strength(rng.normal(size=120), 12) < 0.6


def test_differences_until_stable(rng):
    noise = rng.normal(size=400)
    walk = noise.cumsum()
    assert [differencing_order(y) for y in (noise, walk, walk.cumsum())] == [0, 1, 2]


def test_kpss_is_that_of_statsmodels(rng):
    from statsmodels.tsa import stattools

    for rows in (30, 200):
        y = rng.normal(size=rows).cumsum()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # p-values beyond its table, its result
            expected = stattools.kpss(y, nlags=int(3 * rows**0.5 / 13))[0]
        assert kpss(y) == pytest.approx(expected)
    assert kpss(np.full(30, 2.0)) == 0


def test_harmonics_go_on_where_the_values_end():
    wave = np.sin(2 * np.pi * np.arange(500) / 90) + np.cos(
        4 * np.pi * np.arange(500) / 90
    )
    np.testing.assert_allclose(harmonics(wave[:410], 90), wave[410:], atol=0.02)


def test_random_numbers_have_no_harmonics(rng):
    assert np.abs(harmonics(rng.normal(size=500), 90)).max() < 0.35


SERIES = {
    "monthly_mean_temp_nottingham.csv": 0.8,
    "daily_female_births.csv": 0.9,
    "monthly_sunspots.csv": 2.4,
    "daily_min_temperatures.csv": 0.85,
}


@needs_data
@pytest.mark.parametrize("file", SERIES)
@pytest.mark.parametrize("name", ["ridge", "ets", "arima"])
def test_real_series_in_seconds(name, file):
    frame, _ = read_table(Path(str(ROOT)) / "timeseries" / file)
    y, series, _ = read_series(frame, str(frame.columns[-1]), name=file)
    start = time.process_time()
    found = mase(SEASONAL[name](series.season), y, series.season, series.horizon)
    assert time.process_time() - start < 30
    assert found < SERIES[file]
