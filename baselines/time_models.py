"""Time-series models of statsmodels for `learnable.baselines.forecast`.

What is done to a series before it is fitted (logarithms, harmonics, differences), and
the models that are tried. FPP is Hyndman, Athanasopoulos 2021, *Forecasting: Principles
and Practice*, 3rd edition.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

import numpy as np

STRONG = 0.64
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


def grows(values: np.ndarray, season: int) -> bool:
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


def least_aicc(fits: Iterator[Any]) -> Any:
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
    over = int(season > 1 and strength(values, season) > STRONG)
    times = differences(values[season:] - values[:-season] if over else values)
    constant = "c" if over + times == 0 else None
    plain = [] if over else [(p, q, 0, 0) for p, q in PLAIN_ORDERS]
    orders = [*plain, *(SEASONAL_ORDERS if season > 1 else [])]
    fits = []
    for p, q, seasonal_p, seasonal_q in orders:
        seasonal = (seasonal_p, over, seasonal_q, season if season > 1 else 0)
        fits.extend(_arima_fit(values, (p, times, q), seasonal, constant))
    yield from fits
    best = least_aicc(iter(fits))
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


def differences(values: np.ndarray, most: int = 2) -> int:
    """How often differences are taken until a KPSS test (5 %) finds the level stable.

    Kwiatkowski, Phillips, Schmidt, Shin 1992, Journal of Econometrics 54. Their lags
    are as many as ``auto.arima`` of R takes; statsmodels' test warns of every p-value
    above .1.
    """
    for times in range(most):
        if kpss(values) <= KPSS_LIMIT:
            return times
        values = np.diff(values)
    return most


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
