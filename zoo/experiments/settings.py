"""Settings of an experiment, held against the data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...data.dataset import ORDERED
from ...data.errors import DownloadError, Misuse, unknown
from .. import console
from ..registry import OF_NETWORK, card, recipe, settings_read

if TYPE_CHECKING:
    from ...data import Dataset
    from ..recipe import ClassWeight, Recipe


_BATCH = 8
"""Rows by which the wiring of a network with a stub is checked."""


STAND_IN = "digits"
"""Images that come with scikit-learn, for image sets that cannot be had."""


def adjusted(
    settings: Recipe,
    *,
    class_weight: ClassWeight | None = None,
    stub: str | None = None,
    weights: str | Path | None = None,
) -> Recipe:
    """Return a recipe with what is given; None leaves a setting as it is."""
    given = {"class_weight": class_weight, "stub": stub, "weights": weights}
    facts = {name: str(value) for name, value in given.items() if value is not None}
    return replace(settings, **facts)  # pyright: ignore[reportArgumentType]


def open_data(
    model: str, data: str | None, reading: dict[str, Any], **options: Any
) -> Dataset:
    """The data that are named, or else the model's own.

    Own data that are not on this machine, and cannot be downloaded, give way to
    `STAND_IN`; a note says so.

    Raises
    ------
    Misuse
        No data are named, and the model has none of its own.
    """
    from ...data import DATASETS, load

    own = card(model).dataset
    if data:
        if data not in DATASETS:
            reading = _with_task(reading, model)
        return load(data, **reading, **options)
    if not own:
        msg = f"{model} has no dataset of its own; give --data with a name or a file"
        raise Misuse(msg)
    try:
        return load(own, **reading, **options)
    except DownloadError:
        found = load(STAND_IN, **reading, **options)
    note = f"{own} is not on this machine and cannot be downloaded; {STAND_IN} is used"
    note = f"{note} instead (set ZOO_DATA to a folder that holds {own})"
    return replace(found, notes=(note, *found.notes))


def _with_task(reading: dict[str, Any], name: str) -> dict[str, Any]:
    """Options for reading a file; a model of series or texts says that it is one."""
    able = card(name).tasks
    if reading["task"] is None and set(able) <= set(ORDERED):
        return reading | {"task": able[0]}
    return reading


def check_settings(settings: Recipe, dataset: Dataset, *, quiet: bool) -> None:
    """Refuse what fits neither data nor network, and show that a stub fits it.

    Raises
    ------
    Misuse
        Class weights for a task without classes that exclude each other; the model has
        no such part, cannot load weights, or does not look at a setting; a file or a
        name is not there.
    """
    check_recipe(settings)
    if dataset.series and dataset.targets:
        msg = f"--series is for zoo baseline: {settings.model} forecasts one series"
        raise Misuse(f"{msg}, and {dataset.card.name} has {len(dataset.targets)}")
    weighted = settings.class_weight != "none"
    if weighted and dataset.task not in ("binary", "multiclass"):
        msg = f"--class-weight needs classes, and {dataset.card.name} is {dataset.task}"
        raise Misuse(f"{msg}; omit it")
    if settings.stub:
        notes = check_wiring(settings, dataset)
        if not quiet:
            console.console().print(f"note: {notes}", markup=False)


def check_recipe(settings: Recipe) -> None:
    """Refuse settings that the model knows nothing of.

    Raises
    ------
    Misuse
    """
    name, known = settings.model, card(settings.model)
    if settings.stub and settings.stub not in known.parts:
        see = f"Parts of {name}: {', '.join(known.parts) or 'none'}."
        raise unknown("part to stub", settings.stub, known.parts, see=see)
    if settings.weights and not known.loads_weights:
        msg = f"{name} loads no weights; omit --weights"
        raise Misuse(msg)
    if settings.weights and not Path(settings.weights).is_file():
        msg = f"there is no file {settings.weights!r}; check the path of --weights"
        raise Misuse(msg)
    usual, read = recipe(name), settings_read(name)
    for setting in OF_NETWORK - read:
        if getattr(settings, setting) != getattr(usual, setting):
            looks = ", ".join(sorted(read)) or "none"
            msg = f"{name} does not use {setting}, so the change has no effect"
            raise Misuse(f"{msg}; settings of the network that it uses: {looks}")
    _check_names(settings)


def _check_names(settings: Recipe) -> None:
    """Refuse names that Keras does not know."""
    from ..backend import keras

    lookups = {
        "activation": keras.activations.get,
        "initialiser": keras.initializers.get,
        "optimizer": keras.optimizers.get,
    }
    for setting, look_up in lookups.items():
        try:
            look_up(getattr(settings, setting))
        except (ValueError, TypeError) as error:
            msg = f"Keras has no {setting} named {getattr(settings, setting)!r}"
            raise Misuse(f"{msg}; its documentation lists them") from error


def check_wiring(settings: Recipe, dataset: Dataset) -> str:
    """One batch through the real network and through the one with a stub.

    Returns
    -------
    str
        The shapes, in a sentence.
    """
    from ..registry import build

    batch = dataset.x[:_BATCH].astype("float32")
    shape, outputs = batch.shape[1:], len(dataset.classes)
    both = [settings, replace(settings, stub="")]
    answers = [build(s, shape=shape, outputs=outputs)(batch).shape for s in both]
    if answers[0] != answers[1]:
        msg = (
            f"with the stub of {settings.stub} the output has shape {tuple(answers[0])}"
        )
        raise Misuse(f"{msg}, without it {tuple(answers[1])}; stub another part")
    return (
        f"{settings.stub} is a stub; for a batch of shape {batch.shape} the network "
        f"has outputs of shape {tuple(answers[0])} with it and without it"
    )
