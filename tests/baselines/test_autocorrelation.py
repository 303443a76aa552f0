import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.baselines.results.candidates import LEVEL
from learnable.baselines.signal.permutations import CLEAR
from learnable.baselines.signal.series_signal import (
    series_test,
    squared_autocorrelations,
)
from learnable.data.errors import BadData
from scipy import stats


def autoregression(rng, rows: int, phi: float, lag: int = 1) -> np.ndarray:
    y = rng.normal(size=rows)
    for t in range(lag, rows):
        y[t] += phi * y[t - lag]
    return y


@given(st.integers(0, 1_000), st.integers(7, 60), st.integers(1, 6))
@settings(max_examples=25, deadline=None)
def test_autocorrelations_are_those_of_the_textbook(seed, rows, lags):
    y = np.random.default_rng(seed).normal(size=(3, rows)) + 5
    centred = y - y.mean(axis=1, keepdims=True)
    expected = [
        [float(row[k:] @ row[:-k] / (row @ row)) ** 2 for k in range(1, lags + 1)]
        for row in centred
    ]
    np.testing.assert_allclose(squared_autocorrelations(y, lags), expected, atol=1e-12)


def test_equal_values_have_no_autocorrelation():
    rows = np.vstack([np.full(30, 1e6 + 0.1), np.arange(30.0)])
    found = squared_autocorrelations(rows, 3)
    np.testing.assert_array_equal(found[0], 0)
    assert (found[1] > 0.4).all()


def heavy_tails(rng):
    return rng.standard_cauchy(60)


def few_values(rng):
    return rng.integers(0, 2, 40).astype(float)


NULLS = {
    "normal": lambda rng: rng.normal(size=50),
    "heavy tails": heavy_tails,
    "two values": few_values,
    "very few": lambda rng: rng.normal(size=8),
}


@pytest.mark.parametrize(
    "null",
    [pytest.param(n, marks=[] if n == "normal" else pytest.mark.slow) for n in NULLS],
)
def test_rejects_noise_as_often_as_it_says(null, rng):
    draws = 300
    p = np.array(
        [series_test(NULLS[null](rng), season=12, seed=i).p for i in range(draws)]
    )
    for level in (0.05, 0.2, 0.5):
        most = stats.binom.ppf(0.999, draws, level)
        assert (p <= level).sum() <= most


def test_p_values_count_the_true_order(rng):
    assert series_test(autoregression(rng, 200, 0.5), season=1).p == 1 / 200
    for seed in range(20):
        assert 1 / 200 <= series_test(rng.normal(size=30), season=1, seed=seed).p <= 1


def volatile(rng, n=1_000):
    """Calm and stormy times (Bollerslev 1986): no value tells of the next one."""
    y, variance = np.zeros(n), 1.0
    for t in range(1, n):
        variance = 0.05 + 0.2 * y[t - 1] ** 2 + 0.75 * variance
        y[t] = np.sqrt(variance) * rng.normal()
    return y


@pytest.mark.slow
def test_storms_are_no_relation(rng):
    draws = 150
    p = np.array([series_test(volatile(rng), season=1, seed=i).p for i in range(draws)])
    assert (p <= 0.05).sum() <= stats.binom.ppf(0.999, draws, 0.05)


def test_power_on_an_autoregression(rng):
    found = [
        series_test(autoregression(rng, 150, 0.4), season=1, seed=i).p
        for i in range(25)
    ]
    assert np.mean(np.array(found) <= CLEAR) > 0.8


def test_finds_a_relation_over_a_season(rng):
    signal = series_test(autoregression(rng, 300, 0.8, lag=12), season=12)
    assert signal.p <= LEVEL
    assert signal.features == "the value 12 steps before"
    assert 0.4 < signal.explained < 0.9
    assert signal.detectable is None


def test_finds_a_long_season(rng):
    y = np.sin(2 * np.pi * np.arange(1_500) / 365) + rng.normal(size=1_500)
    assert series_test(y, season=365).p <= LEVEL


