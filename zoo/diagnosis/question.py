"""What is to be learned from what: the problem behind the arrays given to ``fit``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from ..backend import keras
from .recording import Fit

Task = Literal["binary", "multiclass", "multilabel", "regression"]
MOST_CLASSES = 1_000
"""Whole numbers with more values are numbers to be predicted, not classes."""
FEW_CODES = 50
"""Fractions with at most so many values may stand for classes."""
CLASS_LOSSES = ("crossentropy", "hinge", "focal")


@dataclass(frozen=True)
class Question:
    """A task, and its targets in our own coding.

    Parameters
    ----------
    task : {"binary", "multiclass", "multilabel", "regression"}
    y : array of shape (n_rows,) or (n_rows, n_targets)
        Class codes 0, 1, ... (int64), 0 and 1 for each label, or numbers (float64).
    values : array
        What the script wrote for each class; empty where it wrote columns, or where
        targets are numbers.
    one_hot : bool
        Whether the script wrote a column for each class.
    """

    task: Task
    y: np.ndarray
    values: np.ndarray
    one_hot: bool = False

    def __len__(self) -> int:
        return len(self.y)

    @property
    def is_classification(self) -> bool:
        return self.task != "regression"

    @cached_property
    def outputs(self) -> int:
        """Outputs that a network for this needs; of two classes 1."""
        if self.task in ("regression", "multilabel"):
            return 1 if self.y.ndim == 1 else self.y.shape[1]
        return 1 if self.task == "binary" else int(self.y.max()) + 1

    @cached_property
    def class_count(self) -> int:
        """Number of classes; 0 for numbers and for labels."""
        single = self.task in ("binary", "multiclass")
        return max(2, int(self.y.max()) + 1) if single else 0


def loss_name(loss: Any) -> str:
    """A loss as it is written: ``"mse"`` and its class are one; "" for one's own."""
    if not isinstance(loss, str):
        own = not type(loss).__module__.startswith("keras")
        if isinstance(loss, keras.losses.Loss):
            return "" if own else _snake(type(loss).__name__)
        known = getattr(loss, "__module__", "") or ""
        return _snake(getattr(loss, "__name__", "")) if "keras" in known else ""
    try:
        found = keras.losses.get(loss)
    except ValueError:  # a name that nobody knows fails in the script itself
        return loss
    return _snake(getattr(found, "__name__", type(found).__name__))


def _snake(name: str) -> str:
    """``BinaryCrossentropy`` -> ``binary_crossentropy``."""
    parts = ["_" + c.lower() if c.isupper() else c for c in name]
    return "".join(parts).lstrip("_")


def ask(fit: Fit) -> Question:
    """The question behind the targets of a training.

    Columns of 0 and 1 with a single 1 in each row are classes; two values, whatever
    they are, are two classes. Whole numbers, and fractions of few values, are classes
    where the loss, a metric or the head says so, and numbers to be predicted else.
    """
    y = np.asarray(first(fit.y))
    if y.ndim > 1 and y.shape[-1] == 1:
        y = y[..., 0]
    if y.ndim > 2:
        y = y.reshape(len(y), -1)
    if y.ndim == 2:
        return _columns(y)
    if y.dtype.kind not in "biuf":
        return _classes(y.astype(str))
    if not np.isfinite(y.astype("float64")).all():
        return Question("regression", y.astype("float64"), np.zeros(0))
    kinds = np.unique(y)
    if len(kinds) <= 2 or (_few(kinds) and _wants_classes(fit)):
        return _classes(y)
    return Question("regression", y.astype("float64"), np.zeros(0))


def first(tree: Any) -> Any:
    """The first array of a list or dict of them, which a single one is too."""
    leaves = keras.tree.flatten(tree)
    return leaves[0] if leaves else np.zeros(0)


def _columns(y: np.ndarray) -> Question:
    flags = np.isin(y, (0, 1)).all()
    if flags and (y.sum(axis=1) == 1).all():
        codes = y.argmax(axis=1).astype("int64")
        task: Task = "binary" if y.shape[1] == 2 else "multiclass"
        return Question(task, codes, np.zeros(0), one_hot=True)
    if flags:
        return Question("multilabel", y.astype("int64"), np.zeros(0))
    return Question("regression", y.astype("float64"), np.zeros(0))


def _classes(y: np.ndarray) -> Question:
    values, codes = np.unique(y, return_inverse=True)
    task: Task = "binary" if len(values) <= 2 else "multiclass"
    return Question(task, codes.astype("int64"), values)


def _few(kinds: np.ndarray) -> bool:
    whole = np.array_equal(kinds, np.round(kinds))
    return len(kinds) <= (MOST_CLASSES if whole else FEW_CODES)


def _wants_classes(fit: Fit) -> bool:
    """Whether loss, metrics or head speak of classes."""
    names = [loss_name(loss) for loss in keras.tree.flatten(fit.loss)]
    if any(part in name for name in names for part in CLASS_LOSSES):
        return True
    asked = " ".join(str(m) for m in keras.tree.flatten(fit.metrics) if m is not None)
    if "acc" in asked.lower():
        return True
    shape = getattr(first(getattr(fit.model, "outputs", None) or []), "shape", ())
    return len(shape) > 1 and (shape[-1] or 1) > 1
