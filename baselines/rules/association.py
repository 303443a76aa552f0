"""Whether a single column of numbers goes with the target."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...data import Dataset


def association_p(values: np.ndarray, dataset: Dataset) -> float:
    """Return the p-value of a rank test of a column against the target.

    Of classes Kruskal and Wallis' test, of numbers Spearman's, on the values and on
    their distances from the median; the least p times the number of tests, 1 at most.

    Parameters
    ----------
    values : array of shape (n_rows,)
        Rows where it is not finite are left out.
    dataset : Dataset
        With as many rows.
    """
    known = np.isfinite(values)
    own = values[known]
    if len(own) < 3 or not np.ptp(own):
        return 1.0
    targets = dataset.y[known].reshape(len(own), -1).T
    views = (own, np.abs(own - np.median(own)))
    found = [
        _test(view, target, is_class=bool(dataset.classes))
        for view in views
        if np.ptp(view)
        for target in targets
        if np.ptp(target)
    ]
    return min([1.0, *(p * len(found) for p in found)])


def _test(values: np.ndarray, target: np.ndarray, *, is_class: bool) -> float:
    from scipy import stats

    test: Any
    if is_class:
        test = stats.kruskal(*(values[target == code] for code in np.unique(target)))
    else:
        test = stats.spearmanr(values, target)
    return float(test.pvalue)
