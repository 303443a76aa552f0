"""A zoo network as a scikit-learn estimator, so that it can stand beside baselines.

``keras.wrappers`` is not used: with Keras 3.15 its clones lose the training settings,
it gives no probabilities, and it refuses images.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from ...data.split import VALIDATION_SHARE, hold_out
from ..backend import ignore_softmax_warning, keras, tensorflow
from ..recipe import Recipe
from ..registry import recipe as recipe_of
from .train import OnEpoch, Rows, Trained, train_network

BATCH = 4_096
"""Rows asked at a time."""


class _Network(BaseEstimator):
    """Base class of classifier and regressor.

    Parameters
    ----------
    recipe : str or Recipe, default "mlp"
        A name of the zoo, or model and settings. Inputs are scaled inside the model as
        it says.
    feature_range : (float, float), optional
        Known limits of every feature.
    random_state : int, default 0
        Seeds weights, batches and the inner split; None is another number each time.

    Attributes
    ----------
    model_ : keras.Model
        From raw inputs to probabilities or numbers.
    history_ : dict of str -> tuple of float
        Keras' history, one value an epoch; ``val_`` values are from the fifth of the
        training rows that is kept back for early stopping.
    way_ : (str, str)
        How epochs were run, and why so (`learnable.fit`).
    shape_ : ((int, ...), int)
        Of the network's inputs for one row, and the number of its outputs.
    """

    def __init__(
        self,
        recipe: str | Recipe = "mlp",
        feature_range: tuple[float, float] | None = None,
        random_state: int | None = 0,
    ) -> None:
        self.recipe = recipe
        self.feature_range = feature_range
        self.random_state = random_state

    def _fit(self, rows: np.ndarray, y: np.ndarray, groups: Any, classes: int) -> None:
        if len(rows) < 2:  # in the words of scikit-learn
            msg = f"n_samples={len(rows)}: a network needs 2 rows or more, as some are"
            raise ValueError(f"{msg} kept back for early stopping")
        given = self.random_state
        drawn = int(np.random.default_rng().integers(2**31 - 1))
        self.seed_ = drawn if given is None else given
        kept, inner = hold_out(
            y,
            VALIDATION_SHARE,
            classes=bool(classes) and y.ndim == 1,
            groups=None if groups is None else np.asarray(groups),
            seed=self.seed_,
        )
        trained = self._train(
            Rows(rows[kept], y[kept]), Rows(rows[inner], y[inner]), classes
        )
        self.model_ = trained.serving
        self.history_ = trained.history
        self.way_ = (trained.way, trained.reason)
        self.shape_ = trained.shape

    def _train(self, rows: Rows, inner: Rows, classes: int) -> Trained:
        return train_network(
            self._settings,
            rows,
            inner,
            classes=classes,
            feature_range=self.feature_range,
            seed=self.seed_,
        )

    @property
    def _settings(self) -> Recipe:
        """The recipe, of the zoo where a name is given.

        Raises
        ------
        UnknownName
        """
        given = self.recipe
        return given if isinstance(given, Recipe) else recipe_of(given)

    def _outputs(self, x: Any) -> np.ndarray:
        check_is_fitted(self, "model_")
        rows: Any = validate_data(self, x, reset=False, allow_nd=True)
        return predict(self.model_, rows)


class NetworkClassifier(ClassifierMixin, _Network):
    """A network of the zoo as a classifier of scikit-learn.

    It works wherever scikit-learn takes a classifier: pipelines, cross-validation,
    searches, calibration. Classes may be of any type, text included; features are
    numbers, of shape (n_rows, n_columns) or images.

    Parameters
    ----------
    recipe : str or Recipe, default "mlp"
        A name of the zoo (`learnable.list_models`), or model and settings. Inputs are
        scaled inside the model as it says.
    feature_range : (float, float), optional
        Known limits of every feature.
    random_state : int, default 0
        Seeds weights, batches and the rows that are kept back for early stopping; None
        is another number each time.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
    model_ : keras.Model
        From raw inputs to probabilities.
    history_ : dict of str -> tuple of float
        Keras' history, one value an epoch.

    Examples
    --------
    >>> from learnable import NetworkClassifier
    >>> from sklearn.datasets import load_iris
    >>> x, y = load_iris(return_X_y=True)
    >>> NetworkClassifier("one-hidden").fit(x, y).score(x, y) > 0.9
    True
    """

    def fit(self, x: Any, y: Any, groups: np.ndarray | None = None) -> Self:
        """Train on rows x of shape (n_rows, ...) with classes y of shape (n_rows,).

        ``groups``, of shape (n_rows,), keeps rows together in the inner split.
        """
        rows, labels = self._checked(x, y)
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            msg = "a classifier needs 2 classes or more, got 1 class"
            raise ValueError(f"{msg}: {self.classes_.tolist()}")
        self._fit(rows, codes, groups, len(self.classes_))
        return self

    def _checked(self, x: Any, y: Any) -> tuple[Any, Any]:
        rows: Any
        rows, labels = validate_data(self, x, y, allow_nd=True)
        return rows, labels

    def predict_proba(self, x: Any) -> np.ndarray:
        """Probabilities of shape (n_rows, n_classes), columns as in ``classes_``."""
        return self._outputs(x)

    def predict(self, x: Any) -> np.ndarray:
        """The likeliest class of each row, of shape (n_rows,)."""
        likeliest = self._outputs(x).argmax(axis=1)
        return self.classes_[likeliest]


class NetworkLabeller(ClassifierMixin, _Network):
    """A zoo network for labels that do not exclude each other."""

    def fit(self, x: Any, y: Any, groups: np.ndarray | None = None) -> Self:
        """Train on rows x, (n_rows, ...), with 0 or 1 in y, (n_rows, n_labels)."""
        rows: Any
        labels: Any
        rows, labels = validate_data(self, x, y, allow_nd=True, multi_output=True)
        self.classes_ = np.arange(labels.shape[1])
        self._fit(rows, labels.astype("int64"), groups, labels.shape[1])
        return self

    def predict_proba(self, x: Any) -> np.ndarray:
        """The probability of each label, of shape (n_rows, n_labels)."""
        return self._outputs(x)

    def predict(self, x: Any) -> np.ndarray:
        """1 where a label is likelier than not, of shape (n_rows, n_labels)."""
        return (self._outputs(x) >= 0.5).astype("int64")


class NetworkRegressor(RegressorMixin, _Network):
    """A network of the zoo as a regressor of scikit-learn.

    Each target is standardised inside. Parameters and attributes are those of
    `NetworkClassifier`; there are no ``classes_``.
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, x: Any, y: Any, groups: np.ndarray | None = None) -> Self:
        """Train on rows x, (n_rows, ...), with y, (n_rows,) or (n_rows, n_targets)."""
        rows: Any
        rows, numbers = validate_data(
            self,
            x,
            y,
            allow_nd=True,
            y_numeric=True,
            multi_output=np.asarray(y).ndim == 2,
        )
        numbers = np.asarray(numbers, dtype="float64")
        self.one_ = numbers.ndim == 1
        self._fit(rows, numbers, groups, 0)
        return self

    def predict(self, x: Any) -> np.ndarray:
        """Numbers in the targets' units, of the shape that y had."""
        outputs = self._outputs(x)
        return outputs[:, 0] if self.one_ else outputs


