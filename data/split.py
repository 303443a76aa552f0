"""Cutting rows into training, validation and test rows, the same way every time."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .dataset import Dataset
from .errors import BadData, Misuse

TEST_SHARE = 0.2
VALIDATION_SHARE = 0.2
"""Of the rows that are not test rows."""
STRETCHES = 4
"""Stretches of the file in a fold, where rows depend on their order: cross-validation
with blocks (Roberts et al., Ecography 40:913-929, 2017), which yet knows all classes of
a file that is nearly sorted."""


@dataclass(frozen=True)
class Fold:
    """Row numbers of one split: int arrays ``train`` and ``test``, disjoint."""

    train: np.ndarray
    test: np.ndarray


@dataclass(frozen=True)
class SplitRows:
    """Row numbers of the three parts of a dataset; disjoint, together all rows."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def cut(dataset: Dataset, *, seed: int = 0) -> SplitRows:
    """Training, validation and test rows: 64, 16 and 20 %.

    The official test rows are used where a dataset has some; classes keep their
    shares, and rows of a group stay together. Of a series the last steps are test
    rows, as many as are forecast at a time, and those before them validation rows; of a
    text the last fifth of what is not for testing. Where rows depend on each other by
    their order, the last ones are test rows.

    Raises
    ------
    BadData
        There are less than three rows or groups.
    """
    rows = np.arange(len(dataset))
    if dataset.series:
        last = len(rows) - dataset.series.horizon
        return SplitRows(*np.split(rows, [last - dataset.series.horizon, last]))
    if dataset.n_test:
        rest, test = rows[: -dataset.n_test], rows[-dataset.n_test :]
    elif dataset.dependence == "time":
        rows = dataset.rows_in_order
        rest, test = np.split(rows, [len(rows) - int(TEST_SHARE * len(rows))])
    else:
        rest, test = hold_out(dataset.y, TEST_SHARE, **_kind(dataset), seed=seed)
    if dataset.task == "characters" or dataset.dependence == "time":
        first = len(rest) - int(VALIDATION_SHARE * len(rest))
        return SplitRows(rest[:first], rest[first:], test)
    groups = None if dataset.groups is None else dataset.groups[rest]
    train, validation = hold_out(
        dataset.y[rest],
        VALIDATION_SHARE,
        classes=has_strata(dataset),
        groups=groups,
        seed=seed,
    )
    return SplitRows(rest[train], rest[validation], test)


def has_strata(dataset: Dataset) -> bool:
    """Whether each row belongs to one class, whose share can be kept."""
    return dataset.is_classification and dataset.y.ndim == 1


def _kind(dataset: Dataset) -> dict[str, Any]:
    return {"classes": has_strata(dataset), "groups": dataset.groups}


