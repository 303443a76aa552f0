"""N207: gradients that shrink to nothing on the way to the first layers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ....baselines.rules.registry import rule
from ...backend import keras
from ..probe.probe import LayerProbe, Snapshot
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.graph import ACTIVATIONS, Node, is_recurrent
from .repairs import insert_before, join, set_layers

SHRINKS = 1e-3
"""First layer's gradient by the last one's."""
_SMALL = 1e-3
"""Norm of a gradient that moves little; a network that has learned has such ones in
all its layers."""
_FLAT = 0.9
"""Share of a layer's values at the flat ends of its activation."""
BENDS = ("sigmoid", "tanh", "softsign", "hard_sigmoid", "softmax")
"""Activations with flat ends."""


@rule("N207", order=230)
def vanishing_gradient(context: RuleContext) -> NetworkFinding | None:
    """First weights with a thousandth of the last ones' gradient, or flat layers."""
    moments = context.probe.moments if context.probe else ()
    bent = [n for n in context.graph.hidden if _is_bent(n)]
    flat = {name: share for m in moments for name, share in _flat_layers(m, bent)}
    ratio = _ratio(context, moments)
    if not moments or (not flat and not ratio < SHRINKS):
        return None
    messages = []
    if ratio < SHRINKS:
        messages.append(
            f"The gradient of the first layer is {ratio:.1g} times that of the last."
        )
    if flat:
        name, share = max(flat.items(), key=lambda pair: pair[1])
        messages.append(f"{share:.0%} of the outputs of {name!r} are saturated.")
    return network_finding(
        "N207",
        " ".join(messages),
        "Give hidden layers activation='relu' and kernel_initializer='he_normal'.",
        priority=1,
        repairs=tuple(_repairs(context, bent)),
        layers=tuple(flat) or tuple(n.name for n in bent),
        ratio=ratio,
    )


def _is_bent(node: Node) -> bool:
    return node.activation in BENDS and not is_recurrent(node.layer)


def _flat_layers(moment: Snapshot, bent: list[Node]) -> Iterator[tuple[str, float]]:
    names = {node.name for node in bent}
    for part in moment.layers:
        if part.name in names and part.saturated > _FLAT:
            yield part.name, part.saturated


def _ratio(context: RuleContext, moments: tuple[Snapshot, ...]) -> float:
    """First by last gradient, at the start or mostly later; 1 where it is healthy."""
    names = [node.name for node in context.graph.weighted]
    found = [_gradient_at(moment, names) for moment in moments]
    if not found:
        return 1.0
    return min(found[0], float(np.median(found)))


def _gradient_at(moment: Snapshot, names: list[str]) -> float:
    parts: list[LayerProbe] = [
        p for p in moment.layers if p.name in names and np.isfinite(p.gradient)
    ]
    # 0 is no vanishing: something is cut off or dead
    if len(parts) < 2 or not 0 < parts[0].gradient < _SMALL or not parts[-1].gradient:
        return 1.0
    return parts[0].gradient / parts[-1].gradient


def _repairs(context: RuleContext, bent: list[Node]) -> Iterator[Repair]:
    if bent:
        initial = set_layers(
            context, bent, "he_normal weights", kernel_initializer="he_normal"
        )
        own = [n for n in bent if not isinstance(n.activator, ACTIVATIONS)]
        names = {n.activator.name for n in bent if n not in own}
        behind = [n for n in context.graph.nodes if n.name in names]
        bends = [
            set_layers(context, nodes, "relu", activation="relu")
            for nodes in (own, behind)
            if nodes
        ]
        yield join("relu and he_normal weights in hidden layers", [initial, *bends])
    dense = [n for n in context.graph.hidden if not is_recurrent(n.layer)]
    if dense:
        yield join(
            "BatchNormalization after hidden layers",
            [_normalised(context, node) for node in dense],
        )


def _normalised(context: RuleContext, node: Node) -> Repair:
    return insert_before(
        context,
        node,
        "BatchNormalization",
        keras.layers.BatchNormalization,
        "keras.layers.BatchNormalization()",
        before=False,
    )
