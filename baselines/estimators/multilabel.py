"""Labels that do not exclude each other: one estimator a label."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone


class BinaryRelevance(ClassifierMixin, BaseEstimator):
    """One copy of a classifier for each label ("binary relevance", Tsoumakas, Katakis
    2007).

    scikit-learn's `MultiOutputClassifier` gives a list of probabilities, and fails
    where a label has one value in all training rows.

    Parameters
    ----------
    estimator : classifier with ``predict_proba``
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def fit(self, x: Any, y: np.ndarray) -> BinaryRelevance:
        """Fit one copy a label.

        Parameters
        ----------
        x : array or sparse matrix of shape (n_rows, n_columns)
        y : int array of shape (n_rows, n_labels)
            1 where a label holds, else 0.
        """
        self.classes_ = np.arange(y.shape[1])
        self.rows_ = len(y)
        self.estimators_ = [
            None if len(np.unique(label)) < 2 else self._fitted(x, label)
            for label in y.T
        ]
        self.counts_ = y.sum(axis=0)
        return self

    def _fitted(self, x: Any, label: np.ndarray) -> Any:
        copy: Any = clone(self.estimator)
        return copy.fit(x, label)

    def predict_proba(self, x: Any) -> np.ndarray:
        """The probability that each label holds, of shape (n_rows, n_labels).

        A label that held in all training rows, or in none, gets its share there with
        half a row added to both answers (Krichevsky, Trofimov 1981).
        """
        shares = (self.counts_ + 0.5) / (self.rows_ + 1)
        full = np.tile(shares, (x.shape[0], 1))
        for i, estimator in enumerate(self.estimators_):
            if estimator is not None:
                full[:, i] = estimator.predict_proba(x)[:, 1]
        return full

    def predict(self, x: Any) -> np.ndarray:
        """1 where a label is more likely than not, of shape (n_rows, n_labels)."""
        return (self.predict_proba(x) > 0.5).astype("int64")
