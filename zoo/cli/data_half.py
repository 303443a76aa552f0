"""The data half of an examination: baselines on the rows that a network is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from joblib import parallel_config
from threadpoolctl import threadpool_limits

from ...baselines.equal_rows import row_hashes
from ...baselines.study import Study, run_study
from ...data import Dataset
from ..diagnosis.credit import credits
from ..diagnosis.question import Question
from . import by_heart
from .material import FOLDS, Material

MOST_CELLS = 1_000_000
"""Rows times columns times classes, from which boosting is left out: its trees, one a
class and round, took 46 s for 2,250 digits, and a forest 2."""
MOST_OF_LOGISTIC = 20_000_000
"""And logistic regression: 2.5 s a fold for 3,000 colour images of 16 x 16 pixels, and
worse there than naive Bayes."""


def data_half(material: Material) -> Study:
    """What baselines and rules say of the rows."""
    cells = _cells(material.dataset)
    # a fold a thread; those of one product that wait for one another on a busy machine
    # take ten times as long, and few rows are done before threads have begun
    jobs = -1 if cells > MOST_CELLS else 1
    with threadpool_limits(1), parallel_config("threading", n_jobs=jobs):
        return run_study(
            {},
            material.dataset,
            folds=FOLDS,
            seed=material.seed,
            jobs=None if cells > MOST_CELLS else 1,
            leave_out=_too_slow(cells),
        )


def _cells(dataset: Dataset) -> int:
    """Rows times columns times classes."""
    columns = int(np.prod(dataset.x.shape[1:]))
    return len(dataset) * columns * max(1, len(dataset.classes))


def _too_slow(cells: int) -> tuple[str, ...]:
    """Baselines that would take longer than all the others together."""
    limits = {"boosting": MOST_CELLS, "logistic": MOST_OF_LOGISTIC}
    return tuple(name for name, most in limits.items() if cells > most)


def reached(study: Study, material: Material) -> dict[str, list[np.ndarray]]:
    """Each baseline's marks on the folds of the trials, one array a fold.

    Of rows that are learned by heart, those of the best answer to each.
    """
    if material.by_heart:
        count = len(material.question)
        kinds = np.unique(row_hashes(material.dataset.x), return_inverse=True)[1]
        marks = by_heart.lookup_marks(kinds[:count], material.question)
        return {by_heart.LOOKUP: [marks] * len(material.splits)}
    found: dict[str, list[np.ndarray]] = {}
    for outcome in study.outcomes:
        if outcome.predictions is None or outcome.fold >= len(material.splits):
            continue
        rows = material.splits[outcome.fold].test
        decided = _decided(outcome.predictions, material.question)
        marks = credits(decided, _as_asked(material), rows)
        found.setdefault(outcome.candidate, []).append(marks)
    whole = len(material.splits)
    return {name: marks for name, marks in found.items() if len(marks) == whole}


def mean_score(marks: Sequence[np.ndarray]) -> float:
    """The mean over folds."""
    return float(np.mean([part.mean() for part in marks]))


def _as_asked(material: Material) -> Question:
    """The question as baselines got it: with no more targets than they had."""
    return replace(material.question, y=material.dataset.y)


def _decided(predictions: np.ndarray, question: Question) -> np.ndarray:
    if question.task == "multilabel":
        return (predictions > 0.5).astype("int64")
    return predictions if question.task == "regression" else predictions.argmax(axis=1)
