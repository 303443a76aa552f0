"""N107: hidden activations that let little through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ....baselines.rules.registry import rule
from ....data.counts import count
from ...backend import keras
from ..problem.context import (
    NetworkFinding,
    Priority,
    Repair,
    RuleContext,
    network_finding,
)
from ..problem.graph import ACTIVATIONS, LINEAR, Node, is_recurrent
from .output_layer import set_activation
from .repairs import join, set_layers

_STRONG = ("softmax", "log_softmax", "exponential", "sparsemax")
"""Activations that make units compete, or grow without bound."""
_FLAT = ("sigmoid", "hard_sigmoid", "sparse_sigmoid")
"""Activations with a slope of a quarter at most."""
MIXING = (
    keras.layers.Multiply,
    keras.layers.Dot,
    keras.layers.Attention,
    keras.layers.AdditiveAttention,
    keras.layers.MultiHeadAttention,
    keras.layers.Lambda,
)
"""Layers that may use what they get as weights for something else."""


@rule("N107", order=140)
def wrong_hidden_activation(context: RuleContext) -> NetworkFinding | None:
    """Softmax, sigmoid and their like between layers; relu in LSTM and GRU."""
    twice = [node for node in context.graph.nodes if _is_twice(node)]
    if twice:
        return _finding(context, twice, LINEAR, 0, "followed by another softmax")
    strong, flat = _hidden(context, _STRONG), _hidden(context, _FLAT)
    if strong or flat:
        priority: Priority = 1 if strong or len(flat) > 1 else 2
        why = "between layers, it passes little of the signal and its gradient"
        return _finding(context, strong + flat, "relu", priority, why)
    cells = [node for node in context.graph.weighted if _is_loud_cell(node)]
    if not cells:
        return None
    return _finding(
        context, cells, "tanh", 1, "the state is not bounded from step to step"
    )


def _finding(
    context: RuleContext, nodes: list[Node], better: str, priority: Priority, why: str
) -> NetworkFinding:
    names = ", ".join(repr(node.name) for node in nodes[:3])
    kinds = " and ".join(sorted({_activation(node) for node in nodes}))
    return network_finding(
        "N107",
        f"{count(len(nodes), 'hidden layer')} ({names}) with {kinds}: {why}.",
        f"Use activation={better!r} in these layers.",
        priority=priority,
        repairs=(_repair(context, nodes, better),),
        layers=tuple(node.name for node in nodes),
        layers_concerned=len(nodes),
    )


def _repair(context: RuleContext, nodes: list[Node], better: str) -> Repair:
    message = f"{better} in {', '.join(node.name for node in nodes)}"
    parts = [
        set_layers(context, [node], message, activation=better)
        if is_recurrent(node.layer)
        else set_activation(context, node, better)
        for node in nodes
    ]
    return join(message, parts)


def _activation(node: Node) -> str:
    own: Any = getattr(node.layer, "activation", None)
    return own.__name__ if is_recurrent(node.layer) else node.activation


def _hidden(context: RuleContext, names: tuple[str, ...]) -> list[Node]:
    """Hidden layers of such an activation that only feed other layers' weights."""
    return [
        node
        for node in context.graph.hidden
        if node.activation in names
        and not is_recurrent(node.layer)
        and _only_feeds(node.activator)
    ]


def _only_feeds(layer: Any) -> bool:
    """Whether all that takes it multiplies it by weights: no gate, no attention."""
    ends = list(_ends(layer))
    return bool(ends) and all(
        hasattr(end, "kernel_initializer") or is_recurrent(end) for end in ends
    )


def _ends(layer: Any) -> Iterator[Any]:
    """The first operations behind a layer that do more than pass on."""
    for node in getattr(layer, "_outbound_nodes", []):
        after = node.operation
        passes = isinstance(after, keras.layers.Layer) and not (
            isinstance(after, (*MIXING, keras.Model))
            or hasattr(after, "kernel_initializer")
            or is_recurrent(after)
            or not type(after).__module__.startswith("keras")
        )
        if passes and after._outbound_nodes:
            yield from _ends(after)
        else:
            yield after


def _is_twice(node: Node) -> bool:
    """Whether a softmax is taken of a softmax."""
    if node.activation != "softmax" or node.activator is not node.layer:
        return False
    behind = [after.operation for after in getattr(node.layer, "_outbound_nodes", [])]
    return len(behind) == 1 and (
        isinstance(behind[0], keras.layers.Softmax)
        or (
            isinstance(behind[0], ACTIVATIONS)
            and getattr(behind[0], "activation", None) is keras.activations.softmax
        )
    )


def _is_loud_cell(node: Node) -> bool:
    """An LSTM or GRU with an activation that is not held between two bounds.

    A simple recurrent layer may have relu, with weights that start as identity.
    """
    layer = node.layer
    if not isinstance(layer, (keras.layers.LSTM, keras.layers.GRU)):
        return False
    loud = (keras.activations.relu, keras.activations.exponential)
    return layer.activation in (*loud, keras.activations.softmax)
