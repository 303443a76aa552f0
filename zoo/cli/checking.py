"""A recorded training examined from both sides: the data, and the network."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ...baselines.diagnosis import Cause, Diagnosis
from ...data import Dataset
from ...data.errors import BadData
from . import data_side
from .answering import Sides, answer
from .asked import asked_causes
from .mending import mend

if TYPE_CHECKING:
    from ...baselines.study import Study
    from ..diagnosis.case import Case
    from ..diagnosis.question import Question
    from ..diagnosis.recording import Fit, Recording
    from ..diagnosis.search import Inquiry
    from ..diagnosis.trials import Difference, Laboratory, Split

FOLDS = 4
"""A quarter of the rows is kept back in each."""
SPLITS = 3
"""Folds, each with a seed of its own, on which causes are proved."""
MOST_ROWS = 6_000
"""More are sampled: a fault shows in these, and trials are many."""
LEAST_ROWS = 8
"""With fewer there is nothing to train on and nothing to judge by."""
MOST_CELLS = 1_000_000
"""Rows times columns times classes, from which boosting is left out: its trees, one a
class and round, took 46 s for 2,250 digits, and a forest 2."""
LEAST_JUDGED = 30
"""Rows to judge by, below which a good score may well be luck."""
PROBE_SECONDS = 8.0
GOLDEN_SECONDS = 10.0
RUN_SECONDS = 120.0
"""Beside four times the script's own training, that a repaired script may take."""

_log = logging.getLogger("learnable")

Say = Callable[[str], None]
"""Called with what is being done, in a few words."""


@dataclass(frozen=True)
class Checked:
    """The answer, and the data half that it rests on."""

    diagnosis: Diagnosis
    study: Study


@dataclass(frozen=True)
class Material:
    """One training's rows in the forms that both halves need."""

    recording: Recording
    fit: Fit
    question: Question
    dataset: Dataset
    splits: tuple[Split, ...]
    seed: int


def check_fit(
    recording: Recording,
    fit: Fit,
    *,
    budget: float,
    seed: int = 0,
    arguments: Sequence[str] = (),
    say: Say,
) -> Checked:
    """Examine one training.

    Parameters
    ----------
    recording : Recording
        All that the script did.
    fit : Fit
        The training to examine.
    budget : float
        Seconds for all trials together; what was not tried then is said.
    seed : int
    arguments : sequence of str
        The script's, to run the repaired one with.
    say : callable

    Raises
    ------
    BadData
        The rows are too few or too odd to be examined, or nothing was compiled.
    """
    from threadpoolctl import threadpool_limits

    from ...baselines.study import run_study
    from ..diagnosis.given import first_output
    from ..diagnosis.golden import golden_tests

    start = time.monotonic()
    if fit.loss is None and "compile" in fit.error:
        raise BadData("the model is not compiled: call model.compile(...) before fit")
    fit = first_output(fit)
    material = prepare(recording, fit, seed=seed)
    say("what the data allow")
    # threads that wait for one another on a busy machine take ten times as long
    with threadpool_limits(1):
        study = run_study(
            {},
            material.dataset,
            folds=FOLDS,
            seed=seed,
            jobs=1,
            leave_out=_too_slow(material.dataset),
        )
    spent = {"data": time.monotonic() - start}
    reach = reached(study, material)
    case = _probed(material, seed=seed, say=say)
    spent["probe"] = time.monotonic() - start - sum(spent.values())
    lab = _laboratory(material, case, time.monotonic() + budget, say)
    scores = {name: mean_score(marks) for name, marks in reach.items()}
    inquiry = _inquire(lab, case, max(scores.values(), default=0.0))
    spent["trials"] = time.monotonic() - start - sum(spent.values())
    say("tests that every training must pass")
    tests = golden_tests(
        case.setup,
        material.question,
        material.splits[0].train,
        seed=seed,
        seconds=GOLDEN_SECONDS,
    )
    spent["tests"] = time.monotonic() - start - sum(spent.values())
    causes = _data_causes(material, study, inquiry, lab)
    best = max(scores, key=lambda name: scores[name], default="")
    short = _shortfall(lab, reach.get(best, []))
    sides = Sides(
        case, study, inquiry, (best, scores.get(best, 0.0)), short, causes, tests, spent
    )
    say("the repaired script runs")
    mended = mend(
        recording,
        fit,
        case.setup,
        inquiry,
        arguments,
        seconds=4 * fit.seconds + RUN_SECONDS,
    )
    spent["repaired script"] = time.monotonic() - start - sum(spent.values())
    found = replace(answer(sides), **vars(mended))
    return Checked(found, study)


