"""Rows like their neighbours, or of one person, which random folds part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from ...data import Dataset
from ...data.dataset import order_rows, take
from ...data.split import Fold, make_folds
from ..estimators.catalog import baselines_for
from ..scores import harness
from ..scores.comparison import Estimate, over_folds
from ..scores.metrics import reference, scaled_losses
from ..verdicts.leakage import count_cases
from .context import RuleResult, TableContext, found
from .registry import rule

_MAX_ROWS = 5_000
_LEAST_ROWS = 200
LIKE = 0.1
"""Correlation of a row's target, or of what is missed of it, with the next row's ..."""
SIGMAS = 6.0
"""... and how many of its standard errors that is, before anything is tried."""
_FOLDS = 5
_ROWS_A_CASE = 20
"""Mean rows of a value, up to which a column may name persons; others are kinds."""
_BLOCKS = 25
"""Stretches of rows whose mean losses are compared."""
_LOST = 0.1
"""Skill lost on stretches that is worth a warning ..."""
_SURE = 0.01
"""... at this p-value."""


@rule("D316")
def dependent_rows(context: TableContext) -> RuleResult | None:
    """Whether skill is lost when whole stretches of rows are held out.

    Cross-validation with blocks (Roberts et al., Ecography 40:913-929, 2017) against
    the same with shuffled rows, of the best baseline.
    """
    best = context.best
    if best is None or context.learned is None:
        return None
    # folds that keep such rows together show what is left without them
    together = context.dataset.dependence in ("time", "cases")
    if not together and not best.scores["skill"].mean > _LOST:
        return None
    whole = context.learned.whole
    if whole.n_test or whole.groups is not None or len(whole) < _LEAST_ROWS:
        return None
    if not _has_serial_correlation(context):
        return None if together else _by_column(context, best.name)
    column = context.dataset.order_column
    start = max(0, (len(whole) - _MAX_ROWS) // 2)
    rows = order_rows(whole.x, column)[start : start + _MAX_ROWS]
    part = replace(whole, x=take(whole.x, rows), y=whole.y[rows], dependence="none")
    if not _has_all_classes(part):
        return None
    base = _base(part)
    shuffled = _known(context, part)
    if shuffled is None:
        shuffled = _losses(part, best.name, make_folds(part, folds=_FOLDS))
    stretches = _losses(part, best.name, _stretches(len(part)))
    if not len(shuffled) or not len(stretches) or not base.mean() > 0:
        return None
    near = f"neighbours by {column!r}" if column else "neighbours in the file"
    return _compared(best.name, shuffled, stretches, base, near)


def _by_column(context: TableContext, name: str) -> RuleResult | None:
    """Rows of a column's value, which all have one target: a patient, a machine."""
    assert context.learned is not None
    whole = context.learned.whole
    if len(whole) > _MAX_ROWS or whole.y.ndim > 1:
        return None
    column = next(iter(_case_columns(whole)), None)
    shuffled = None if column is None else _known(context, whole)
    if column is None or shuffled is None:
        return None
    assert isinstance(whole.x, pd.DataFrame)
    groups = pd.factorize(whole.x[column], use_na_sentinel=False)[0]
    part = replace(whole, groups=groups, dependence="none")
    apart, base = _losses(part, name, make_folds(part, folds=_FOLDS)), _base(part)
    if not len(apart) or not base.mean() > 0:
        return None
    order = np.argsort(groups, kind="stable")
    lost = _difference((apart - shuffled)[order], base[order])
    if lost is None or lost.mean < _LOST or lost.p_value() > _SURE:
        return None
    near, far = (float(1 - own.mean() / base.mean()) for own in (shuffled, apart))
    return found(
        "D316",
        "warning",
        f"Rows with the same {column!r} have one target, and random folds separate "
        f"them: {name} has skill {near:.2f} on random folds, and {far:.2f} where each "
        f"of the {groups.max() + 1:,} values is held out as a whole (p = "
        f"{lost.p_value():.1g}).",
        f"If new rows will have other values (new patients, new machines), expect the "
        f"lower skill, and keep such rows together: --group {column}",
        columns=[column],
        skill_shuffled=near,
        skill_apart=far,
        lost=lost.mean,
        p=lost.p_value(),
    )


def _case_columns(dataset: Dataset) -> Iterator[str]:
    """Columns whose values come again on few rows each, with one target in them."""
    if not isinstance(dataset.x, pd.DataFrame):
        return
    for column, values in dataset.x.items():
        few = len(dataset) <= _ROWS_A_CASE * values.nunique()
        is_measure = pd.api.types.is_float_dtype(values.dtype)
        if few and not is_measure and count_cases(dataset, str(column)):
            yield str(column)


