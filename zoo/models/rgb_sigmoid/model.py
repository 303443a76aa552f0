"""The graph as its author had it: one sigmoid unit says how black the letters are."""

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
    normal: Any = keras.initializers.RandomNormal(stddev=1.0)
    for units in recipe.hidden:
        x = layers.Dense(
            units,
            activation=recipe.activation,
            kernel_initializer=normal.clone(),
            bias_initializer=normal.clone(),
        )(x)

    # Head.
    black = layers.Dense(
        1,
        activation="sigmoid",
        kernel_initializer=normal.clone(),
        bias_initializer=normal.clone(),
    )(x)
    return keras.Model(rows, black, name="rgb_sigmoid")
