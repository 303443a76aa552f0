"""Rows with equal features and different targets."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ...data import Dataset
from ...data.counts import count_of
from ..signal.problem import is_continuous
from .context import RuleResult, TableContext, found
from .registry import rule

CONFLICTS = 0.01
"""Share of rows that nobody can get right from which it matters."""


@rule("D315")
def conflicting_labels(context: TableContext) -> RuleResult | None:
    """Rows with equal features and different targets bound what anyone can reach."""
    dataset = context.dataset
    if dataset.y.ndim == 2:
        return None
    kinds, counts = context.group_equal_rows
    if counts.max() == 1:
        return None
    if dataset.classes:
        return _conflicting_classes(dataset, kinds)
    return _conflicting_numbers(dataset, kinds, counts)


def _conflicting_classes(dataset: Dataset, kinds: np.ndarray) -> RuleResult | None:
    table = np.zeros((kinds.max() + 1, len(dataset.classes)), dtype=int)
    np.add.at(table, (kinds, dataset.y), 1)
    other = dataset.y != table.argmax(axis=1)[kinds]
    share = float(other.mean())
    if not other.any():
        return None
    return found(
        "D315",
        _severity(dataset) if share >= CONFLICTS else "note",
        f"{count_of(int(other.sum()), len(dataset), 'row has', 'rows have')} another "
        "class than most rows with the same features: one rule on these features is "
        f"right in at most {1 - share:.1%} of all rows.",
        _advice(int(other.sum()), "label"),
        rows=np.flatnonzero(other),
        share=share,
        highest_accuracy=1 - share,
    )


def _severity(dataset: Dataset) -> Literal["warning", "note"]:
    """A note where rows are equal by chance, as few and coarse features make them.

    Then other features would be needed, and there is no row to correct.
    """
    return "warning" if is_continuous(dataset.x) else "note"


def _conflicting_numbers(
    dataset: Dataset, kinds: np.ndarray, counts: np.ndarray
) -> RuleResult | None:
    y = dataset.y
    means = np.bincount(kinds, weights=y) / counts
    missed = (y - means[kinds]) ** 2
    spread = float(((y - y.mean()) ** 2).sum())
    if spread == 0:
        return None  # one number for all
    share = float(missed.sum()) / spread
    if share < CONFLICTS:
        return None
    rows = np.flatnonzero(missed > 0)
    return found(
        "D315",
        _severity(dataset),
        f"{count_of(len(rows), len(y), 'row has', 'rows have')} another target than "
        "rows with the same features: one rule on these features has an R² of at most "
        f"{1 - share:.3f} on all rows.",
        _advice(len(rows), "target"),
        rows=rows,
        share=share,
        highest_r2=1 - share,
    )


def _advice(rows: int, kind: str) -> str:
    if rows == 1:
        return (
            f"Check the listed row: its {kind} is wrong, or a feature that "
            "distinguishes it is missing."
        )
    return (
        f"Check the listed rows: {kind}s are wrong, or a feature that distinguishes "
        "them is missing."
    )
