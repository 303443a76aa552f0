"""Rows that are the same case again: near copies, and small groups of like rows.

Around a row of any smooth density the ratio of the distances to its k-th and its next
neighbour, to the power of the dimension times k, is uniform, and independent of those
at other k (a Poisson process seen from one of its points; Facco et al., Scientific
Reports 7:12140, 2017, use it for the dimension). So k times the logarithm of that ratio
has the same mean at every k, whatever the density and its dimension. A row that is in a
group of like rows has one that is far above: at the edge of its group.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...data.dataset import row_hashes
from .feature_maps import standardise

_NEIGHBOURS = 20
"""Of each row; larger groups are not looked for: they may be classes."""
_LEAST_ROWS = 30
MOST_SEARCHED = 20_000
"""In more rows no near copies are looked for."""
_ASKED = 2_000
"""Rows whose neighbours tell whether there are groups at all."""
_DISTINCT = 0.25
"""Share of different values from which a column of numbers is continuous ..."""
_COMMON = 0.05
"""... unless so many rows share one of them."""
_GAP = 8.0
"""Times its mean from which the logarithm of a ratio is an edge: by chance in 1 row of
150 (20 exp(-8))."""
CROWDED = 1.35
"""Mean of the rows' largest logarithms, in units of what a smooth density gives. In 20
draws each of 14 shapes without groups (normal, lognormal, Cauchy, rounded, curves,
random walks, autoregressions, few wide classes) it was 1.27 at most. Some real tables
without known groups lie above it."""
LARGEST_CASE = 0.2
"""Share of the rows in one case, at most: larger groups may be classes."""
_DISTANCES = 25
"""Tried for linking."""
_EDGES = 0.1
"""Share of rows with an edge, at least."""
_UNIQUE = 0.95
"""Share of different values from which a column may be all that tells copies apart."""
_SHARE = 0.05
"""Of the rows that are copies but for one column, from which they count."""
_TIMES_CHANCE = 5
"""Coincidences that are not by chance, in units of those expected."""


def near_copies(table: pd.DataFrame, *, seed: int) -> np.ndarray | None:
    """Return the case of each row; None where rows are no nearer than chance gives.

    Columns that number or time the rows are left out.
    """
    if not _LEAST_ROWS <= len(table) <= MOST_SEARCHED:
        return None
    numbering = [c for c in table.columns if numbers_rows(table[c])]
    cases = _equal_but_one(table.drop(columns=numbering), bool(numbering))
    if cases is not None:
        return cases
    columns = continuous_columns(table, np.random.default_rng(seed))
    return None if columns is None else _group_by_edges(columns)


def continuous_columns(
    table: pd.DataFrame, rng: np.random.Generator
) -> np.ndarray | None:
    """Return the standardised columns of numbers that hardly repeat.

    None where they are less than two, or than half of the columns that do not number or
    time the rows: a few columns of many say where a row was recorded, not that it is
    the same case.
    """
    rest = table.drop(columns=[c for c in table.columns if numbers_rows(table[c])])
    columns = _continuous(rest, rng)
    return columns if columns.shape[1] >= max(2, rest.shape[1] / 2) else None


def numbers_rows(column: Any) -> bool:
    """Whether a column holds times, or counts or names the rows."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return True
    if not column.is_unique or column.isna().any():
        return False
    if not pd.api.types.is_numeric_dtype(column.dtype):
        return True
    values = column.to_numpy(dtype="float64")
    whole = bool(np.isfinite(values).all() and np.equal(np.mod(values, 1), 0).all())
    return whole and float(np.ptp(values)) <= 1.1 * len(values)


def cell_hashes(table: pd.DataFrame) -> dict[Any, np.ndarray]:
    """Return a number for each cell, for each column.

    Sums over columns are equal for equal rows, and hardly ever for others: each column
    is mixed in its own way (the last steps of splitmix64; Steele, Lea, Flood, Fast
    splittable pseudorandom number generators, OOPSLA 2014).
    """
    found = {}
    for i, name in enumerate(table.columns):
        cells = row_hashes(table[name].to_frame()) + np.uint64(
            0x9E3779B97F4A7C15 * (i + 1) % 2**64
        )
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            cells = (cells ^ (cells >> np.uint64(shift))) * np.uint64(factor)
        found[name] = cells ^ (cells >> np.uint64(31))
    return found


def expected_coincidences(table: pd.DataFrame) -> float:
    """Pairs of rows that are equal by chance, if columns were independent.

    The number of pairs times, for each column, the sum of the squared shares of its
    values: sparse columns coincide often however many values they have.
    """
    chance = 1.0
    for name in table.columns:
        shares = table[name].value_counts(normalize=True, dropna=False)
        chance *= float((shares**2).sum())
    return chance * len(table) * (len(table) - 1) / 2


def _equal_but_one(table: pd.DataFrame, numbered: bool) -> np.ndarray | None:
    """Cases of rows that are equal in all columns, or all but one that is different.

    Rows that are equal in all columns of the file are no matter here.
    """
    if table.shape[1] < 2:
        return None
    hashes = cell_hashes(table)
    whole = np.sum(list(hashes.values()), axis=0, dtype="uint64")
    counts = table.nunique().items()
    fine = [c for c, count in counts if count >= _UNIQUE * len(table)]
    fine = [] if len(fine) == 1 and table.shape[1] == 2 else fine
    keys = [(whole, [])] if numbered else []
    keys += [(whole - hashes[c], [c]) for c in fine]
    for key, left_out in keys:
        if _is_repeated(key, whole if left_out else None, table, left_out):
            return np.unique(key, return_inverse=True)[1]
    return None


