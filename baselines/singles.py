"""Single columns, ranges of one, and products of two: which says most of a target?

What is seen in one column among many is lost in a fit on all of them. Here the largest
correlation counts, however many there are: its p-value after Šidák's correction, as a
standard normal deviate, so that it compares with other statistics. The correction need
not be exact (the columns are not independent): permutations are treated alike.
"""

import numpy as np

from .maps import standardise

BINS = 6
"""Ranges of a column, with as many rows each as far as its values allow."""
MOST = 1_000
"""Columns in all; ranges and products are left out where they would be more."""
LEAST_P = 1e-300


def candidates(x: np.ndarray, *, seed: int) -> np.ndarray:
    """The columns to choose from, of mean 0 and length 1.

    Parameters
    ----------
    x : array of shape (n_rows, n_columns)
        Finite numbers.

    Returns
    -------
    float32 array of shape (n_rows, n_candidates)
    """
    columns = standardise(x, np.random.default_rng(seed))
    n = columns.shape[1]
    made = [columns]
    if n * (BINS + 1) <= MOST:
        made.append(_ranges(columns))
    products = n * (n - 1) // 2
    if sum(m.shape[1] for m in made) + products <= MOST:
        a, b = np.triu_indices(n, 1)
        made.append(columns[:, a] * columns[:, b])
    every = np.column_stack(made)
    every = every - every.mean(axis=0)
    length = np.sqrt((every**2).sum(axis=0))
    kept = length > 1e-3
    return every[:, kept] / length[kept]


def _ranges(columns: np.ndarray) -> np.ndarray:
    """Whether a value lies in a range of its column, for each range."""
    inner = np.quantile(columns, np.arange(1, BINS) / BINS, axis=0)
    found = [
        np.digitize(column, np.unique(edges), right=True)[:, None] == np.arange(BINS)
        for column, edges in zip(columns.T, inner.T, strict=True)
    ]
    return np.column_stack(found).astype("float32")


def largest(chosen: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The largest squared correlation of each draw.

    Parameters
    ----------
    chosen : array of shape (n_rows, n_candidates)
        From `candidates`.
    target : array of shape (n_rows, n_draws, n_targets)
        Of mean 0 and deviation 1, or all 0.

    Returns
    -------
    array of shape (n_draws,)
    """
    rows, draws, _ = target.shape
    products = chosen.T @ target.reshape(rows, -1)
    squares = products.reshape(len(products), draws, -1) ** 2 / rows
    return squares.max(axis=(0, 2), initial=0)


def as_deviates(squares: np.ndarray, *, rows: int, tried: int) -> np.ndarray:
    """Squared correlations, the largest of so many, as standard normal deviates."""
    from scipy.stats import norm

    p = np.maximum(2 * norm.sf(np.sqrt(rows * squares)), LEAST_P)
    return norm.isf(-np.expm1(tried * np.log1p(-np.minimum(p, 1 - 1e-16))))
