"""N114: layers, activations and losses whose gradient is not their derivative."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ....baselines.rules.registry import rule
from ...backend import keras, tensorflow
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.copy_model import copy
from ..problem.gradients import automatic_gradients
from ..problem.graph import (
    LINEAR,
    Graph,
    Node,
    arrays_of,
    graph_of,
    make_graph,
    pack_inputs,
    sample_evenly,
)
from ..problem.training_setup import build_model, rows_of
from ..record.recording import Fit
from .derivatives import Slopes, check_gradient, check_weight_gradients
from .output_layer import diverse_rows, standard_loss
from .own_steps import find_wrong_steps
from .repairs import set_layers
from .trying import buildable

_ROWS = 4
"""Rows on which slopes are taken."""
_ROWS_OF_LOSS = 64
"""Rows of the loss whose slopes to weights are taken."""
FAULTS = ("wrong", "none")
"""Answers that tell of a fault."""
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
        # beside other outputs, a layer that gives what it is given is there for its
        # gradient: Ganin, Lempitsky, Unsupervised domain adaptation by backpropagation
        if slopes.answer in FAULTS and not (context.fit.output and _passes_on(part)):
            return _describe_layer(context, part, slopes)
    checks = (_describe_loss, _describe_cut, _describe_weights, find_wrong_steps)
    return next((found for check in checks if (found := check(context))), None)


def _passes_on(part: _Part) -> bool:
    """Whether a layer gives what it is given."""
    x = np.random.default_rng(2).normal(size=part.shape).astype("float32")
    given = np.asarray(_called(part.function)(keras.ops.convert_to_tensor(x)))
    return given.shape == x.shape and np.allclose(given, x)


def is_adversarial(fit: Fit) -> bool:
    """Whether a layer turns the gradient of one of several outputs round.

    The layers before it are to make that output's targets hard to tell.
    """
    if not fit.output:
        return False
    return any(
        _checked(part).answer == "wrong" and _passes_on(part)
        for part in _parts_of(make_graph(fit.model))
    )


def _automatic(right: bool) -> list[Repair]:
    """Automatic differentiation of what is wrapped, where that gives the derivative."""
    message = "automatic differentiation in place of custom_gradient and stop_gradient"
    return [Repair(message, lambda s: replace(s, own_gradients=False))] if right else []


def _describe_layer(
    context: RuleContext, part: _Part, slopes: Slopes
) -> NetworkFinding:
    with automatic_gradients():
        right = _checked(part).answer == "right"
    built_in = [
        _replaced(context, part, name) for name in _similar_activations(part, slopes)
    ]
    repairs = (*buildable(context, built_in), *_automatic(right))
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
    return _parts_of(context.graph)


def _parts_of(graph: Graph) -> Iterator[_Part]:
    """The script's own activations and layers, as functions of one tensor."""
    for node in graph.nodes:
        shape = _shape(node.layer)
        function = getattr(node.layer, "activation", None)
        if callable(function) and _is_own(function):
            yield _Part(node, function, True, (_ROWS, *_units(node, shape)))
        elif _is_own(node.layer) and shape is not None:
            yield _Part(node, node.layer, False, (_ROWS, *shape))


def _is_own(thing: Any) -> bool:
    """Whether Keras did not bring it; a Lambda is what its function is.

    Operations such as ``sign`` and ``round`` are Keras', but no activations.
    """
    if isinstance(thing, keras.layers.Lambda):
        return _is_own(thing.function)
    named = str(getattr(thing, "__module__", None) or type(thing).__module__)
    return named.partition(".")[0] != "keras" or named.endswith("ops.numpy")


def _shape(layer: Any) -> tuple[int, ...] | None:
    """Return the shape of one input row; None for several inputs, or no numbers."""
    nodes = getattr(layer, "_inbound_nodes", [])
    tensors = nodes[-1].input_tensors if nodes else []
    if len(tensors) != 1 or "float" not in str(tensors[0].dtype):
        return None
    return tuple(int(size or 5) for size in tensors[0].shape[1:])


def _units(node: Node, shape: tuple[int, ...] | None) -> tuple[int, ...]:
    return (node.layer_width,) if node.layer_width else shape or (8,)


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


def _builtin_activation(part: _Part) -> str:
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


def _similar_activations(part: _Part, slopes: Slopes) -> list[str]:
    """Built-in activations for a function: the same, or with a slope where it is flat.

    A step is the limit of a sigmoid, and a sign that of a tanh.
    """
    same = _builtin_activation(part)
    if same or slopes.answer != "none":
        return [same] if same else []
    x = 3 * np.random.default_rng(1).normal(size=part.shape).astype("float32")
    given = np.asarray(_called(part.function)(keras.ops.convert_to_tensor(x)))
    levels = set(np.unique(given).tolist())
    smooth = {frozenset((0.0, 1.0)): "sigmoid", frozenset((-1.0, 1.0)): "tanh"}
    return [name for name in (smooth.get(frozenset(levels)), LINEAR) if name]


