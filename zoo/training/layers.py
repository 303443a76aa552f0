"""The layers of a model, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..backend import keras

_RATES = ("rate", "dropout", "recurrent_dropout", "stddev")


def walk_layers(layer: Any) -> Iterator[Any]:
    """Layers in a model, those inside wrappers and nested models included.

    A model written as a class is one layer that nothing is known of.
    """
    if isinstance(layer, keras.Model) and is_keras(layer):
        for inner in getattr(layer, "operations", layer.layers):
            yield from walk_layers(inner)
        return
    yield layer
    for name in ("layer", "cell", "forward_layer", "backward_layer"):
        inner = getattr(layer, name, None)
        if isinstance(inner, keras.Layer):
            yield from walk_layers(inner)


def is_keras(layer: Any) -> bool:
    """Whether a layer, or a metric, comes with Keras."""
    return type(layer).__module__.startswith("keras.")


def is_stochastic(layer: Any) -> bool:
    """Whether a layer of Keras draws random numbers while it trains."""
    return any(
        isinstance(rate := getattr(layer, name, 0), (int, float)) and rate > 0
        for name in _RATES
    )


def recurrent_states(model: keras.Model) -> list[Any]:
    """The states of stateful recurrent layers, which are no ``variables`` of theirs."""
    recurrent = (p for p in walk_layers(model) if getattr(p, "stateful", False))
    states = (keras.tree.flatten(getattr(p, "states", None) or ()) for p in recurrent)
    return [state for group in states for state in group if state is not None]
