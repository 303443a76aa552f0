"""Numbers to predict of a size that a network does not learn well."""

from __future__ import annotations

import numpy as np

from .column_scale import LARGE
from .context import RuleResult, TableContext, found
from .registry import rule

_SMALL = 0.1
"""Of a target: below this, gradients are a hundredth of what they could be."""


@rule("D302")
def target_scale(context: TableContext) -> RuleResult | None:
    """Numbers to predict that are far from 1."""
    dataset = context.dataset
    if dataset.task != "regression":
        return None
    columns = dataset.y.reshape(len(dataset.y), -1)
    names = dataset.targets or (dataset.card.target,)
    sizes = np.sqrt(np.mean(np.square(columns), axis=0))
    far = [n for n, s in zip(names, sizes, strict=True) if s > LARGE or 0 < s < _SMALL]
    if not far:
        return None
    ends = sorted({f"{size:,.3g}" for size in (sizes.min(), sizes.max())})
    return found(
        "D302",
        "note",
        f"The target's size is {' to '.join(ends)} (root mean square).",
        "Your own network learns it better standardised: subtract the mean of the "
        "training rows, divide by their standard deviation, and undo that in the "
        "predictions. Networks of the zoo do so.",
        columns=far,
        smallest=sizes.min(),
        largest=sizes.max(),
    )