def hold_out(
    y: np.ndarray,
    share: float,
    *,
    classes: bool,
    groups: np.ndarray | None = None,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers of a larger and a smaller part.

    Parameters
    ----------
    y : array of shape (n_rows,)
    share : float
        Of the smaller part, between 0 and 1.
    classes : bool
        Whether y holds classes, which are to keep their shares where they can.
    groups : array of shape (n_rows,), optional
        Rows with equal values stay together; classes are then left to chance.
    seed : int

    Returns
    -------
    larger, smaller : int arrays
        Sorted row numbers.

    Raises
    ------
    BadData
        There are less than two rows or groups to part.
    """
    from sklearn.model_selection import (  # `zoo list` reads this file
        GroupShuffleSplit,
        ShuffleSplit,
        StratifiedShuffleSplit,
    )

    units = len(y) if groups is None else len(np.unique(groups))
    if units < 2:
        what = "row" if groups is None else "group"
        msg = f"training, validation and test rows cannot be cut from so few {what}s"
        msg = f"{msg} ({units} {what} is left to part); bring more {what}s"
        raise BadData(msg)
    counts = np.unique(y, return_counts=True)[1] if classes else np.array([0])
    smaller = int(np.ceil(share * len(y)))
    possible = counts.min() >= 2 and len(counts) <= min(smaller, len(y) - smaller)
    if groups is not None:
        splitter: Any = GroupShuffleSplit(1, test_size=share, random_state=seed)
    elif possible:
        splitter = StratifiedShuffleSplit(1, test_size=share, random_state=seed)
    else:
        splitter = ShuffleSplit(1, test_size=share, random_state=seed)
    a, b = next(splitter.split(y, y, groups))
    return np.sort(a), np.sort(b)


def make_folds(
    dataset: Dataset, *, folds: int = 5, repeats: int = 1, seed: int = 0
) -> list[Fold]:
    """The splits on which every candidate is scored.

    Parameters
    ----------
    dataset : Dataset
        With official test rows there is one split: those rows against the others. The
        folds of a series lie at its end, one after the other, and all rows before one
        are its training rows (rolling origin).
    folds : int
        Parts into which the rows are cut; each is the test rows once. Classes keep
        their shares as far as they can, and rows of a group stay together. Where rows
        depend on each other by their order, parts are made of stretches of it.
    repeats : int
        How often that is done, each time with other parts.
    seed : int

    Raises
    ------
    Misuse
        Fewer than 2 folds or 1 repeat, or more repeats of a series.
    BadData
        Fewer rows, groups, or rows of the commonest class, than folds.
    """
    if folds < 2 or repeats < 1:
        msg = "--folds must be 2 or more and --repeats 1 or more"
        msg = f"{msg}, got {folds} and {repeats}"
        raise Misuse(msg)
    if dataset.n_test:
        rows = np.arange(len(dataset))
        return [Fold(rows[: -dataset.n_test], rows[-dataset.n_test :])]
    if dataset.series:
        if repeats > 1:
            msg = "--repeats does not go with a series, whose folds lie at its end"
            raise Misuse(f"{msg}; leave it out, or give more --folds")
        horizon = dataset.series.horizon
        return rolling_folds(len(dataset), horizon=horizon, folds=folds)
    _check_enough(dataset, folds)
    return [
        Fold(train, test)
        for repeat in range(repeats)
        for train, test in _splits(dataset, folds, seed + repeat)
    ]


def _check_enough(dataset: Dataset, folds: int) -> None:
    def refuse(count: int, what: str) -> None:
        if count < folds:
            fewer = f"give --folds {count} or " if count >= 2 else ""
            msg = f"{count} {what} cannot be cut into {folds} folds"
            msg = f"{msg}; {fewer}bring more rows"
            raise BadData(msg)

    refuse(len(dataset), "rows")
    if dataset.groups is not None:
        refuse(len(np.unique(dataset.groups)), "groups")
    if has_strata(dataset):
        refuse(int(np.bincount(dataset.y).max()), "rows of the commonest class")


def _splits(
    dataset: Dataset, folds: int, seed: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    import warnings

    from sklearn import model_selection as ms

    groups, classes = dataset.groups, has_strata(dataset)
    if dataset.dependence == "time":
        groups = np.empty(len(dataset), dtype=int)
        places = np.arange(len(dataset))
        groups[dataset.rows_in_order] = places * STRETCHES * folds // len(dataset)
    grouped = groups is not None
    if grouped and classes:
        kind: Any = ms.StratifiedGroupKFold
    elif grouped:
        kind = ms.GroupKFold
    else:
        kind = ms.StratifiedKFold if classes else ms.KFold
    splitter = kind(folds, shuffle=True, random_state=seed)
    rows = np.zeros(len(dataset))
    with warnings.catch_warnings():
        # a class with fewer rows than folds is missing in some; scoring allows it
        warnings.filterwarnings("ignore", message="The least populated class")
        made = list(splitter.split(rows, dataset.y, groups))
    if grouped and not all(len(test) for _, test in made):
        # few groups: for the sake of the classes scikit-learn leaves a fold empty
        plain = ms.GroupKFold(folds, shuffle=True, random_state=seed)
        return list(plain.split(rows, dataset.y, groups))
    return made


def sample_rows(dataset: Dataset, limit: int, *, seed: int) -> np.ndarray:
    """Sorted numbers of about ``limit`` rows, classes and test rows in proportion.

    Every class keeps at least two rows, so that a rare one does not vanish.
    """
    rng = np.random.default_rng(seed)
    is_test = np.arange(len(dataset)) >= len(dataset) - dataset.n_test
    strata = is_test + 2 * (dataset.y if has_strata(dataset) else 0)

    def some(rows: np.ndarray) -> np.ndarray:
        share = round(limit * len(rows) / len(dataset))
        return rng.choice(rows, max(min(2, len(rows)), share), replace=False)

    kept = [some(np.flatnonzero(strata == s)) for s in np.unique(strata)]
    return np.sort(np.concatenate(kept))


LEAST_ROWS = 10
"""Rows before the first fold, at least; two seasons where they are longer."""


def rolling_folds(rows: int, *, horizon: int, folds: int) -> list[Fold]:
    """Folds at the end of a series, one after the other (rolling origin).

    As Tashman 2000, International Journal of Forecasting 16, recommends.

    Parameters
    ----------
    rows, horizon, folds : int
        The last ``folds`` x ``horizon`` rows are test rows once; all rows before those
        of a fold are its training rows.

    Raises
    ------
    BadData
        Less than `LEAST_ROWS` rows stand before the first fold.
    """
    check_length(rows, 1, horizon, folds, "the series")
    starts = range(rows - folds * horizon, rows, horizon)
    return [Fold(np.arange(s), np.arange(s, s + horizon)) for s in starts]


def check_length(rows: int, season: int, horizon: int, folds: int, name: str) -> None:
    before = max(2 * season, LEAST_ROWS)
    if rows < before + folds * horizon:
        msg = f"{name} is too short: {rows} steps, and {before} before the first fold"
        msg = (
            f"{msg} and {folds} folds of {horizon} steps are {before + folds * horizon}"
        )
        raise BadData(f"{msg}; give a smaller --horizon, --folds or --season")
