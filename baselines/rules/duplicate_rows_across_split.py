"""Rows with equal features, which a split puts on both sides."""

from __future__ import annotations

import numpy as np

from ..signal.problem import is_fine
from .context import RuleResult, TableContext, found
from .registry import rule

_MANY = 0.05
"""Share of rows that are copies from which scores are likely to be flattered."""


@rule("D309")
def duplicate_rows_across_split(context: TableContext) -> RuleResult | None:
    """Rows whose features occur more than once, where folds may part them.

    Groups count that the user named: those that were found are unknown to a program.
    """
    dataset = context.dataset
    kinds, counts = context.kinds
    copies = counts[kinds] > 1
    if dataset.groups is not None and dataset.dependence == "unknown":
        copies &= _in_several_groups(kinds, dataset.groups)
    share = float(copies.mean())
    if not copies.any():
        return None
    fine = is_fine(context.dataset.x)
    why = "" if fine else " With so few values per column, this happens by chance."
    return found(
        "D309",
        "warning" if fine and share >= _MANY else "note",
        f"{copies.sum():,} of {len(dataset):,} rows ({share:.1%}) have the same "
        f"features as another row.{why}",
        "Copies on both sides of a split inflate scores. Remove them before splitting, "
        "or keep them together (--group).",
        rows=np.flatnonzero(copies),
        share=share,
    )


def _in_several_groups(kinds: np.ndarray, groups: np.ndarray) -> np.ndarray:
    import pandas as pd

    spread = pd.Series(groups).groupby(kinds).nunique()
    return spread.to_numpy()[kinds] > 1
