"""The signal test of series: can later values be forecast better than naively?

First it is asked whether values tell anything of those that follow. The test is one
that the values are exchangeable, as white noise is. Squared autocorrelations at lags
1 .. K, each over its own standard error, and their running sums (Box, Pierce 1970) are
standardised by permutations, and the best one is the statistic of the series and of
every permutation alike, so that choosing the lag is paid for. The standard errors are
those of Romano, Tirlea (Permutation testing for dependence in time series, J. Time
Series Analysis 43, 2022): with them the test keeps its level in long series whose
values are uncorrelated and yet not exchangeable, such as returns with calm and stormy
times, which plain autocorrelations reject far too often.

Values of a random walk depend on each other as strongly as any, and yet nothing can be
learned beyond repeating the last one. So where values are dependent the same is asked
of their changes from step to step, and over a season: these are permuted, and the
series is built from them anew. Such a series is a walk as the true one is if nothing
but a naive forecast holds, so the test is exact for any statistic; to the ones above
comes whether changes lead back to the mean level (Dickey, Fuller 1979). The largest of
these p-values counts: there is a signal only if no naive forecast is all that there is
(intersection-union test, Berger 1982), which needs no correction.
"""

import time
from dataclasses import replace
from typing import Any

import numpy as np

from ...data.errors import BadData
from ..results.candidates import LEVEL
from ..results.results import Signal
from .permutations import CALIBRATION, TIE, sequential_p
from .power import smallest_effect, to_task_metrics

MOST_VALUES = 10_000
"""Of a longer series the last ones are tested."""
LAGS, MOST_LAGS = 24, 400
"""Lags looked at: two seasons within these limits, and a third of the values at most.
A season of 365 days is among them."""
LEAST_VALUES = 6
"""With fewer there are not three values a lag."""
_TAIL = 0.95
"""Autocorrelations and the return to a level are on one scale here: each is .05 as
often beyond 1 by chance."""
_SCALE_DRAWS = 399
"""Permutations that tell the scale of changes: with 99 of them a tail is known so badly
that the power for an autoregression of .7 (144 values) was .38 in place of .70."""
_CELLS = 4_000_000
"""Cells of one Fourier transform, which bounds the memory to about 100 MB."""


def series_test(y: np.ndarray, *, season: int, seed: int = 0) -> Signal:
    """Test whether a series can be forecast better than naively.

    Parameters
    ----------
    y : float array of shape (n,) or (n, n_series)
        Of a long series the last `MOST_VALUES` are used; of several the statistics
        are means over all.
    season : int
        The lags that are looked at cover two of them, and repeating a season is a
        naive forecast too.
    seed : int, default 0

    Returns
    -------
    Signal
        ``p`` is the largest over all naive forecasts. Where values depend on those
        before them, and yet one of these seems to be all that there is, ``dependent``
        is true, ``unit`` says so, and everything else is of the changes.
        ``explained`` is the share of the variance that the value at the best lag
        explains (its squared autocorrelation, less what permutations have there).
        ``detectable``, given where nothing clear was found, is the share that an
        autoregression on the last value would need to be found with 80 % power; of
        changes, one that leads back to the mean level as well.

    Raises
    ------
    BadData
        There are less than `LEAST_VALUES` values.
    """
    values = np.stack([_checked(column) for column in y.reshape(len(y), -1).T])
    found = _tested(values, 0, season, seed)
    if found.p > LEVEL:
        return found
    for lag in sorted({1, season}):
        if values.shape[1] - lag < max(LEAST_VALUES, lag):
            continue
        if not changes_over(values, lag).any():  # a naive forecast without an error
            continue
        changes = _tested(values, lag, season, seed)
        if changes.p > LEVEL:
            unit = _only_naive(lag, found.p)
            return replace(changes, unit=unit, dependent=True)
        slower = changes.seconds + found.seconds
        worst = max((found, changes), key=lambda s: s.p)
        found = replace(
            found, p=worst.p, permutations=worst.permutations, seconds=slower
        )
    return found


def _only_naive(lag: int, p: float) -> str:
    """Say which naive forecast seems to be all that there is."""
    changes, naive = "from step to step", "the last value"
    if lag > 1:
        changes, naive = f"over a season of {lag} steps", "the last season"
    return (
        f"Values depend on those before them (p = {p:.3g}), but repeating {naive}, "
        "plus a constant drift, may be all there is to learn: so their changes "
        f"{changes} were permuted."
    )


