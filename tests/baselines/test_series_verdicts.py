"""Verdicts on series and on labels: is it the data, or the network?"""

from dataclasses import replace

import numpy as np
import pytest
from learnable.baselines.evaluate import run_study
from learnable.baselines.results.results import Comparison, Row, Score, Signal
from learnable.baselines.scores.comparison import Estimate
from learnable.baselines.signal.signal_test import signal_of
from learnable.baselines.verdicts.evidence import Evidence
from learnable.baselines.verdicts.verdict import draw_verdicts


def forecaster(name: str, mase: float, kind: str = "baseline") -> Row:
    means = {"skill": 1 - mase, "mase": mase, "smape": 9.0, "rmse": 1.0, "mae": 1.0}
    scores = {m: Score(v, v - 0.05, v + 0.05, (v,) * 5) for m, v in means.items()}
    return Row(name, kind, "", scores, 1.0, 0.1)


def forecasts(mase: float, gaps: dict[str, tuple[float, float]]) -> Evidence:
    """A series with its naive forecast, a ridge at MASE .6, and a network."""
    rows = (
        forecaster("seasonal-naive", 1.0),
        forecaster("ridge-lags", 0.6),
        forecaster("net", mase, "network"),
    )
    found = Signal(0.002, 499, 0.4, "the values before", 200, None, 1.0)
    told = tuple(
        Comparison("net", name, gap, gap - 0.05, gap + 0.05, p, p)
        for name, (gap, p) in gaps.items()
    )
    skills = {r.name: Estimate(r.scores["skill"].mean, 0.02, 4) for r in rows}
    return Evidence(rows, found, told, skills, None, 200, False, "forecast")


def test_network_that_beats_the_naive_forecast_is_told_so():
    gaps = {"seasonal-naive": (0.5, 0.001), "ridge-lags": (0.1, 0.01)}
    net, data = draw_verdicts(forecasts(0.5, gaps))
    assert net.name == "network-ahead"
    assert "beats the seasonal naive forecast, with 50% less" in net.sentence
    assert data.name == "signal"


def test_network_that_loses_to_the_naive_forecast_is_told_so():
    gaps = {"seasonal-naive": (-0.4, 0.004), "ridge-lags": (-0.8, 0.001)}
    net, _ = draw_verdicts(forecasts(1.4, gaps))
    assert net.name == "network-at-fault"
    assert "loses to the seasonal naive forecast, with 40% more" in net.sentence


def test_few_folds_cannot_tell_from_chance():
    gaps = {"seasonal-naive": (0.2, 0.3), "ridge-lags": (-0.2, 0.4)}
    net, _ = draw_verdicts(forecasts(0.8, gaps))
    assert "cannot tell from chance" in net.sentence
    assert net.name == "undecided"
    assert "--folds" in net.change


@pytest.mark.parametrize("gap", [-0.01, 0.0, 0.03])
def test_small_differences_by_chance_are_level(gap):
    gaps = {"seasonal-naive": (gap, 1.0), "ridge-lags": (-0.4, 0.01)}
    net, _ = draw_verdicts(forecasts(1 - gap, gaps))
    assert "is level with the seasonal naive forecast" in net.sentence
    assert "loses" not in net.sentence


def a_walk(mase: float, gaps: dict[str, tuple[float, float]]) -> Evidence:
    unit = "Values depend on those before them (p = 0.005), but ... were permuted."
    walk = Signal(0.4, 199, 0, "", 200, 0.05, 1.0, unit=unit, dependent=True)
    return replace(forecasts(mase, gaps), signal=walk)


def test_network_worse_than_repeating_values_is_at_fault_though_no_more_is_known():
    gaps = {"seasonal-naive": (-0.8, 0.001), "ridge-lags": (-1.0, 0.001)}
    net, data = draw_verdicts(a_walk(1.8, gaps))
    assert net.name == "network-at-fault"
    assert data.name == "no-signal"
    assert data.sentence.startswith("Values depend on those before them")
    assert "No signal beyond that was found" in data.sentence
    assert "the changes look like independent draws" in data.sentence


def test_network_that_repeats_values_is_not_blamed_where_no_more_is_known():
    gaps = {"seasonal-naive": (-0.01, 0.9), "ridge-lags": (-0.3, 0.2)}
    assert draw_verdicts(a_walk(1.01, gaps))[0].name == "no-signal"


def test_other_tasks_say_nothing_of_the_naive_forecast():
    gaps = {"ridge-lags": (0.1, 0.01)}
    net, _ = draw_verdicts(replace(forecasts(0.5, gaps), task="regression"))
    assert "naive" not in net.sentence.replace("seasonal-naive", "")


class Last:
    """A network that says the last value it has seen: wrong for noise."""

    def get_params(self, deep: bool = True) -> dict:
        return {}

    def fit(self, x, y):
        self.last_ = y[-1]
        return self

    def predict(self, x):
        return np.full(len(x), self.last_)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_nobody_is_at_fault_for_white_noise(seed, series_of):
    values = np.random.default_rng([4, seed]).normal(size=150)
    results = run_study(
        {"net": Last()}, series_of(values, season=1, horizon=6), jobs=1
    ).results
    names = {v.about: v.name for v in results.verdicts}
    assert names[""] in ("no-signal", "undecided")
    assert names["net"] in ("no-signal", "undecided")


def test_season_is_a_signal(series_of):
    values = np.tile([1.0, 5, 2, 8], 20) + np.random.default_rng(0).normal(size=80)
    found = signal_of(series_of(values, season=4))
    assert found.p == pytest.approx(1 / 200)


def test_labels_with_and_without_signal(labels_of):
    rng = np.random.default_rng(7)
    x = rng.normal(size=(150, 3))
    related = labels_of((x[:, :2] + 0.5 * rng.normal(size=(150, 2)) > 0).astype(int), x)
    noise = labels_of(rng.integers(0, 2, (150, 2)), x)
    assert signal_of(related).p == pytest.approx(1 / 200)
    assert signal_of(noise).p > 0.05
