"""N202: steps so small that the training ends before the network has learned."""

from __future__ import annotations

import math
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import numpy as np

from ....baselines.rules.registry import rule
from ...backend import keras
from ..probe.loss_curve import curve_of, describe_divergence, optimizer_name, rates_of
from ..problem.context import NetworkFinding, RuleContext, network_finding
from ..problem.training_setup import Setup
from .repairs import constant_learning_rate, set_optimizer

LEAST_UPDATE = 1e-4
"""Change of the weights in one step, as a share of them, that leads nowhere soon."""
FALLEN = 0.05
"""Share of the first rate, from which little is learned in the second half."""
PLAIN_RATE = 0.1
"""Of SGD: ten times Keras' default, at which residual networks were trained (He et al.,
Deep residual learning, 2015)."""
STEADY = 0.12
"""Share of the fall in the last quarter that shows no flattening yet; a straight line
has 0.25."""


@rule("N202", order=250)
def lr_too_low(context: RuleContext) -> NetworkFinding | None:
    """A rate below the usual, or a training that goes as with such a rate."""
    signs = list(_signs(context))
    setup = context.setup
    left = _remaining_rate(setup)
    rates = _higher(context)
    if left < FALLEN:
        size = f"{100 * left:.2g} %" if left >= 5e-4 else "almost 0 %"
        signs.append(
            f"the schedule reduces it to {size} of the initial rate by half of the "
            "training"
        )
    if not signs or not (rates or left < FALLEN) or describe_divergence(context):
        return None
    higher = tuple(
        set_optimizer(
            setup, f"learning rate {setup.rate:.3g} -> {new:.3g}", learning_rate=new
        )
        for new in rates
    )
    return network_finding(
        "N202",
        f"{optimizer_name(setup)} with a learning rate of {setup.rate:.3g} takes "
        f"{setup.steps:,} steps: {'; '.join(signs)}.",
        f"Raise the learning rate, e.g. to {rates[0]:g}."
        if left >= FALLEN
        else "Decay the learning rate later, or keep it constant.",
        priority=2,
        repairs=((constant_learning_rate(setup),) if left < FALLEN else ()) + higher,
        rate=setup.rate,
        steps=setup.steps,
    )


def _remaining_rate(setup: Setup) -> float:
    """The learning rate halfway, as a share of the first."""
    if setup.course:
        return (
            setup.rate_at(setup.count_passes // 2) / setup.rate if setup.rate else 1.0
        )
    found = setup.optimizer["config"].get("learning_rate")
    if not isinstance(found, dict) or setup.rate <= 0:
        return 1.0
    schedule: Any = keras.optimizers.schedules.deserialize(deepcopy(found))
    return float(schedule(setup.steps // 2)) / setup.rate


def _signs(context: RuleContext) -> Iterator[str]:
    """Yield the signs of a learning rate that is too low, with their numbers."""
    usual = rates_of(context.setup)
    momentum = float(context.setup.optimizer["config"].get("momentum") or 0.0)
    if context.setup.rate / (1 - min(momentum, 0.99)) < usual.low:
        yield f"usual rates are {usual.low:g} to {usual.high:g}"
    curve = curve_of(context)
    if curve and curve.late > STEADY:
        yield (
            f"the loss goes from {curve.start:.3g} to {curve.end:.3g}, "
            f"{curve.late:.0%} of this fall in the last quarter"
        )
    update = _largest_update(context)
    if 0 < update < LEAST_UPDATE:
        yield f"one step changes weights by at most {update:.1g} of their norm"


def _largest_update(context: RuleContext) -> float:
    """Median over layers of a step's change, at its largest; 0 if not measured."""
    moments = context.probe.moments if context.probe else ()
    each = [list(m.updates.values()) for m in moments if m.updates]
    return max((float(np.median(ratios)) for ratios in each), default=0.0)


def _higher(context: RuleContext) -> tuple[float, ...]:
    """Up to three higher rates, none above what the optimizer can take."""
    rate, usual = context.setup.rate, rates_of(context.setup)
    if rate <= 0:
        return (usual.usual,)
    tried = {float(f"{rate * times:.3g}") for times in (10, 100, 1_000)}
    # a plain step may need the high end: without it only another optimizer would do
    plain = {PLAIN_RATE} if optimizer_name(context.setup) == "SGD" else set()
    fitting = sorted(
        r for r in tried | {usual.usual} | plain if rate * 1.5 < r <= usual.high * 1.01
    )
    apart = [r for i, r in enumerate(fitting) if not i or not _close(r, fitting[i - 1])]
    return tuple(apart[-3:])


def _close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=0.5)
