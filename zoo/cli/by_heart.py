"""Rows so few that none can be kept back: can the network learn them by heart?

Four rows of XOR are all there is to know of XOR. A fold without one of them asks for
something that nobody taught.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...data import Dataset
from ...data.dataset import take
from ..diagnosis.credit import credits
from ..diagnosis.question import Question
from ..diagnosis.trials import Split

MANY = 40
"""Rows that baselines and rules are given, made of copies: folds can be cut then, and
each has all that there is."""
SEEDS = 5
"""Trainings each way: the rows are no sample, so that only starts are chance."""
LOOKUP = "a lookup of the same rows"
"""What every row can be known by."""


def copied(dataset: Dataset) -> Dataset:
    """Each row so often that there are `MANY`."""
    times = -(-MANY // len(dataset))
    rows = np.tile(np.arange(len(dataset)), times)
    name = f"{dataset.card.name} (each row {times} times)"
    card = replace(dataset.card, name=name, title=name)
    return replace(
        dataset,
        x=take(dataset.x, rows),
        y=dataset.y[rows],
        card=card,
    )


def splits(count: int) -> tuple[Split, ...]:
    """All rows to train on and to judge by, once for each of some seeds."""
    rows = np.arange(count)
    return (Split(rows, rows),) * SEEDS


def lookup_marks(kinds: np.ndarray, question: Question) -> np.ndarray:
    """Marks of the best answer that is the same for equal rows.

    Parameters
    ----------
    kinds : int array of shape (n_rows,)
        Equal for equal rows.
    question : Question
    """
    rows = np.arange(len(question))
    decided = np.zeros_like(question.y)
    for kind in np.unique(kinds):
        same = kinds == kind
        answers = question.y[same]
        if question.task == "regression":
            decided[same] = answers.mean(axis=0)
        else:
            found, counts = np.unique(answers, axis=0, return_counts=True)
            decided[same] = found[counts.argmax()]
    return credits(decided, question, rows)
