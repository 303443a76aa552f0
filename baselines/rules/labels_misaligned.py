"""Targets that stand some rows off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ...data import Dataset
from ...data.counts import count
from ...data.dataset import take
from ...data.encode import encode_fold
from ..estimators.text import word_features
from ..signal.feature_maps import (
    best_column,
    feature_maps,
    out_of_fold,
    solve,
    statistics,
)
from ..signal.problem import (
    Problem,
    draw_orders,
    fold_numbers,
    standardize_columns,
    target_views,
)
from ..signal.signal_test import STILL
from .context import RuleResult, TableContext, found
from .registry import rule

_REACH = 20
"""Rows up and down that targets are moved by."""
_NEAR = (0, *(k for s in range(1, _REACH + 1) for k in (s, -s)))
"""The moves that are tried, none first."""
_FAR = 150
"""Moves by more rows, which show what chance and likeness of neighbours give."""
_BLOCKS = 99
"""Times that as many permutations as moves are tried: p is .01 at best."""
_MAX_ROWS = 1_000
_MAX_CELLS = 160_000
"""Rows times target columns times moves; many classes are looked at on fewer rows."""
_LEAST_ROWS = 150
"""With fewer there are not 100 moves beyond reach."""
_WELL = 0.8
"""Skill from which targets can hardly be elsewhere."""
GAIN = 0.05
"""Share of the variance that moved targets must let be explained, and more than the
targets do where they stand; and twice as much."""
_SURE = 0.01
FOLLOWED = 0.5
"""Share of the features of other rows that a row's own explain, from which nobody can
say whose features a target fits: tables that list all combinations in order, or in
which little changes from row to row."""
_SAME = 0.999
"""Correlation of a column with another one row further, from which rows are windows of
a series: moved far enough, each target stands among its features."""
_APART = 1e-4
"""Least that the two columns' correlation within a row must be below 1 ..."""
CLOSER = 10
"""... and how many times as much as that one row further."""


@rule("P707")
def labels_misaligned(context: TableContext) -> RuleResult | None:
    """Targets that fit the features once they are moved by some rows."""
    if context.learned is None or context.best is None:
        return None
    if context.best.scores["skill"].mean >= _WELL:
        return None
    for where, part in _parts(context.learned.whole):
        move = _best_move(part)
        if move is not None:
            return _misaligned(where, *move)
    return None


def _misaligned(
    where: str, move: int, here: float, there: float, p: float
) -> RuleResult | None:
    rows = count(abs(move), "row")
    way, back = ("above", "down") if move > 0 else ("below", "up")
    return found(
        "P707",
        "warning",
        f"Features and targets fit best if each row{where} gets the target that is "
        f"{rows} {way} it: this explains {there:.1%} of the variance, the current "
        f"order {max(here, 0):.1%} (p = {p:.2g}, corrected for {len(_NEAR)} shifts).",
        "Check whether a row was lost or inserted when features and targets were "
        f"joined, and shift the targets {rows} {back}. If rows are ordered in time, it "
        "may be a delay: then use the features of earlier rows.",
        shift=move,
        explained=there,
        explained_unmoved=here,
        p=p,
    )


