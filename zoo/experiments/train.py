"""`learnable.train`: a network of the zoo trained, scored and kept; ``zoo train``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from inspect import signature
from pathlib import Path
from typing import Any

from ...data.dataset import Dataset, Task
from ...data.errors import Misuse
from ..experiment import (
    DATASET_OBJECT,
    FILE,
    Experiment,
    Source,
    read_experiment,
    with_changes,
)
from ..recipe import ClassWeight, Recipe, types_of
from ..registry import recipe
from ..runs.checkpointed_runs import find_unfinished
from .run import Run, RunOptions, train_experiment
from .settings import adjusted


def train(
    model: str | Recipe,
    dataset: str | Path | Dataset | None = None,
    *,
    target: str | None = None,
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
    tensorboard: bool = False,
    verbose: bool = False,
    command: str = "",
) -> Run:
    """Train a network of the zoo, score it beside the baselines, and write the run.

    The network is trained once on the training rows and saved. It is then trained again
    on each fold, where the baselines are scored too; the verdict is drawn from those.
    With official test rows these are the one split. ``zoo train`` calls this function.

    Parameters
    ----------
    model : str or Recipe
        A name of the zoo (`learnable.list_models`), or all settings.
    dataset : str, Path or Dataset, optional
        A name of the catalog, a file, or rows in memory; None: the model's own dataset.
        A run on rows in memory cannot be repeated by ``zoo rerun`` and is not kept when
        it is interrupted, for no file holds its data.
    target, task, drop, group, rows, limit, header, missing, drop_rows, season, \
horizon, series, memory : optional
        How a file is read, as in `learnable.load`; not for a `Dataset`, which is read.
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
    tensorboard : bool, default False
        Write event files, so that TensorBoard shows the training while it runs.
    verbose : bool, default False
        Show progress and notes on standard error; otherwise nothing is printed.
    command : str
        How to repeat the run, as its report says; "": this call.

    Returns
    -------
    Run
        ``results`` with scores and verdicts, and the ``folder`` that holds the run.

    Raises
    ------
    ZooError
        `UnknownName` and `Misuse` for wrong arguments, `BadData` for rows that cannot
        be learned from, `Offline` for a download that fails, `Stopped` for a training
        that was interrupted and can go on with ``zoo train --resume``.

    Examples
    --------
    >>> import learnable
    >>> run = learnable.train("one-hidden", "iris", folds=3)  # doctest: +SKIP
    >>> run.results.verdicts[0].name  # doctest: +SKIP
    'network-level'
    """
    given = dict(locals())
    settings = _recipe(model, class_weight, stub, weights)
    source = {name: given[name] for name in types_of(Source) if name != "name"}
    facts = {
        "recipe": settings.to_dict(),
        "data": source | {"name": _name(dataset)},
        "scoring": {"folds": folds, "repeats": repeats, "seeds": seeds},
        "seed": seed,
    }
    experiment = with_changes(Experiment.from_dict(facts), changes)
    how = _options(out, jobs, verbose, tensorboard, command or _call(given))
    if isinstance(dataset, Dataset):
        return train_experiment(experiment, how, dataset=_checked(dataset, experiment))
    return train_experiment(experiment, how)


def resume_training(
    name: str,
    *,
    out: str | Path = "runs",
    jobs: int | None = None,
    tensorboard: bool = False,
    verbose: bool = False,
) -> Run:
    """Go on with a training that was stopped; it ends as if it had not been.

    Parameters
    ----------
    name : str
        The run's name, a part of it, or ``"last"``.
    out, jobs, tensorboard, verbose
        As in `train`.

    Raises
    ------
    ZooError
        No such training was stopped, or its data cannot be had any more.
    """
    stopped = find_unfinished(name, Path(out))
    experiment = read_experiment(stopped.folder / FILE)
    how = _options(out, jobs, verbose, tensorboard)
    return train_experiment(experiment, how, resume=stopped)


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
    if not isinstance(model, str | Recipe):
        kind = type(model).__name__
        msg = f"model must be a name of the zoo or a Recipe, got {kind}"
        raise Misuse(f"{msg}; use learnable.fit for your own networks")
    settings = model if isinstance(model, Recipe) else recipe(model)
    return adjusted(settings, class_weight=class_weight, stub=stub, weights=weights)


def _name(dataset: str | Path | Dataset | None) -> str:
    """Return the name under which the experiment keeps its data."""
    if isinstance(dataset, Dataset):
        return DATASET_OBJECT
    if dataset is None or isinstance(dataset, str | Path):
        return str(dataset or "")
    msg = f"dataset must be a name, a path or a Dataset, got {type(dataset).__name__}"
    raise Misuse(f"{msg}; write a table to a file, or make a learnable.Dataset of it")


def _checked(dataset: Dataset, experiment: Experiment) -> Dataset:
    """Return a dataset in memory that can be learned from, and is not read otherwise.

    Raises
    ------
    Misuse
        An argument says how a file is read.
    BadData
    """
    from ...data.check_dataset import check_dataset

    plain = asdict(Source(name=DATASET_OBJECT))
    asked = asdict(experiment.data)
    odd = [name for name, value in asked.items() if value != plain[name]]
    if odd:
        msg = (
            f"{', '.join(odd)} cannot be given with a Dataset, which is loaded already"
        )
        raise Misuse(f"{msg}; omit it, or give the file's path")
    return check_dataset(dataset)


def _options(
    out: str | Path,
    jobs: int | None,
    verbose: bool,
    tensorboard: bool,
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
        Path(out), jobs, not verbose, tensorboard=tensorboard, command=command
    )


def _call(given: dict[str, Any]) -> str:
    """Return a call of `train` as it may be typed again, without what is usual."""
    usual = {n: p.default for n, p in signature(train).parameters.items()}
    rest = [
        f"{name}={_in_words(value)}"
        for name, value in given.items()
        if name not in ("model", "dataset") and value != usual[name]
    ]
    first = [_in_words(given["model"])]
    if given["dataset"] is not None:
        first.append(_in_words(given["dataset"]))
    return f"learnable.train({', '.join([*first, *rest])})"


def _in_words(value: Any) -> str:
    if isinstance(value, Recipe):
        return f"<Recipe {value.model}>"
    if isinstance(value, Dataset):
        return f"<Dataset {value.card.name}>"
    return repr(str(value) if isinstance(value, Path) else value)
