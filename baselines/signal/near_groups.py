"""Groups of near rows whose targets are alike beyond what their nearness tells.

A relation gives rows that are equally far apart targets that are equally alike, whether
or not they belong to one group of near rows. Persons, plates or sites that no column
names do not: rows of one share the target, rows as near of another do not. So pairs of
neighbours within groups are set beside pairs across groups at the same distance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...data import Dataset
from ...data.encode import is_text
from ...data.split import sample_rows
from .near_copies import continuous_columns
from .problem import target_views

_LEAST_ROWS = 100
"""With fewer, a sharp border looks like groups: of 60 rows in two columns, two of eight
draws."""
_SEARCHED = 2_000
"""Rows that are clustered; of more a seeded sample."""
_NEIGHBOURS = 15
_BINS = 20
"""Of distances, within which pairs are compared."""
_LEAST_PAIRS = 5
_LEAST_GROUPS = 12
"""With fewer, groups cannot be told from classes, and permuting them says little."""
_MOST_A_GROUP = 25
"""Mean rows of a group, at most; larger ones are kinds of rows, not persons."""
_CUTS = 10
"""Numbers of groups tried, up to a third of the rows."""
_FINER = 3
"""Times as many groups within which rows are permuted: a group that holds two true ones
would let their offsets look like a relation within it."""
_SIGMAS = 4.0
"""Standard errors of the excess, at least. Pairs share rows, so these are too small:
weak relations of independent rows had 3.3 or less in nine of ten draws."""
_MOST_OF_IT = 0.5
"""Share of the likeness within groups that nearness does not tell, at least. The middle
of 20 draws each was .72 to .83 in groups with targets of their own, .21 to .44 for
spirals, rings, checkerboards and curves. With more neighbours these are hard to part
(30: up to .74)."""


@dataclass(frozen=True)
class NearGroups:
    """The group of each row at the cut that tells most, and at a finer one."""

    groups: np.ndarray
    finer: np.ndarray


def near_groups(dataset: Dataset, *, seed: int) -> NearGroups | None:
    """Cluster near rows; None where the target is no more alike in groups than near.

    Parameters
    ----------
    dataset : Dataset
        Its columns of numbers that hardly repeat are used, if these are half of all.
    seed : int
    """
    table = dataset.x
    if not isinstance(table, pd.DataFrame) or is_text(table):
        return None
    every = continuous_columns(table, np.random.default_rng(seed))
    if every is None:
        return None
    rows = np.arange(len(dataset))
    if len(rows) > _SEARCHED:
        rows = sample_rows(dataset, _SEARCHED, seed=seed)
    columns = every[rows].astype("float64")
    views = target_views(dataset.y[rows], classes=dataset.is_classification)
    found = _clusters(columns, np.hstack(views).astype("float64"))
    if found is None or len(rows) == len(dataset):
        return found
    nearest = _nearest(every, columns)
    return NearGroups(found.groups[nearest], found.finer[nearest])


def _clusters(columns: np.ndarray, target: np.ndarray) -> NearGroups | None:
    """Ward's clusters at the cut with the surest excess, where it is large."""
    from scipy.cluster.hierarchy import cut_tree, linkage
    from sklearn.neighbors import NearestNeighbors

    n = len(columns)
    if n < _LEAST_ROWS:
        return None
    search = NearestNeighbors(n_neighbors=min(_NEIGHBOURS, n // 5) + 1).fit(columns)
    distances, rows = (part[:, 1:] for part in search.kneighbors(columns))
    likeness = np.stack([(t[:, None] * t[rows]) for t in target.T]).mean(axis=0)
    edges = np.quantile(distances, np.linspace(0, 1, _BINS + 1)[1:-1])
    bins = np.digitize(distances, edges)
    tree = linkage(columns, "ward")
    least = max(_LEAST_GROUPS, n // _MOST_A_GROUP)
    counts = np.unique(np.geomspace(least, n / 3, _CUTS).astype(int))
    cuts = cut_tree(tree, counts).T
    told = [_excess(cut[rows] == cut[:, None], likeness, bins) for cut in cuts]
    best = int(np.argmax([sigmas for sigmas, _ in told]))
    if told[best][0] < _SIGMAS or told[best][1] < _MOST_OF_IT:
        return None
    finer = cut_tree(tree, min(_FINER * int(counts[best]), n // 2)).ravel()
    return NearGroups(cuts[best], finer)


def _excess(
    inside: np.ndarray, likeness: np.ndarray, bins: np.ndarray
) -> tuple[float, float]:
    """Compare pairs within groups with pairs as far apart across them.

    Returns
    -------
    tuple of float
        The mean difference in likeness over its standard error, and over the mean
        likeness within groups; 0 where there is nothing to compare.
    """
    cell = (2 * bins + inside).ravel()
    size = 2 * _BINS
    count = np.bincount(cell, minlength=size).astype("float64")
    known = np.maximum(count, 1)
    mean = np.bincount(cell, likeness.ravel(), minlength=size) / known
    square = np.bincount(cell, likeness.ravel() ** 2, minlength=size) / known
    error = (square - mean**2) / known
    weight = count[0::2] * count[1::2] / np.maximum(count[0::2] + count[1::2], 1)
    weight[np.minimum(count[0::2], count[1::2]) < _LEAST_PAIRS] = 0
    within = float(weight @ mean[1::2])
    more = float(weight @ (mean[1::2] - mean[0::2]))
    spread = float(np.sqrt(weight**2 @ (error[0::2] + error[1::2])))
    return (more / spread, more / within) if spread > 0 and within > 0 else (0.0, 0.0)


def _nearest(every: np.ndarray, some: np.ndarray) -> np.ndarray:
    """Number of the nearest of some rows, for every row."""
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=1).fit(some)
    return search.kneighbors(every, return_distance=False).ravel()
