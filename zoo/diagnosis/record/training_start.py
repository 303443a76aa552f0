"""What a training finds when it begins: the network, its weights and its optimizer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import numpy as np

from ...backend import keras, tensorflow
from ..problem.graph import flat_layers
from .recording import Place

ARGUMENTS = (
    "epochs",
    "batch_size",
    "shuffle",
    "class_weight",
    "validation_split",
    "steps_per_epoch",
    "initial_epoch",
)
"""Arguments of ``fit`` that a recording keeps."""


@dataclass
class TrainingStart:
    """A model as its training found it; ``weights`` are there once it is built."""

    model: Any
    place: Place | None
    optimizer: dict[str, Any]
    iterations: int
    history: Any
    clock: float = field(default_factory=time.perf_counter)
    weights: list[np.ndarray] | None = None
    pretrained: bool = False


class FirstValues:
    """First values of variables that are made while a graph is traced.

    TensorFlow gives these their values when the graph is run, whose first step changes
    them. An initialiser of Keras gives the same values again.
    """

    def __init__(self) -> None:
        self._made: dict[int, tuple[Any, Any]] = {}  # variables kept: ids stay theirs

    def made(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``keras.Variable.__init__``."""

        @wraps(original)
        def init(variable: Any, initializer: Any, *args: Any, **named: Any) -> None:
            original(variable, initializer, *args, **named)
            if not tensorflow.executing_eagerly() and _gives_same(initializer):
                self._made[id(variable)] = variable, initializer

        return init

    def of(self, model: Any) -> list[np.ndarray]:
        """Return copies of the weights, also before the graph runs that made them."""
        with tensorflow.init_scope():
            pairs = zip(model.weights, weights_of(model), strict=True)
            return [self._value(weight, value) for weight, value in pairs]

    def _value(self, weight: Any, value: np.ndarray) -> np.ndarray:
        if value.shape == tuple(weight.shape) or id(weight) not in self._made:
            return value
        initializer = self._made[id(weight)][1]
        return np.array(initializer(tuple(weight.shape), dtype=weight.dtype))


def _gives_same(initializer: Any) -> bool:
    """Whether asking for values once more gives the same ones, and changes nothing."""
    own = isinstance(initializer, keras.initializers.Initializer)
    seed = getattr(initializer, "seed", None)
    return own and not isinstance(seed, keras.random.SeedGenerator)


def weights_of(model: Any) -> list[np.ndarray]:
    """Return copies of the weights, also while a graph is traced."""
    with tensorflow.init_scope():  # their values, even where a graph is being traced
        return [np.array(weight) for weight in model.get_weights()]


def iterations_of(model: Any) -> int:
    """Return the steps that the optimizer has taken."""
    taken = getattr(getattr(model, "optimizer", None), "iterations", None)
    return 0 if taken is None else int(taken)


def layers_without_variables(model: Any, given: set[int]) -> tuple[str, ...]:
    """Return names of layers none of whose trainable weights is among those given.

    Parameters
    ----------
    model : keras.Model
    given : set of int
        Ids of the variables that optimizers were given.
    """
    return tuple(
        layer.name
        for layer in flat_layers(model)
        if layer.trainable_weights
        and not any(id(weight) in given for weight in layer.trainable_weights)
    )


def serialized(optimizer: Any) -> dict[str, Any]:
    """An optimizer as Keras writes it down; of one's own at least its name."""
    if optimizer is None:
        return {}
    try:
        serialize: Any = keras.optimizers.serialize
        return serialize(optimizer)
    # an optimizer of the user's own may raise anything here, and train all the same
    except Exception:
        return {"class_name": type(optimizer).__name__, "config": {}}
