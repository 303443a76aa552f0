"""Inputs and targets that cannot stand beside each other: no training is possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...baselines.results.diagnosis import Cause, Diagnosis, Location
from ..backend import keras
from ..diagnosis.record.arrays import arrays
from .data_faults import cause
from .duplicates import input_hashes

if TYPE_CHECKING:
    from ..diagnosis.record.recording import Fit, Recording

_ORDER = "train_test_split returns x_train, x_test, y_train, y_test, in this order"


def find_unpaired(recording: Recording, fit: Fit) -> Diagnosis | None:
    """Answer on a training whose inputs and targets are different rows; None else.

    They are where their numbers differ, and where the targets are other rows of the
    array that holds the inputs: what a split returns in another order.
    """
    if fit.x is None or fit.y is None:
        return None
    found = _unpaired(recording, fit)
    if found is None:
        return None
    at = None if fit.place is None else Location(fit.place.file, fit.place.line)
    change = "Nothing: it follows from the script's own arrays."
    ended = f"The training ended with {fit.error.rstrip('.')}. " if fit.error else ""
    said = ("preparation-at-fault", f"{ended}{found.sentence}", change, "")
    return Diagnosis(
        recording.script,
        ("preparation",),
        *said,
        *(None,) * 4,
        causes=(found,),
        crashed=fit.error,
        location=at,
    )


def _unpaired(recording: Recording, fit: Fit) -> Cause | None:
    inputs = [np.asarray(part) for part in keras.tree.flatten(fit.x)]
    targets = [np.asarray(part) for part in keras.tree.flatten(fit.y)]
    if not all(part.ndim for part in (*inputs, *targets)):
        return None
    counts = {len(part) for part in (*inputs, *targets)}
    table = _common_array(recording, inputs[0], targets[0])
    if len(counts) < 2 and table is None:
        return None
    given = f"fit is given {len(inputs[0]):,} rows of inputs and {len(targets[0]):,} "
    given = f"{given}of targets"
    if table is not None or _are_alike(inputs[0], targets[0]):
        of = f" of {table!r}" if table else ""
        return cause(
            "P707",
            f"{given}, which are no targets but other rows{of}, with as many columns "
            f"as the inputs ({inputs[0].shape[1]:,}).",
            f"Give the parts of the split their own names: {_ORDER}.",
        )
    return cause(
        "P707",
        f"{given}: no target belongs to each row.",
        "Cut, filter and split inputs and targets together, by the same rows.",
    )


def _are_alike(inputs: np.ndarray, targets: np.ndarray) -> bool:
    """Whether targets have the columns of the inputs, several."""
    wide = targets.ndim > 1 and targets.shape[1] > 1
    return wide and inputs.shape[1:] == targets.shape[1:]


def _common_array(
    recording: Recording, inputs: np.ndarray, targets: np.ndarray
) -> str | None:
    """Name the array that holds both, in different rows; None where there is none.

    Rows that follow one another are in both: they predict the next.
    """
    if not _are_alike(inputs, targets) or inputs.dtype.kind not in "biuf":
        return None
    own, others = input_hashes(inputs), input_hashes(targets.astype(inputs.dtype))
    if np.isin(others, own).any():
        return None
    for name, values in arrays(recording):
        if values.shape[1:] != inputs.shape[1:] or values.dtype.kind not in "biuf":
            continue
        known = input_hashes(values.astype(inputs.dtype))
        if np.isin(own, known).all() and np.isin(others, known).all():
            return name
    return None
