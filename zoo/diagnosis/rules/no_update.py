"""N116: gradients that no optimizer applies to the weights."""

from __future__ import annotations

from dataclasses import replace

from ....baselines.rules.registry import rule
from ....data.counts import count
from ...backend import keras
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.graph import flat_layers
from ..problem.training_setup import Setup
from ..record.recording import Fit
from .own_steps import step_of_keras
from .repairs import join

_SHOWN = 3


@rule("N116", order=10)
def no_update(context: RuleContext) -> NetworkFinding | None:
    """Layers that may learn, and whose gradients no optimizer is given."""
    learning = [la for la in flat_layers(context.fit.model) if la.trainable_weights]
    held = tuple(la.name for la in learning if la.name in context.setup.held)
    if not held:
        return None
    names = ", ".join(repr(name) for name in held[:_SHOWN])
    layers = f"{count(len(held), 'trainable layer')} of {len(learning)} ({names})"
    return network_finding(
        "N116",
        _weightless(context.fit)
        or f"No step changes the weights of {layers}: {_explain(context)}.",
        _advice(context),
        priority=0,
        repairs=_repairs(context),
        layers=held,
        held=len(held),
        layers_that_may_learn=len(learning),
    )


def _repairs(context: RuleContext) -> tuple[Repair, ...]:
    """Let all weights learn; a step of the script's own has its own list of them."""
    updated = Repair("all trainable weights are updated", _unfreeze)
    if not _has_own_step(context):
        return (updated,)
    step = step_of_keras(context)
    return (join(step.what, [updated, step]),)


def _has_own_step(context: RuleContext) -> bool:
    return type(context.fit.model).train_step is not keras.Model.train_step


def _unfreeze(setup: Setup) -> Setup:
    return replace(setup, held=())


def _explain(context: RuleContext) -> str:
    fit = context.fit
    if _has_own_step(context):
        return "train_step gives the optimizer the weights of other layers alone"
    if fit.kind != "GradientTape":
        return "the step that fit repeats was made before they were trainable"
    if fit.steps:
        return "the optimizer is only given the weights of other layers"
    return (
        "gradients are computed, and no optimizer applies them to this network's "
        "weights"
    )


def _weightless(fit: Fit) -> str:
    """Say that nothing is learned for an output; "" where its loss has a weight."""
    if not fit.output or fit.loss_weights != 0:
        return ""
    return (
        f"The loss of output {fit.output!r} has the weight 0 (loss_weights): no step "
        "is for it."
    )


def _advice(context: RuleContext) -> str:
    if _weightless(context.fit):
        return "Give its loss a weight above 0 in loss_weights of compile."
    if _has_own_step(context):
        return (
            "In train_step, ask the tape for the gradients of these weights, as "
            "self.trainable_variables has them, and give the optimizer the same list."
        )
    if context.fit.kind != "GradientTape":
        return "Call compile again after trainable is set, and before fit."
    return (
        "Call optimizer.apply_gradients(zip(gradients, model.trainable_variables)) "
        "in every step, with the variables of the network that gave the gradients."
    )
