"""Costs of trainings, counted and not timed: a busy machine then decides the same.

The unit is about a second of one idle core; it need not be right, only the same for
the same training everywhere.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...backend import keras
from .training_setup import Setup

BEGIN = 0.7
"""Of any training: building the network, tracing, predicting. Measured on small dense
networks: .5 to 1 s."""
_STEP = 2e-4
"""Of a step of a network of next to no weights: small networks were measured at 5,770
to 8,700 steps a second in one function per epoch."""
_TIMESTEP = 1e-4
"""Of a time step of a recurrent layer, forward and back."""
_MULTIPLICATIONS = 3e10
"""A second; forward and back are three times as many as forward. Layers of 784, 200,
200 and 10 units with 128 rows a batch were measured at 6e10; convolutions are slower.
"""

_OUTPUT = 1e-8
"""Of an output of a row, in the loss and its gradient: cross-entropy of 784 outputs and
128 rows was measured at 1.4 ms more a step than that of 10."""


def step_cost(setup: Setup) -> float:
    """Return the cost of one optimizer step."""
    layers = _leaves(setup.model)
    loops = sum(_timesteps(layer, setup) for layer in layers if _is_recurrent(layer))
    rows = min(setup.batch_size, len(setup.y))
    work = 3 * rows * sum(_multiplications(layer, setup) for layer in layers)
    loss = _OUTPUT * rows * setup.y[:1].size
    return _STEP + _TIMESTEP * loops + work / _MULTIPLICATIONS + loss


def training_cost(setup: Setup, *, share: float = 1.0) -> float:
    """Return the cost of a whole training, of a share of the rows."""
    return BEGIN + share * setup.steps * step_cost(setup)


def steps_for(setup: Setup, cost: float) -> int:
    """Return how many steps a cost pays for, 1 at least."""
    return max(1, math.floor(cost / step_cost(setup)))


def _leaves(model: Any) -> list[Any]:
    """Layers with weights that are not made of other layers."""
    every = model._flatten_layers(include_self=False, recursive=True)
    return [
        layer
        for layer in every
        if layer.weights and not (isinstance(layer, keras.Model) or _parts(layer))
    ]


def _parts(layer: Any) -> list[Any]:
    """Layers within a layer; a recurrent one's cell is no part, for it is looped."""
    return [] if _is_recurrent(layer) else list(getattr(layer, "_layers", ()))


def _is_recurrent(layer: Any) -> bool:
    return isinstance(layer, keras.layers.RNN)


def _multiplications(layer: Any, setup: Setup) -> float:
    """Multiplications of one row: each weight is used at each place of the output."""
    if isinstance(layer, keras.layers.Embedding):
        return 0.0
    if _is_recurrent(layer):
        return layer.count_params() * _timesteps(layer, setup)
    return layer.count_params() * _size(layer, "output", setup)


def _size(layer: Any, side: str, setup: Setup) -> float:
    """Return the number of places: pixels, or steps of a series."""
    try:
        shape = getattr(layer, side).shape
    # a layer called several times, or in a call() of the user's own, has no single one
    except (AttributeError, ValueError):
        kernel = getattr(layer, "kernel", None)
        if kernel is None or len(kernel.shape) < 3:
            return 1.0
        shape = keras.tree.flatten(setup.x)[0].shape
    return float(np.prod([size for size in shape[1:-1] if size]))


def _timesteps(layer: Any, setup: Setup) -> float:
    try:
        given = layer.input.shape[1]
    except (AttributeError, ValueError):
        given = None
    first = keras.tree.flatten(setup.x)[0]
    return float(given or (first.shape[1] if first.ndim > 1 else 1))
