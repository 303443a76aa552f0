"""Input of a signal test: rows as numbers, views of the target, row orders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...data import Dataset
from ...data.dataset import order_rows, take
from ...data.encode import encode_fold
from ...data.errors import BadData
from ...data.split import sample_rows
from ..estimators.text import word_features

if TYPE_CHECKING:
    import pandas as pd

_FOLDS = 5
AGREED = 0.99
"""Share of the rows with equal features whose targets agree, where they are copies."""
CHARACTERS = 10
"""Of a text, so many of the commonest characters are predicted ..."""
BEFORE = 3
"""... from so many before them."""


@dataclass(frozen=True)
class Problem:
    """Data of a signal test that stay the same for every permutation.

    ``views`` are target matrices of shape (n_rows, n_targets), standardised: the class
    indicators, or a regression target once as it is and once as normal scores of its
    ranks (which heavy tails do not disturb). ``in_time``: rows stand in the order by
    which they depend on each other; only what is left beside slow changes counts.
    ``blocks`` number those whose targets change their sign as one, where they are not
    moved.
    """

    x: np.ndarray
    views: tuple[np.ndarray, ...]
    groups: np.ndarray | None
    seed: int
    in_time: bool = False
    blocks: np.ndarray | None = None


def make_problem(dataset: Dataset, *, limit: int, seed: int) -> Problem:
    """A seeded sample of at most ``limit`` rows as numbers, and the target's views.

    Where all rows of a group have the same features, a group becomes one row with its
    mean target: within such groups there is nothing to find, between them there may be.
    Cases that were recorded several times become one row with their mean features too.

    Raises
    ------
    BadData
        There are less than two rows or groups.
    """
    if dataset.task == "characters":
        return _text_problem(dataset, limit, seed)
    rows = np.arange(len(dataset))
    if len(rows) > limit:
        rows = sample_rows(dataset, limit, seed=seed)
    # without the target, one encoding of all rows is fair to every permutation
    x = encode_fold(dataset.x, rows, rows[:1])[0]
    if x.dtype == object:
        x = word_features(x, seed=seed)
    groups = None if dataset.groups is None else dataset.groups[rows]
    y = dataset.y[rows]
    in_time = dataset.dependence == "time"
    if in_time:
        order = order_rows(take(dataset.x, rows), dataset.order_column)
        rows, x, y = rows[order], x[order], y[order]
    if groups is None and not in_time:
        copies = _copies(take(dataset.x, rows), y, dataset.row_hashes[rows])
        rows, x, y = rows[~copies], x[~copies], y[~copies]
    views = target_views(y, classes=dataset.is_classification)
    units = len(rows) if groups is None else len(np.unique(groups))
    if units < 2:
        what = "row" if groups is None else "group"
        msg = f"a relation cannot be tested on {units} {what}; give more {what}s"
        raise BadData(msg)
    if in_time:
        views = tuple(standardize_columns(detrended(view)) for view in views)
        return Problem(x, views, None, seed, in_time=True)
    problem = Problem(x, views, groups, seed)
    return _merged(problem, always=dataset.dependence == "cases")


def _text_problem(dataset: Dataset, limit: int, seed: int) -> Problem:
    """The characters before some positions, one-hot, and the commonest ones there."""
    rows = np.arange(BEFORE, len(dataset), BEFORE + 1)
    if len(rows) > limit:
        rows = np.random.default_rng([seed, 4]).choice(rows, limit, replace=False)
    y = dataset.y[rows]
    common = np.argsort(-np.bincount(y))[:CHARACTERS]
    before = dataset.x[rows][:, -BEFORE:]
    x = (before[:, :, None] == common).reshape(len(rows), -1)
    return Problem(x, (standardize_columns(y[:, None] == common),), None, seed)


def _copies(x: Any, y: np.ndarray, hashes: np.ndarray) -> np.ndarray:
    """Which rows are copies of earlier ones, target and all.

    A copy on the other side of a split gives its target away, whatever it is. Rows with
    equal features are copies where far more different ones are possible than there are,
    and where they agree in their targets; else they are equal by chance.
    """
    kinds = np.unique(hashes, return_inverse=True)[1]
    first = np.unique(kinds, return_index=True)[1]
    again = np.ones(len(kinds), dtype=bool)
    again[first] = False
    agree = (y == y[first][kinds]).reshape(len(y), -1).all(axis=1)
    if not again.any() or agree[again].mean() < AGREED or not is_continuous(x):
        return np.zeros(len(kinds), dtype=bool)
    return again & agree


def _merged(problem: Problem, *, always: bool) -> Problem:
    """One row a group where all its rows have the same features, or always."""
    if problem.groups is None:
        return problem
    _, first, group = np.unique(problem.groups, return_index=True, return_inverse=True)
    if not (always or np.array_equal(problem.x, problem.x[first][group])):
        return problem
    views = tuple(standardize_columns(_means(view, group)) for view in problem.views)
    x = _means(problem.x.reshape(len(group), -1), group)
    return Problem(x, views, None, problem.seed)


def _means(columns: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Means over the rows of each group, of shape (n_groups, n_columns)."""
    rows, counts = np.argsort(group, kind="stable"), np.bincount(group)
    starts = np.cumsum(counts) - counts
    return np.add.reduceat(columns[rows], starts, axis=0) / counts[:, None]


