"""A recorded training examined from both sides: the data, and the network."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ...baselines.results.diagnosis import Cause, Diagnosis, TrainingCurve
from ..diagnosis.probe.golden_tests import golden_tests
from ..diagnosis.probe.probe import measure
from ..diagnosis.problem.context import NetworkFinding, Repair, RuleContext, repaired
from ..diagnosis.problem.from_model import split_outputs
from ..diagnosis.problem.task import loss_name
from ..diagnosis.problem.training_setup import original_training
from ..diagnosis.record.arrays import whole_fit
from ..diagnosis.rules.run_rules import run_rules
from ..diagnosis.rules.wrong_gradient import is_adversarial
from ..diagnosis.search.causes import FAILING, NOTHING, SearchResult
from ..diagnosis.search.definitions import LimitedFinding, limited_finding
from ..diagnosis.search.search import (
    rerun_rules,
    search_causes,
    search_remaining_causes,
)
from ..diagnosis.search.trials import (
    TRIALS_COST,
    BudgetExceeded,
    ScoreDifference,
    TrialBudget,
    TrialRunner,
    score_difference,
)
from . import data_faults
from .answer import CheckEvidence, answer, has_crashed, plain_network
from .data_faults import DataFault, hide
from .duplicates import find_mispaired_rows, repeated_rows
from .evaluation_rows import evaluation_faults, find_unseen_class
from .jobs import GUARD_SECONDS, RECORDED
from .problem import (
    CheckProblem,
    baseline_study,
    best_row_scores,
    gives_inputs_back,
    mean_score,
    on_folds_of,
    prepare,
    train_score,
)
from .rerunner import RepairedScript, Rerunner, repair_script
from .stages import Say, Stages
from .wording import for_scripts

if TYPE_CHECKING:
    from ...baselines.evaluate import Study
    from ..diagnosis.record.recording import Fit, Recording
    from ..diagnosis.search.causes import SearchResult
    from ..diagnosis.search.trials import TrialRunner


LEAST_JUDGED = 30
"""Rows to judge by, below which a good score may well be luck."""
PROBE_COST = 8.0
GOLDEN_COST = 10.0
RUN_SECONDS = 120.0
"""Beside four times the script's own training, that a repaired script may take."""
_FIRST_LOOK = 0.5
"""Of a budget in seconds, after which no baseline begins."""
_PART = 0.15
"""Of it, that the golden tests may take, and that the probe may."""
_GRACE = 0.25
"""Of it, beyond the budget, for a plain network where nothing mends the script's."""

_log = logging.getLogger("learnable")


@dataclass(frozen=True)
class Checked:
    """The answer, and the data half that it rests on."""

    diagnosis: Diagnosis
    study: Study


def check_outputs(
    recording: Recording,
    fit: Fit,
    *,
    budget: float | None,
    seed: int = 0,
    arguments: Sequence[str] = (),
    has_options: bool = False,
    say: Say,
) -> Checked:
    """Examine one training, each of its network's outputs by itself.

    The answer is that on the first output with a fault, or on the first one; those on
    the others are its ``others``. An output that the network is to be bad at, behind a
    layer that turns its gradient round, is left out. Parameters and errors are those
    of `check_fit`; the outputs share the budget.
    """
    every = split_outputs(fit)
    parts = [one for one in every if not is_adversarial(one)] or every
    found = [
        check_fit(
            recording,
            one,
            budget=None if budget is None else budget / len(parts),
            seed=seed,
            arguments=arguments,
            has_options=has_options,
            say=lambda what, one=one: say(_describe_output(one, what)),
        )
        for one in parts
    ]
    faulty = (one for one in found if one.diagnosis.sides)
    main = next(faulty, found[0])
    others = tuple(one.diagnosis for one in found if one is not main)
    return replace(main, diagnosis=replace(main.diagnosis, others=others))


def _describe_output(fit: Fit, what: str) -> str:
    return f"output {fit.output!r}: {what}" if fit.output else what