def _too_slow(dataset: Dataset) -> tuple[str, ...]:
    """Baselines that would take longer than all the others together."""
    columns = int(np.prod(dataset.x.shape[1:]))
    cells = len(dataset) * columns * max(1, len(dataset.classes))
    return ("boosting",) if cells > MOST_CELLS else ()


def prepare(recording: Recording, fit: Fit, *, seed: int) -> Material:
    """The question, the rows for other learners, and the folds."""
    from ...data.split import make_folds
    from ..diagnosis.question import ask
    from ..diagnosis.rows import as_dataset
    from ..diagnosis.setup import rows_of
    from ..diagnosis.trials import Split

    question = ask(fit)
    rows = _some_rows(question, seed)
    fit = replace(fit, x=rows_of(fit.x, rows), y=rows_of(fit.y, rows))
    question = replace(question, y=question.y[rows])
    name = recording.script.rsplit("/", 1)[-1] or "model"
    dataset = as_dataset(fit.model, fit.x, question, name=name)
    # copies of a row are kept on one side: else a network is judged by its memory
    dataset = replace(dataset, groups=data_side.copies(dataset))
    folds = make_folds(dataset, folds=FOLDS, seed=seed)
    splits = tuple(Split(fold.train, fold.test) for fold in folds[:SPLITS])
    return Material(recording, fit, question, dataset, splits, seed)


def _some_rows(question: Question, seed: int) -> np.ndarray:
    """All rows, or a sample; without those whose target is missing."""
    y = question.y.reshape(len(question), -1).astype("float64")
    rows = np.flatnonzero(np.isfinite(y).all(axis=1))
    if len(rows) < LEAST_ROWS:
        msg = f"the training has {len(rows)} rows with a target"
        raise BadData(f"{msg}; {LEAST_ROWS} or more are needed to examine it")
    if len(rows) <= MOST_ROWS:
        return rows
    rng = np.random.default_rng(seed)
    return np.sort(rng.choice(rows, MOST_ROWS, replace=False))


def reached(study: Study, material: Material) -> dict[str, list[np.ndarray]]:
    """Each baseline's marks on the folds of the trials, one array a fold."""
    from ..diagnosis.credit import credits

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


def _shortfall(lab: Laboratory, best: Sequence[np.ndarray]) -> Difference | None:
    """How far the network, as it is, is behind; None where time was over before."""
    from ..diagnosis.trials import OutOfTime, gap

    try:
        own = [lab.outcome([], i).marks for i in range(len(best))]
    except OutOfTime:
        return None
    # a training that failed has learned nothing
    filled = [m if len(m) else 0 * b for m, b in zip(own, best, strict=True)]
    return gap(best, filled) if best else None


def _as_asked(material: Material) -> Question:
    """The question as baselines got it: with no more targets than they had."""
    return replace(material.question, y=material.dataset.y)


def _decided(predictions: np.ndarray, question: Question) -> np.ndarray:
    if question.task == "multilabel":
        return (predictions > 0.5).astype("int64")
    return predictions if question.task == "regression" else predictions.argmax(axis=1)


def _probed(material: Material, *, seed: int, say: Say) -> Case:
    """The case with what was measured on the network while it trains."""
    from ..diagnosis.case import Case
    from ..diagnosis.measure import measure
    from ..diagnosis.setup import as_given

    say("the network looked at while it trains")
    setup = as_given(material.fit, material.question)
    case = Case(material.recording, material.fit, material.question, setup)
    try:
        rows = material.splits[0].train
        return replace(
            case, probe=measure(setup, rows, seed=seed, seconds=PROBE_SECONDS)
        )
    # a network of somebody's own may fail in any way; rules do without the probe then
    except Exception as error:
        _log.debug("the network cannot be looked at: %r", error)
        return case


def _laboratory(
    material: Material, case: Case, deadline: float, say: Say
) -> Laboratory:
    from ..diagnosis.trials import Laboratory

    return Laboratory(
        case.setup,
        material.question,
        material.splits,
        deadline=deadline,
        seed=material.seed,
        on_trial=say,
    )


def _inquire(lab: Laboratory, case: Case, reach: float) -> Inquiry:
    from ..diagnosis.search import Search
    from ..diagnosis.suspects import suspects

    return Search(lab, suspects(case), reach=reach).run()


def _data_causes(
    material: Material, study: Study, inquiry: Inquiry, lab: Laboratory
) -> tuple[Cause, ...]:
    """Faults that no change to the network mends."""
    from ..diagnosis.search import NOTHING

    judged = sum(len(split.test) for split in material.splits)
    learned = bool(inquiry.causes) or inquiry.before > NOTHING
    learned = learned and judged >= LEAST_JUDGED
    causes = list(data_side.data_causes(study, material.dataset, learned=learned))
    return tuple(causes or asked_causes(material, lab))
