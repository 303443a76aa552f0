"""Columns that were computed from the target, or from which it was computed.

Where rounding is all that is between two sides of an equation, the numbers say so: no
measurement of something else agrees so well in all rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...data import Dataset

EXACT = 0.9999
"""R2 from which a sum is the target: what is left is less than 1 % of its deviation."""
_SMALL = 0.01
"""Share of the target's deviation that a summand must move."""
_ROWS_A_COLUMN = 5
_MOST_SUMMANDS = 6
_MOST_BINS = 20
_LEAST_IN_BIN = 3
_GAP = 10
"""Steps between neighbouring values around a cut: by chance one is so much wider than
the mean of those beside it once in 20,000 cases (exp(-10))."""
_BESIDE = 20


@dataclass(frozen=True)
class Formula:
    """An equation that gives the target from columns; ``kind`` is of their terms.

    ``equation`` has it in full where no column but has a weight, or an exponent: these
    may be parts of the target; else it is empty.
    """

    kind: str
    columns: tuple[str, ...]
    r2: float
    equation: str = ""


def target_formula(dataset: Dataset) -> Formula | None:
    """Return the sum or the product of columns that the target is; None if none.

    Two columns or more are needed: one alone is a matter of `column_scores`.
    """
    table = _number_columns(dataset)
    if dataset.is_classification or dataset.y.ndim == 2 or table.shape[1] < 2:
        return None
    y = dataset.y.astype("float64")
    found = _sum_of(table, y)
    if found:
        return Formula("sum", *found, _plain_sum(table.loc[:, list(found[0])], y))
    positive = table.loc[:, (table > 0).all()]
    if positive.shape[1] < 2 or not (y > 0).all():
        return None
    logarithms = np.log(positive)
    found = _sum_of(logarithms, np.log(y))
    if found is None:
        return None
    plain = _plain_product(logarithms[list(found[0])], np.log(y))
    return Formula("product", *found, plain)


def _plain_sum(table: pd.DataFrame, y: np.ndarray) -> str:
    """The sum as text; empty where columns have weights."""
    signs, left = _signs(table, y)
    if left is None or abs(left) > _SMALL * float(y.std()):
        return ""
    plus, minus = _by_sign(table, signs)
    return " + ".join(plus) + "".join(f" - {name}" for name in minus) if plus else ""


def _plain_product(table: pd.DataFrame, y: np.ndarray) -> str:
    """The product of logarithms' columns as text; empty where there are exponents."""
    signs, left = _signs(table, y)
    if left is None:
        return ""
    above, below = _by_sign(table, signs)
    factor = f"{np.exp(left):.4g}"
    terms = above if factor == "1" and above else [factor, *above]
    return " * ".join(terms) + "".join(f" / {name}" for name in below)


def _signs(table: pd.DataFrame, y: np.ndarray) -> tuple[np.ndarray, float | None]:
    """The columns' weights, rounded, and the constant; None if one is not 1 or -1."""
    x = table.to_numpy()
    weights = _least_squares(x - x.mean(axis=0), y - y.mean())[0]
    if (np.abs(np.abs(weights) - 1) > _SMALL).any():
        return weights, None
    signs = np.sign(weights)
    return signs, float(np.mean(y - x @ signs))


def _by_sign(table: pd.DataFrame, signs: np.ndarray) -> tuple[list[str], list[str]]:
    """Names, in quotes, of the columns that are added and that are taken off."""
    names = [repr(str(name)) for name in table.columns]
    plus = [n for n, sign in zip(names, signs, strict=True) if sign > 0]
    return plus, [n for n in names if n not in plus]


def _number_columns(dataset: Dataset) -> pd.DataFrame:
    """Columns of numbers without gaps, which are not all the same."""
    if not isinstance(dataset.x, pd.DataFrame):
        return pd.DataFrame()
    table = dataset.x.select_dtypes("number")
    table = table.loc[:, table.notna().all()].astype("float64")
    return table.loc[:, table.std() > 0]