def predict(model: Any, x: np.ndarray) -> np.ndarray:
    """Outputs of a served model as float64, of shape (n_rows, n_outputs).

    The model is called, as its ``predict`` would make float32 of the rows.
    """
    parts = np.split(x, range(BATCH, len(x), BATCH))
    with ignore_softmax_warning():
        outputs = [np.asarray(model(part, training=False)) for part in parts]
    return np.concatenate(outputs).astype("float64")


def train_on_texts(
    recipe: Recipe,
    rows: Rows,
    validation: Rows,
    *,
    classes: int,
    seed: int = 0,
    on_epoch: OnEpoch | None = None,
    checkpoint: Path | None = None,
) -> Trained:
    """Train a network on the words of texts.

    Parameters
    ----------
    rows, validation : Rows
        ``x`` holds texts, an object array of shape (n_rows,). The commonest
        ``recipe.vocabulary`` words of the training rows are known.

    Returns
    -------
    Trained
        ``serving`` goes from texts, (n, 1), to probabilities, (n, n_classes).
    """
    words = vectorizer(recipe, rows.x)
    trained = train_network(
        recipe,
        Rows(ids(words, rows.x), rows.y),
        Rows(ids(words, validation.x), validation.y),
        classes=classes,
        seed=seed,
        on_epoch=on_epoch,
        checkpoint=checkpoint,
    )
    return replace(trained, serving=_serving(words, trained.core))


def vectorizer(recipe: Recipe, texts: np.ndarray) -> keras.layers.Layer:
    """From texts to the numbers of their words: 0 none, 1 a word that is not known."""
    words = keras.layers.TextVectorization(
        max_tokens=recipe.vocabulary + 2, output_sequence_length=recipe.window
    )
    words.adapt(tensorflow.constant(texts.tolist()))
    return words


def ids(words: Any, texts: np.ndarray) -> np.ndarray:
    """The numbers of the words of each text, of shape (n_rows, n_words)."""
    return np.asarray(words(tensorflow.constant(texts.tolist())))


def _serving(words: Any, core: keras.Model) -> keras.Model:
    texts = keras.Input((1,), name="texts", dtype="string")
    answer = keras.layers.Softmax()(core(words(texts)))
    return keras.Model(texts, answer, name=core.name + "_serving")


class NetworkForTexts(NetworkClassifier):
    """A zoo network for classes of texts, which are an object array, (n_rows,)."""

    def _checked(self, x: Any, y: Any) -> tuple[Any, Any]:
        return np.asarray(x, dtype=object).ravel(), np.asarray(y)

    def _train(self, rows: Rows, inner: Rows, classes: int) -> Trained:
        return train_on_texts(
            self._settings, rows, inner, classes=classes, seed=self.seed_
        )

    def _outputs(self, x: Any) -> np.ndarray:
        check_is_fitted(self, "model_")
        return predict_texts(self.model_, np.asarray(x, dtype=object).ravel())


def predict_texts(model: Any, texts: np.ndarray) -> np.ndarray:
    """Return a served network's outputs for texts, float64 (n_rows, n_classes)."""
    rows = tensorflow.constant([[text] for text in texts])
    return np.asarray(model(rows, training=False)).astype("float64")
