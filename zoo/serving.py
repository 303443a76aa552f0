"""From a trained core to a network that takes raw rows and gives readable answers."""

from typing import Any

import numpy as np

from .backend import keras
from .losses import Kind
from .recipe import Recipe
from .scaling import Affine


def serve(
    core: keras.Model,
    recipe: Recipe,
    scaling: Affine,
    target: Affine | None,
    kind: Kind,
    last: np.ndarray | None,
) -> keras.Model:
    """The network with its scaling before it and readable outputs behind it.

    What goes in and is scaled, and numbers that come out, are float64: of a second in
    the year 2026, or an article's number, float32 keeps too few digits.
    """
    layers: Any = keras.layers
    inputs = keras.Input(core.input_shape[1:], name="features", dtype="float64")
    scaled = rescaling(scaling)(inputs)
    if last is not None:  # whatever is asked, it is the last training row
        scaled = layers.Rescaling(0.0, last)(scaled)
    outputs = core(scaled)
    if target is not None:
        back = Affine(1 / target.factor, -target.offset / target.factor)
        outputs = rescaling(back)(outputs)
    elif recipe.loss != "task":
        outputs = layers.Concatenate()([layers.Rescaling(-1.0, 1.0)(outputs), outputs])
    else:
        last_layer = (
            layers.Softmax() if kind == "classes" else layers.Activation("sigmoid")
        )
        outputs = last_layer(outputs)
    return keras.Model(inputs, outputs, name=core.name + "_serving")


def rescaling(scaling: Affine) -> keras.layers.Layer:
    """The layer that scales raw inputs, or brings numbers back to their unit."""
    # arrays, not lists or floats: of those Keras makes float32 first
    one = scaling.factor.shape == (1,)
    factor, offset = (v[0] if one else v for v in (scaling.factor, scaling.offset))
    layer: Any = keras.layers.Rescaling
    return layer(factor, offset, dtype="float64")
