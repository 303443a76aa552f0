"""The graph: one unit with softmax, which is 1 whatever it is given."""

import warnings

import keras
from keras import layers

from ...recipe import Recipe


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from rows of a shape to 1.0, (n, 1).

    ``outputs`` is not used: there are two classes and one unit for them.
    """
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
