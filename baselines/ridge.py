"""Ridge with cross-validated gains, for many targets at once.

Ridge is linear in the target: what depends on the features alone is solved once, and
the fits for all permutations of a target are one matrix product.
"""

from dataclasses import dataclass

import numpy as np

PENALTIES = (0.0003, 0.003, 0.03, 0.3)
"""Ridge penalties as shares of the number of training rows; rows have length 1."""


@dataclass(frozen=True)
class SolvedFold:
    """Ridge on one map and fold, solved but for the target.

    ``inner @ target`` gives coordinates of the training rows' targets, ``outer`` those
    of the test rows; between them stands a division by ``values`` plus the penalty.
    """

    train: np.ndarray
    test: np.ndarray
    inner: np.ndarray
    outer: np.ndarray
    values: np.ndarray


def solve_fold(z: np.ndarray, train: np.ndarray, test: np.ndarray) -> SolvedFold:
    """With more columns than rows the fit is had from the rows' inner products."""
    centre = z[train].mean(axis=0)
    old, new = z[train] - centre, z[test] - centre
    if old.shape[0] >= old.shape[1]:
        values, vectors = np.linalg.eigh(old.T @ old)
        inner, outer = vectors.T @ old.T, new @ vectors
    else:
        values, vectors = np.linalg.eigh(old @ old.T)
        inner, outer = vectors.T, (new @ old.T) @ vectors
    return SolvedFold(train, test, inner, outer, np.maximum(values, 0)[:, None])


def all_gains(
    solved: dict[str, list[SolvedFold]], targets: list[np.ndarray]
) -> tuple[list[str], np.ndarray]:
    """Out-of-fold gains of every map, penalty and view.

    Parameters
    ----------
    solved : dict
        For each map its folds, from `solve_fold`.
    targets : list of arrays of shape (n_rows, n_draws, n_targets)
        One for each view.

    Returns
    -------
    names : list of str, one for each row of gains
    gains : array of shape (maps x penalties x views, n_draws)
        1 - squared error / squared error of the training rows' mean.
    """
    names, gains = [], []
    for name, folds in solved.items():
        gains.extend(_gains(folds, target) for target in targets)
        names.extend([name.partition(":")[2]] * len(PENALTIES) * len(targets))
    return names, np.concatenate(gains)


def _gains(folds: list[SolvedFold], target: np.ndarray) -> np.ndarray:
    """Gains of one map and view, of shape (n_penalties, n_draws)."""
    draws = target.shape[1]
    missed, base = np.zeros((len(PENALTIES), draws)), np.zeros(draws)
    flat = target.reshape(len(target), -1)
    for fold in folds:
        old = flat[fold.train]
        mean = old.mean(axis=0)
        rest = flat[fold.test] - mean
        base += _by_draw(rest, draws)
        coordinates = fold.inner @ (old - mean)
        for i, penalty in enumerate(PENALTIES):
            shrunk = coordinates / (fold.values + penalty * len(old))
            missed[i] += _by_draw(rest - fold.outer @ shrunk, draws)
    return np.where(base > 1e-9, 1 - missed / np.maximum(base, 1e-9), 0)


def _by_draw(errors: np.ndarray, draws: int) -> np.ndarray:
    """Sum of squares of each draw, over rows and target columns."""
    squares = np.einsum("ij,ij->j", errors, errors, dtype="float64")
    return squares.reshape(draws, -1).sum(axis=1)
