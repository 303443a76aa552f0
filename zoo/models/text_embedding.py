"""A small network for a column of text.

A small network for a table whose one column is text: each word gets a vector, a text
the mean of its words' vectors (as in Joulin et al. 2016, *Bag of tricks for efficient
text classification*), then one hidden layer. Beside it stand baselines on TF-IDF of
words. It is the zoo's own and comes from no document.

    the first 64 words -> vectors of 32 -> mean -> 32 -> a logit a class

| setting | value |
| --- | --- |
| words | the 5,000 commonest of the training rows, in small letters, no punctuation |
| hidden layer | dense, 32 units, `relu`, kernels `glorot_uniform` |
| dropout | 0.3 behind the hidden layer |
| optimizer | `adam`, learning rate 0.003 |
| training | up to 30 epochs of batches of 32; ends after 4 without progress |

The saved network takes text as it is.

    zoo train text-embedding --data messages.tsv --target 0
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..recipe import Recipe
from .card import ModelCard

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="text-embedding",
    title="The mean of word vectors, for classes of texts",
    dataset="",
    tasks=("binary", "multiclass"),
    source="Joulin, Grave, Bojanowski, Mikolov 2016",
    order=80,
)
DEFAULT = Recipe(
    model="text-embedding",
    hidden=(32, 32),
    activation="relu",
    initialiser="glorot_uniform",
    scaling="none",
    loss="task",
    optimizer="adam",
    learning_rate=0.003,
    batch_size=32,
    epochs=30,
    patience=4,
    dropout=0.3,
    window=64,
    vocabulary=5_000,
)
"""Settings for some thousand messages."""


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from word numbers, (n, words), to logits, (n, outputs).

    0 is no word, 1 a word that is not known.
    """
    from ..backend import keras

    layers = keras.layers

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
    from ..backend import keras

    ops = keras.ops
    there = ops.cast(ops.not_equal(words, 0), "float32")
    total: Any = ops.einsum("nwv,nw->nv", vectors, there)
    return total / ops.maximum(ops.sum(there, axis=1, keepdims=True), 1.0)
