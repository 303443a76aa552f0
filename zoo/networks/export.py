"""From a trained core to a network that takes raw rows and gives readable answers."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..backend import keras
from ..recipe import Recipe, Scaling
from .losses import Kind

MASKED = -1_000.0
"""Stands for a step of a sequence that is not there; far from any scaled value."""


@dataclass(frozen=True)
class Affine:
    """``x * factor + offset``; arrays that broadcast over one row."""

    factor: np.ndarray
    offset: np.ndarray

    def apply(self, x: np.ndarray) -> np.ndarray:
        """Scaled rows as float32; what is too large for that becomes infinite."""
        with np.errstate(over="ignore"):
            return (x * self.factor + self.offset).astype("float32")


def fit_scaling(
    kind: Scaling, x: np.ndarray, feature_range: tuple[float, float] | None
) -> Affine:
    """The factor and offset that a recipe's scaling asks for.

    Parameters
    ----------
    kind : {"none", "unit", "range", "standard"}
        See `Recipe`.
    x : array of shape (n_rows, ...)
        Training rows.
    feature_range : (float, float), optional
        Known limits of every feature; else each column's own in the training rows
        (for images, those of all pixels together).

    Returns
    -------
    Affine
        A column without spread gets factor 1, so that nothing is divided by 0.
    """
    if kind == "none":
        return Affine(np.ones(1), np.zeros(1))
    axis = 0 if x.ndim == 2 else None
    if kind == "standard":
        middle = x.mean(axis=axis, dtype="float64")
        reach = x.std(axis=axis, dtype="float64")
    else:
        low, high = feature_range or (x.min(axis=axis), x.max(axis=axis))
        low, high = np.asarray(low, dtype="float64"), np.asarray(high, dtype="float64")
        middle, reach = (low + high) / 2, (high - low) / 2
        if kind == "unit":
            middle, reach = low, high - low
    # less than rounding leaves of equal values, or too little to divide by
    spreads = reach > np.maximum(1e-12 * np.abs(middle), 1e-290)
    factor = 1 / np.where(spreads, reach, 1)
    return Affine(np.atleast_1d(factor), np.atleast_1d(-middle * factor))


def serving_model(
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
