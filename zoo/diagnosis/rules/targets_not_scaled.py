"""P702: targets in a range that the network reaches only after many steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ....baselines.rules.registry import rule
from ...backend import keras
from ..codemod.edits import RescaleOutputs
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.training_setup import loss_weight

LARGE, SMALL = 10.0, 0.05
"""Mean or deviation above which, and deviation below which, targets are far off."""
SCALE_FREE = ("poisson", "logarithmic", "percentage", "crossentropy", "cosine")
"""Losses that read the targets' ratios or counts, and not their differences."""


@rule("P702", order=170)
def targets_not_scaled(context: RuleContext) -> NetworkFinding | None:
    """Numbers to predict whose size is far from 1, and nothing that scales to them."""
    if context.task.kind != "regression" or isinstance(context.fit.loss, list | dict):
        return None
    y = np.asarray(context.task.y, "float64")
    mean, spread = float(y.mean()), float(y.std())
    odd = abs(mean) > LARGE or spread > LARGE or spread < SMALL
    if not np.isfinite(spread) or spread == 0 or not odd or _is_scaled(context):
        return None
    told = f"have mean {mean:,.3g} and standard deviation {spread:,.3g}"
    return network_finding(
        "P702",
        f"The targets {told}; a new network's outputs are near 0, with deviation about "
        "1.",
        "Standardise the targets, or add keras.layers.Rescaling as last layer.",
        priority=1,
        repairs=(_rescale(context, spread, mean),),
        mean=mean,
        spread=spread,
    )


def _rescale(context: RuleContext, scale: float, offset: float) -> Repair:
    weight = loss_weight(context.setup.loss, scale)
    return Repair(
        f"outputs times {scale:.3g} plus {offset:.3g}",
        lambda setup: replace(setup, rescale=(scale, offset)),
        (RescaleOutputs(scale, offset, weight),),
    )


def _is_scaled(context: RuleContext) -> bool:
    """Whether the network scales its outputs, or the loss asks for no scale."""
    if any(part in context.loss for part in SCALE_FREE):
        return True
    last = context.graph.nodes[-1].layer if context.graph.nodes else None
    return isinstance(last, keras.layers.Rescaling | keras.layers.Normalization)
