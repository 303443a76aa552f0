"""Numbers to predict of a size that a network does not learn well."""

from __future__ import annotations

import numpy as np

from .column_scale import LARGE, measure_spread
from .context import RuleResult, TableContext, found
from .registry import rule

_SMALL = 0.1
"""Spread below which gradients are a hundredth of what they could be, and the loss of
who always predicts the mean looks good."""


@rule("D302")
def target_scale(context: TableContext) -> RuleResult | None:
    """Numbers to predict that are far from 0, or vary by much less than 1."""
    dataset = context.dataset
    if dataset.task != "regression":
        return None
    columns = dataset.y.reshape(len(dataset.y), -1)
    names = dataset.targets or (dataset.card.target,)
    sizes = np.sqrt(np.mean(np.square(columns), axis=0))
    spreads = np.array([measure_spread(column) for column in columns.T])
    is_far = ((sizes > LARGE) | (spreads < _SMALL)) & (spreads > 0)
    if not is_far.any():
        return None
    return found(
        "D302",
        "note",
        f"The target's size is {_ends(sizes)} (root mean square), and its spread "
        f"{_ends(spreads)}.",
        "Your own network learns it better standardised: subtract the mean of the "
        "training rows, divide by their standard deviation, and undo that in the "
        "predictions. Networks of the zoo do so.",
        columns=[name for name, far in zip(names, is_far, strict=True) if far],
        smallest=sizes.min(),
        largest=sizes.max(),
        least_spread=spreads.min(),
    )


def _ends(values: np.ndarray) -> str:
    ends = (f"{value:,.3g}" for value in (values.min(), values.max()))
    return " to ".join(dict.fromkeys(ends))
