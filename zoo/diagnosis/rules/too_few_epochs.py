"""N205: a training that stops while the loss still falls."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import entropy

from ....baselines.rules.registry import rule
from ....data.counts import count
from ..probe.loss_curve import LossCurve, curve_of, describe_divergence
from ..problem.context import NetworkFinding, RuleContext, network_finding
from ..problem.training_setup import Setup
from .repairs import set_epochs

_FEW_STEPS = 500
_HIGH = ("acc", "auc", "precision", "recall")
_LOW = ("error", "mse", "mae", "loss")
"""Parts of names of what is better high, and low."""
_MOST_STEPS = 20_000
"""Steps of a repair, about."""
_IDLE = 4
"""Batches without a gradient for each step, from which a step is outside its loop."""
_OUTSIDE = "Move gradient and apply_gradients into the loop over batches."
BEGUN = 0.9
"""Share of the loss of one answer to all rows, below which something was learned."""


@rule("N205", order=280)
def too_few_epochs(context: RuleContext) -> NetworkFinding | None:
    """Few steps without a flat end, or a loss that falls to the end."""
    setup, curve = context.setup, curve_of(context)
    turned = _describe_wrong_mode(*context.fit.stopping) if setup.stopped else ""
    few = setup.steps < _FEW_STEPS and not _is_done(context, curve)
    falling = curve is not None and curve.is_falling
    longer = (
        _more_epochs(setup)
        if not _outside(context)
        else _epochs_over_all_batches(context)
    )
    planned = int(context.fit.arguments.get("epochs") or 0)
    if turned:
        longer = (planned, *(n for n in longer if n > planned))
    if not (few or falling or turned) or not longer or describe_divergence(context):
        return None
    outside = _outside(context)
    steps = f"{_describe_steps(context)}, {count(setup.steps, 'step')}"
    fall = _fall(curve) if curve is not None and falling else ""
    stopped = (
        f"; EarlyStopping ended it, of {planned:,} planned epochs{turned}"
        if setup.stopped
        else ""
    )
    return network_finding(
        "N205",
        f"The training has {count(setup.epochs, 'epoch')}{steps}{fall}{stopped}."
        f"{outside}",
        _OUTSIDE if outside else f"Train for {longer[0]:,} epochs.",
        # one that stops where it is to go on contradicts itself
        priority=0 if turned else 2,
        repairs=tuple(set_epochs(setup, epochs) for epochs in longer),
        epochs=setup.epochs,
        steps=setup.steps,
    )


def _fall(curve: LossCurve) -> str:
    """Say how the loss falls to the end."""
    return (
        f": the loss goes from {curve.start:.3g} to {curve.end:.3g}, "
        f"{curve.late:.0%} of this fall in the last quarter"
    )


def _outside(context: RuleContext) -> str:
    """Say that most batches of a loop are computed for nothing."""
    fit = context.fit
    if fit.idle < _IDLE * max(1, fit.steps):
        return ""
    return (
        f" Of {fit.idle + fit.steps:,} batches that a tape records, {fit.steps:,} have "
        "a gradient: the step stands outside the loop over batches."
    )


def _epochs_over_all_batches(context: RuleContext) -> tuple[int, ...]:
    """Return epochs of as many steps as there are batches."""
    fit, setup = context.fit, context.setup
    steps = min(_MOST_STEPS, fit.idle + fit.steps)
    return (max(2, round(setup.epochs * steps / setup.steps)),)


def _describe_steps(context: RuleContext) -> str:
    """Say how long an epoch is, where the script sets that."""
    each = context.fit.arguments.get("steps_per_epoch")
    return f" of {count(int(each), 'step')} (steps_per_epoch)" if each else ""


def _describe_wrong_mode(monitor: str, mode: str) -> str:
    """Say that the mode of an ``EarlyStopping`` is the wrong one for what it watches.

    Of metrics of the user's own nobody knows which way is better.
    """
    name = monitor.removeprefix("val_")
    is_loss = name == "loss" or name.endswith(_LOW)
    is_score = any(part in name for part in _HIGH)
    better = "min" if is_loss else "max" if is_score else mode
    if mode not in ("min", "max") or mode == better:
        return ""
    moves, high = ("fall", "high") if mode == "min" else ("rise", "low")
    return (
        f". Its mode={mode!r} waits for {monitor} to {moves}, though {high}er is "
        f"better: use mode={better!r}"
    )


def _is_done(context: RuleContext, curve: LossCurve | None) -> bool:
    """Whether the loss has fallen and lies flat now, below that of one answer to all.

    Recurrent networks stay there for some hundred steps before they learn.
    """
    if curve is None or curve.is_slow:
        return False
    return curve.end < BEGUN * _constant_answer_loss(context)


def _constant_answer_loss(context: RuleContext) -> float:
    """The cross-entropy of the shares of the classes; infinite for other losses."""
    if not _has_classes(context):
        return math.inf
    return float(entropy(np.bincount(context.task.y)))


def _has_classes(context: RuleContext) -> bool:
    """Whether the loss is the plain cross-entropy of classes."""
    weighed = context.setup.class_weight or context.setup.sample_weight is not None
    is_plain = "crossentropy" in context.loss and not weighed
    return is_plain and context.task.class_count > 0


def _more_epochs(setup: Setup) -> tuple[int, ...]:
    """Five and twenty times the epochs, as far as the steps allow."""
    most = round(_MOST_STEPS * setup.epochs / setup.steps)
    tried = {min(setup.epochs * times, most) for times in (5, 20)}
    return tuple(sorted(n for n in tried if n >= 2 * setup.epochs))
