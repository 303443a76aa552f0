"""Rows with equal features: which are they, and is it an accident?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

FINE = 100
"""Rows are fine-grained where so many times more different ones are possible."""


def row_hashes(x: pd.DataFrame | np.ndarray) -> np.ndarray:
    """One number a row; rows with equal features have equal numbers."""
    import pandas as pd

    if isinstance(x, pd.DataFrame):
        # pandas' type hints leave this function out
        hashes = pd.util.hash_pandas_object(x, index=False)  # type: ignore[attr-defined]
        return hashes.to_numpy()
    return np.array([hash(row.tobytes()) for row in x])


def is_fine(x: pd.DataFrame | np.ndarray) -> bool:
    """Whether the values allow far more different rows than there are.

    Then equal rows are the same case again; else they are equal by chance. Images and
    texts as arrays always are fine.
    """
    import pandas as pd

    if not isinstance(x, pd.DataFrame):
        return True
    possible = 1.0
    for count in x.nunique():
        possible *= float(count)
        if possible > FINE * len(x):
            return True
    return False
