"""`learnable.train`: a network trained, scored and kept; ``zoo train``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from inspect import signature
from pathlib import Path
from typing import Any

from ...data.dataset import Dataset, Task
from ...data.errors import Misuse, python_call
from ..console import is_quiet
from ..experiment import (
    DATASET_OBJECT,
    FILE,
    Experiment,
    Scoring,
    Source,
    read_experiment,
    with_changes,
)
from ..recipe import ClassWeight, Recipe, field_types
from ..registry import recipe
from ..runs.checkpointed_runs import find_unfinished
from .run import Run, RunOptions, train_experiment
from .score import format_argument
from .settings import adjusted


@python_call
def train(
    model: Any,
    dataset: Any = None,
    target: Any = None,
    *,
    epochs: int | None = None,
    batch_size: int | None = None,
    task: Task | None = None,
    drop: Sequence[str] = (),
    group: str | None = None,
    rows: str | None = None,
    limit: int | None = None,
    header: bool | None = None,
    missing: Sequence[str] = (),
    drop_rows: str = "",
    season: int | None = None,
    horizon: int | None = None,
    series: str | None = None,
    memory: int | None = None,
    class_weight: ClassWeight | None = None,
    stub: str | None = None,
    weights: str | Path | None = None,
    folds: int = 5,
    repeats: int = 1,
    seeds: int = 1,
    seed: int = 0,
    changes: Sequence[str] = (),
    out: str | Path = "runs",
    jobs: int | None = None,
    parallel: Any = None,
    tensorboard: bool = False,
    verbose: bool | None = None,
    command: str = "",
) -> Run:
    """Train a network, score it beside the baselines, and write the run.

    The network is trained once on the training rows and saved. It is then trained again
    on each fold, where the baselines are scored too; the verdict is drawn from those.
    With official test rows these are the one split. ``zoo train`` calls this function.

    Parameters
    ----------
    model : str, Recipe, keras.Model or callable
        A name of the zoo (`learnable.list_models`) or all settings; or a compiled model
        of your own, or a function that returns one, as `learnable.compare` takes them:
        copies are trained, it stays as it is.
    dataset : str, Path, DataFrame, (X, y), tf.data.Dataset or Dataset, optional
        As ``data`` of `learnable.load`; None: the model's own dataset. A run on rows in
        memory cannot be repeated by ``zoo rerun`` and is not kept when it is
        interrupted, for no file holds its data.
    epochs, batch_size : int, optional
        None: the recipe's. A model of your own has batches of 32, and trains until the
        loss on a fifth of the rows has not fallen for 10 epochs, at most 200.
    target, task, drop, group, rows, limit, header, missing, drop_rows, season, \
