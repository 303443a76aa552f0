"""Groups of near rows whose targets are alike beyond what their nearness tells.

A relation gives rows that are equally far apart targets that are equally alike, whether
or not they belong to one group of near rows. Persons, plates or sites that no column
names do not: rows of one share the target, rows as near of another do not. So pairs of
neighbours within groups are set beside pairs across groups at the same distance. And
normal models of the target are compared: one in which its covariance falls with the
distance, or is that of a linear relation, and one with an offset for each group beside.
A relation that bends or breaks gives excess among pairs, and is told by the models.
"""

from __future__ import annotations

from collections.abc import Iterator
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
_FINER = 5
"""Times as many groups within which rows are permuted: a group that holds two true ones
would let their offsets look like a relation within it."""
_COARSER = 2
"""... and so many times fewer with which groups are permuted again: a group of which
rows are in two would be found again in the other one."""
_SIGMAS = 2.5
"""Standard errors of the excess, at least. Pairs share rows, so these are too small."""
_MOST_OF_IT = 0.4
"""Share of the likeness within groups that nearness does not tell, at least. The middle
of 20 draws each was .72 to .83 in groups with targets of their own, .21 to .44 for
spirals, rings, checkerboards and curves. With more neighbours these are hard to part
(30: up to .74)."""
_SURE = 4.0, 0.5
"""Both, from which groups may add less to the likelihood."""
_GAIN, _LEAST_GAIN = 1.0, -0.7
"""Log likelihood that offsets of the groups must add, and where the excess is sure. In
10 to 20 draws each it was -.6 to 18 for persons, classes, plates and groups that
overlap, below -.7 in 18 of 24 where rows lie in groups and the target follows columns,
and .9 or less for weak relations in 165 of 171. Sharp borders have more; they mostly
fail in the share, or are found again within groups."""
_GATHERED = 0.95
"""Spread within groups, at most, in units of that of rows whose columns, or principal
components, are independent. In 8 draws each it was .94 to 1.08 where rows do not
gather, whatever the target is, .85 to .93 for plates, less for persons."""
_REFERENCES = 3
_MODELLED = 400
"""Rows of the models, at most; of more, whole groups at random."""
_REACHES = (0.05, 0.15, 0.4, 1.0)
"""Distances over which a covariance falls, in units of the usual distance."""
_NEAR_PARTS = (0.1, 0.3, 1.0, 3.0, 10.0)
_LINE_PARTS = (0.0, 0.3, 3.0)
_GROUP_PARTS = (0.3, 1.0, 3.0, 10.0)
"""Variances in units of the noise that are tried."""


@dataclass(frozen=True)
class NearGroups:
    """The group of each row at the cut that tells most, a coarser and a finer one."""

    groups: np.ndarray
    coarser: np.ndarray
    finer: np.ndarray


