"""A convolutional network for images of any size.

The layers of a question whose author had applied each of them to the image, chained as
they were meant: the corrected twin of `convnet-overwritten`.

    image -> 11x11x32 -> 5x5x64 -> pool -> 5x5x64 -> 3x3x128 -> pool
          -> 3x3x128 -> pool -> 1x1x32 -> a logit a class

The layers were meant for photographs of some hundred pixels. On smaller images a kernel
is at most a third of the image it meets (an odd number of pixels, 3 at least: on 28 x
28 the first is 9x9, the ones behind a pooling 3x3), the first convolution of images
above 16 pixels steps by two, and pooling ends where three pixels are left.

| setting | value |
| --- | --- |
| units | `relu`, kernels `he_normal`, biases 0 |
| inputs | to [0, 1] |
| loss | softmax cross-entropy on logits |
| dropout | 0.25 after each pooling, and before the last layer |
| optimizer | `adam`, learning rate 0.001 |
| training | up to 10 epochs of batches of 64; ends after 2 without progress |

On `mnist` it has 319,274 weights. Rows must be images.

    zoo train convnet
    zoo train convnet --data fashion-mnist
    zoo train convnet --data folder-of-images
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...data.dataset import TABLE_TASKS
from ..recipe import Recipe
from .card import ModelCard
from .shapes import as_image

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="convnet",
    title="Six convolutions, each on what the one before it gives",
    dataset="mnist",
    tasks=TABLE_TASKS,
    parameters=319_274,
    twin="convnet-overwritten",
    source="the question of a convolutional network whose every layer takes the image",
    order=30,
)
DEFAULT = Recipe(
    model="convnet",
    hidden=(),
    activation="relu",
    initialiser="he_normal",
    scaling="unit",
    loss="task",
    optimizer="adam",
    learning_rate=0.001,
    batch_size=64,
    epochs=10,
    patience=2,
    dropout=0.25,
)
"""Settings for MNIST and images like it."""
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
    from ..backend import keras

    layers = keras.layers

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
