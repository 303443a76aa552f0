"""Rows that lie sorted by what is to be predicted."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...data import Dataset
from ..verdicts.evidence import LEAST_P
from .context import RuleResult, TableContext, found
from .registry import rule

_SHARE = 0.2
"""Of the rows, at the end: what ``validation_split=0.2`` takes."""
_CHANCE = 1e-6
"""p-value below which no shuffled file would be called sorted ..."""
_FAR = 0.3
"""... and least distance between the two parts that matters."""
_LEAST_ROWS = 50


@rule("D304")
def row_order(context: TableContext) -> RuleResult | None:
    """Whether the last fifth of the rows has other targets than those before."""
    dataset = context.dataset
    y = dataset.y[: len(dataset) - dataset.n_test]
    if len(y) < _LEAST_ROWS or y.ndim == 2:
        return None
    cut = len(y) - int(_SHARE * len(y))
    distance, p = apart(y[:cut], y[cut:], len(dataset.classes))
    if p >= _CHANCE or distance < _FAR:
        return None
    unseen = len(set(y[cut:]) - set(y[:cut])) if dataset.classes else 0
    occur = "occurs" if unseen == 1 else "occur"
    never = f"; {unseen} of its classes {occur} nowhere before" if unseen else ""
    chance = f"= {p:.1g}" if p > LEAST_P else f"< {LEAST_P:.0e}"
    kind = "classes" if dataset.classes else "values"
    return found(
        "D304",
        "warning",
        f"The last fifth of the rows has other {kind} than the rows before (distance "
        f"{distance:.2f} of 1, p {chance}){never}.",
        "Shuffle before splitting: Keras' validation_split takes the last rows without "
        "shuffling. If rows are ordered by time, testing on the last rows is right, "
        f"and they differ. Folds here {_folds(dataset)}.",
        distance=distance,
        p=p,
        unseen_classes=unseen,
    )


def _folds(dataset: Dataset) -> str:
    in_time = dataset.dependence == "time"
    return "are made of stretches of the file" if in_time else "are shuffled"


def apart(first: np.ndarray, last: np.ndarray, classes: int) -> tuple[float, float]:
    """Distance of two distributions, 0 to 1, and its p-value.

    Of classes the total variation, with Pearson's chi-squared test; of numbers the
    Kolmogorov-Smirnov statistic and test.
    """
    from scipy import stats

    if not classes:
        told: Any = stats.ks_2samp(first, last)
        return float(told.statistic), float(told.pvalue)
    counts = np.stack([np.bincount(part, minlength=classes) for part in (first, last)])
    counts = counts[:, counts.sum(axis=0) > 0]
    if counts.shape[1] < 2:
        return 0.0, 1.0
    shares = counts / counts.sum(axis=1, keepdims=True)
    told = stats.chi2_contingency(counts, correction=False)
    return float(np.abs(shares[0] - shares[1]).sum() / 2), float(told.pvalue)
