"""A zoo network as a scikit-learn estimator, so that it can stand beside baselines.

``keras.wrappers`` is not used: with Keras 3.15 its clones lose the training settings,
it gives no probabilities, and it refuses images.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from ..data.split import VALIDATION_SHARE, hold_out
from .recipe import Recipe
from .training import Rows, Trained, train


class _Network(BaseEstimator):
    """What classifier and regressor share.

    Parameters
    ----------
    recipe : Recipe
        Model and settings. Inputs are scaled inside the model as it says.
    feature_range : (float, float), optional
        Known limits of every feature.
    random_state : int, default 0
        Seeds weights, batches and the inner split.

    Attributes
    ----------
    model_ : keras.Model
        From raw inputs to probabilities or numbers.
    history_ : dict of str -> tuple of float
        Keras' history, one value an epoch; ``val_`` values are from the fifth of the
        training rows that is kept back for early stopping.
    """

    def __init__(
        self,
        recipe: Recipe,
        feature_range: tuple[float, float] | None = None,
        random_state: int = 0,
    ) -> None:
        self.recipe = recipe
        self.feature_range = feature_range
        self.random_state = random_state

    def _fit(
        self, x: Any, y: np.ndarray, groups: np.ndarray | None, classes: int
    ) -> None:
        rows = check_array(x, allow_nd=True)
        self.n_features_in_ = rows.shape[1]
        kept, inner = hold_out(
            y,
            VALIDATION_SHARE,
            classes=bool(classes),
            groups=groups,
            seed=self.random_state,
        )
        trained: Trained = train(
            self.recipe,
            Rows(rows[kept], y[kept]),
            Rows(rows[inner], y[inner]),
            classes=classes,
            feature_range=self.feature_range,
            seed=self.random_state,
        )
        self.model_ = trained.serving
        self.history_ = trained.history

    def _outputs(self, x: Any) -> np.ndarray:
        check_is_fitted(self, "model_")
        return predict(self.model_, check_array(x, allow_nd=True))


class NetworkClassifier(ClassifierMixin, _Network):
    """A zoo network for classes, which may be of any type, text included."""

    def fit(self, x: Any, y: Any, groups: np.ndarray | None = None) -> Self:
        """Train on rows x of shape (n_rows, ...) with classes y of shape (n_rows,).

        ``groups``, of shape (n_rows,), keeps rows together in the inner split.
        """
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        if len(self.classes_) < 2:
            msg = f"a classifier needs 2 classes or more, got {self.classes_.tolist()}"
            raise ValueError(msg)
        self._fit(x, codes, groups, len(self.classes_))
        return self

    def predict_proba(self, x: Any) -> np.ndarray:
        """Probabilities of shape (n_rows, n_classes), columns as in ``classes_``."""
        return self._outputs(x)

    def predict(self, x: Any) -> np.ndarray:
        """The likeliest class of each row, of shape (n_rows,)."""
        return self.classes_[self._outputs(x).argmax(axis=1)]


class NetworkRegressor(RegressorMixin, _Network):
    """A zoo network for numbers; the target is standardised inside."""

    def fit(self, x: Any, y: Any, groups: np.ndarray | None = None) -> Self:
        """Train on rows x of shape (n_rows, ...) with numbers y of shape (n_rows,)."""
        self._fit(x, np.asarray(y, dtype="float64"), groups, 0)
        return self

    def predict(self, x: Any) -> np.ndarray:
        """One number a row, of shape (n_rows,), in the target's unit."""
        return self._outputs(x)[:, 0]


def predict(model: Any, x: np.ndarray) -> np.ndarray:
    """Outputs of a served model as float64, of shape (n_rows, n_outputs)."""
    return np.asarray(model.predict(x, batch_size=4_096, verbose=0), dtype="float64")