def _tested(values: np.ndarray, lag: int, season: int, seed: int) -> Signal:
    """Test the values (lag 0), or their changes over so many steps."""
    start, rows = time.perf_counter(), values.shape[1] - lag
    lags = min(max(LAGS, 2 * season), MOST_LAGS, rows // 3)
    trial = _Trial(changes_over(values, lag), lag, lags, seed)
    p, permutations = sequential_p(trial.exceeding)
    least = None if p <= LEVEL else smallest_effect(lambda s: trial.finds(s, LEVEL))
    # of n values without a relation it is about 1 / n
    gains = squared_autocorrelations(trial.values, lags).mean(axis=0) - 1 / rows
    best = int(gains.argmax()) + 1
    what = "change" if lag else "value"
    return Signal(
        p=p,
        permutations=permutations,
        explained=float(gains[best - 1]),
        features=f"the {what} {best} step{'s' * (best > 1)} before",
        rows=rows,
        detectable=least,
        seconds=time.perf_counter() - start,
        worth=to_task_metrics(least, "forecast") if least else {},
    )


def changes_over(values: np.ndarray, lag: int) -> np.ndarray:
    """Return changes over so many steps less their mean; values as they are for 0.

    Parameters
    ----------
    values : array of shape (n_series, n_values)
    lag : int

    Returns
    -------
    array of shape (n_series, n_values - lag)
        In units of their spread.
    """
    steps = values[:, lag:] - values[:, :-lag] if lag else values
    centred = steps - steps.mean(axis=1, keepdims=True)
    spread = centred.std(axis=1, keepdims=True)
    small = 1e-9 * np.abs(values).max(axis=1, keepdims=True)
    return np.where(spread > small, centred / np.maximum(spread, 1e-300), 0.0)


class _Trial:
    """Series, or their changes, beside permutations, which are the same for all."""

    def __init__(self, values: np.ndarray, lag: int, lags: int, seed: int) -> None:
        self.values, self._lag, self._lags = values, lag, lags
        self._rng = np.random.default_rng([seed, 1])
        drawn = self._drawn(_SCALE_DRAWS if lag else CALIBRATION)
        self._centre, spread = drawn.mean(axis=0), drawn.std(axis=0)
        self._spread = np.where(spread > 0, spread, np.inf)
        best = self._best_of_kinds(drawn)
        self._middle, tail = np.quantile(best, (0.5, _TAIL), axis=0)
        self._tail = np.maximum(tail - self._middle, 1e-9)
        self._strengths = [self._standard(drawn)]
        true = [self._statistics(column[None]) for column in values]
        self._truth = float(self._standard(np.mean(true, axis=0))[0])

    def exceeding(self, count: int) -> int:
        """Draw so many permutations; count those at least as good as the truth."""
        strengths = self._standard(self._drawn(count))
        self._strengths.append(strengths)
        return int((strengths >= self._truth - TIE).sum())

    def finds(self, shares: np.ndarray, level: float) -> np.ndarray:
        """Whether relations of each share of variance are found at a level."""
        limit = float(np.quantile(np.concatenate(self._strengths), 1 - level))
        plants = (self._following, self._returning)[: 2 if self._lag else 1]
        found = []
        for planted in plants:
            seen = [self._statistics(planted(v, shares)) for v in self.values]
            found.append(self._standard(np.mean(seen, axis=0)) > limit)
        return np.all(found, axis=0)

    def _following(self, values: np.ndarray, shares: np.ndarray) -> np.ndarray:
        """Values, or changes, that follow the last one."""
        steps = self._noise(values, len(shares))[:, self._lag :]
        return autoregression(steps, np.sqrt(shares), 1)

    def _returning(self, values: np.ndarray, shares: np.ndarray) -> np.ndarray:
        """Changes of levels that return to their mean, which explains the shares."""
        steps = self._noise(values, len(shares))
        levels = autoregression(steps, 1 - 2 * shares, self._lag)
        return changes_over(levels, self._lag)

    def _noise(self, values: np.ndarray, count: int) -> np.ndarray:
        """Permutations of the values; a few of them again, for levels to start at."""
        again = [self._rng.permuted(np.tile(values, (count, 1)), axis=1) for _ in "ab"]
        return np.hstack([again[0][:, : self._lag], again[1]])

    def _drawn(self, count: int) -> np.ndarray:
        """Statistics of so many permutations, means over the series."""
        orders = self._rng.permuted(
            np.tile(np.arange(self.values.shape[1]), (count, 1)), axis=1
        )
        sums = [self._statistics(column[orders]) for column in self.values]
        return np.mean(sums, axis=0)

    def _statistics(self, series: np.ndarray) -> np.ndarray:
        sums = _sums(series, self._lags)
        if not self._lag:
            return sums
        return np.hstack([sums, _return_to_level(series, self._lag)])

    def _standard(self, sums: np.ndarray) -> np.ndarray:
        return ((self._best_of_kinds(sums) - self._middle) / self._tail).max(axis=1)

    def _best_of_kinds(self, sums: np.ndarray) -> np.ndarray:
        """The best autocorrelation, and the return to the level if there is one."""
        found = (sums - self._centre) / self._spread
        kinds = [found[:, : 2 * self._lags].max(axis=1)]
        if self._lag:  # a square with its sign, as autocorrelations are squares
            back = found[:, -1]
            kinds.append(back * np.abs(back))
        return np.stack(kinds, axis=1)


def _sums(series: np.ndarray, lags: int) -> np.ndarray:
    """Squared autocorrelations over their errors, and their running sums."""
    products = _lagged_products(series, lags)
    errors = _lagged_products(series**2, lags, centred=False)
    squares = np.divide(
        products**2, errors, out=np.zeros_like(products), where=errors > 1e-12
    )
    return np.hstack([squares, squares.cumsum(axis=1)])


def squared_autocorrelations(series: np.ndarray, lags: int) -> np.ndarray:
    """Return the squared autocorrelations of each row.

    Parameters
    ----------
    series : array of shape (n_series, n_values)
    lags : int

    Returns
    -------
    array of shape (n_series, lags)
        At lags 1 .. lags; 0 for a row whose values are all equal.
    """
    products = _lagged_products(series, lags)
    whole = ((series - series.mean(axis=1, keepdims=True)) ** 2).sum(
        axis=1, keepdims=True
    )
    known = whole > 1e-12 * np.abs(series).max() ** 2
    shares = np.divide(products, whole, out=np.zeros_like(products), where=known)
    return shares**2


def _lagged_products(
    series: np.ndarray, lags: int, *, centred: bool = True
) -> np.ndarray:
    """Sums of the products of values so many steps apart, by fast Fourier transform."""
    from scipy import fft

    length: Any = fft.next_fast_len(series.shape[1] + lags, real=True)
    found = []
    for block in np.array_split(series, -(-len(series) * length // _CELLS)):
        values = block - block.mean(axis=1, keepdims=True) if centred else block
        power = np.abs(np.asarray(fft.rfft(values, length, axis=1))) ** 2
        products: Any = fft.irfft(power, length, axis=1)
        found.append(products[:, 1 : lags + 1])
    return np.concatenate(found)


def _checked(y: np.ndarray) -> np.ndarray:
    """The last values, in units of their spread."""
    values = np.asarray(y, dtype="float64")[-MOST_VALUES:]
    if len(values) < LEAST_VALUES:
        msg = f"a series of {len(values)} values cannot be tested"
        raise BadData(f"{msg}; give {LEAST_VALUES} or more")
    centred = values - values.mean()
    return centred / (centred.std() or 1.0)


def _return_to_level(changes: np.ndarray, lag: int) -> np.ndarray:
    """Test how surely changes go against the level that they start from.

    The t-value of their regression on it, with errors that hold whatever the variances
    (White 1980), of shape (n_series, 1). The level is rebuilt from the changes, for
    each of ``lag`` steps of a season apart.
    """
    count, rows = changes.shape
    seasons = -(-rows // lag)
    padded = np.zeros((count, seasons * lag))
    padded[:, :rows] = changes
    levels = padded.reshape(count, seasons, lag).cumsum(axis=1)
    levels = levels - padded.reshape(count, seasons, lag)
    held = np.arange(seasons * lag).reshape(seasons, lag) < rows
    levels = (levels - levels.mean(axis=1, where=held, keepdims=True)) * held
    products = levels.reshape(count, -1)[:, :rows] * changes
    error = np.sqrt((products**2).sum(axis=1))
    against = -products.sum(axis=1)
    return np.divide(against, error, out=np.zeros(count), where=error > 1e-9)[:, None]


def autoregression(steps: np.ndarray, phi: np.ndarray, lag: int) -> np.ndarray:
    """Return series y[t] = phi y[t - lag] + step[t], stationary from the start.

    Parameters
    ----------
    steps : array of shape (n_series, n_values)
    phi : array of shape (n_series,)
    lag : int

    Returns
    -------
    array of shape (n_series, n_values)
        Less their means.
    """
    series = steps.copy()
    series[:, :lag] /= np.sqrt(1 - phi**2)[:, None]
    for t in range(lag, series.shape[1]):
        series[:, t] += phi * series[:, t - lag]
    return series - series.mean(axis=1, keepdims=True)
