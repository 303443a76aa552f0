"""Rows of a script that are found again.

Copies on both sides of a split flatter; a generator gives a few rows again and again;
or rows are given with the targets of others. The script's own arrays tell the last:
where rows are looked up in one of them, the array of targets beside it has what belongs
to each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...data.counts import count
from ..backend import keras
from ..diagnosis.probe.symptoms import AGAIN
from ..diagnosis.record.arrays import arrays, whole_fit
from .data_faults import DataFault, cause, is_numeric

if TYPE_CHECKING:
    from ...baselines.results.diagnosis import Cause
    from ...data import Dataset
    from ..diagnosis.problem.context import RuleContext
    from ..diagnosis.record.recording import Fit, Recording


MANY_COPIES = 0.25
"""Share of rows with a copy from which these may flatter."""
FEWEST_KINDS = 40
"""Different rows, below which they are all there is to learn, and no fold can do
without some of them."""
FLATTERED = 0.05
"""What a forest's score must lose when copies are kept on one side: digits of which
each is there four times lose .12."""


def input_hashes(x: Any) -> np.ndarray:
    """One number a row, equal for rows that are equal in all inputs.

    Taken of what the network is given: a table for baselines only counts the words of a
    text, whatever their order.

    Parameters
    ----------
    x : array, list or dict of arrays
    """
    import pandas as pd

    from ...data.dataset import row_hashes
    from ..backend import keras

    parts = [np.asarray(part) for part in keras.tree.flatten(x)]
    each = {i: _hashes(part.reshape(len(part), -1)) for i, part in enumerate(parts)}
    return row_hashes(pd.DataFrame(each))


def _hashes(wide: np.ndarray) -> np.ndarray:
    import pandas as pd

    from ...data.dataset import row_hashes

    if wide.dtype.kind in "biuf":
        return row_hashes(wide.astype("float64") + 0.0)  # -0 is 0
    return row_hashes(pd.DataFrame(wide))


def find_copies(x: Any) -> np.ndarray | None:
    """Number rows so that copies have the same one; None where copies are by chance.

    By chance: as many rows have an equal where each column is shuffled by itself, as
    they have in tables of few values. None too where there are few different rows.

    Parameters
    ----------
    x : array, list or dict of arrays
        As the network is given them.
    """
    from ..backend import keras

    kinds = np.unique(input_hashes(x), return_inverse=True)[1]
    share = _twin_share(kinds)
    if share < MANY_COPIES or kinds.max() < FEWEST_KINDS:
        return None
    parts = [np.asarray(part) for part in keras.tree.flatten(x)]
    if any(part.dtype.kind not in "biuf" for part in parts):
        return kinds  # no text is the same as another by chance
    rng = np.random.default_rng(0)
    wide = np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)
    mixed = np.column_stack([rng.permutation(column) for column in wide.T])
    by_chance = _twin_share(np.unique(mixed, axis=0, return_inverse=True)[1].ravel())
    return kinds if by_chance < share / 2 else None


def _twin_share(kinds: np.ndarray) -> float:
    return float((np.bincount(kinds)[kinds] > 1).mean())


def duplicate_fault(dataset: Dataset, kinds: np.ndarray, share: float) -> Cause | None:
    """Copies of training rows among evaluated rows, where these flatter.

    A forest is judged twice: on rows drawn at random, of which copies are trained on,
    and on rows of which none is.

    Parameters
    ----------
    dataset : Dataset
    kinds : array of shape (n_rows,)
        As `find_copies` gives it.
    share : float
        Of the evaluated rows, those that were trained on as well.
    """
    judged = dataset.y.ndim == 1 and is_numeric(dataset)
    judged = judged and (dataset.is_classification or _have_same(dataset.y, kinds))
    if share < MANY_COPIES or not judged:
        return None
    mixed, apart = (_forest_scores(dataset, groups) for groups in (None, kinds))
    gap = mixed - apart
    error = gap.std() / np.sqrt(len(np.unique(kinds)))
    if gap.mean() < max(FLATTERED, 3 * error):
        return None
    return cause(
        "D309",
        f"{share:.0%} of the evaluated rows are also training rows. A random forest "
        f"has a score of {mixed.mean():.2f} with copies on both sides of a split, and "
        f"of {apart.mean():.2f} without: the score measures memorisation.",
        "Remove duplicates, or oversample only the training rows, after the split.",
    )


_SAME = 0.9
"""Share of rows with a copy that must have its number too; where a setting is measured
again, the numbers differ."""


def _have_same(y: np.ndarray, kinds: np.ndarray) -> bool:
    """Whether copies have the same target."""
    copied = np.bincount(kinds)[kinds] > 1
    first = y[np.unique(kinds, return_index=True)[1]]
    return bool((y == first[kinds])[copied].mean() >= _SAME)


def _forest_scores(dataset: Dataset, groups: np.ndarray | None) -> np.ndarray:
    """A forest's marks for every row, out of fold."""
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
    from sklearn.model_selection import (
        GroupKFold,
        KFold,
        StratifiedGroupKFold,
        StratifiedKFold,
        cross_val_predict,
    )

    from ..diagnosis.problem.task import TrainingTask
    from ..diagnosis.search.trials import score_rows

    forest: Any = RandomForestRegressor
    folds: Any = KFold if groups is None else GroupKFold
    if dataset.is_classification:
        forest = RandomForestClassifier
        folds = StratifiedKFold if groups is None else StratifiedGroupKFold
    x = np.nan_to_num(np.asarray(dataset.x).reshape(len(dataset), -1))
    predicted: Any = cross_val_predict(
        forest(random_state=0),
        x,
        dataset.y,
        groups=groups,
        cv=folds(4, shuffle=True, random_state=0),
    )
    kind: Any = dataset.task
    task = TrainingTask(kind, dataset.y, np.zeros(0))
    return score_rows(predicted, task, np.arange(len(dataset)))


