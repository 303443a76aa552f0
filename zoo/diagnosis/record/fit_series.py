"""Calls of ``fit`` in a loop, which are one training of one network."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .arrays import Batches, count_rows, leaves, map_structure, row_digests
from .recording import EvaluationOverlap, Fit, Place, Recording

_MOST_ROWS = 20_000
"""Of all calls together, as of batches."""
_COPIES = 0.1
"""Share of rows held out of a call, that tables have among its rows by chance."""
_LEAST = 3
"""Rows of a fold."""


class FitSeries:
    """Joins calls of ``fit`` that stand on one line and go on with the same weights.

    So ``for x, y in rows: model.fit(x, y)`` is a training on all the rows, in batches
    of what each call was given.

    Parameters
    ----------
    recording : Recording
        Its last training is the one that may go on.
    """

    def __init__(self, recording: Recording) -> None:
        self._fits = recording.fits
        self._calls = 0
        self._batches = Batches(_MOST_ROWS, passes=True)
        self._steps = self._epochs = 0
        self._seconds = 0.0
        self._history: dict[str, list[float]] = {}
        self._rows: Any = None  # of the last call
        self._latest: set[bytes] = set()
        self._earlier: set[bytes] = set()
        self._retested = EvaluationOverlap()

    def add(self, fit: Fit) -> None:
        """Take up a call that has ended."""
        last = self._fits[-1] if self._fits else None
        if last is not None and _continues(last, fit):
            if self._calls == 1:
                self._batches = Batches(_MOST_ROWS, passes=True)
                self._note(last)
            self._calls += 1
            self._note(fit)
            self._earlier |= self._latest or _digests(self._rows)
            self._rows, self._latest = fit.x, _digests(fit.x)
            if fit.validation is not None:
                self.evaluated(fit.model, fit.validation[0], fit.place)
            # what the next call is compared with, and what the first began with
            self._fits[-1] = replace(fit, weights=last.weights, x=last.x, y=last.y)
            return
        self.close()
        self._fits.append(fit)
        self._calls, self._steps, self._epochs, self._seconds = 1, 0, 0, 0.0
        self._history = {}
        self._rows, self._latest, self._earlier = fit.x, set(), set()
        self._retested = EvaluationOverlap()

    def evaluated(self, model: Any, x: Any, place: Place | None) -> None:
        """Take up rows that a network is asked about after a call.

        As those of folds, they are no more than the rows of this call, others, and
        with them nearly all that was trained on: minibatches that come again are not.
        """
        if self._calls < 2 or self._fits[-1].model is not model:
            return
        rows = _digests(x)
        copies = len(rows & self._latest)
        if not _LEAST <= len(rows) <= len(self._latest):
            return
        others = len(self._earlier - self._latest - rows)
        if copies > _COPIES * len(rows) or others > _COPIES * len(self._earlier):
            return
        share = len((rows - self._latest) & self._earlier) / len(rows)
        if share > self._retested.share:
            self._retested = EvaluationOverlap(share, place)

    def _note(self, fit: Fit) -> None:
        self._batches.add(fit.x, fit.y, fit.sample_weight)
        self._steps += fit.steps
        self._epochs += int(fit.arguments.get("epochs") or 1)
        self._seconds += fit.seconds
        for name, values in fit.history.items():
            self._history.setdefault(name, []).extend(values)

    def close(self) -> None:
        """Put the training that all calls are in the place of the last call."""
        if self._calls < 2:
            return
        rows, last = self._batches.concatenate(), self._fits[-1]
        passes = self._batches.given / max(1, count_rows(rows.x))
        each = self._epochs / self._calls
        epochs = max(1, round(passes * each))
        changed: dict[str, Any] = {"epochs": epochs}
        if len(self._batches.seen) > 1:
            size = int(last.arguments.get("batch_size") or self._batches.size)
            changed["batch_size"] = min(size, self._batches.size)
            changed["shuffle"] = False
        self._fits[-1] = replace(
            last,
            x=rows.x,
            y=rows.y,
            sample_weight=rows.sample_weight,
            cut=rows.cut,
            steps=self._steps,
            seconds=self._seconds,
            arguments=last.arguments | changed,
            history={name: _means(v, epochs) for name, v in self._history.items()},
            retested=self._retested,
        )
        self._calls = 0


def _continues(last: Fit, fit: Fit) -> bool:
    """Whether a call goes on where the one before ended."""
    same = fit.model is last.model and fit.place == last.place is not None
    if not same or fit.kind != "fit" or fit.batch or last.batch or last.error:
        return False
    shapes = [[a.shape[1:] for a in leaves((one.x, one.y))] for one in (last, fit)]
    return (
        fit.optimizer.get("class_name") == last.optimizer.get("class_name")
        and shapes[0] == shapes[1]
        and len(fit.weights) == len(last.trained)
        and all(map(np.array_equal, fit.weights, last.trained))
    )


def _digests(x: Any) -> set[bytes]:
    first = map_structure(lambda array: array[:_MOST_ROWS] if array.ndim else array, x)
    return set(row_digests(leaves(first)))


def _means(values: list[float], epochs: int) -> list[float]:
    parts = np.array_split(values, min(epochs, len(values)))
    return [float(part.mean()) for part in parts]
