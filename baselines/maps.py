"""Feature maps that are built without looking at the target.

A signal test may choose among them as it likes: what does not depend on the target
cannot favour the true one over a permuted one.
"""

from collections.abc import Iterator

import numpy as np

WIDTH = 256
"""Columns of a random map; the cost of the test grows with it."""
MAX_COLUMNS = 1_000
"""Wider tables are projected down at random (Johnson-Lindenstrauss)."""


def feature_maps(x: np.ndarray, *, seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """Name in words and matrix of each map, the cheapest first.

    Parameters
    ----------
    x : array of shape (n_rows, n_columns)
        Finite numbers.
    seed : int

    Yields
    ------
    name : str
    z : float32 array of shape (n_rows, n_features)
        Centred columns; all maps have the same total variance, so that one list of
        penalties fits all.
    """
    rng = np.random.default_rng(seed)
    columns = standardise(x, rng)
    yield "the columns themselves", _scaled(columns)
    for width in (1.0, 3.0):
        waves = fourier_features(columns, rng, width=width)
        yield "smooth curves over all columns", _scaled(waves)
    yield "random trees", _scaled(tree_leaves(columns, seed))


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


def _scaled(z: np.ndarray) -> np.ndarray:
    """Centred, and with a mean square row length of 1."""
    z = (z - z.mean(axis=0)).astype("float32")
    length = float(np.sqrt((z**2).sum(axis=1).mean()))
    return z / length if length else z