def check_fit(
    recording: Recording,
    fit: Fit,
    *,
    budget: float | None,
    seed: int,
    arguments: Sequence[str],
    has_options: bool,
    say: Say,
) -> Checked:
    """Examine one training of a network with one output.

    Parameters
    ----------
    recording : Recording
        All that the script did.
    fit : Fit
        The training to examine.
    budget : float, optional
        Seconds for the first look and all trials, of which half are for trials at
        least; what was not tried then is said. By default trials are limited by what
        they cost alone, so that a busy machine gives the same answer.
    seed : int
    arguments : sequence of str
        The script's, to run the repaired one with.
    has_options : bool
        Whether the rows come from a table whose columns and groups options choose, so
        that advice may name these.
    say : callable

    Raises
    ------
    BadData
        The rows are too few or too odd to be examined, or nothing was compiled.
    """
    start, stages = time.monotonic(), Stages(say)
    what = "what the data allow, and how the network trains"
    with stages("data and first look", what), ThreadPoolExecutor(1) as beside:
        problem = prepare(recording, fit, seed=seed)
        # baselines need no network, and a network leaves a core to them
        latest = start + _budget_share(budget, _FIRST_LOOK)
        # in its context: a cluster that is active here is so there
        learned = beside.submit(
            copy_context().run, baseline_study, problem, budget, latest=latest
        )
        context = _probed(problem, cost=min(PROBE_COST, _budget_share(budget, _PART)))
        golden = (
            []
            if has_crashed(fit)
            else golden_tests(
                context.setup,
                problem.task,
                problem.splits[0].train,
                seed=seed,
                cost=min(GOLDEN_COST, _budget_share(budget, _PART)),
                latest=latest,
            )
        )
        study = learned.result() if has_options else for_scripts(learned.result())
        problem = on_folds_of(study, problem)
    with Rerunner() as rerunner:
        with stages("trials"):
            runner = _laboratory(problem, context, _trial_budget(budget, start), say)
            evidence = _tried(problem, context, study, runner, rerunner)
        with stages("repaired script", "the repaired script runs"):
            seconds = 4 * fit.seconds + min(RUN_SECONDS, _budget_share(budget, 1.0))
            mended = repair_script(
                recording,
                fit,
                context.setup,
                evidence,
                arguments,
                rerunner,
                seconds=seconds,
            )
    found = answer(evidence, golden, stages.seconds)
    found = replace(found, curves=training_curves(runner, evidence.inquiry))
    return Checked(_with_script(found, mended), study)


def _budget_share(budget: float | None, part: float) -> float:
    """Return a part of a budget in seconds; no limit where the user sets none."""
    return math.inf if budget is None else part * budget


def _with_script(found: Diagnosis, mended: RepairedScript) -> Diagnosis:
    """The answer with the repaired script; what it has not got is not promised."""
    if not mended.is_tuned:
        found = replace(found, tuned="", tuned_score=found.repaired_score)
    return replace(
        found,
        fixed=mended.fixed,
        diff=mended.diff,
        failed=mended.failed,
        snippet=mended.snippet,
    )


def _tried(
    problem: CheckProblem,
    context: RuleContext,
    study: Study,
    runner: TrialRunner,
    rerunner: Rerunner,
) -> CheckEvidence:
    """Run trials of the network; return their evidence beside what the data allow."""
    best_score = best_row_scores(study, problem)
    scores = {name: mean_score(row_scores) for name, row_scores in best_score.items()}
    best = max(scores, key=lambda name: scores[name], default="")
    if problem.fit.place and runner.score([]) < FAILING * scores.get(best, 0.0):
        rerunner.prepare()
    known = run_rules(context)
    # no network falls short of a constant where that is the best answer there is
    is_varied = _are_varied(problem)
    tried = known if is_varied else ()
    found = _search(problem, context, runner, tried, scores.get(best, 0.0))
    short = _shortfall(runner, best_score.get(best, [])) if is_varied else None
    faults = _mispaired(problem)
    if not faults:
        faults = (*_untrained(context, known, found), *repeated_rows(context))
        faults += _faults(problem, study, found, runner, is_asked=not faults)
    evidence = CheckEvidence(
        context, study, found, (best, scores.get(best, 0.0)), short, faults
    )
    evidence = replace(
        evidence,
        memorised=problem.memorised,
        limited=_limited(problem, context, study, known, found),
        n_trainings=runner.trained,
        is_varied=is_varied,
    )
    if not evidence.has_known_cause:
        evidence = replace(evidence, train_score=train_score(problem))
    # a plain network has no narrow layer, and so an easier task than an autoencoder
    if not evidence.is_unexplained or gives_inputs_back(problem):
        return evidence
    return replace(evidence, reference=plain_network(runner))


