"""Copies of rows: on both sides of a split they flatter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .data_faults import cause, is_numeric

if TYPE_CHECKING:
    from ...baselines.results.diagnosis import Cause
    from ...data import Dataset


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
    share = _with_twin(kinds)
    if share < MANY_COPIES or kinds.max() < FEWEST_KINDS:
        return None
    parts = [np.asarray(part) for part in keras.tree.flatten(x)]
    if any(part.dtype.kind not in "biuf" for part in parts):
        return kinds  # no text is the same as another by chance
    rng = np.random.default_rng(0)
    wide = np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)
    mixed = np.column_stack([rng.permutation(column) for column in wide.T])
    by_chance = _with_twin(np.unique(mixed, axis=0, return_inverse=True)[1].ravel())
    return kinds if by_chance < share / 2 else None


def _with_twin(kinds: np.ndarray) -> float:
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
