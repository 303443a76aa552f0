"""Whether rows resemble their neighbours in the file, and whether sorting explains it.

Rows may change places only if their order says nothing. A file that was sorted by its
target, or by its features, is no series: within rows of the same key the order is
looked at again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...data import Dataset
from .near_copies import numbers_rows

ALIKE_P = 0.01
"""p-value below which neighbours are alike; both features and target must be."""
LEFT_P = 0.05
"""The same of features once what follows the target is taken off, which costs rows."""
_DRAWS = 99
_LAGS = (1, 2, 4, 8)
_STRETCHES, _STRETCH = 10, 200
"""Of a longer file so many stretches of so many rows are looked at."""
_CHUNK = 20
"""Rows of a file sorted by a number within which the order is looked at again."""
_SMALL = 1e-3
"""Share of a column's variance that is left within chunks, below which it follows the
number that the file is sorted by."""
_LEAST_PAIRS = 10
"""Neighbours with equal keys from which a further key is looked for: the order of fewer
may be chance."""
_AGAINST = 0.1
"""Share of the steps from row to row that go the other way, at most, where a file is
nearly sorted by a column."""
_RUNS = 2
"""Runs of equal classes, per class, up to which a file is sorted by them."""
_TIME = re.compile(
    r"(?i)(^|[^a-z])(time|timestamp|date|datetime|year|month|week|day|hour|minute|"
    r"second|step|index|id|row|number|no|nr)([^a-z]|$)"
)
_MOST_COLUMNS = 20
"""Of wider features so many random sums are looked at."""


def split_in_stretches(count: int) -> np.ndarray:
    """Return the row numbers of a file, or of stretches of a long one."""
    if count <= _STRETCHES * _STRETCH:
        return np.arange(count)
    starts = np.linspace(0, count - _STRETCH, _STRETCHES).astype(int)
    return (starts[:, None] + np.arange(_STRETCH)).ravel()


def neighbour_correlation(
    columns: np.ndarray,
    strata: np.ndarray,
    rows: np.ndarray,
    rng: np.random.Generator,
    *,
    level: float = ALIKE_P,
) -> tuple[bool, float]:
    """Test whether rows resemble the next ones, and return the largest correlation.

    Permutations within strata; the statistic is the largest lag-1 correlation of a
    column (Wald, Wolfowitz, Annals of Mathematical Statistics 14:378, 1943), or its
    mean over `_LAGS`, which sees slow changes, in standard errors.

    Parameters
    ----------
    columns : array of shape (n_rows, n_columns)
    strata : int array of shape (n_rows,)
        Sorted; rows change places within one only.
    rows : int array of shape (n_rows,)
        Their numbers in the file.
    rng : Generator
    level : float, default ALIKE_P
    """
    pairs = [_pairs(strata, rows, lag) for lag in _LAGS]
    centred = columns - _means(columns, strata)
    size = np.sqrt((centred**2).mean(axis=0))
    centred = centred[:, size > 1e-9] / size[size > 1e-9]
    if len(pairs[0]) < _LEAST_PAIRS or not centred.shape[1]:
        return False, 0.0

    def sums(values: np.ndarray) -> np.ndarray:
        return np.stack(
            [
                (values[i] * values[i - k]).sum(axis=0)
                for k, i in zip(_LAGS, pairs, strict=True)
            ]
        )

    counts = np.array([len(i) for i in pairs])

    def largest(found: np.ndarray) -> float:
        return float(
            max(
                found[0].max() / np.sqrt(counts[0]),
                found.sum(axis=0).max() / np.sqrt(counts.sum()),
            )
        )

    true = sums(centred)
    truth, again = largest(true), 0
    for _ in range(_DRAWS):
        order = np.lexsort([rng.random(len(strata)), strata])
        again += largest(sums(centred[order])) >= truth
        if (again + 1) / (_DRAWS + 1) > level:
            return False, 0.0
    return True, float((true / np.maximum(counts, 1)[:, None]).max())


def _pairs(strata: np.ndarray, rows: np.ndarray, lag: int) -> np.ndarray:
    """Places of rows whose stratum, so many rows before in the file, is the same."""
    same = (strata[lag:] == strata[:-lag]) & (rows[lag:] - rows[:-lag] == lag)
    return np.flatnonzero(same) + lag


def _means(columns: np.ndarray, strata: np.ndarray) -> np.ndarray:
    _, kind = np.unique(strata, return_inverse=True)
    sums = np.zeros((kind.max() + 1, columns.shape[1]))
    np.add.at(sums, kind, columns)
    return (sums / np.bincount(kind)[:, None])[kind]


@dataclass(frozen=True)
class SortedRows:
    """Order of a file by class or value.

    ``strata`` number the rows with equal keys; ``by_target`` and ``by_number`` say
    whether the target is a key, and whether keys hardly repeat. Where none is found
    all rows are one stratum.
    """

    strata: np.ndarray
    by_target: bool
    by_number: bool
    found: bool


def find_sorting(dataset: Dataset) -> SortedRows:
    """Find the keys by which a file is sorted: the target, and features in turn."""
    n, y = len(dataset), dataset.y
    strata, by_target = np.zeros(n, dtype=int), False
    if y.ndim == 1:
        runs = np.r_[0, np.cumsum(y[1:] != y[:-1])]
        few = dataset.classes and runs[-1] + 1 <= _RUNS * len(np.unique(y))
        by_target = bool(few or (not dataset.classes and _is_monotone(y, strata)))
        strata = runs if by_target else strata
    features = {}
    if isinstance(dataset.x, pd.DataFrame):
        features = {c: _codes(dataset.x[c]) for c in dataset.x if not _times(c)}
    found = by_target
    while True:
        key = next((c for c, v in features.items() if _is_monotone(v, strata)), None)
        if key is None:
            break
        codes, found = features.pop(key), True
        new = (np.diff(strata) != 0) | (np.diff(codes) != 0)
        strata = np.r_[0, np.cumsum(new)]
    by_number = found and int(strata[-1]) > (n - _LEAST_PAIRS) // 2
    return SortedRows(strata, by_target, by_number, found)


def _times(name: object) -> bool:
    return bool(_TIME.search(str(name)))


def is_time(name: object) -> bool:
    """Whether a column's name is that of a time or row number, in all of its words."""
    words = re.findall(r"[A-Za-z]+", str(name))
    return bool(words) and all(map(_times, words))