def _are_varied(problem: CheckProblem) -> bool:
    """Whether a constant is not the best answer to all rows there are, as to one."""
    return bool((problem.task.y != problem.task.y[0]).any())


def _untrained(
    context: RuleContext, known: Sequence[NetworkFinding], found: SearchResult
) -> Iterator[DataFault]:
    """Faults that follow from the record of the script's calls; no trial tells them.

    Those that trials have proved besides are left to them.
    """
    proved = {cause.proposal.finding.code for cause in found.causes}
    for f in known:
        if f.code in proved:
            continue
        if f.is_recorded or (f.code in RECORDED and not f.repairs):
            texts = (f.code, f.label, f.sentence, f.advice)
            at = context.locations(f)
            yield DataFault(Cause(*texts, side=f.side, locations=at))


def _mispaired(problem: CheckProblem) -> tuple[DataFault, ...]:
    """Targets of other rows: beside these nothing can be said of the rows."""
    try:
        cause = find_mispaired_rows(problem.recording, problem.fit)
    # arrays of a script may hold anything
    except (TypeError, ValueError, MemoryError) as error:
        _log.debug("rows cannot be looked up in the script's arrays: %r", error)
        return ()
    return () if cause is None else (DataFault(cause),)


def _limited(
    problem: CheckProblem,
    context: RuleContext,
    study: Study,
    known: Sequence[NetworkFinding],
    found: SearchResult,
) -> LimitedFinding | None:
    """A finding by which the network fails whatever its weights.

    Where the data are known to have nothing to learn, no network could.
    """
    if study.results.verdicts[-1].name == "no-signal" and not problem.memorised:
        return None
    try:
        return limited_finding(context, known, found)
    # a network or loss of somebody's own may be anything
    except Exception as error:
        _log.debug("no limit of this network is known: %r", error)
        return None


def _search(
    problem: CheckProblem,
    context: RuleContext,
    runner: TrialRunner,
    known: Sequence[NetworkFinding],
    best_score: float,
) -> SearchResult:
    """The causes; also those that only show beside the repair of another."""
    raised = bool(problem.fit.error)
    found = search_causes(runner, known, best_score=best_score, has_raised=raised)
    if raised:
        return found
    look = partial(_rerun_rules_with, context, runner)
    return search_remaining_causes(found, runner, known, look, best_score=best_score)


def _rerun_rules_with(
    context: RuleContext, runner: TrialRunner, repairs: Sequence[Repair]
) -> tuple[NetworkFinding, ...]:
    try:
        return rerun_rules(context, runner, repairs)
    # a network of somebody's own may fail in any way; the first look counts then
    except Exception as error:
        _log.debug("the mended network cannot be looked at: %r", error)
        return ()


def _shortfall(
    runner: TrialRunner, best: Sequence[np.ndarray]
) -> ScoreDifference | None:
    """Measure how far the unrepaired network is behind; None if time ran out first."""
    try:
        own = [runner.outcome([], i).row_scores for i in range(len(best))]
    except BudgetExceeded:
        return None
    # a training that failed has learned nothing
    filled = [m if len(m) else 0 * b for m, b in zip(own, best, strict=True)]
    return score_difference(best, filled, whole=runner.whole) if best else None


def _probed(problem: CheckProblem, *, cost: float) -> RuleContext:
    """The case with what was measured on the network while it trains."""
    setup = original_training(problem.fit, problem.task)
    context = RuleContext(problem.recording, problem.fit, problem.task, setup)
    try:
        rows = problem.splits[0].train
        probe = measure(setup, rows, seed=problem.seed, cost=cost)
        return replace(context, probe=probe)
    # a network of somebody's own may fail in any way; rules do without the probe then
    except Exception as error:
        _log.debug("the network cannot be looked at: %r", error)
        return context


def _trial_budget(seconds: float | None, start: float) -> TrialBudget:
    """Make the budget of the trials; a limit of the user is one by the clock too."""
    if seconds is None:
        return TrialBudget(deadline=start + GUARD_SECONDS)
    end = max(start + seconds, time.monotonic() + seconds / 2)
    return TrialBudget(max(TRIALS_COST, seconds), end, grace=_GRACE * seconds)


