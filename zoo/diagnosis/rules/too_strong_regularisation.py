"""N112: penalties or dropout that leave nothing to learn with."""

from __future__ import annotations

from typing import Any

import numpy as np

from ....baselines.rules.registry import rule
from ...backend import keras
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.copy_model import copy, give_weights
from ..problem.graph import Node
from ..problem.training_setup import Setup
from .repairs import join, set_layers, set_optimizer

_SHARE = 0.5
"""Of the first loss: beyond that, weights are shrunk rather than trained."""
_STRONG = 0.05
"""Factor of a penalty on squares that no layer of the usual size stands; the common
ones are 1e-5 to 1e-2."""
_HALF = 0.5
"""Dropout that the first paper recommends for wide layers ..."""
_FEW = 32
"""... and units below which half of them are too few."""
_MOST = 0.75
"""Dropout that few layers of any width stand."""
DECAY = 5e-3
"""Share of a weight in a step: half of it is gone after 140. Usual are 1e-6 to 1e-4
(weight_decay of .01 to .1, rates of 1e-4 to 1e-3: Loshchilov, Hutter 2019)."""
_MANY = 4
"""Layers of such dropout, one behind the other."""
CONSTRAINTS = ("kernel_constraint", "bias_constraint", "recurrent_constraint")
_PENALTIES = ("kernel_regularizer", "bias_regularizer", "activity_regularizer")


@rule("N112", order=150)
def too_strong_regularisation(context: RuleContext) -> NetworkFinding | None:
    """A penalty larger than the loss, or dropout on layers with few units."""
    penalised = [
        n for n in context.graph.nodes if any(_layer_setting(n, a) for a in _PENALTIES)
    ]
    share = _penalty_share(context) if penalised else 0.0
    factor = max((_factor(node) for node in penalised), default=0.0)
    heavy = share > _SHARE or factor >= _STRONG
    dropped, decay = _dropped(context), _decay(context.setup)
    bound = [
        n for n in context.graph.nodes if any(_layer_setting(n, a) for a in CONSTRAINTS)
    ]
    if not (heavy or dropped or decay or bound):
        return None
    parts = []
    if bound:
        names = ", ".join(repr(node.name) for node in bound[:3])
        parts.append(f"constraints limit the weights of {names}")
    if decay:
        parts.append(
            f"each step shrinks every weight by a factor of {decay:.2g} (weight_decay)"
        )
    if heavy:
        parts.append(
            f"penalties on {len(penalised)} layers (factor {factor:.3g}) make up "
            f"{share:.0%} of the initial loss"
        )
    if dropped:
        rates = ", ".join(f"{n.name!r} ({n.layer.rate:.2g})" for n in dropped[:3])
        parts.append(f"dropout is too high for {_describe_left(dropped)}: {rates}")
    text = "; ".join(parts)
    return network_finding(
        "N112",
        f"{text[0].upper()}{text[1:]}.",
        "Train without them first; then add what improves the test score.",
        priority=1,
        repairs=_repairs(context, penalised if heavy else [], dropped, bound, decay),
        layers=tuple(n.name for n in (*(penalised if heavy else ()), *dropped, *bound)),
        share=share,
        factor=factor,
        dropouts=len(dropped),
        decay=decay,
    )


def _decay(setup: Setup) -> float:
    """Return the share of a weight that decay takes in a step, if much; else 0."""
    taken = setup.rate * float(setup.optimizer["config"].get("weight_decay") or 0.0)
    return taken if taken > DECAY else 0.0


def _repairs(
    context: RuleContext,
    penalised: list[Node],
    dropped: list[Node],
    bound: list[Node],
    decay: float,
) -> Any:
    """Without each kind of it, and without all."""
    found: list[Repair] = []
    if decay:
        found.append(set_optimizer(context.setup, "no weight decay", weight_decay=0.0))
    if penalised:
        found.append(
            _remove_settings(context, penalised, _PENALTIES, "no weight penalty")
        )
    if bound:
        found.append(
            _remove_settings(context, bound, CONSTRAINTS, "no weight constraints")
        )
    if dropped:
        found.append(set_layers(context, dropped, "no dropout there", rate=0.0))
    if len(found) > 1:
        found.append(join(", ".join(repair.what for repair in found), found))
    return tuple(found)


def _remove_settings(
    context: RuleContext, nodes: list[Node], settings: tuple[str, ...], what: str
) -> Repair:
    parts = [
        set_layers(context, having, name, **{name: None})
        for name in settings
        if (having := [n for n in nodes if _layer_setting(n, name)])
    ]
    return join(what, parts)


def _layer_setting(node: Node, name: str) -> Any:
    return getattr(node.layer, name, None)


def _factor(node: Node) -> float:
    """The largest factor of a layer's penalty on squares."""
    penalties = [_layer_setting(node, name) for name in _PENALTIES[:2]]
    factors = [getattr(penalty, "l2", None) or 0.0 for penalty in penalties]
    return max(float(np.max(factor)) for factor in factors)


def _penalty_share(context: RuleContext) -> float:
    """Return the share of the first loss that the penalties make up."""
    if context.probe is not None and context.probe.penalty > 0:
        return context.probe.penalty
    try:
        model = copy(context.fit.model)
        give_weights(model, context.fit.weights)
        penalty = float(sum(float(part) for part in model.losses))
    except Exception:  # a network of the script's own may not let itself be copied
        return 0.0
    return penalty / (penalty + _first_loss(context)) if penalty > 0 else 0.0


def _first_loss(context: RuleContext) -> float:
    """Return the loss of a network that knows nothing."""
    task = context.task
    if task.kind in ("binary", "multilabel"):
        return float(np.log(2))
    if task.kind == "multiclass":
        return float(np.log(task.outputs))
    spread = np.nanvar(task.y.astype("float64"))
    return float(spread**0.5 if "absolute" in context.loss else spread) or 1.0


def _dropped(context: RuleContext) -> list[Node]:
    """Dropout layers that take half of a few units, or nearly all, or many in turn."""
    found = [
        n
        for n in context.graph.nodes
        if isinstance(n.layer, keras.layers.Dropout) and n.layer.rate >= _HALF
    ]
    if len(found) >= _MANY:
        return found
    return [n for n in found if n.layer.rate > _MOST or _width(n) < _FEW]


def _width(node: Node) -> int:
    """Values of one row that a layer takes; many where nobody knows."""
    nodes = getattr(node.layer, "_inbound_nodes", [])
    shape = nodes[-1].input_tensors[0].shape[1:] if nodes else ()
    return int(np.prod(shape)) if shape and None not in shape else _FEW


def _describe_left(dropped: list[Node]) -> str:
    width = min(_width(node) for node in dropped)
    return f"layers of {width} values" if width < _FEW else "the layers"
