"""Two hidden layers of ReLU units for digits.

Reads digits with two hidden layers. From the question *MNIST network always predicts
one class* and its answer: the layers of the question, with a loss and inputs that are
right.

    pixels -> scaled to [0, 1] -> 200 -> 200 -> a logit a class -> softmax

| setting | value |
| --- | --- |
| hidden layers | dense, 200 and 200 units, `relu`, kernels `he_normal`, biases 0 |
| inputs | scaled by the dataset's known limits, else by those of all pixels together |
| loss | softmax cross-entropy on the logits |
| optimizer | `adam`, learning rate 0.001 |
| training | up to 20 epochs of batches of 128; ends after 3 epochs without progress |

On `mnist` it has 199,210 weights. Its twin `mnist-one-class` is the network of the
question; `mnist-tanh` is a smaller network for the same digits. `digits` needs no
download and has the same ten classes:

    zoo train mnist-relu
    zoo train mnist-relu --data digits
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..recipe import Recipe
from .card import ModelCard

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="mnist-relu",
    title="Two hidden layers of 200 ReLU units",
    dataset="mnist",
    tasks=("binary", "multiclass"),
    parameters=199_210,
    twin="mnist-one-class",
    source="the question 'MNIST network always predicts one class' and its answer",
    order=20,
)
DEFAULT = Recipe(
    model="mnist-relu",
    hidden=(200, 200),
    activation="relu",
    initialiser="he_normal",
    scaling="unit",
    loss="task",
    optimizer="adam",
    learning_rate=0.001,
    batch_size=128,
    epochs=20,
    patience=3,
)
"""Settings for 784-200-200-10 on MNIST."""


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
    return keras.Model(rows, logits, name="mnist_relu")
