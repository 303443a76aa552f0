"""Right answers to the rows that a script asks about, and what they say of its data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..backend import keras
from ..diagnosis.problem.task import TrainingTask
from ..diagnosis.record.arrays import arrays
from ..diagnosis.search.trials import score_rows
from . import data_faults

if TYPE_CHECKING:
    from ...baselines.results.diagnosis import Cause
    from ..diagnosis.record.recording import Evaluation, Recording


_FEWEST = 50
"""Rows with a right answer, below which a score says little."""
_SURE = 4.0
"""Standard errors that two scores must lie apart: more than 3, as every set of rows
asked about is compared, and folds differ by more than their rows say."""
LEARNED = 0.3
"""Score on rows held out, from which other rows can be expected to be answered."""
_LOST = 0.5
"""Share of it that is left on rows of which the answers are others."""
RESTORED = 0.75
"""Share that renaming the classes must bring back."""
_NOTHING = 0.1
"""A score of answers that do not belong to their rows."""
GAINED = 0.15
"""What a network must have more on other rows than anyone has on rows held out."""
_TIMES = 1.25
"""... and so many times as much."""
COPIES = 0.05
"""Share of rows that were trained on as well, from which a high score is memory."""


@dataclass(frozen=True)
class Scores:
    """Scores on rows held out of training rows, and on these.

    ``held`` is the network's, with its error; ``best_score`` the best there;
    ``taught`` that of the script's own network on the rows it was trained on; ``alike``
    whether the evaluated rows are like them, ``known`` the share of them among these.
    """

    held: float
    error: float
    best_score: float
    train_score: float
    alike: bool
    known: float


def right_answers(
    recording: Recording,
    task: TrainingTask,
    evaluated: Evaluation,
    predicted: np.ndarray,
) -> np.ndarray | None:
    """The class of every evaluated row; None where nobody knows.

    ``evaluate`` was given it. Beside ``predict`` it is the one array of the script with
    a class for each of the rows, what the network said (``predicted``) left out.
    """
    if task.kind not in ("binary", "multiclass"):
        return None
    if evaluated.y is not None:
        leaves = keras.tree.flatten(evaluated.y)
        found = _codes(np.asarray(leaves[0]), task) if len(leaves) == 1 else None
        return found if found is not None and len(found) == len(predicted) else None
    every = [
        codes
        for _, value in arrays(recording)
        if len(value) == len(predicted)
        and value.dtype.kind in "iuf"
        and (codes := _codes(value, task)) is not None
        and not np.array_equal(codes, predicted)
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


def fault_of_labels(
    task: TrainingTask, predicted: np.ndarray, truth: np.ndarray, scores: Scores
) -> Cause | None:
    """A fault of the data that the right answers to other rows show.

    Parameters
    ----------
    task : TrainingTask
        That of the training.
    predicted, truth : array of shape (n_rows,)
        What the script's network says of these rows, and what is right: class codes.
    scores : Scores
    """
    if len(truth) < _FEWEST:
        return None
    row_scores = _row_scores(task, predicted, truth)
    here = float(row_scores.mean())
    apart = _SURE * float(
        np.hypot(scores.error, row_scores.std() / len(row_scores) ** 0.5)
    )
    # what the network knows of its own training rows holds for each other's
    learned = min(scores.held, scores.train_score / RESTORED) >= LEARNED
    if learned and here < _LOST * scores.held and scores.held - here > apart:
        return _unlike_answers(task, predicted, truth, scores)
    more = here - max(scores.best_score, scores.train_score)
    is_noise = more > max(GAINED, apart) and here > _TIMES * scores.best_score
    if is_noise and scores.alike and scores.known < COPIES:
        return _noise(here, scores, task.class_count)
    return None


def _row_scores(
    task: TrainingTask, predicted: np.ndarray, truth: np.ndarray
) -> np.ndarray:
    evaluated = replace(task, y=truth)
    return score_rows(predicted, evaluated, np.arange(len(truth)))


def _unlike_answers(
    task: TrainingTask, predicted: np.ndarray, truth: np.ndarray, scores: Scores
) -> Cause:
    here = float(_row_scores(task, predicted, truth).mean())
    stands = (
        f"The network has a score of {scores.held:.2f} on held-out training rows, but "
        f"{here:.2f} on evaluated rows"
    )
    renamed = _best_names(predicted, truth)
    read = np.where(predicted < 0, predicted, renamed[predicted])
    restored = float(_row_scores(task, read, truth).mean())
    if restored >= RESTORED * scores.held:
        names = _values(task)
        known = renamed[: len(names)]
        moved = [f"{names[a]} as {names[b]}" for a, b in enumerate(known) if a != b]
        return data_faults.cause(
            "P705",
            f"{stands}, where the classes have other codes: {', '.join(moved)}. "
            f"Recoded, the score there is {restored:.2f}.",
            "Encode training and test labels with one encoder, fitted once.",
        )
    if scores.alike and here < _NOTHING:
        return data_faults.cause(
            "P707",
            f"{stands}, though the features have the same distribution: the labels "
            "belong to other rows.",
            "Check how features and labels of these rows were joined, sorted or "
            "shuffled.",
        )
    return data_faults.cause(
        "P708",
        f"{stands}: the relation in the training rows does not hold for these.",
        "Check how these rows were selected and prepared; prepare them like the "
        "others.",
    )


def _best_names(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The class that each answer stands for, so that most answers are right."""
    from scipy.optimize import linear_sum_assignment

    # a head may have more outputs than there are classes, and a number between two
    # classes is none
    count = int(max(predicted.max(), truth.max())) + 1
    is_class = predicted >= 0
    table = np.zeros((count, count))
    np.add.at(table, (predicted[is_class], truth[is_class]), 1)
    # of equals a class keeps its own number
    table += 0.5 * np.eye(count)
    return linear_sum_assignment(table, maximize=True)[1]


def _noise(here: float, scores: Scores, classes: int) -> Cause:
    # a label drawn at random is right once in so many classes
    share = (1 - scores.best_score / here) * (classes - 1) / classes
    return data_faults.cause(
        "D307",
        f"The network has a score of {here:.2f} on evaluated rows and "
        f"{scores.train_score:.2f} on its training rows, and the best score on "
        f"held-out training rows is {scores.best_score:.2f}: consistent with "
        f"{share:.0%} wrong training labels.",
        "Check where the training labels come from; correct them, or drop the rows "
        "with doubtful labels.",
    )
