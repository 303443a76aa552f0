"""A class so common that accuracy flatters."""

from __future__ import annotations

import numpy as np

from ..results.results import Row
from ..scores.fold_scores import learns
from .case import RuleResult, TableContext, found

COMMON = 0.8
_NEAR = 0.05
"""Balanced accuracy so near to that of one answer to all rows is no better."""


def class_imbalance(case: TableContext) -> RuleResult | None:
    """One class with four fifths of the rows or more."""
    dataset = case.dataset
    if not dataset.classes or dataset.y.ndim == 2:
        return None
    counts = np.bincount(dataset.y, minlength=len(dataset.classes))
    share = float(counts.max() / counts.sum())
    if share < COMMON:
        return None
    flattered = [row.name for row in case.candidates if _flattered(row, len(counts))]
    told = f" {', '.join(flattered)} do no better than that." if flattered else ""
    label = dataset.classes[int(counts.argmax())]
    return found(
        "D310",
        "warning" if flattered else "note",
        f"{share:.1%} of the rows are {label!r}: always saying so is right as often."
        f"{told}",
        "Judge by balanced accuracy, MCC or the rare class's recall, not by accuracy; "
        "--class-weight balanced makes a network attend to the rare classes.",
        majority_share=share,
        flattered=len(flattered),
    )


def _flattered(row: Row, classes: int) -> bool:
    """Whether a candidate's accuracy is high, and is that of one answer to all."""
    scores = row.scores
    if not scores or not learns(row):
        return False
    one_answer = scores["balanced_accuracy"].mean <= 1 / classes + _NEAR
    return bool(scores["accuracy"].mean >= COMMON and one_answer)
