"""Baselines that forecast a series, without a network.

Each is fitted on positions x, of shape (n, 1), and the values y there, of shape (n,),
in the order of time; it is asked for positions that follow them. The sources that most
are from: Hyndman, Athanasopoulos 2021, *Forecasting: Principles and Practice* (FPP),
3rd edition; Hyndman, Khandakar 2008, *Automatic time series forecasting: the forecast
package for R*, Journal of Statistical Software 27.
"""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from ..data.errors import BadData, Misuse
from .time_models import arima_fits, ets_fits, grows, harmonics, least_aicc, quiet

SHORT_SEASON = 24
"""Longer seasons are taken off as harmonics: a state of as many numbers is slow, and
R's ``ets`` stops at 24 too (Hyndman, Khandakar 2008)."""
MOST_VALUES, MOST_CELLS = 1_000, 12_000
"""Values that ETS and ARIMA are fitted on, the last ones; and values x season. 1,000
monthly values are half a second for each ARIMA order, 500 hourly ones a second."""
WILD = 10
"""A forecast that is so many ranges of the training values off is replaced by the
seasonal naive one: a recursion has run away."""


def seasonal_naive(history: np.ndarray, steps: int, season: int) -> np.ndarray:
    """The value one season before, again and again (FPP 5.2).

    Parameters
    ----------
    history : array of shape (n,)
    steps : int
    season : int
        The last value is repeated where fewer values are known.

    Returns
    -------
    array of shape (steps,)
    """
    season = season if 1 <= season <= len(history) else 1
    return history[len(history) - season + np.arange(steps) % season]


class _Forecaster(RegressorMixin, BaseEstimator):
    """What the forecasters share: `_learn` from ``values_``, and go `_ahead`."""

    season: int = 1

    def fit(self, x: Any, y: Any) -> Self:
        """Learn the values y, (n,), at the positions x, (n, 1)."""
        self.values_ = np.asarray(y, dtype="float64")
        if not len(self.values_) or not np.isfinite(self.values_).all():
            msg = "a series to forecast needs values without gaps"
            raise BadData(f"{msg}, got {len(self.values_)} with gaps or none")
        self.last_ = round(float(np.asarray(x)[-1, 0]))
        # of values that are all equal there is nothing more to learn
        self.moves_ = bool(np.ptp(self.values_) > 0)
        if self.moves_:
            self._learn()
        return self

    def predict(self, x: Any) -> np.ndarray:
        """The values at positions x, (n, 1), after those fitted on; always finite."""
        check_is_fitted(self, "values_")
        steps = np.rint(np.asarray(x)[:, 0]).astype(int) - self.last_
        if len(steps) and steps.min() < 1:
            msg = f"positions to forecast must be above {self.last_}, the last one"
            raise Misuse(f"{msg} fitted on; got {steps.min() + self.last_}")
        naive = seasonal_naive(self.values_, steps.max(initial=0), self.season)
        if not self.moves_ or not len(steps):
            return naive[steps - 1]
        ahead = np.asarray(self._ahead(len(naive)), dtype="float64")
        low, high = self.values_.min(), self.values_.max()
        reach = WILD * (high - low)
        fair = (ahead >= low - reach) & (ahead <= high + reach)  # false for NaN
        return np.where(fair, ahead, naive)[steps - 1]

    def _learn(self) -> None:
        """Nothing is fitted by rules of thumb."""

    @abstractmethod
    def _ahead(self, steps: int) -> np.ndarray: ...


class LastValue(_Forecaster):
    """The last value, again and again (FPP 5.2: naive)."""

    def _ahead(self, steps: int) -> np.ndarray:
        return seasonal_naive(self.values_, steps, 1)


class SeasonalNaive(_Forecaster):
    """The value one season before (FPP 5.2).

    Parameters
    ----------
    season : int
        Steps after which the series repeats itself.
    """

    def __init__(self, season: int) -> None:
        self.season = season

    def _ahead(self, steps: int) -> np.ndarray:
        return seasonal_naive(self.values_, steps, self.season)


class Drift(_Forecaster):
    """The line through the first and the last value (FPP 5.2)."""

    def _ahead(self, steps: int) -> np.ndarray:
        slope = (self.values_[-1] - self.values_[0]) / (len(self.values_) - 1)
        return self.values_[-1] + slope * np.arange(1, steps + 1)


