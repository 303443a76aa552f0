"""Right answers to the rows that a script asks about, and what they say of its data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..backend import keras
from ..diagnosis.problem.task import TrainingTask
from ..diagnosis.record.arrays import arrays
from ..diagnosis.search.trials import score_rows
from . import data_faults as data_side

if TYPE_CHECKING:
    from ...baselines.results.diagnosis import Cause
    from ..diagnosis.record.recording import Evaluation, Recording


_FEWEST = 50
"""Rows with a right answer, below which a score says little."""
_SURE = 4.0
"""Standard errors that two scores must lie apart: more than 3, as every set of rows
asked about is compared, and folds differ by more than their rows say."""
LEARNED = 0.3
"""Score on rows kept back, from which other rows can be expected to be answered."""
_LOST = 0.5
"""Share of it that is left on rows of which the answers are others."""
RESTORED = 0.75
"""Share that renaming the classes must bring back."""
_NOTHING = 0.1
"""A score of answers that do not belong to their rows."""
GAINED = 0.15
"""What a network must have more on other rows than anyone has on rows kept back."""
_TIMES = 1.25
"""... and so many times as much."""
COPIES = 0.05
"""Share of rows that were trained on as well, from which a high score is memory."""


@dataclass(frozen=True)
class Scores:
    """Scores on rows kept back of those trained on, and on these.

    ``held`` is the network's, with its error; ``reach`` the best that anyone had there;
    ``taught`` that of the script's own network on the rows it was trained on; ``alike``
    whether the rows asked about are like them, ``known`` the share of them among these.
    """

    held: float
    error: float
    best_score: float
    taught: float
    alike: bool
    known: float


def right_answers(
    recording: Recording, task: TrainingTask, asked: Evaluation, said: np.ndarray
) -> np.ndarray | None:
    """The class of every row asked about; None where nobody knows.

    ``evaluate`` was given it. Beside ``predict`` it is the one array of the script with
    a class for each of the rows, what the network said (``said``) left out.
    """
    if task.kind not in ("binary", "multiclass"):
        return None
    if asked.y is not None:
        leaves = keras.tree.flatten(asked.y)
        found = _codes(np.asarray(leaves[0]), task) if len(leaves) == 1 else None
        return found if found is not None and len(found) == len(said) else None
    every = [
        codes
        for _, value in arrays(recording)
        if len(value) == len(said)
        and value.dtype.kind in "iuf"
        and (codes := _codes(value, task)) is not None
        and not np.array_equal(codes, said)
    ]
    different = {codes.tobytes(): codes for codes in every}
    return next(iter(different.values())) if len(different) == 1 else None


def _codes(y: np.ndarray, task: TrainingTask) -> np.ndarray | None:
    """Class codes of targets; None where they are none of these classes."""
    if y.ndim == 2 and y.shape[1] == task.class_count > 1:
        flags = np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all()
        return y.argmax(axis=1).astype("int64") if flags else None
    values = _values(task)
    flat = y.ravel()
    if flat.shape != y.shape[:1] or not np.isin(flat, values).all():
        return None
    found = np.searchsorted(values, flat).astype("int64")
    return found if len(np.unique(found)) > 1 else None


def _values(task: TrainingTask) -> np.ndarray:
    """Return the values that the script wrote for the classes."""
    written = task.values
    return written if len(written) else np.arange(task.class_count)


def told_by_answers(
    task: TrainingTask, said: np.ndarray, truth: np.ndarray, scores: Scores
) -> Cause | None:
    """A fault of the data that the right answers to other rows show.

    Parameters
    ----------
    question : TrainingTask
        That of the training.
    said, truth : array of shape (n_rows,)
        What the script's network says of these rows, and what is right: class codes.
    scores : Scores
    """
    if len(truth) < _FEWEST:
        return None
    row_scores = _marks(task, said, truth)
    here = float(row_scores.mean())
    apart = _SURE * float(
        np.hypot(scores.error, row_scores.std() / len(row_scores) ** 0.5)
    )
    # what the network knows of its own training rows holds for each other's
    learned = min(scores.held, scores.taught / RESTORED) >= LEARNED
    if learned and here < _LOST * scores.held and scores.held - here > apart:
        return _otherwise(task, said, truth, scores)
    more = here - max(scores.best_score, scores.taught)
    is_noise = more > max(GAINED, apart) and here > _TIMES * scores.best_score
    if is_noise and scores.alike and scores.known < COPIES:
        return _noise(here, scores, task.class_count)
    return None


def _marks(task: TrainingTask, said: np.ndarray, truth: np.ndarray) -> np.ndarray:
    asked = replace(task, y=truth)
    return score_rows(said, asked, np.arange(len(truth)))


def _otherwise(
    task: TrainingTask, said: np.ndarray, truth: np.ndarray, scores: Scores
) -> Cause:
    here = float(_marks(task, said, truth).mean())
    stands = (
        f"The network has a score of {scores.held:.2f} on training rows that were kept "
        f"back, and of {here:.2f} on rows asked about"
    )
    renamed = _best_names(said, truth)
    read = np.where(said < 0, said, renamed[said])
    restored = float(_marks(task, read, truth).mean())
    if restored >= RESTORED * scores.held:
        names = _values(task)
        known = renamed[: len(names)]
        moved = [f"{names[a]} as {names[b]}" for a, b in enumerate(known) if a != b]
        return data_side.cause(
            "P705",
            f"{stands}, where the classes are written otherwise: {', '.join(moved)}. "
            f"Read so, the score there is {restored:.2f}.",
            "Encode training and test labels with one encoder, fitted once.",
        )
    if scores.alike and here < _NOTHING:
        return data_side.cause(
            "P707",
            f"{stands}, though these are like them: they have the answers of others.",
            "See how features and answers of these rows were joined, sorted or mixed.",
        )
    return data_side.cause(
        "P708",
        f"{stands}: what holds for the first does not hold for these.",
        "Find out how these rows were chosen and prepared; prepare them as the others.",
    )


def _best_names(said: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The class that each answer stands for, so that most answers are right."""
    from scipy.optimize import linear_sum_assignment

    # a head may have more outputs than there are classes, and a number between two
    # classes is none
    count = int(max(said.max(), truth.max())) + 1
    is_class = said >= 0
    table = np.zeros((count, count))
    np.add.at(table, (said[is_class], truth[is_class]), 1)
    # of equals a class keeps its own number
    table += 0.5 * np.eye(count)
    return linear_sum_assignment(table, maximize=True)[1]


def _noise(here: float, scores: Scores, classes: int) -> Cause:
    # a label drawn at random is right once in so many classes
    share = (1 - scores.best_score / here) * (classes - 1) / classes
    return data_side.cause(
        "D307",
        f"The network has a score of {here:.2f} on rows asked about, of "
        f"{scores.taught:.2f} on those it was trained on, and the best score on held "
        f"out rows of that kind is {scores.best_score:.2f}: as if {share:.0%} of the "
        "training labels were wrong.",
        "See where the training labels come from; correct them, or leave out the rows "
        "whose label is doubted.",
    )
