"""Exclusive or with four hidden units.

The smallest question that no straight line answers: is exactly one of two inputs 1? It
is trained on the four rows of the truth table until the squared error is below 0.001,
and again from 20 seeds, to say how many succeed. `xor-two-units` has the smallest
hidden layer that can.

    a, b -> -1 or 1 -> 4 -> 1 sigmoid unit

| setting | value |
| --- | --- |
| hidden layer | dense, 4 units, `tanh`, kernels `glorot_uniform`, biases 0 |
| loss | squared error on the probability |
| optimizer | `adam`, learning rate 0.05, all rows in one batch |
| training | until the loss is below 0.001, at most 2,000 steps |

The dataset `xor` holds each of the four rows 50 times, so that every fold has them all;
the gradient of a batch is that of the four rows. Source: Rumelhart, Hinton, Williams
1986, *Learning internal representations by error propagation*.

    zoo train xor
    zoo compare xor xor-two-units
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..recipe import Recipe
from .card import ModelCard

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="xor",
    title="Exclusive or by four tanh units, tried with 20 seeds",
    dataset="xor",
    tasks=("binary",),
    parameters=17,
    twin="xor-two-units",
    source="Rumelhart, Hinton, Williams 1986, Learning internal representations",
    order=50,
)
DEFAULT = Recipe(
    model="xor",
    hidden=(4,),
    activation="tanh",
    initialiser="glorot_uniform",
    scaling="range",
    loss="squared-error",
    optimizer="adam",
    learning_rate=0.05,
    batch_size=200,
    epochs=2_000,
    until=0.001,
    seeds=20,
)
"""Settings with which nearly every start succeeds."""


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from rows of a shape to the probability of class 1, (n, 1).

    ``outputs`` is not used: there are two classes and one unit for them.
    """
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
    odd = layers.Dense(1, activation="sigmoid", kernel_initializer=recipe.initialiser)(
        x
    )
    return keras.Model(rows, odd, name=recipe.model.replace("-", "_"))
