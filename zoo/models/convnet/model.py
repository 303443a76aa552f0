"""The graph: the layers of the question, chained, with kernels that fit the image."""

import keras
from keras import layers

from ...recipe import Recipe
from ..shapes import as_image

LAYERS = ((32, 11), (64, 5), 2, (64, 5), (128, 3), 2, (128, 3), 2, (32, 1))
"""Filters and kernel size of convolutions; a number alone is a pooling."""


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from images of a shape to logits, (n, outputs).

    The layers were meant for photographs. A kernel is as large as asked, or as a third
    of the image it meets where that is less (an odd number, 3 at least); the first
    convolution of images above 16 pixels steps by two; pooling ends where 3 pixels are
    left.

    Raises
    ------
    Misuse
        A row is no image.
    """
    # Inputs: (height, width) or (height, width, channels).
    image = as_image(shape, recipe.model)
    rows = keras.Input(shape)
    x = layers.Reshape(image)(rows)
    size = min(image[:2])

    # Body.
    for number, layer in enumerate(LAYERS):
        if isinstance(layer, int):
            if size > 3:
                x, size = layers.MaxPooling2D(layer)(x), size // layer
                x = layers.Dropout(recipe.dropout)(x)
            continue
        filters, kernel = layer
        stride = 2 if number == 0 and size > 16 else 1
        x = layers.Conv2D(
            filters,
            min(kernel, max(3, size // 3 // 2 * 2 + 1)),
            stride,
            padding="same",
            activation=recipe.activation,
            kernel_initializer=recipe.initialiser,
        )(x)
        size = -(-size // stride)

    # Head.
    x = layers.Flatten()(x)
    x = layers.Dropout(recipe.dropout)(x)
    logits = layers.Dense(outputs, kernel_initializer="glorot_uniform")(x)
    return keras.Model(rows, logits, name="convnet")
