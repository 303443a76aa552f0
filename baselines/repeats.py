"""Rows with equal features: how well anyone can do on them, with proof.

Two equal rows differ in their class with probability D, and the error e of the best
possible rule follows within bounds: with k classes ``(k-1)/k (1 - sqrt(1 - k/(k-1) D))
<= e`` (Cover, Hart, IEEE Trans. Inf. Theory 13:21-27, 1967). A rule learned on one half
of the equal rows and tried on the other bounds e from above. Both are shares of
successes, whose ends are exact given the features (Clopper, Pearson, Biometrika
26:404-413, 1934); that errs on the safe side where chances differ from kind to kind
(Hoeffding, Ann. Math. Stat. 27:713-721, 1956).
"""

from __future__ import annotations

from dataclasses import replace
from math import log, sqrt

import numpy as np

from ..data import Dataset
from .comparison import over_rows
from .equal_rows import is_fine, row_hashes

TAIL = 0.025
"""Chance that each end of a range is wrong; 5 % together."""
LEAST = 30
"""Pairs of equal rows, or kinds of them, that are needed to judge by."""


def independent_rows(dataset: Dataset) -> np.ndarray:
    """Numbers of the rows that are different cases though their features are equal.

    None where far more different rows are possible than there are: equal ones are then
    the same case again. Of equal rows of one group the first.
    """
    import pandas as pd

    x, none = dataset.x, np.zeros(0, dtype=int)
    if not isinstance(x, pd.DataFrame):
        return none
    if is_fine(x):
        return none
    if dataset.groups is None:
        return np.arange(len(x))
    both = pd.DataFrame({"kind": row_hashes(x), "group": dataset.groups})
    return np.flatnonzero(~both.duplicated())


def class_bounds(
    kinds: np.ndarray, y: np.ndarray, *, classes: int, seed: int = 0
) -> tuple[float, float] | None:
    """Ends of the highest accuracy on rows of which equal ones are known.

    Parameters
    ----------
    kinds : int array of shape (n_rows,)
        Equal for equal features.
    y : int array of shape (n_rows,)
        Class codes.
    classes : int
    seed : int, default 0

    Returns
    -------
    low, high : float
        With 95 % confidence; None with fewer than `LEAST` pairs.
    """
    order = np.random.default_rng(seed).permutation(len(y))
    order = order[np.argsort(kinds[order], kind="stable")]
    kinds, y = np.unique(kinds[order], return_inverse=True)[1], y[order]
    counts = np.bincount(kinds)
    place = np.arange(len(y)) - np.repeat(np.cumsum(counts) - counts, counts)
    paired = place < counts[kinds] // 2 * 2  # the last of an odd number has no other
    kinds, y, place = kinds[paired], y[paired], place[paired]
    pairs = len(y) // 2
    if pairs < LEAST:
        return None
    differ = int((y[0::2] != y[1::2]).sum())
    learned, tried = (_table(kinds, y, place % 2 == half, classes) for half in (0, 1))
    right = int(tried[np.arange(len(tried)), learned.argmax(axis=1)].sum())
    least = cover_hart(binomial_ends(differ, pairs, TAIL / 2)[0], classes)
    # the commonest class of each kind in hindsight: its mean error is below the best
    # rule's, and one row moves it by at most 1/n (McDiarmid 1989)
    hindsight = 1 - (learned + tried).max(axis=1).sum() / len(y)
    least = max(least, hindsight - sqrt(log(2 / TAIL) / (2 * len(y))))
    low, high = binomial_ends(right, pairs, TAIL)[0], float(1 - least)
    return min(low, high), high


def _table(
    kinds: np.ndarray, y: np.ndarray, chosen: np.ndarray, classes: int
) -> np.ndarray:
    """Counts of kind by class among the chosen rows."""
    table = np.zeros((kinds.max() + 1, classes), dtype=int)
    np.add.at(table, (kinds[chosen], y[chosen]), 1)
    return table


def cover_hart(differ: float, classes: int) -> float:
    """The least error of any rule where two equal rows differ with this probability."""
    most = (classes - 1) / classes
    return most * (1 - sqrt(max(0.0, 1 - differ / most)))


def binomial_ends(successes: int, trials: int, tail: float) -> tuple[float, float]:
    """Clopper-Pearson: each end is wrong with at most the probability ``tail``."""
    from scipy.stats import beta

    low, high = 0.0, 1.0
    if successes > 0:
        low = float(beta.ppf(tail, successes, trials - successes + 1))
    if successes < trials:
        high = float(beta.ppf(1 - tail, successes + 1, trials - successes))
    return low, high


def number_bounds(kinds: np.ndarray, y: np.ndarray) -> tuple[float, float] | None:
    """Ends of the highest R² on rows of which equal ones are known.

    Parameters
    ----------
    kinds : int array of shape (n_rows,)
        Equal for equal features; each occurs twice at least.
    y : float array of shape (n_rows,)

    Returns
    -------
    low, high : float
        1 minus the variance within kinds over the variance of all, a ratio of means
        over kinds; None with fewer than `LEAST` kinds, or where y does not vary.
    """
    kinds = np.unique(kinds, return_inverse=True)[1]
    counts = np.bincount(kinds)
    if len(counts) < LEAST or np.ptp(y) == 0:
        return None
    means = np.bincount(kinds, weights=y) / counts
    within = np.bincount(kinds, weights=(y - means[kinds]) ** 2)
    all_of_it = np.bincount(kinds, weights=(y - y.mean()) ** 2)
    noise = over_rows(within * counts / (counts - 1), all_of_it)
    low, high = replace(noise, freedom=len(counts) - 1).interval(1 - 2 * TAIL)
    return float(np.clip(1 - high, 0, 1)), float(np.clip(1 - low, 0, 1))
