"""Whether a candidate puts rows in the order of their target, by ranks within folds.

Log loss and squared error judge the size of what is predicted, ranks its order alone: a
candidate that separates the classes nearly always, and says so with poor probabilities,
is told by its ranks (Mann, Whitney, Ann. Math. Stat. 18:50-60, 1947; of numbers
Spearman's correlation). Ranks are taken within each fold, as the shares of the training
rows move against those of the test rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from scipy.stats import norm, rankdata

OVERLAP_SD = sqrt(2)
"""Standard deviation of the statistic where there is no relation and folds share their
training rows. In 2,200 draws without a relation (60, 200 and 1,000 rows; logistic
regression, naive Bayes, forest, tree, neighbours) it was 1.00 to 1.46, and 1.22 in the
mean: without it, .0045 instead of .001 were above 3.09."""


def rank_p(
    predictions: Sequence[np.ndarray],
    truths: Sequence[np.ndarray],
    *,
    repeats: int = 1,
) -> float:
    """Test whether predictions and targets have an order in common.

    Parameters
    ----------
    predictions : sequence of arrays of shape (n_rows,) or (n_rows, n_columns)
        Of each fold: numbers or the probability of each class or label.
    truths : sequence of arrays of shape (n_rows,) or (n_rows, n_columns)
        Class codes, where ``predictions`` have one column more of a dimension; else
        numbers or labels.
    repeats : int, default 1
        How often each row is in a fold; repeating makes no more rows of them.

    Returns
    -------
    float
        One-sided p-value. A single fold shares no training rows.
    """
    parts = [_part(p, y) for p, y in zip(predictions, truths, strict=True)]
    total, variance = np.sum(parts, axis=0)
    if not variance > 0:
        return 1.0
    spread = OVERLAP_SD if len(parts) > 1 else 1.0
    return float(norm.sf(total / sqrt(variance * repeats) / spread))


def _part(predictions: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """One fold's sum of products of ranks beyond chance, and its variance by chance."""
    if len(truth) < 2:
        return 0.0, 0.0
    ranks = rankdata(predictions.reshape(len(truth), -1), axis=0)
    ranks -= ranks.mean(axis=0)
    if predictions.ndim > truth.ndim:
        targets = np.eye(ranks.shape[1])[truth]
    else:
        targets = rankdata(truth.reshape(len(truth), -1), axis=0)
    targets = targets - targets.mean(axis=0)
    # of all ways to deal the targets to the rows (Hoeffding, Ann. Math. Stat.
    # 22:558-566, 1951): the sum of squares of the doubly centred ranks x targets
    squares = ((ranks.T @ ranks) * (targets.T @ targets)).sum()
    return float((ranks * targets).sum()), float(squares / (len(truth) - 1))
