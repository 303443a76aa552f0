"""N119: what a training has learned is thrown away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ....baselines.rules.registry import rule
from ....data.counts import count
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.training_setup import Setup
from ..record.arrays import leaves, whole_fit
from ..record.recording import Fit

_LEAST = 3
"""Networks made anew on one line, from which they may be meant to be one."""


@rule("N119", order=10)
def weights_lost(context: RuleContext) -> NetworkFinding | None:
    """Weights that are set back after the training, or networks made anew each time."""
    return _reset_weights(context) or _rebuilt_networks(context)


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
