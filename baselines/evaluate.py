"""Candidates beside the baselines: scores, signal test and verdict in one call."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..data import Dataset
from ..data.column_summary import MOST_SHOWN
from ..data.counts import count
from ..data.dataset import take
from ..data.errors import BadData, Misuse
from ..data.split import Fold, has_strata, make_folds, sample_rows
from ..data.summary import summarize_data
from ..data.versions import installed_version
from .estimators.catalog import baselines_for
from .results.candidates import learns
from .results.results import About, Results, Verdict
from .rules.context import LearnedContext, RuleResult
from .rules.examine import examine
from .scores import fold_scores, harness
from .scores.fold_scores import FoldOutcomes, collect_outcomes
from .scores.prediction_plots import make_pictures
from .scores.worst_rows import worst_rows
from .signal import signal_test as signal
from .verdicts import verdict
from .verdicts.bayes_error import best_achievable_score
from .verdicts.comparisons import make_pairs, measure_noise
from .verdicts.evidence import Evidence, gather
from .verdicts.learning_curve import learning_curve

if TYPE_CHECKING:
    import pandas as pd


MAX_ROWS = 20_000
"""Tables with more rows are scored on a seeded sample: the intervals are narrow by
then, and the answer comes within a minute or two."""
QUICK = frozenset({"majority", "prior", "naive-bayes", "mean", "ridge"})
"""Baselines that take a moment: these are there however little time is left."""
_LINEAR = ("logistic", "ridge")
"""Baselines whose learning curve stands beside the best one's."""
Curves = Literal["none", "best", "all"]
"""Whose learning curves are wanted: nobody's; the best and the linear baseline's, where
there is or may be a signal; or those of all that use the features."""


@dataclass(frozen=True)
class Study:
    """Results, the predictions they were computed from, and all outcomes.

    ``found`` are the findings of the results with all their rows and columns. ``folds``
    keep together rows that were found to depend on each other.
    """

    results: Results
    predictions: pd.DataFrame
    outcomes: tuple[harness.Outcome, ...]
    found: tuple[RuleResult, ...]
    folds: tuple[Fold, ...] = ()


def run_study(
    candidates: Mapping[str, Any],
    dataset: Dataset,
    *,
    folds: int = 5,
    repeats: int = 1,
    seeds: int = 1,
    seed: int = 0,
    jobs: int | None = None,
    known: Sequence[harness.Outcome] = (),
    on_done: Callable[[harness.Outcome], None] | None = None,
    command: str = "",
    curves: Curves = "none",
    leave_out: Collection[str] = (),
    latest: float = math.inf,
    estimators: Collection[str] = (),
) -> Study:
    """Score candidates beside the task's baselines on the same folds.

    Parameters
    ----------
    candidates : dict of name -> estimator
        Anything with ``fit`` and ``predict`` (``predict_proba`` for classes); may be
        empty. Targets are class codes 0, 1, ... or numbers.
    dataset : Dataset
        With official test rows there is one split, those rows.
    folds, repeats : int
        Parts into which the rows are cut, and how often; not used with official test
        rows.
    seeds : int
        Trainings on each fold of every candidate that a seed changes; a fold's score is
        their mean, and ``Results.noise`` tells what folds and seeds do.
    seed : int
        Seeds folds, baselines and the signal test.
    jobs : int, optional
        Processes at a time; all cores by default.
    known : sequence of Outcome
        Outcomes that need not be computed again: a network trained on the training
        rows of the one split that official test rows make.
    on_done : callable, optional
        Called with each outcome as it comes.
    command : str
        How to repeat it; stored with the results.
    curves : {"none", "best", "all"}, default "none"
        Whose learning curves are wanted; ``best`` costs less than fitting the best and
        the linear baseline once more, ``all`` less than all candidates once more.
        Outcomes that are known have none.
    leave_out : collection of str
        Names of baselines that are not run, for want of time.
    latest : float, optional
        On the clock of ``time.monotonic``: a baseline that is not done with all folds
        then is left out, which a note tells, save the quick ones (`QUICK`).
    estimators : collection of str
        Names of candidates that are no networks; verdicts call them by these.

    Raises
    ------
    ZooError
        Fewer rows than folds, no seed, a candidate with a baseline's name, or no
        baseline that could be fitted.
    """
    start = time.perf_counter()
    if seeds < 1:
        msg = f"--seeds must be 1 or more, got {seeds}"
        raise Misuse(msg)
    all_baselines = baselines_for(dataset, seed=seed)
    baselines = {n: b for n, b in all_baselines.items() if n not in leave_out}
    both = sorted(baselines.keys() & candidates.keys())
    if both:
        msg = f"{', '.join(both)} is the name of a baseline; rename the candidate"
        raise Misuse(msg)
    settled, found = signal.signal_with_dependence(dataset, seed=seed)
    whole, dataset = dataset, limit_rows(_foldable(settled, folds), seed=seed)
    splits = make_folds(dataset, folds=folds, repeats=repeats, seed=seed)
    ends = {n: latest for n in baselines if latest < math.inf and n not in QUICK}
    outcomes = harness.run(
        {**baselines, **candidates},
        dataset,
        splits,
        seeds=seeds,
        jobs=jobs,
        on_done=on_done,
        latest=ends,
    )
    dataset, outcomes = _without_unfinished(dataset, outcomes)
    outcomes = [*outcomes, *known]
    fold_outcomes = collect_outcomes(dataset, splits, outcomes)
    evidence = gather(fold_outcomes, found)
    _check_any(evidence)
    verdicts = verdict.draw_verdicts(evidence, estimators=estimators)
    learned = LearnedContext(fold_outcomes, found, verdicts[-1], whole)
    faults = examine(dataset, evidence.rows, learned=learned)
    verdicts = _advise_moved_targets(verdicts, [f.finding.code for f in faults])
    wanted = _curve_candidates(
        curves, evidence, verdicts[-1].name, {**baselines, **candidates}
    )
    results = replace(
        study_results(fold_outcomes, evidence, verdicts, seed=seed),
        command=command,
        split=_split_text(dataset, folds, repeats) + _times(fold_outcomes),
        findings=tuple(f.finding for f in faults),
        curve=learning_curve(fold_outcomes, wanted, seed=seed, jobs=jobs),
        seconds=time.perf_counter() - start,
    )
    predictions = fold_scores.make_predictions(fold_outcomes)
    return Study(results, predictions, tuple(outcomes), faults, tuple(splits))


