"""N114: layers, activations and losses whose gradient is not their derivative."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....baselines.rules.registry import rule
from ...backend import keras, tensorflow
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.copy_model import copy
from ..problem.graph import (
    LINEAR,
    Node,
    arrays_of,
    graph_of,
    make_graph,
    packed,
    some_rows,
)
from .derivatives import Slopes, check_gradient
from .repairs import set_compile, set_layers
from .trying import buildable

_ROWS = 4
"""Rows on which slopes are taken."""
BUILT_IN = (
    "linear", "relu", "leaky_relu", "sigmoid", "tanh", "softplus", "elu", "selu",
    "silu", "gelu", "softsign", "softmax", "exponential", "hard_sigmoid", "relu6",
)  # fmt: skip
"""Activations that one of the script's own may be meant to be."""
ADVICE = "Use the built-in function, or automatic differentiation."


@dataclass(frozen=True)
class _Part:
    """A function of the script's own within the network, and what it was seen to do."""

    node: Node
    function: Callable[[Any], Any]
    is_activation: bool
    shape: tuple[int, ...]


@rule("N114", order=30)
def wrong_gradient(context: RuleContext) -> NetworkFinding | None:
    """Compare the gradients of all that Keras did not bring with small steps."""
    for part in _parts(context):
        slopes = _checked(part)
        if slopes.answer in ("wrong", "none"):
            return _layer_told(context, part, slopes)
    return _loss_told(context) or _cut_told(context)


def _layer_told(context: RuleContext, part: _Part, slopes: Slopes) -> NetworkFinding:
    same = _meant(part) or (LINEAR if slopes.answer == "none" else "")
    repairs = buildable(context, [_replaced(context, part, same)] if same else [])
    what = "The activation of" if part.is_activation else "The layer"
    return network_finding(
        "N114",
        f"{what} {part.node.name!r} {_words(slopes)}.",
        ADVICE,
        priority=0,
        repairs=repairs,
        layers=(part.node.name,),
        error=slopes.error,
    )


def _words(slopes: Slopes) -> str:
    if slopes.answer == "none":
        return "has no gradient: it is 0 or missing, though the output varies"
    return (
        "has a gradient that is not its derivative (relative difference to finite "
        f"differences {slopes.error:.2g})"
    )


def _parts(context: RuleContext) -> Iterator[_Part]:
    """The script's own activations and layers, as functions of one tensor."""
    for node in context.graph.nodes:
        shape = _shape(node.layer)
        function = getattr(node.layer, "activation", None)
        if callable(function) and _is_own(function):
            yield _Part(node, function, True, (_ROWS, *_units(node, shape)))
        elif _is_own(node.layer) and shape is not None:
            yield _Part(node, node.layer, False, (_ROWS, *shape))


def _is_own(thing: Any) -> bool:
    """Whether Keras did not bring it; a Lambda is what its function is."""
    if isinstance(thing, keras.layers.Lambda):
        return _is_own(thing.function)
    named = getattr(thing, "__module__", None) or type(thing).__module__
    return str(named).partition(".")[0] != "keras"


def _shape(layer: Any) -> tuple[int, ...] | None:
    """Return the shape of one input row; None for several inputs, or no numbers."""
    nodes = getattr(layer, "_inbound_nodes", [])
    tensors = nodes[-1].input_tensors if nodes else []
    if len(tensors) != 1 or "float" not in str(tensors[0].dtype):
        return None
    return tuple(int(size or 5) for size in tensors[0].shape[1:])


def _units(node: Node, shape: tuple[int, ...] | None) -> tuple[int, ...]:
    return (node.units,) if node.units else shape or (8,)


def _checked(part: _Part) -> Slopes:
    """Slopes in double precision where the function takes it."""
    x = np.random.default_rng(0).normal(size=part.shape)
    for kind in ("float64", "float32"):
        try:
            function = _doubled(part) if kind == "float64" else _called(part.function)
            first, second = (np.asarray(function(x.astype(kind))) for _ in range(2))
            if not np.array_equal(first, second, equal_nan=True):
                return Slopes("unknown")  # noise, which no step can see through
            return check_gradient(function, x.astype(kind))
        except Exception:  # it takes no such numbers, or cannot be called by itself
            continue
    return Slopes("unknown")


