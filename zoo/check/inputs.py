"""A training put together of a saved model, or of what a function makes, and a table.

This runs in the child process: opening a model and running a module are the user's
code.
"""

from __future__ import annotations

import inspect
import time
from dataclasses import asdict, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ...data import Dataset
from ...data.dataset import ORDERED
from ...data.errors import BadData, Misuse, unknown

if TYPE_CHECKING:
    import numpy as np

    from ...data.split import SplitRows
    from ..diagnosis.record.recording import Fit, Recording
    from ..networks.train import FitArguments, Trained
    from ..recipe import Recipe
    from .jobs import CheckJob
    from .stages import Say


def of_model(job: CheckJob, say: Say) -> tuple[Recording, Fit]:
    """The training of a saved model on a table.

    Raises
    ------
    BadData
        The file holds no compiled model, or the data do not fit it.
    """
    from ..diagnosis.record.recording import Recording
    from ..networks.load_model import load_model

    say("the model is loaded")
    model = load_model(Path(job.name))
    dataset, x = _table(job)
    recording = Recording(script=job.name)
    return recording, _fit(recording, model, dataset, x, job)


def of_function(job: CheckJob, say: Say) -> tuple[Recording, Fit]:
    """The training of the model that a function makes.

    Raises
    ------
    Misuse
        The module has no such function, or it wants other arguments.
    BadData
        It raises, gives no compiled model, or one that the data do not fit.
    """
    from ..diagnosis.problem.from_model import arguments_for
    from ..diagnosis.record.run_script import run_script

    dataset, x = _table(job)
    shape, outputs = x.shape[1:], _outputs(dataset)
    made: list[Any] = []

    def call(module: ModuleType) -> None:
        function = getattr(module, job.function, None)
        if callable(function):
            given = arguments_for(function, shape, outputs)
            if given is not None:
                made.append(function(*given))

    say("the function runs")
    recording = run_script(Path(job.name), seconds=job.time_limit, then=call)
    if recording.error:
        where = recording.error_place
        line = (
            f" (line {where.line})" if where and "(line" not in recording.error else ""
        )
        raise BadData(f"{job.title}: {recording.error}{line}")
    if not made:
        _refuse_function(recording.module, job)
    return recording, _fit(recording, made[0], dataset, x, job)


def _refuse_function(module: Any, job: CheckJob) -> None:
    found = {
        name
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    }
    name, file = job.function, Path(job.name).name
    if not callable(getattr(module, name, None)):
        see = f"{file} has {', '.join(sorted(found)) or 'no functions'}."
        raise unknown("function", name, found, see=see)
    msg = f"{job.title} takes other arguments; it may take none, or two: the shape of a"
    raise Misuse(f"{msg} row, and the number of outputs")


def _table(job: CheckJob) -> tuple[Dataset, np.ndarray]:
    """The rows to train on, and their features as numbers; test rows are left alone."""
    import numpy as np

    from ...data import load
    from ...data.encode import fit_encoder
    from ..experiments.score import half_memory

    assert job.data is not None  # a command without them is refused
    memory = half_memory()
    dataset = load(job.data, **asdict(job.reading), memory=memory, seed=job.seed)
    check_order(dataset, job.title)
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
        msg = (
            f"{dataset.card.name} is {dataset.task}, and zoo check examines tables and"
        )
        raise Misuse(f"{msg} images only; give {title} other data")


def _outputs(dataset: Dataset) -> int:
    """Classes, labels or numbers to be predicted."""
    columns = dataset.y.shape[1] if dataset.y.ndim > 1 else 1
    return len(dataset.classes) or columns


def _fit(
    recording: Recording,
    model: Any,
    dataset: Dataset,
    x: np.ndarray,
    job: CheckJob,
) -> Fit:
    from ..diagnosis.problem.from_model import (
        compiled,
        first_output,
        inputs_for,
        make_fit,
        targets_for,
    )

    found = first_output(compiled(model, job.title))  # a table has one target
    rows = replace(dataset, x=dataset.x[: len(x)], y=dataset.y[: len(x)])
    fit = make_fit(
        found,
        inputs_for(found.model, x),
        targets_for(found.model, found.loss, rows),
        epochs=job.epochs,
        batch_size=job.batch_size,
        keep_weights=job.keep_weights,
    )
    recording.fits[:] = [fit]
    return fit


