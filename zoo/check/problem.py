"""One training's rows in the forms that both halves of an examination need.

Of some rows none can be held out, and the question is whether the network can learn
them by heart. Four rows of XOR are all there is to know of XOR, however often each is
there; a fold without one of them asks for something that nobody taught.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from joblib import parallel_config
from threadpoolctl import threadpool_limits

from ...baselines.evaluate import Study, run_study
from ...baselines.verdicts.verdict import signal_verdict
from ...data import Dataset
from ...data.dataset import take
from ...data.errors import BadData
from ...data.split import has_strata
from ..diagnosis.problem.task import TrainingTask
from ..diagnosis.search.trials import Split, score_rows
from . import data_faults, duplicates

if TYPE_CHECKING:
    from ...data.split import Fold
    from ..diagnosis.record.recording import Fit, Recording


_FOLDS = 4
"""A quarter of the rows is held out in each."""
SPLITS = 3
"""Folds, each with a seed of its own, on which causes are proved."""
_ROUNDS = 2
"""Trainings on every fold, for a network that sometimes learns by itself: of one that
fails six times in ten, eight show it (`learnable.zoo.diagnosis.search.trials.SURE`)."""

_log = logging.getLogger("learnable")


@dataclass(frozen=True)
class CheckProblem:
    """A training, its question, its rows for other learners, and the folds.

    ``spare`` are splits for what the others leave open.
    ``memorised`` different rows are so few that networks are judged by those that they
    are trained on, and other learners are given copies; 0 where they are not.
    """

    recording: Recording
    fit: Fit
    task: TrainingTask
    dataset: Dataset
    splits: tuple[Split, ...]
    seed: int
    spare: tuple[Split, ...] = ()
    memorised: int = 0


def prepare(recording: Recording, fit: Fit, *, seed: int) -> CheckProblem:
    """The question, the rows for other learners, and the folds.

    Raises
    ------
    BadData
        The rows are too few or too odd to be examined, or nothing was compiled.
    """
    from ...data.split import make_folds
    from ..diagnosis.problem.task import are_ids, as_dataset, separate_inputs
    from ..diagnosis.problem.training_setup import check_compiled, sampled

    check_compiled(fit)
    if fit.y is None:
        msg = "fit was given no targets, and the network has a loss of its own"
        raise BadData(f"{msg}: such trainings are recorded, and not examined yet")
    fit, task = sampled(fit, seed=seed)
    name = recording.script.rsplit("/", 1)[-1] or "model"
    dataset = as_dataset(fit.model, fit.x, task, name=name)
    # copies of a row are kept on one side: else a network is judged by its memory
    read = separate_inputs(fit.model, fit.x)
    if not are_ids(fit.model, fit.x):
        dataset = replace(dataset, groups=duplicates.find_copies(read))
    kinds = np.unique(duplicates.input_hashes(read), return_inverse=True)[1]
    if count := count_to_memorise(dataset, kinds):
        whole = same_splits(len(dataset))
        many = repeat_rows(replace(dataset, groups=None))
        return CheckProblem(recording, fit, task, many, whole, seed, memorised=count)
    folds = make_folds(dataset, folds=_FOLDS, seed=seed)
    splits, spare = _splits(folds)
    return CheckProblem(recording, fit, task, dataset, splits, seed, spare)


def _splits(folds: Sequence[Fold]) -> tuple[tuple[Split, ...], tuple[Split, ...]]:
    """The splits on which causes are proved, and spare ones."""
    every = [Split(fold.train, fold.test) for fold in folds] * _ROUNDS
    return tuple(every[:SPLITS]), tuple(every[SPLITS:])


def on_folds_of(study: Study, problem: CheckProblem) -> CheckProblem:
    """Return the problem with the folds of the baselines, for a fair comparison.

    Rows that depend on each other are not parted there. Rows that are learned by heart
    have no folds.
    """
    if problem.memorised:
        return problem
    splits, spare = _splits(study.folds)
    return replace(problem, splits=splits, spare=spare)


def train_score(problem: CheckProblem) -> float | None:
    """Score the script's network on its training rows; None if it cannot be scored."""
    from ..diagnosis.search.reference import trained_score

    if problem.fit.error:
        return None
    try:
        return trained_score(problem.fit, problem.task)
    # a network of somebody's own may fail in any way when it is made again
    except Exception as error:
        _log.debug("the trained network cannot be asked: %r", error)
        return None


