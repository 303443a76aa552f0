"""N110: weights that should learn and may not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ....baselines.rules.registry import rule
from ....data.counts import count
from ...backend import keras
from ..codemod.edits import Statement
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.copy_model import copy
from ..problem.graph import flat_layers
from ..problem.training_setup import Setup

FIXED = (keras.layers.Normalization, keras.layers.BatchNormalization)
"""Layers that do no harm where they do not learn."""
LOADED = (keras.initializers.Constant, keras.initializers.Identity)
"""Initialisers that bring weights along."""


@rule("N110", order=50)
def frozen_weights(context: RuleContext) -> NetworkFinding | None:
    """Layers that keep the random weights they began with; or nothing that learns.

    Loaded weights are frozen on purpose; for a network that fails they may be too weak.
    """
    model = context.fit.model
    none = not model.trainable_weights and bool(model.weights)
    frozen = [layer for layer in flat_layers(model) if _is_frozen(layer)]
    # who knows which of the weights were loaded
    drawn = [la for la in frozen if not (context.fit.pretrained or _is_loaded(la))]
    kept = not (none or drawn)
    if not kept and not none:
        frozen = drawn
    if not frozen:
        return None
    names = ", ".join(repr(layer.name) for layer in frozen[:3])
    share = sum(layer.count_params() for layer in frozen) / model.count_params()
    nothing = "The network has no trainable weights" if none else "Weights stay random"
    if kept:
        nothing = "Loaded weights do not learn"
    return network_finding(
        "N110",
        f"{nothing}: trainable=False in {count(len(frozen), 'layer')} "
        f"({names}) with {share:.0%} of all weights.",
        "Set trainable=True before compile.",
        priority=0 if none else 2 if kept else 1,
        repairs=(_unfreeze(context, frozen, everything=none),),
        layers=tuple(layer.name for layer in frozen),
        share=share,
    )


def _is_frozen(layer: Any) -> bool:
    return bool(layer.weights) and not layer.trainable and not isinstance(layer, FIXED)


def _is_loaded(layer: Any) -> bool:
    """Whether its first weights are given with it, not drawn."""
    names = ("embeddings_initializer", "kernel_initializer")
    return any(isinstance(getattr(layer, name, None), LOADED) for name in names)


def _unfreeze(context: RuleContext, frozen: list[Any], *, everything: bool) -> Repair:
    names = {layer.name for layer in frozen}

    def apply(setup: Setup) -> Setup:
        model = copy(setup.model)
        learn = {la.name: la.trainable or la.name in names for la in flat_layers(model)}
        # a frozen model within holds all of its layers: first all are let go; Keras
        # takes no notice of a value that is the old one
        model.trainable = False
        model.trainable = True
        for layer in flat_layers(model):
            layer.trainable = learn[layer.name]
        # the weights have their order and sizes still
        return replace(setup, model=model)

    return Repair(
        f"trainable: {', '.join(sorted(names)[:3])}",
        apply,
        _statements(context, frozen, everything=everything),
    )


def _statements(
    context: RuleContext, frozen: list[Any], *, everything: bool
) -> tuple[Statement, ...] | None:
    """For all layers where all may learn, else layer by layer."""
    model = context.fit.model
    leaves = list(flat_layers(model))
    if everything or len(frozen) == sum(map(_is_frozen, leaves)):
        return _unfreeze_statements(model, nested=leaves != list(model.layers))
    if any(layer not in context.fit.model.layers for layer in frozen):
        return None
    lines = [f"{{model}}.get_layer({la.name!r}).trainable = True" for la in frozen]
    return tuple(Statement(line) for line in lines)


def _unfreeze_statements(model: Any, *, nested: bool) -> tuple[Statement, ...]:
    """For every layer; Keras takes no notice of a value that is the old one."""
    on, off = (Statement(f"{{model}}.trainable = {value}") for value in (True, False))
    if nested:  # models within may stand otherwise than their layers
        return (off, on) if model.trainable else (on, off, on)
    loop = Statement("for layer in {model}.layers:\n    layer.trainable = True")
    return (loop,) if model.trainable else (on,)
