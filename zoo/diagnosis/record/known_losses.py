"""Losses that a script computes by hand, told by their value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...backend import keras

_CLIP = 1e-7  # as `keras.config.epsilon()`
_CLOSE = 1e-3
"""A hand-written logarithm may add another epsilon than Keras does."""


@dataclass(frozen=True)
class KnownLoss:
    """The targets and the loss of Keras that has the value of a script's own."""

    y: np.ndarray
    loss: Any


def find_loss(
    value: float, prediction: np.ndarray, arrays: Mapping[str, np.ndarray]
) -> KnownLoss | None:
    """Find the array and the loss of Keras that give a value.

    Parameters
    ----------
    value : float
        What the script's loss was for a batch.
    prediction : array of shape (n_rows, ...)
        The network's output for the batch.
    arrays : mapping of name -> array
        What may be the targets.
    """
    for array in arrays.values():
        if not array.ndim or len(array) != len(prediction):
            continue
        if array.dtype.kind not in "biuf":
            continue
        for make, measure in _LOSSES:
            found = measure(array, prediction.astype("float64"))
            if found is not None and np.isclose(found, value, rtol=_CLOSE):
                return KnownLoss(array, make())
    return None


def _paired(y: np.ndarray, p: np.ndarray) -> np.ndarray | None:
    """The targets in the form of the predictions; None if they have another."""
    return y.reshape(p.shape).astype("float64") if y.size == p.size else None


def _squared(y: np.ndarray, p: np.ndarray) -> float | None:
    pair = _paired(y, p)
    return None if pair is None else float(np.mean((pair - p) ** 2))


def _absolute(y: np.ndarray, p: np.ndarray) -> float | None:
    pair = _paired(y, p)
    return None if pair is None else float(np.mean(np.abs(pair - p)))


def _summed(y: np.ndarray, p: np.ndarray) -> float | None:
    found = _squared(y, p)
    return None if found is None or p.size != len(p) else found * len(p)


def _binary(y: np.ndarray, p: np.ndarray) -> float | None:
    pair = _paired(y, p)
    if pair is None or p.min() < 0 or p.max() > 1:
        return None
    p = np.clip(p, _CLIP, 1 - _CLIP)
    return float(-np.mean(pair * np.log(p) + (1 - pair) * np.log(1 - p)))


def _binary_logits(y: np.ndarray, p: np.ndarray) -> float | None:
    pair = _paired(y, p)
    if pair is None:
        return None
    return float(np.mean(np.logaddexp(0, p) - pair * p))


def _columns(y: np.ndarray, p: np.ndarray) -> np.ndarray | None:
    """Targets with a column for each class, of codes too."""
    if p.ndim != 2 or p.shape[1] < 2:
        return None
    if y.shape == p.shape:
        return y.astype("float64")
    whole = y.size == len(p) and y.dtype.kind in "biu"
    if not whole or y.min() < 0 or y.max() >= p.shape[1]:
        return None
    return np.eye(p.shape[1])[y.reshape(-1)]


def _classes(y: np.ndarray, p: np.ndarray) -> float | None:
    columns = _columns(y, p)
    if columns is None or p.min() < 0 or p.max() > 1:
        return None
    return float(-np.mean((columns * np.log(np.clip(p, _CLIP, 1))).sum(axis=1)))


def _classes_logits(y: np.ndarray, p: np.ndarray) -> float | None:
    columns = _columns(y, p)
    if columns is None:
        return None
    shifted = p - p.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-np.mean((columns * logs).sum(axis=1)))


def _codes(
    measure: Callable[[np.ndarray, np.ndarray], float | None], *, whole: bool
) -> Callable[[np.ndarray, np.ndarray], float | None]:
    """The measure for targets that are class codes, or only for those that are not."""

    def found(y: np.ndarray, p: np.ndarray) -> float | None:
        return measure(y, p) if (y.shape != p.shape) is whole else None

    return found


_Measure = Callable[[np.ndarray, np.ndarray], float | None]

_LOSSES: list[tuple[Callable[[], Any], _Measure]] = [
    (lambda: "mean_squared_error", _squared),
    (lambda: "mean_absolute_error", _absolute),
    (lambda: keras.losses.MeanSquaredError(reduction="sum"), _summed),
    (lambda: "binary_crossentropy", _binary),
    (lambda: keras.losses.BinaryCrossentropy(from_logits=True), _binary_logits),
    (lambda: "sparse_categorical_crossentropy", _codes(_classes, whole=True)),
    (
        lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        _codes(_classes_logits, whole=True),
    ),
    (lambda: "categorical_crossentropy", _codes(_classes, whole=False)),
    (
        lambda: keras.losses.CategoricalCrossentropy(from_logits=True),
        _codes(_classes_logits, whole=False),
    ),
]