def _sum_of(table: pd.DataFrame, y: np.ndarray) -> tuple[tuple[str, ...], float] | None:
    """The columns whose weighted sum is the target, and R2."""
    if len(y) < _ROWS_A_COLUMN * table.shape[1]:
        return None
    y = y - y.mean()
    spread = float(y.std())
    x = table - table.mean()
    scaled = (x / x.std(ddof=0)).to_numpy()
    weights, r2 = _least_squares(scaled, y)
    if r2 < EXACT or spread == 0:
        return None
    kept = np.flatnonzero(np.abs(weights) >= _SMALL * spread)
    if not 2 <= len(kept) <= _MOST_SUMMANDS:
        return None
    r2 = _least_squares(scaled[:, kept], y)[1]
    names = tuple(str(table.columns[k]) for k in kept)
    return (names, r2) if r2 >= EXACT else None


def _least_squares(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    weights = np.linalg.lstsq(x, y, rcond=None)[0]
    size = float((y**2).sum())
    left = float(((y - x @ weights) ** 2).sum())
    return weights, 1 - left / size if size > 0 else 0.0


def cut_from_target(dataset: Dataset) -> list[str]:
    """Columns of few values that divide a numerical target into ranges.

    No two ranges overlap, and there is no gap between them, as there is between
    clusters: the target's values are as dense at a cut as beside it.
    """
    if dataset.is_classification or dataset.y.ndim == 2:
        return []
    return [
        str(name) for name, codes in _few_valued(dataset) if _divides(codes, dataset.y)
    ]


def _few_valued(dataset: Dataset) -> Iterator[tuple[Any, np.ndarray]]:
    if not isinstance(dataset.x, pd.DataFrame):
        return
    for name, values in dataset.x.items():
        codes, kinds = pd.factorize(values, use_na_sentinel=False)
        if 2 <= len(kinds) <= _MOST_BINS:
            yield name, codes


def _divides(codes: np.ndarray, y: np.ndarray) -> bool:
    order = np.argsort(y, kind="stable")
    ordered, values = codes[order], y[order]
    cuts = np.flatnonzero(np.diff(ordered) != 0) + 1
    counts = np.bincount(codes)
    if len(cuts) != len(counts) - 1 or counts.min() < _LEAST_IN_BIN:
        return False
    return all(_is_dense(values, int(cut)) for cut in cuts)


def _is_dense(values: np.ndarray, cut: int) -> bool:
    """Whether the step at a cut of sorted values is like those beside it."""
    beside = np.diff(values[max(0, cut - _BESIDE) : cut + _BESIDE])
    return bool(0 < values[cut] - values[cut - 1] <= _GAP * np.median(beside))


def folded_target(dataset: Dataset) -> str | None:
    """Return the column that is the target's distance from some value; None if none.

    As are its square and its absolute value.
    """
    from scipy.stats import rankdata

    table = _number_columns(dataset)
    if dataset.is_classification or dataset.y.ndim == 2 or not len(table.columns):
        return None
    y = dataset.y.astype("float64")
    for name in table.columns:
        ranks = rankdata(table[name])
        for own in (ranks, -ranks):
            middle = float(np.median(y[np.argsort(own, kind="stable")[:_LEAST_IN_BIN]]))
            inside = min((y < middle).mean(), (y > middle).mean())
            if inside < _SMALL * 10:
                continue
            rho = np.corrcoef(own, rankdata(np.abs(y - middle)))[0, 1]
            if rho > 0 and rho**2 >= _FOLDED:
                return str(name)
    return None


_FOLDED = 0.995
"""Square of Spearman's rho; the value in the middle is only known from a few rows."""


def class_columns(dataset: Dataset) -> list[str]:
    """Columns of two values that mark one of several classes, without exception."""
    if not dataset.is_classification or dataset.y.ndim == 2 or len(dataset.classes) < 3:
        return []
    classes = np.unique(dataset.y)
    return [
        str(name)
        for name, codes in _few_valued(dataset)
        if codes.max() == 1
        and any(
            ((dataset.y == c) == (codes == k)).all() for c in classes for k in (0, 1)
        )
    ]
