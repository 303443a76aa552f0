"""A generator that gives a few of the script's rows again and again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..backend import keras
from ..diagnosis.probe.symptoms import AGAIN
from ..diagnosis.record.arrays import arrays
from . import data_faults, duplicates
from .data_faults import DataFault

if TYPE_CHECKING:
    from ..diagnosis.problem.context import RuleContext

_FEW = 0.25
"""Share of the rows of an array, up to which those that are given are few of them."""


def repeated_rows(context: RuleContext) -> Iterator[DataFault]:
    """Find rows that an epoch repeats, though the script has many more.

    A script that has just these rows in an array may mean to repeat them.
    """
    fit, passes = context.fit, context.setup.passes
    rows = [np.asarray(part) for part in keras.tree.flatten(fit.x)]
    if not fit.batch or passes < AGAIN or fit.cut or len(rows) != 1:
        return
    given = rows[0]
    holders = {
        name: len(value)
        for name, value in arrays(context.recording)
        if value.shape[1:] == given.shape[1:]
        and value.dtype.kind in "biuf"
        and duplicates.share_trained_on(value, [given]) == 1
    }
    if not holders or min(holders.values()) * _FEW < len(given):
        return
    name = max(holders, key=lambda one: holders[one])
    found = data_faults.cause(
        "D311",
        f"An epoch goes {passes:.3g} times through the same {len(given):,} rows, of "
        f"{holders[name]:,} in {name!r}: the generator or dataset gives no others.",
        "Go on through the rows from batch to batch, so that an epoch has each of them "
        "once.",
    )
    yield DataFault(replace(found, side="preparation"))
