"""An experiment, done: data read, networks trained, candidates scored, run written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...data.errors import BadData, Misuse, ZooError
from ...data.files import split_part
from ...reports import Report
from .. import console
from ..experiment import DATASET_OBJECT, FILE, Experiment, read_facts
from ..runs import tensorboard as event_files
from ..runs.checkpointed_runs import Unfinished, resumed_run, training_run
from . import score as work
from .fit import fit_network, inputs_of
from .settings import check_settings, open_data

if TYPE_CHECKING:
    from ...baselines.evaluate import Curves
    from ...baselines.results.results import Results
    from ...data import Dataset


IN_MEMORY = 200_000_000
"""Bytes of a Parquet file that baselines alone read; of a larger one a sample is read,
as a sample is scored."""


class Run(Report):
    """A run on disk, and what came of it: a `Report` with a folder.

    Parameters
    ----------
    results : Results
        Scores, verdicts, findings: all that ``results.json`` holds.
    folder : Path
        The run's folder.
    """

    def __init__(self, results: Results, folder: Path) -> None:
        super().__init__(results, note=f"run: {folder}")
        self.folder = folder

    @property
    def report(self) -> Path:
        """The page that shows the run."""
        return self.folder / "report.html"


@dataclass(frozen=True)
class RunOptions:
    """Options of a run that change nothing of what comes of it.

    Parameters
    ----------
    out : Path
        Folder of the runs.
    jobs : int, optional
        Processes at a time; None: all cores.
    quiet : bool
        No progress, no notes.
    tensorboard : bool
        Event files of a training of ``zoo train``, for TensorBoard.
    mlflow : str, optional
        Where runs are written as well.
    command : str
        How to repeat a training, as the run says it; "": the command that was typed.
    parallel : str or distributed.Client, optional
        Dask cluster for fits, as `learnable.baselines.scores.cluster.connected` takes
        it; None: processes of this machine.
    """

    out: Path
    jobs: int | None = None
    quiet: bool = False
    tensorboard: bool = False
    mlflow: str | None = None
    command: str = ""
    parallel: Any = None


@contextmanager
def on_cluster(parallel: Any, *, quiet: bool) -> Iterator[None]:
    """Make the fits of the block on a Dask cluster, if one is given.

    Raises
    ------
    ZooError
    """
    from ...baselines.scores.cluster import connected

    def tell(line: str) -> None:
        if not quiet:
            console.console().print(
                console.strip_control_characters(line), markup=False
            )

    with connected(parallel, tell):
        yield


def run_experiment(experiment: Experiment, options: RunOptions) -> Run:
    """Do an experiment of any kind.

    Raises
    ------
    ZooError
    """
    if experiment.kind == "train":
        return train_experiment(experiment, options)
    return run_comparison(experiment, options)


def train_experiment(
    experiment: Experiment,
    options: RunOptions,
    *,
    dataset: Dataset | None = None,
    resume: Unfinished | None = None,
) -> Run:
    """Train a network and keep it, then score it beside the baselines.

    Parameters
    ----------
    experiment : Experiment
        Of one network.
    options : RunOptions
    dataset : Dataset, optional
        The data, where they are in memory; None: those that the experiment names.
    resume : Unfinished, optional
        A run that was stopped, and whose training goes on.

    Raises
    ------
    ZooError
    """
    with on_cluster(options.parallel, quiet=options.quiet):
        return _train_experiment(experiment, options, dataset, resume)


def _train_experiment(
    experiment: Experiment,
    options: RunOptions,
    dataset: Dataset | None,
    resume: Unfinished | None,
) -> Run:
    ((name, settings),) = experiment.networks.items()
    resumable = dataset is None
    dataset = dataset or open_dataset(experiment)
    work.check_models([settings.model], dataset)
    if not options.quiet:
        show_columns(dataset)
    check_settings(settings, dataset, quiet=options.quiet)
    if resume is None and not options.quiet:
        _report_earlier_runs(experiment, dataset, options.out)
    run = (
        resumed_run(resume)
        if resume
        else training_run(options.out, name, resumable=resumable)
    )
    with run as (folder, final):
        command = _begin(folder, experiment, dataset, options, resume)
        with event_files.epochs_written(folder, asked=options.tensorboard) as on_epoch:
            fitted = fit_network(
                settings,
                dataset,
                seed=experiment.seed,
                quiet=options.quiet,
                checkpoint=folder,
                on_epoch=on_epoch,
            )
        once = dataset.n_test > 0
        study = work.score(
            {} if once else experiment.networks,
            dataset,
            scoring=experiment.scoring,
            jobs=options.jobs,
            seed=experiment.seed,
            quiet=options.quiet,
            known=[work.known_outcome(name, fitted)] if once else [],
            command=command,
        )
        work.write_network(folder, fitted, dataset)
        results = work.write_results(folder, study, "train", networks=(fitted.facts,))
        event_files.write_outcome(folder, results)
    return Run(results, final)


def run_comparison(experiment: Experiment, options: RunOptions) -> Run:
    """Score networks, if any, and the baselines on the same folds."""
    with on_cluster(options.parallel, quiet=options.quiet):
        dataset = open_dataset(experiment)
        work.check_models((r.model for r in experiment.networks.values()), dataset)
        return compare_on(dataset, experiment, options)


def compare_on(dataset: Dataset, experiment: Experiment, options: RunOptions) -> Run:
    """Run `compare` on data that are read and whose task all networks can do."""
    networks, scoring = experiment.networks, experiment.scoring
    if not options.quiet:
        show_columns(dataset)
    for settings in networks.values():
        check_settings(settings, dataset, quiet=options.quiet)
    if not options.quiet:
        _report_earlier_runs(experiment, dataset, options.out)
    once = dataset.n_test > 0
    known, facts = work.train_each(
        networks if once else {},
        dataset,
        seeds=scoring.seeds,
        seed=experiment.seed,
        quiet=options.quiet,
    )
    study = work.score(
        {} if once else networks,
        dataset,
        scoring=scoring,
        jobs=options.jobs,
        seed=experiment.seed,
        quiet=options.quiet,
        known=known,
        curves=_curves(experiment),
    )
    if networks and not facts:
        facts = work.first_trainings(study, networks, dataset)
    settings_of = settings_facts(experiment, dataset)
    written = work.write_run(
        options.out, experiment.kind, study, networks=facts, settings=settings_of
    )
    return Run(*written)


def show_columns(dataset: Dataset) -> None:
    """Print how the columns were understood, before anything is computed."""
    from ...data.column_summary import MOST_SHOWN
    from ...data.summary import summarize_data

    where = console.console()
    for line in summarize_data(dataset, MOST_SHOWN).lines(where.width):
        where.print(line, markup=False, soft_wrap=True)


def tracked(run: Run, options: RunOptions) -> None:
    """Write a run to MLflow as well, where that was asked for.

    Raises
    ------
    ZooError
        It could not be.
    """
    if options.mlflow:
        from ..runs.mlflow import track

        track(run.results, run.folder, options.mlflow)


def _curves(experiment: Experiment) -> Curves:
    """Tell which candidates' learning curves are drawn."""
    if experiment.scoring.learning_curve:
        return "all"
    return "none" if experiment.networks else "best"