def trained_network(problem: CheckProblem) -> Any:
    """Return the script's network as its training left it; as it is if unknown."""
    from ..diagnosis.search.reference import trained_model

    try:
        return trained_model(problem.fit)
    # a copy of a network of the user's own may raise anything
    except Exception as error:
        _log.debug("the network is asked as it is now: %r", error)
        return problem.fit.model


_MOST_CELLS = 1_000_000
"""Rows times columns times classes, from which boosting is left out: its trees, one a
class and round, took 46 s for 2,250 digits, and a forest 2."""
MOST_OF_LOGISTIC = 20_000_000
"""And logistic regression: 2.5 s a fold for 3,000 colour images of 16 x 16 pixels, and
worse there than naive Bayes."""


_BOOSTING_SECONDS = 3e-5
"""For a cell, as measured there; a forest takes a twentieth."""
_SHARE = 0.25
"""Of a budget in seconds, that one baseline may take."""


def baseline_study(
    problem: CheckProblem, budget: float | None = None, *, latest: float = math.inf
) -> Study:
    """Run baselines and rules on the rows.

    Parameters
    ----------
    problem : CheckProblem
    budget : float, optional
        Seconds for all; a note tells of a baseline that would take too much of it.
    latest : float, optional
        As of `learnable.baselines.evaluate.run_study`.
    """
    cells = _cells(problem.dataset)
    left_out = too_slow(cells, budget)
    dataset = problem.dataset
    if cut := sorted(set(left_out) - set(too_slow(cells))):
        note = f"The budget of {budget:g} s leaves no time for {', '.join(cut)}."
        dataset = replace(dataset, notes=(*dataset.notes, note))
    # a fold a thread; those of one product that wait for one another on a busy machine
    # take ten times as long, and few rows are done before threads have begun
    jobs = -1 if cells > _MOST_CELLS else 1
    with threadpool_limits(1), parallel_config("threading", n_jobs=jobs):
        study = run_study(
            {},
            dataset,
            folds=_FOLDS,
            seed=problem.seed,
            jobs=None if cells > _MOST_CELLS else 1,
            leave_out=left_out,
            latest=latest,
        )
    return _without_copies(study, problem)


def _without_copies(study: Study, problem: CheckProblem) -> Study:
    """Take back a suspicion of copies where rows are ids: a pair may come twice."""
    from ..diagnosis.problem.task import are_ids

    *others, verdict = study.results.verdicts
    if verdict.name != "suspicious" or not are_ids(problem.fit.model, problem.fit.x):
        return study
    if data_faults.find_leak(study) is not None or study.results.signal is None:
        return study
    rows, task = len(problem.dataset), problem.dataset.task
    plain = signal_verdict(study.results.signal, rows=rows, task=task)
    return replace(study, results=replace(study.results, verdicts=(*others, plain)))


def _cells(dataset: Dataset) -> int:
    """Rows times columns times classes."""
    columns = int(np.prod(dataset.x.shape[1:]))
    return len(dataset) * columns * max(1, len(dataset.classes))


def too_slow(cells: int, budget: float | None = None) -> tuple[str, ...]:
    """Name baselines that would take longer than all the others together.

    With a budget in seconds also one that would take more than a quarter of it.
    """
    most = _MOST_CELLS
    if budget is not None:
        most = min(most, int(_SHARE * budget / _BOOSTING_SECONDS))
    limits = {"boosting": most, "logistic": MOST_OF_LOGISTIC}
    return tuple(name for name, most in limits.items() if cells > most)


