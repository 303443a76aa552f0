"""Datasets that come with scikit-learn and need no download."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd


def load_bundled(
    name: str,
) -> tuple[pd.DataFrame | np.ndarray, np.ndarray, tuple[str, ...]]:
    """Features, target and class labels of ``sklearn.datasets.load_<name>``.

    Returns
    -------
    x : DataFrame of shape (n_rows, n_columns), or images of shape (1797, 8, 8)
    y : array of shape (n_rows,)
    classes : tuple of str
        Empty for regression.
    """
    from sklearn import datasets  # a second; only where it is needed

    loader: Callable[..., Any] = getattr(datasets, f"load_{name}")
    if name == "digits":
        rows = loader()
        return rows.images.astype("uint8"), rows.target, tuple("0123456789")
    rows = loader(as_frame=True)
    classes = tuple(str(c) for c in rows.target_names) if "target_names" in rows else ()
    return rows.data, rows.target.to_numpy(), classes