class _Course:
    """Follows a training; ends it when its time is over."""

    def __init__(self, seconds: float, say: Say) -> None:
        self.history: dict[str, list[float]] = {}
        self.error = ""
        self._latest, self._seconds = time.monotonic() + seconds, seconds
        self._say = say

    def __call__(self, epoch: int, epochs: int, logs: dict[str, float]) -> None:
        for name, value in logs.items():
            self.history.setdefault(name, []).append(float(value))
        self._say(f"epoch {epoch} of {epochs}, loss {logs['loss']:.4f}")
        if time.monotonic() > self._latest:
            raise BadData(f"stopped after {self._seconds:g} s")


def of_zoo(job: CheckJob, say: Say) -> tuple[Recording, Fit]:
    """The training of a model of the zoo on its own data or on others.

    Raises
    ------
    ZooError
        The data cannot be had, or the model cannot do their task.
    """
    from ...data.split import cut
    from ..diagnosis.record.recording import Recording
    from ..experiments.score import check_models, half_memory
    from ..experiments.settings import open_data
    from ..registry import recipe

    name, seed = job.name, job.seed
    reading = asdict(job.reading) | {"memory": half_memory(), "seed": seed}
    dataset = open_data(name, job.data, reading)
    check_order(dataset, name)
    check_models([name], dataset)
    settings, rows = recipe(name), cut(dataset, seed=seed)
    course = _Course(job.time_limit, say)
    begun = time.monotonic()
    planned = _fit_arguments(settings, dataset, rows, seed)
    trained = _trained(settings, dataset, rows, seed, course)
    fit = _fit_of_zoo(settings, planned, trained, course, time.monotonic() - begun)
    return Recording(script=name, fits=[fit]), fit


def _fit_arguments(
    settings: Recipe, dataset: Dataset, rows: SplitRows, seed: int
) -> FitArguments:
    from ..experiments.tasks import encoded
    from ..networks.train import Rows, fit_arguments

    both = encoded(dataset, rows)[1]
    if both[0].x.dtype == object:
        from ..networks.estimators import ids, vectorizer

        words = vectorizer(settings, both[0].x)
        both = (
            Rows(ids(words, both[0].x), both[0].y),
            Rows(ids(words, both[1].x), both[1].y),
        )
    best_score = dataset.card.feature_range
    classes = len(dataset.classes)
    return fit_arguments(
        settings, *both, classes=classes, feature_range=best_score, seed=seed
    )


def _trained(
    settings: Recipe, dataset: Dataset, rows: SplitRows, seed: int, course: _Course
) -> Trained | None:
    """The trained network; None where its training did not end."""
    from ..experiments.tasks import train_on_rows

    options = {"seed": seed, "on_epoch": course, "classes": len(dataset.classes)}
    try:
        return train_on_rows(settings, dataset, rows, options)[0]
    except BadData as error:
        course.error = str(error)
    return None


def _fit_of_zoo(
    settings: Recipe,
    planned: FitArguments,
    trained: Trained | None,
    course: _Course,
    seconds: float,
) -> Fit:
    import numpy as np

    from ..diagnosis.record.recording import Fit
    from ..diagnosis.record.training_start import ARGUMENTS, serialized

    ran = len(course.history.get("loss", []))
    evaluated = {
        "epochs": planned.epochs if course.error else ran,
        "batch_size": settings.batch_size,
        "shuffle": settings.shuffle,
    }
    model: Any = planned.model
    if trained is not None:
        model.set_weights(trained.core.get_weights())
    return Fit(
        model=model,
        weights=planned.weights,
        trained=[np.array(weight) for weight in model.get_weights()],
        pretrained=bool(settings.weights),
        optimizer=serialized(model.optimizer),
        loss=model.loss,
        metrics=None,
        loss_weights=None,
        x=planned.rows.x,
        y=planned.rows.y,
        sample_weight=None,
        validation=(planned.validation.x, planned.validation.y),
        arguments=dict.fromkeys(ARGUMENTS) | evaluated | {"validation_split": 0.0},
        callbacks=(),
        history=course.history,
        error=course.error,
        steps=ran * -(-len(planned.rows.y) // settings.batch_size),
        seconds=seconds,
    )
