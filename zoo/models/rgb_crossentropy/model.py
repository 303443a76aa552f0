"""The graph of the first mending: ReLU units, and one sigmoid unit for the font."""

from typing import Any

import keras
from keras import layers

from ...recipe import Recipe


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from rows of a shape to the probability of class 1, (n, 1).

    ``outputs`` is not used: there are two classes and one unit for them.
    """
    # Inputs.
    rows = keras.Input(shape)
    x = layers.Flatten()(rows)

    # Body.
    start: Any = keras.initializers.TruncatedNormal(stddev=0.1)
    for units in recipe.hidden:
        x = layers.Dense(
            units, activation=recipe.activation, kernel_initializer=start.clone()
        )(x)

    # Head.
    black = layers.Dense(1, activation="sigmoid", kernel_initializer=start.clone())(x)
    return keras.Model(rows, black, name="rgb_crossentropy")
