"""Smallest effect that a test would have found, and its worth to a user."""

from collections.abc import Callable

import numpy as np

from .feature_maps import standardise
from .problem import Problem, draw_orders, group_level, standardize_columns

EFFECTS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.13, 0.2, 0.3, 0.45, 0.65)
"""Shares of variance tried when asking what would have been found."""
DRAWS = 50
"""Planted relations for each share: a power of .8 is then known to within .11."""
_POWER = 0.8
DRAWN = 20_000
"""Rows simulated to say what a share of variance is worth in other measures: a log
loss is then known to within .01."""


def smallest_effect(found: Callable[[np.ndarray], np.ndarray]) -> float:
    """The smallest share of variance that is found with 80 % power; 1 if none is.

    Parameters
    ----------
    found : callable
        Takes an array of shares; plants a relation of each and tells whether the test
        finds it.

    Notes
    -----
    Power rises with the share, so `EFFECTS` are searched by halving, and between two
    of them it is read off a straight line.
    """

    def power(index: int) -> float:
        return float(found(np.full(DRAWS, EFFECTS[index])).mean())

    low, high = -1, len(EFFECTS)
    powers = {low: 0.0, high: 1.0}
    while high - low > 1:
        middle = (low + high) // 2
        powers[middle] = power(middle)
        low, high = (middle, high) if powers[middle] < _POWER else (low, middle)
    if high == len(EFFECTS):
        return 1.0
    if low < 0:
        return EFFECTS[0]
    ends = [powers[low], powers[high]]
    return float(np.interp(_POWER, ends, [EFFECTS[low], EFFECTS[high]]))


def plant_relation(
    problem: Problem, shares: np.ndarray, rng: np.random.Generator
) -> list[np.ndarray]:
    """Permuted targets with a linear relation of known strength added to each.

    Parameters
    ----------
    shares : array of shape (n_draws,)
        Of the variance, explained by a weighted sum of all columns with random weights.

    Returns
    -------
    list of arrays of shape (n_rows, n_draws, n_targets)
        One for each view.
    """
    columns = standardise(problem.x, np.random.default_rng([problem.seed, 3]))
    orders = draw_orders(problem, len(shares), rng)
    width = problem.views[0].shape[1]
    weights = rng.normal(size=(columns.shape[1], len(shares) * width))
    planted = group_level(problem, standardize_columns(columns @ weights))
    planted = planted.reshape(len(columns), len(shares), width)
    strong = np.sqrt(shares)[:, None].astype("float32")
    weak = np.sqrt(1 - shares)[:, None].astype("float32")
    return [
        strong * planted + weak * np.stack([view[o] for o in orders], axis=1)
        for view in problem.views
    ]


def to_task_metrics(
    share: float, task: str, counts: np.ndarray | None = None
) -> dict[str, float]:
    """Convert the strength of a relation to the measures of the task.

    Parameters
    ----------
    share : float
        Of the variance of the target, or of each class' indicator.
    task : str
    counts : int array of shape (n_classes,), optional
        Rows of each class, where there are classes that exclude each other.

    Returns
    -------
    dict
        Classes that exclude each other: ``log_loss_gain`` in nats and ``roc_auc`` (one
        against the rest, mean over the classes). Regression: ``r2``. Forecast:
        ``mae_gain``, the share by which absolute errors shrink if they are normal.
        Else empty.
    """
    if share >= 1:
        return {}
    if task == "forecast":
        return {"mae_gain": float(1 - np.sqrt(1 - share))}
    if task == "regression":
        return {"r2": share}
    if counts is None:
        return {}
    return _class_measures(share, counts[counts > 0] / counts.sum())


def _class_measures(share: float, prior: np.ndarray) -> dict[str, float]:
    """By simulation: normal classes, in which each indicator has that R2.

    The centres stand along an orthonormal basis of the indicators' space, so that all
    canonical correlations are ``sqrt(share)``; the posterior is that of Fisher's linear
    discriminant (Hastie, Tibshirani, Friedman 2009, 4.3).
    """
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    # the first column is the root of the prior, the others stand upright on it
    basis = np.linalg.qr(np.column_stack([np.sqrt(prior), np.eye(len(prior))]))[0]
    centres = np.sqrt(share / (1 - share)) * basis[:, 1:] / np.sqrt(prior)[:, None]
    y = rng.choice(len(prior), size=DRAWN, p=prior)
    x = centres[y] + rng.normal(size=(DRAWN, len(prior) - 1))
    scores = x @ centres.T - (centres**2).sum(axis=1) / 2
    logits = scores + np.log(prior)
    logits -= logits.max(axis=1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    gain = float(np.mean(log_p[np.arange(DRAWN), y] - np.log(prior)[y]))
    seen = [k for k in range(len(prior)) if 0 < (y == k).sum() < DRAWN]
    auc = np.mean([roc_auc_score(y == k, log_p[:, k]) for k in seen])
    return {"log_loss_gain": max(0.0, gain), "roc_auc": float(auc)}
