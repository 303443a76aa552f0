"""A plain network trained where nothing mends the script's."""

from __future__ import annotations

from ..diagnosis.reference import reference
from ..diagnosis.trials import Laboratory, OutOfTime
from .sides import Reference

REFERENCE_SECONDS = 30.0
"""For a plain network where nothing mends the script's, whatever the budget."""


def plain_network(lab: Laboratory) -> Reference | None:
    """A plain network on the same rows, on the splits that there is time for.

    None where there is none, or no such network fits.
    """
    repair = reference(lab.setup, lab.question)
    if repair is None:
        return None
    lab.allow(REFERENCE_SECONDS)
    splits = 0
    try:
        for number in range(len(lab.splits)):
            lab.outcome([repair], number)
            lab.outcome([], number)
            splits += 1
    except OutOfTime:
        if not splits:
            return None
    score = lab.score([repair], splits=splits)
    gain = lab.difference([repair], [], splits=splits)
    return Reference(score, repair.apply(lab.setup).model, gain)