horizon, series, memory : optional
        How data are read, as in `learnable.load`; not for a `Dataset`, which is read.
        A network forecasts one series, so that ``series`` is refused.
        ``memory`` is in bytes, half of the machine's by default.
    class_weight : {"none", "balanced"}, optional
        None: the recipe's.
    stub : str, optional
        Part of the network to replace by a stub of the same shape; None: the recipe's.
    weights : str or Path, optional
        File of weights to begin with; None: the recipe's.
    folds, repeats, seeds : int, default 5, 1, 1
        Parts into which the rows are cut, how often, and trainings on each fold.
    seed : int, default 0
        Of generators, folds, weights and permutations.
    changes : sequence of str
        Single settings as ``zoo train --set`` takes them: ``"epochs=15"``,
        ``"optimizer.learning_rate=0.01"``, ``"hidden=[64,32]"``.
    out : str or Path, default "runs"
        Folder of the runs.
    jobs : int, optional
        Processes at a time; None: all cores.
    parallel : str or distributed.Client, optional
        Dask cluster on which the folds are fitted: a scheduler's address or file, or
        ``"local:4"`` for four processes here; None: processes of this machine.
    tensorboard : bool, default False
        Write event files, so that TensorBoard shows the training while it runs.
    verbose : bool, optional
        Show progress and notes on standard error; None: in a terminal and in a
        notebook.
    command : str
        How to repeat the run, as its report says; "": this call.

    Returns
    -------
    Run
        A `Report` with the ``folder`` that holds the run.

    Raises
    ------
    ZooError
        `UnknownName` and `Misuse` for wrong arguments, `BadData` for rows that cannot
        be learned from, `DownloadError` for a download that fails,
        `TrainingStopped` for a training that was interrupted and can go on with
        ``zoo train --resume``.

    Examples
    --------
    >>> import learnable
    >>> run = learnable.train("one-hidden", "iris", folds=3)  # doctest: +SKIP
    >>> run.verdict.name  # doctest: +SKIP
    'network-level'
    """
    from ...data.in_memory import as_pair  # loads pandas

    given = {k: v for k, v in locals().items() if k != "as_pair"}
    command = command or _call(given)
    options = _options(out, jobs, verbose, tensorboard, parallel, command)
    dataset, column = as_pair(dataset, target)
    source = {name: given[name] for name in field_types(Source) if name != "name"}
    source["target"] = column
    if not isinstance(model, str | Recipe):
        from .own_training import train_own  # loads Keras

        no_recipe = {
            name: given[name]
            for name in ("class_weight", "stub", "weights", "changes", "tensorboard")
        }
        return train_own(
            model,
            _loaded(dataset, source, folds=folds, seed=seed),
            scoring=Scoring(folds, repeats, seeds),
            seed=seed,
            epochs=epochs,
            batch_size=32 if batch_size is None else batch_size,
            options=options,
            no_recipe=no_recipe,
        )
    settings = _recipe(model, class_weight, stub, weights)
    in_memory = dataset is not None and not isinstance(dataset, str | Path)
    held = _loaded(dataset, source, folds=folds, seed=seed) if in_memory else None
    name = DATASET_OBJECT if in_memory else str(dataset or "")
    facts = {
        "recipe": settings.to_dict(),
        "data": {"name": name} | ({} if in_memory else source),
        "scoring": {"folds": folds, "repeats": repeats, "seeds": seeds},
        "seed": seed,
    }
    plain = Experiment.from_dict(facts)
    lengths = {"epochs": epochs, "batch_size": batch_size}
    named = [f"{name}={value}" for name, value in lengths.items() if value is not None]
    experiment = with_changes(plain, [*named, *changes])
    if in_memory and experiment.data != plain.data:
        message = "changes of data. are for files, and the rows are in memory"
        raise Misuse(f"{message}; give them as arguments of learnable.train")
    return train_experiment(experiment, options, dataset=held)


def _loaded(data: Any, reading: dict[str, Any], *, folds: int, seed: int) -> Dataset:
    """Return the dataset of rows in memory.

    Raises
    ------
    ZooError
    """
    from ...data import load

    return load(data, **reading, folds=folds, seed=seed)


def resume_training(
    name: str,
    *,
    out: str | Path = "runs",
    jobs: int | None = None,
    parallel: Any = None,
    tensorboard: bool = False,
    verbose: bool | None = None,
) -> Run:
    """Go on with a training that was stopped; it ends as if it had not been.

    Parameters
    ----------
    name : str
        The run's name, a part of it, or ``"last"``.
    out, jobs, parallel, tensorboard, verbose
        As in `train`.

    Raises
    ------
    ZooError
        No such training was stopped, or its data cannot be had any more.
    """
    stopped = find_unfinished(name, Path(out))
    experiment = read_experiment(stopped.folder / FILE)
    options = _options(out, jobs, verbose, tensorboard, parallel)
    return train_experiment(experiment, options, resume=stopped)


def arguments_from(file: Path) -> dict[str, Any]:
    """Return the arguments for `train` that repeat the experiment in a file.

    Raises
    ------
    Misuse
        It is not of one network, or a setting is wrong.
    BadData
        It cannot be read.
    """
    experiment = read_experiment(file)
    if experiment.kind != "train":
        names = ", ".join(experiment.networks) or "none"
        msg = f"{file} is of `zoo {experiment.kind}` (networks: {names}), and zoo train"
        raise Misuse(f"{msg} takes a single recipe; `zoo rerun` repeats any run")
    (settings,) = experiment.networks.values()
    source, scoring = asdict(experiment.data), asdict(experiment.scoring)
    del scoring["learning_curve"]  # a training draws none
    named = {"model": settings, "dataset": source.pop("name") or None}
    return named | source | scoring | {"seed": experiment.seed}


def _recipe(
    model: str | Recipe,
    class_weight: ClassWeight | None,
    stub: str | None,
    weights: str | Path | None,
) -> Recipe:
    """Return the settings of a network.

    Raises
    ------
    Misuse
    """
    settings = model if isinstance(model, Recipe) else recipe(model)
    return adjusted(settings, class_weight=class_weight, stub=stub, weights=weights)


def _options(
    out: str | Path,
    jobs: int | None,
    verbose: bool | None,
    tensorboard: bool,
    parallel: Any,
    command: str = "",
) -> RunOptions:
    """Return the options of a run.

    Raises
    ------
    Misuse
    """
    if not isinstance(out, str | Path):
        raise Misuse(f"out must be the path of a folder, got {type(out).__name__}")
    if jobs is not None and (not isinstance(jobs, int) or jobs == 0):
        raise Misuse(f"jobs is {jobs!r}; give a number of processes, or None for all")
    return RunOptions(
        Path(out),
        jobs,
        is_quiet(verbose),
        tensorboard=tensorboard,
        command=command,
        parallel=parallel,
    )


def _call(given: dict[str, Any]) -> str:
    """Return a call of `train` as it may be typed again, without what is usual."""
    usual = {n: p.default for n, p in signature(train).parameters.items()}
    rest = [
        f"{name}={_format_value(value)}"
        for name, value in given.items()
        if name not in ("model", "dataset") and value != usual[name]
    ]
    first = [_format_value(given["model"])]
    if given["dataset"] is not None:
        first.append(_format_value(given["dataset"]))
    return f"learnable.train({', '.join([*first, *rest])})"


def _format_value(value: Any) -> str:
    if isinstance(value, Recipe):
        return f"<Recipe {value.model}>"
    return format_argument(value)
