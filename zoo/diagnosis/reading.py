"""How a network reads its inputs: which array goes to which layer, and in what size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..backend import keras

ROWS = 256
"""Rows that are looked at; enough for a mean and a spread."""
NORMALISERS = (
    keras.layers.BatchNormalization,
    keras.layers.LayerNormalization,
    keras.layers.GroupNormalization,
    keras.layers.UnitNormalization,
)
"""Layers that bring whatever comes in to a size near 1."""


def graph_of(model: Any) -> Any:
    """What holds a network's graph; None for a subclassed one, which has none."""
    graph = getattr(model, "_functional", None) or model  # a Sequential holds one
    return graph if getattr(graph, "operations", None) else None


def arrays_of(model: Any, x: Any) -> list[np.ndarray]:
    """The arrays of ``x`` in the order of the model's inputs."""
    names = _names(model, x)
    parts = [x[name] for name in names] if names else keras.tree.flatten(x)
    return [np.asarray(part) for part in parts]


def packed(model: Any, x: Any, parts: list[Any]) -> Any:
    """One part for each input of the model, in the form of ``x``."""
    if len(parts) == 1 and not isinstance(x, dict):
        return parts[0]
    names = _names(model, x)
    if names:
        return dict(zip(names, parts, strict=True))
    return keras.tree.pack_sequence_as(x, parts)


def _names(model: Any, x: Any) -> list[str]:
    """The inputs' names, if ``x`` has an array for each of them."""
    names = [tensor.name for tensor in getattr(model, "inputs", None) or []]
    return names if isinstance(x, dict) and set(names) == set(x) else []


def readers(model: Any, tensor: Any) -> list[Any]:
    """The layers of a network that take this tensor; models within are looked into."""
    graph = graph_of(model)
    found: list[Any] = []
    for operation in graph.operations if graph else ():
        for place in _places(operation, tensor):
            if isinstance(operation, keras.Model):
                found += readers(operation, operation.inputs[place])
            else:
                found.append(operation)
    return found


def _places(operation: Any, tensor: Any) -> Iterator[int]:
    """Where a tensor stands among those that an operation takes."""
    for node in operation._inbound_nodes:
        yield from (i for i, t in enumerate(node.input_tensors) if t is tensor)


def is_looked_up(model: Any, tensor: Any) -> bool:
    """Whether an input holds places in a list, such as words, and no measurements."""
    return any(isinstance(r, keras.layers.Embedding) for r in readers(model, tensor))


def some_rows(x: Any, count: int = ROWS) -> Any:
    """An even sample of the rows of an array, or of each in a list or dict."""

    def pick(part: Any) -> np.ndarray:
        values = np.asarray(part)
        return values[:: max(1, len(values) // count)][:count]

    return keras.tree.map_structure(pick, x)


def start_weights(model: Any, weights: list[np.ndarray]) -> dict[int, np.ndarray]:
    """Id of each variable of a model -> its value in ``weights``; empty if they differ.

    ``weights`` are in the order of ``model.get_weights()``.
    """
    found = model.weights
    shapes = [tuple(variable.shape) for variable in found]
    if shapes != [np.shape(value) for value in weights]:
        return {}
    return {id(v): np.asarray(w) for v, w in zip(found, weights, strict=True)}
