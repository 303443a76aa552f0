"""Gradient boosting that stops early where every class has rows to spare for it."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

_HELD_OUT = 0.1
"""Rows by which scikit-learn's boosting decides when to stop, unless told otherwise."""


class StoppedBoosting(HistGradientBoostingClassifier):
    """scikit-learn's boosting, which fails to stop early where a class has one row.

    There, and where rows held out are fewer than classes, it makes all its trees.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **validation: Any) -> Any:
        """Fit the trees.

        Parameters
        ----------
        X : array of shape (n_rows, n_columns)
        y : array of shape (n_rows,)
        sample_weight : array of shape (n_rows,), optional
        **validation
            Rows by which to stop, as scikit-learn takes them.
        """
        counts = np.unique(y, return_counts=True)[1]
        spared = ceil(_HELD_OUT * len(y)) >= len(counts)
        self.early_stopping = bool(counts.min() > 1 and spared)
        return super().fit(X, y, sample_weight, **validation)
