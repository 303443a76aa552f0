"""Baselines that forecast a series, without a network.

Each is fitted on positions x, of shape (n, 1), and the values y there, of shape (n,),
in the order of time; it is asked for positions that follow them. The sources that most
are from: Hyndman, Athanasopoulos 2021, *Forecasting: Principles and Practice* (FPP),
3rd edition; Hyndman, Khandakar 2008, *Automatic time series forecasting: the forecast
package for R*, Journal of Statistical Software 27.

Time-series models of statsmodels for `learnable.baselines.estimators.forecast`.

What is done to a series before it is fitted (logarithms, harmonics, differences), and
the models that are tried. FPP is Hyndman, Athanasopoulos 2021, *Forecasting: Principles
and Practice*, 3rd edition.
"""

import warnings
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.utils.validation import check_is_fitted

from ...data.errors import BadData, Misuse

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
    """Base of the forecasters: `_learn` from ``values_``, and go `_ahead`."""

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
            raise Misuse(f"{msg} in the training rows; got {steps.min() + self.last_}")
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


class Mean(_Forecaster):
    """The mean of all values, again and again (FPP 5.2)."""

    def _ahead(self, steps: int) -> np.ndarray:
        return np.full(steps, self.values_.mean())


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


class EachSeries(RegressorMixin, BaseEstimator):
    """A forecaster for each of several series, which know nothing of each other.

    Parameters
    ----------
    model : estimator
        Is cloned for each column of y, (n, n_series).
    """

    def __init__(self, model: Any) -> None:
        self.model = model

    def fit(self, x: Any, y: Any) -> Self:
        """Fit a clone on each column of y, at the positions x, (n, 1)."""
        columns = np.asarray(y, dtype="float64").T
        clones: list[Any] = [clone(self.model) for _ in columns]
        pairs = zip(clones, columns, strict=True)
        self.models_ = [model.fit(x, column) for model, column in pairs]
        return self

    def predict(self, x: Any) -> np.ndarray:
        """The forecasts of all series, (n, n_series)."""
        check_is_fitted(self, "models_")
        return np.column_stack([model.predict(x) for model in self.models_])


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

        self.log_ = variance_grows(self.values_, self.season)
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
        self.log_ = self.may_log and variance_grows(values, season)
        with quiet():
            fits = self._fits(np.log(values) if self.log_ else values, season)
            self.result_ = select_by_aicc(fits)

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


_STRONG = 0.64
"""Strength of a season from which on differences over it are taken, as ``auto.arima``
of R's forecast package does (Wang, Smith, Hyndman 2006 define the strength)."""
ETS = (
    ("add", None, False, None),
    ("add", "add", True, None),
    ("add", "add", False, None),
    ("add", None, False, "add"),
    ("add", "add", True, "add"),
    ("add", "add", False, "add"),
    ("mul", None, False, "mul"),
    ("mul", "add", True, "mul"),
    ("mul", "add", False, "mul"),
)
"""Error, trend, whether it is damped, season: those of FPP 8.4 that are stable, less
mixtures. Multiplicative ones need positive values."""

PLAIN_ORDERS = ((0, 0), (1, 0), (0, 1), (1, 1), (2, 1), (2, 2))
"""(p, q); the four that Hyndman, Khandakar 2008 start from, and two between them."""
SEASONAL_ORDERS = ((0, 1, 0, 1), (1, 1, 0, 1), (1, 0, 1, 0), (2, 0, 0, 1))
"""(p, q, P, Q); the first is the airline model (Box, Jenkins 1976)."""

HARMONICS, MOST_HARMONIC_VALUES = 60, 20_000
"""Sine and cosine pairs tried for a long season, and the values they are fitted on."""

KPSS_LIMIT = 0.463
"""Above this a level is not stable, at 5 % (Kwiatkowski et al. 1992, table 1)."""
GROWING = 0.8
"""Logarithms are taken where they make the spread so much more even; with 1, half of
all series whose level stays where it is would have them."""


def variance_grows(values: np.ndarray, season: int) -> bool:
    """Whether the values vary the more, the higher they stand: logarithms are better.

    The way of Guerrero (1993), *Time-series analysis supported by power
    transformations*, for the choice between none and the logarithm: over stretches of
    a season, the ratio deviation / mean varies less than the deviation.
    """
    length = season if 2 <= season <= len(values) // 4 else 12
    count = len(values) // length
    if values.min() <= 0 or count < 3:
        return False
    parts = values[len(values) - count * length :].reshape(count, length)
    spread, level = parts.std(axis=1), parts.mean(axis=1)
    if not spread.any():
        return False

    def varies(x: np.ndarray) -> float:
        return float(x.std() / x.mean())

    return varies(spread / level) < GROWING * varies(spread)