def cluster_near_rows(dataset: Dataset, *, seed: int) -> NearGroups | None:
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
    nearest = _nearest_row(every, columns)
    cuts = (found.groups, found.coarser, found.finer)
    return NearGroups(*(cut[nearest] for cut in cuts))


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
    messages = [_excess(cut[rows] == cut[:, None], likeness, bins) for cut in cuts]
    best = int(np.argmax([sigmas for sigmas, _ in messages]))
    sigmas, part = messages[best]
    if sigmas < _SIGMAS or part < _MOST_OF_IT:
        return None
    if _gathering(columns, int(counts[0])) > _GATHERED:
        return None
    sure = sigmas >= _SURE[0] and part >= _SURE[1]
    needed = _LEAST_GAIN if sure else _GAIN
    if _gain_by_groups(columns, target, cuts, best) < needed:
        return None
    count = int(counts[best])
    sizes = (count // _COARSER, min(_FINER * count, n // 2))
    coarser, finer = cut_tree(tree, sizes).T
    return NearGroups(cuts[best], coarser, finer)


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
    error = np.maximum(square - mean**2, 0) / known
    weight = count[0::2] * count[1::2] / np.maximum(count[0::2] + count[1::2], 1)
    weight[np.minimum(count[0::2], count[1::2]) < _LEAST_PAIRS] = 0
    within = float(weight @ mean[1::2])
    more = float(weight @ (mean[1::2] - mean[0::2]))
    spread = float(np.sqrt(weight**2 @ (error[0::2] + error[1::2])))
    return (more / spread, more / within) if spread > 0 and within > 0 else (0.0, 0.0)


def _gathering(columns: np.ndarray, count: int) -> float:
    """Return the spread within so many groups over what independence gives.

    The larger of two ratios: to rows whose columns change places each on its own, and
    to rows whose principal components do.
    """
    rng, centred = np.random.default_rng(count), columns - columns.mean(axis=0)
    turned = centred @ np.linalg.svd(centred, full_matrices=False)[2].T
    usual = [
        np.mean([_spread(rng.permuted(x, axis=0), count) for _ in range(_REFERENCES)])
        for x in (centred, turned)
    ]
    return float(_spread(centred, count) / min(usual))


def _spread(columns: np.ndarray, count: int) -> float:
    """Sum of squares within Ward's clusters."""
    from scipy.cluster.hierarchy import linkage

    heights = linkage(columns, "ward")[: len(columns) - count, 2]
    # each step adds half of its squared height
    return float((heights**2).sum() / 2)


def _gain_by_groups(
    columns: np.ndarray, target: np.ndarray, cuts: np.ndarray, best: int
) -> float:
    """The log likelihood that offsets of groups add to the best model without."""
    from scipy.spatial.distance import pdist, squareform

    rows = _whole_groups(cuts[best])
    x, y = columns[rows], target[rows]
    distances, line = squareform(pdist(x)), x @ x.T / x.shape[1]
    distances /= np.median(distances)
    noise = np.eye(len(x))

    def fitted(near: np.ndarray, part: float) -> tuple[float, float]:
        tried = [
            (_likelihood(noise + part * near + s * line, y), s) for s in _LINE_PARTS
        ]
        return max(tried)

    models = [
        (*fitted(near, part), part, near)
        for near in _covariances(distances)
        for part in _NEAR_PARTS
    ]
    without, slope, part, near = max(models, key=lambda model: model[0])
    found = -np.inf
    for cut in cuts[::2]:
        groups = cut[rows][:, None] == cut[rows]
        for less in (0.0, 0.1, 0.3, 1.0):
            base = noise + less * part * near + slope * line
            found = max(
                found, *(_likelihood(base + s * groups, y) for s in _GROUP_PARTS)
            )
    return found - without


def _covariances(distances: np.ndarray) -> Iterator[np.ndarray]:
    """Rough and smooth ones that fall over each reach."""
    for reach in _REACHES:
        yield np.exp(-distances / reach)
        yield np.exp(-((distances / reach) ** 2) / 2)


def _likelihood(covariance: np.ndarray, target: np.ndarray) -> float:
    """Log likelihood of normal targets, their mean; scales are fitted."""
    from scipy.linalg import solve_triangular

    root = np.linalg.cholesky(covariance)
    size = (solve_triangular(root, target, lower=True) ** 2).mean(axis=0)
    logs = np.log(np.maximum(size, 1e-12)).mean() / 2
    return -float(len(target) * logs + np.log(np.diag(root)).sum())


def _whole_groups(groups: np.ndarray) -> np.ndarray:
    """Rows of whole groups, at random, up to `_MODELLED` or the first group."""
    rng = np.random.default_rng(len(groups))
    order = rng.permutation(groups.max() + 1)
    sizes = np.bincount(groups)[order].cumsum()
    kept = order[: max(1, int((sizes <= _MODELLED).sum()))]
    return np.flatnonzero(np.isin(groups, kept))


def _nearest_row(every: np.ndarray, some: np.ndarray) -> np.ndarray:
    """Number of the nearest of some rows, for every row."""
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=1).fit(some)
    return search.kneighbors(every, return_distance=False).ravel()
