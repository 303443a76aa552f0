"""The share of a target that ridge regression on a feature map predicts out of fold."""

import numpy as np

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