def share_trained_on(x: Any, evaluated: Sequence[Any]) -> float:
    """Return the largest share of evaluated rows that were trained on as well.

    Parameters
    ----------
    x : array, list or dict of arrays
        The training rows, as the network is given them.
    evaluated : sequence of such
    """
    known = input_hashes(x)
    shares = [float(np.isin(input_hashes(part), known).mean()) for part in evaluated]
    return max(shares, default=0.0)


_FEW = 0.25
"""Share of the rows of an array, up to which those that are given are few of them."""


def repeated_rows(context: RuleContext) -> Iterator[DataFault]:
    """Find rows that an epoch repeats, though the script has many more.

    A script that has just these rows in an array may mean to repeat them.
    """
    fit, passes = context.fit, context.setup.passes
    rows = [np.asarray(part) for part in keras.tree.flatten(fit.x)]
    if not fit.batch or passes < AGAIN or fit.cut or len(rows) != 1:
        return
    given = rows[0]
    holders = {
        name: len(value)
        for name, value in arrays(context.recording)
        if value.shape[1:] == given.shape[1:]
        and value.dtype.kind in "biuf"
        and share_trained_on(value, [given]) == 1
    }
    if not holders or min(holders.values()) * _FEW < len(given):
        return
    name = max(holders, key=lambda one: holders[one])
    found = cause(
        "D311",
        f"An epoch goes {passes:.3g} times through the same {len(given):,} rows, of "
        f"{holders[name]:,} in {name!r}: the generator or dataset gives no others.",
        "Go on through the rows from batch to batch, so that an epoch has each of them "
        "once.",
    )
    yield DataFault(replace(found, side="preparation"))


_LEAST_ROWS = 50
_MOST_CELLS = 10_000_000
"""Of an array that rows are looked up in."""
_KNOWN = 0.95
"""Share of the rows that must stand in an array, and of rows unlike all others."""
_VARIED = 0.1
"""Share of rows that must not have the commonest targets."""
_SPREAD = 4.0
"""Standard errors around what chance gives."""


def find_mispaired_rows(recording: Recording, fit: Fit) -> Cause | None:
    """Rows whose targets are those of other rows of the script's arrays; else None.

    Which array the targets are from must be sure: they stand in its order, or have its
    numbers, hardly any of which is there twice. A row of another question has targets
    of its own.
    """
    # of many rows a sample was taken, which is in no order any more
    fit = whole_fit(recording, fit) or fit
    x, y = fit.x, np.asarray(fit.y)
    if not isinstance(x, np.ndarray) or y.size != len(y) or len(y) < _LEAST_ROWS:
        return None
    known = [
        (name, values)
        for name, values in sorted(arrays(recording), key=lambda one: one[0])
        if values.ndim and values.dtype.kind in "biuf"
    ]
    for name, rows, places in _sources(x, known):
        beside = [
            (other, values.ravel())
            for other, values in known
            if values.size == len(values) == len(rows)
        ]
        shares = {n: float((v[places] == y.ravel()).mean()) for n, v in beside}
        sources = [n for n, v in beside if _is_from(y.ravel(), v)]
        if sources and all(_is_chance(y, share) for share in shares.values()):
            return _mispaired(name, sources[0], shares[sources[0]], len(y))
    return None


def _sources(
    x: np.ndarray, known: list[tuple[str, np.ndarray]]
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Arrays that hold the rows, and where in them each row stands."""
    own = input_hashes(x)
    for name, rows in known:
        if rows.shape[1:] != x.shape[1:] or rows.ndim < 2 or rows.size > _MOST_CELLS:
            continue
        hashes, first = np.unique(input_hashes(rows.astype(x.dtype)), return_index=True)
        at = np.minimum(np.searchsorted(hashes, own), len(hashes) - 1)
        # each row must have one place only, and all of them must be here
        if len(hashes) < _KNOWN * len(rows) or not np.array_equal(hashes[at], own):
            continue
        yield name, rows, first[at]


def _is_from(given: np.ndarray, own: np.ndarray) -> bool:
    """Whether targets are those of an array, whatever rows they were given with."""
    first = min(len(given), len(own))  # later passes of a generator begin anywhere
    if np.array_equal(given[:first], own[:first]):
        return True
    values = np.unique(own)
    return len(values) > _KNOWN * len(own) and bool(np.isin(given, values).all())


def _is_chance(y: np.ndarray, share: float) -> bool:
    by_chance = _chance_agreement(y)
    error = np.sqrt(by_chance * (1 - by_chance) / len(y)) + 1 / len(y)
    return abs(share - by_chance) < _SPREAD * error and by_chance < 1 - _VARIED


def _chance_agreement(y: np.ndarray) -> float:
    counts = np.unique(y, return_counts=True)[1] / len(y)
    return float((counts**2).sum())


def _mispaired(name: str, target: str, share: float, rows: int) -> Cause:
    own = count(round(share * rows), "row has", "rows have")
    return cause(
        "P707",
        f"Of {rows:,} rows of {name!r} that the training was given, {own} the value of "
        f"{target!r} that stands beside it ({share:.0%}), as many as by chance: rows "
        "and targets are in different orders.",
        "Take rows and targets by the same order, e.g. x[order] and y[order].",
    )
