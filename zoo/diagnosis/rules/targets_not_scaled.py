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


_MOST_COLUMNS = 16
"""Of targets, that are each scaled by itself."""
_APART = 10.0
"""Times that one column's deviation is another's, from which one scale fits neither."""


@rule("P702", order=170)
def targets_not_scaled(context: RuleContext) -> NetworkFinding | None:
    """Numbers to predict whose size is far from 1, and nothing that scales to them."""
    if context.task.kind != "regression" or isinstance(context.fit.loss, list | dict):
        return None
    y = np.asarray(context.task.y, "float64")
    y = y if _are_apart(y) else y.reshape(-1, 1)
    means, spreads = y.mean(axis=0), y.std(axis=0)
    far = (np.abs(means) > LARGE) | (spreads > LARGE) | (spreads < SMALL)
    finite = np.isfinite(spreads).all() and spreads.max() > 0
    if not finite or not far.any() or _is_scaled(context):
        return None
    message = f"have mean {_range(means)} and standard deviation {_range(spreads)}"
    return network_finding(
        "P702",
        f"The targets {message}; a new network's outputs are near 0, with deviation "
        "about 1.",
        "Standardise the targets, or add keras.layers.Rescaling as last layer.",
        priority=1,
        repairs=(_rescale(context, spreads, means),),
        mean=float(means.max()),
        spread=float(spreads.max()),
    )


def _are_apart(y: np.ndarray) -> bool:
    """Whether there are a few columns of quite different sizes."""
    if y.ndim != 2 or not 1 < y.shape[1] <= _MOST_COLUMNS:
        return False
    spreads = y.std(axis=0)
    return bool(spreads.min() > 0 and spreads.max() > _APART * spreads.min())


def _range(values: np.ndarray) -> str:
    """One number, or the smallest and the largest of several columns."""
    low, high = float(values.min()), float(values.max())
    one = f"{low:,.3g}"
    return one if len(values) == 1 else f"{one} to {high:,.3g} by column"


def _rescale(context: RuleContext, spreads: np.ndarray, means: np.ndarray) -> Repair:
    scale, offset = _setting(spreads), _setting(means)
    weight = loss_weight(context.setup.loss, float(spreads.max()))
    return Repair(
        f"outputs times {_range(spreads)} plus {_range(means)}",
        lambda setup: replace(setup, rescale=(scale, offset)),
        (RescaleOutputs(scale, offset, weight),),
    )


def _setting(values: np.ndarray) -> float | tuple[float, ...]:
    """Return what ``Rescaling`` takes: of several columns a short number each."""
    if len(values) == 1:
        return float(values[0])
    return tuple(float(f"{value:.6g}") for value in values)


def _is_scaled(context: RuleContext) -> bool:
    """Whether the network scales its outputs, or the loss asks for no scale."""
    if any(part in context.loss for part in SCALE_FREE):
        return True
    last = context.graph.nodes[-1].layer if context.graph.nodes else None
    return isinstance(last, keras.layers.Rescaling | keras.layers.Normalization)