def _called(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A layer as it predicts; a function as it is."""
    if isinstance(function, keras.layers.Layer):
        return lambda x: function(x, training=False)
    return function


def _doubled(part: _Part) -> Callable[[Any], Any]:
    if part.is_activation:
        return part.function
    config = {**part.node.layer.get_config(), "dtype": "float64"}
    layer = type(part.node.layer).from_config(config)
    layer.build((None, *part.shape[1:]))
    return _called(layer)


def _meant(part: _Part) -> str:
    """The built-in activation that gives the same; "" if none does."""
    x = (2 * np.random.default_rng(1).normal(size=part.shape)).astype("float32")
    try:
        given = np.asarray(_called(part.function)(keras.ops.convert_to_tensor(x)))
    except Exception:  # as in _checked
        return ""
    for name in BUILT_IN:
        known = np.asarray(keras.activations.get(name)(keras.ops.convert_to_tensor(x)))
        if given.shape == known.shape and np.allclose(given, known, atol=1e-5):
            return name
    return ""


def _replaced(context: RuleContext, part: _Part, name: str) -> Repair:
    """The built-in activation in place of the script's own."""
    node, what = part.node, f"{part.node.name!r}: Keras' {name}"
    if part.is_activation:
        return set_layers(context, [node], what, activation=name)

    def change(layer: Any) -> Any:
        same = layer.name == node.name
        return keras.layers.Activation(name, name=layer.name) if same else None

    return Repair(what, lambda setup: setup.with_layers(change))


def _loss_told(context: RuleContext) -> NetworkFinding | None:
    """A loss of the script's own, looked at where targets and outputs are random."""
    loss = context.fit.loss
    if not callable(loss) or not _is_own(loss) or context.head is None:
        return None
    slopes = _loss_slopes(context)
    if slopes.answer not in ("wrong", "none"):
        return None
    return network_finding(
        "N114",
        f"The loss {_words(slopes)}.",
        ADVICE,
        priority=0,
        repairs=(_standard_loss(context),),
        error=slopes.error,
    )


def _cut_told(context: RuleContext) -> NetworkFinding | None:
    """Layers that no gradient reaches, though they lead to an output."""
    names = _without_gradient(context) if graph_of(context.fit.model) else ()
    if not names:
        return None
    told = ", ".join(map(repr, names[:4]))
    return network_finding(
        "N114",
        f"No gradient reaches {told}: a later operation (argmax, rounding or "
        "stop_gradient) has no gradient.",
        ADVICE,
        priority=0,
        layers=names,
        layers_cut_off=len(names),
    )


def _without_gradient(context: RuleContext) -> tuple[str, ...]:
    model = copy(context.fit.model)
    rows = packed(
        model, context.fit.x, arrays_of(model, some_rows(context.fit.x, _ROWS))
    )
    with tensorflow.GradientTape() as tape:
        given = keras.tree.flatten(model(rows, training=False))
        total = tensorflow.add_n([tensorflow.reduce_sum(part) for part in given])
    weights = model.trainable_variables
    gradients = tape.gradient(total, [weight.value for weight in weights])
    pairs = zip(weights, gradients, strict=True)
    missing = {id(weight) for weight, gradient in pairs if gradient is None}
    return tuple(
        node.name
        for node in make_graph(model).nodes
        if any(id(weight) in missing for weight in node.layer.trainable_weights)
    )


def _loss_slopes(context: RuleContext) -> Slopes:
    rng = np.random.default_rng(0)
    y = np.asarray(context.targets)[:_ROWS]
    width = context.head.units if context.head and context.head.units else 1
    y = y[:, None] if y.ndim == 1 else y
    x = rng.uniform(0.1, 0.9, (len(y), width))
    if width > 1:
        x /= x.sum(axis=1, keepdims=True)
    for kind in ("float64", "float32"):
        wanted = keras.ops.convert_to_tensor(y.astype(kind))
        try:
            return check_gradient(
                lambda given, y=wanted: context.fit.loss(y, given), x.astype(kind)
            )
        except Exception:  # it takes no such numbers
            continue
    return Slopes("unknown")


def _standard_loss(context: RuleContext) -> Repair:
    """The usual loss of the task, for outputs as the head gives them."""
    task = context.task
    name = {"regression": "MeanSquaredError", "multiclass": "CategoricalCrossentropy"}
    chosen = name.get(task.kind, "BinaryCrossentropy")
    units = context.head.units if context.head else 1
    if task.kind in ("binary", "multiclass") and units > 1:
        one_hot = task.one_hot
        chosen = ("" if one_hot else "Sparse") + "CategoricalCrossentropy"
    linear = context.head is not None and context.head.activation == LINEAR
    raw = linear and task.is_classification
    loss = getattr(keras.losses, chosen)(**({"from_logits": True} if raw else {}))
    code = f"keras.losses.{chosen}({'from_logits=True' if raw else ''})"
    return set_compile(f"loss {chosen}", {"loss": code}, loss=loss)
