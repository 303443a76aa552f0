"""The epochs of a training: programs, callbacks, validation, in the order of Keras."""

from __future__ import annotations

import logging
import random
import time
from typing import Any, cast

import numpy as np

from ..backend import keras
from .arguments import Arguments
from .programs import ExecutionMode, Steps, programs_of
from .rows import Block, Held, Stream, batches_in_part, blocks, streams_of
from .trial import choose_mode
from .ways import Choice, choose, out_of_range

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
        self.room = self.programs.room(
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
        if isinstance(self.rows, Held):
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
            self._account(ran)
            if self.model.stop_training:
                break
        return logs

    def _account(self, ran: Steps) -> None:
        """Count steps, look at the losses, show progress."""
        params = self.callbacks.params
        if ran.finite < ran.steps and params["nonfinite"] is None:
            params["nonfinite"] = (self.epoch + 1, self.step + ran.finite + 1)
            told = "the loss is not finite from epoch %d, step %d"
            _log.warning(told, *params["nonfinite"])
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
