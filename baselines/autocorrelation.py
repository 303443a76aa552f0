"""The signal test of a series: do its values tell anything of those that follow?

An exact permutation test that the values are exchangeable, as white noise is. Squared
autocorrelations at lags 1 .. K, and their running sums (Box, Pierce 1970), are each
standardised over the permutations, and the best one is the statistic of the series and
of every permutation alike, so that choosing the lag is paid for. The p-value is that of
`learnable.baselines.signal`.
"""

import time
from typing import Any

import numpy as np

from ..data.errors import BadData
from .results import Signal

MOST_VALUES = 10_000
"""Of a longer series the last ones are tested."""
LAGS, MOST_LAGS = 24, 400
"""Lags looked at: two seasons within these limits, and a third of the values at most.
A season of 365 days is among them."""
LEAST_VALUES = 6
"""With fewer there are not three values a lag."""
BLOCK = 4_000_000
"""Cells of one Fourier transform, which bounds the memory to about 100 MB."""


def series_test(
    y: np.ndarray, *, season: int, permutations: int = 499, seed: int = 0
) -> Signal:
    """Test whether the values of a series depend on those before them.

    Parameters
    ----------
    y : float array of shape (n,)
        Of a long series the last `MOST_VALUES` are used.
    season : int
        The lags that are looked at cover it.
    permutations : int, default 499
        The smallest p-value is ``1 / (permutations + 1)``.
    seed : int, default 0

    Returns
    -------
    Signal
        ``explained`` is the share of the variance that the value at the best lag
        explains (its squared autocorrelation, less what permutations have there).
        ``detectable``, given where nothing clear was found, is the share that an
        autoregression on the last value would need to be found with 80 % power.

    Raises
    ------
    BadData
        There are less than `LEAST_VALUES` values.
    """
    # signal.py imports this file
    from .signal import DRAWS, EFFECTS, LEVEL, TIE, _detectable

    start = time.perf_counter()
    values = _checked(y)
    lags = min(max(LAGS, 2 * season), MOST_LAGS, len(values) // 3)
    rng = np.random.default_rng([seed, 1])
    drawn = squared_autocorrelations(_permuted(values, permutations, rng), lags)
    squares = np.vstack([squared_autocorrelations(values[None], lags), drawn])
    sums = np.hstack([squares, squares.cumsum(axis=1)])
    centre, spread = sums.mean(axis=0), sums.std(axis=0)
    spread = np.where(spread > 0, spread, np.inf)
    best = ((sums - centre) / spread).max(axis=1)
    p = float((best >= best[0] - TIE).mean())
    detectable = None
    if p > LEVEL:
        planted = _planted(values, np.repeat(EFFECTS, DRAWS), rng)
        found = squared_autocorrelations(planted, lags)
        found = np.hstack([found, found.cumsum(axis=1)])
        limit = float(np.quantile(best, 1 - LEVEL))
        detectable = _detectable(((found - centre) / spread).max(axis=1) > limit + TIE)
    gains = (squares[0] - centre[:lags]) / (1 - centre[:lags])
    lag = int(gains.argmax()) + 1
    return Signal(
        p=p,
        permutations=permutations,
        explained=float(gains[lag - 1]),
        features=f"the value {lag} step{'s' * (lag > 1)} before",
        rows=len(values),
        detectable=detectable,
        seconds=time.perf_counter() - start,
    )


def squared_autocorrelations(series: np.ndarray, lags: int) -> np.ndarray:
    """Of each row, by fast Fourier transform.

    Parameters
    ----------
    series : array of shape (n_series, n_values)
    lags : int

    Returns
    -------
    array of shape (n_series, lags)
        At lags 1 .. lags; 0 for a row whose values are all equal.
    """
    from scipy import fft

    length: Any = fft.next_fast_len(series.shape[1] + lags, real=True)
    squares = []
    for block in np.array_split(series, -(-len(series) * length // BLOCK)):
        centred = block - block.mean(axis=1, keepdims=True)
        power = np.abs(np.asarray(fft.rfft(centred, length, axis=1))) ** 2
        products: Any = fft.irfft(power, length, axis=1)
        products = products[:, : lags + 1]
        whole = products[:, :1]
        known = whole > 1e-12 * np.abs(block).max() ** 2
        shares = np.divide(products, whole, out=np.zeros_like(products), where=known)
        squares.append(shares[:, 1:] ** 2)
    return np.concatenate(squares)


def _checked(y: np.ndarray) -> np.ndarray:
    """The last values, in units of their spread."""
    values = np.asarray(y, dtype="float64")[-MOST_VALUES:]
    if len(values) < LEAST_VALUES:
        msg = f"a series of {len(values)} values cannot be tested"
        raise BadData(f"{msg}; bring {LEAST_VALUES} or more")
    centred = values - values.mean()
    return centred / (centred.std() or 1.0)


def _permuted(values: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Permutations of the values, of shape (count, n)."""
    return rng.permuted(np.tile(values, (count, 1)), axis=1)


def _planted(
    values: np.ndarray, shares: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Autoregressions y[t] = sqrt(share) y[t-1] + e[t]; e are the values, permuted.

    Their first value is one of e in units of the series' own spread, so that they are
    stationary from the start.
    """
    phi = np.sqrt(shares)
    steps = _permuted(values, len(shares), rng)
    steps[:, 0] /= np.sqrt(1 - shares)
    for t in range(1, steps.shape[1]):
        steps[:, t] += phi * steps[:, t - 1]
    return steps
