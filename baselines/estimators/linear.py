"""Logistic regression whose penalty is chosen by inner folds."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

STRENGTHS = (0.01, 0.1, 1.0, 10.0, 1000.0)
"""Values of C that are tried, in this order, each fit starting from the one before. C
chosen so gains more than .01 of skill on 10 of 21 tables of 150 to 1,000 rows and
loses as much on 2 (C = 1 for all; separable rows want 1,000, wide tables .1)."""
_FOLDS = 3
_MOST_ROWS = 500
"""Inner folds are of so many rows: with more, the penalty matters little."""
_RISE = 0.005
"""Loss, in nats a row, by which a weaker penalty is worse than the best one before, so
that no weaker one is tried: they take longest."""
_MOST_WEIGHTS = 80
"""Weights of all classes, up to which Newton's method is the faster solver."""
_CLIP = 1e-7
"""Least probability, as in `learnable.baselines.scores.metrics`."""


class LogisticPath(ClassifierMixin, BaseEstimator):
    """Logistic regression with the C whose log loss on inner folds is least.

    scikit-learn's `LogisticRegressionCV` fails where a class is missing from an inner
    fold, and fits all values of C on all rows.
    """

    def fit(self, x: Any, y: np.ndarray) -> LogisticPath:
        """Choose C, then fit all rows.

        Parameters
        ----------
        x : array or sparse matrix of shape (n_rows, n_columns)
        y : array of shape (n_rows,)
        """
        self.classes_, codes = np.unique(y, return_inverse=True)
        self.C_ = _choose(x, codes)
        solver = _solver(x, codes)
        model = LogisticRegression(C=self.C_, solver=solver, max_iter=1_000)
        self.model_ = model.fit(x, codes)
        return self

    def predict_proba(self, x: Any) -> np.ndarray:
        """The probability of each class, of shape (n_rows, n_classes)."""
        return self.model_.predict_proba(x)

    def predict(self, x: Any) -> np.ndarray:
        """The likeliest class."""
        return self.classes_[self.model_.predict(x)]


def _solver(x: Any, codes: np.ndarray) -> Any:
    """Newton's method where its matrix is small: it takes a few steps for hundreds."""
    size = (x.shape[1] + 1) * len(np.unique(codes))
    return "newton-cholesky" if size <= _MOST_WEIGHTS else "lbfgs"


def _choose(x: Any, codes: np.ndarray) -> float:
    """The C with the least loss, for all rows; 1 where classes are too rare to tell."""
    kept = np.random.default_rng(0).permutation(len(codes))[:_MOST_ROWS]
    x, few = x[kept], codes[kept]
    if np.bincount(few).max() < _FOLDS or len(np.unique(few)) < 2:
        return 1.0
    inner = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    with warnings.catch_warnings():
        # a class with fewer rows than folds is missing in some
        warnings.filterwarnings("ignore", message="The least populated class")
        parts = [p for p in inner.split(few, few) if len(np.unique(few[p[0]])) > 1]
    solver = _solver(x, few)
    models = [
        LogisticRegression(warm_start=True, solver=solver, max_iter=50, tol=1e-3)
        for _ in parts
    ]
    found: list[float] = []
    for strength in STRENGTHS:
        losses = [
            _loss(m.set_params(C=strength), x, few, *p)
            for m, p in zip(models, parts, strict=True)
        ]
        found.append(sum(losses) / len(few))
        if found[-1] > min(found) + _RISE:
            break
    return STRENGTHS[int(np.argmin(found))]


def _loss(
    model: Any, x: Any, y: np.ndarray, train: np.ndarray, test: np.ndarray
) -> float:
    """Fit training rows, and sum the log losses of test rows."""
    model.fit(x[train], y[train])
    p = np.zeros((len(test), y.max() + 1))
    p[:, model.classes_] = model.predict_proba(x[test])
    return float(-np.log(p[np.arange(len(test)), y[test]].clip(_CLIP)).sum())
