"""Convolutions that are each applied to the image.

On show because most of it is **not there**: a convolutional network in which every
layer was applied to the image instead of to the layer before. Its twin `convnet` has
the same layers, chained.

    image -> 11x11x32          (reaches no output)
    image -> 5x5x64            (reaches no output)
    ...
    image -> 1x1x32 -> dense

1. **Defect.** Each line of the code assigns to the same variable, and each takes the
   image: `x = convolve(64, 5)(image)`. Only the last line's layer is behind the output.
2. **Mechanism.** Keras builds the graph from the output back to the inputs. What no
   output needs is dropped without a word: no error, no warning, and a summary of four
   layers.
3. **What is left** is a 1x1 convolution: each pixel is looked at alone, so strokes and
   edges cannot be seen, and the dense layer adds up what each pixel says by itself.

Its settings are those of its twin: `relu`, `he_normal`, `adam`. `zoo train` lists the
layers that reach no output; the report draws them beside the others.

    zoo train convnet-overwritten
    zoo compare convnet-overwritten convnet --data digits
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...data.dataset import TABLE_TASKS
from ..recipe import Recipe
from .card import ModelCard
from .convnet import DEFAULT as CHAINED
from .shapes import as_image

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="convnet-overwritten",
    title="The same six convolutions as asked, each on the image",
    dataset="mnist",
    tasks=TABLE_TASKS,
    parameters=250_954,
    twin="convnet",
    broken=True,
    defect="Every layer takes the image, not what the layer before it gives, so "
    "each overwrites the one before. Only the last convolution, of 1 x 1 pixels, "
    "reaches the output: nothing sees how pixels stand to one another.",
    symptom="It learns, but stays behind a forest; eight layers reach no output.",
    source="the question of a convolutional network whose every layer takes the image",
    order=31,
)
DEFAULT = replace(CHAINED, model="convnet-overwritten")
"""Settings of the twin, so that only the graph differs."""


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from images of a shape to logits, (n, outputs).

    Raises
    ------
    Misuse
        A row is no image.
    """
    from ..backend import keras

    layers = keras.layers

    # Inputs: (height, width) or (height, width, channels).
    rows = keras.Input(shape)
    image = layers.Reshape(as_image(shape, recipe.model))(rows)

    def convolve(filters: int, size: int) -> keras.layers.Layer:
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
