"""A yes/no question with a softmax of one unit.

On show because it says **1.0 of every row**: a yes/no question answered by
`Dense(1, activation="softmax")`. Its twin `binary-sigmoid` differs by that one word.

    columns -> 4 -> 1 softmax unit

1. **Defect.** Softmax divides by the sum over the units. With one unit that is
   `exp(z) / exp(z) = 1`, whatever z is.
2. **Mechanism.** Keras' binary cross-entropy takes the number *behind* a built-in
   softmax or sigmoid (measured on Keras 3.15), so loss and gradient are those of a
   sigmoid, the loss curve falls as it should, and the weights do learn. Only the
   predictions are 1.0.
3. **What shows it.** Not the loss: the predictions. Accuracy is the share of the second
   class, in training and in test. Keras warns of it, a line among many.

Its settings are those of its twin: `tanh`, `he_normal`, `adam`.

    zoo train binary-softmax
    zoo compare binary-softmax binary-sigmoid
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

from ..recipe import Recipe
from .binary_sigmoid import DEFAULT as WITH_SIGMOID
from .card import ModelCard

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="binary-softmax",
    title="The same with softmax over its one unit, which is always 1",
    dataset="breast-cancer",
    tasks=("binary",),
    parameters=129,
    twin="binary-sigmoid",
    broken=True,
    defect="Softmax over one unit divides a number by itself: 1 for every row. "
    "Keras computes the cross-entropy from the number in front of the softmax, so "
    "that loss and gradient are those of a sigmoid and look healthy.",
    symptom="The loss falls as it should, and every row gets the second class.",
    source="a mistake often asked about: softmax over one unit",
    order=41,
)
DEFAULT = replace(WITH_SIGMOID, model="binary-softmax")
"""Settings of the twin, so that only the last layer differs."""


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from rows of a shape to 1.0, (n, 1).

    ``outputs`` is not used: there are two classes and one unit for them.
    """
    from ..backend import keras

    layers = keras.layers

    # Keras warns at each call of what is on show here.
    warnings.filterwarnings("ignore", "You are using a softmax over axis")

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
    yes = layers.Dense(1, activation="softmax")(x)
    return keras.Model(rows, yes, name="binary_softmax")
