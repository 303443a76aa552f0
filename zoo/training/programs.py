"""Compiled programs of one model: many steps of training or testing in one call."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..backend import keras
from ..backend import tensorflow as tf
from .layers import is_keras, walk_layers

ExecutionMode = Literal["keras", "graph", "xla"]

_log = logging.getLogger("learnable")


@dataclass(frozen=True)
class Steps:
    """Result of a call of a program.

    ``steps`` were taken; ``finite`` of them came before the first whose loss was not
    finite (all, if there was none). ``logs`` are the metrics as they stand, under the
    names of Keras' logs.
    """

    steps: int
    finite: int
    logs: dict[str, Any]


class Programs:
    """A model's programs, each compiled when first asked for.

    Building them makes whatever of the model, its metrics and its optimizer is not
    built yet, as ``fit`` does in its first step.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    batch : nested arrays
        One batch, as ``Model.train_step`` takes it.
    """

    def __init__(self, model: keras.Model, batch: Any) -> None:
        self.model = model
        _build(model, batch)
        self._parts = _compiled_parts(model)
        self._loss = _loss_tracker(model)
        self._compiled: dict[Any, Any] = {}
        self._steps: dict[Any, Any] = {}
        # a gradient through a loop over time must know the size of a batch
        self._any_size = not any(
            isinstance(p, keras.layers.RNN) for p in walk_layers(model)
        )
        # its states have as many rows
        inputs = keras.tree.flatten(getattr(model, "inputs", None) or [])
        self._is_fixed = any(tensor.shape[0] for tensor in inputs)
        self._rooms: dict[int, int] = {}
        # a metric that is not Keras' may keep something outside the graph
        metrics = _leaves(model.metrics)
        self._resets = all(is_keras(m) for m in metrics)

    def is_current(self, model: keras.Model) -> bool:
        """Whether the model is compiled as it was, with the same weights to train."""
        now = _compiled_parts(model)
        return len(now) == len(self._parts) and all(
            a is b for a, b in zip(now, self._parts, strict=True)
        )

    def batches_in_program(self, batch_size: int, batches: int) -> int:
        """The number of batches in a part: about ``batches``, if it was so before.

        Folds differ by a row or two; parts of one size are compiled once.
        """
        known = self._rooms.get(batch_size, 0)
        if not 0.75 * batches <= known <= 2 * batches:
            self._rooms[batch_size] = batches
        return self._rooms[batch_size]

    def compiles_xla(self, batches: Any) -> bool:
        """Whether XLA can compile the training on such batches; what it made is kept.

        Where it cannot for batches of any size, it is tried for those of this one.
        """
        try:
            self.train(batches, 0, 0, way="xla")
        # no step is taken, so only compiling can fail; TensorFlow has no error of its
        # own for it, and the graph is tried with whatever was wrong
        except (tf.errors.OpError, NotImplementedError) as error:
            _log.debug("XLA cannot compile the model: %s", error)
            if not self._any_size:
                return False
            self._any_size = False
            return self.compiles_xla(batches)
        return True

    def train(
        self,
        batches: Any,
        first: int,
        last: int,
        *,
        way: ExecutionMode,
        fresh: bool = False,
        halt: bool = False,
    ) -> Steps:
        """Train on batches.

        Parameters
        ----------
        batches : nested tensors of shape (n_batches, batch_size, ...)
        first, last : int
            The batches ``first`` to ``last - 1`` are trained on.
        way : {"graph", "xla"}
        fresh : bool
            Start the metrics anew.
        halt : bool
            Stop after the first step whose loss is not finite.
        """
        span = (first, last, halt, fresh)
        return self._run(self.model.train_step, batches, span, way)

    def test(self, batches: Any, count: int, *, fresh: bool) -> Steps:
        """Measure losses and metrics on ``count`` batches, in the graph."""
        return self._run(self.model.test_step, batches, (0, count, 0, fresh), "graph")

    def _run(
        self,
        step: Any,
        batches: Any,
        span: tuple[int, int, int, int],
        way: ExecutionMode,
    ) -> Steps:
        spec_of = _SPEC_OF["fixed" if self._is_fixed and way == "graph" else way]
        specs = keras.tree.map_structure(spec_of, batches)
        any_size = not self._is_fixed and (way == "graph" or self._any_size)
        key = (step.__name__, way, any_size, str(specs))
        if key not in self._compiled:
            one = self._traced(step, specs, any_size=any_size)
            self._compiled[key] = self._compile(one, specs, way)
        if span[-1] and not self._resets:
            self.model.reset_metrics()
        # one vector: each conversion takes as long as a small step
        given = tf.constant(np.array(span, np.int32))
        (steps, finite), logs = self._compiled[key](batches, given)
        return Steps(int(steps), int(finite), logs)

    def _compile(self, one: Any, specs: Any, way: ExecutionMode) -> Any:
        """A program that takes one step after the other, given ``_run``'s span."""
        total, resets, model = self._loss, self._resets, self.model

        def reset() -> Any:
            model.reset_metrics()
            return 0

        def run(batches: Any, given: Any) -> Any:
            first, last, halt, fresh = (given[i] for i in range(4))
            if resets:
                tf.cond(fresh > 0, reset, lambda: 0)

            def goes_on(i: Any, finite: Any) -> Any:
                broken = tf.logical_and(halt > 0, finite < i - first)
                return tf.logical_and(i < last, tf.logical_not(broken))

            def body(i: Any, finite: Any) -> Any:
                one(keras.tree.map_structure(lambda t: t[i], batches))
                # once not finite, the sum of the losses stays so
                good = tf.math.is_finite(total) if total is not None else True
                return i + 1, finite + tf.cast(good, tf.int32)

            end, finite = tf.while_loop(goes_on, body, (first, tf.constant(0)))
            return (end - first, finite), model.get_metrics_result()

        function: Any = tf.function(
            run, autograph=False, jit_compile=True if way == "xla" else None
        )
        return function.get_concrete_function(specs, tf.TensorSpec((4,), tf.int32))

    def _traced(self, step: Any, specs: Any, *, any_size: bool) -> Any:
        """One step, for batches of any size: both ways, and the odd last batch, use it.

        Tracing is half of what a short training costs. It is done without autograph, as
        Keras traces its own steps.
        """
        spec = keras.tree.map_structure(
            lambda s: tf.TensorSpec(
                (None if any_size else s.shape[1], *s.shape[2:]), s.dtype
            ),
            specs,
        )
        key = (step.__name__, str(spec))
        if key not in self._steps:

            def one(batch: Any) -> None:
                step(batch)

            function: Any = tf.function(one, autograph=False)
            self._steps[key] = function.get_concrete_function(spec)
        return self._steps[key]


