"""The graph: at every step of a window, what to add to the naive forecast."""

import keras
from keras import layers

from ...networks.export import MASKED
from ...recipe import Recipe


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from windows of (steps, channels) to (n, steps, outputs).

    A step whose channels are all `MASKED` is not there, and passed over.
    """
    # Inputs.
    windows = keras.Input(shape)
    x = layers.Masking(MASKED)(windows)

    # Body: every step gives an output, so that each step's forecast can be looked at.
    for units in recipe.hidden:
        x = layers.LSTM(
            units,
            activation=recipe.activation,
            kernel_initializer=recipe.initialiser,
            return_sequences=True,
            dropout=recipe.dropout,
        )(x)

    # Head: from 0 on, the naive forecast, which the network then learns to mend.
    ahead = layers.Dense(outputs, kernel_initializer="zeros")(x)
    return keras.Model(windows, ahead, name="lstm_series")
