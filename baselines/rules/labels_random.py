"""Targets that no feature tells anything of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...data import Dataset
from ..results.candidates import LEVEL
from ..signal.signal_test import signal_of
from .context import RuleResult, TableContext, found
from .registry import rule


@rule("D305")
def labels_random(context: TableContext) -> RuleResult | None:
    """Nothing tells of the target, where an effect of stated size would be seen."""
    learned = context.learned
    if learned is None or learned.verdict.name != "no-signal":
        return None
    p, least = learned.signal.p, learned.signal.detectable
    assert least is not None
    spread = _spread_p(context.dataset)
    if spread <= LEVEL:
        return found(
            "D305",
            "note",
            f"The features tell the spread of the targets (p = {spread:.3g}), and "
            f"nothing was found that they tell of their level (p = {p:.3g}).",
            "No prediction of one number is better than the mean: predict an interval, "
            "such as two quantiles.",
            p=p,
            p_spread=spread,
            detectable=least,
        )
    return found(
        "D305",
        "warning",
        f"Given these features, the targets look random: p = {p:.3g}, and a linear "
        f"relation that explains {least:.1%} of the variance would have been found "
        "with 80 % power.",
        "Check that each target is in the row of its own features: a join, sort or "
        "shuffle of one of the two separates them. If it is, other features are "
        "needed.",
        p=p,
        detectable=least,
    )


def _spread_p(dataset: Dataset) -> float:
    """p-value of the distance of numbers from their median; 1 for other targets."""
    if dataset.is_classification or dataset.y.ndim == 2:
        return 1.0
    away = np.abs(dataset.y - np.median(dataset.y))
    return signal_of(replace(dataset, y=away)).p if away.std() > 0 else 1.0
