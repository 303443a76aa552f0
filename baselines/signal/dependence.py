"""Which rows may change places: the unit that is permuted and folded, and why.

A permutation test is exact only if what changes places is exchangeable. Rows are not
where neighbours in the file are alike in features and target, where rows are the same
case again, or where rows of one person, site or batch share both: whatever the features
tell of the unit then seems to tell of the target.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from ...data import Dataset
from ...data.dataset import ORDERED, order_rows, take
from ...data.encode import encode_fold, is_text
from .near_copies import (
    LARGEST_CASE,
    expected_coincidences,
    near_copies,
    numbers_rows,
)
from .problem import target_views
from .row_order import (
    ALIKE_P,
    LEFT_P,
    find_sorting,
    is_nearly_sorted,
    is_time,
    neighbour_correlation,
    project_columns,
    remove_target_trend,
    split_in_stretches,
    within_chunks,
)

_LEAST_ROWS = 20
LEAST_CASES = 8
"""Fewer cases or groups cannot be told from classes."""
LEAST_CASES_A_CLASS = 3
"""Cases a class, at least: a class may be a group of like rows itself."""
_REPEATED = 0.05
"""Share of the rows whose case has several, at least."""
_DRAWS = 199
_ROWS_A_GROUP = 20
"""Mean rows of a value, up to which a column may name persons; others are kinds."""
_MOST_COLUMNS = 3
"""Columns with which the signal test is done again."""
_ORDERED = 0.05
"""p-value of a trend of the target over a column's values, below which these measure
something."""
_DESIGN = 2
"""Possible rows, in units of those that there are, up to which rows are a design."""
_LEAST_REPEATS = 20
"""Pairs of equal rows that chance would give, at least, and of which ..."""
_FEW = 0.1
"""... so few are there, that the rows are settings which somebody chose."""
_LEAST_BLOCK = 5
_BLOCKS = 12
"""Blocks of a sorted file, at least; of a class a third of these."""


@dataclass(frozen=True)
class Unit:
    """A unit of rows that is permuted and folded as one.

    ``groups`` number the rows' cases or blocks. ``reason`` is a sentence; it is empty
    where the user said what belongs together. ``found`` says that it was found out.
    ``column`` is the one whose order is meant, "" for that of the file.
    """

    kind: Literal["row", "time", "case", "block", "group"]
    reason: str
    groups: np.ndarray | None = None
    found: bool = False
    column: str = ""

    def applied(self, dataset: Dataset) -> Dataset:
        """The dataset, with what depends on each other made known."""
        if self.kind == "group":
            return dataset
        if self.kind == "row":
            return replace(dataset, dependence="none")
        if self.kind == "time":
            return replace(dataset, dependence="time", order_column=self.column)
        dependence = "cases" if self.kind == "case" else "none"
        return replace(dataset, groups=self.groups, dependence=dependence)


_TOLD = {
    "none": Unit("row", "Rows were permuted one by one, as the user asked."),
    "time": Unit("time", "The target was moved along the file, as the user asked."),
}
_ROWS = Unit(
    "row",
    "Rows were permuted one by one: neither neighbours in the file nor near copies "
    "were found to be alike.",
)


def find_permutation_unit(dataset: Dataset, *, seed: int) -> Unit:
    """Find out what must change places as one: rows, cases, blocks, or the whole file.

    Parameters
    ----------
    dataset : Dataset
        Its groups, or its ``dependence`` if known, are taken as they are.
    seed : int
    """
    if dataset.groups is not None:
        return Unit("group", "Groups were permuted, or rows within them, as given.")
    if dataset.dependence in _TOLD:
        return _TOLD[dataset.dependence]
    if dataset.task in ORDERED or len(dataset) < _LEAST_ROWS:
        return _ROWS
    views = np.hstack(
        target_views(dataset.y, classes=dataset.is_classification)
    ).astype("float64")
    return (
        _case_unit(dataset, views, seed)
        or _order_unit(dataset, views, seed)
        or _dated_unit(dataset, views, seed)
        or _ROWS
    )


def _case_unit(dataset: Dataset, views: np.ndarray, seed: int) -> Unit | None:
    """Near copies whose targets are alike."""
    table = dataset.x
    if not isinstance(table, pd.DataFrame) or is_text(table):
        return None
    cases = near_copies(table, seed=seed)
    if cases is None:
        return None
    counts = np.bincount(cases)
    several = float(counts[counts > 1].sum()) / len(cases)
    classes = len(dataset.classes) if dataset.y.ndim == 1 else 0
    few = len(counts) < max(LEAST_CASES, LEAST_CASES_A_CLASS * classes)
    if few or several < _REPEATED or counts.max() > LARGEST_CASE * len(cases):
        return None
    if not _shared(views, cases, np.random.default_rng([seed, 6])):
        return None
    message = (
        f"{several:.0%} of the rows are far nearer to another row than chance gives, "
        f"as near copies are, with like targets: the {len(counts):,} cases that they "
        "make were permuted, and folded, as one each"
    )
    return Unit("case", _overruled(message), cases, found=True)


def _overruled(message: str) -> str:
    return f"{message} (--rows independent overrules this)."


def _shared(columns: np.ndarray, groups: np.ndarray, rng: np.random.Generator) -> bool:
    """Whether a column differs between groups more than by chance, by permutations."""
    counts = np.bincount(groups)

    def largest(order: np.ndarray) -> float:
        sums = np.zeros((len(counts), columns.shape[1]))
        np.add.at(sums, groups, columns[order])
        return float((sums**2 / counts[:, None]).sum(axis=0).max())

    columns = columns - columns.mean(axis=0)
    columns = columns / np.where(columns.std(axis=0) > 0, columns.std(axis=0), 1)
    truth, again = largest(np.arange(len(groups))), 0
    for _ in range(_DRAWS):
        again += largest(rng.permutation(len(groups))) >= truth - 1e-9
        if (again + 1) / (_DRAWS + 1) > ALIKE_P:
            return False
    return True


def _order_unit(
    dataset: Dataset, views: np.ndarray, seed: int, *, column: str = ""
) -> Unit | None:
    """Rows like the next one, where sorting does not explain it.

    ``column`` is the one that rows stand in the order of, "" for that of the file.
    """
    near = f"neighbours by {column!r}" if column else "neighbours in the file"
    rng, rows = np.random.default_rng([seed, 7]), split_in_stretches(len(dataset))
    in_time = _is_in_order_of_dates(dataset.x)
    if not in_time and _is_design(dataset.x):
        return None
    one = np.zeros(len(rows), dtype=int)
    target, y_like = neighbour_correlation(views[rows], one, rows, rng)
    if not target:
        return None
    if in_time:
        stand = (
            "Rows have dates" if column else "Rows stand in the order of their dates"
        )
        facts = (
            f"{stand}, and {near} are alike in the target (correlation {y_like:.2f})"
        )
        return Unit("time", _by_order(facts, column), found=True)
    x = encode_fold(dataset.x, rows, rows[:1])[0]
    if x.dtype == object:
        return None
    every = project_columns(x.reshape(len(rows), -1).astype("float64"), rng)
    if not neighbour_correlation(every, one, rows, rng)[0]:
        return None
    x = remove_target_trend(every, dataset, rows)
    features, x_like = neighbour_correlation(x, one, rows, rng, level=LEFT_P)
    if not features:
        return None
    sorting = find_sorting(dataset)
    strata, y = sorting.strata[rows], views[rows]
    if sorting.by_number:
        (x, strata), y = within_chunks(x), within_chunks(y)[0]
    if sorting.found:
        features, x_like = neighbour_correlation(x, strata, rows, rng)
        if not features:
            return None
        if sorting.by_target and dataset.classes:
            return _blocks(sorting.strata, x_like)
        target, y_like = neighbour_correlation(y, strata, rows, rng)
        if not (target or sorting.by_target):
            return None
    if is_nearly_sorted(every, y, strata, rows, rng):
        return None
    facts = (
        f"Rows depend on their order: {near} are alike in features "
        f"(correlation up to {x_like:.2f}) and target ({y_like:.2f})"
    )
    return Unit("time", _by_order(facts, column), found=True)


def _dated_unit(dataset: Dataset, views: np.ndarray, seed: int) -> Unit | None:
    """Rows like the next one by a column of times, in whose order they do not stand.

    Shuffling a file must not turn what is said of it.
    """
    for name in _time_columns(dataset.x):
        order = order_rows(dataset.x, name)
        moved = replace(dataset, x=take(dataset.x, order), y=dataset.y[order])
        unit = _order_unit(moved, views[order], seed, column=name)
        if unit is not None and unit.kind == "time":
            return replace(unit, column=name)
    return None


def _time_columns(x: pd.DataFrame | np.ndarray) -> list[str]:
    """Dates, and numbers named as times are, that hardly repeat and are in no order."""
    if not isinstance(x, pd.DataFrame):
        return []
    return [
        str(name)
        for name, column in x.items()
        if (
            pd.api.types.is_datetime64_any_dtype(column.dtype)
            or (pd.api.types.is_numeric_dtype(column.dtype) and is_time(name))
        )
        and column.nunique() > len(column) / 2
        and not column.is_monotonic_increasing
    ][:_MOST_COLUMNS]


def _by_order(facts: str, column: str) -> str:
    """A sentence on rows that depend on their order, in the file or by a column."""
    along = f"the order of {column!r}" if column else "the file"
    return _overruled(
        f"{facts}. So the target was moved along {along} as a whole, and folds are "
        "made of stretches of it"
    )


def _is_in_order_of_dates(x: pd.DataFrame | np.ndarray) -> bool:
    """Whether all columns are dates, and rows stand in the order of one.

    Such a file is no table that somebody has sorted by a measurement: a date between
    two others tells of the target what its neighbours tell.
    """
    if not isinstance(x, pd.DataFrame) or x.empty:
        return False
    if len(x.select_dtypes(["datetime", "datetimetz"]).columns) < x.shape[1]:
        return False
    columns = [pd.Index(x[name]) for name in x.columns]
    return any(c.is_monotonic_increasing and c.nunique() > len(c) / 2 for c in columns)


def _is_design(x: pd.DataFrame | np.ndarray) -> bool:
    """Whether rows are settings of an experiment, most of them in some order.

    They are nearly all possible ones, or some of these which do not repeat though they
    would by chance.
    """
    if not isinstance(x, pd.DataFrame):
        return False
    different = len(x.drop_duplicates())
    expected = expected_coincidences(x)
    if expected >= _LEAST_REPEATS and len(x) - different < _FEW * expected:
        return True
    digits = np.log(np.maximum(x.nunique().to_numpy(dtype="float64"), 1)).sum()
    return digits <= np.log(_DESIGN * len(x)) and (
        different >= np.exp(digits) / _DESIGN
    )


def _blocks(runs: np.ndarray, correlation: float) -> Unit:
    """Blocks within runs of equal keys, as long as neighbours are alike.

    Of an autoregression with this correlation r, (1 + r) / (1 - r) rows tell as much of
    a mean as one independent row; blocks are twice as long.
    """
    r = float(np.clip(correlation, 0, 0.99))
    most = min(len(runs) / _BLOCKS, 3 * np.bincount(runs).min() / _BLOCKS)
    size = int(np.clip(2 * (1 + r) / (1 - r), _LEAST_BLOCK, max(_LEAST_BLOCK, most)))
    start = np.r_[0, np.flatnonzero(np.diff(runs)) + 1]
    place = np.arange(len(runs)) - start[np.cumsum(np.r_[0, np.diff(runs) != 0])]
    blocks = np.unique(
        np.stack([runs, place // max(1, size)], axis=1), axis=0, return_inverse=True
    )[1].ravel()
    message = (
        "The file is sorted by class, and within a class neighbours are alike "
        f"(correlation up to {correlation:.2f}). So the {blocks.max() + 1:,} blocks of "
        f"{size} neighbouring rows were permuted, and folded, as one each"
    )
    return Unit("block", _overruled(message), blocks, found=True)


def repeating_columns(dataset: Dataset, *, seed: int) -> list[str]:
    """Columns that may name what several rows belong to: persons, sites, batches.

    Their values repeat, on `_ROWS_A_GROUP` rows or fewer, without order, and rows of a
    value are alike in the target and in another column.
    """
    table: Any = dataset.x
    if not isinstance(table, pd.DataFrame) or table.shape[1] < 2:
        return []
    if dataset.groups is not None or dataset.dependence != "none":
        return []
    named = {c: g for c in table if (g := _as_groups(table[c])) is not None}
    if not named:
        return []
    views = target_views(dataset.y, classes=dataset.is_classification)
    y, rng = np.hstack(views).astype("float64"), np.random.default_rng([seed, 8])
    rows = np.arange(len(dataset))
    found = []
    for name, groups in named.items():
        if not _shared(y, groups, rng) or _measures(table[name], groups, y, rng):
            continue
        x = encode_fold(table.drop(columns=name), rows, rows[:1])[0]
        if x.dtype != object and _shared(project_columns(x, rng), groups, rng):
            found.append(str(name))
        if len(found) == _MOST_COLUMNS:
            break
    return found


def _as_groups(column: Any) -> np.ndarray | None:
    """The values numbered, where whole numbers or texts repeat on few rows each."""
    if pd.api.types.is_float_dtype(column.dtype) and not _is_whole(column):
        return None
    if pd.api.types.is_datetime64_any_dtype(column.dtype) or numbers_rows(column):
        return None
    groups, values = pd.factorize(column, use_na_sentinel=False)
    fits = LEAST_CASES <= len(values) <= len(column) / 2
    return groups if fits and len(column) <= _ROWS_A_GROUP * len(values) else None


def _is_whole(column: Any) -> bool:
    known = column.dropna().to_numpy(dtype="float64")
    return bool(np.isfinite(known).all() and (np.mod(known, 1) == 0).all())


def _measures(
    column: Any, groups: np.ndarray, y: np.ndarray, rng: np.random.Generator
) -> bool:
    """Whether the target follows the order of a column's numbers, as of an age."""
    from scipy.stats import spearmanr

    if not pd.api.types.is_numeric_dtype(column.dtype):
        return False
    values = column.to_numpy(dtype="float64", na_value=np.nan)
    known = np.isfinite(values)
    trends = (spearmanr(values[known], own[known]).pvalue for own in y.T)  # type: ignore[attr-defined]  (a result has it)
    if min(trends) < _ORDERED:
        return True
    counts = np.bincount(groups)
    means = np.zeros((len(counts), y.shape[1]))
    np.add.at(means, groups, y)
    means = means / counts[:, None]
    first = np.unique(groups, return_index=True)[1]
    order = np.argsort(values[first])
    one = np.zeros(len(counts), dtype=int)
    return neighbour_correlation(means[order], one, np.arange(len(counts)), rng)[0]
