"""Networks that are to give their inputs back, through a layer narrower than these."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .graph import flat_layers

_ALIKE = 0.5
"""Correlation of inputs and targets, also of noisy inputs, from which they are one."""
_LOOKED_AT = 10_000
"""Cells that it is computed from."""


def is_autoencoder(inputs: Iterable[np.ndarray], targets: np.ndarray) -> bool:
    """Whether the targets are the inputs, which may have noise or gaps.

    Parameters
    ----------
    inputs : iterable of array
        Those of the network, each with a row for each row of the targets.
    targets : array
    """
    y = np.asarray(targets)
    if y.ndim < 2 or y.size <= len(y):
        return False
    return any(
        np.size(x) == y.size and x.dtype.kind in "iuf" and _are_alike(x, y)
        for x in inputs
    )


def _are_alike(x: np.ndarray, y: np.ndarray) -> bool:
    one = x.ravel()[:_LOOKED_AT].astype("float64")
    other = y.ravel()[:_LOOKED_AT].astype("float64")
    if not (one.std() > 0 and other.std() > 0):
        return False
    return bool(np.corrcoef(one, other)[0, 1] > _ALIKE)


def narrowest_width(model: Any, columns: int) -> int:
    """Return the units of the narrowest layer, at most as many as there are columns.

    No linear way through so few numbers keeps more than as many principal components.
    """
    layers = flat_layers(model)
    return min([columns, *(int(la.units) for la in layers if hasattr(la, "units"))])