def _parts(dataset: Dataset) -> Iterator[tuple[str, Dataset]]:
    """The middle rows of a table, as they lie; then those of its last half and fifth.

    A row that was lost before them moves all of their targets.
    """
    count = len(dataset) - dataset.n_test
    width = len(dataset.classes) or int(np.prod(dataset.y.shape[1:]))
    most = max(_LEAST_ROWS, min(_MAX_ROWS, _MAX_CELLS // (width * _FAR)))
    starts = {
        "": 0,
        " of the last half": count // 2,
        " of the last fifth": 4 * count // 5,
    }
    for where, first in starts.items():
        start = first + max(0, (count - first - most) // 2)
        rows = np.arange(start, min(start + most, count))
        if len(rows) >= _LEAST_ROWS and not _is_nearly_constant(dataset.y[rows]):
            x = take(dataset.x, rows)
            yield where, replace(dataset, x=x, y=dataset.y[rows], groups=None, n_test=0)


def _is_nearly_constant(y: np.ndarray) -> bool:
    """Whether the targets hardly ever change: then all moves are alike."""
    changes = (y[1:] != y[:-1]).reshape(len(y) - 1, -1).any(axis=1)
    return bool(changes.mean() < 1 / (2 * _REACH))


def _best_move(dataset: Dataset) -> tuple[int, float, float, float] | None:
    """The move, what is explained without it and with it, and p; None if none helps."""
    rows = np.arange(len(dataset))
    x = encode_fold(dataset.x, rows, rows[:1])[0]
    if x.dtype == object:
        x = word_features(x, seed=0)
    if are_windows(x):
        return None
    views = target_views(dataset.y, classes=dataset.is_classification)
    moves = _Moves(Problem(x, views, None, 0))
    best = int(moves.near.max(axis=0).argmax())
    statistic = int(moves.near[:, best].argmax())
    strength = float(moves.near[statistic, best])
    if strength <= moves.far.max():
        return None
    here = max(moves.explained(int(moves.near[:, 0].argmax()), 0), 0.0)
    here = max(moves.explained(statistic, 0), here)
    there = moves.explained(statistic, _NEAR[best])
    if there - here < max(GAIN, here):
        return None
    if moves.explained_share(_NEAR[best]) > FOLLOWED:
        return None
    p = moves.permutation_share(strength)
    return (_NEAR[best], here, there, p) if p <= _SURE else None


def are_windows(x: np.ndarray) -> bool:
    """Whether rows are windows of a series: each holds, moved, what the last one held.

    Parameters
    ----------
    x : array of shape (n_rows, ...)
        Numbers, in the order of the file.
    """
    rows = x.reshape(len(x), -1)
    here, before, z = (
        standardize_columns(rows[1:]),
        standardize_columns(rows[:-1]),
        standardize_columns(rows),
    )
    moved = np.abs(here.T @ before) / len(here)
    apart = 1 - np.abs(z.T @ z) / len(z)
    # in a slow series columns are alike within a row too, though less so
    same = (moved > _SAME) & (apart > _APART) & (1 - moved < apart / CLOSER)
    return bool(same.any())


class _Moves:
    """Targets moved by some rows, near and far, as deviates of the far ones.

    Attributes
    ----------
    near, far : arrays of shape (n_statistics, n_moves)
    """

    def __init__(self, problem: Problem) -> None:
        self._problem, self._rng = problem, np.random.default_rng(5)
        maps = feature_maps(problem.x, seed=0)
        self._looks = [solve(found) for found in maps]
        n = len(problem.x)
        beyond = np.arange(2 * _REACH, n - 2 * _REACH)
        far = self._rng.choice(beyond, min(_FAR, len(beyond)), replace=False)
        seen = self._seen([np.roll(np.arange(n), k) for k in (*_NEAR, *far)])
        apart = seen[:, len(_NEAR) :]
        self._centre, spread = apart.mean(axis=1), apart.std(axis=1)
        self._spread = np.where(spread > STILL, spread, np.inf)
        self.near, self.far = np.hsplit(self._standard(seen), [len(_NEAR)])

    def explained(self, statistic: int, move: int) -> float:
        """The share of the variance out of fold, by the map of a statistic."""
        sources = [
            (view, look, single)
            for view in self._problem.views
            for look in self._looks
            for single in (*[False] * len(look.map.penalties), True)
        ]
        view, look, single = sources[statistic]
        target = np.roll(view, move, axis=0)
        z = best_column(look, target) if single else look.map.z
        return out_of_fold(z, target, fold_numbers(self._problem))

    def explained_share(self, move: int) -> float:
        """The share of the features so many rows off that those of a row explain."""
        there = standardize_columns(
            np.roll(self._problem.x.reshape(len(self._problem.x), -1), move, 0)
        )
        folds = fold_numbers(self._problem)
        return max(out_of_fold(look.map.z, there, folds) for look in self._looks)

    def permutation_share(self, reached: float) -> float:
        """Tell how often the best of as many permutations as near moves is as good."""
        times = 1
        for _ in range(_BLOCKS):
            orders = draw_orders(self._problem, len(_NEAR), self._rng)
            times += int(self._standard(self._seen(orders)).max() >= reached)
        return times / (_BLOCKS + 1)

    def _standard(self, seen: np.ndarray) -> np.ndarray:
        return (seen - self._centre[:, None]) / self._spread[:, None]

    def _seen(self, orders: list[np.ndarray]) -> np.ndarray:
        views = self._problem.views
        targets = [np.stack([view[o] for o in orders], axis=1) for view in views]
        return np.vstack([statistics(k, t) for t in targets for k in self._looks])
