"""Rows that a script asks its network about, beside those it trained on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..diagnosis.problem.graph import some_rows
from ..diagnosis.record.recording import Evaluation
from ..diagnosis.search.trials import OutOfTime, answers, gives_logits
from . import data_faults as data_side
from . import duplicates as copied
from . import true_labels as known_answers
from .data_faults import DataFault, align, aligned, hide
from .problem import train_score

if TYPE_CHECKING:
    from ...baselines.evaluate import Study
    from ...baselines.results.diagnosis import Cause
    from ...data import Dataset
    from ..diagnosis.problem.context import Repair
    from ..diagnosis.problem.training_setup import Setup
    from ..diagnosis.search.trials import TrialRunner
    from .problem import CheckProblem


PREPARE = (
    "Prepare these rows as the training rows were: with the same means and spreads "
    "they are like them. Fit a scaler on the training rows and use it for both."
)


@dataclass(frozen=True)
class _Case:
    """All that a look at rows asked about goes by; ``parts`` are these rows."""

    problem: CheckProblem
    study: Study
    runner: TrialRunner
    best_score: float
    parts: tuple[tuple[Evaluation, Dataset], ...]


def asked_faults(
    problem: CheckProblem, study: Study, runner: TrialRunner, *, best_score: float
) -> tuple[DataFault, ...]:
    """Find a fault of evaluated rows: copies, unlike the others, or wrongly answered.

    Parameters
    ----------
    material : CheckProblem
    study : Study
    lab : TrialRunner
    reach : float
        The best score that anyone had on rows kept back.
    """
    parts = tuple(
        (asked, rows)
        for asked in _every(problem)
        if (rows := _asked_rows(problem, asked.x)) is not None
    )
    context = _Case(problem, study, runner, best_score, parts)
    probe_steps = [_trained_on, _strayed]
    # a network whose training raised may not even be there to be asked
    probe_steps += [] if problem.fit.error else [_unlike, _wrongly_answered]
    told = (look(context) for look in probe_steps if parts)
    return next(((fault,) for fault in told if fault is not None), ())


def _trained_on(context: _Case) -> DataFault | None:
    """Whether they are copies of rows trained on, and flatter."""
    dataset = context.problem.dataset
    if dataset.groups is None:
        return None
    share = copied.across(dataset, [rows for _, rows in context.parts])
    found = copied.duplicates(dataset, dataset.groups, share)
    return None if found is None else DataFault(found)


def _strayed(context: _Case) -> DataFault | None:
    """Whether columns hold what no row trained on had."""
    for _, rows in context.parts:
        columns = data_side.stray_columns(context.problem.dataset, rows)
        if columns:
            return DataFault(data_side.stray(columns), hide(context.problem, columns))
    return None


def _unlike(context: _Case) -> DataFault | None:
    """Whether they were prepared otherwise, or are of another kind."""
    problem, setup = context.problem, context.runner.setup
    # of the same network: two that always say the same may say different things
    own = _said(problem, setup, some_rows(problem.fit.x, data_side.MOST_ROWS))
    learned = (train_score(problem) or 0.0) >= known_answers.LEARNED
    for asked, rows in context.parts:
        said = _said(problem, setup, asked.x)
        told = (own, said)
        found = data_side.mismatch(problem.dataset, rows, told, learned=learned)
        if found is None:
            continue
        order = data_side.sorted_rows(context.study, problem.dataset)
        if order is not None:
            return DataFault(order)
        repair = _aligning(problem, setup, asked.x, own)
        prepared = found if repair is None else replace(found, advice=PREPARE)
        return DataFault(prepared, repair)
    return None


def _wrongly_answered(context: _Case) -> DataFault | None:
    """Whether right answers to them are not those that were trained."""
    told = (_answered(context, asked, rows) for asked, rows in context.parts)
    return next((DataFault(cause) for cause in told if cause is not None), None)


def _every(problem: CheckProblem) -> list[Evaluation]:
    """Return the evaluations of the network, its validation included."""
    recording, fit = problem.recording, problem.fit
    every = [asked for asked in recording.asked if asked.model is fit.model]
    if fit.validation is not None:
        every.append(Evaluation("evaluate", fit.model, *fit.validation, after=1))
    return every


def _answered(context: _Case, asked: Evaluation, rows: Dataset) -> Cause | None:
    """Compare the network with the right answers to evaluated rows, if known."""
    problem, runner = context.problem, context.runner
    said = _said(problem, runner.setup, asked.x)
    truth = known_answers.right_answers(problem.recording, problem.task, asked, said)
    if truth is None:
        return None
    try:
        held = [runner.outcome([], i).row_scores for i in range(len(runner.splits))]
    except OutOfTime:
        return None
    taught = train_score(problem)
    if taught is None or not all(map(len, held)):
        return None
    row_scores = np.concatenate(held)
    scores = known_answers.Scores(
        held=float(row_scores.mean()),
        error=float(row_scores.std() / len(row_scores) ** 0.5),
        best_score=context.best_score,
        taught=taught,
        alike=data_side.unlike(problem.dataset, rows) is None,
        known=copied.across(problem.dataset, [rows]),
    )
    return known_answers.told_by_answers(problem.task, said, truth, scores)


def _aligning(
    problem: CheckProblem, setup: Setup, x: Any, own: np.ndarray
) -> Repair | None:
    """Rows asked about on the scale of the others, if they are like them then."""
    trained = problem.fit.x
    if not isinstance(trained, np.ndarray) or not isinstance(x, np.ndarray):
        return None
    moved = aligned(x, trained)
    rows = _asked_rows(problem, moved)
    said = _said(problem, setup, moved)
    if rows is None or data_side.mismatch(problem.dataset, rows, (own, said)):
        return None
    return align(problem, x)


def _said(problem: CheckProblem, setup: Setup, x: Any) -> np.ndarray:
    """Return what the script's network, as it was trained, predicts for some rows."""
    from ..diagnosis.search.trials import decide

    outputs = answers(problem.fit.model, x)
    logits = gives_logits(setup)
    return decide(outputs, problem.task, setup.values, logits=logits)


def _asked_rows(problem: CheckProblem, x: Any) -> Dataset | None:
    """Rows asked about in the form of those trained on; None where they are these."""
    from ..backend import keras
    from ..diagnosis.problem.task import as_dataset

    given = [np.asarray(part) for part in keras.tree.flatten(x)]
    trained = [np.asarray(part) for part in keras.tree.flatten(problem.fit.x)]
    if [p.shape[1:] for p in given] != [p.shape[1:] for p in trained]:
        return None
    y = problem.task.y
    stand_in = replace(problem.task, y=np.resize(y, (len(given[0]), *y.shape[1:])))
    found = as_dataset(problem.fit.model, x, stand_in, name="asked")
    return None if data_side.is_part(found, problem.dataset) else found
