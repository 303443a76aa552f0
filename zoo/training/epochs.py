"""The epochs of a training: programs, callbacks, validation, in the order of Keras.

They run as a graph or by XLA: by rule where the layers tell, else by a trial of a few
real steps of each, after which all is put back.
"""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from ..backend import keras
from ..backend import tensorflow as tf
from .arguments import Arguments
from .checkpoint import Start
from .layers import is_keras, is_stochastic, walk_layers
from .programs import ExecutionMode, Programs, Steps, programs_of
from .rows import Block, InMemoryRows, Stream, batches_in_part, blocks, streams_of


@dataclass(frozen=True)
class Choice:
    """The way an epoch is run, and why."""

    way: ExecutionMode
    reason: str


MIN_STEPS = 2_000
"""Steps from which on XLA's compile time is worth it; see benchmarks/training.py."""

_FAST = (
    "Activation", "Add", "Average", "BatchNormalization", "Bidirectional",
    "Concatenate", "Cropping1D", "Dense", "Dot", "EinsumDense", "ELU", "Embedding",
    "Flatten", "GRU", "GRUCell", "GroupNormalization", "Identity", "InputLayer",
    "LSTM", "LSTMCell", "LayerNormalization", "LeakyReLU", "Masking", "Maximum",
    "Minimum", "Multiply", "Normalization", "PReLU", "Permute", "RMSNormalization",
    "RNN", "ReLU", "RepeatVector", "Rescaling", "Reshape", "SimpleRNN",
    "SimpleRNNCell", "Softmax", "StackedRNNCells", "Subtract", "TimeDistributed",
    "UnitNormalization",
)  # fmt: skip
_CONVOLUTIONS = ("Conv", "DepthwiseConv", "SeparableConv", "MaxPool", "AveragePool")


def choose(model: keras.Model, steps: int) -> Choice | None:
    """The way a rule names; None where it takes a trial.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    steps : int
        Of the whole training.
    """
    parts = list(walk_layers(model))
    without = [p for p in parts if not getattr(p, "supports_jit", True)]
    if without:
        return Choice("graph", f"{type(without[0]).__name__} does without XLA")
    if steps < MIN_STEPS:
        return Choice("graph", f"{steps:,} steps in all do not pay for compiling XLA")
    if tf.config.list_physical_devices("GPU"):
        return None
    for layer in parts:
        name = type(layer).__name__
        if is_keras(layer) and name.startswith(_CONVOLUTIONS):
            return Choice("graph", f"XLA is slow at {name} on a CPU")
    # at random numbers XLA was found an eighth as fast as the graph, and twice as fast
    if any(is_stochastic(p) for p in parts):
        return None
    if all(is_keras(p) and type(p).__name__ in _FAST for p in parts):
        return Choice("xla", f"{steps:,} steps in all, of layers that XLA is fast at")
    return None


def out_of_range(model: keras.Model, data: Any) -> str:
    """Describe whole numbers in ``(x, y, ...)`` that the graph would refuse, if any.

    XLA takes a word or a class that is none for another, and says nothing.
    """
    words = [
        p.input_dim for p in walk_layers(model) if isinstance(p, keras.layers.Embedding)
    ]
    inputs = keras.tree.flatten(data[0])
    if words and not all(_is_in_range(a, min(words), -min(words)) for a in inputs):
        return "a number among the inputs is no row of the embedding"
    outputs = getattr(model, "output_shape", None)
    if len(data) > 1 and isinstance(outputs, tuple) and "sparse" in _loss_name(model):
        targets = keras.tree.flatten(data[1])
        if not all(_is_in_range(t, outputs[-1]) for t in targets):
            return "a target is no class of the outputs"
    return ""


def _is_in_range(numbers: Any, end: int | None, start: int = 0) -> bool:
    """Whether whole numbers lie in ``start`` to ``end - 1``; no others count."""
    if end is None or numbers.dtype.kind not in "iu":
        return True
    return bool(numbers.min() >= start and numbers.max() < end)


def _loss_name(model: keras.Model) -> str:
    loss: Any = model.loss
    return str(loss if isinstance(loss, str) else getattr(loss, "name", ""))


SHORT = 4.0
"""Seconds of a training in the graph under which XLA is not tried: compiling a small
network takes it one or two."""

SECONDS = 0.3
"""Time given to the steps of each way."""

_NO_XLA = Choice("graph", "XLA cannot compile the model")


