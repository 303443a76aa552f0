"""A class so rare that accuracy flatters."""

from __future__ import annotations

import numpy as np

from ..results.results import Row
from ..scores.fold_scores import learns
from .context import RuleResult, TableContext, found
from .registry import rule

RARE = 0.3
"""Share of the rarest class by that of equal shares, below which it is rare."""
_LEAST_ROWS = 20
"""Mean rows of a class, below which a class may be rare by chance."""
_HIGH = 0.8
"""Accuracy that looks good."""
_NEAR = 0.05
"""Balanced accuracy so near to that of one answer to all rows is no better."""


def find_imbalance(
    codes: np.ndarray, weights: np.ndarray | None = None
) -> tuple[float, float] | None:
    """Return the shares of the rarest and of the commonest class.

    None where there is one class only, or where no class is rare.

    Parameters
    ----------
    codes : int array of shape (n_rows,)
    weights : array of shape (n_rows,), optional
        Of the rows in the loss; 1 by default.
    """
    known, places = np.unique(codes, return_inverse=True)
    sums = np.bincount(places, weights=weights)
    if len(known) < 2 or len(codes) < _LEAST_ROWS * len(known) or sums.sum() <= 0:
        return None
    shares = sums / sums.sum()
    rarest = float(shares.min())
    return (rarest, float(shares.max())) if rarest < RARE / len(known) else None


@rule("D310")
def class_imbalance(context: TableContext) -> RuleResult | None:
    """A class with so few rows that to leave it out costs next to nothing."""
    dataset = context.dataset
    if not dataset.classes or dataset.y.ndim == 2:
        return None
    shares = find_imbalance(dataset.y)
    if shares is None:
        return None
    rarest, commonest = shares
    codes, counts = np.unique(dataset.y, return_counts=True)
    rare = dataset.classes[codes[counts.argmin()]]
    common = dataset.classes[codes[counts.argmax()]]
    flattered = [r.name for r in context.candidates if _flattered(r, len(codes))]
    told = f" No better than that: {', '.join(flattered)}." if flattered else ""
    return found(
        "D310",
        "warning" if flattered else "note",
        f"Class {common!r} has {commonest:.1%} of the rows and class {rare!r} "
        f"{rarest:.1%}: always predicting {common!r} has an accuracy of "
        f"{commonest:.3f}.{told}",
        "Use balanced accuracy, MCC or the recall of the rare class instead of "
        "accuracy; --class-weight balanced gives rare classes more weight in the loss.",
        majority_share=commonest,
        rarest_share=rarest,
        flattered=len(flattered),
    )


def _flattered(row: Row, classes: int) -> bool:
    """Whether a candidate's accuracy is high, and is that of one answer to all."""
    scores = row.scores
    if not scores or not learns(row):
        return False
    one_answer = scores["balanced_accuracy"].mean <= 1 / classes + _NEAR
    return bool(scores["accuracy"].mean >= _HIGH and one_answer)
