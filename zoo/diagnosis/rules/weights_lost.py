"""N119: what a training has learned is thrown away."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ....baselines.rules.registry import rule
from ....data.counts import count
from ...backend import keras
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.copy_model import copy, give_weights
from ..problem.task import first
from ..problem.training_setup import Setup
from ..record.arrays import leaves, whole_fit
from ..record.recording import Evaluation, Fit
from .output_layer import loss_value

_log = logging.getLogger("learnable")

_LOST = 0.5
"""Share of the fall of the loss on held-out rows that is lost: the best weights of a
training may have a higher loss than its last, but not so much on rows held out."""
_ROWS = 1_000
"""Rows that the losses are computed on."""
_LEAST = 3
"""Networks made anew on one line, from which they may be meant to be one."""


@rule("N119", order=10)
def weights_lost(context: RuleContext) -> NetworkFinding | None:
    """Weights that are set back after the training, or networks made anew each time."""
    return (
        _reset_weights(context) or _worse_weights(context) or _rebuilt_networks(context)
    )


def _reset_weights(context: RuleContext) -> NetworkFinding | None:
    """Every network that is asked after its training has its first weights."""
    fits = context.recording.fits
    trained = {id(fit.model) for fit in fits if fit.steps}
    asked = [
        one
        for one in context.recording.evaluations
        if one.after == len(fits) and id(one.model) in trained
    ]
    if not asked or not all(one.is_reset for one in asked):
        return None
    line = f" (line {asked[0].place.line})" if asked[0].place else ""
    found = network_finding(
        "N119",
        f"{asked[0].kind} is called{line} on {asked[0].model.name!r} with the weights "
        "that its training began with: the script has set them back since.",
        "Load or set weights before fit, or save them after it.",
        priority=0,
        calls=len(asked),
    )
    return replace(found, place=asked[0].place)


def _worse_weights(context: RuleContext) -> NetworkFinding | None:
    """The network is asked with weights that are worse than those it was trained to."""
    fit, fits = context.fit, context.recording.fits
    asked = [
        one
        for one in context.recording.evaluations
        if one.after == len(fits) and one.model is fit.model
    ]
    if not asked or not all(one.is_replaced for one in asked):
        return None
    held_out = _held_out(fit, asked)
    losses = None if held_out is None else _losses(fit, *held_out)
    if losses is None:
        return None
    start, trained, now = losses
    if not (
        np.isfinite(losses).all() and now - trained > _LOST * (start - trained) > 0
    ):
        return None
    line = f" (line {asked[0].place.line})" if asked[0].place else ""
    found = network_finding(
        "N119",
        f"{asked[0].kind} is called{line} on {fit.model.name!r} with weights that the "
        f"script has set after the training: their loss on held-out rows is {now:.4g}, "
        f"that of the weights at the end of the training {trained:.4g}, that of the "
        f"weights that it began with {start:.4g}.",
        "Leave the weights as the training leaves them, or keep the best ones: with "
        "ModelCheckpoint or EarlyStopping mode='max' for an accuracy, mode='min' for "
        "a loss.",
        priority=0,
        start=start,
        trained=trained,
        now=now,
    )
    return replace(found, place=asked[0].place)


def _held_out(fit: Fit, asked: Sequence[Evaluation]) -> tuple[Any, Any] | None:
    """Return inputs and targets of rows that were not trained on, as far as known."""
    known = [(one.x, one.y) for one in asked if one.y is not None]
    pairs = [*known, *([fit.validation] if fit.validation is not None else [])]
    return pairs[0] if pairs and len(getattr(fit.model, "outputs", "")) == 1 else None


def _losses(fit: Fit, x: Any, y: Any) -> tuple[float, float, float] | None:
    """Return the losses at the start, at the end of the training, and as it is now."""
    model, rows = fit.model, slice(0, _ROWS)
    x, y = (keras.tree.map_structure(lambda part: part[rows], one) for one in (x, y))
    found = []
    try:
        for weights in (fit.weights, fit.trained, model.get_weights()):
            same = copy(model)
            give_weights(same, weights)
            given = np.asarray(same(x, training=False))
            found.append(loss_value(fit.loss, np.asarray(first(y)), given))
    # weights that a first step makes are not known, and layers of the user's own may
    # raise anything
    except Exception as error:
        _log.debug("weights cannot be compared: %r", error)
        return None
    return found[0], found[1], found[2]


def _rebuilt_networks(context: RuleContext) -> NetworkFinding | None:
    """Alike networks that one line trains on the same rows, each from the start."""
    whole = whole_fit(context.recording, context.fit)
    if whole is None or whole.place is None or whole.pretrained:
        return None
    alike = [fit for fit in context.recording.fits if _is_alike(fit, whole)]
    models = {id(fit.model) for fit in alike}
    asked = [one.model for one in context.recording.evaluations]
    others = any(id(m) in models and m is not whole.model for m in asked)
    if len(models) < _LEAST or len(models) < len(alike) or others:
        return None
    setup, n_models = context.setup, len(models)
    epochs = setup.epochs * n_models
    return network_finding(
        "N119",
        f"Line {whole.place.line} trains {n_models} networks alike on the same rows, "
        f"each from its start for {count(setup.epochs, 'epoch')}, and only the last "
        "is used: what the others learned is lost.",
        "Build and compile the network once, before the loop.",
        priority=0,
        repairs=(_build_once(n_models, epochs),),
        networks=n_models,
        epochs=setup.epochs,
    )


def _is_alike(fit: Fit, other: Fit) -> bool:
    """Whether two trainings differ in their networks' names and weights alone."""
    if fit.place != other.place or fit.pretrained or fit.error:
        return False
    rows, others = leaves([fit.x, fit.y]), leaves([other.x, other.y])
    return (
        # equal arrays are recorded once
        [id(part) for part in rows] == [id(part) for part in others]
        and _shapes(fit) == _shapes(other)
        and fit.arguments == other.arguments
        and _settings(fit) == _settings(other)
    )


def _shapes(fit: Fit) -> list[Any]:
    return [tuple(weight.shape) for weight in fit.model.weights]


def _settings(fit: Fit) -> dict[str, Any]:
    """Settings of the optimizer, without its name, which Keras counts."""
    config = fit.optimizer.get("config", {})
    return {name: value for name, value in config.items() if name != "name"}


def _build_once(n_models: int, epochs: int) -> Repair:
    def apply(setup: Setup) -> Setup:
        return replace(setup, epochs=epochs)

    return Repair(
        f"one network for all {n_models} trainings ({epochs:,} epochs)", apply
    )