class RidgeOnLags(_Forecaster):
    """Ridge regression of the next step on the values before, applied again and again.

    What is regressed is the step to the next value, on the level and on how far the
    values before stand from the last one, so that trends are followed. The penalty is
    chosen by leave-one-out (Golub, Heath, Wahba 1979). Values whose swings grow with
    their level are taken as logarithms.

    Parameters
    ----------
    season : int
        The values before are those of one season and a step (at most 49, and then
        those around the same time of the season), and that two seasons before.
    """

    def __init__(self, season: int) -> None:
        self.season = season

    def _learn(self) -> None:
        from sklearn.linear_model import RidgeCV
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        self.log_ = grows(self.values_, self.season)
        self.known_ = np.log(self.values_) if self.log_ else self.values_
        self.lags_ = lags_for(len(self.known_), self.season)
        ends = np.arange(self.lags_[-1], len(self.known_) - 1)
        model = make_pipeline(StandardScaler(), RidgeCV(np.logspace(-2, 4, 13)))
        steps = self.known_[ends + 1] - self.known_[ends]
        x = _relative(self.known_, ends, self.lags_)
        self.model_ = model.fit(x, steps) if len(ends) > 2 else None

    def _ahead(self, steps: int) -> np.ndarray:
        if self.model_ is None:  # too few values: `predict` falls back
            return np.full(steps, np.nan)
        values = np.append(self.known_, np.zeros(steps))
        scaler, ridge = (step for _, step in self.model_.steps)
        with np.errstate(over="ignore", invalid="ignore"):  # predict sees to those
            for t in range(len(self.known_), len(values)):
                row = _relative(values, np.array([t - 1]), self.lags_)[0]
                row = (row - scaler.mean_) / scaler.scale_
                values[t] = values[t - 1] + row @ ridge.coef_ + ridge.intercept_
            ahead = values[len(self.known_) :]
            return np.exp(ahead) if self.log_ else ahead


def lags_for(rows: int, season: int) -> np.ndarray:
    """Sorted steps back from the last value that ridge looks at; a third at most."""
    near = range(1, min(max(season, 3), 48) + 1)
    around = {season - 2, season - 1, season, 2 * season - 1}
    most = max(1, rows // 3)
    return np.array(sorted(lag for lag in {*near, *around} if 1 <= lag <= most))


def _relative(values: np.ndarray, ends: np.ndarray, lags: np.ndarray) -> np.ndarray:
    """The level at each end, and how far the values before stand from it."""
    level = values[ends][:, None]
    return np.hstack([level, values[ends[:, None] - lags] - level])


class _Searched(_Forecaster):
    """A model of statsmodels, the best of a few by AICc; long seasons as harmonics."""

    may_log = False

    def __init__(self, season: int) -> None:
        self.season = season

    def _learn(self) -> None:
        values, rows = self.values_, len(self.values_)
        self.waves_ = np.zeros(1)
        if self.season > SHORT_SEASON and rows >= 2 * self.season:
            self.waves_ = harmonics(values, self.season)
            values = values - self.waves_[np.arange(-rows, 0) % self.season]
        short = 1 < self.season <= SHORT_SEASON and rows >= 2 * self.season
        season = self.season if short else 1
        values = values[-min(MOST_VALUES, MOST_CELLS // season) :]
        self.unit_ = float(values.std()) or 1.0  # optimisers like numbers near 1
        values = values / self.unit_
        self.log_ = self.may_log and grows(values, season)
        with quiet():
            fits = self._fits(np.log(values) if self.log_ else values, season)
            self.result_ = least_aicc(fits)

    def _ahead(self, steps: int) -> np.ndarray:
        if self.result_ is None:  # too few values: `predict` falls back
            return np.full(steps, np.nan)
        with quiet():
            ahead = np.asarray(self.result_.forecast(steps))
            ahead = (np.exp(ahead) if self.log_ else ahead) * self.unit_
        return ahead + np.resize(self.waves_, steps)

    @abstractmethod
    def _fits(self, values: np.ndarray, season: int) -> Iterator[Any]: ...


class Ets(_Searched):
    """Exponential smoothing; trend, damping and season chosen by AICc (FPP 8).

    Fitted on the last 1,000 values, of a season of 24 on the last 500: older ones
    weigh next to nothing. Seasons above 24 are taken off as harmonics first.

    Parameters
    ----------
    season : int
        Steps after which the series repeats itself.
    """

    def _fits(self, values: np.ndarray, season: int) -> Iterator[Any]:
        return ets_fits(values, season)


class Arima(_Searched):
    """ARIMA; differences by tests, the order among a few by AICc, drift if it helps.

    Differences over a season are taken where it is strong, and others until a KPSS
    test is content (Hyndman, Khandakar 2008). Values whose swings grow with their
    level are taken as logarithms. Fitted on the last 1,000 values, of a season of 24
    on the last 500. Seasons above 24 are taken off as harmonics first.

    Parameters
    ----------
    season : int
        Steps after which the series repeats itself.
    """

    may_log = True

    def _fits(self, values: np.ndarray, season: int) -> Iterator[Any]:
        return arima_fits(values, season)
