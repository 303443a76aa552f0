"""The graph: the mean of a text's word vectors, then a hidden layer."""

from typing import Any

import keras
from keras import layers, ops

from ...recipe import Recipe


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from word numbers, (n, words), to logits, (n, outputs).

    0 is no word, 1 a word that is not known.
    """
    # Inputs.
    words = keras.Input(shape)
    size, *units = recipe.hidden
    x = layers.Embedding(recipe.vocabulary + 2, size)(words)

    # Body: the mean over the words that are there.
    x = _mean(x, words)
    for count in units:
        x = layers.Dense(
            count,
            activation=recipe.activation,
            kernel_initializer=recipe.initialiser,
        )(x)
        x = layers.Dropout(recipe.dropout)(x)

    # Head.
    logits = layers.Dense(outputs)(x)
    return keras.Model(words, logits, name="text_embedding")


def _mean(vectors: Any, words: Any) -> Any:
    """The mean vector of the words that are there; 0 of a text without any.

    Keras' masked mean divides by 0 there, and one such text makes the loss NaN.
    """
    there = ops.cast(ops.not_equal(words, 0), "float32")
    total: Any = ops.einsum("nwv,nw->nv", vectors, there)
    return total / ops.maximum(ops.sum(there, axis=1, keepdims=True), 1.0)
