"""Our forecasts beside statsmodels' own, called as its manual shows, on real series.

``ZOO_DATA=... python -m benchmarks.forecasts [FILE ...]`` reads ``timeseries/`` of that
folder. Writes ``forecasts.json``: of each series and way the mean absolute scaled error
(Hyndman, Koehler 2006) over five folds of rolling origin, and seconds a fold. Seasons
above 24 are given to the seasonal models as 1, as they have no room for them; Theta
takes any.
"""

import json
import os
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from learnable.baselines.estimators import forecast
from learnable.benchmarks.tables import HERE, save
from learnable.data.files import read_table
from learnable.data.series import read_series
from learnable.data.split import rolling_folds

FILES = (
    "airline_passengers.csv",
    "daily_female_births.csv",
    "daily_max_temperatures.csv",
    "daily_min_temperatures.csv",
    "monthly_mean_temp_nottingham.csv",
    "monthly_shampoo_sales.csv",
    "monthly_sunspots.csv",
    "monthly_writing_paper_sales.csv",
    "sea_ice_extent.csv",
    "yearly_water_usage.csv",
)
FOLDS = 5

Way = Callable[[np.ndarray, int, int], np.ndarray]
"""Values, season and steps -> forecasts."""


def _short(values: np.ndarray, season: int) -> int:
    return season if season <= 24 and len(values) >= 2 * season else 1


def holt_winters(y: np.ndarray, season: int, steps: int) -> np.ndarray:
    """Damped trend, additive season."""
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    season = _short(y, season)
    options: dict[str, Any] = {"trend": "add", "damped_trend": True}
    if season > 1:
        options |= {"seasonal": "add", "seasonal_periods": season}
    model: Any = ExponentialSmoothing(y, **options)
    return np.asarray(model.fit().forecast(steps))


def airline_model(y: np.ndarray, season: int, steps: int) -> np.ndarray:
    """(0,1,1)(0,1,1) on logarithms where it can (Box, Jenkins 1976)."""
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    season, log = _short(y, season), y.min() > 0
    y = np.log(y[-1_000:]) if log else y[-1_000:]
    seasonal = (0, 1, 1, season) if season > 1 else (0, 0, 0, 0)
    model: Any = SARIMAX(y, order=(0, 1, 1), seasonal_order=seasonal)
    ahead = np.asarray(model.fit(disp=False).forecast(steps))
    return np.exp(ahead) if log else ahead


def theta(y: np.ndarray, season: int, steps: int) -> np.ndarray:
    """Assimakopoulos, Nikolopoulos 2000, with statsmodels' own test of the season."""
    from statsmodels.tsa.forecasting.theta import ThetaModel

    model: Any = ThetaModel(y, period=season, deseasonalize=season > 1)
    return np.asarray(model.fit().forecast(steps))


def ours(kind: Any) -> Way:
    """A baseline as such a function."""

    def way(y: np.ndarray, season: int, steps: int) -> np.ndarray:
        x = np.arange(len(y) + steps, dtype="float64").reshape(-1, 1)
        model = kind() if kind in (forecast.LastValue, forecast.Drift) else kind(season)
        return model.fit(x[: len(y)], y).predict(x[len(y) :])

    return way


WAYS: dict[str, Way] = {
    "seasonal-naive": ours(forecast.SeasonalNaive),
    "last-value": ours(forecast.LastValue),
    "drift": ours(forecast.Drift),
    "ridge-lags": ours(forecast.RidgeOnLags),
    "ets": ours(forecast.Ets),
    "arima": ours(forecast.Arima),
    "statsmodels Holt-Winters": holt_winters,
    "statsmodels airline model": airline_model,
    "statsmodels Theta": theta,
}


def try_one(path: Path) -> dict[str, Any]:
    """Season, horizon, and of each way its error and seconds."""
    table, _ = read_table(path)
    y, series, _ = read_series(table, str(table.columns[-1]), name=path.name)
    folds = rolling_folds(len(y), horizon=series.horizon, folds=FOLDS)
    facts: dict[str, Any] = {
        "rows": len(y), "season": series.season, "horizon": series.horizon,
        "mase": {}, "seconds": {},
    }  # fmt: skip
    for name, way in WAYS.items():
        start, errors = time.process_time(), []
        for fold in folds:
            past = y[fold.train]
            step = np.abs(past[series.season :] - past[: -series.season]).mean()
            missed = y[fold.test] - way(past, series.season, series.horizon)
            errors.append(np.abs(missed).mean() / step)
        facts["mase"][name] = round(float(np.mean(errors)), 3)
        facts["seconds"][name] = round((time.process_time() - start) / FOLDS, 2)
    return facts


def main() -> None:
    root = Path(os.environ["ZOO_DATA"]) / "timeseries"
    asked = sys.argv[1:]
    known = HERE / "forecasts.json"
    found = json.loads(known.read_text("utf-8")) if known.exists() and asked else {}
    with warnings.catch_warnings():
        # what has not converged is scored as it is, theirs as ours
        warnings.simplefilter("ignore")
        for file in asked or FILES:
            found[file] = try_one(root / file)
            print(file, found[file], flush=True)
            save("forecasts", found)


if __name__ == "__main__":
    main()
