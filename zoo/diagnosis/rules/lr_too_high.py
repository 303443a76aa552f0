"""N201: steps so large that the loss grows, or jumps about its lowest value."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ....baselines.rules.registry import rule
from ..probe.loss_curve import break_of, curve_of, optimizer_name, rates_of
from ..problem.context import NetworkFinding, RuleContext, suspect
from .repairs import set_optimizer

MOST_UPDATE = 0.1
"""Change of the weights in one step, as a share of them, that is no small step."""
SETTLED = 10
"""Steps after which weights have left their small random start."""


@rule("N201", order=210)
def lr_too_high(case: RuleContext) -> NetworkFinding | None:
    """A rate above the usual, or a training that goes as with such a rate."""
    signs = list(_signs(case))
    rate = case.setup.rate
    if not signs or rate <= 0:
        return None
    repairs = tuple(
        set_optimizer(
            case.setup, f"learning rate {rate:.3g} -> {new:.3g}", learning_rate=new
        )
        for new in (_rounded(rate / 10), _rounded(rate / 100))
    )
    return suspect(
        "N201",
        f"{optimizer_name(case.setup)} with a learning rate of {rate:.3g}: "
        f"{'; '.join(signs)}.",
        "Divide the learning rate by 10.",
        # beyond the usual it is looked at before what such steps do: dead units, say
        tier=1 if rate > rates_of(case.setup).high else 2,
        repairs=repairs,
        rate=rate,
    )


def _signs(case: RuleContext) -> Iterator[str]:
    """Yield the signs of a learning rate that is too high, with their numbers."""
    usual = rates_of(case.setup)
    if case.setup.rate > usual.high:
        yield f"usual rates are {usual.low:g} to {usual.high:g}"
    if broken := break_of(case):
        yield broken
    curve = curve_of(case)
    if curve and max(curve.end, curve.peak / 3) > 1.2 * abs(curve.start):
        yield f"the loss rises from {curve.start:.3g} to {curve.peak:.3g}"
    elif curve and curve.swing > 0.4 and curve.height > 0.1:
        yield f"the loss oscillates by {curve.height:.0%} of its value until the end"
    update = _late_update(case)
    if update > MOST_UPDATE:
        yield f"one step changes weights by {update:.0%} of their size"


def _late_update(case: RuleContext) -> float:
    """Median over layers of a step's change, the largest after the start; 0 if none."""
    moments = case.probe.moments if case.probe else ()
    late = [m.updates.values() for m in moments if m.step >= SETTLED and m.updates]
    return max((float(np.median(list(each))) for each in late), default=0.0)


def _rounded(rate: float) -> float:
    return float(f"{rate:.3g}")
