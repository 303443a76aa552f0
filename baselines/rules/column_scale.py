"""Columns of a size that a network does not learn well from."""

from __future__ import annotations

import numpy as np

from .context import RuleResult, TableContext, found
from .registry import rule

LARGE = 10.0
"""Root mean square above which inputs drive units to where they are flat ..."""
_UNEQUAL = 100.0
"""... and factor between the largest size and the smallest spread above which no
learning rate suits all weights (LeCun, Bottou, Orr, Müller 1998, Efficient
BackProp)."""
_STRAY = 0.01
"""Share of the values, those farthest away, that a spread leaves out: a few odd values
are not how a column varies."""
PART = 4_096
"""Images measured at a time."""


@rule("D301")
def column_scale(context: TableContext) -> RuleResult | None:
    """Columns that are large, or of very different size; pixels that are large."""
    sizes, spreads = _measure(context)
    if not sizes:
        return None
    ordered = sorted(sizes, key=lambda name: -sizes[name])
    most = sizes[ordered[0]]
    narrow = min(spreads, key=lambda name: spreads[name], default=ordered[0])
    least = spreads.get(narrow, most)
    if most <= LARGE and most <= _UNEQUAL * least:
        return None
    message = f"The inputs' size (root mean square) is up to {most:,.3g} ({ordered[0]})"
    if spreads:
        message = f"{message}, and their spread as little as {least:,.3g} ({narrow})"
    large = [name for name in ordered if sizes[name] > LARGE]
    return found(
        "D301",
        "note",
        f"{message}.",
        "Your own network needs inputs near 0 that spread by about 1: use "
        "keras.layers.Normalization, adapted to the training rows. Networks of the zoo "
        "scale their inputs.",
        columns=large or [narrow],
        smallest=least,
        largest=most,
    )


def measure_spread(values: np.ndarray) -> float:
    """Return the root mean square distance of values from their median.

    Values that equal it do not count: a rare 1 among zeros lies 1 away. The farthest
    hundredth is left out where there are a hundred values that count.

    Parameters
    ----------
    values : array of shape (n_values,)
        Finite; at least one.
    """
    away = np.abs(values - np.median(values))
    away = np.sort(away[away > 0])
    away = away[: len(away) - int(np.ceil(_STRAY * len(away))) * (len(away) >= 100)]
    return float(np.sqrt(np.mean(away**2))) if len(away) else 0.0


def _measure(context: TableContext) -> tuple[dict[str, float], dict[str, float]]:
    """Sizes and spreads of columns of numbers that vary; of pixels their size alone."""
    table = context.table
    if table is None:
        return _measure_pixels(np.asarray(context.dataset.x)), {}
    sizes, spreads = {}, {}
    for name, column in table.select_dtypes("number").items():
        values = column.to_numpy("float64", na_value=np.nan)
        values = values[np.isfinite(values)]
        if len(values) and (varies := measure_spread(values)):
            sizes[str(name)] = float(np.sqrt(np.mean(values**2)))
            spreads[str(name)] = varies
    return sizes, spreads


def _measure_pixels(pixels: np.ndarray) -> dict[str, float]:
    if pixels.dtype.kind not in "uif":
        return {}
    parts = np.array_split(pixels, -(-len(pixels) // PART))
    squares = sum(float(np.nansum(np.square(p.astype("float32")))) for p in parts)
    return {"all pixels": (squares / pixels.size) ** 0.5} if squares else {}