def best_row_scores(study: Study, problem: CheckProblem) -> dict[str, list[np.ndarray]]:
    """Each baseline's marks on the folds of the trials, one array a fold.

    Of rows that are learned by heart, those of the best answer to each; of an
    autoencoder, for which others have the answer among the inputs, those of as many
    principal components as its narrowest layer has units.
    """
    from ..diagnosis.problem.task import separate_inputs

    if problem.memorised:
        fit = problem.fit
        kinds = duplicates.input_hashes(separate_inputs(fit.model, fit.x))
        row_scores = lookup_scores(kinds, problem.task)
        return {LOOKUP: [row_scores] * len(problem.splits)}
    if gives_inputs_back(problem):
        return _of_components(problem)
    found: dict[str, list[np.ndarray]] = {}
    for outcome in study.outcomes:
        if outcome.predictions is None or outcome.fold >= len(problem.splits):
            continue
        rows = problem.splits[outcome.fold].test
        decided = _decisions(outcome.predictions, problem.task)
        row_scores = score_rows(decided, _baseline_task(problem), rows)
        found.setdefault(outcome.candidate, []).append(row_scores)
    whole = len(problem.splits)
    return {
        name: row_scores
        for name, row_scores in found.items()
        if len(row_scores) == whole
    }


def gives_inputs_back(problem: CheckProblem) -> bool:
    """Whether the network is an autoencoder, of one input."""
    from ..diagnosis.problem.autoencoder import is_autoencoder

    task = problem.task
    if task.kind != "regression" or not isinstance(problem.fit.x, np.ndarray):
        return False
    return is_autoencoder([problem.fit.x], task.y)


def _of_components(problem: CheckProblem) -> dict[str, list[np.ndarray]]:
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline

    from ..diagnosis.problem.autoencoder import narrowest_width

    x = np.nan_to_num(problem.fit.x.reshape(len(problem.fit.x), -1).astype("float64"))
    y = problem.task.y.reshape(len(x), -1)
    least = min(len(split.train) for split in problem.splits)
    count = min(narrowest_width(problem.fit.model, x.shape[1]), least)
    found = []
    for split in problem.splits:
        model = make_pipeline(PCA(count, random_state=0), LinearRegression())
        model.fit(x[split.train], y[split.train])
        decided = model.predict(x[split.test]).reshape(-1, *problem.task.y.shape[1:])
        found.append(score_rows(decided, problem.task, split.test))
    return {f"PCA of {count}": found}


def mean_score(row_scores: Sequence[np.ndarray]) -> float:
    """The mean over folds."""
    return float(np.mean([part.mean() for part in row_scores]))


def _baseline_task(problem: CheckProblem) -> TrainingTask:
    """The question as baselines got it: with no more targets than they had."""
    return replace(problem.task, y=problem.dataset.y)


def _decisions(predictions: np.ndarray, task: TrainingTask) -> np.ndarray:
    if task.kind == "multilabel":
        return (predictions > 0.5).astype("int64")
    return predictions if task.kind == "regression" else predictions.argmax(axis=1)


_LEAST_ROWS = 8
"""Different rows, of fewer than which none is held out."""
LEAST_OF_CLASS = 4
"""Different rows that some class must have."""
_MOST_CELLS_OF_TABLE = 64
"""Of a truth table: one of six columns has so many rows."""
MANY = 40
"""Rows that baselines and rules are given, made of copies: folds can be cut then, and
each has all that there is."""
_SEEDS = 5
"""Trainings each way: the rows are no sample, so that only starts are chance."""
LOOKUP = "a lookup table"
"""What every row can be known by."""


def count_to_memorise(dataset: Dataset, kinds: np.ndarray) -> int:
    """Count the different rows, if none can be held out; else return 0.

    None can of very few, nor of a truth table, which has every combination of the
    values of several columns: there are no other rows to be right on.

    Parameters
    ----------
    dataset : Dataset
    kinds : int array of shape (n_rows,)
        From 0, equal for equal rows.
    """
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
    if not isinstance(dataset.x, pd.DataFrame) or different > _MOST_CELLS_OF_TABLE:
        return False
    counts = [int(count) for count in dataset.x.nunique() if count > 1]
    return len(counts) > 1 and int(np.prod(counts, dtype=float)) == different


def repeat_rows(dataset: Dataset) -> Dataset:
    """Each row so often that there are `MANY`, and enough of each class for folds."""
    times = max(-(-MANY // len(dataset)), _FOLDS if has_strata(dataset) else 1)
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
