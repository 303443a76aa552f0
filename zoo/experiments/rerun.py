"""A run repeated, and what came of it beside what had come of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ...baselines.results.results import Noise, Results, Row
from ...data.errors import Misuse
from ..experiment import FILE, Experiment, read_facts
from ..recipe import Recipe
from ..run_files import RESULTS
from ..runs.folder import find_run
from . import score as work
from .run import RunOptions, changed_versions, open_dataset, run_experiment

ROUNDING = 1e-4
"""Of a score that no seed changes: sums in another order, by more or fewer threads,
move its last digits."""

_SEEDS = 3
"""Trainings on each fold that tell the seeds' noise, where the run does not."""


@dataclass(frozen=True)
class Rerun:
    """A run beside the one that it repeats.

    Parameters
    ----------
    run, repeats : str
        Folder of the new run, and of the one that it repeats.
    versions : str
        Versions that differ; "" where none do.
    outcome : {"same to the bit", "same within seed noise", "different"}
    sentence : str
        The outcome in words.
    lines : tuple of str
        Each candidate whose scores or losses are not the same.
    """

    run: str
    repeats: str
    versions: str
    outcome: str
    sentence: str
    lines: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Convert to the dict that ``--json`` prints."""
        return asdict(self)


def rerun(name: str, options: RunOptions) -> Rerun:
    """Repeat a run by its settings, and compare what came of it.

    Parameters
    ----------
    name : str
        A run's folder, its name, a part of it, or ``"last"``.
    options : RunOptions

    Raises
    ------
    Misuse
        Its settings are not known, its time decided what came of it, or its data were
        in memory.
    ZooError
    """
    folder = find_run(name, options.out)
    experiment = _experiment(folder)
    before = Results.load(folder / RESULTS)
    again = run_experiment(experiment, options)
    outcome, sentence, lines = compare_runs(before, again.results, experiment, options)
    versions = changed_versions(before.versions, again.results.versions)
    return Rerun(str(again.folder), str(folder), versions, outcome, sentence, lines)


def _experiment(folder: Path) -> Experiment:
    """Return the experiment of a run.

    Raises
    ------
    Misuse
    """
    if not (folder / FILE).is_file():
        msg = f"{folder.name} has no {FILE}, so its settings are unknown"
        raise Misuse(f"{msg}; use a run of zoo train, compare, sweep or baseline")
    asked = read_facts(folder / FILE)
    if asked.get("kind") == "check":
        msg = f"{folder.name} is a run of zoo check, whose trials depend on time"
        raise Misuse(f"{msg}; run its command again: {asked.get('command')}")
    return Experiment.from_dict(asked)


def compare_runs(
    before: Results, after: Results, experiment: Experiment, options: RunOptions
) -> tuple[str, str, tuple[str, ...]]:
    """Compare two runs of one experiment: outcome, sentence and lines of a `Rerun`."""
    if before.about.sha256 != after.about.sha256:
        sentence = "The data have changed since, so the experiment is not the same."
        return "different", sentence, ()
    was, now = ({row.name: row for row in r.rows} for r in (before, after))
    other = [
        name for name in {**was, **now} if _scores(was, name) != _scores(now, name)
    ]
    trained = [network.name for network in before.networks]
    moved = [n for n in trained if _history(before, n) != _history(after, n)]
    if not other and not moved:
        sentence = f"The scores of all {len(was)} candidates are equal on every fold."
        return "same to the bit", sentence, ()
    limits = seed_limits(before, other, experiment, options)
    lines, beyond = [], False
    for name in other:
        line, far = _line(name, was.get(name), now.get(name), before.metric, limits)
        lines.append(line)
        beyond |= far
    lines += [
        f"{n}: its losses differ, its scores do not" for n in moved if n not in other
    ]
    if beyond:
        sentence = "The scores differ by more than the noise of seeds explains."
        return "different", sentence, tuple(lines)
    sentence = (
        "The results are not identical to the bit, but within the noise of seeds."
    )
    return "same within seed noise", sentence, tuple(lines)


def _scores(rows: dict[str, Row], name: str) -> Any:
    """Every fold's score; NaN is equal to itself here."""
    if name not in rows:
        return None
    return {key: repr(score.folds) for key, score in rows[name].scores.items()}


def _history(results: Results, name: str) -> Any:
    known = {n.name: n.history for n in results.networks}
    return {k: repr(v) for k, v in known.get(name, {}).items()}


def _line(
    name: str, was: Row | None, now: Row | None, key: str, limits: dict[str, float]
) -> tuple[str, bool]:
    """Describe a candidate's change, and tell whether it is more than seeds explain."""
    both = (was, now)
    scores = [row.scores[key].mean if row and row.scores else None for row in both]
    if scores[0] is None or scores[1] is None:
        errors = [row.error if row else "not there" for row in both]
        return f"{name}: {errors[0] or scores[0]} -> {errors[1] or scores[1]}", True
    limit, change = limits.get(name, 0.0), scores[1] - scores[0]
    message = f"{name}: {key} {scores[0]:.4f} -> {scores[1]:.4f} ({change:+.2g}"
    if not limit:
        return f"{message}; seeds do not change this score)", abs(change) > ROUNDING
    return f"{message}; seeds explain up to {limit:.2g})", abs(change) > limit


def seed_limits(
    before: Results, names: list[str], experiment: Experiment, options: RunOptions
) -> dict[str, float]:
    """Return how far apart seeds alone may bring the scores of candidates, by name."""
    from ...baselines.verdicts.comparisons import seed_limit

    noises = {n.candidate: n for n in before.noise if n.n_seeds > 1}
    networks = {n: r for n, r in experiment.networks.items() if n in names}
    if not noises and networks:
        noises = _measured(experiment, networks, options)
    trainings = {row.name: len(row.scores[before.metric].folds) for row in before.rows
                 if row.scores}  # fmt: skip
    return {
        name: seed_limit(noise, trainings[name] * experiment.scoring.seeds)
        for name, noise in noises.items()
        if name in trainings
    }


def _measured(
    experiment: Experiment, networks: dict[str, Recipe], options: RunOptions
) -> dict[str, Noise]:
    """The noise of seeds of networks, from `_SEEDS` trainings on each fold."""
    from ...baselines.estimators.catalog import for_dataset

    dataset = open_dataset(experiment)
    others = [baseline.name for baseline in for_dataset(dataset)][1:]
    study = work.score(
        networks,
        dataset,
        scoring=replace(experiment.scoring, seeds=_SEEDS, learning_curve=False),
        jobs=options.jobs,
        seed=experiment.seed,
        quiet=options.quiet,
        leave_out=others,
    )
    return {n.candidate: n for n in study.results.noise if n.n_seeds > 1}
