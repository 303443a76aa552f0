"""N206: gradients that grow until the weights leave the range of numbers."""

from __future__ import annotations

import numpy as np

from ....baselines.rules.registry import rule
from ..probe.loss_curve import describe_divergence
from ..probe.probe import Snapshot
from ..problem.context import NetworkFinding, RuleContext, network_finding
from .repairs import set_optimizer

_LARGE = 1e3
"""Norm of a gradient that throws weights of ordinary size away."""
GROWTH = 100.0
_CLIP = 1.0


@rule("N206", order=220)
def exploding_gradient(context: RuleContext) -> NetworkFinding | None:
    """Gradients of a large norm or growing ones, or a loss that is not finite."""
    config = context.setup.optimizer["config"]
    clips = [config.get(n) for n in ("clipnorm", "clipvalue", "global_clipnorm")]
    if any(clip is not None and clip <= _CLIP for clip in clips):
        return None
    name, norm, growth = _largest(context)
    broken = describe_divergence(context)
    if not (broken or norm > _LARGE or (growth > GROWTH and norm > 1)):
        return None
    messages = [broken] if broken else []
    if name:
        messages.append(f"the gradient of {name!r} has a norm of {norm:.3g}")
    if growth > GROWTH:
        messages.append(f"{growth:,.0f} times that of the first step")
    # an optimizer takes one kind of clipping only
    others = {n: None for n in ("clipvalue", "global_clipnorm") if config.get(n)}
    repair = set_optimizer(
        context.setup, f"clipnorm={_CLIP:g}", clipnorm=_CLIP, **others
    )  # fmt: skip
    text = ", ".join(messages)
    return network_finding(
        "N206",
        f"{text[0].upper()}{text[1:]}.",
        f"Set clipnorm={_CLIP:g} in the optimizer.",
        priority=1 if context.probe else 2,
        repairs=(repair,),
        layers=(name,) if name else (),
        norm=norm,
        growth=growth,
    )


def _largest(context: RuleContext) -> tuple[str, float, float]:
    """The layer with the largest gradient: its name, the norm, and how much it grew."""
    moments: list[Snapshot] = list(context.probe.moments if context.probe else ())
    seen = [
        (part.gradient, part.name)
        for moment in moments
        for part in moment.layers
        if np.isfinite(part.gradient)
    ]
    if not seen:
        return "", 0.0, 0.0
    norm, name = max(seen)
    start = next((p.gradient for p in moments[0].layers if p.name == name), 0.0)
    return name, norm, norm / start if start > 0 else 0.0
