"""The graph as its author had it: every layer takes the image, so one counts."""

import keras
from keras import layers

from ...recipe import Recipe
from ..shapes import as_image


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from images of a shape to logits, (n, outputs).

    Raises
    ------
    Misuse
        A row is no image.
    """
    # Inputs: (height, width) or (height, width, channels).
    rows = keras.Input(shape)
    image = layers.Reshape(as_image(shape, recipe.model))(rows)

    def convolve(filters: int, size: int) -> layers.Layer:
        return layers.Conv2D(
            filters,
            size,
            padding="same",
            activation=recipe.activation,
            kernel_initializer=recipe.initialiser,
        )

    # Body: x is overwritten by each line.
    x = convolve(32, 11)(image)
    x = convolve(64, 5)(image)
    x = layers.MaxPooling2D(2)(image)
    x = convolve(64, 5)(image)
    x = convolve(128, 3)(image)
    x = layers.MaxPooling2D(2)(image)
    x = convolve(128, 3)(image)
    x = layers.MaxPooling2D(2)(image)
    x = convolve(32, 1)(image)

    # Head.
    x = layers.Flatten()(x)
    logits = layers.Dense(outputs, kernel_initializer="glorot_uniform")(x)
    return keras.Model(rows, logits, name="convnet_overwritten")
