"""The graph as its author had it: kernels and biases from N(0, 1), a wrong ReLU."""

from typing import Any

import keras
from keras import layers

from ...networks.losses import WrongRelu
from ...recipe import Recipe


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from rows of a shape to logits, (n, outputs)."""
    # Inputs.
    rows = keras.Input(shape)
    x = layers.Flatten()(rows)

    # Body.
    normal: Any = keras.initializers.RandomNormal(stddev=1.0)
    for units in recipe.hidden:
        x = layers.Dense(
            units,
            kernel_initializer=normal.clone(),
            bias_initializer=normal.clone(),
        )(x)
        x = WrongRelu()(x)

    # Head.
    logits = layers.Dense(
        outputs, kernel_initializer=normal.clone(), bias_initializer=normal.clone()
    )(x)
    return keras.Model(rows, logits, name="mnist_one_class")
