"""Font colour from RGB, corrected.

Says whether black or white letters can be read on a colour, given as red, green and
blue. It is the network of the answer to the question *Neural network not learning: font
colour from RGB*; its twin `rgb-sigmoid` is the network of the question, which learns
nothing.

    red, green, blue -> scaled to [-1, 1] -> 10 -> 10 -> 5 -> 2 logits -> softmax

| setting | value |
| --- | --- |
| hidden layers | dense, 10, 10 and 5 units, `relu`, kernels `he_normal`, biases 0 |
| inputs | scaled from the known limits 0 and 255, not from the rows |
| loss | softmax cross-entropy on the logits |
| optimizer | `adam`, learning rate 0.01 |
| training | 5,000 steps of 128 rows, in a new order each epoch |

On `rgb` it has 217 weights. Other tables and images can be given with `--data`, for two
or more classes; the settings stay those above.

    zoo train rgb-softmax
    zoo compare rgb-softmax rgb-sigmoid
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..recipe import Recipe
from .card import ModelCard

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="rgb-softmax",
    title="Font colour from RGB, corrected: ReLU, cross-entropy, scaled inputs",
    dataset="rgb",
    tasks=("binary", "multiclass"),
    parameters=217,
    twin="rgb-sigmoid",
    source="the question 'Neural network not learning: font colour from RGB' "
    "and its answer",
    order=10,
)
DEFAULT = Recipe(
    model="rgb-softmax",
    hidden=(10, 10, 5),
    activation="relu",
    initialiser="he_normal",
    scaling="range",
    loss="task",
    optimizer="adam",
    learning_rate=0.01,
    batch_size=128,
    steps=5_000,
)
"""Settings of the answer: 5,000 steps of 128 colours."""


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
    return keras.Model(rows, logits, name="rgb_softmax")
