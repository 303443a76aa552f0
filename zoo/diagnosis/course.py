"""The steps of one training, a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..backend import keras
from ..training.arguments import Arguments, find_obstacle
from ..training.programs import programs_of
from ..training.rows import Held, batches_in_part, blocks
from .setup import Setup


@dataclass
class Course:
    """The steps of a training, in the batches that the script would have.

    Parameters
    ----------
    model : keras.Model
        Compiled and built; it is trained.
    held : Held
        Rows, targets and weights.

    Attributes
    ----------
    nonfinite : int
        The step of the first loss that was not finite, -1 so far.
    """

    model: Any
    setup: Setup
    held: Held
    seed: int
    nonfinite: int = -1

    def __post_init__(self) -> None:
        self.size = min(self.setup.batch_size, self.held.rows)
        self.planned = self.setup.rounds * -(-self.held.rows // self.size)
        self._take = self._taker()

    def run(self, edges: list[int]) -> Iterator[tuple[int, float]]:
        """Train from edge to edge; gives each with the mean loss on the way."""
        step, left = 0, iter(edges)
        edge = next(left, 0)
        for batches, count in self._blocks():
            at = 0
            while at < count and edge:
                last = min(count, at + edge - step)
                loss, finite = self._take(batches, at, last)
                if finite < last - at:
                    self.nonfinite = step + finite + 1
                step, at = step + last - at, last
                yield step, loss
                edge = next(left, 0) if step == edge else edge
            if not edge:
                return

    def _blocks(self) -> Iterator[tuple[Any, int]]:
        """The batches of all rounds."""
        shuffle = np.random.default_rng(self.seed) if self.setup.shuffle else None
        room = batches_in_part(self.held, self.size) * self.size
        for _ in range(self.setup.rounds):
            for part in self.held.parts(room, shuffle):
                for block in blocks(part, self.size):
                    yield block.batches, block.count

    def _taker(self) -> Callable[[Any, int, int], tuple[float, int]]:
        """What takes steps: gives their mean loss, and how many were finite."""
        data = (*self.held.data, None)[:3]
        given = Arguments(
            x=data[0], y=data[1], sample_weight=data[2], batch_size=self.size,
            epochs=1, verbose=0, callbacks=None, validation_split=0.0,
            validation_data=None, shuffle=False, class_weight=None, initial_epoch=0,
            steps_per_epoch=None, validation_steps=None, validation_batch_size=None,
            validation_freq=1,
        )  # fmt: skip
        if find_obstacle(self.model, given):
            return self._by_keras
        batch = next(self.held.parts(self.size, None))
        programs = programs_of(self.model, batch)

        def take(batches: Any, at: int, last: int) -> tuple[float, int]:
            ran = programs.train(batches, at, last, way="graph", fresh=True)
            return float(ran.logs["loss"]), ran.finite

        return take

    def _by_keras(self, batches: Any, at: int, last: int) -> tuple[float, int]:
        """Keras' own step, one after the other."""
        losses = []
        for i in range(at, last):
            batch: Any = keras.tree.map_structure(lambda t, i=i: t[i], batches)
            self.model.reset_metrics()
            logs = self.model.train_on_batch(*batch, return_dict=True)
            losses.append(float(logs["loss"]))
        good = np.isfinite(losses)
        return float(np.mean(losses)), int(np.cumprod(good).sum())
