"""A network's layers in the order of their work, and what each one does in effect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...backend import keras

ACTIVATIONS = (
    keras.layers.Activation,
    keras.layers.ReLU,
    keras.layers.LeakyReLU,
    keras.layers.PReLU,
    keras.layers.ELU,
    keras.layers.Softmax,
)
"""Layers that are an activation and nothing else."""
_PLAIN = (
    keras.layers.Dropout,
    keras.layers.BatchNormalization,
    keras.layers.LayerNormalization,
    keras.layers.GaussianNoise,
    keras.layers.ActivityRegularization,
    keras.layers.Add,
    keras.layers.Average,
    keras.layers.Concatenate,
    keras.layers.Flatten,
    keras.layers.Reshape,
)
"""Layers that may stand between a layer and its activation."""
LINEAR = "linear"


@dataclass(frozen=True)
class Node:
    """A layer in its network.

    Parameters
    ----------
    layer : keras.layers.Layer
    inputs : tuple of str
        Names of the layers whose outputs it takes, those of inputs included.
    activation : str
        Of the layer or of the activation behind it, e.g. ``"relu"``; ``"linear"`` for
        none, and ``"?"`` for a function of the user's own.
    activator : keras.layers.Layer
        The layer that holds this activation; the layer itself, or the one behind it.
    is_head : bool
        Whether an output of the network is made of this layer's alone, by nothing that
        has weights.
    """

    layer: Any
    inputs: tuple[str, ...]
    activation: str
    activator: Any
    is_head: bool

    @property
    def name(self) -> str:
        return self.layer.name

    @property
    def kind(self) -> str:
        """The layer's class."""
        return type(self.layer).__name__

    @property
    def is_weighted(self) -> bool:
        """Whether it multiplies what comes in by weights: dense or convolutional."""
        return getattr(self.layer, "kernel", None) is not None or hasattr(
            self.layer, "kernel_initializer"
        )

    @property
    def layer_width(self) -> int:
        """Width of what it gives: units or filters; 0 for others."""
        found = getattr(self.layer, "units", None) or getattr(
            self.layer, "filters", None
        )
        return int(found or 0)


@dataclass(frozen=True)
class Graph:
    """The layers that reach an output, each after those it takes from."""

    nodes: tuple[Node, ...]

    @cached_property
    def weighted(self) -> tuple[Node, ...]:
        """Dense and convolutional layers, and recurrent ones."""
        return tuple(n for n in self.nodes if n.is_weighted or is_recurrent(n.layer))

    @property
    def output_layers(self) -> tuple[Node, ...]:
        """The weighted layers that make the outputs."""
        return tuple(n for n in self.weighted if n.is_head)

    @property
    def hidden(self) -> tuple[Node, ...]:
        """The weighted layers before them."""
        return tuple(n for n in self.weighted if not n.is_head)


def is_recurrent(layer: Any) -> bool:
    """LSTM, GRU and their like, also within Bidirectional."""
    inner = getattr(layer, "forward_layer", layer)
    return isinstance(inner, keras.layers.RNN)


def activation_name(function: Any) -> str:
    """``"relu"`` for Keras' function, ``"linear"`` for none, ``"?"`` for one's own."""
    if function is None:
        return LINEAR
    name = getattr(function, "__name__", "?")
    return name if getattr(keras.activations, name, None) is not None else "?"


def _own_activation(layer: Any) -> str:
    if isinstance(layer, ACTIVATIONS):
        if isinstance(layer, keras.layers.Activation):
            return activation_name(layer.activation)
        return {"ReLU": "relu", "Softmax": "softmax", "ELU": "elu"}.get(
            type(layer).__name__, "leaky_relu"
        )
    return activation_name(getattr(layer, "activation", None))


