"""Layers, gradients and losses of a network on a few fixed rows, in one program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..backend import keras
from ..backend import tensorflow as tf
from .graph import Node, is_recurrent, make_graph
from .probe import LayerProbe, Moment

CONSTANT = 1e-6
"""Range of a unit, as a share of its largest value, below which it is constant."""
FLAT_ENDS = {"sigmoid": (0.0067, 0.9933), "tanh": (-0.99991, 0.99991)}
"""What they give 5 to either side of 0."""


class Lens:
    """Looks at a network without changing it.

    The loss is that of the rows, without weight penalties and class weights. Networks
    with batch normalization are run as in training, since their averages mean nothing
    at the start; dropout is off in all others.

    Parameters
    ----------
    model : keras.Model
        Compiled and built.
    x, y : nested arrays
        The rows and their targets.
    """

    def __init__(self, model: Any, x: Any, y: Any) -> None:
        self.model = model
        self._rows: Any = keras.tree.map_structure(tf.constant, (x, y))
        self.nodes = [n for n in make_graph(model).nodes if n.layer.weights]
        batch_norm = keras.layers.BatchNormalization
        self._training = any(isinstance(n.layer, batch_norm) for n in self.nodes)
        self._program = self._compile()
        self.penalty = float("nan")

    def _compile(self) -> Any:
        specs = [
            keras.tree.map_structure(lambda t: tf.TensorSpec(t.shape, t.dtype), part)
            for part in self._rows
        ]
        program: Any = tf.function(self._measure, autograph=False)
        try:
            with _listening(self.nodes) as self._heard:
                return program.get_concrete_function(*specs)
        # what a layer gives inside a loop of the user's own cannot be taken out of it
        except (TypeError, ValueError):
            self._heard = {}
            program = tf.function(self._measure, autograph=False)
            return program.get_concrete_function(*specs)

    def look(self, step: int, before: list[np.ndarray] | None = None) -> Moment:
        """The network as it is after ``step`` steps.

        ``before`` are its `weights` one step earlier.
        """
        kept = [v.numpy() for v in self.model.non_trainable_variables]
        found = self._program(*self._rows)
        for variable, value in zip(
            self.model.non_trainable_variables, kept, strict=True
        ):
            variable.assign(value)
        loss, penalty = float(found["loss"]), float(found["penalty"])
        if step == 0:
            self.penalty = penalty / (loss + penalty) if penalty else 0.0
        table = np.asarray(found["layers"], "float64")
        layers = tuple(
            LayerProbe(node.name, *(float(v) for v in line))
            for node, line in zip(self.nodes, table, strict=True)
        )
        return Moment(step, loss, layers, self._updates(before))

    def weights(self) -> list[np.ndarray]:
        """The weights that are trained, layer after layer."""
        return [_joined(node.layer.trainable_weights) for node in self.nodes]

    def _updates(self, before: list[np.ndarray] | None) -> dict[str, float]:
        if before is None:
            return {}
        pairs = zip(self.nodes, before, self.weights(), strict=True)
        return {
            node.name: float(np.linalg.norm(now - then) / np.linalg.norm(then))
            for node, then, now in pairs
            if np.linalg.norm(then) > 0
        }

    def _measure(self, x: Any, y: Any) -> dict[str, Any]:
        model = self.model
        with tf.GradientTape() as tape:
            said = model(x, training=self._training)
            whole = model.compute_loss(x, y, said, training=self._training)
            penalty = tf.add_n([tf.cast(p, whole.dtype) for p in model.losses] or [0.0])
            loss = whole - tf.cast(penalty, whole.dtype)
        variables = model.trainable_variables
        found = tape.gradient(loss, [v.value for v in variables])
        slopes = {id(v): g for v, g in zip(variables, found, strict=True)}
        lines = [self._line(node, slopes) for node in self.nodes]
        layers = tf.stack(lines) if lines else tf.zeros((0, 5))
        return {"loss": loss, "penalty": penalty, "layers": layers}

    def _line(self, node: Node, slopes: dict[int, Any]) -> Any:
        """The numbers of a `LayerProbe`, in its order."""
        own = [slopes.get(id(v)) for v in node.layer.trainable_weights]
        known = [g for g in own if g is not None]
        slope = tf.linalg.global_norm(known) if known else _NAN
        weight = tf.linalg.global_norm([v.value for v in node.layer.weights])
        given = self._heard.get(node.name)
        numbers = [_NAN] * 3 if given is None else _describe(given, node)
        return tf.stack([tf.cast(n, tf.float32) for n in (slope, weight, *numbers)])


_NAN = float("nan")


def _joined(variables: Any) -> np.ndarray:
    parts = [np.asarray(v).ravel().astype("float64") for v in variables]
    return np.concatenate(parts) if parts else np.zeros(0)


def _describe(given: Any, node: Node) -> list[Any]:
    """Dead units, saturated values and spread of what a layer gives."""
    values = tf.cast(given, tf.float32)
    flat = tf.reshape(values, (-1, values.shape[-1] if values.shape.rank > 1 else 1))
    low, high = tf.reduce_min(flat, axis=0), tf.reduce_max(flat, axis=0)
    if node.activation == "relu":
        dead = high <= 0
    else:
        dead = high - low <= CONSTANT * tf.maximum(tf.abs(low), tf.abs(high))
    ends = FLAT_ENDS.get(node.activation)
    flat_share: Any = 0.0
    if ends and not is_recurrent(node.layer):
        outside = tf.logical_or(flat < ends[0], flat > ends[1])
        flat_share = tf.reduce_mean(tf.cast(outside, tf.float32))
    spread = tf.reduce_mean(tf.math.reduce_std(flat, axis=0))
    return [tf.reduce_mean(tf.cast(dead, tf.float32)), flat_share, spread]


@contextmanager
def _listening(nodes: list[Node]) -> Iterator[dict[str, Any]]:
    """Note what layers give, behind their activation, while the network is traced.

    A model of intermediate outputs would not reach layers in models within the model.
    """
    heard: dict[str, Any] = {}

    def listen(node: Node) -> None:
        own = node.activator.call

        def call(*args: Any, **kwargs: Any) -> Any:
            given = own(*args, **kwargs)
            heard[node.name] = keras.tree.flatten(given)[0]
            return given

        node.activator.call = call

    for node in nodes:
        listen(node)
    try:
        yield heard
    finally:
        for layer in {id(n.activator): n.activator for n in nodes}.values():
            del layer.call
