"""Feature maps that are built without looking at the target.

A signal test may choose among them as it likes: what does not depend on the target
cannot favour the true one over a permuted one.

How much of a target a feature map sees, for many permuted targets at once.

Two statistics, each got from one matrix product for all targets: the share of the
variance that a ridge fit on all columns of the map explains (with an infinite penalty
the score test of Goeman, van de Geer, van Houwelingen 2006), and the largest
correlation with a single column. Both are in-sample: permutations are fitted alike, so
that a fit's freedom is paid for, and no rows are spent on testing. Out-of-fold gains in
their place had a power of .55 instead of .70 on a rare class, and less on all relations
that were tried.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isinf

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
    """Features in which a relation with the target is looked for.

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


LEAST_VALUE = 1e-8
"""Directions with a smaller share of the largest one's variance are rounding."""
LEAST_P, MOST_P = 1e-300, 1 - 1e-12


@dataclass(frozen=True)
class SolvedMap:
    """A feature map, solved but for the target.

    Parameters
    ----------
    map : FeatureMap
    directions : float32 array of shape (n_rows, n_directions)
        Left singular vectors of the map.
    values : array of shape (n_directions,)
        Squared singular values.
    single : float32 array of shape (n_rows, n_features)
        The map's columns, of length 1.
    """

    map: FeatureMap
    directions: np.ndarray
    values: np.ndarray
    single: np.ndarray


def solve(feature_map: FeatureMap) -> SolvedMap:
    """With more columns than rows it is had from the rows' inner products."""
    z = feature_map.z.astype("float64")
    wide = z.shape[1] > z.shape[0]
    values, vectors = np.linalg.eigh(z @ z.T if wide else z.T @ z)
    kept = values > LEAST_VALUE * max(values.max(), 1e-30)
    values, vectors = values[kept], vectors[:, kept]
    directions = vectors if wide else z @ vectors / np.sqrt(values)
    length = np.sqrt((z**2).sum(axis=0))
    single = z[:, length > 0] / length[length > 0]
    return SolvedMap(
        feature_map, directions.astype("float32"), values, single.astype("float32")
    )


def statistics(look: SolvedMap, target: np.ndarray) -> np.ndarray:
    """Every statistic of every draw, each about normal if there is no relation.

    Parameters
    ----------
    look : SolvedMap
    target : float32 array of shape (n_rows, n_draws, n_targets)
        Columns of mean 0 and deviation 1, or all 0.

    Returns
    -------
    array of shape (n_penalties + 1, n_draws)
        The cube root of a ridge fit's share of the variance (Wilson, Hilferty 1931),
        mean over the targets; last the largest correlation with one column of the map
        as a standard normal deviate.
    """
    rows, draws, count = target.shape
    flat = target.reshape(rows, -1)
    seen = (look.directions.T @ flat).astype("float64") ** 2
    shares = _weights(look) @ seen / rows
    fits = np.cbrt(shares.reshape(len(shares), draws, count).mean(axis=2))
    squares = (look.single.T @ flat).reshape(-1, draws, count) ** 2 / rows
    largest = squares.max(axis=(0, 2), initial=0)
    tried = max(1, look.single.shape[1] * count)
    return np.vstack([fits, _deviates(largest, rows=rows, tried=tried)])


def best_column(look: SolvedMap, target: np.ndarray) -> np.ndarray:
    """The column that correlates best with a target of shape (n_rows, n_targets)."""
    squares = (look.single.T @ target) ** 2
    return look.single[:, [int(squares.max(axis=1).argmax())]]


def _weights(look: SolvedMap) -> np.ndarray:
    """Return the share a ridge fit keeps of each direction, (n_penalties, n_values)."""
    values, rows = look.values, len(look.directions)
    largest = max(values.max(initial=0), 1e-30)
    return np.array(
        [
            values / largest if isinf(p) else values / (values + p * rows)
            for p in look.map.penalties
        ]
    )


def _deviates(squares: np.ndarray, *, rows: int, tried: int) -> np.ndarray:
    """Squared correlations, the largest of so many, as standard normal deviates.

    By Šidák's correction, which need not be exact (the columns are not independent):
    permutations are treated alike.
    """
    from scipy.stats import norm

    p = np.clip(2 * norm.sf(np.sqrt(rows * squares)), LEAST_P, MOST_P)
    return norm.isf(np.minimum(-np.expm1(tried * np.log1p(-p)), MOST_P))


PENALTIES = (0.0003, 0.003, 0.03, 0.3)
"""Ridge penalties as shares of the number of training rows; rows have length 1."""


def out_of_fold(z: np.ndarray, target: np.ndarray, folds: np.ndarray) -> float:
    """1 - squared error / squared error of the training rows' mean, best penalty.

    Parameters
    ----------
    z : array of shape (n_rows, n_features)
        With a mean square row length of about 1.
    target : array of shape (n_rows, n_targets)
    folds : int array of shape (n_rows,)
        The fold of each row.
    """
    missed, base = np.zeros(len(PENALTIES)), 0.0
    for fold in np.unique(folds):
        train, test = folds != fold, folds == fold
        mean = target[train].mean(axis=0)
        base += float(((target[test] - mean) ** 2).sum())
        fitted = _predictions(z[train], target[train] - mean, z[test])
        missed += ((target[test] - mean - fitted) ** 2).sum(axis=(1, 2))
    return float(1 - missed.min() / base) if base > 1e-9 else 0.0


def _predictions(old: np.ndarray, target: np.ndarray, new: np.ndarray) -> np.ndarray:
    """For each penalty, of shape (n_penalties, n_test, n_targets).

    With more columns than rows the fit is had from the rows' inner products.
    """
    centre = old.mean(axis=0)
    old, new = old - centre, new - centre
    if old.shape[0] >= old.shape[1]:
        values, vectors = np.linalg.eigh(old.T @ old)
        inner, outer = vectors.T @ (old.T @ target), new @ vectors
    else:
        values, vectors = np.linalg.eigh(old @ old.T)
        inner, outer = vectors.T @ target, (new @ old.T) @ vectors
    values = np.maximum(values, 0)[:, None]
    return np.stack([outer @ (inner / (values + p * len(old))) for p in PENALTIES])