def choose_mode(
    programs: Programs, block: Block, steps: int, ruled: Choice | None
) -> Choice:
    """The way to take, where it is not the graph by rule.

    Parameters
    ----------
    programs : Programs
    block : Block
        Batches to try on.
    steps : int
        Of the whole training.
    ruled : Choice, optional
        XLA by rule: it is only seen whether it can compile the model. Without it, both
        ways are timed.
    """
    if ruled is not None:
        return ruled if programs.compiles_xla(block.batches) else _NO_XLA
    start = Start(programs.model)
    try:
        return _compare(programs, block, steps)
    finally:
        start.restore()


def _compare(programs: Programs, block: Block, steps: int) -> Choice:
    graph = _seconds_a_step(programs, block, "graph")
    if graph * steps < SHORT:
        took = f"{graph * steps:.1f} s for {steps:,} steps"
        return Choice("graph", f"in a trial the graph needs {took}, too few for XLA")
    if not programs.compiles_xla(block.batches):
        return _NO_XLA
    xla = _seconds_a_step(programs, block, "xla")
    way: ExecutionMode = "xla" if xla < graph else "graph"
    message = f"XLA needs {xla * 1e3:.3g} ms a step, the graph {graph * 1e3:.3g} ms"
    return Choice(way, f"in a trial {message}")


def _seconds_a_step(programs: Programs, block: Block, way: ExecutionMode) -> float:
    programs.train(block.batches, 0, 1, way=way)  # compiles
    steps, took = 0, 0.0
    begun = time.perf_counter()
    while took < SECONDS:
        steps += programs.train(block.batches, 0, min(block.count, 4), way=way).steps
        took = time.perf_counter() - begun
    return took / steps


CALL_SECONDS = 0.5
"""Length of a call of a program, about: Ctrl-C is heard and progress shown between."""

_log = logging.getLogger("learnable")