def make_graph(model: Any) -> Graph:
    """Walk a functional or sequential network; models within it are walked into.

    Of a subclassed network, which has no graph, the layers as they were made.
    """
    layers = list(flat_layers(model))
    within = dict(_last_within(model))
    parents = {
        layer.name: tuple(within.get(name, name) for name in layers_before(layer))
        for layer in layers
    }
    children: dict[str, list[Any]] = {layer.name: [] for layer in layers}
    for layer in layers:
        for name in parents[layer.name]:
            children.setdefault(name, []).append(layer)
    return Graph(tuple(_node(layer, parents, children) for layer in layers))


def _last_within(model: Any) -> Iterator[tuple[str, str]]:
    """The last layer of each model that stands within this one."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _last_within(layer)
            yield layer.name, list(flat_layers(layer))[-1].name


def flat_layers(model: Any) -> Iterator[Any]:
    """Yield the layers of a network; models within it are walked into."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from flat_layers(layer)
        else:
            yield layer


def layers_before(layer: Any) -> tuple[str, ...]:
    """Names of the layers before; of a layer called twice, those of its last call.

    Operations that are no layers, such as ``a + b``, are looked through, and masks are
    left aside: they come on a way of their own.
    """
    nodes = getattr(layer, "_inbound_nodes", [])
    return tuple(dict.fromkeys(_source_layers(nodes[-1]))) if nodes else ()


def _source_layers(node: Any) -> Iterator[str]:
    """Names of the layers whose outputs a call took."""
    given = node.arguments
    named = {name: v for name, v in given.kwargs.items() if "mask" not in name}
    for tensor in keras.tree.flatten((given.args, named)):
        history = getattr(tensor, "_keras_history", None)
        if history is None:
            continue
        if isinstance(history.operation, keras.layers.Layer):
            yield history.operation.name
        else:
            yield from _source_layers(
                history.operation._inbound_nodes[history.node_index]
            )


def _node(
    layer: Any,
    parents: dict[str, tuple[str, ...]],
    children: dict[str, list[Any]],
) -> Node:
    name, activator = _own_activation(layer), layer
    behind = layer
    while True:
        after = children.get(behind.name, [])
        if len(after) != 1 or not isinstance(after[0], (*ACTIVATIONS, *_PLAIN)):
            break
        behind = after[0]
        if name == LINEAR and isinstance(behind, ACTIVATIONS):
            name, activator = _own_activation(behind), behind
    return Node(layer, parents[layer.name], name, activator, _is_last(layer, children))


def _is_last(layer: Any, children: dict[str, list[Any]]) -> bool:
    """Whether nothing with weights takes what a layer gives."""
    after = children.get(layer.name, [])
    return all(
        not any(w.trainable for w in child.weights) or isinstance(child, _PLAIN)
        for child in after
    ) and all(_is_last(child, children) for child in after)


_ROWS = 256
"""Rows that are looked at; enough for a mean and a spread."""
NORMALISERS = (
    keras.layers.BatchNormalization,
    keras.layers.LayerNormalization,
    keras.layers.GroupNormalization,
    keras.layers.UnitNormalization,
)
"""Layers that bring whatever comes in to a size near 1."""


def graph_of(model: Any) -> Any:
    """Return the holder of a network's graph; None for a subclassed one without any."""
    graph = getattr(model, "_functional", None) or model  # a Sequential holds one
    return graph if getattr(graph, "operations", None) else None


def arrays_of(model: Any, x: Any) -> list[np.ndarray]:
    """The arrays of ``x`` in the order of the model's inputs."""
    names = _names(model, x)
    parts = [x[name] for name in names] if names else keras.tree.flatten(x)
    return [np.asarray(part) for part in parts]


def pack_inputs(model: Any, x: Any, parts: list[Any]) -> Any:
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
    """Yield the positions of a tensor among those that an operation takes."""
    for node in operation._inbound_nodes:
        yield from (i for i, t in enumerate(node.input_tensors) if t is tensor)


def is_looked_up(model: Any, tensor: Any) -> bool:
    """Whether an input holds places in a list, such as words, and no measurements."""
    return any(isinstance(r, keras.layers.Embedding) for r in readers(model, tensor))


def sample_evenly(x: Any, count: int = _ROWS) -> Any:
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