def _codes(column: Any) -> np.ndarray:
    """Values as numbers in their order; a column that numbers rows is no key."""
    if numbers_rows(column):
        return np.zeros(len(column))
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(dtype="float64", na_value=np.inf)
    return pd.factorize(column.astype(str), sort=True)[0].astype("float64")


def _is_monotone(values: np.ndarray, strata: np.ndarray) -> bool:
    """Whether values rise, or fall, throughout each stratum, and are not constant."""
    with np.errstate(invalid="ignore"):
        steps = np.diff(values)
    inside = np.diff(strata) == 0
    steps = np.nan_to_num(steps[inside])
    if len(steps) < _LEAST_PAIRS or not steps.any():
        return False
    return bool((steps >= 0).all() or (steps <= 0).all())


def remove_target_trend(columns: np.ndarray, dataset: Dataset, rows: np.ndarray) -> Any:
    """Return columns less what follows the target: class means, or lines in chunks.

    If nothing in them has to do with the target, this takes away nothing but chance.
    Else the order of the target would show in the features that follow it.
    """
    y = dataset.y[rows]
    if y.ndim > 1:
        known = np.c_[np.ones(len(y)), y]
        return columns - known @ np.linalg.lstsq(known, columns, rcond=None)[0]
    if dataset.classes:
        return columns - _means(columns, y)
    order, left = np.argsort(y, kind="stable"), np.empty_like(columns)
    left[order] = within_chunks(columns[order])[0]
    return left


def within_chunks(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return columns less a line in each chunk of rows, and the chunks' numbers.

    Columns of which nothing is left are 0.
    """
    chunk = np.arange(len(columns)) // _CHUNK
    at = np.arange(len(columns), dtype="float64")[:, None]
    at = at - _means(at, chunk)
    left = _residuals_in_chunks(_residuals_in_chunks(columns, at**0, chunk), at, chunk)
    return left * (left.var(axis=0) > _SMALL * columns.var(axis=0)), chunk


def remove_column_trend(
    columns: np.ndarray, key: np.ndarray, strata: np.ndarray
) -> np.ndarray:
    """Return columns less a parabola in each chunk of rows with like keys, by stratum.

    Columns of which nothing is left are 0.
    """
    order = np.lexsort([key, strata])
    _, first, counts = np.unique(strata[order], return_index=True, return_counts=True)
    place = np.arange(len(key)) - np.repeat(first, counts)
    chunk = (place % _CHUNK == 0).cumsum()
    at = key[order, None] - _means(key[order, None], chunk)
    left = np.empty_like(columns)
    fitted = _residuals_in_chunks(
        _residuals_in_chunks(columns[order], at**0, chunk), at, chunk
    )
    left[order] = _residuals_in_chunks(
        fitted,
        _residuals_in_chunks(_residuals_in_chunks(at**2, at**0, chunk), at, chunk),
        chunk,
    )
    return left * (left.var(axis=0) > _SMALL * columns.var(axis=0))


def _residuals_in_chunks(
    columns: np.ndarray, along: np.ndarray, chunk: np.ndarray
) -> np.ndarray:
    """Columns less their regression on one, without a constant, in each chunk."""
    size = np.maximum(_means(along**2, chunk), 1e-12 * (along**2).mean() + 1e-300)
    return columns - along * _means(columns * along, chunk) / size


def is_nearly_sorted(
    columns: np.ndarray,
    target: np.ndarray,
    strata: np.ndarray,
    rows: np.ndarray,
    rng: np.random.Generator,
) -> bool:
    """Whether a column that hardly ever falls, or rises, tells all of the order.

    It does where neither the target nor other columns are alike beside it. Batches and
    persons show in both. A column that is merely like the next row's is no such key:
    two sites that differ in it, and in the target, would be taken for it.
    """
    pairs = _pairs(strata, rows, 1)
    steps = np.sign(columns[pairs] - columns[pairs - 1])
    against = np.minimum((steps > 0).mean(axis=0), (steps < 0).mean(axis=0))
    for key in np.flatnonzero((against <= _AGAINST) & steps.any(axis=0)):
        others = np.delete(columns, key, axis=1)
        left = [
            remove_column_trend(c, columns[:, key], strata) for c in (target, others)
        ]
        if others.shape[1] and not any(
            neighbour_correlation(part, strata, rows, rng, level=LEFT_P)[0]
            for part in left
        ):
            return True
    return False


def project_columns(columns: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Columns as they are, or random sums of many."""
    if columns.shape[1] <= _MOST_COLUMNS:
        return columns
    return columns @ rng.normal(size=(columns.shape[1], _MOST_COLUMNS))
