"""Networks that forecast: windows, the naive forecast, and the estimator."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from learnable.baselines.estimators.forecast import seasonal_naive
from learnable.data.errors import BadData
from learnable.zoo.backend import keras
from learnable.zoo.networks import forecaster
from learnable.zoo.networks.export import MASKED
from learnable.zoo.registry import recipe
from sklearn.base import clone

QUICK = replace(recipe("lstm-series"), epochs=2)


@pytest.fixture(scope="module")
def wave() -> np.ndarray:
    """Ten years of months that repeat themselves, with a trend."""
    months = np.arange(120)
    return 100 + 0.5 * months + 10 * np.sin(2 * np.pi * months / 12)


@given(st.integers(1, 15), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_naive_places_are_the_seasonal_naive_forecast(season, horizon, seed):
    layout = forecaster.Layout(season, horizon, window=5)
    values = np.random.default_rng(seed).normal(size=season + 3)
    last = len(values) - 1
    expected = seasonal_naive(values, horizon, season)
    np.testing.assert_array_equal(values[last + layout.naive], expected)


def test_windows_tell_what_was_and_what_follows(wave):
    layout = forecaster.Layout(season=12, horizon=3, window=6)
    units = forecaster.scales_of(wave, layout)
    rows = forecaster.make_windows(wave, np.array([40, 60]), layout, units)
    assert rows.x.shape == (2, 6, 5)
    assert rows.y.shape == (2, 6, 3)
    # the last step of the second window
    assert rows.x[1, -1, 0] == pytest.approx((wave[60] - wave[48]) / units.spread)
    naive = wave[[49, 50, 51]]
    np.testing.assert_allclose(
        rows.x[1, -1, 1:4], (naive - wave[60]) / units.spread, rtol=1e-5
    )
    np.testing.assert_allclose(
        rows.y[1, -1], (wave[61:64] - naive) / units.spread, rtol=1e-5
    )


def test_steps_before_the_series_are_masked(wave):
    layout = forecaster.Layout(season=12, horizon=3, window=6)
    units = forecaster.scales_of(wave, layout)
    x = forecaster.make_windows(wave, np.array([13]), layout, units).x
    # a season before step 12 there is step 0; of the window's steps 8 to 13 only two
    # have a season behind them
    assert (x[0, :4] == MASKED).all()
    assert (np.abs(x[0, 4:]) < 100).all()


def test_windows_are_finite(wave):
    layout = forecaster.Layout(season=12, horizon=3, window=24)
    units = forecaster.scales_of(wave, layout)
    rows = forecaster.make_windows(wave, np.arange(12, 117), layout, units)
    assert np.isfinite(rows.x).all()
    assert np.isfinite(rows.y).all()


def test_flat_series_divides_by_nothing():
    layout = forecaster.Layout(season=1, horizon=2, window=4)
    assert forecaster.scales_of(np.full(20, 3.0), layout).spread == 1


@pytest.fixture(scope="module")
def trained(wave):
    return forecaster.train_forecaster(QUICK, wave, season=12, horizon=6)


@pytest.mark.slow  # trainings
def test_untrained_head_is_near_the_naive_forecast(wave):
    """What a network adds is small before it has learned anything."""
    lazy = replace(QUICK, epochs=1, learning_rate=1e-12)
    model = forecaster.train_forecaster(lazy, wave, season=12, horizon=6).serving
    said = forecaster.forecast(model, wave)
    np.testing.assert_allclose(said, seasonal_naive(wave, 6, 12), atol=1e-9)


def test_served_network_agrees_with_its_core(trained, wave):
    """The layers that make a window inside the model do what `make_windows` does."""
    layout = forecaster.lay_out(QUICK, 12, 6)
    back = max(1, int(forecaster.KEPT_BACK * len(wave)) - 5)
    edge = len(wave) - 6 - 1 - back - 6 + 1
    units = forecaster.scales_of(wave[: edge + 7], layout)
    end = np.array([len(wave) - 7])
    x = forecaster.make_windows(wave, end, layout, units).x
    added = np.asarray(trained.core(x))[0, -1] * units.spread
    expected = wave[end[0] + layout.naive] + added
    said = forecaster.forecast(trained.serving, wave[: end[0] + 1])
    np.testing.assert_allclose(said, expected, rtol=1e-5)


def test_short_past_is_masked_by_the_served_network(trained, wave):
    said = forecaster.forecast(trained.serving, wave[:20])
    assert np.isfinite(said).all()


def test_served_network_opens_with_plain_keras(trained, wave, tmp_path):
    trained.serving.save(tmp_path / "model.keras")
    opened = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(
        forecaster.forecast(opened, wave), forecaster.forecast(trained.serving, wave)
    )


@pytest.mark.slow  # trainings
def test_estimator_forecasts_further_than_its_horizon(trained, wave):
    """And its first steps are those of a network that was trained by itself."""
    model = forecaster.NetworkForecaster(QUICK, season=12, horizon=6)
    places = np.arange(140.0).reshape(-1, 1)
    model = clone(model).fit(places[:120], wave)
    said = model.predict(places[120:])
    assert said.shape == (20,)
    assert np.isfinite(said).all()
    np.testing.assert_array_equal(said[:6], model.predict(places[120:126]))
    same_seed = forecaster.forecast(trained.serving, wave)
    np.testing.assert_array_equal(said[:6], same_seed)


def test_too_short_series_is_refused(refused):
    text = refused(
        BadData,
        forecaster.train_forecaster,
        QUICK,
        np.arange(20.0),
        season=12,
        horizon=6,
    )
    assert "20 steps" in text
    assert "--horizon" in text


@pytest.mark.parametrize("season", [1, 7])
def test_windows_do_not_know_the_level(season, wave):
    """What is learned from, and what is learned."""
    layout = forecaster.Layout(season, horizon=3, window=6)
    low, high = (
        forecaster.make_windows(
            series, np.arange(30, 90), layout, forecaster.scales_of(series, layout)
        )
        for series in (wave, wave + 1_000)
    )
    np.testing.assert_allclose(high.x, low.x, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(high.y, low.y, rtol=1e-4, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("season", [1, 7])
def test_level_of_the_series_does_not_change_the_forecast(season, wave):
    """A series a thousand higher is forecast a thousand higher."""
    low = forecaster.train_forecaster(QUICK, wave, season=season, horizon=3)
    high = forecaster.train_forecaster(QUICK, wave + 1_000, season=season, horizon=3)
    np.testing.assert_allclose(
        forecaster.forecast(high.serving, wave + 1_000),
        forecaster.forecast(low.serving, wave) + 1_000,
        rtol=1e-3,
    )