def target_views(y: np.ndarray, *, classes: bool) -> tuple[np.ndarray, ...]:
    """The views of `Problem` of class codes, of labels, or of numbers."""
    return _class_views(y) if classes else _number_views(y)


def _class_views(y: np.ndarray) -> tuple[np.ndarray, ...]:
    """Indicators of the classes, one for two; a rare class weighs as much as others.

    Labels that do not exclude each other are indicators already.
    """
    if y.ndim == 2:
        return (standardize_columns(y),)
    codes = np.unique(y)
    codes = codes[1:] if len(codes) == 2 else codes
    return (standardize_columns(y[:, None] == codes[None, :]),)


def _number_views(y: np.ndarray) -> tuple[np.ndarray, ...]:
    from scipy.stats import norm, rankdata

    columns = y.reshape(len(y), -1)
    scores = norm.ppf(rankdata(columns, axis=0) / (len(y) + 1))
    return standardize_columns(columns), standardize_columns(scores)


def standardize_columns(columns: np.ndarray) -> np.ndarray:
    """Columns of mean 0 and deviation 1, as float32; constants become 0."""
    columns = columns.astype("float64")
    columns = columns - columns.mean(axis=0)
    spread = columns.std(axis=0)
    return (columns / np.where(spread > 0, spread, 1)).astype("float32")


