"""A callback that looks at a network while it trains, and says what is not as it ought.

It looks at the ends of epochs only: a callback that asks for batches would make Keras
wait for each of them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....baselines.rules.registry import RULES
from ...backend import ignore_softmax_warning, keras
from ..record.arrays import as_arrays, leaves
from .symptoms import FLAT, SAME

_MOST_ROWS = 64
SHARE = 0.04
"""Of the time since the training began, that looking may take."""
FIRST_LOOK = 0.05
"""Seconds that a look is taken to cost before the first; a network's first call
outside its training is slow."""
STEPS_A_LOOK = 25
"""Or so many steps of the training: without a compiled program a network is slower."""
_FEW_STEPS = 10
"""Weights may stay as they are for so many."""
STUCK_STEPS, STUCK_EPOCHS = 100, 5
"""In so many steps and epochs a loss that moves is not flat."""
LEAPS = 20.0
"""Times its own size that a layer may change between two looks."""


@dataclass(frozen=True)
class _Symptom:
    """A symptom, and the epoch after which it was seen, from 1."""

    code: str
    label: str
    epoch: int
    sentence: str


class Watch(keras.callbacks.Callback):
    """Reports symptoms while ``fit`` runs, each once, in one line.

    It takes at most 4 % of the training's time; what there is no time for is left out.

    Parameters
    ----------
    x, y : array, list or dict of arrays, optional
        Up to 64 rows whose predictions are watched. By default the first rows that
        ``fit`` is given as arrays.
    verbose : {0, 1}, default 1
        Whether symptoms are printed.
    share : float, default 0.04
        Of the training's time, that looking may take.

    Attributes
    ----------
    symptoms : list of Symptom
        In the order in which they were seen.
    seconds : float
        That looking took in the last training.

    Examples
    --------
    >>> watch = learnable.Watch()  # doctest: +SKIP
    >>> model.fit(x, y, epochs=50, callbacks=[watch])  # doctest: +SKIP
    >>> watch.symptoms  # doctest: +SKIP
    """

    def __init__(
        self,
        x: Any = None,
        y: Any = None,
        *,
        verbose: int = 1,
        share: float = SHARE,
    ) -> None:
        super().__init__()
        self.symptoms: list[_Symptom] = []
        self.seconds = 0.0
        self.verbose, self.share = verbose, share
        self._given = _first_rows(x), _first_rows(y)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start anew; a callback may serve several trainings."""
        self.symptoms.clear()
        self._start, self.seconds, self._cost = time.perf_counter(), 0.0, 0.0
        self._losses: list[float] = []
        self._steps = self._steps_then = self._steps_before = 0
        self._count_steps()
        self._steps_before, self._steps = self._steps, 0
        with self._timed():
            self._rows, self._targets = self._given
            if self._rows is None:
                self._rows, self._targets = _rows_of_fit()
            self._then = self._weights()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Look at the loss, and where there is time at weights and predictions."""
        with self._timed():
            self._count_steps()
            if "loss" in (logs or {}):
                self._losses.append(float((logs or {})["loss"]))
                self._check_loss(epoch + 1)
        if self._has_time():
            before = self.seconds
            with self._timed():
                self._check_weights(epoch + 1)
                self._check_predictions(epoch + 1)
            self._cost = self.seconds - before

    @property
    def _network(self) -> Any:
        return self.model

    @contextmanager
    def _timed(self) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - began

    def _has_time(self) -> bool:
        """Whether a look like the last one stays within the share."""
        so_far = time.perf_counter() - self._start
        step = so_far / max(1, self._steps)
        expected = self._cost or max(FIRST_LOOK, STEPS_A_LOOK * step)
        return self.seconds + expected <= self.share * so_far

    def _count_steps(self) -> None:
        """Those that were taken, as the optimizer has counted them."""
        optimizer: Any = self._network.optimizer
        self._steps = int(optimizer.iterations) - self._steps_before

    def _say(self, code: str, epoch: int, sentence: str) -> None:
        if any(symptom.code == code for symptom in self.symptoms):
            return
        label = RULES[code].label
        self.symptoms.append(_Symptom(code, label, epoch, sentence))
        if self.verbose:
            sys.stdout.write(f"\n{code} {label} (epoch {epoch}): {sentence}\n")

    def _check_loss(self, epoch: int) -> None:
        first, now = self._losses[0], self._losses[-1]
        if not np.isfinite(now):
            where = f"; it was {self._losses[-2]:.4g} before" if epoch > 1 else ""
            self._say("S402", epoch, f"The loss is {now}{where}.")
            return
        long = self._steps >= STUCK_STEPS and len(self._losses) > STUCK_EPOCHS
        if long and min(self._losses) > first - FLAT * abs(first):
            message = (
                f"The loss hardly falls: {first:.4g} after the first epoch, {now:.4g}"
            )
            self._say("S404", epoch, f"{message} after {self._steps:,} steps.")

    def _weights(self) -> dict[str, np.ndarray]:
        """The largest array of each layer that is to be trained."""
        found = {}
        for layer in _layers(self._network):
            trained = layer.trainable_weights
            if trained:
                largest = max(trained, key=lambda weight: int(np.prod(weight.shape)))
                found[layer.name] = np.array(largest)
        return found

    def _check_weights(self, epoch: int) -> None:
        now, steps = self._weights(), self._steps - self._steps_then
        if steps < _FEW_STEPS:
            return
        for name, after in now.items():
            before = self._then.get(name)
            if before is None or before.shape != after.shape:
                continue
            moved = float(np.abs(after - before).max())
            if not moved:
                message = f"The weights of {name!r} have not changed in {steps:,} steps"
                self._say("S403", epoch, f"{message}: no gradient reaches them.")
            size = float(np.linalg.norm(before))
            ratio = float(np.linalg.norm(after - before)) / size if size else 0.0
            if ratio > LEAPS:
                message = (
                    f"The weights of {name!r} changed by {ratio:.0f} times their norm"
                )
                self._say("S410", epoch, f"{message}: the steps are too large.")
        self._then, self._steps_then = now, self._steps

    def _check_predictions(self, epoch: int) -> None:
        if self._rows is None or not _differ(leaves(self._rows)):
            return
        outputs = self._predictions()
        if (
            outputs is None
            or not np.isfinite(outputs).all()
            or not self._has_varied_targets()
        ):
            return
        spread = float(np.ptp(outputs, axis=0).max())
        if spread <= SAME * min(1.0, float(np.abs(outputs).max())):
            message = f"The predictions for {len(outputs)} different rows are identical"
            shown = np.array2string(outputs[0].ravel()[:3], precision=3)
            self._say("S401", epoch, f"{message}: {shown}.")

    def _predictions(self) -> np.ndarray | None:
        try:
            with ignore_softmax_warning():
                predicted = self._network(self._rows, training=False)
            return np.asarray(keras.tree.flatten(predicted)[0], dtype="float64")
        # the network may not take rows in this form; that must not end the training
        except Exception:
            self._rows = None
        return None

    def _has_varied_targets(self) -> bool:
        """Whether different answers are wanted, as far as that is known."""
        return self._targets is None or _differ(leaves(self._targets))


def _layers(model: Any) -> Iterator[Any]:
    """Layers with weights of their own, those of models within the model too."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _layers(layer)
        else:
            yield layer


def _first_rows(value: Any) -> Any:
    """The first rows of each array; None where there is none."""
    if isinstance(value, dict):
        return {name: _first_rows(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_first_rows(part) for part in value]
    # cut first: to make an array of a large table takes long
    return as_arrays(value[:_MOST_ROWS]) if hasattr(value, "shape") else None


def _differ(arrays: list[np.ndarray]) -> bool:
    """Whether not all rows are the same."""
    return any(len(array) > 1 and bool((array != array[:1]).any()) for array in arrays)


def _rows_of_fit() -> tuple[Any, Any]:
    """The first rows and targets that ``fit`` was given, if it was given arrays.

    Keras hands rows to no callback, so they are taken from the call that is running. A
    dataset is not read: that might change what the training gets from it.
    """
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == "fit" and "x" in frame.f_locals:
            return tuple(_first_rows(frame.f_locals.get(name)) for name in ("x", "y"))
        frame = frame.f_back
    return None, None