def _replaced(context: RuleContext, part: _Part, name: str) -> Repair:
    """The built-in activation in place of the script's own."""
    node, what = part.node, f"{part.node.name!r}: Keras' {name}"
    if part.is_activation:
        return set_layers(context, [node], what, activation=name)

    def change(layer: Any) -> Any:
        same = layer.name == node.name
        return keras.layers.Activation(name, name=layer.name) if same else None

    return Repair(what, lambda setup: setup.with_layers(change))


def _describe_loss(context: RuleContext) -> NetworkFinding | None:
    """A loss of the script's own, looked at where targets and outputs are random."""
    loss = context.fit.loss
    if not callable(loss) or not _is_own(loss) or context.head is None:
        return None
    slopes = _loss_slopes(context)
    if slopes.answer not in FAULTS:
        return None
    with automatic_gradients():
        right = _loss_slopes(context).answer == "right"
    return network_finding(
        "N114",
        f"The loss {_words(slopes)}.",
        ADVICE,
        priority=0,
        repairs=(standard_loss(context), *_automatic(right)),
        error=slopes.error,
    )


def _describe_cut(context: RuleContext) -> NetworkFinding | None:
    """Layers that no gradient reaches, though they lead to an output."""
    names = _layers_without_gradient(context) if graph_of(context.fit.model) else ()
    if not names:
        return None
    with automatic_gradients():
        fewer = _layers_without_gradient(context)
    message = ", ".join(map(repr, names[:4]))
    return network_finding(
        "N114",
        f"No gradient reaches {message}: a later operation (argmax, rounding or "
        "stop_gradient) has no gradient.",
        ADVICE,
        priority=0,
        repairs=tuple(_automatic(len(fewer) < len(names))),
        layers=names,
        layers_cut_off=len(names),
    )


def _describe_weights(context: RuleContext) -> NetworkFinding | None:
    """Layers to whose weights the loss has another gradient than its derivative.

    Only a network with parts of the script's own can have such.
    """
    if context.fit.loss is None or not _has_own(context):
        return None
    found = {
        name: slopes
        for name, slopes in _weight_slopes(context).items()
        if slopes.answer in FAULTS
    }
    if not found:
        return None
    with automatic_gradients():
        left = _weight_slopes(context)
    right = any(left[name].answer == "right" for name in found)
    worst = max(found.values(), key=lambda slopes: slopes.error)
    message = ", ".join(map(repr, list(found)[:4]))
    return network_finding(
        "N114",
        f"The loss, as a function of the weights of {message}, {_words(worst)}.",
        ADVICE,
        priority=0,
        repairs=tuple(_automatic(right)),
        layers=tuple(found),
        error=worst.error,
    )


def _has_own(context: RuleContext) -> bool:
    model, loss = context.fit.model, context.fit.loss
    if callable(loss) and _is_own(loss):
        return True
    graph = graph_of(model)
    operations = graph.operations if graph else ()
    stops = any(type(one).__name__ == "StopGradient" for one in operations)
    if stops or not (graph or type(model).__module__.startswith("keras.")):
        return True
    layers = model._flatten_layers(include_self=False)
    return any(_is_own(one) or _is_own(_activation(one)) for one in layers)


def _activation(layer: Any) -> Any:
    return getattr(layer, "activation", None) or keras.activations.linear


def _weight_slopes(context: RuleContext) -> dict[str, Slopes]:
    """Slopes of the loss, layer by layer; empty where they cannot be taken."""
    setup = context.setup
    rows = diverse_rows(context, _ROWS_OF_LOSS)
    model = build_model(setup, rows, seed=0)
    given: Any = (rows_of(setup.x, rows), setup.y[rows])
    given = keras.tree.map_structure(keras.ops.convert_to_tensor, given)
    x, y = given
    model(x, training=False)

    @tensorflow.function
    def loss() -> Any:
        return model.compute_loss(x, y, model(x, training=False), training=False)

    if float(loss()) != float(loss()):
        return {}  # noise, which no step can see through
    # a network of a class of one's own names its layers anew, in the same order
    pairs = zip(context.graph.nodes, make_graph(model).nodes, strict=True)
    return {
        own.name: check_weight_gradients(loss, node.layer.trainable_weights)
        for own, node in pairs
        if node.layer.trainable_weights
    }


def _layers_without_gradient(context: RuleContext) -> tuple[str, ...]:
    model = copy(context.fit.model)
    rows = pack_inputs(
        model, context.fit.x, arrays_of(model, sample_evenly(context.fit.x, _ROWS))
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
    width = context.head.layer_width if context.head and context.head.layer_width else 1
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