@contextmanager
def quiet() -> Iterator[None]:
    """Without warnings: a fit that has not converged still forecasts, and is scored."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # where it is first imported it asks for its own warnings, whatever was set
        import_module("statsmodels.tools.sm_exceptions")
        warnings.simplefilter("ignore")
        yield


def harmonics(values: np.ndarray, season: int) -> np.ndarray:
    """A season as a few sines and cosines, of shape (season,), from the next step on.

    The strongest pairs of the first `HARMONICS` are kept, as many as make BIC least;
    a straight line is fitted beside them (FPP 7.4 and 12.1, where AICc chooses).
    """
    values = values[-MOST_HARMONIC_VALUES:]
    rows = len(values)
    turns = np.arange(-rows, season)[:, None] / season
    angles = 2 * np.pi * turns * np.arange(1, min(HARMONICS, (season - 1) // 2) + 1)
    sines, cosines = np.sin(angles), np.cos(angles)
    line = np.vander(np.arange(rows) / rows, 2)
    rest = values - line @ np.linalg.lstsq(line, values)[0]
    power = (sines[:rows].T @ rest) ** 2 + (cosines[:rows].T @ rest) ** 2
    best, kept = np.inf, np.zeros(season)
    for pairs in range(min(13, len(power), rows // 8)):
        chosen = np.argsort(-power)[:pairs]
        waves = np.hstack([sines[:, chosen], cosines[:, chosen]])
        weights = np.linalg.lstsq(np.hstack([waves[:rows], line]), values)[0]
        missed = values - np.hstack([waves[:rows], line]) @ weights
        bic = rows * np.log((missed**2).mean() + 1e-300) + 2 * pairs * np.log(rows)
        if bic < best:
            best, kept = bic, waves[rows:] @ weights[: 2 * pairs]
    return kept


def select_by_aicc(fits: Iterator[Any]) -> Any:
    """The result with the least AICc (Hurvich, Tsai 1989), or None of none."""
    return min(
        (fit for fit in fits if np.isfinite(fit.aicc)),
        key=lambda fit: fit.aicc,
        default=None,
    )


def ets_fits(values: np.ndarray, season: int) -> Iterator[Any]:
    """Fits of those of `ETS` that the values allow."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    for error, trend, damped, seasonal in ETS:
        if (seasonal and season == 1) or (error == "mul" and values.min() <= 0):
            continue
        periods = season if seasonal else None
        # too few values for this form, or a likelihood that cannot be had
        with suppress(ValueError, np.linalg.LinAlgError):
            model = ETSModel(values, error, trend, damped, seasonal, periods)
            yield model.fit(disp=False, maxiter=100)


def arima_fits(values: np.ndarray, season: int) -> Iterator[Any]:
    """Fits of the orders tried, then of the best again with drift if it may have one.

    Differences are taken as in Hyndman, Khandakar 2008.
    """
    over = int(season > 1 and strength(values, season) > _STRONG)
    times = differencing_order(values[season:] - values[:-season] if over else values)
    constant = "c" if over + times == 0 else None
    plain = [] if over else [(p, q, 0, 0) for p, q in PLAIN_ORDERS]
    orders = [*plain, *(SEASONAL_ORDERS if season > 1 else [])]
    fits = []
    for p, q, seasonal_p, seasonal_q in orders:
        seasonal = (seasonal_p, over, seasonal_q, season if season > 1 else 0)
        fits.extend(_arima_fit(values, (p, times, q), seasonal, constant))
    yield from fits
    best = select_by_aicc(iter(fits))
    if best is not None and over + times == 1:
        model = best.model
        yield from _arima_fit(values, model.order, model.seasonal_order, "t")


def _arima_fit(
    values: np.ndarray,
    order: tuple[int, int, int],
    seasonal: tuple[int, int, int, int],
    trend: str | None,
) -> Iterator[Any]:
    """One fit, or none where the likelihood cannot be had."""
    from statsmodels.tsa.arima.model import ARIMA

    with suppress(ValueError, np.linalg.LinAlgError):
        model: Any = ARIMA(values, order=order, seasonal_order=seasonal, trend=trend)
        yield model.fit()


def strength(values: np.ndarray, season: int) -> float:
    """Share of what is left after the trend that the season explains, 0 to 1 (FPP 4.3).

    ``1 - var(rest) / var(season + rest)`` of an STL decomposition (Wang, Smith, Hyndman
    2006, Data Mining and Knowledge Discovery 13).
    """
    from statsmodels.tsa.seasonal import STL

    parts = STL(values, period=season).fit()
    whole = float((parts.seasonal + parts.resid).var())
    return max(0.0, 1 - float(parts.resid.var()) / whole) if whole > 0 else 0.0


_MOST_DIFFERENCES = 2


def differencing_order(values: np.ndarray) -> int:
    """Count the differences taken until a KPSS test (5 %) finds the level stable.

    Kwiatkowski, Phillips, Schmidt, Shin 1992, Journal of Econometrics 54. Their lags
    are as many as ``auto.arima`` of R takes; statsmodels' test warns of every p-value
    above .1.
    """
    for times in range(_MOST_DIFFERENCES):
        if kpss(values) <= KPSS_LIMIT:
            return times
        values = np.diff(values)
    return _MOST_DIFFERENCES


def kpss(values: np.ndarray) -> float:
    """The statistic of the KPSS test of a level; 0 where the values are all equal."""
    rows, rest = len(values), values - values.mean()
    products = [
        float(rest[k:] @ rest[: rows - k]) for k in range(int(3 * rows**0.5 / 13) + 1)
    ]
    weights = 1 - np.arange(len(products)) / len(products)  # Bartlett's
    spread = (2 * weights @ products - products[0]) / rows
    walked = float((rest.cumsum() ** 2).sum()) / rows**2
    return float(walked / spread) if spread > 0 else 0.0
