"""N201: steps so large that the loss grows, or jumps about its lowest value."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ....baselines.rules.registry import rule
from ..probe.loss_curve import curve_of, describe_divergence, optimizer_name, rates_of
from ..problem.context import NetworkFinding, RuleContext, network_finding
from .repairs import set_optimizer

MOST_UPDATE = 0.1
"""Change of the weights in one step, as a share of them, that is no small step."""
SETTLED = 10
"""Steps after which weights have left their small random start."""


@rule("N201", order=210)
def lr_too_high(context: RuleContext) -> NetworkFinding | None:
    """A rate above the usual, or a training that goes as with such a rate."""
    signs = list(_signs(context))
    rate = context.setup.rate
    if not signs or rate <= 0:
        return None
    repairs = tuple(
        set_optimizer(
            context.setup, f"learning rate {rate:.3g} -> {new:.3g}", learning_rate=new
        )
        for new in (_rounded(rate / 10), _rounded(rate / 100))
    )
    return network_finding(
        "N201",
        f"{optimizer_name(context.setup)} with a learning rate of {rate:.3g}: "
        f"{'; '.join(signs)}.",
        "Divide the learning rate by 10.",
        # beyond the usual it is looked at before what such steps do: dead units, say
        priority=1 if rate > rates_of(context.setup).high else 2,
        repairs=repairs,
        rate=rate,
    )


def _signs(context: RuleContext) -> Iterator[str]:
    """Yield the signs of a learning rate that is too high, with their numbers."""
    usual = rates_of(context.setup)
    if context.setup.rate > usual.high:
        yield f"usual rates are {usual.low:g} to {usual.high:g}"
    if broken := describe_divergence(context):
        yield broken
    curve = curve_of(context)
    if curve and max(curve.end, curve.peak / 3) > 1.2 * abs(curve.start):
        yield f"the loss rises from {curve.start:.3g} to {curve.peak:.3g}"
    elif curve and curve.swing > 0.4 and curve.height > 0.1:
        yield f"the loss oscillates by {curve.height:.0%} of its value until the end"
    update = _late_update(context)
    if update > MOST_UPDATE:
        yield f"one step changes weights by {update:.0%} of their norm"


def _late_update(context: RuleContext) -> float:
    """Median over layers of a step's change, the largest after the start; 0 if none."""
    moments = context.probe.moments if context.probe else ()
    late = [m.updates.values() for m in moments if m.step >= SETTLED and m.updates]
    return max((float(np.median(list(each))) for each in late), default=0.0)


def _rounded(rate: float) -> float:
    return float(f"{rate:.3g}")
