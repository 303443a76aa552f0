"""The graph: MobileNetV2 from Keras' applications, for images of any size."""

from pathlib import Path
from typing import Any

import keras
from keras import layers

from ....data.errors import BadData
from ...networks.load_model import HDF5, check_weights
from ...recipe import Recipe
from ..shapes import as_image

_LEAST = 64
"""Pixels a side that the network gets at least: it halves an image five times."""
_WIDTH = 0.35
"""Share of the filters of the published network, its smallest variant."""
MOMENTUM = 0.9
"""Of batch normalisation. Keras' 0.999 averages over a thousand steps: after a short
training, predictions would be made with the statistics of the start."""


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from images of a shape to logits, (n, outputs).

    ``recipe.weights`` names a file with weights of Keras' MobileNetV2 without its top,
    or "" for a random start.

    Raises
    ------
    Misuse
        A row is no image.
    BadData
        The file holds no such weights.
    """
    # Inputs: (height, width) or (height, width, channels), in [-1, 1].
    image = as_image(shape, recipe.model)
    rows = keras.Input(shape)
    x: Any = layers.Reshape(image)(rows)
    if image[2] == 1:
        x = layers.Concatenate()([x, x, x])
    factor = -(-_LEAST // min(image[:2]))
    if factor > 1:
        x = layers.UpSampling2D(factor, interpolation="bilinear")(x)

    # Body (Sandler et al. 2018).
    x = _body(x.shape[1:], recipe.weights)(x)

    # Head.
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(recipe.dropout)(x)
    logits = layers.Dense(outputs)(x)
    return keras.Model(rows, logits, name="mobilenet_v2")


def _body(shape: tuple[int, ...], weights: str) -> Any:
    network: Any = keras.applications
    body = network.MobileNetV2(
        input_shape=shape, alpha=_WIDTH, include_top=False, weights=None
    )
    for layer in body.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = MOMENTUM
    if weights:
        # a recipe may come from anybody; Keras takes "gs:..." for an address, and a
        # path from the root for none
        path = Path(weights).resolve()
        if path.suffix not in HDF5:  # of another Keras would open what is not checked
            raise BadData(f"{weights} must end in {' or '.join(HDF5)}")
        check_weights(path)
        try:
            body.load_weights(path)
        except (OSError, ValueError, KeyError) as error:  # no HDF5; other layers
            msg = f"{weights} does not hold the weights of Keras' MobileNetV2 of width"
            raise BadData(f"{msg} {_WIDTH} without its top; bring that file") from error
    return body
