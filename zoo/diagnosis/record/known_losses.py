"""Losses that a script computes by hand, told by their value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from ...backend import keras

_CLIP = 1e-7  # as `keras.config.epsilon()`
_CLOSE = (1e-5, 1e-3)
"""Relative differences: that of rounding, and that of a hand-written logarithm, which
may add another epsilon than Keras does."""


@keras.saving.register_keras_serializable("learnable")
class AcrossRows(keras.losses.Loss):
    """A loss that compares each target of a batch with each output.

    So it is computed by hand of targets of shape ``(n,)`` and outputs of shape
    ``(n, 1)``, which broadcast; Keras' own losses bring them to one shape first.

    Parameters
    ----------
    measure : str
        ``"squared"``, ``"absolute"`` or ``"crossentropy"``.
    name : str
    """

    def __init__(self, measure: str, name: str = "across_rows") -> None:
        super().__init__(name=name)
        self.measure = measure

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the mean over all pairs that broadcast."""
        ops = keras.ops
        if self.measure == "crossentropy":
            p = ops.clip(y_pred, _CLIP, 1 - _CLIP)
            pairs = -(y_true * ops.log(p) + (1 - y_true) * ops.log(1 - p))
        else:
            pairs = ops.abs(y_true - y_pred)
            pairs = pairs if self.measure == "absolute" else ops.square(pairs)
        return ops.mean(pairs)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments, as Keras saves them."""
        return {"measure": self.measure, "name": self.name}


_Measure = Callable[[np.ndarray, np.ndarray], float | None]


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
    able = [
        array
        for array in arrays.values()
        if array.ndim and len(array) == len(prediction) and array.dtype.kind in "biuf"
    ]
    for close, array, (make, measure) in product(_CLOSE, able, _LOSSES):
        found = measure(array, prediction.astype("float64"))
        if found is not None and np.isclose(found, value, rtol=close):
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


def _broadcast_loss(measure: str) -> tuple[Callable[[], Any], _Measure]:
    """The loss of targets and outputs that broadcast, and its value."""

    def found(y: np.ndarray, p: np.ndarray) -> float | None:
        shapes = {y.shape, p.shape}
        if shapes != {(len(p),), (len(p), 1)}:
            return None
        return _MEANS[measure](y.astype("float64").ravel(), p.ravel())

    return lambda: AcrossRows(measure), found


def _all_squares(y: np.ndarray, p: np.ndarray) -> float:
    return float(np.mean(y**2) - 2 * y.mean() * p.mean() + np.mean(p**2))


def _all_differences(y: np.ndarray, p: np.ndarray) -> float | None:
    if len(y) > _MOST_PAIRED:
        return None
    return float(np.abs(y[:, None] - p).mean())


def _all_entropies(y: np.ndarray, p: np.ndarray) -> float | None:
    if p.min() < 0 or p.max() > 1:
        return None
    p = np.clip(p, _CLIP, 1 - _CLIP)
    return float(-y.mean() * np.log(p).mean() - (1 - y.mean()) * np.log(1 - p).mean())


_MEANS: dict[str, _Measure] = {
    "squared": _all_squares,
    "absolute": _all_differences,
    "crossentropy": _all_entropies,
}
_MOST_PAIRED = 2_000
"""Rows of which all pairs are made."""


def _codes(
    measure: Callable[[np.ndarray, np.ndarray], float | None], *, whole: bool
) -> Callable[[np.ndarray, np.ndarray], float | None]:
    """The measure for targets that are class codes, or only for those that are not."""

    def found(y: np.ndarray, p: np.ndarray) -> float | None:
        return measure(y, p) if (y.shape != p.shape) is whole else None

    return found


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
    *map(_broadcast_loss, _MEANS),
]
