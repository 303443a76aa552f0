"""A zoo network for a column of text, as a scikit-learn estimator."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from .backend import keras, tensorflow
from .estimator import NetworkClassifier
from .network import OnEpoch, Rows, Trained, train
from .recipe import Recipe


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
    trained = train(
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
            self.recipe, rows, inner, classes=classes, seed=self.random_state
        )

    def _outputs(self, x: Any) -> np.ndarray:
        check_is_fitted(self, "model_")
        return ask_texts(self.model_, np.asarray(x, dtype=object).ravel())


def ask_texts(model: Any, texts: np.ndarray) -> np.ndarray:
    """What a served network says of texts, as float64 of shape (n_rows, n_classes)."""
    rows = tensorflow.constant([[text] for text in texts])
    return np.asarray(model(rows, training=False)).astype("float64")
