"""The changes that repairs are made of: to layers, to compile, to fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from ...backend import keras
from ..codemod.edits import Edit, InsertLayer, SetArgument, WrapArgument
from ..problem.context import Repair, RuleContext, repaired
from ..problem.copy_model import copy_layer
from ..problem.graph import Node
from ..problem.training_setup import Setup


def set_layers(
    context: RuleContext,
    nodes: Iterable[Node],
    what: str,
    *,
    code: dict[str, str] | None = None,
    **config: Any,
) -> Repair:
    """Other settings for some layers.

    Parameters
    ----------
    what : str
        The repair in a few words.
    code : dict of argument -> Python expression
        For the script; by default ``repr`` of the setting.
    config
        Settings as in the layer's ``get_config``, e.g. ``activation="relu"``.
    """
    chosen = [node.layer for node in nodes]
    names = {layer.name for layer in chosen}

    def change(layer: Any) -> Any:
        if layer.name not in names:
            return None
        return copy_layer(layer, **config)

    written = {name: repr(value) for name, value in config.items()} | (code or {})
    places = [(layer, context.find_layer_location(layer)) for layer in chosen]
    edits: tuple[Edit, ...] | None = tuple(
        SetArgument(
            "layer",
            name,
            text,
            place,
            type(layer).__name__,
            *context.layer_order(layer),
        )
        for layer, place in places
        for name, text in written.items()
    )
    if any(place is None for _, place in places):
        edits = None
    return Repair(what, lambda setup: setup.with_layers(change), edits)


def insert_before(
    context: RuleContext,
    node: Node,
    what: str,
    make: Callable[[], Any],
    code: str,
    *,
    before: bool = True,
) -> Repair:
    """A new layer before or after another."""

    def change(layer: Any) -> Any:
        if layer.name != node.name:
            return None
        same = copy_layer(layer)
        return keras.Sequential([make(), same] if before else [same, make()])

    place = context.find_layer_location(node.layer)
    edits = None
    if place is not None:
        order = context.layer_order(node.layer)
        edits = (InsertLayer(place, node.kind, code, before, *order),)
    return Repair(what, lambda setup: setup.with_layers(change), edits)


def set_compile(what: str, code: dict[str, str], **changes: Any) -> Repair:
    """Another ``loss`` or ``optimizer`` (as `Setup` has them)."""
    edits = tuple(SetArgument("compile", name, text) for name, text in code.items())
    return Repair(what, lambda setup: replace(setup, **changes), edits)


def set_fit(what: str, code: dict[str, str], **changes: Any) -> Repair:
    """Other arguments of ``fit``: ``epochs``, ``batch_size``, ``shuffle`` ..."""
    edits = tuple(SetArgument("fit", name, text) for name, text in code.items())
    return Repair(what, lambda setup: replace(setup, **changes), edits)


UNSCHEDULED = WrapArgument(
    "callbacks",
    "[c for c in {} if not isinstance(c, (keras.callbacks.LearningRateScheduler, "
    "keras.callbacks.ReduceLROnPlateau))]",
)
"""Without the callbacks that change the learning rate."""


UNSTOPPED = WrapArgument(
    "callbacks",
    "[c for c in {} if not isinstance(c, keras.callbacks.EarlyStopping)]",
)
"""Without what ended the training before its time."""


def set_epochs(setup: Setup, epochs: int) -> Repair:
    """A longer training, which nothing ends early."""
    without = ", without EarlyStopping" if setup.stopped else ""
    what = f"epochs {setup.epochs:,} -> {epochs:,}{without}"
    repair = set_fit(what, {"epochs": str(epochs)}, epochs=epochs)
    edits = (*(repair.edits or ()), UNSTOPPED)
    return replace(repair, edits=edits) if setup.stopped else repair


def set_optimizer(setup: Setup, what: str, **changes: Any) -> Repair:
    """The script's optimizer with other settings, e.g. ``learning_rate=0.01``."""
    name = setup.optimizer["class_name"]
    config = {**setup.optimizer["config"], **changes}
    usual = defaults(name)
    edits: tuple[Edit, ...] | None = None
    # a schedule is not written, nor an optimizer of the user's own
    if usual and not isinstance(config.get("learning_rate"), dict):
        facts = {k: _shortest_float(v) for k, v in config.items() if k in usual}
        facts = {
            k: v for k, v in facts.items() if v != usual[k] or k == "learning_rate"
        }
        inside = ", ".join(f"{k}={v!r}" for k, v in facts.items() if k != "name")
        code = f"keras.optimizers.{name}({inside})"
        edits = (SetArgument("compile", "optimizer", code),)
        if setup.scheduled and "learning_rate" in changes:
            edits = (*edits, UNSCHEDULED)
    return Repair(what, lambda s: s.with_optimizer(**changes), edits)


def constant_learning_rate(setup: Setup) -> Repair:
    """The rate that the training begins with, to its end."""
    rate = float(f"{setup.rate:.6g}")
    repair = set_optimizer(
        setup, f"constant learning rate {rate:g}", learning_rate=rate
    )
    edits = repair.edits
    if setup.course and edits is not None and UNSCHEDULED not in edits:
        edits = (*edits, UNSCHEDULED)
    return Repair(repair.what, lambda s: replace(repair.apply(s), course=()), edits)


def use_adam(setup: Setup, rate: float) -> Repair:
    """Keras' Adam in place of the script's optimizer."""
    what = f"optimizer {setup.optimizer['class_name']} -> Adam({rate})"
    code = {"optimizer": f"keras.optimizers.Adam({rate})"}
    repair = set_compile(what, code, optimizer=adam(rate))
    if not setup.scheduled:
        return repair
    edits = (*(repair.edits or ()), UNSCHEDULED)
    return Repair(what, lambda s: replace(repair.apply(s), course=()), edits)


def defaults(optimizer: str) -> dict[str, Any]:
    """Settings that Keras gives an optimizer; empty for one that it does not have."""
    kind = getattr(keras.optimizers, optimizer, None)
    if kind is None:
        return {}
    return {name: _shortest_float(value) for name, value in kind().get_config().items()}


def _shortest_float(value: Any) -> Any:
    """0.01 for the 0.009999999776482582 that Keras keeps of it."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def adam(rate: float) -> dict[str, Any]:
    """Keras' Adam, as `Setup.optimizer` has it."""
    found: Any = keras.optimizers.serialize(keras.optimizers.Adam(rate))
    return found


def join(what: str, repairs: Iterable[Repair]) -> Repair:
    """Several changes that only make sense together, as one repair."""
    parts = tuple(repairs)

    def apply(setup: Setup) -> Setup:
        return repaired(setup, parts)

    edits: tuple[Edit, ...] | None = ()
    for part in parts:
        edits = None if edits is None or part.edits is None else edits + part.edits
    return Repair(what, apply, edits)
