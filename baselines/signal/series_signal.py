"""The signal test of a series: do its values tell anything of those that follow?

An exact permutation test that the values are exchangeable, as white noise is. Squared
autocorrelations at lags 1 .. K, each over its own standard error, and their running
sums (Box, Pierce 1970) are standardised by permutations, and the best one is the
statistic of the series and of every permutation alike, so that choosing the lag is paid
for. The standard errors are those of Romano, Tirlea (Permutation testing for dependence
in time series, J. Time Series Analysis 43, 2022): with them the test keeps its level in
long series whose values are uncorrelated and yet not exchangeable, such as returns with
calm and stormy times, which plain autocorrelations reject far too often. The p-value is
that of `learnable.baselines.signal.permutations`.
"""

import time
from typing import Any

import numpy as np

from ...data.errors import BadData
from ..results.results import Signal
from .permutations import sequential_p
from .power import in_measures, smallest_effect

MOST_VALUES = 10_000
"""Of a longer series the last ones are tested."""
LAGS, MOST_LAGS = 24, 400
"""Lags looked at: two seasons within these limits, and a third of the values at most.
A season of 365 days is among them."""
LEAST_VALUES = 6
"""With fewer there are not three values a lag."""
_BLOCK = 4_000_000
"""Cells of one Fourier transform, which bounds the memory to about 100 MB."""


def series_test(y: np.ndarray, *, season: int, seed: int = 0) -> Signal:
    """Test whether the values of a series depend on those before them.

    Parameters
    ----------
    y : float array of shape (n,)
        Of a long series the last `MOST_VALUES` are used.
    season : int
        The lags that are looked at cover two of them.
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
    from .permutations import LEVEL

    start = time.perf_counter()
    values = _checked(y)
    lags = min(max(LAGS, 2 * season), MOST_LAGS, len(values) // 3)
    trial = _Trial(values, lags, np.random.default_rng([seed, 1]))
    p, permutations = sequential_p(trial.exceeding)
    least = None if p <= LEVEL else smallest_effect(lambda s: trial.finds(s, LEVEL))
    squares = squared_autocorrelations(values[None], lags)[0]
    # of n values without a relation it is about 1 / n
    gains = squares - 1 / len(values)
    lag = int(gains.argmax()) + 1
    return Signal(
        p=p,
        permutations=permutations,
        explained=float(gains[lag - 1]),
        features=f"the value {lag} step{'s' * (lag > 1)} before",
        rows=len(values),
        detectable=least,
        seconds=time.perf_counter() - start,
        worth=in_measures(least, "forecast") if least else {},
    )


class _Trial:
    """A series beside its permutations."""

    def __init__(self, values: np.ndarray, lags: int, rng: np.random.Generator) -> None:
        # signal.py imports this file
        from .permutations import CALIBRATION

        self._values, self._lags, self._rng = values, lags, rng
        drawn = _sums(self._draw(CALIBRATION), lags)
        self._centre, spread = drawn.mean(axis=0), drawn.std(axis=0)
        self._spread = np.where(spread > 0, spread, np.inf)
        self._strengths = [self._standard(drawn)]
        self._truth = float(self._standard(_sums(values[None], lags))[0])

    def exceeding(self, count: int) -> int:
        """Draw so many permutations; count those at least as good as the truth."""
        # signal.py imports this file
        from .permutations import TIE

        strengths = self._standard(_sums(self._draw(count), self._lags))
        self._strengths.append(strengths)
        return int((strengths >= self._truth - TIE).sum())

    def finds(self, shares: np.ndarray, level: float) -> np.ndarray:
        """Whether an autoregression of each share of variance is found at a level."""
        limit = float(np.quantile(np.concatenate(self._strengths), 1 - level))
        planted = _planted(self._values, shares, self._rng)
        return self._standard(_sums(planted, self._lags)) > limit

    def _draw(self, count: int) -> np.ndarray:
        return _permuted(self._values, count, self._rng)

    def _standard(self, sums: np.ndarray) -> np.ndarray:
        return ((sums - self._centre) / self._spread).max(axis=1)


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
    for block in np.array_split(series, -(-len(series) * length // _BLOCK)):
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
    return steps - steps.mean(axis=1, keepdims=True)