def _laboratory(
    problem: CheckProblem, context: RuleContext, budget: TrialBudget, say: Say
) -> TrialRunner:
    return TrialRunner(
        context.setup,
        problem.task,
        problem.splits,
        budget=budget,
        spare=problem.spare,
        seed=problem.seed,
        on_trial=say,
        whole=problem.memorised > 0,
    )


def _faults(
    problem: CheckProblem,
    study: Study,
    inquiry: SearchResult,
    runner: TrialRunner,
    *,
    is_asked: bool,
) -> tuple[DataFault, ...]:
    """Faults that no change to the network mends; of a constant none are known.

    ``is_asked`` tells whether the network that was trained is the one that is asked:
    else rows that are evaluated say nothing.
    """
    if not _are_varied(problem):
        return ()
    judged = sum(len(split.test) for split in problem.splits)
    learned = bool(inquiry.causes) or inquiry.original_score > NOTHING
    learned = learned and (problem.memorised > 0 or judged >= LEAST_JUDGED)
    # the rows of the problem may be a sample
    whole = whole_fit(problem.recording, problem.fit) or problem.fit
    copied = data_faults.target_in_window(whole.x, whole.y)
    if copied is not None:
        return (DataFault(copied),)
    unseen = find_unseen_class(problem, study)
    if unseen is not None:
        return (unseen,)
    causes = data_faults.data_causes(
        study, problem.dataset, learned=learned, failing=inquiry.is_failing
    )
    # labels of copies look contradicted on folds that keep copies together
    if is_asked and all(cause.code == "D307" for cause in causes):
        best = inquiry.best_score
        asked = evaluation_faults(problem, study, runner, best_score=best)
        if not causes or any(fault.cause.code == "D309" for fault in asked):
            return asked
    return tuple(
        _without_leak(cause, problem, study, runner)
        if cause.code == "D308"
        else DataFault(cause)
        for cause in causes
    )


def _without_leak(
    cause: Cause, problem: CheckProblem, study: Study, runner: TrialRunner
) -> DataFault:
    """A leak, and what the network has without it."""
    finding = data_faults.find_leak(study)
    if finding is None or finding.n_columns > len(finding.columns):
        return DataFault(cause)
    repair = hide(problem, finding.columns)
    if repair is None:
        return DataFault(cause)
    runner.budget.allow(runner.cost([repair]))
    try:
        score = runner.score([repair])
    except BudgetExceeded:
        return DataFault(cause)
    message = f"{cause.sentence} Without it, the network has a score of {score:.2f}."
    named = ", ".join(finding.columns)
    advice = (
        f"Leave {named} out of training and evaluated rows, unless it is known before "
        "the target."
    )
    return DataFault(
        replace(cause, sentence=message, advice=advice, repair=repair.what),
        repair,
        score,
    )


_UNITS = {
    "binary_crossentropy": "log_loss",
    "categorical_crossentropy": "log_loss",
    "sparse_categorical_crossentropy": "log_loss",
    "mean_squared_error": "mse",
}
"""Losses that baselines have, too."""


def training_curves(
    runner: TrialRunner, inquiry: SearchResult
) -> tuple[TrainingCurve, ...]:
    """Losses by epoch on the first split; empty where none of the repairs is a cause.

    Parameters
    ----------
    runner : TrialRunner
        After its trials.
    inquiry : SearchResult
    """
    repairs = [cause.proposal.repair for cause in inquiry.causes]
    if not repairs:
        return ()
    wanted: dict[str, list[Repair]] = {"as it is": [], "repaired": repairs}
    if inquiry.tuned:
        wanted["repaired and tuned"] = [*repairs, *inquiry.tuned]
    found = tuple(_curves(runner, wanted))
    return found if len(found) > 1 else ()


def _curves(
    runner: TrialRunner, wanted: dict[str, list[Repair]]
) -> Iterator[TrainingCurve]:
    for name, repairs in wanted.items():
        losses = runner.losses(repairs)
        if losses:
            yield TrainingCurve(name, losses, *_loss(runner, repairs))


def _loss(runner: TrialRunner, repairs: Sequence[Repair]) -> tuple[str, str]:
    """The loss that was trained on, and the metric that it can be compared with."""
    setup = repaired(runner.setup, repairs)
    name = loss_name(setup.loss)
    weighed = setup.class_weight is not None or setup.sample_weight is not None
    same = not weighed and setup.rescale is None
    return name, _UNITS.get(name, "") if same else ""
