"""Official test rows that differ from the training rows."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from ...data import Dataset
from ...data.encode import fit_encoder
from .context import RuleResult, TableContext, found
from .registry import rule
from .row_order import apart

_MOST = 2_500
"""Rows of each of the two parts that are looked at."""
_COMPONENTS = 50
"""Of images, whose pixels are far too many columns for trees."""
_LEAST = 20
"""Rows of each part below which nothing is said."""
_APART = 0.6
"""AUC from which the parts differ by more than matters little ..."""
_CHANCE = 0.001
"""... and p-value that it must have beside."""
UNLIKE = 0.1
"""Distance of two columns, or of the two parts' classes, that is worth a word."""


@rule("D312")
def drift(context: TableContext) -> RuleResult | None:
    """Whether a classifier tells test rows from training rows.

    The classifier two-sample test (Lopez-Paz, Oquab, Revisiting classifier two-sample
    tests, ICLR 2017): a forest learns half of the rows, and its area under the ROC
    curve on the other half is compared with .5 by Mann and Whitney's exact relative.
    """
    dataset = context.dataset
    count = len(dataset) - dataset.n_test
    if dataset.n_test < _LEAST or count < _LEAST:
        return None
    rng = np.random.default_rng(7)
    train = np.sort(rng.choice(count, min(_MOST, count), replace=False))
    test = count + rng.choice(dataset.n_test, min(_MOST, dataset.n_test), replace=False)
    auc, low, high, p = _tell_apart(dataset, train, np.sort(test))
    classes, p_classes = _classes_apart(dataset, count)
    unlike = auc >= _APART and p <= _CHANCE
    shares = classes >= UNLIKE and p_classes <= _CHANCE
    if not unlike and not shares:
        return None
    columns = _most_unlike(context, count) if unlike else {}
    told = [_rows_told(auc, low, high, p, columns)] if unlike else []
    if shares:
        told.append(
            f"{classes:.1%} of the test rows would need another class to give the "
            "class frequencies of the training rows."
        )
    return found(
        "D312",
        "warning",
        " ".join(told),
        "A model may not generalise to such test rows. Check how they were selected; "
        "drop columns that only show when or where a row was recorded (--drop), or "
        "give a single file, from which folds are drawn at random.",
        columns=list(columns),
        auc=auc,
        low=low,
        high=high,
        p=p,
        class_distance=classes,
    )


def _rows_told(
    auc: float, low: float, high: float, p: float, columns: dict[str, float]
) -> str:
    most = [f"{name!r} ({distance:.2f})" for name, distance in columns.items()][:3]
    by = f" Largest distances, of at most 1: {', '.join(most)}." if most else ""
    return (
        f"Test rows can be distinguished from training rows: ROC AUC {auc:.2f} "
        f"(95 % interval {low:.2f} to {high:.2f}; .5 is chance), p = {p:.1g}.{by}"
    )


def _tell_apart(
    dataset: Dataset, train: np.ndarray, test: np.ndarray
) -> tuple[float, float, float, float]:
    """Area under the ROC curve on unseen rows, its interval, and its p-value."""
    from scipy.stats import mannwhitneyu
    from sklearn.ensemble import RandomForestClassifier

    from ..estimators.catalog import flatten

    x = _numbers(dataset, np.concatenate([train, test]))
    is_test = np.repeat([False, True], [len(train), len(test)])
    place = np.random.default_rng(8).permutation(len(x))
    # both halves get half of either part
    place = place[np.argsort(is_test[place], kind="stable")]
    old, new = place[::2], place[1::2]
    trees: Any = {"class_weight": "balanced", "min_samples_leaf": 3, "random_state": 0}
    forest = RandomForestClassifier(100, **trees).fit(flatten(x[old]), is_test[old])
    scores = forest.predict_proba(flatten(x[new]))[:, 1]
    own, other = scores[is_test[new]], scores[~is_test[new]]
    told: Any = mannwhitneyu(own, other, alternative="greater")
    auc = float(told.statistic) / (len(own) * len(other))
    reach = 1.96 * _auc_error(auc, len(own), len(other))
    return auc, max(0.0, auc - reach), min(1.0, auc + reach), float(told.pvalue)


def _auc_error(auc: float, m: int, n: int) -> float:
    """Standard error of an area (Hanley, McNeil, Radiology 143:29-36, 1982)."""
    one, two = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (m - 1) * (one - auc**2) + (n - 1) * (two - auc**2)
    return sqrt(max(spread, 0.0) / (m * n))


def _numbers(dataset: Dataset, rows: np.ndarray) -> np.ndarray:
    """The rows as columns of numbers; images as their principal components."""
    from sklearn.decomposition import PCA

    from ..estimators.text import word_features

    x = fit_encoder(dataset.x, rows)[1]
    if x.dtype == object:
        return word_features(x, seed=0)
    x = x.reshape(len(x), -1)
    if not dataset.is_image or x.shape[1] <= _COMPONENTS:
        return x
    parts = min(_COMPONENTS, len(x))
    return PCA(parts, svd_solver="covariance_eigh").fit_transform(x.astype("float32"))


def _classes_apart(dataset: Dataset, count: int) -> tuple[float, float]:
    if not dataset.classes or dataset.y.ndim == 2:
        return 0.0, 1.0
    return apart(dataset.y[:count], dataset.y[count:], len(dataset.classes))


def _most_unlike(context: TableContext, count: int) -> dict[str, float]:
    """Columns whose values differ between the parts, the farthest apart first."""
    import pandas as pd

    table: Any = context.table
    if table is None:
        return {}
    found = {}
    for name in table.columns:
        column = table[name]
        if pd.api.types.is_numeric_dtype(column.dtype):
            values, kinds = column.to_numpy("float64", na_value=np.nan), 0
            first, last = values[:count], values[count:]
            first, last = first[~np.isnan(first)], last[~np.isnan(last)]
        else:
            values = pd.factorize(column.astype(str))[0]
            first, last, kinds = values[:count], values[count:], int(values.max()) + 1
        if len(first) and len(last):
            distance, p = apart(first, last, kinds)
            if distance >= UNLIKE and p <= _CHANCE:
                found[str(name)] = distance
    return dict(sorted(found.items(), key=lambda item: -item[1]))
