"""Numbers that nobody can compute with: infinite ones, and those that become so."""

import numpy as np

LARGEST = 1e150
"""Of a larger number the square is infinite or near it, and with it every variance."""
TOLD = f"infinite values or values above {LARGEST:g}"


def is_too_large(values: np.ndarray) -> np.ndarray:
    """Return where numbers are infinite or larger than `LARGEST`; never where missing.

    Parameters
    ----------
    values : array of numbers

    Returns
    -------
    bool array of the same shape
    """
    if values.dtype.kind != "f":
        return np.zeros(values.shape, dtype=bool)
    if values.dtype.itemsize < 8:  # none of these is that large
        return np.isinf(values)
    return np.abs(values) > LARGEST
