"""One compiled network that is trained anew, for a few steps, again and again."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from ..backend import keras
from ..training.fit import fit
from ..training.rows import hold
from ..training.start import Start
from .question import Question
from .setup import Setup, build, rows_of

MOST_STEPS = 300
"""Steps of a training."""
MOST_ROWS = 256
"""Rows that a loss is measured on."""


class Clock(keras.callbacks.Callback):
    """Ends a training when its time is over."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._end = time.perf_counter() + seconds

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if time.perf_counter() > self._end:
            model: Any = self.model
            model.stop_training = True


class Bench:
    """One compiled network that is trained anew for each test.

    Parameters
    ----------
    setup, question, rows, seed, seconds
        As in `golden_tests`.
    """

    def __init__(
        self,
        setup: Setup,
        question: Question,
        rows: np.ndarray,
        seed: int,
        seconds: float,
    ) -> None:
        self.setup, self.question, self.rows = setup, question, rows
        self.seed, self._end = seed, time.monotonic() + seconds
        self.model = build(setup, rows, seed=seed)
        if not self.model.built:
            self.outputs(self.x(rows[:1]))
        self._start = Start(self.model)
        sample = np.linspace(0, len(rows) - 1, MOST_ROWS).astype("int64")
        self.sample = rows[np.unique(sample)]

    @property
    def seconds(self) -> float:
        """What is left of its time."""
        return self._end - time.monotonic()

    def x(self, rows: np.ndarray) -> Any:
        """Inputs of some rows, as the network is given them in a training."""
        return hold(rows_of(self.setup.x, rows)).data[0]

    def y(self, rows: np.ndarray) -> Any:
        """Their targets."""
        return hold(rows_of(self.setup.y, rows)).data[0]

    def train(self, x: Any, y: Any, size: int, steps: int = MOST_STEPS) -> None:
        """Train from the start, for about ``steps`` steps."""
        self._start.restore()
        keras.utils.set_random_seed(self.seed)
        each = -(-len(y) // size)
        if each > steps:
            x, y = (rows_of(part, np.arange(steps * size)) for part in (x, y))
            each = steps
        fit(
            self.model,
            x,
            y,
            batch_size=size,
            epochs=max(1, steps // each),
            verbose=0,
            callbacks=[Clock(self.seconds)],
            shuffle=self.setup.shuffle,
            way="graph",
        )

    def memorise(self, rows: np.ndarray) -> None:
        """Train on a few rows in one batch, again and again, in one epoch."""
        again = np.tile(rows, MOST_STEPS // 3)
        x, y = self.x(again), self.y(again)
        self._start.restore()
        keras.utils.set_random_seed(self.seed)
        fit(
            self.model,
            x,
            y,
            batch_size=len(rows),
            epochs=3,
            verbose=0,
            callbacks=[Clock(self.seconds)],
            shuffle=False,
            way="graph",
        )

    def restart(self) -> None:
        """Forget what was learned."""
        self._start.restore()

    def outputs(self, x: Any) -> Any:
        """What the network gives."""
        return self.model(keras.tree.map_structure(np.asarray, x), training=False)

    def loss(self, outputs: Any, y: Any) -> float:
        """The script's loss, without weight penalties."""
        target = keras.ops.convert_to_tensor(y)
        whole = self.model.compute_loss(None, target, outputs, training=False)
        penalty = sum((float(p) for p in self.model.losses), 0.0)
        return float(whole) - penalty

    def loss_on(self, rows: np.ndarray) -> float:
        """The loss on some rows."""
        return self.loss(self.outputs(self.x(rows)), self.y(rows))
