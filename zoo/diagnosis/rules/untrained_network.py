"""N115: predictions of a network that nothing has trained."""

from __future__ import annotations

from typing import Any

import numpy as np

from ....baselines.rules.registry import rule
from ....data.counts import count
from ..problem.context import NetworkFinding, RuleContext, network_finding


@rule("N115", order=10)
def untrained_network(context: RuleContext) -> NetworkFinding | None:
    """A training without a step, or predictions of another network than was trained."""
    return _trained_no_steps(context) or _another_network(context)


def _trained_no_steps(context: RuleContext) -> NetworkFinding | None:
    fit = context.fit
    epochs = fit.arguments.get("epochs")
    if fit.steps or fit.history or fit.error or epochs != 0:
        return None
    return network_finding(
        "N115",
        "The training has 0 epochs: it took no step, and no weight has changed.",
        "Call fit with epochs of 1 or more.",
        priority=0,
        epochs=0,
    )


def _another_network(context: RuleContext) -> NetworkFinding | None:
    """Every network that is asked is one like the trained one, as it was made."""
    asked = context.recording.evaluations
    models = list({id(one.model): one.model for one in asked}.values())
    trained = [fit.model for fit in context.recording.fits]
    if not asked or any(one.after == 0 for one in asked):
        return None
    if not all(_is_fresh_twin(model, trained) for model in models):
        return None
    name = models[0].name
    return network_finding(
        "N115",
        f"evaluate and predict are only called on {name!r} "
        f"({count(len(asked), 'call')}), which no training has changed: fit "
        f"was called on {trained[-1].name!r}.",
        "Evaluate the network that was trained; do not build it anew after fit.",
        priority=0,
        calls=len(asked),
    )


def _is_fresh_twin(model: Any, trained: list[Any]) -> bool:
    """Whether it is built like a trained one, shares nothing, and is as it was made."""
    variables = {id(weight) for one in trained for weight in one.weights}
    shapes = [[tuple(weight.shape) for weight in one.weights] for one in trained]
    own = [tuple(weight.shape) for weight in model.weights]
    if own not in shapes or any(id(weight) in variables for weight in model.weights):
        return False
    # who loads weights loads biases, and those are 0 in no trained network
    begun = [w for w in model.trainable_weights if w.name in ("bias", "beta")]
    return bool(begun) and not any(np.any(np.array(weight)) for weight in begun)
