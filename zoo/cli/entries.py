"""A training put together of a saved model, or of what a function makes, and a table.

This runs in the child process: opening a model and running a module are the user's
code.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ...data import Dataset
from ...data.dataset import ORDERED
from ...data.errors import BadData, Misuse, unknown

if TYPE_CHECKING:
    import numpy as np

    from ..diagnosis.recording import Fit, Recording
    from .stages import Say


def of_model(job: dict[str, Any], say: Say) -> tuple[Recording, Fit]:
    """The training of a saved model on a table.

    Raises
    ------
    BadData
        The file holds no compiled model, or the data do not fit it.
    """
    from ..diagnosis.recording import Recording
    from ..load_model import load_model

    say("the model is loaded")
    model = load_model(Path(job["name"]))
    dataset, x = _table(job)
    recording = Recording(script=job["name"])
    return recording, _fit(recording, model, dataset, x, job)


def of_function(job: dict[str, Any], say: Say) -> tuple[Recording, Fit]:
    """The training of the model that a function makes.

    Raises
    ------
    Misuse
        The module has no such function, or it wants other arguments.
    BadData
        It raises, gives no compiled model, or one that the data do not fit.
    """
    from ..diagnosis.script import run_script

    dataset, x = _table(job)
    shape, outputs = x.shape[1:], _outputs(dataset)
    made: list[Any] = []

    def call(module: ModuleType) -> None:
        function = getattr(module, job["function"], None)
        if callable(function):
            given = arguments_for(function, shape, outputs)
            if given is not None:
                made.append(function(*given))

    say("the function runs")
    recording = run_script(Path(job["name"]), seconds=job["time_limit"], then=call)
    if recording.error:
        where = recording.error_place
        line = (
            f" (line {where.line})" if where and "(line" not in recording.error else ""
        )
        raise BadData(f"{job['title']}: {recording.error}{line}")
    if not made:
        _refuse_function(recording.module, job)
    return recording, _fit(recording, made[0], dataset, x, job)


def arguments_for(
    function: Callable[..., Any], shape: tuple[int, ...], outputs: int
) -> tuple[Any, ...] | None:
    """What to call a function with; None where it wants something else."""
    try:
        wanted = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some functions of C have none
        return ()
    places = (
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
    )
    needed = [p for p in wanted if p.default is p.empty and p.kind in places]
    return {0: (), 2: (shape, outputs)}.get(len(needed))


def _refuse_function(module: Any, job: dict[str, Any]) -> None:
    found = {
        name
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    }
    name, file = job["function"], Path(job["name"]).name
    if not callable(getattr(module, name, None)):
        see = f"{file} has {', '.join(sorted(found)) or 'no functions'}."
        raise unknown("function", name, found, see=see)
    msg = (
        f"{job['title']} wants other arguments than can be given; it may take none, or"
    )
    raise Misuse(f"{msg} two: the shape of a row, and the number of outputs")


def _table(job: dict[str, Any]) -> tuple[Dataset, np.ndarray]:
    """The rows to train on, and their features as numbers; test rows are left alone."""
    import numpy as np

    from ...data import load
    from ...data.encode import fit_encoder
    from .work import half_of_memory

    memory = half_of_memory()
    dataset = load(job["data"], **job["reading"], memory=memory, seed=job["seed"])
    check_order(dataset, job["title"])
    rows = np.arange(len(dataset) - dataset.n_test)
    _, x = fit_encoder(dataset.x, rows)
    return dataset, x


def check_order(dataset: Dataset, title: str) -> None:
    """Refuse rows that follow from those before.

    Raises
    ------
    Misuse
    """
    if dataset.task in ORDERED:
        msg = f"{dataset.card.name} is {dataset.task}, and zoo check examines rows"
        raise Misuse(f"{msg} without order; give {title} other data")


def _outputs(dataset: Dataset) -> int:
    """Classes, labels or numbers to be predicted."""
    columns = dataset.y.shape[1] if dataset.y.ndim > 1 else 1
    return len(dataset.classes) or columns


def _fit(
    recording: Recording,
    model: Any,
    dataset: Dataset,
    x: np.ndarray,
    job: dict[str, Any],
) -> Fit:
    from dataclasses import replace

    from ..diagnosis.given import compiled, first_output, make_fit
    from ..diagnosis.shaping import inputs_for, targets_for

    found = first_output(compiled(model, job["title"]))  # a table has one target
    rows = replace(dataset, x=dataset.x[: len(x)], y=dataset.y[: len(x)])
    fit = make_fit(
        found,
        inputs_for(found.model, x),
        targets_for(found.model, found.loss, rows),
        epochs=job["epochs"],
        batch_size=job["batch_size"],
        keep_weights=job["keep_weights"],
    )
    recording.fits[:] = [fit]
    return fit
