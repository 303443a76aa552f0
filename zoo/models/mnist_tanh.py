"""One hidden layer of tanh units for digits.

Reads digits with one hidden layer. From the question *MNIST network always predicts one
class* and its answer.

    pixels -> scaled to [0, 1] -> 128 -> a logit a class -> softmax

| setting | value |
| --- | --- |
| hidden layer | dense, 128 units, `tanh`, kernels `glorot_uniform`, biases 0 |
| inputs | scaled by the dataset's known limits, else by those of all pixels together |
| loss | softmax cross-entropy on the logits |
| optimizer | `adam`, learning rate 0.001 |
| training | up to 20 epochs of batches of 128; ends after 3 epochs without progress |

`tanh` is flat for large sums: with pixels of 0 to 255 nearly all units would be at -1
or 1 from the start, so the scaling is part of the network. On `mnist` it has 101,770
weights. It has no twin; `mnist-relu` is a larger network for the same digits.

    zoo train mnist-tanh
    zoo train mnist-tanh --data digits
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..recipe import Recipe
from .card import ModelCard

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="mnist-tanh",
    title="One hidden layer of 128 tanh units",
    dataset="mnist",
    tasks=("binary", "multiclass"),
    parameters=101_770,
    source="the question 'MNIST network always predicts one class' and its answer",
    order=22,
)
DEFAULT = Recipe(
    model="mnist-tanh",
    hidden=(128,),
    activation="tanh",
    initialiser="glorot_uniform",
    scaling="unit",
    loss="task",
    optimizer="adam",
    learning_rate=0.001,
    batch_size=128,
    epochs=20,
    patience=3,
)
"""Settings for 784-128-10 on MNIST."""


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from rows of a shape to logits (or a number), (n, outputs)."""
    from ..backend import keras

    layers = keras.layers

    # Inputs.
    rows = keras.Input(shape)
    x = layers.Flatten()(rows)

    # Body.
    for units in recipe.hidden:
        x = layers.Dense(
            units,
            activation=recipe.activation,
            kernel_initializer=recipe.initialiser,
        )(x)

    # Head.
    logits = layers.Dense(outputs, kernel_initializer=recipe.initialiser)(x)
    return keras.Model(rows, logits, name="mnist_tanh")
