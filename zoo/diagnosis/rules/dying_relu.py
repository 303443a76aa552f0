"""N208: relu units that give 0 for every row, and so never learn again."""

from __future__ import annotations

from collections.abc import Iterator

from ....baselines.rules.registry import rule
from ...backend import keras
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.graph import Node
from .repairs import join, set_layers, set_optimizer

_MANY = 0.5
"""Share of a layer's units that may be dead without a word."""
SLOPE = 0.2


@rule("N208", order=240)
def dying_relu(context: RuleContext) -> NetworkFinding | None:
    """Hidden relu layers with more than half of their units dead."""
    moments = context.probe.moments if context.probe else ()
    nodes = {n.name: n for n in context.graph.hidden if n.activation == "relu"}
    found = {
        part.name: (part.dead, moment.step)
        for moment in (*moments[:1], *moments[-1:])
        for part in moment.layers
        if part.name in nodes and part.dead > _MANY
    }
    if not found:
        return None
    name, (share, step) = max(found.items(), key=lambda pair: pair[1])
    when = f"after {step:,} steps" if step else "before the first step"
    return network_finding(
        "N208",
        f"{share:.0%} of the units of {name!r} output 0 for every row {when}.",
        "Start with kernel_initializer='he_normal' and zero biases, or use leaky_relu.",
        priority=1,
        repairs=tuple(_repairs(context, [nodes[n] for n in found])),
        layers=tuple(found),
        dead=share,
    )


def _repairs(context: RuleContext, dead: list[Node]) -> Iterator[Repair]:
    yield set_layers(
        context,
        [node for node in dead if hasattr(node.layer, "bias_initializer")],
        "he_normal weights and zero biases",
        kernel_initializer="he_normal",
        bias_initializer="zeros",
    )
    yield _leaky(context, dead)
    rate = context.setup.rate
    if rate > 0:
        lower = float(f"{rate / 10:.3g}")
        what = f"learning rate {rate:.3g} -> {lower:.3g}"
        yield set_optimizer(context.setup, what, learning_rate=lower)


def _leaky(context: RuleContext, dead: list[Node]) -> Repair:
    """A slope below 0, in the layer or in the one that holds its activation."""
    names = {node.activator.name for node in dead}
    holders = [node for node in context.graph.nodes if node.name in names]
    layers = [n for n in holders if isinstance(n.layer, keras.layers.ReLU)]
    others = [n for n in holders if n not in layers]
    what = "leaky_relu in hidden layers"
    parts = []
    if others:
        parts.append(set_layers(context, others, what, activation="leaky_relu"))
    if layers:
        parts.append(set_layers(context, layers, what, negative_slope=SLOPE))
    return join(what, parts)
