"""N109: layers and inputs that reach no output."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import numpy as np

from ....baselines.rules.registry import rule
from ...backend import keras
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.copy_model import copy_layer
from ..problem.graph import graph_of, readers, sample_evenly
from ..problem.training_setup import Setup
from ..record.recording import LayerCall
from .trying import buildable
from .unused_calls import UnusedCalls, find_unused_calls

_ROWS = 8
"""Rows by which a chain of layers is compared with the network."""
_CLOSE = 1e-4
"""Relative difference that rounding explains."""

_log = logging.getLogger("learnable")


@rule("N109", order=40)
def disconnected_layer(context: RuleContext) -> NetworkFinding | None:
    """Layers called on the network's own tensors, and inputs, that nothing uses."""
    model = context.fit.model
    if isinstance(model, keras.Sequential) or graph_of(model) is None:
        return _unbuilt(context)
    loose = find_unused_calls(context)
    unread = [t for t in model.inputs if not _is_read(model, t, loose)]
    if not loose.calls and not unread:
        return None
    names = [call.layer.name for call in loose.calls]
    return network_finding(
        "N109",
        f"{_describe(names, [t.name for t in unread])}: {_describe_lost(names)}.",
        "Call each layer on the output of the previous one, or join the branches, and "
        "build the model from the last output.",
        priority=0,
        repairs=buildable(context, loose.repairs(context, unread)),
        layers=tuple(names),
        layers_left_out=len(names),
        inputs_left_out=len(unread),
    )


def _describe_lost(names: list[str]) -> str:
    if not names:
        return "what it holds is not used"
    return f"{'its' if len(names) == 1 else 'their'} weights are not trained"


def _describe(names: list[str], inputs: list[str]) -> str:
    parts = []
    if names:
        listed = ", ".join(map(repr, names[:4])) + (", ..." if len(names) > 4 else "")
        which = "The layer" if len(names) == 1 else f"{len(names)} layers"
        parts.append(f"{which} {listed}")
    if inputs:
        which = "the input" if len(inputs) == 1 else "the inputs"
        parts.append(f"{which} {', '.join(map(repr, inputs))}")
    text = " and ".join(parts)
    verb = "reaches" if len(names) + len(inputs) == 1 else "reach"
    return f"{text[0].upper()}{text[1:]} {verb} no output of the model"


def _is_read(model: Any, tensor: Any, loose: UnusedCalls) -> bool:
    """Whether a layer of the network takes an input, or a loose one that is told of."""
    calls: tuple[LayerCall, ...] = loose.calls
    begun = any(tensor is t for call in calls for t in loose.taken(call))
    return begun or bool(readers(model, tensor))


def _unbuilt(context: RuleContext) -> NetworkFinding | None:
    """Layers of a subclassed network that ``call`` never called."""
    if isinstance(context.fit.model, keras.Sequential) or not context.fit.steps:
        return None
    names = [n.name for n in context.graph.nodes if n.is_weighted and not n.layer.built]
    if not names:
        return None
    return network_finding(
        "N109",
        f"{_describe(names, [])}: the model's call() does not use them.",
        "Use each layer in the model's call(), or remove it.",
        priority=0,
        repairs=buildable(context, _in_order(context, names)),
        layers=tuple(names),
        layers_left_out=len(names),
    )


def _in_order(context: RuleContext, unused: list[str]) -> tuple[Repair, ...]:
    """Call all layers one behind the other, where ``call`` does so with the used."""
    model, x = context.fit.model, context.fit.x
    layers = list(model.layers)
    own = any(not type(layer).__module__.startswith("keras.") for layer in layers)
    if own or not isinstance(x, np.ndarray):
        return ()
    rows = keras.ops.convert_to_tensor(sample_evenly(x, _ROWS))
    wanted = np.asarray(model(rows, training=False))
    try:
        for layer in layers:
            rows = rows if layer.name in unused else layer(rows)
        outputs = np.asarray(rows)
    # layers that are used otherwise do not fit one behind the other
    except (TypeError, ValueError) as error:
        _log.debug("the layers are no chain: %r", error)
        return ()
    if outputs.shape != wanted.shape or not np.allclose(outputs, wanted, rtol=_CLOSE):
        return ()
    return (Repair("every layer called, in the order of __init__", _as_chain),)


def _as_chain(setup: Setup) -> Setup:
    start = keras.Input(setup.x.shape[1:], dtype=setup.x.dtype.name)
    parts = [copy_layer(layer) for layer in setup.model.layers]
    return replace(setup, model=keras.Sequential([start, *parts]), weights=None)
