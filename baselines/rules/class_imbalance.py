"""A class or a label so rare that accuracy flatters."""

from __future__ import annotations

import numpy as np

from ...data import Dataset
from ..results.candidates import learns
from ..results.results import Row
from .context import RuleResult, TableContext, found, list_columns
from .registry import rule

RARE = 0.3
"""Share of the rarest class by that of equal shares, below which it is rare."""
_CHANCE = 0.01
"""Probability, by the number of classes, that one of equal shares has so few rows."""
_RARE_LABEL = 0.05
"""Share of the rows that have a label, or have it not, below which one answer to all
rows is right in 95 of 100."""
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
    from scipy.stats import binom

    known, places = np.unique(codes, return_inverse=True)
    sums = np.bincount(places, weights=weights)
    if len(known) < 2 or sums.sum() <= 0:
        return None
    shares = sums / sums.sum()
    rarest = float(shares.min())
    rows, equal = len(codes), 1 / len(known)
    chance = binom.cdf(round(rarest * rows), rows, equal) / equal
    is_rare = rarest < RARE * equal and chance < _CHANCE
    return (rarest, float(shares.max())) if is_rare else None


@rule("D310")
def class_imbalance(context: TableContext) -> RuleResult | None:
    """A class with so few rows that to leave it out costs next to nothing."""
    dataset = context.dataset
    if not dataset.classes:
        return None
    if dataset.y.ndim == 2:
        return _rare_labels(dataset)
    shares = find_imbalance(dataset.y)
    if shares is None:
        return None
    rarest, commonest = shares
    codes, counts = np.unique(dataset.y, return_counts=True)
    rare = dataset.classes[codes[counts.argmin()]]
    common = dataset.classes[codes[counts.argmax()]]
    flattered = [
        r.name for r in context.candidates if _is_misleading_accuracy(r, len(codes))
    ]
    message = f" No better than that: {', '.join(flattered)}." if flattered else ""
    return found(
        "D310",
        "warning" if flattered else "note",
        f"Class {common!r} has {commonest:.1%} of the rows and class {rare!r} "
        f"{rarest:.1%}: always predicting {common!r} has an accuracy of "
        f"{commonest:.3f}.{message}",
        "Use balanced accuracy, MCC or the recall of the rare class instead of "
        "accuracy; weights give rare classes more of the loss (Keras: class_weight of "
        "fit; networks of the zoo: `zoo train --class-weight balanced`).",
        majority_share=commonest,
        rarest_share=rarest,
        flattered=len(flattered),
    )


def _rare_labels(dataset: Dataset) -> RuleResult | None:
    """Labels that nearly all rows have, or have not."""
    shares = dataset.y.mean(axis=0)
    rarer = np.minimum(shares, 1 - shares)
    places = [i for i in np.argsort(rarer, kind="stable") if 0 < rarer[i] < _RARE_LABEL]
    if not places:
        return None
    labels = [dataset.classes[i] for i in places]
    have = "label is" if len(places) == 1 else "labels are"
    first = places[0]
    return found(
        "D310",
        "note",
        f"{len(places):,} {have} in fewer than {_RARE_LABEL:.0%} of the rows, or in "
        f"all but so few ({list_columns(labels)}). Label {labels[0]!r} is in "
        f"{shares[first]:.1%}: the same answer for all rows has an accuracy of "
        f"{1 - rarer[first]:.3f} on it.",
        "Use the recall or F1 of each label instead of accuracy.",
        columns=labels,
        rarest_share=rarer[first],
        rare_labels=len(places),
    )


def _is_misleading_accuracy(row: Row, classes: int) -> bool:
    """Whether a candidate's accuracy is high, and is that of one answer to all."""
    scores = row.scores
    if not scores or not learns(row):
        return False
    one_answer = scores["balanced_accuracy"].mean <= 1 / classes + _NEAR
    return bool(scores["accuracy"].mean >= _HIGH and one_answer)