def _compared(
    name: str,
    shuffled: np.ndarray,
    stretches: np.ndarray,
    base: np.ndarray,
    neighbours: str,
) -> RuleResult | None:
    lost = _difference(stretches - shuffled, base)
    if lost is None or lost.mean < _LOST or lost.p_value() > _SURE:
        return None
    near, far = (float(1 - own.mean() / base.mean()) for own in (shuffled, stretches))
    low, high = lost.interval()
    return found(
        "D316",
        "warning",
        f"Rows resemble their {neighbours}, and random folds separate them: "
        f"{name} has skill {near:.2f} on random folds, and {far:.2f} on held-out "
        f"blocks of {len(base) // _FOLDS:,} rows (difference {lost.mean:.2f}, 95 % "
        f"interval {low:.2f} to {high:.2f}, p = {lost.p_value():.1g}).",
        "If rows are ordered by time, place or group, and new rows will come from "
        "other ones, expect the lower skill: give the column of groups (--group), or "
        "test on the last rows.",
        skill_shuffled=near,
        skill_stretches=far,
        lost=lost.mean,
        p=lost.p_value(),
    )


def _has_serial_correlation(context: TableContext) -> bool:
    """Whether targets, or what the best baseline misses of them, go on in the next."""
    if context.predicted is None:
        return False
    rows, predicted = context.predicted
    order = order_rows(take(context.dataset.x, rows), context.dataset.order_column)
    rows, predicted = rows[order], predicted[order]
    y = context.dataset.y[rows]
    one_class = bool(context.dataset.classes) and y.ndim == 1
    truth = np.eye(len(context.dataset.classes))[y] if one_class else y
    truth = truth.reshape(len(rows), -1)
    both = (truth, truth - predicted.reshape(len(rows), -1))
    return any(_lag_one_correlation(columns) for columns in both)


def _lag_one_correlation(columns: np.ndarray) -> bool:
    """Autocorrelation at lag 1, summed over the columns."""
    centred = columns - columns.mean(axis=0)
    size = float((centred**2).sum())
    if size <= 1e-12:
        return False
    like = float((centred[1:] * centred[:-1]).sum()) / size
    return like >= LIKE and like * np.sqrt(len(columns)) >= SIGMAS


def _has_all_classes(part: Dataset) -> bool:
    """Whether each class is known wherever a stretch is held out."""
    if not part.classes or part.y.ndim == 2:
        return True
    everything = set(part.y)
    return all(set(part.y[fold.train]) == everything for fold in _stretches(len(part)))


def _stretches(count: int) -> list[Fold]:
    rows = np.arange(count)
    return [
        Fold(np.setdiff1d(rows, test), test) for test in np.array_split(rows, _FOLDS)
    ]


def _known(context: TableContext, part: Dataset) -> np.ndarray | None:
    """Losses on the folds of the board, where these were shuffled rows of the part."""
    if context.predicted is None or len(context.predicted[0]) != len(part):
        return None
    if context.dataset.dependence == "time" or context.dataset.groups is not None:
        return None
    asked = {"classes": len(part.classes)}
    return scaled_losses(part.y, context.predicted[1], part.y, **asked)


def _base(part: Dataset) -> np.ndarray:
    """Losses of who knows only the targets' mean or shares."""
    asked = {"classes": len(part.classes)}
    bare = reference(part.y, len(part), **asked)
    return scaled_losses(part.y, bare, part.y, **asked)


def _losses(part: Dataset, name: str, folds: list[Fold]) -> np.ndarray:
    """Losses of each row by the baseline; empty where it fails."""
    own = np.zeros(len(part))
    model = {name: baselines_for(part)[name]}
    for outcome in harness.run(model, part, folds, jobs=1):
        if outcome.predictions is None:
            return own[:0]
        test = folds[outcome.fold].test
        own[test] = scaled_losses(
            part.y[test], outcome.predictions, part.y, classes=len(part.classes)
        )
    return own


def _difference(lost: np.ndarray, base: np.ndarray) -> Estimate | None:
    """Mean loss of skill over stretches, which are as good as independent."""
    means = [float(part.mean()) for part in np.array_split(lost, _BLOCKS)]
    return over_folds([m / base.mean() for m in means], test_over_train=0.0)