def test_says_what_would_have_been_found(rng):
    seeds = (i for i in range(50))
    short, long = (
        next(
            signal
            for i in seeds
            if (signal := series_test(rng.normal(size=n), season=1, seed=i)).p > 0.1
        )
        for n in (40, 1_000)
    )
    assert short.detectable is not None
    assert long.detectable is not None
    assert long.detectable < 0.05 < short.detectable
    assert short.rows == 40
    assert abs(long.explained) < 0.02


def test_detectable_share_is_found_so_often(rng):
    planted = np.sqrt(0.13)
    told = series_test(rng.normal(size=100), season=1, seed=4).detectable
    found = [
        series_test(autoregression(rng, 100, planted), season=1, seed=i).p <= LEVEL
        for i in range(60)
    ]
    assert told is not None
    assert (np.mean(found) > 0.8) == (told < 0.13)


def test_same_seed_same_answer(rng):
    y = rng.normal(size=60)
    first, second = (series_test(y, season=4, seed=3) for _ in range(2))
    assert (first.p, first.detectable) == (second.p, second.detectable)


def test_uses_the_last_values_of_a_long_series(rng):
    assert series_test(rng.normal(size=10_300), season=1).rows == 10_000


def test_constant_series_has_nothing_to_find():
    assert series_test(np.full(40, 3.0), season=1).p == 1


def test_refuses_too_few_values():
    with pytest.raises(BadData, match="give 6 or more"):
        series_test(np.arange(5.0), season=1)


def seasonal_walk(rng: np.random.Generator, rows: int) -> np.ndarray:
    return rng.normal(size=(-(-rows // 12), 12)).cumsum(axis=0).ravel()[:rows]


WALKS = {
    "a walk": (lambda rng: rng.normal(size=100).cumsum(), 1),
    "with drift": (lambda rng: rng.normal(0.3, 1, size=100).cumsum(), 1),
    "with heavy tails": (lambda rng: rng.standard_t(3, size=100).cumsum(), 1),
    "of seasons": (lambda rng: seasonal_walk(rng, 144), 12),
}


@pytest.mark.parametrize("walk", WALKS)
def test_nothing_is_learned_of_walks_but_to_repeat_values(walk):
    draw, season = WALKS[walk]
    rng, draws = np.random.default_rng(2), 20
    found = [series_test(draw(rng), season=season, seed=i) for i in range(draws)]
    assert sum(f.p <= LEVEL for f in found) <= stats.binom.ppf(0.999, draws, LEVEL)
    assert sum(f.dependent for f in found) >= draws - 2
    assert all("plus a constant drift" in f.unit for f in found if f.dependent)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: autoregression(rng, 300, 0.7),
        lambda rng: autoregression(rng, 150, 0.6).cumsum(),
        lambda rng: np.arange(150) / 20 + rng.normal(size=150),
    ],
    ids=["autoregression", "changes that follow each other", "trend"],
)
def test_what_is_better_than_to_repeat_values_is_found(draw):
    rng = np.random.default_rng(4)
    found = [series_test(draw(rng), season=1, seed=i).p for i in range(10)]
    assert sum(p <= LEVEL for p in found) >= 8


def test_season_on_a_walk_is_found():
    rng = np.random.default_rng(6)
    y = 3 * np.sin(np.arange(144) * 2 * np.pi / 12) + rng.normal(size=144).cumsum()
    assert series_test(y, season=12).p <= LEVEL


@pytest.mark.parametrize("season", [1, 12])
def test_series_that_is_repeated_without_error_is_a_signal(season):
    y = np.tile(np.random.default_rng(8).normal(size=12), 8)
    y = y if season > 1 else np.arange(96.0)
    assert series_test(y, season=season).p <= LEVEL


def test_series_as_long_as_a_season_and_a_bit_is_tested():
    y = np.random.default_rng(9).normal(size=15).cumsum()
    assert 0 < series_test(y, season=12).p <= 1