def open_dataset(experiment: Experiment) -> Dataset:
    """The data of an experiment.

    Raises
    ------
    Misuse
        They were a `Dataset` in memory, or their name or an option is wrong.
    ZooError
    """
    from ...data import load

    if experiment.data.name == DATASET_OBJECT:
        msg = "the data of this run were a Dataset in memory, not a file"
        raise Misuse(f"{msg}; call learnable.train with the Dataset again")
    data, folds, seed = experiment.data, experiment.scoring.folds, experiment.seed
    options = {"folds": folds, "seed": seed, "memory": data.memory}
    if experiment.networks:
        first = next(iter(experiment.networks.values())).model
        options["memory"] = data.memory or work.half_memory()
        return open_data(first, data.name, data.reading, **options)
    options["memory"] = baseline_memory(asdict(data))
    return load(data.name, **data.reading, **options)


def baseline_memory(reading: Mapping[str, Any]) -> int | None:
    """Bytes that the rows of a file may take where baselines alone are scored."""
    asked = reading.get("memory")
    # without these columns, or by these groups, rows must be read
    mended = ("drop", "group", "rows", "missing", "drop_rows")
    if asked is None and not any(reading.get(name) for name in mended):
        return IN_MEMORY
    return asked


def settings_facts(experiment: Experiment, dataset: Dataset) -> dict[str, Any]:
    """Return the facts of ``recipe.json``: the experiment and its fingerprint.

    The file of the data is named by its whole path, so that the run can be repeated
    from elsewhere.
    """
    data = experiment.data
    there = data.name and split_part(Path(data.name))[0].exists()
    if there and data.name != dataset.card.name:
        data = replace(data, name=str(Path(data.name).resolve()))
    facts = replace(experiment, data=data).to_dict()
    return facts | {"fingerprint": experiment.fingerprint(dataset.sha256)}


