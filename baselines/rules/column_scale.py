"""Columns of a size that a network does not learn well from."""

from __future__ import annotations

import numpy as np

from .context import RuleResult, TableContext, found
from .registry import rule

LARGE = 10.0
"""Root mean square above which inputs drive units to where they are flat ..."""
_UNEQUAL = 100.0
"""... and factor between the largest and the smallest above which no learning rate
suits all weights (LeCun, Bottou, Orr, Müller 1998, Efficient BackProp)."""
PART = 4_096
"""Images measured at a time."""


@rule("D301")
def column_scale(context: TableContext) -> RuleResult | None:
    """Columns that are large, or of very different size; pixels that are large."""
    sizes = _sizes(context)
    if not sizes:
        return None
    ordered = sorted(sizes, key=lambda name: -sizes[name])
    most, least = sizes[ordered[0]], sizes[ordered[-1]]
    if most <= LARGE and most <= _UNEQUAL * least:
        return None
    told = f"size is {most:,.3g} ({ordered[0]})"
    if len(ordered) > 1:
        told = (
            f"sizes go from {least:,.3g} ({ordered[-1]}) to {most:,.3g} ({ordered[0]})"
        )
    return found(
        "D301",
        "note",
        f"The inputs' {told} (root mean square).",
        "Your own network needs inputs near 1: use keras.layers.Normalization, adapted "
        "to the training rows. Networks of the zoo scale their inputs.",
        columns=[name for name in ordered if sizes[name] > LARGE] or ordered[:1],
        smallest=least,
        largest=most,
    )


def _sizes(context: TableContext) -> dict[str, float]:
    """Root mean square of each column of numbers that is not 0 throughout."""
    table = context.table
    if table is None:
        pixels = np.asarray(context.dataset.x)
        if pixels.dtype.kind not in "uif":
            return {}
        parts = np.array_split(pixels, -(-len(pixels) // PART))
        squares = sum(float(np.nansum(np.square(p.astype("float32")))) for p in parts)
        return {"all pixels": (squares / pixels.size) ** 0.5} if squares else {}
    numbers = table.select_dtypes("number")
    values = numbers.to_numpy("float64", na_value=np.nan)
    known = np.isfinite(values)
    squares = np.where(known, values, 0.0) ** 2
    sizes = np.sqrt(squares.sum(axis=0) / np.maximum(known.sum(axis=0), 1))
    pairs = zip(numbers.columns, sizes, strict=True)
    return {str(name): float(size) for name, size in pairs if size > 0}
