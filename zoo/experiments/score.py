"""Steps that several commands take: score, write the run."""

from __future__ import annotations

import logging
import os
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...data import Dataset
from ...data.disk import replaced_by_name
from ...data.errors import BadData
from .. import console
from ..experiment import Scoring
from ..recipe import Recipe
from ..registry import check_task
from ..run_files import MODEL, RESULTS, TRAINING_TEXT
from ..runs.mlflow import without_credentials
from .fit import (
    Fitted,
    fit_network,
    layers_of,
    note_on,
    try_seeds,
)
from .tasks import network_task

if TYPE_CHECKING:
    from ...baselines.evaluate import Curves, Study
    from ...baselines.results.results import Network, Results
    from ...baselines.scores.harness import Outcome


_log = logging.getLogger("learnable")

_MOST_STEPS = 50_000
"""Of all trainings; 10,000 take a small network about a second on one core, and each
process takes about 4 s to load TensorFlow."""
_MOST_CELLS = 100_000
"""Of a table."""


def half_memory() -> int | None:
    """In bytes; None where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):
        return None


def command_line() -> str:
    """Return what was typed, ready to type again but for passwords in addresses."""
    return shlex.join(["zoo", *map(without_credentials, sys.argv[1:])])


def called(function: str, *given: Any) -> str:
    """Return a call of a public function as it may be typed again.

    >>> called("baseline", "people.csv", "income")
    "learnable.baseline('people.csv', 'income')"
    """
    return (
        f"learnable.{function}({', '.join(map(format_argument, _without_end(given)))})"
    )


def _without_end(given: Sequence[Any]) -> Sequence[Any]:
    while len(given) and given[-1] is None:
        given = given[:-1]
    return given


def format_argument(value: Any) -> str:
    """An argument as it may be typed again; what is long by its kind alone."""
    if isinstance(value, str | int | float | Path) or value is None:
        return repr(str(value) if isinstance(value, Path) else value)
    if isinstance(value, Dataset):
        return f"<Dataset {value.card.name}>"
    if isinstance(value, dict):
        return (
            f"{{{', '.join(f'{k!r}: {format_argument(v)}' for k, v in value.items())}}}"
        )
    if isinstance(value, list | tuple) and len(value) <= 10:
        inner = ", ".join(map(format_argument, value))
        return f"[{inner}]" if isinstance(value, list) else f"({inner},)"
    return f"<{type(value).__name__}>"


def check_models(names: Iterable[str], dataset: Dataset) -> None:
    """Refuse models that cannot do the dataset's task, before anything is trained."""
    from ...data.encode import is_text

    for name in names:
        texts = is_text(dataset.x)
        check_task(name, dataset.task, dataset.card.name, texts=texts)


def score(
    candidates: Mapping[str, Any],
    dataset: Dataset,
    *,
    scoring: Scoring,
    jobs: int | None,
    seed: int,
    quiet: bool,
    known: Sequence[Outcome] = (),
    curves: Curves = "none",
    command: str = "",
    leave_out: Sequence[str] = (),
) -> Study:
    """Candidates and baselines on the same folds, with progress.

    A candidate is a recipe, or anything that the harness takes.

    With several seeds the number of fits is not known before: most candidates change
    with a seed, some do not and are fitted once.
    """
    from ...baselines.estimators.catalog import for_dataset
    from ...baselines.evaluate import run_study

    limit = process_limit(candidates, dataset, scoring) if jobs is None else jobs
    task = network_task(dataset)
    splits = 1 if dataset.n_test else scoring.folds * scoring.repeats
    total = splits * scoring.seeds * (len(for_dataset(dataset)) + len(candidates))
    words = "fits" if scoring.seeds == 1 else "fits at most"
    done: list[str] = []

    def count(outcome: Outcome) -> None:
        console.check_interrupt()
        done.append(outcome.candidate)
        step(len(done), total, words)

    estimators = {
        name: task.estimator(one, dataset, seed) if isinstance(one, Recipe) else one
        for name, one in candidates.items()
    }
    with console.progress("scoring on the same folds", quiet=quiet) as step:
        return run_study(
            estimators,
            dataset,
            folds=scoring.folds,
            repeats=scoring.repeats,
            seeds=scoring.seeds,
            seed=seed,
            jobs=limit,
            known=known,
            on_done=count,
            command=command or command_line(),
            curves=curves,
            leave_out=leave_out,
            estimators=[n for n, one in candidates.items() if not _is_network(one)],
        )


def _is_network(candidate: Any) -> bool:
    from .candidates import OwnNetwork

    return isinstance(candidate, Recipe | OwnNetwork)