def draw_orders(
    problem: Problem, count: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Random row orders that respect the groups, or the order of the file.

    Whole groups swap targets where the target is constant in each, else rows swap
    targets with rows of their own group only, and only a relation within groups can be
    found.
    """
    n = len(problem.x)
    if problem.in_time:
        shifts = rng.choice(possible_shifts(n), count)
        return [np.roll(np.arange(n), shift) for shift in shifts]
    if problem.groups is None:
        return [rng.permutation(n) for _ in range(count)]
    _, first, group = np.unique(problem.groups, return_index=True, return_inverse=True)
    draw = _whole_groups if has_whole_groups(problem) else _within_groups
    return [draw(group, first, rng) for _ in range(count)]


_NEAR = 0.1
"""Share of the rows by which a target must be moved to be another one, and over which
changes are slow."""
_LEAST_WINDOW = 9


_BLOCKS = (10, 20)
"""Least and most blocks of a file whose signs are drawn."""


def block_numbers(problem: Problem) -> Problem:
    """Number blocks of rows, twice as long as the target's values follow each other.

    The signs of the target are then drawn for each block (wild bootstrap; Cameron,
    Gelbach, Miller 2008). That keeps what features and target share in their order: the
    borders of persons or batches, at which both change.
    """
    n = len(problem.x)
    views = np.hstack(problem.views)
    limit, most = 2 / np.sqrt(n), n // _BLOCKS[0]
    lags = (
        lag
        for lag in range(1, max(2, most // 2))
        if (views[lag:] * views[:-lag]).mean(axis=0).max() < limit
    )
    size = int(np.clip(2 * next(lags, most), max(1, n // _BLOCKS[1]), max(1, most)))
    return replace(problem, blocks=np.arange(n) // size)


def draw_targets(
    problem: Problem, count: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Draw targets as good as the true one if there is no relation, for each view.

    Each has shape (n_rows, n_draws, n_targets).
    """
    if problem.blocks is None:
        orders = draw_orders(problem, count, rng)
        return [np.stack([v[o] for o in orders], axis=1) for v in problem.views]
    signs = 2 * rng.integers(0, 2, (problem.blocks[-1] + 1, count)) - 1
    signs = signs.astype("float32")[problem.blocks][:, :, None]
    return [view[:, None, :] * signs for view in problem.views]


def possible_shifts(rows: int) -> np.ndarray:
    """Return by how many rows a target may be moved, in a circle."""
    near = int(np.ceil(_NEAR * rows))
    return np.arange(near, rows - near + 1)


def detrended(columns: np.ndarray) -> np.ndarray:
    """Columns less a line fitted to the rows around each (Savitzky, Golay 1964).

    Two random walks, or two trends, are correlated whatever they are of (Granger,
    Newbold 1974). With the trends left in, targets of unrelated random walks that were
    moved in a circle gave p <= .01 in 13 to 37 % of 30 draws; without them in none.
    """
    from scipy.signal import savgol_filter

    window = max(_LEAST_WINDOW, int(_NEAR * len(columns))) // 2 * 2 + 1
    smooth = savgol_filter(columns.astype("float64"), window, 1, axis=0)
    return (columns - smooth).astype("float32")


def has_whole_groups(problem: Problem) -> bool:
    """Whether the target is constant in each group."""
    assert problem.groups is not None
    _, first, group = np.unique(problem.groups, return_index=True, return_inverse=True)
    return all(np.array_equal(v, v[first][group]) for v in problem.views)


def _whole_groups(
    group: np.ndarray, first: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Each group gets the target of another group."""
    return first[rng.permutation(len(first))][group]


def _within_groups(
    group: np.ndarray, first: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Rows swap targets with rows of their own group only."""
    shuffled = np.lexsort([rng.random(len(group)), group])
    order = np.empty(len(group), dtype=int)
    order[np.argsort(group, kind="stable")] = shuffled
    return order


def fold_numbers(problem: Problem) -> np.ndarray:
    """The fold of each row, drawn without the target; groups stay together.

    Not stratified: folds must not depend on the target.
    """
    rng = np.random.default_rng([problem.seed, 2])
    if problem.in_time:
        return np.arange(len(problem.x)) * _FOLDS // len(problem.x)
    if problem.groups is None:
        return rng.permutation(len(problem.x)) % min(_FOLDS, len(problem.x))
    _, group = np.unique(problem.groups, return_inverse=True)
    return (rng.permutation(group.max() + 1) % _FOLDS)[group]


def permuted_part(problem: Problem, columns: np.ndarray) -> np.ndarray:
    """Return what permutations in groups can tell from chance: columns less means.

    Of rows in time, what changes fast. Where whole groups are permuted, or single
    rows, it is all there is.
    """
    if problem.in_time:
        return detrended(columns)
    if problem.groups is None or has_whole_groups(problem):
        return columns
    _, group = np.unique(problem.groups, return_inverse=True)
    return columns - _means(columns, group)[group]


def group_level(problem: Problem, columns: np.ndarray) -> np.ndarray:
    """Columns as targets must be where whole groups are permuted: one value a group."""
    if problem.groups is None or not has_whole_groups(problem):
        return permuted_part(problem, columns)
    _, group = np.unique(problem.groups, return_inverse=True)
    return standardize_columns(_means(columns, group)[group])


FINE = 100
"""Rows are fine-grained where so many times more different ones are possible."""


def is_continuous(x: pd.DataFrame | np.ndarray) -> bool:
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
