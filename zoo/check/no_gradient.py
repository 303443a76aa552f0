"""Loops whose first step has no gradient: no training is left to examine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...baselines.results.diagnosis import Diagnosis, Location
from .data_faults import cause

if TYPE_CHECKING:
    from ..diagnosis.record.recording import Recording

_RAISED = "No gradients provided"
"""As Keras' optimizers begin to say it."""


def find_no_gradient(recording: Recording) -> Diagnosis | None:
    """Answer on a script that ended because an optimizer got no gradient; None else.

    Parameters
    ----------
    recording : Recording
        Without a training.
    """
    if not recording.error.startswith(_RAISED):
        return None
    place = recording.error_place
    at = None if place is None else Location(place.file, place.line)
    line = "" if place is None else f" (line {place.line})"
    found = cause(
        "N114",
        f"The optimizer is given no gradient of any weight{line}: what the tape is "
        "asked for was computed outside of it, or by an operation without a gradient, "
        "such as argmax or rounding.",
        "Compute the loss, and all that is made of it, within tf.GradientTape, and "
        "from the outputs as they are.",
    )
    ends = "The training ended in its first step: no gradients were provided."
    change = "Nothing: it follows from the script's own step."
    return Diagnosis(
        recording.script,
        ("network",),
        "network-at-fault",
        ends,
        change,
        "",
        *(None,) * 4,
        causes=(replace(found, locations=() if at is None else (at,)),),
        crashed=recording.error,
        location=at,
    )
