"""N108: first weights that are all alike, or far from the size that layers need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ....baselines.rules.registry import rule
from ..problem.context import (
    NetworkFinding,
    Priority,
    Repair,
    RuleContext,
    network_finding,
)
from ..problem.graph import Node, is_recurrent, start_weights
from .repairs import join, set_layers

SMALL, LARGE = 0.05, 20.0
"""Variance of a kernel by inputs, outside of which signals fade or flood within a few
layers: 1 keeps them (LeCun 1998), 2 behind relu (He 2015)."""
_FEW = 8
"""Weights too few to tell a variance from."""
SHIFT = 5.0
"""A hidden bias so many times as large as what comes in decides alone."""
RELUS = ("relu", "leaky_relu", "elu", "relu6", "silu", "gelu")


@dataclass(frozen=True)
class _Fault:
    node: Node
    text: str
    priority: Priority


@rule("N108", order=110)
def bad_initialisation(context: RuleContext) -> NetworkFinding | None:
    """Kernels equal for all units, too large or too small, and biases that drown."""
    faults = [] if context.fit.pretrained else list(_faults(context))
    if not faults:
        return None
    message = "; ".join(f"{fault.node.name!r}: {fault.text}" for fault in faults[:3])
    return network_finding(
        "N108",
        f"Bad initialisation in {message}.",
        "Use Keras' default initialisers (glorot_uniform, zeros for biases), or "
        "he_normal before relu.",
        priority=0 if any(fault.priority == 0 for fault in faults) else 1,
        repairs=(_fresh(context, [fault.node for fault in faults]),),
        layers=tuple(fault.node.name for fault in faults),
        layers_concerned=len(faults),
    )


def _faults(context: RuleContext) -> Iterator[_Fault]:
    start = start_weights(context.fit.model, context.fit.weights)
    for node in context.graph.weighted:
        kernel = start.get(id(getattr(node.layer, "kernel", None)))
        if kernel is None or is_recurrent(node.layer):
            continue
        alike, odd = _equal_units(node, kernel), _unusual_scale(node, kernel)
        if alike or odd:
            yield _Fault(node, alike or odd, 0 if alike else 1)
            continue
        bias = start.get(id(getattr(node.layer, "bias", None)))
        if bias is not None and not node.is_head and _bias_dominates(kernel, bias):
            size = float(np.abs(bias).max())
            yield _Fault(node, f"initial biases of up to {size:.3g}", 1)


def _equal_units(node: Node, kernel: np.ndarray) -> str:
    """Equal units get equal gradients, and stay one unit; a head may start at 0."""
    if node.is_head or np.ptp(kernel, axis=-1).max() > 0:
        return ""
    if kernel.shape[-1] == 1 and np.any(kernel):
        return ""  # a single unit is like no other
    value = f"{float(kernel.flat[0]):.3g}"
    equal = np.ptp(kernel) == 0
    return f"all weights are {value}" if equal else "all units have the same weights"


def _unusual_scale(node: Node, kernel: np.ndarray) -> str:
    """A kernel too small for either end of the layer, or too large for its inputs."""
    if kernel.size < _FEW or not np.any(kernel):
        return ""
    variance = float(np.mean(np.square(kernel)))
    inputs, outputs = _fans(node, kernel)
    # with one input and many units glorot_uniform is small, and meant so
    small = variance * max(inputs, outputs) < SMALL and not node.is_head
    if not small and variance * inputs <= LARGE:
        return ""
    right = 1 / np.sqrt(inputs)
    return (
        f"weight standard deviation {np.sqrt(variance):.3g}, about {right:.2g} "
        f"expected for {inputs} inputs"
    )


def _fans(node: Node, kernel: np.ndarray) -> tuple[int, int]:
    """Values that a unit takes, and units that take a value."""
    places = int(np.prod(kernel.shape[:-2])) if kernel.ndim > 2 else 1
    rows, columns = kernel.shape[-2:]
    if "Depthwise" in node.kind:
        return places, places * columns
    if "Transpose" in node.kind:
        rows, columns = columns, rows
    return places * rows, places * columns


def _bias_dominates(kernel: np.ndarray, bias: np.ndarray) -> bool:
    inputs = int(np.prod(kernel.shape[:-1]))
    coming = float(np.sqrt(np.mean(np.square(kernel)) * inputs))
    size = float(np.sqrt(np.mean(np.square(bias))))
    return size > SHIFT * coming and size > 1


def _layers(count: int) -> str:
    return "1 layer" if count == 1 else f"{count} layers"


def _fresh(context: RuleContext, nodes: list[Node]) -> Repair:
    """Keras' own start for all of these layers."""
    parts = []
    for kernel in ("he_normal", "glorot_uniform"):
        he = kernel == "he_normal"
        same = [n for n in nodes if (n.activation in RELUS) == he]
        if same:
            parts.append(
                set_layers(
                    context,
                    same,
                    kernel,
                    kernel_initializer=kernel,
                    bias_initializer="zeros",
                )
            )
    names = " and ".join(part.what for part in parts)
    return join(f"weights of {_layers(len(nodes))} from {names}, biases 0", parts)
