"""Rows that a script asks its network about, beside those it trained on.

Where their right answers are known, these say something of the data as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..backend import keras
from ..diagnosis.problem.graph import sample_evenly
from ..diagnosis.problem.task import TrainingTask
from ..diagnosis.record.arrays import arrays, whole_fit
from ..diagnosis.record.recording import Evaluation
from ..diagnosis.search.trials import (
    BudgetExceeded,
    gives_logits,
    predict_outputs,
    score_rows,
)
from . import data_faults, duplicates
from .category_codes import find_other_codes
from .data_faults import DataFault, align, hide, match_moments
from .problem import train_score, trained_network

if TYPE_CHECKING:
    from ...baselines.evaluate import Study
    from ...baselines.results.diagnosis import Cause
    from ...data import Dataset
    from ..diagnosis.problem.context import Repair
    from ..diagnosis.problem.training_setup import Setup
    from ..diagnosis.record.recording import Evaluation, Recording
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
    checks = [_retested]
    checks += [_trained_on, _has_stray_columns] if parts else []
    # a network whose training raised may not even be there to predict anything
    checks += (
        [_find_code_difference, _find_preparation_difference, _find_label_difference]
        if parts and not problem.fit.error
        else []
    )
    found = (check(context) for check in checks)
    return next(((fault,) for fault in found if fault is not None), ())


def _retested(context: _Evaluations) -> DataFault | None:
    """Whether folds are held out of a network that was trained on them, and flatter."""
    fit, held = context.problem.fit, _held_out_scores(context.runner)
    own = train_score(context.problem) if fit.retested.share >= _RETESTED else None
    if own is None or held is None:
        return None
    gained = own - float(held.mean())
    if gained < max(duplicates.FLATTERED, _SURE * _error(held)):
        return None
    where = f" (line {fit.retested.place.line})" if fit.retested.place else ""
    found = data_faults.cause(
        "D309",
        f"The same network goes through all folds: {fit.retested.share:.0%} of the "
        f"rows that are held out of a later one{where} are rows that it was trained "
        f"on before. It has a score of {own:.2f} on rows it was trained on, and of "
        f"{held.mean():.2f} on others: the score measures memorisation.",
        "Build and compile a new network in each fold, before fit.",
    )
    return DataFault(replace(found, side="preparation"))


def _held_out_scores(runner: TrialRunner) -> np.ndarray | None:
    """Return the network's scores for rows held out of trials, where there are some."""
    try:
        held = [runner.outcome([], i).row_scores for i in range(len(runner.splits))]
    except BudgetExceeded:
        return None
    return np.concatenate(held) if all(map(len, held)) else None


def _error(row_scores: np.ndarray) -> float:
    return float(row_scores.std() / len(row_scores) ** 0.5)


def _trained_on(context: _Evaluations) -> DataFault | None:
    """Whether they are copies of training rows, and flatter."""
    dataset = context.problem.dataset
    if dataset.groups is None:
        return None
    share = _share_trained_on(context.problem, [e for e, _ in context.parts])
    found = duplicates.duplicate_fault(dataset, dataset.groups, share)
    return None if found is None else DataFault(found)


def _share_trained_on(problem: CheckProblem, asked: Sequence[Evaluation]) -> float:
    """Return the largest share of evaluated rows that were trained on as well."""
    from ..diagnosis.problem.task import separate_inputs

    model = problem.fit.model
    own = separate_inputs(model, problem.fit.x)
    others = [separate_inputs(model, evaluated.x) for evaluated in asked]
    return duplicates.share_trained_on(own, others)


def _has_stray_columns(context: _Evaluations) -> DataFault | None:
    """Whether columns hold what no row trained on had."""
    for _, rows in context.parts:
        columns = data_faults.find_stray_columns(context.problem.dataset, rows)
        if columns:
            return DataFault(
                data_faults.stray_columns_fault(columns), hide(context.problem, columns)
            )
    return None


def _find_preparation_difference(context: _Evaluations) -> DataFault | None:
    """Whether they were prepared otherwise, or are of another kind."""
    problem, setup = context.problem, context.runner.setup
    # of the same network: two that always say the same may say different things
    own = _predicted(
        problem, setup, sample_evenly(problem.fit.x, data_faults.MOST_ROWS)
    )
    own_score = train_score(problem) or 0.0
    for evaluated, rows in context.parts:
        predicted = _predicted(problem, setup, evaluated.x)
        told = (own, predicted)
        # other answers are right ones where later rows have other targets
        least = RESTORED * own_score
        is_right = is_answered(problem, evaluated, predicted, least=least)
        learned = own_score >= LEARNED and not is_right
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


