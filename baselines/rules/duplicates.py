"""Rows with equal features: copies, and those of them whose targets differ."""

from __future__ import annotations

import numpy as np

from ...data import Dataset
from ..signal.problem import is_fine
from .case import RuleResult, TableContext, found

_MANY = 0.05
"""Share of rows that are copies from which scores are likely to be flattered."""
CONFLICTS = 0.01
"""Share of rows that nobody can get right from which it matters."""


def duplicate_rows(case: TableContext) -> RuleResult | None:
    """Rows whose features occur more than once, where folds may part them."""
    dataset = case.dataset
    kinds, counts = case.kinds
    copies = counts[kinds] > 1
    if dataset.groups is not None:
        copies &= _in_several_groups(kinds, dataset.groups)
    share = float(copies.mean())
    if not copies.any():
        return None
    fine = is_fine(case.dataset.x)
    why = (
        "" if fine else " With these few values in each column that happens by chance."
    )
    return found(
        "D309",
        "warning" if fine and share >= _MANY else "note",
        f"{copies.sum():,} of {len(dataset):,} rows ({share:.1%}) have the same "
        f"features as another one.{why}",
        "Copies on both sides of a split flatter whoever learns by heart. Take them "
        "out before splitting, or keep them together (--group).",
        rows=np.flatnonzero(copies),
        share=share,
    )


def conflicting_labels(case: TableContext) -> RuleResult | None:
    """Rows with equal features and different targets bound what anyone can reach."""
    dataset = case.dataset
    if dataset.y.ndim == 2:
        return None
    kinds, counts = case.kinds
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
        "D307",
        "warning" if share >= CONFLICTS else "note",
        f"{other.sum():,} of {len(dataset):,} rows have another class than most rows "
        f"with the same features: on these rows nobody can be right more often than "
        f"{1 - share:.1%}.",
        "Look at the rows that are named: wrong labels, or a feature that tells them "
        "apart and is missing.",
        rows=np.flatnonzero(other),
        share=share,
        highest_accuracy=1 - share,
    )


def _conflicting_numbers(
    dataset: Dataset, kinds: np.ndarray, counts: np.ndarray
) -> RuleResult | None:
    y = dataset.y
    means = np.bincount(kinds, weights=y) / counts
    missed = (y - means[kinds]) ** 2
    share = float(missed.sum() / ((y - y.mean()) ** 2).sum())
    if share < CONFLICTS:
        return None
    return found(
        "D307",
        "warning",
        f"{(missed > 0).sum():,} of {len(y):,} rows have another target than rows with "
        f"the same features: on these rows nobody can reach an R² above "
        f"{1 - share:.3f}.",
        "Look at the rows that are named: wrong targets, or a feature that tells them "
        "apart and is missing.",
        rows=np.flatnonzero(missed > 0),
        share=share,
        highest_r2=1 - share,
    )


def _in_several_groups(kinds: np.ndarray, groups: np.ndarray) -> np.ndarray:
    import pandas as pd

    spread = pd.Series(groups).groupby(kinds).nunique()
    return spread.to_numpy()[kinds] > 1
