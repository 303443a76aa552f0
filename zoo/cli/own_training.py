"""A model of the zoo, trained as ``zoo train`` does it, as a recorder would see it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ...data.errors import BadData

if TYPE_CHECKING:
    from ...data import Dataset
    from ...data.split import Cut
    from ..diagnosis.recording import Fit, Recording
    from ..network import Trained
    from ..plan import Plan
    from ..recipe import Recipe
    from .stages import Say


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


def of_zoo(job: dict[str, Any], say: Say) -> tuple[Recording, Fit]:
    """The training of a model of the zoo on its own data or on others.

    Raises
    ------
    ZooError
        The data cannot be had, or the model cannot do their task.
    """
    from ...data.split import cut
    from ..diagnosis.recording import Recording
    from ..registry import recipe
    from .entries import check_order
    from .settings import open_data
    from .work import check_models, half_of_memory

    name, seed = job["name"], job["seed"]
    reading = job["reading"] | {"memory": half_of_memory(), "seed": seed}
    dataset = open_data(name, job["data"], reading)
    check_order(dataset, name)
    check_models([name], dataset)
    settings, rows = recipe(name), cut(dataset, seed=seed)
    course = _Course(job["time_limit"], say)
    begun = time.monotonic()
    planned = _planned(settings, dataset, rows, seed)
    trained = _trained(settings, dataset, rows, seed, course)
    fit = _fit(settings, planned, trained, course, time.monotonic() - begun)
    return Recording(script=name, fits=[fit]), fit


def _planned(settings: Recipe, dataset: Dataset, rows: Cut, seed: int) -> Plan:
    from ..network import Rows
    from ..plan import plan
    from .fitting import encoded

    both = encoded(dataset, rows)[1]
    if both[0].x.dtype == object:
        from ..texts import ids, vectorizer

        words = vectorizer(settings, both[0].x)
        both = (
            Rows(ids(words, both[0].x), both[0].y),
            Rows(ids(words, both[1].x), both[1].y),
        )
    reach = dataset.card.feature_range
    classes = len(dataset.classes)
    return plan(settings, *both, classes=classes, feature_range=reach, seed=seed)


def _trained(
    settings: Recipe, dataset: Dataset, rows: Cut, seed: int, course: _Course
) -> Trained | None:
    """The trained network; None where its training did not end."""
    from .fitting import train_on_rows

    options = {"seed": seed, "on_epoch": course, "classes": len(dataset.classes)}
    try:
        return train_on_rows(settings, dataset, rows, options)[0]
    except BadData as error:
        course.error = str(error)
    return None


def _fit(
    settings: Recipe,
    planned: Plan,
    trained: Trained | None,
    course: _Course,
    seconds: float,
) -> Fit:
    import numpy as np

    from ..diagnosis.notes import ARGUMENTS, serialized
    from ..diagnosis.recording import Fit

    ran = len(course.history.get("loss", []))
    asked = {
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
        arguments=dict.fromkeys(ARGUMENTS) | asked | {"validation_split": 0.0},
        callbacks=(),
        history=course.history,
        error=course.error,
        steps=ran * -(-len(planned.rows.y) // settings.batch_size),
        seconds=seconds,
    )