def is_answered(
    problem: CheckProblem, evaluated: Evaluation, predicted: np.ndarray, *, least: float
) -> bool:
    """Whether evaluated rows are known to be answered with such a score.

    Parameters
    ----------
    problem : CheckProblem
    evaluated : Evaluation
    predicted : array
        What the script's network says of them: class codes or numbers.
    least : float
    """
    task = problem.task
    truth = right_answers(problem.recording, task, evaluated, predicted)
    if task.kind == "regression" and evaluated.y is not None:
        leaves = keras.tree.flatten(evaluated.y)
        truth = np.asarray(leaves[0]) if len(leaves) == 1 else None
    if truth is None or truth.size != predicted.size:
        return False
    truth = truth.reshape(predicted.shape)
    return float(_row_scores(task, predicted, truth).mean()) >= least


def _find_code_difference(context: _Evaluations) -> DataFault | None:
    """Whether categories of the inputs have other codes than in training rows."""
    problem, row_scores = context.problem, _held_out_scores(context.runner)
    if row_scores is None:
        return None
    held = float(row_scores.mean())
    for evaluated, _ in context.parts:

        def score(x: Any, asked: Evaluation = evaluated) -> np.ndarray | None:
            predicted = _predicted(problem, context.runner.setup, x)
            truth = right_answers(problem.recording, problem.task, asked, predicted)
            return (
                None if truth is None else _row_scores(problem.task, predicted, truth)
            )

        cause = find_other_codes(evaluated.x, problem.fit.x, score, held=held)
        if cause is not None:
            return DataFault(cause)
    return None


def _find_label_difference(context: _Evaluations) -> DataFault | None:
    """Whether right answers to them are not those that were trained."""
    problem = context.problem
    are_few = problem.memorised > 0 or len(problem.task) < FEW_ROWS
    compare = _compare_with_few if are_few else _compare_with_truth
    told = (compare(context, evaluated, rows) for evaluated, rows in context.parts)
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
    truth = right_answers(problem.recording, problem.task, evaluated, predicted)
    if truth is None:
        return None
    row_scores, own_score = _held_out_scores(runner), train_score(problem)
    if own_score is None or row_scores is None:
        return None
    scores = Scores(
        held=float(row_scores.mean()),
        error=_error(row_scores),
        best_score=context.best_score,
        train_score=own_score,
        alike=data_faults.find_drift(problem.dataset, rows) is None,
        known=_share_trained_on(problem, [evaluated]),
    )
    return fault_of_labels(problem.task, predicted, truth, scores)


def _compare_with_few(
    context: _Evaluations, evaluated: Evaluation, rows: Dataset
) -> Cause | None:
    """Compare where there are too few training rows to hold any out."""
    problem = context.problem
    predicted = _predicted(problem, context.runner.setup, evaluated.x)
    truth = right_answers(problem.recording, problem.task, evaluated, predicted)
    own_score = train_score(problem)
    known = _share_trained_on(problem, [evaluated])
    if truth is None or own_score is None or known >= COPIES:
        return None
    return fault_of_few_rows(problem.task, predicted, truth, own_score)


FEW_ROWS = 30
"""Training rows, below which a score on held-out ones may well be luck."""


def fault_of_few_rows(
    task: TrainingTask, predicted: np.ndarray, truth: np.ndarray, own_score: float
) -> Cause | None:
    """Find rows that a network has learned, and that tell too little of others.

    Parameters
    ----------
    task, predicted, truth
        As for `fault_of_labels`.
    own_score : float
        Score of the script's network on the rows it was trained on.
    """
    if len(truth) < _FEWEST or own_score < RESTORED:
        return None
    row_scores = _row_scores(task, predicted, truth)
    here, error = float(row_scores.mean()), row_scores.std() / len(row_scores) ** 0.5
    if here >= RESTORED * own_score or own_score - here < _SURE * error:
        return None
    return data_faults.cause(
        "D311",
        f"There are {len(task):,} training rows: the network has a score of "
        f"{own_score:.2f} on them and {here:.2f} on {len(truth):,} evaluated rows.",
        "Train on more rows, or judge the network by rows like those it was trained "
        "on.",
    )


_MISSED = 0.05
"""Share of evaluated rows whose class was never trained on, from which this is said."""