def _without_unfinished(
    dataset: Dataset, outcomes: Sequence[harness.Outcome]
) -> tuple[Dataset, list[harness.Outcome]]:
    """Leave out baselines that time ran out for, and say so in a note."""
    left = dict.fromkeys(o.candidate for o in outcomes if o.error == harness.TIMED_OUT)
    if not left:
        return dataset, [*outcomes]
    note = f"The budget left no time for {', '.join(left)}."
    kept = [outcome for outcome in outcomes if outcome.candidate not in left]
    return replace(dataset, notes=(*dataset.notes, note)), kept


def _advise_moved_targets(
    verdicts: tuple[Verdict, ...], codes: Sequence[str]
) -> tuple[Verdict, ...]:
    """Advise to move targets where none fits its row, and all fit others.

    Or to look at a part of the rows where early and late ones deny each other.
    """
    *networks, data = verdicts
    changes = [change for code, change in _CHANGES.items() if code in codes]
    if data.name != "no-signal" or not changes:
        return verdicts
    return (*networks, replace(data, change=changes[0]))


_CHANGES = {
    "P707": "Targets moved to the rows whose features they fit: finding P707 says by "
    "how many rows. If that is chance, other features.",
    "D320": "Rows of one time alone: finding D320 says that the relation changes.",
}
"""What would change ``no-signal`` by findings that there is something."""


def study_results(
    outcomes: FoldOutcomes,
    evidence: Evidence,
    verdicts: tuple[Verdict, ...],
    *,
    seed: int,
) -> Results:
    """Return the results that follow from the scores alone."""
    # what is too good to be true says nothing of what can be reached
    suspicious = verdicts[-1].name == "suspicious"
    top = None if suspicious else best_achievable_score(outcomes, seed=seed)
    return Results(
        command="",
        seed=seed,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=0.0,
        versions=versions(),
        about=describe(outcomes.dataset),
        split="",
        metric="skill",
        rows=evidence.rows,
        signal=evidence.signal,
        verdicts=verdicts,
        comparisons=evidence.comparisons,
        pairs=make_pairs(outcomes),
        noise=measure_noise(outcomes),
        course=fold_scores.make_course(outcomes),
        ceiling=top,
        pictures=make_pictures(outcomes, evidence.rows, seed=seed),
        worst=worst_rows(outcomes, evidence.rows),
    )


