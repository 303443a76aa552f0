"""The graph: at every character, how likely each next one is."""

import keras
from keras import layers

from ...recipe import Recipe


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from codes, (n, steps), to logits, (n, steps, outputs)."""
    # Inputs.
    codes = keras.Input(shape)
    size, *units = recipe.hidden
    x = layers.Embedding(outputs, size)(codes)

    # Body.
    for count in units:
        x = layers.LSTM(
            count,
            activation=recipe.activation,
            kernel_initializer=recipe.initialiser,
            return_sequences=True,
        )(x)
        x = layers.Dropout(recipe.dropout)(x)

    # Head.
    logits = layers.Dense(outputs)(x)
    return keras.Model(codes, logits, name="lstm_characters")
