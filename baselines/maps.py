"""Feature maps that are built without looking at the target.

A signal test may choose among them as it likes: what does not depend on the target
cannot favour the true one over a permuted one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

import numpy as np

WIDTH = 256
"""Columns of a random map; the cost of the test grows with it."""
MAX_COLUMNS = 1_000
"""Wider tables are projected down at random (Johnson-Lindenstrauss); curves and
products are left out where they would be more."""
WAVES = 4
"""Frequencies of the curves over a single column."""
HANDICAP = 0.6
"""Standard deviations that whatever is not a straight line must be better by. Straight
lines are the commonest of weak relations: without a handicap the power to find one was
.60 instead of .70, that to find others the same (80 draws of each kind of
``benchmarks/power.py``)."""


@dataclass(frozen=True)
class FeatureMap:
    """What a relation is looked for in.

    Parameters
    ----------
    name : str
        In words.
    z : float32 array of shape (n_rows, n_features)
        Centred columns with a mean square row length of 1, so that one list of
        penalties fits all maps.
    penalties : tuple of float
        Ridge penalties as shares of the number of rows; infinite is the score test.
    handicap : float
        In standard deviations.
    """

    name: str
    z: np.ndarray
    penalties: tuple[float, ...]
    handicap: float


def feature_maps(x: np.ndarray, *, seed: int) -> Iterator[FeatureMap]:
    """All maps of some features, the simplest first.

    Parameters
    ----------
    x : array of shape (n_rows, n_columns)
        Finite numbers.
    seed : int
    """
    rng = np.random.default_rng(seed)
    columns = standardise(x, rng)
    n = columns.shape[1]
    yield FeatureMap("the columns themselves", _scaled(columns), (inf, 0.03, 0.003), 0)
    for width in (1.0, 3.0):
        waves = _scaled(fourier_features(columns, rng, width=width))
        name = "smooth curves over all columns"
        yield FeatureMap(name, waves, (0.03, 0.003), HANDICAP)
    trees = _scaled(tree_leaves(columns, seed))
    yield FeatureMap("random trees", trees, (0.3, 0.03), HANDICAP)
    if 2 * n * WAVES <= MAX_COLUMNS:
        made = _scaled(column_curves(columns))
        yield FeatureMap("curves over single columns", made, (0.3,), HANDICAP)
    if 0 < n * (n - 1) // 2 <= MAX_COLUMNS:
        a, b = np.triu_indices(n, 1)
        made = _scaled(columns[:, a] * columns[:, b])
        yield FeatureMap("products of two columns", made, (0.3,), HANDICAP)


def standardise(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Columns of mean 0 and deviation 1, cut off at 4 deviations; constants go.

    Cutting keeps single far values from being all that a map sees.
    """
    x = np.asarray(x, dtype="float64").reshape(len(x), -1)
    reach = np.abs(x).max(axis=0)
    # picofarads or farads: the unit must not matter
    x = x / np.where(reach > 0, reach, 1)
    spread = x.std(axis=0)
    kept = spread > 1e-12
    z = np.clip((x[:, kept] - x[:, kept].mean(axis=0)) / spread[kept], -4, 4)
    if z.shape[1] == 0:
        return np.zeros((len(x), 1), dtype="float32")
    if z.shape[1] > MAX_COLUMNS:
        z = z @ rng.normal(size=(z.shape[1], MAX_COLUMNS)) / np.sqrt(MAX_COLUMNS)
    return z.astype("float32")


def fourier_features(
    columns: np.ndarray, rng: np.random.Generator, *, width: float
) -> np.ndarray:
    """Cosines whose inner products are near a Gaussian kernel's (Rahimi, Recht 2007).

    Parameters
    ----------
    columns : array of shape (n_rows, n_columns)
        Standardised.
    width : float
        Width of the kernel in units of the usual distance of two rows,
        ``sqrt(2 * n_columns)``.
    """
    scale = 1 / (width * np.sqrt(2 * columns.shape[1]) / 2)
    frequencies = rng.normal(scale=scale, size=(columns.shape[1], WIDTH))
    shifts = rng.uniform(0, 2 * np.pi, WIDTH)
    return np.cos(columns @ frequencies.astype("float32") + shifts.astype("float32"))


def tree_leaves(columns: np.ndarray, seed: int) -> np.ndarray:
    """Which leaf of each of some totally random trees a row falls into, one-hot."""
    from sklearn.ensemble import RandomTreesEmbedding

    trees = RandomTreesEmbedding(
        n_estimators=WIDTH // 16, max_depth=4, sparse_output=False, random_state=seed
    )
    return trees.fit_transform(columns)


def column_curves(columns: np.ndarray) -> np.ndarray:
    """Waves over each column alone, of 1 to `WAVES` radians a standard deviation."""
    return np.hstack(
        [f(k * columns) for k in range(1, WAVES + 1) for f in (np.cos, np.sin)]
    )


def _scaled(z: np.ndarray) -> np.ndarray:
    """Centred, and with a mean square row length of 1."""
    z = (z - z.mean(axis=0)).astype("float32")
    length = float(np.sqrt((z**2).sum(axis=1).mean()))
    return z / length if length else z
