"""N117: batch normalization whose averages are not those of the data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ....baselines.rules.registry import rule
from ....data.counts import count
from ...backend import keras
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.graph import Node
from ..problem.training_setup import Setup, unchanged_moving_averages
from .repairs import set_layers

_LEFT = 0.5
"""Share of its first value in a moving average at the end, from which it is not that of
the data."""
ARRIVED = 0.01
"""That share with the momentum that is proposed."""
_USUAL_MOMENTUM = 0.9


@rule("N117", order=45)
def batchnorm_statistics(context: RuleContext) -> NetworkFinding | None:
    """Averages that are never updated, or that arrive too late."""
    nodes = [n for n in context.graph.nodes if is_batch_norm(n.layer)]
    if not nodes:
        return None
    return _never_updated(context, nodes) or _late(context, nodes)


def is_batch_norm(layer: Any) -> bool:
    """Whether a layer normalises by the batch."""
    return isinstance(layer, keras.layers.BatchNormalization)


def _never_updated(context: RuleContext, nodes: list[Node]) -> NetworkFinding | None:
    """Averages that a training of many steps has left as they were made."""
    names = unchanged_moving_averages(context.fit)
    still = [n for n in nodes if n.name in names]
    if not still:
        return None
    is_loop = context.setup.in_inference
    repair = Repair("BatchNormalization as in training", _as_trained)
    return network_finding(
        "N117",
        f"After {context.fit.steps:,} steps the averages of "
        f"{count(len(still), 'BatchNormalization layer')} ({_names(still)}) "
        "are the mean 0 and variance 1 that they were made with: the network is called "
        "with training=False, so that they normalise nothing and never see the data.",
        "Call the network with training=True in every step of the training.",
        priority=0,
        repairs=(repair,) if is_loop else (),
        layers=tuple(n.name for n in still),
        steps=context.fit.steps,
    )


def _as_trained(setup: Setup) -> Setup:
    return replace(setup, in_inference=False)


def _names(nodes: list[Node]) -> str:
    return ", ".join(repr(n.name) for n in nodes[:3])


def _late(context: RuleContext, nodes: list[Node]) -> NetworkFinding | None:
    """Moving averages that the training is too short for."""
    steps = context.setup.steps
    slow = [n for n in nodes if n.layer.momentum**steps > _LEFT]
    if not slow or context.fit.pretrained:
        return None
    momentum = max(n.layer.momentum for n in slow)
    arrived = float(f"{ARRIVED ** (1 / steps):.2g}")
    value = min(_USUAL_MOMENTUM, arrived)
    what = f"momentum of BatchNormalization: {momentum:g} -> {value:g}"
    return network_finding(
        "N117",
        f"After {steps:,} steps with momentum {momentum:g} the moving averages of "
        f"{count(len(slow), 'BatchNormalization layer')} ({_names(slow)}) are "
        f"still {momentum**steps:.0%} of the mean 0 and variance 1 that they began "
        "with: predictions are normalised otherwise than in training.",
        f"Set momentum={value:g}, or train for more steps.",
        priority=1,
        repairs=(set_layers(context, slow, what, momentum=value),),
        layers=tuple(n.name for n in slow),
        left=momentum**steps,
        steps=steps,
    )
