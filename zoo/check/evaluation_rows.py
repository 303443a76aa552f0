"""Rows that a script asks its network about, beside those it trained on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..diagnosis.problem.graph import some_rows
from ..diagnosis.record.recording import Evaluation
from ..diagnosis.search.trials import OutOfTime, gives_logits, predict_outputs
from . import data_faults, duplicates, true_labels
from .data_faults import DataFault, align, hide, rescale_like
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
    "Fit a scaler on the training rows and apply it to both: scaled to the training "
    "rows' means and standard deviations, these rows match them."
)


@dataclass(frozen=True)
class _Evaluations:
    """Inputs shared by the checks of evaluated rows; ``parts`` are these rows."""

    problem: CheckProblem
    study: Study
    runner: TrialRunner
    best_score: float
    parts: tuple[tuple[Evaluation, Dataset], ...]


def evaluation_faults(
    problem: CheckProblem, study: Study, runner: TrialRunner, *, best_score: float
) -> tuple[DataFault, ...]:
    """Find a fault of evaluated rows: copies, unlike the others, or wrongly answered.

    Parameters
    ----------
    problem : CheckProblem
    study : Study
    runner : TrialRunner
    best_score : float
        The best score of any candidate on held-out rows.
    """
    parts = tuple(
        (evaluated, rows)
        for evaluated in _evaluations(problem)
        if (rows := _evaluated_rows(problem, evaluated.x)) is not None
    )
    context = _Evaluations(problem, study, runner, best_score, parts)
    checks = [_trained_on, _has_stray_columns]
    # a network whose training raised may not even be there to predict anything
    checks += [] if problem.fit.error else [_unlike, _wrongly_answered]
    found = (check(context) for check in checks if parts)
    return next(((fault,) for fault in found if fault is not None), ())


def _trained_on(context: _Evaluations) -> DataFault | None:
    """Whether they are copies of training rows, and flatter."""
    dataset = context.problem.dataset
    if dataset.groups is None:
        return None
    share = duplicates.share_trained_on(dataset, [rows for _, rows in context.parts])
    found = duplicates.duplicate_fault(dataset, dataset.groups, share)
    return None if found is None else DataFault(found)


def _has_stray_columns(context: _Evaluations) -> DataFault | None:
    """Whether columns hold what no row trained on had."""
    for _, rows in context.parts:
        columns = data_faults.stray_columns(context.problem.dataset, rows)
        if columns:
            return DataFault(
                data_faults.stray_fault(columns), hide(context.problem, columns)
            )
    return None


def _unlike(context: _Evaluations) -> DataFault | None:
    """Whether they were prepared otherwise, or are of another kind."""
    problem, setup = context.problem, context.runner.setup
    # of the same network: two that always say the same may say different things
    own = _predicted(problem, setup, some_rows(problem.fit.x, data_faults.MOST_ROWS))
    learned = (train_score(problem) or 0.0) >= true_labels.LEARNED
    for evaluated, rows in context.parts:
        predicted = _predicted(problem, setup, evaluated.x)
        told = (own, predicted)
        found = data_faults.find_mismatch(problem.dataset, rows, told, learned=learned)
        if found is None:
            continue
        order = data_faults.sorted_rows(context.study, problem.dataset)
        if order is not None:
            return DataFault(order)
        repair = _aligning(problem, setup, evaluated.x, own)
        prepared = found if repair is None else replace(found, advice=PREPARE)
        return DataFault(prepared, repair)
    return None


def _wrongly_answered(context: _Evaluations) -> DataFault | None:
    """Whether right answers to them are not those that were trained."""
    told = (
        _compare_with_truth(context, evaluated, rows)
        for evaluated, rows in context.parts
    )
    return next((DataFault(cause) for cause in told if cause is not None), None)


def _evaluations(problem: CheckProblem) -> list[Evaluation]:
    """Return the evaluations of the network, its validation included."""
    recording, fit = problem.recording, problem.fit
    every = [
        evaluated for evaluated in recording.evaluations if evaluated.model is fit.model
    ]
    if fit.validation is not None:
        every.append(Evaluation("evaluate", fit.model, *fit.validation, after=1))
    return every


def _compare_with_truth(
    context: _Evaluations, evaluated: Evaluation, rows: Dataset
) -> Cause | None:
    """Compare the network with the right answers to evaluated rows, if known."""
    problem, runner = context.problem, context.runner
    predicted = _predicted(problem, runner.setup, evaluated.x)
    truth = true_labels.right_answers(
        problem.recording, problem.task, evaluated, predicted
    )
    if truth is None:
        return None
    try:
        held = [runner.outcome([], i).row_scores for i in range(len(runner.splits))]
    except OutOfTime:
        return None
    own_score = train_score(problem)
    if own_score is None or not all(map(len, held)):
        return None
    row_scores = np.concatenate(held)
    scores = true_labels.Scores(
        held=float(row_scores.mean()),
        error=float(row_scores.std() / len(row_scores) ** 0.5),
        best_score=context.best_score,
        train_score=own_score,
        alike=data_faults.find_drift(problem.dataset, rows) is None,
        known=duplicates.share_trained_on(problem.dataset, [rows]),
    )
    return true_labels.fault_of_labels(problem.task, predicted, truth, scores)


def _aligning(
    problem: CheckProblem, setup: Setup, x: Any, own: np.ndarray
) -> Repair | None:
    """Evaluated rows on the scale of the others, if they are like them then."""
    trained = problem.fit.x
    if not isinstance(trained, np.ndarray) or not isinstance(x, np.ndarray):
        return None
    moved = rescale_like(x, trained)
    rows = _evaluated_rows(problem, moved)
    predicted = _predicted(problem, setup, moved)
    if rows is None or data_faults.find_mismatch(
        problem.dataset, rows, (own, predicted)
    ):
        return None
    return align(problem, x)


def _predicted(problem: CheckProblem, setup: Setup, x: Any) -> np.ndarray:
    """Return what the script's network, as it was trained, predicts for some rows."""
    from ..diagnosis.search.trials import decide

    outputs = predict_outputs(problem.fit.model, x)
    logits = gives_logits(setup)
    return decide(outputs, problem.task, setup.values, logits=logits)


def _evaluated_rows(problem: CheckProblem, x: Any) -> Dataset | None:
    """Evaluated rows in the form of training rows; None where they are these."""
    from ..backend import keras
    from ..diagnosis.problem.task import as_dataset

    given = [np.asarray(part) for part in keras.tree.flatten(x)]
    trained = [np.asarray(part) for part in keras.tree.flatten(problem.fit.x)]
    if [p.shape[1:] for p in given] != [p.shape[1:] for p in trained]:
        return None
    y = problem.task.y
    stand_in = replace(problem.task, y=np.resize(y, (len(given[0]), *y.shape[1:])))
    found = as_dataset(problem.fit.model, x, stand_in, name="asked")
    return None if data_faults.is_part(found, problem.dataset) else found
