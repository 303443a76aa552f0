"""Outputs under a loss of the script's own, whose sense only the training rows tell.

A siamese network gives a distance: near 0 for the pairs that its targets call 1. A
network for a distribution gives several numbers for one: the mean, or a quantile.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .graph import make_graph
from .task import TrainingTask, loss_name
from .training_setup import Setup

_MOST_ROWS = 1_000
"""Training rows by which the threshold is chosen."""
_DECIDED = ("sigmoid", "softmax", "hard_sigmoid")
"""Activations whose middle is where a class begins."""


def are_read_by_rows(setup: Setup, task: TrainingTask) -> bool:
    """Tell whether rows of known targets say how outputs are read."""
    return has_unknown_class_order(setup, task) or _has_unknown_column(setup, task)


def read_by_rows(
    outputs: np.ndarray, known: np.ndarray, y: np.ndarray, task: TrainingTask
) -> np.ndarray:
    """Return outputs as rows of known targets say that they are read.

    Parameters
    ----------
    outputs : array of shape (n_rows, ...)
    known : array of shape (n_known, ...)
        Outputs for rows whose targets are known.
    y : array of shape (n_known,)
        Their targets.
    task : TrainingTask
    """
    if task.kind == "binary":
        return apply_threshold(outputs, known, y)
    return _nearest_column(outputs, known, y)


def _has_unknown_column(setup: Setup, task: TrainingTask) -> bool:
    """Tell whether one number is wanted, and nobody knows which output it is."""
    loss = setup.loss
    is_number = task.kind == "regression" and task.y.ndim == 1
    return is_number and loss is not None and not loss_name(loss)


def _nearest_column(
    outputs: np.ndarray, known: np.ndarray, y: np.ndarray
) -> np.ndarray:
    """Return the one output that is nearest to the targets."""
    wide = known.reshape(len(known), -1).astype("float64")
    if wide.shape[1] < 2:
        return outputs
    errors = np.square(wide - y[:, None]).mean(axis=0)
    best = int(np.argmin(np.nan_to_num(errors, nan=np.inf)))
    return outputs.reshape(len(outputs), -1)[:, best : best + 1]


def has_unknown_class_order(setup: Setup, task: TrainingTask) -> bool:
    """Tell whether nobody knows which outputs stand for which of two classes."""
    loss = setup.loss
    if task.kind != "binary" or loss is None or loss_name(loss):
        return False
    heads = make_graph(setup.model).output_layers
    return not heads or heads[-1].activation not in _DECIDED


def apply_threshold(
    outputs: np.ndarray, known: np.ndarray, y: np.ndarray
) -> np.ndarray:
    """Return outputs as 0 and 1, by the best threshold on rows whose class is known.

    Parameters
    ----------
    outputs : array of shape (n_rows, ...)
        One number a row; others stay as they are.
    known : array of shape (n_known, ...)
        Outputs for rows of known class.
    y : int array of shape (n_known,)
        Their classes, 0 and 1.
    """
    wide = known.reshape(len(known), -1)
    if wide.shape[1] != 1 or len(np.unique(y)) < 2 or not np.isfinite(wide).all():
        return outputs
    order = np.argsort(wide[:, 0], kind="stable")
    values, ones = wide[order, 0], y[order] == 1
    # share of each class above the threshold behind each place
    above = [1 - np.cumsum(part) / part.sum() for part in (ones, ~ones)]
    gain = above[0] - above[1]
    gain[:-1][values[:-1] == values[1:]] = 0  # no threshold lies between equal ones
    place = int(np.argmax(np.abs(gain[:-1])))
    middle = (values[place] + values[place + 1]) / 2
    is_one = outputs > middle if gain[place] > 0 else outputs <= middle
    return is_one.astype(outputs.dtype)


def sample_of(rows: np.ndarray) -> np.ndarray:
    """An even choice of rows, by which a threshold is chosen."""
    chosen: Any = np.linspace(0, len(rows) - 1, min(len(rows), _MOST_ROWS))
    return rows[np.unique(chosen.astype("int64"))]
