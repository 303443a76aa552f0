"""Rows that a training was given with the targets of other rows.

The script's own arrays tell: where rows are looked up in one of them, the array of
targets beside it has what belongs to each. No trial and no relation is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ...data.counts import count
from ..diagnosis.record.arrays import arrays, whole_fit
from .data_faults import cause
from .duplicates import input_hashes

if TYPE_CHECKING:
    from ...baselines.results.diagnosis import Cause
    from ..diagnosis.record.recording import Fit, Recording

_LEAST_ROWS = 50
_MOST_CELLS = 10_000_000
"""Of an array that rows are looked up in."""
_KNOWN = 0.95
"""Share of the rows that must stand in an array, and of rows unlike all others."""
_VARIED = 0.1
"""Share of rows that must not have the commonest targets."""
_SPREAD = 4.0
"""Standard errors around what chance gives."""


def find_mispaired(recording: Recording, fit: Fit) -> Cause | None:
    """Rows whose targets are those of other rows of the script's arrays; else None.

    Which array the targets are from must be sure: they stand in its order, or have its
    numbers, hardly any of which is there twice. A row of another question has targets
    of its own.
    """
    # of many rows a sample was taken, which is in no order any more
    fit = whole_fit(recording, fit) or fit
    x, y = fit.x, np.asarray(fit.y)
    if not isinstance(x, np.ndarray) or y.size != len(y) or len(y) < _LEAST_ROWS:
        return None
    known = [
        (name, values)
        for name, values in sorted(arrays(recording), key=lambda one: one[0])
        if values.ndim and values.dtype.kind in "biuf"
    ]
    for name, rows, places in _sources(x, known):
        beside = [
            (other, values.ravel())
            for other, values in known
            if values.size == len(values) == len(rows)
        ]
        shares = {n: float((v[places] == y.ravel()).mean()) for n, v in beside}
        told = [n for n, v in beside if _is_from(y.ravel(), v)]
        if told and all(_is_chance(y, share) for share in shares.values()):
            return _told(name, told[0], shares[told[0]], len(y))
    return None


def _sources(
    x: np.ndarray, known: list[tuple[str, np.ndarray]]
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Arrays that hold the rows, and where in them each row stands."""
    own = input_hashes(x)
    for name, rows in known:
        if rows.shape[1:] != x.shape[1:] or rows.ndim < 2 or rows.size > _MOST_CELLS:
            continue
        hashes, first = np.unique(input_hashes(rows.astype(x.dtype)), return_index=True)
        at = np.minimum(np.searchsorted(hashes, own), len(hashes) - 1)
        # each row must have one place only, and all of them must be here
        if len(hashes) < _KNOWN * len(rows) or not np.array_equal(hashes[at], own):
            continue
        yield name, rows, first[at]


def _is_from(given: np.ndarray, own: np.ndarray) -> bool:
    """Whether targets are those of an array, whatever rows they were given with."""
    first = min(len(given), len(own))  # later passes of a generator begin anywhere
    if np.array_equal(given[:first], own[:first]):
        return True
    values = np.unique(own)
    return len(values) > _KNOWN * len(own) and bool(np.isin(given, values).all())


def _is_chance(y: np.ndarray, share: float) -> bool:
    by_chance = _by_chance(y)
    error = np.sqrt(by_chance * (1 - by_chance) / len(y)) + 1 / len(y)
    return abs(share - by_chance) < _SPREAD * error and by_chance < 1 - _VARIED


def _by_chance(y: np.ndarray) -> float:
    counts = np.unique(y, return_counts=True)[1] / len(y)
    return float((counts**2).sum())


def _told(name: str, target: str, share: float, rows: int) -> Cause:
    own = count(round(share * rows), "row has", "rows have")
    return cause(
        "P707",
        f"Of {rows:,} rows of {name!r} that the training was given, {own} the value of "
        f"{target!r} that stands beside it ({share:.0%}), as many as by chance: rows "
        "and targets are in different orders.",
        "Take rows and targets by the same order, e.g. x[order] and y[order].",
    )
