"""Rows of which none can be held out: can the network learn them by heart?

Four rows of XOR are all there is to know of XOR, however often each is there. A fold
without one of them asks for something that nobody taught.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from ...data import Dataset
from ...data.dataset import row_hashes, take
from ...data.split import has_strata
from ..diagnosis.problem.task import TrainingTask
from ..diagnosis.search.trials import Split, score_rows

_LEAST_ROWS = 8
"""Different rows, of fewer than which none is held out."""
LEAST_OF_CLASS = 4
"""Different rows that some class must have."""
_MOST_CELLS = 64
"""Of a truth table: one of six columns has so many rows."""
MANY = 40
"""Rows that baselines and rules are given, made of copies: folds can be cut then, and
each has all that there is."""
_SEEDS = 5
"""Trainings each way: the rows are no sample, so that only starts are chance."""
LOOKUP = "a lookup table"
"""What every row can be known by."""


def count_to_memorise(dataset: Dataset) -> int:
    """Count the different rows, if none can be held out; else return 0.

    None can of very few, nor of a truth table, which has every combination of the
    values of several columns: there are no other rows to be right on.
    """
    kinds = np.unique(row_hashes(dataset.x), return_inverse=True)[1]
    different = int(kinds.max()) + 1
    if len(dataset) < _LEAST_ROWS:
        return different
    if different == 1:
        return 0  # columns that do not vary are another matter
    few = different < _LEAST_ROWS or _has_small_classes(dataset, kinds)
    return different if few or _is_truth_table(dataset, different) else 0


def _has_small_classes(dataset: Dataset, kinds: np.ndarray) -> bool:
    if not has_strata(dataset):
        return False
    told = np.unique(np.column_stack([kinds, dataset.y]), axis=0)
    return int(np.bincount(told[:, 1]).max()) < LEAST_OF_CLASS


def _is_truth_table(dataset: Dataset, different: int) -> bool:
    if not isinstance(dataset.x, pd.DataFrame) or different > _MOST_CELLS:
        return False
    counts = [int(count) for count in dataset.x.nunique() if count > 1]
    return len(counts) > 1 and int(np.prod(counts, dtype=float)) == different


def with_copies(dataset: Dataset) -> Dataset:
    """Each row so often that there are `MANY`."""
    times = -(-MANY // len(dataset))
    if times == 1:
        return dataset
    rows = np.tile(np.arange(len(dataset)), times)
    name = f"{dataset.card.name} (each row {times} times)"
    card = replace(dataset.card, name=name, title=name)
    return replace(
        dataset,
        x=take(dataset.x, rows),
        y=dataset.y[rows],
        card=card,
    )


def same_splits(count: int) -> tuple[Split, ...]:
    """All rows to train on and to judge by, once for each of some seeds."""
    rows = np.arange(count)
    return (Split(rows, rows),) * _SEEDS


def lookup_scores(kinds: np.ndarray, task: TrainingTask) -> np.ndarray:
    """Marks of the best answer that is the same for equal rows.

    Parameters
    ----------
    kinds : int array of shape (n_rows,)
        Equal for equal rows.
    task : TrainingTask
    """
    rows = np.arange(len(task))
    decided = np.zeros_like(task.y)
    for kind in np.unique(kinds):
        same = kinds == kind
        answers = task.y[same]
        if task.kind == "regression":
            decided[same] = answers.mean(axis=0)
        else:
            found, counts = np.unique(answers, axis=0, return_counts=True)
            decided[same] = found[counts.argmax()]
    return score_rows(decided, task, rows)