class Training:
    """One call of `fit` by compiled programs.

    Parameters
    ----------
    model : keras.Model
    given : Arguments
        With nothing that only Keras can do (`find_obstacle`).
    way : {"auto", "rule", "graph", "xla"}
    repeats : int
        Trainings that share what is compiled.
    """

    def __init__(
        self, model: keras.Model, given: Arguments, way: str, repeats: int
    ) -> None:
        self.model, self.given = model, given
        self.rows, self.validation = streams_of(given)
        self.batch_size = given.batch_size or 32
        self.steps = -(-self.rows.rows // self.batch_size)
        self.programs = programs_of(model, next(self.rows.parts(self.batch_size, None)))
        self.room = self.programs.batches_in_program(
            self.batch_size, batches_in_part(self.rows, self.batch_size)
        )
        self.choice = self._choose(way, repeats)
        callbacks = given.callback_list()
        terminate = keras.callbacks.TerminateOnNaN
        self.halting = [c for c in callbacks if type(c) is terminate]
        self.epoch = self.step = 0
        self.span = 16

    def _choose(self, way: str, repeats: int) -> Choice:
        asked: Choice | None = None
        if way in ("graph", "xla"):
            asked = Choice(cast(ExecutionMode, way), "it was asked for")
        epochs = self.given.epochs - self.given.initial_epoch
        total = self.steps * epochs * repeats
        choice = asked or choose(self.model, total)
        if choice is None and way == "rule":
            return Choice("graph", "no rule tells whether XLA would be faster")
        if choice and choice.way == "graph":
            return choice
        part = next(self.rows.parts(self.room * self.batch_size, None))
        block = next(blocks(part, self.batch_size, self.room))
        if not block.whole:
            return Choice("graph", "there are fewer rows than a batch has")
        if isinstance(self.rows, InMemoryRows):
            wrong = out_of_range(self.model, self.rows.data)
            if wrong:
                return Choice("graph", f"{wrong}, which XLA would not say")
        return choose_mode(self.programs, block, total, choice)

    def run(self) -> keras.callbacks.History:
        """Train; on an error or an interruption, say on it at which step."""
        try:
            return self._run()
        except BaseException as error:
            error.add_note(
                f"Training ended in epoch {self.epoch + 1} of {self.given.epochs}, "
                f"after step {self.step:,} of {self.steps:,}; the model keeps its "
                "weights, and model.history the epochs before."
            )
            raise

    def _run(self) -> keras.callbacks.History:
        model, given = self.model, self.given
        shuffle = np.random.default_rng(_draw_seed()) if given.shuffle else None
        self._set_up_callbacks(shuffle)
        model.stop_training = False
        self.callbacks.on_train_begin()
        logs: dict[str, Any] = {}
        for self.epoch in range(given.initial_epoch, given.epochs):
            self.step = 0
            self.callbacks.on_epoch_begin(self.epoch)
            logs = self._train_epoch(shuffle)
            if self.validation and self._is_due():
                logs |= self._validate(self.validation)
            self.callbacks.on_epoch_end(self.epoch, logs)
            if model.stop_training:
                break
        if given.epochs > 0:
            model.optimizer.finalize_variable_values(model.trainable_weights)
        self.callbacks.on_train_end(logs)
        return model.history

    def _set_up_callbacks(self, shuffle: np.random.Generator | None) -> None:
        """A callback finds in ``params`` what draws the order of the rows."""
        self.callbacks = keras.callbacks.CallbackList(
            self.given.callbacks,
            add_history=True,
            add_progbar=self.given.verbose != 0,
            model=self.model,
            verbose=1 if self.given.verbose == "auto" else self.given.verbose,
            epochs=self.given.epochs,
            steps=self.steps,
            nonfinite=None,
            shuffle=shuffle,
            **vars(self.choice),
        )
        kinds = self.callbacks.callbacks
        self.bars = [c for c in kinds if type(c) is keras.callbacks.ProgbarLogger]

    def _train_epoch(self, shuffle: np.random.Generator | None) -> dict[str, Any]:
        way = self.choice.way
        room = self.room if way == "xla" else None
        logs: dict[str, Any] = {}
        for part in self.rows.parts(self.room * self.batch_size, shuffle):
            for block in blocks(part, self.batch_size, room):
                # the odd last batch is not worth compiling XLA for
                logs = self._train_block(block, way if block.whole else "graph")
                if self.model.stop_training:
                    return logs
        return logs

    def _train_block(self, block: Block, way: ExecutionMode) -> dict[str, Any]:
        """Train on batches, in calls of about `CALL_SECONDS`."""
        at = 0
        logs: dict[str, Any] = {}
        while at < block.count:
            # told to stop before the first step, Keras takes one
            span = 1 if self.model.stop_training else self.span
            last = min(block.count, at + span)
            begun = time.perf_counter()
            ran = self.programs.train(
                block.batches,
                at,
                last,
                way=way,
                fresh=self.step == 0,
                halt=bool(self.halting),
            )
            took = time.perf_counter() - begun
            self.span = max(1, int(CALL_SECONDS * ran.steps / took))
            at += ran.steps
            logs = ran.logs
            self._count_steps(ran)
            if self.model.stop_training:
                break
        return logs

    def _count_steps(self, ran: Steps) -> None:
        """Count steps, look at the losses, show progress."""
        params = self.callbacks.params
        if ran.finite < ran.steps and params["nonfinite"] is None:
            params["nonfinite"] = (self.epoch + 1, self.step + ran.finite + 1)
            message = "the loss is not finite from epoch %d, step %d"
            _log.warning(message, *params["nonfinite"])
        self.step += ran.steps
        if ran.finite < ran.steps:
            for callback in self.halting:
                callback.on_batch_end(self.step - 1, {"loss": float("nan")})
        for bar in self.bars:
            bar.on_train_batch_end(self.step - 1, ran.logs)

    def _validate(self, rows: Stream) -> dict[str, Any]:
        """The metrics on rows not trained on, named ``val_...``."""
        size = self.given.validation_batch_size or self.batch_size
        self.callbacks.on_test_begin()
        fresh, logs = True, {}
        for part in rows.parts(batches_in_part(rows, size) * size, None):
            for block in blocks(part, size):
                logs = self.programs.test(block.batches, block.count, fresh=fresh).logs
                fresh = False
        self.callbacks.on_test_end(logs)
        return {f"val_{name}": value for name, value in logs.items()}

    def _is_due(self) -> bool:
        """Whether an epoch is one to validate after."""
        often = self.given.validation_freq
        if isinstance(often, int):
            return (self.epoch + 1) % often == 0
        return self.epoch + 1 in often


def _draw_seed() -> int:
    """A seed that follows `keras.utils.set_random_seed`.

    It is drawn as Keras draws those of weights, from Python's generator: seeding
    TensorFlow's makes it prepare all its functions anew, a fifth of a second.
    """
    return random.getrandbits(32)