def _is_repeated(
    key: np.ndarray, whole: np.ndarray | None, table: pd.DataFrame, left_out: list[Any]
) -> bool:
    """Whether more rows are equal in all other columns than chance gives."""
    _, kinds, counts = np.unique(key, return_inverse=True, return_counts=True)
    pairs = float((counts * (counts - 1) / 2).sum())
    if whole is not None:
        same = np.unique(whole, return_counts=True)[1]
        pairs -= float((same * (same - 1) / 2).sum())
    if (counts[kinds] > 1).mean() < _SHARE or pairs <= 0:
        return False
    # a table of many columns is copied only where it is asked about
    rest = table.drop(columns=left_out)
    return pairs > _TIMES_CHANCE * (1 + expected_coincidences(rest))


def _continuous(table: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Columns of numbers that hardly repeat, standardised.

    Within its rounding a value may lie anywhere: on a grid distances would be equal.
    """
    found, n = [], len(table)
    for name in table.select_dtypes("number").columns:
        values = table[name].to_numpy(dtype="float64", na_value=np.nan)
        known = values[np.isfinite(values)]
        distinct, counts = np.unique(known, return_counts=True)
        if len(distinct) < max(10, _DISTINCT * n) or counts.max() > _COMMON * n:
            continue
        values = np.where(np.isfinite(values), values, rng.choice(known, n))
        step = np.quantile(np.diff(distinct), 0.1)
        found.append(values + step * rng.uniform(-0.5, 0.5, n))
    return standardise(np.array(found).T.reshape(n, -1), rng)


def _group_by_edges(columns: np.ndarray) -> np.ndarray | None:
    """Cases by the edges of groups of like rows; None where there are few edges."""
    from sklearn.neighbors import NearestNeighbors

    n = len(columns)
    count = min(_NEIGHBOURS, n // 5)
    search = NearestNeighbors(n_neighbors=count + 2).fit(columns)
    some = columns if n <= _ASKED else columns[:: -(-n // _ASKED)]
    gaps, unit = _gaps(search.kneighbors(some)[0][:, 1:])
    largest = gaps.max(axis=1)
    expected = unit * (1 / np.arange(1, count + 1)).sum()
    if largest.mean() < CROWDED * expected or (largest > _GAP * unit).mean() < _EDGES:
        return None
    distances, rows = (part[:, 1:] for part in search.kneighbors(columns))
    return _linked(distances, rows, _gaps(distances)[0], _GAP * unit)


def _gaps(distances: np.ndarray) -> tuple[np.ndarray, float]:
    """k times the logarithm of distance k + 1 over distance k, and its usual mean."""
    distances = np.maximum(distances, 1e-9 * np.median(distances[:, -1]) + 1e-300)
    steps = np.arange(1, distances.shape[1])
    gaps = steps * np.log(distances[:, 1:] / distances[:, :-1])
    return gaps, float(np.median(gaps.mean(axis=0)))


def _linked(
    distances: np.ndarray, rows: np.ndarray, gaps: np.ndarray, limit: float
) -> np.ndarray:
    """Single linkage at the distance that agrees best with the edges around rows.

    A row's edge says which rows are its group. Of some distances that one is taken at
    which the linked groups and these have most in common (Jaccard's index). What edges
    say is linked as well, and what is alone then to the next row, if that is not far.
    """
    last = gaps.argmax(axis=1)
    edge = np.flatnonzero(gaps.max(axis=1) > limit)
    count = gaps.shape[1]
    inside = np.arange(count)[None, :] <= last[edge, None]
    far = distances[edge, last[edge] + 1]
    near = np.quantile(distances[edge, 0], 0.1)
    tried = np.geomspace(max(near, 1e-6 * np.median(far)), np.median(far), _DISTANCES)
    found, best, reach = np.arange(len(gaps)), -1.0, 0.0
    for distance in tried:
        labels = _components(distances[:, :count] <= distance, rows[:, :count])
        if np.bincount(labels).max() > LARGEST_CASE * len(gaps):
            break
        shared = (labels[rows[edge, :count]] == labels[edge, None]) & inside
        both = 1 + shared.sum(axis=1)
        either = np.bincount(labels)[labels[edge]] + last[edge] + 2 - both
        agreed = float((both / either).mean())
        if agreed >= best:
            found, best, reach = labels, agreed, float(distance)
    linked = distances[:, :count] <= reach
    linked[edge] |= inside
    alone = np.bincount(found)[found] == 1
    linked[:, 0] |= alone & (distances[:, 0] <= 2 * reach)
    more = _components(linked, rows[:, :count])
    return found if np.bincount(more).max() > LARGEST_CASE * len(gaps) else more


def _components(linked: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Number the groups of rows that are linked to each other."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    own = np.repeat(np.arange(len(rows)), rows.shape[1]).reshape(rows.shape)[linked]
    ones = np.ones(len(own))
    graph = coo_matrix((ones, (own, rows[linked])), shape=(len(rows), len(rows)))
    return connected_components(graph, directed=False)[1]