def _begin(
    folder: Path,
    experiment: Experiment,
    dataset: Dataset,
    options: RunOptions,
    resume: Unfinished | None,
) -> str:
    """Write what a killed run must have to go on; returns the command it began with.

    Raises
    ------
    BadData
        The data of a run that goes on have changed.
    """
    from ...baselines.evaluate import versions
    from ..runs import folder as disk

    if resume is None:
        command = options.command or work.command_line()
        facts, inputs = settings_facts(experiment, dataset), inputs_of(dataset)
        disk.write_environment(folder, versions(), dataset.sha256)
        disk.write_settings(folder, facts, inputs, command=command)
        return command
    known = read_facts(folder / "environment.json")
    if known.get("data_sha256") != dataset.sha256:
        msg = f"the data of {resume.name} have changed since its training began"
        raise BadData(f"{msg}; train a network on the new data instead of --resume")
    changed = changed_versions(known.get("versions", {}), versions())
    if changed:
        note = console.strip_control_characters(
            f"note: versions have changed: {changed}"
        )
        console.console().print(note, markup=False)
    return str(read_facts(folder / FILE).get("command", ""))


def changed_versions(before: dict[str, str], now: dict[str, str]) -> str:
    """``keras 3.12.0 -> 3.15.1, ...``; "" where none differ."""
    names = [name for name in now if before.get(name) != now[name]]
    return ", ".join(f"{n} {before.get(n, 'unknown')} -> {now[n]}" for n in names)


def _report_earlier_runs(experiment: Experiment, dataset: Dataset, out: Path) -> None:
    """Say so where the same experiment has been done before, and what came of it."""
    from ..run_files import RESULTS
    from ..runs.folder import list_runs

    mine = experiment.fingerprint(dataset.sha256)
    for folder in reversed(list_runs(out)):
        if _fingerprint(folder) == mine:
            came = _outcome(folder / RESULTS)
            note = f"note: the same experiment was run before: {folder.name}"
            console.console().print(
                console.strip_control_characters(f"{note} ({came})"), markup=False
            )
            return


def _fingerprint(folder: Path) -> str:
    """That of a run; "" where it has none or cannot be read."""
    try:
        return str(read_facts(folder / FILE).get("fingerprint", ""))
    except ZooError:  # of a run from elsewhere, or a damaged one
        return ""


def _outcome(path: Path) -> str:
    """Verdicts and the score that decides, in a few words."""
    from ...baselines.results.results import Results

    try:
        results = Results.load(path)
    except ZooError as error:
        return str(error)
    trained = [row for row in results.rows if row.kind == "network" and row.scores]
    sentences = [f"{v.about} {v.name}".strip() for v in results.verdicts if v.about]
    scores = [
        f"{results.metric} {row.scores[results.metric].mean:.3f}" for row in trained
    ]
    return ", ".join([*(sentences or [v.name for v in results.verdicts]), *scores[:3]])