def programs_of(model: keras.Model, batch: Any) -> Programs:
    """The model's programs: those of its last training, if it is compiled as then.

    They live on the model, as Keras keeps its own functions there.
    """
    known: Programs | None = getattr(model, "_learnable_programs", None)
    if known is None or not known.is_current(model):
        known = Programs(model, batch)
        model._learnable_programs = known
    return known


# XLA needs whole shapes; one graph serves parts and batches of any size
_SPEC_OF = {
    "xla": lambda t: tf.TensorSpec(t.shape, t.dtype),
    "graph": lambda t: tf.TensorSpec((None, None, *t.shape[2:]), t.dtype),
    "fixed": lambda t: tf.TensorSpec((None, *t.shape[1:]), t.dtype),
}


def _build(model: keras.Model, batch: Any) -> None:
    """Weights, metrics and optimizer state, without running the model.

    What would be built while a step is traced makes TensorFlow trace it twice.
    """
    x, y, weights = keras.utils.unpack_x_y_sample_weight(
        keras.tree.map_structure(tf.constant, batch)
    )
    # traced, not run: a forward pass may change states of layers
    forward: Any = tf.function(
        lambda rows: model(rows, training=False), autograph=False
    )
    outputs = forward.get_concrete_function(x).structured_outputs
    said = keras.tree.map_structure(lambda t: tf.zeros(t.shape, t.dtype), outputs)
    model.compute_metrics(x, y, said, sample_weight=weights)
    model.optimizer.build(model.trainable_variables)


def _compiled_parts(model: keras.Model) -> list[Any]:
    """Return the parts that are new after ``compile``, or after a layer was frozen."""
    return [model.optimizer, *model.metrics, *model.trainable_variables]


def _leaves(metrics: Any) -> list[Any]:
    """Metrics, and those inside them."""
    inner = [m for metric in metrics for m in getattr(metric, "metrics", ())]
    return [*metrics, *_leaves(inner)] if inner else list(metrics)


def _loss_tracker(model: keras.Model) -> Any:
    """The running sum of the losses, if the model has a loss."""
    means = (m for m in model.metrics if isinstance(m, keras.metrics.Mean))
    return next((m.total for m in means if m.name == "loss"), None)
