"""How good answers are, row by row: one number for every task and every head."""

from __future__ import annotations

import numpy as np

from .question import Question

WORST = -5.0
"""No row of a regression costs more: one wild prediction must not hide the others."""


def decide(
    outputs: np.ndarray, question: Question, values: np.ndarray | None, *, logits: bool
) -> np.ndarray:
    """What a script's author would read from a network's outputs.

    Parameters
    ----------
    outputs : array of shape (n_rows, ...)
    values : array of shape (n_classes,), optional
        What stands for each class in the targets; None where they are columns.
    logits : bool
        Whether a single output above 0, not above the middle, speaks for a class.

    Returns
    -------
    array
        Class codes, flags or numbers in the form of ``question.y``; -1 for a class
        that does not exist.
    """
    wide = outputs.reshape(len(outputs), -1)
    if question.task == "multilabel":
        return (_as_wide(wide, question) > (0 if logits else 0.5)).astype("int64")
    if question.task == "regression":
        wide = _as_wide(wide, question)
        return wide[:, 0] if question.y.ndim == 1 else wide
    if wide.shape[1] > 1:
        return _known(wide.argmax(axis=1), question, values)
    return _from_one(wide[:, 0], question, values, logits=logits)


def _as_wide(wide: np.ndarray, question: Question) -> np.ndarray:
    """As many columns as there are targets: the first, or one again and again."""
    wanted = 1 if question.y.ndim == 1 else question.y.shape[1]
    if wide.shape[1] >= wanted:
        return wide[:, :wanted]
    return np.repeat(wide[:, :1], wanted, axis=1)


def _known(
    places: np.ndarray, question: Question, values: np.ndarray | None
) -> np.ndarray:
    """The class at each place of a wide head."""
    if values is None or values.dtype.kind not in "iufb":
        return places
    codes = np.full(len(places), -1)
    for code, value in enumerate(values):
        codes[places == value] = code
    return codes


def _from_one(
    output: np.ndarray, question: Question, values: np.ndarray | None, *, logits: bool
) -> np.ndarray:
    """The class that a single output speaks for."""
    given = np.arange(question.class_count) if values is None else values
    if given.dtype.kind not in "iufb":
        given = np.arange(len(given))
    if logits and len(given) == 2:
        return (output > 0).astype("int64")
    middles = (given[1:].astype(float) + given[:-1]) / 2
    return np.searchsorted(middles, output)


def credits(decided: np.ndarray, question: Question, rows: np.ndarray) -> np.ndarray:
    """A mark for each row, whose mean is the score.

    Of classes, the mean is balanced accuracy above chance: 0 for one who always says
    the same, 1 for one who is always right. Of numbers it is R2 (each row's share of it
    not below `WORST`), of labels the mean of balanced accuracies above chance; labels
    that all of these rows have, or none, tell nothing and are left out.

    Parameters
    ----------
    decided : array
        As `decide` gives them.
    rows : array of int
        Which rows of the question they answer.
    """
    truth = question.y[rows]
    if question.task == "regression":
        return _explained(decided, truth)
    if question.task == "multilabel":
        told = np.flatnonzero(truth.min(axis=0) < truth.max(axis=0))
        marks = [_balanced(decided[:, i], truth[:, i]) for i in told]
        return np.mean(marks, axis=0) if marks else np.zeros(len(truth))
    return _balanced(decided, truth)


def _balanced(decided: np.ndarray, truth: np.ndarray) -> np.ndarray:
    kinds, places, counts = np.unique(truth, return_inverse=True, return_counts=True)
    if len(kinds) < 2:
        return (decided == truth).astype(float)
    weights = len(truth) / (len(kinds) * counts)
    chance = 1 / len(kinds)
    return ((decided == truth) * weights[places] - chance) / (1 - chance)


def _explained(decided: np.ndarray, truth: np.ndarray) -> np.ndarray:
    spread = truth.var(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    error = (np.nan_to_num(decided, nan=np.inf) - truth) ** 2 / spread
    marks = np.maximum(1 - error, WORST)
    return marks if marks.ndim == 1 else marks.mean(axis=1)