def find_unseen_class(problem: CheckProblem, study: Study) -> DataFault | None:
    """Find evaluated rows of a class that no training row has.

    Before all else: of the classes that are left, one column may tell everything.
    """
    if problem.task.kind not in ("binary", "multiclass"):
        return None
    whole = whole_fit(problem.recording, problem.fit) or problem.fit
    own = _labels(whole.y)
    for evaluated in _evaluations(problem) if own is not None else ():
        other = _labels_of(problem, evaluated)
        if own is not None and other is not None:
            cause = _fault_of_classes(own, other, problem, study)
            if cause is not None:
                return DataFault(cause)
    return None


def _fault_of_classes(
    own: np.ndarray, other: np.ndarray, problem: CheckProblem, study: Study
) -> Cause | None:
    """Classes of evaluated rows that are not those of training rows."""
    unseen = np.setdiff1d(other, own)
    count = int(np.isin(other, unseen).sum())
    if count < _MISSED * len(other):
        return None
    message = ", ".join(f"{value:g}" for value in unseen[:5])
    if len(np.unique(own)) == len(np.unique(other)) > 1:
        codes = ", ".join(f"{value:g}" for value in np.unique(own)[:5])
        return data_faults.cause(
            "P705",
            f"Evaluated rows have the class {message}, which no training row has: the "
            f"classes of these are coded as {codes}.",
            "Encode training and test labels with one encoder, fitted once.",
        )
    order = data_faults.sorted_rows(study, problem.dataset)
    what, has = ("Class", "has") if len(unseen) == 1 else ("Classes", "have")
    return data_faults.cause(
        "P708" if order is None else "P704",
        f"{what} {message} {has} no training row, but {count:,} of {len(other):,} "
        "evaluated rows.",
        "Shuffle the rows before splitting them, or split them by class "
        "(train_test_split(..., stratify=y)), so that both parts have every class.",
    )


def _labels(y: Any) -> np.ndarray | None:
    """Class numbers of targets: whole numbers, or the place of a one; else None."""
    leaves = keras.tree.flatten(y)
    values = np.asarray(leaves[0]) if len(leaves) == 1 else np.zeros(0)
    if values.dtype.kind not in "biuf" or not len(values):
        return None
    wide = values.reshape(len(values), -1)
    if wide.shape[1] > 1:
        flags = np.isin(wide, (0, 1)).all() and (wide.sum(axis=1) == 1).all()
        return wide.argmax(axis=1) if flags else None
    whole = values.size == len(values) and (values == np.round(values)).all()
    return values.ravel() if whole else None


def _labels_of(problem: CheckProblem, evaluated: Evaluation) -> np.ndarray | None:
    """True class numbers of evaluated rows; None where nobody knows.

    Beside ``predict`` they are an array that is part of a third, as the training labels
    are: one of the script that holds the labels of both, and may hold more.
    """
    if evaluated.y is not None:
        return _labels(evaluated.y)
    whole = whole_fit(problem.recording, problem.fit)
    own = None if whole is None else _labels(whole.y)
    if own is None:
        return None
    count = len(keras.tree.flatten(evaluated.x)[0])
    every = [
        found
        for _, value in arrays(problem.recording)
        if value.ndim < 3 and (found := _labels(value)) is not None
    ]
    large = [Counter(one.tolist()) for one in every if len(one) >= len(own) + count]
    for found in every if large else ():
        if len(found) == count:
            both = Counter([*own.tolist(), *found.tolist()])
            if any(both <= one for one in large):
                return found
    return None


def _aligning(
    problem: CheckProblem, setup: Setup, x: Any, own: np.ndarray
) -> Repair | None:
    """Evaluated rows on the scale of the others, if they are like them then."""
    trained = problem.fit.x
    if not isinstance(trained, np.ndarray) or not isinstance(x, np.ndarray):
        return None
    moved = match_moments(x, trained)
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

    outputs = predict_outputs(trained_network(problem), x)
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
_RETESTED = 0.5
"""Share of the rows held out of a fold that were trained on before: of the second of
two folds it is all, and of five about a quarter, a half, three quarters, and all."""
COPIES = 0.05
"""Share of rows that were trained on as well, from which a high score is memory."""


@dataclass(frozen=True)
class Scores:
    """Scores on rows held out of training rows, and on these.

    ``held`` is the network's, with its error; ``best_score`` the best that anyone had
    there; ``train_score`` that of the script's own network on the rows it was trained
    on; ``alike`` whether the evaluated rows are like them, ``known`` the share of them
    among these.
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
    # one that has as little on its own rows has lost nothing on others
    known = min(scores.held, scores.train_score)
    if learned and here < _LOST * known and scores.held - here > apart:
        return _label_difference_cause(task, predicted, truth, scores)
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


def _label_difference_cause(
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
