"""The graph: blocks that add to what came before, then logits or numbers."""

import keras
from keras import layers

from ...recipe import Recipe


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from rows of a shape to logits (or numbers), (n, outputs)."""
    # Inputs.
    rows = keras.Input(shape)
    x = layers.Flatten()(rows)
    x = layers.Dense(recipe.hidden[0], kernel_initializer=recipe.initialiser)(x)

    # Body: normalise, transform, add (He et al. 2016; layer norm as Ba et al. 2016).
    for units in recipe.hidden:
        added = layers.LayerNormalization()(x)
        added = layers.Dense(
            units,
            activation=recipe.activation,
            kernel_initializer=recipe.initialiser,
        )(added)
        added = layers.Dropout(recipe.dropout)(added)
        added = layers.Dense(recipe.hidden[0], kernel_initializer=recipe.initialiser)(
            added
        )
        x = layers.Add()([x, added])

    # Head.
    x = layers.LayerNormalization()(x)
    logits = layers.Dense(outputs, kernel_initializer="glorot_uniform")(x)
    return keras.Model(rows, logits, name="residual")
