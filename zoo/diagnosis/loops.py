"""Loops of ``train_on_batch``, each joined into one training."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import numpy as np

from .arrays import Batches, count
from .notes import ARGUMENTS, Notes, Start
from .places import in_one_line


@dataclass
class _Loop:
    """Calls of ``train_on_batch`` on one model."""

    start: Start
    batches: Batches
    class_weight: Any
    size: int = 0
    losses: list[float] = field(default_factory=list)
    seconds: float = 0.0


class Loops:
    """Calls of ``train_on_batch``, joined model by model.

    A loop ends with the recording, a ``fit`` of any model or a ``compile`` of its own:
    so two models that train in turn, as in a GAN, are two trainings.
    """

    def __init__(self, notes: Notes, most_rows: int) -> None:
        self._notes, self._most_rows = notes, most_rows
        self._open: dict[int, _Loop] = {}

    @property
    def begun(self) -> int:
        """Trainings so far, those that may go on among them."""
        return len(self._notes.recording.fits) + len(self._open)

    def train_on_batch(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``keras.Model.train_on_batch``."""
        signature = inspect.signature(original)

        @wraps(original)
        def train_on_batch(model: Any, *args: Any, **named: Any) -> Any:
            given = self._notes.given(signature, model, *args, **named)
            if given is None:
                return original(model, *args, **named)
            loop = self._open.get(id(model)) or self._loop(given)
            try:
                with self._notes.training(loop.start):
                    result = original(model, *args, **named)
            except BaseException as trouble:
                self.close(model, in_one_line(trouble))
                raise
            self._note_batch(loop, given, result)
            return result

        return train_on_batch

    def _loop(self, given: dict[str, Any]) -> _Loop:
        model = given["self"]
        batches = Batches(self._most_rows, passes=True)
        loop = _Loop(self._notes.start(model), batches, given["class_weight"])
        self._open[id(model)] = loop
        return loop

    def _note_batch(self, loop: _Loop, given: dict[str, Any], result: Any) -> None:
        loop.batches.add(given["x"], given["y"], given["sample_weight"])
        loop.size = loop.size or loop.batches.given
        loss = result["loss"] if isinstance(result, dict) else np.ravel(result)[0]
        loop.losses.append(float(loss))
        loop.seconds = time.perf_counter() - loop.start.clock

    def close_all(self) -> None:
        """End all loops."""
        for loop in list(self._open.values()):
            self.close(loop.start.model)

    def close(self, model: Any, error: str = "") -> None:
        """End the loop of a model, if there is one."""
        loop = self._open.pop(id(model), None)
        if loop is None:
            return
        rows = loop.batches.joined()
        epochs = max(1, round(loop.batches.given / max(1, count(rows.x))))
        arguments = dict.fromkeys(ARGUMENTS) | {
            "epochs": epochs,
            "batch_size": loop.size,
            "shuffle": False,
            "class_weight": loop.class_weight,
            "validation_split": 0.0,
            "initial_epoch": 0,
        }
        parts = np.array_split(loop.losses, min(epochs, len(loop.losses)) or 1)
        self._notes.write(
            loop.start,
            rows,
            validation=None,
            arguments=arguments,
            callbacks=(),
            history={"loss": [float(p.mean()) for p in parts]} if loop.losses else {},
            error=error,
            seconds=loop.seconds,
            kind="train_on_batch",
        )