def process_limit(
    candidates: Mapping[str, Any], dataset: Dataset, scoring: Scoring
) -> int | None:
    """One process where others could not load a network, or would load it too late.

    Other processes take seconds to load TensorFlow; short trainings of small tables are
    over before. The recipes tell, never the clock. None leaves it to the harness.
    """
    import numpy as np
    from joblib.parallel import get_active_backend

    if any(getattr(one, "is_local", False) for one in candidates.values()):
        return 1
    recipes = [one for one in candidates.values() if isinstance(one, Recipe)]
    is_asked = get_active_backend()[1] not in (None, 1)  # by joblib.parallel_config
    is_small = np.ndim(dataset.x) == 2 and np.size(dataset.x) <= _MOST_CELLS
    if is_asked or not is_small or not recipes or len(recipes) < len(candidates):
        return None
    trainings = scoring.folds * scoring.repeats * scoring.seeds
    steps = sum(
        one.steps or one.epochs * ceil(len(dataset) / one.batch_size) for one in recipes
    )
    return 1 if trainings * steps <= _MOST_STEPS else None


def train_each(
    networks: Mapping[str, Recipe],
    dataset: Dataset,
    *,
    seed: int,
    quiet: bool,
    seeds: int = 1,
) -> tuple[list[Outcome], tuple[Network, ...]]:
    """Networks trained one after another, each with all cores, for official test rows.

    One that cannot be trained has its reason in its outcome, and no facts. With several
    seeds the facts are of the first.
    """
    from ...baselines.scores.harness import Outcome

    outcomes, facts = [], []
    for name, settings in networks.items():
        for number in range(seeds):
            try:
                fitted = fit_network(
                    settings, dataset, seed=seed + number, quiet=quiet, tries=not number
                )
            except BadData as error:
                failed = Outcome(name, 0, None, error=str(error), seed=number)
                outcomes.append(failed)
                continue
            outcomes.append(known_outcome(name, fitted, number))
            if not number:
                facts.append(replace(fitted.facts, name=name))
    return outcomes, tuple(facts)


def known_outcome(name: str, fitted: Fitted, number: int = 0) -> Outcome:
    """On official test rows the trained network is the one to score."""
    from ...baselines.scores.harness import Outcome

    return Outcome(
        name,
        0,
        fitted.predictions,
        fitted.trained.seconds,
        fitted.predict_seconds,
        seed=number,
    )


def write_run(
    out: Path, label: str, study: Study, *, networks: tuple[Network, ...] = (),
    settings: Mapping[str, Any] | None = None,
) -> tuple[Results, Path]:  # fmt: skip
    """Write a run's folder; returns the results as written, and the folder.

    ``settings`` are those of the experiment, for ``recipe.json``.
    """
    from ..runs import folder as disk

    with disk.new_run(out, label) as (folder, final):
        results = write_results(folder, study, label, networks=networks)
        if settings:
            disk.write_settings(folder, settings, None, command=results.command)
    return results, final


def write_results(
    folder: Path, study: Study, kind: str, *, networks: tuple[Network, ...]
) -> Results:
    """Write what a command of some kind found, and the page that shows it."""
    from ...baselines.rules.examine import listing
    from ...reports import Report
    from ...reports.run_summary import write_summary
    from ..runs import folder as disk

    results = replace(study.results, networks=networks)
    results.save(folder / RESULTS)
    write_summary(folder, results, kind)
    with replaced_by_name(folder / "predictions.parquet") as new:
        study.predictions.to_parquet(new, index=False)
    if study.found:
        with replaced_by_name(folder / "findings.csv") as new:
            listing(study.found).to_csv(new, index=False)
    disk.write_environment(folder, results.versions, results.about.sha256)
    Report(results).to_html(folder / "report.html")
    return results


def write_network(folder: Path, fitted: Fitted, dataset: Dataset) -> None:
    """Write the network, and what is needed to ask it.

    Where the encoder of its columns cannot be written, a warning says that the network
    cannot be asked: its scores are worth keeping without it.
    """
    from ...data.encoder_file import ENCODER, write_encoder

    fitted.trained.serving.save(folder / MODEL)
    if source := network_task(dataset).source(dataset):
        (folder / TRAINING_TEXT).write_text(source, "utf-8")
    if fitted.encoder is None:
        return
    try:
        write_encoder(folder / ENCODER, fitted.encoder)
    except TypeError as error:
        _log.warning("%s; `zoo predict` cannot use this network", error)


def first_trainings(
    study: Study, networks: Mapping[str, Recipe], dataset: Dataset
) -> tuple[Network, ...]:
    """Each network's settings, and its training on the first fold."""
    from ...baselines.results.results import Network
    from ..networks.losses import loss_unit

    first = {
        o.candidate: o
        for o in study.outcomes
        if (o.fold, o.seed) == (0, 0) and not o.error
    }
    found = []
    for name, settings in networks.items():
        outcome = first.get(name)
        if outcome is None or outcome.predictions is None:
            continue
        layers = layers_of(settings, *outcome.shape)
        network = Network(
            name=name,
            recipe=settings.to_dict(),
            parameters=sum(layer.parameters for layer in layers if layer.used),
            history=outcome.history,
            loss_unit=loss_unit(settings, dataset.task),
            test={},
            way=outcome.way[0],
            reason=outcome.way[1],
            layers=layers,
            tries=try_seeds(settings, dataset, seed=study.results.seed),
            note=note_on(settings, outcome.predictions, dataset),
        )
        found.append(network)
    return tuple(found)
