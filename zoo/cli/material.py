"""One training's rows in the forms that both halves of an examination need."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ...data import Dataset
from ...data.errors import BadData
from . import by_heart, copied

if TYPE_CHECKING:
    from ..diagnosis.question import Question
    from ..diagnosis.recording import Fit, Recording
    from ..diagnosis.trials import Split

FOLDS = 4
"""A quarter of the rows is kept back in each."""
SPLITS = 3
"""Folds, each with a seed of its own, on which causes are proved."""
ROUNDS = 2
"""Trainings on every fold, for a network that sometimes learns by itself: of one that
fails six times in ten, eight show it (`learnable.zoo.diagnosis.gain.SURE`)."""
MOST_ROWS = 6_000
"""More are sampled: a fault shows in these, and trials are many."""
FEWEST_ROWS = 2
"""With one there is nothing to tell apart."""


_log = logging.getLogger("learnable")


@dataclass(frozen=True)
class Material:
    """A training, its question, its rows for other learners, and the folds.

    ``spare`` are splits for what the others leave open.
    ``by_heart`` different rows are so few that networks are judged by those that they
    are trained on, and other learners are given copies; 0 where they are not.
    """

    recording: Recording
    fit: Fit
    question: Question
    dataset: Dataset
    splits: tuple[Split, ...]
    seed: int
    spare: tuple[Split, ...] = ()
    by_heart: int = 0


def prepare(recording: Recording, fit: Fit, *, seed: int) -> Material:
    """The question, the rows for other learners, and the folds.

    Raises
    ------
    BadData
        The rows are too few or too odd to be examined, or nothing was compiled.
    """
    from ...data.split import make_folds
    from ..diagnosis.question import ask
    from ..diagnosis.rows import as_dataset
    from ..diagnosis.setup import rows_of
    from ..diagnosis.trials import Split

    if fit.loss is None and "compile" in fit.error:
        raise BadData("the model is not compiled: call model.compile(...) before fit")
    question = ask(fit)
    rows = _some_rows(question, seed)
    weight = fit.sample_weight
    fit = replace(
        fit,
        x=rows_of(fit.x, rows),
        y=rows_of(fit.y, rows),
        sample_weight=None if weight is None else rows_of(weight, rows),
    )
    question = replace(question, y=question.y[rows])
    name = recording.script.rsplit("/", 1)[-1] or "model"
    dataset = as_dataset(fit.model, fit.x, question, name=name)
    # copies of a row are kept on one side: else a network is judged by its memory
    dataset = replace(dataset, groups=copied.copies(dataset))
    if count := by_heart.count_if_whole(dataset):
        whole = by_heart.splits(len(dataset))
        many = by_heart.copied(replace(dataset, groups=None))
        return Material(recording, fit, question, many, whole, seed, by_heart=count)
    folds = make_folds(dataset, folds=FOLDS, seed=seed)
    every = [Split(fold.train, fold.test) for fold in folds] * ROUNDS
    splits, spare = tuple(every[:SPLITS]), tuple(every[SPLITS:])
    return Material(recording, fit, question, dataset, splits, seed, spare)


def _some_rows(question: Question, seed: int) -> np.ndarray:
    """All rows, or a sample; without those whose target is missing."""
    missing = ~np.isfinite(question.y.astype("float64"))
    rows = np.flatnonzero(~missing.any(axis=tuple(range(1, missing.ndim))))
    if len(rows) < FEWEST_ROWS:
        msg = f"the training has {len(rows)} rows with a target"
        raise BadData(f"{msg}; {FEWEST_ROWS} or more are needed to examine it")
    if len(rows) <= MOST_ROWS:
        return rows
    rng = np.random.default_rng(seed)
    return np.sort(rng.choice(rows, MOST_ROWS, replace=False))


def taught_score(material: Material) -> float | None:
    """What the script's network scores on its training rows; None if it cannot say."""
    from ..diagnosis.taught import own_score

    if material.fit.error:
        return None
    try:
        return own_score(material.fit, material.question)
    # a network of somebody's own may fail in any way when it is made again
    except Exception as error:
        _log.debug("the trained network cannot be asked: %r", error)
        return None