def _curve_candidates(
    curves: Curves, evidence: Evidence, data: str, candidates: Mapping[str, Any]
) -> dict[str, Any]:
    """The candidates whose learning curves are drawn, the best baseline's first."""
    best = evidence.best
    if best is None or curves == "none":
        return {}
    able = [row.name for row in evidence.rows if not row.error and learns(row)]
    if curves == "best":
        is_open = data in ("signal", "undecided")
        able = [name for name in able if is_open and name in (best.name, *_LINEAR)]
    able.sort(key=lambda name: name != best.name)
    known = {name: candidates[name] for name in able if name in candidates}
    # curves are drawn of candidates that take the encoded rows
    return {n: c for n, c in known.items() if not harness.encodes_columns(c)}


def limit_rows(dataset: Dataset, *, seed: int) -> Dataset:
    """A sample of a very long table; a note says so. Images keep all their rows."""
    if len(dataset) <= MAX_ROWS or dataset.n_test or dataset.series:
        return dataset
    rows = sample_rows(dataset, MAX_ROWS, seed=seed)
    note = f"scored on a sample of {len(rows):,} of {len(dataset):,} rows"
    return replace(
        dataset,
        x=take(dataset.x, rows),
        y=dataset.y[rows],
        groups=None if dataset.groups is None else dataset.groups[rows],
        row_numbers=None if dataset.row_numbers is None else dataset.row_numbers[rows],
        notes=(*dataset.notes, note),
    )


def _foldable(dataset: Dataset, folds: int) -> Dataset:
    """Return rows without the groups that were found, where these are too few."""
    groups = dataset.groups
    few = groups is not None and len(np.unique(groups)) < folds
    if few and dataset.dependence != "unknown":
        return replace(dataset, groups=None, dependence="none")
    return dataset


def _check_any(evidence: Evidence) -> None:
    baselines = [row for row in evidence.rows if row.kind == "baseline"]
    if all(row.error for row in baselines):
        reasons = "; ".join(sorted({str(row.error) for row in baselines}))
        msg = f"no baseline could be fitted: {reasons}"
        raise BadData(msg)


def describe(dataset: Dataset) -> About:
    """The dataset in words and numbers."""
    counts: Any = ()
    if dataset.classes:
        codes, labels = dataset.y, len(dataset.classes)
        one = codes.ndim == 1
        counts = np.bincount(codes, minlength=labels) if one else codes.sum(axis=0)
    card = dataset.card
    return About(
        name=card.name,
        title=card.title,
        task=card.task,
        target=card.target,
        source=card.source,
        rows=len(dataset),
        columns=int(np.prod(dataset.x.shape[1:])),
        classes={c: int(n) for c, n in zip(dataset.classes, counts, strict=True)},
        notes=dataset.notes,
        sha256=dataset.sha256,
        understood=replace(summarize_data(dataset, MOST_SHOWN), notes=()),
    )


def _split_text(dataset: Dataset, folds: int, repeats: int) -> str:
    if dataset.task == "characters":
        return f"the last {dataset.n_test:,} characters"
    if dataset.n_test:
        return f"the {count(dataset.n_test, 'official test row')}"
    if dataset.series:
        steps = f"{count(dataset.series.horizon, 'step')} each, season {dataset.season}"
        return f"{folds} folds at the end of the series (rolling origin), {steps}"
    if dataset.dependence == "time":
        along = dataset.order_column
        whole = f"the rows by {along!r}" if along else "the file"
        return f"{folds} folds of stretches of {whole}"
    kind = "stratified folds" if has_strata(dataset) else "folds"
    times = "" if repeats == 1 else f", {repeats} times"
    whole = "" if dataset.groups is None else ", groups not split"
    return f"{folds} {kind}{times}{whole}"


def _times(outcomes: FoldOutcomes) -> str:
    """``, 3 seeds`` where a candidate was trained so often on each fold."""
    seeds = 1 + max(
        (o.seed for more in outcomes.more.values() for o in more), default=0
    )
    return f", {seeds} seeds" if seeds > 1 else ""


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries whose numbers these are."""
    import platform

    names = (
        "learnable",
        "scikit-learn",
        "skrub",
        "statsmodels",
        "pandas",
        "numpy",
        "keras",
        "tensorflow",
    )
    return {"python": platform.python_version()} | {
        n: installed_version(n) for n in names
    }
