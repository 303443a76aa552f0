"""A model's recipe, as the options of the command change it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...data.dataset import ORDERED
from ...data.errors import Misuse, Offline, unknown
from ..catalog import card
from ..registry import recipe
from . import output

if TYPE_CHECKING:
    from ...data import Dataset
    from ..recipe import Recipe

BATCH = 8
"""Rows by which the wiring of a network with a stub is checked."""
STAND_IN = "digits"
"""Images that come with scikit-learn, for image sets that cannot be had."""


def adjusted(
    name: str, *, class_weight: Any, stub: str | None, weights: Path | None
) -> Recipe:
    """The model's default recipe, with what the options say.

    Raises
    ------
    Misuse
        The model has no such part, cannot load weights, or there is no such file.
    """
    known = card(name)
    if stub is not None and stub not in known.parts:
        see = f"Parts of {name}: {', '.join(known.parts) or 'none'}."
        raise unknown("part to stub", stub, known.parts, see=see)
    if weights is not None and not known.loads_weights:
        msg = f"{name} begins with weights of its own; leave --weights out"
        raise Misuse(msg)
    if weights is not None and not weights.is_file():
        raise Misuse(f"there is no file {str(weights)!r}; check the path of --weights")
    return replace(
        recipe(name),
        class_weight=class_weight,
        stub=stub or "",
        weights=str(weights or ""),
    )


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
    except Offline:
        found = load(STAND_IN, **reading, **options)
    note = f"{own} is neither on this machine nor can it be downloaded; this is"
    note = f"{note} {STAND_IN} instead (ZOO_DATA names a folder that holds {own})"
    return replace(found, notes=(note, *found.notes))


def _with_task(reading: dict[str, Any], name: str) -> dict[str, Any]:
    """Options for reading a file; a model of series or texts says that it is one."""
    able = card(name).tasks
    if reading["task"] is None and set(able) <= set(ORDERED):
        return reading | {"task": able[0]}
    return reading


def check_settings(settings: Recipe, dataset: Dataset, *, quiet: bool) -> None:
    """Refuse what does not fit the data, and show that a stub fits the network.

    Raises
    ------
    Misuse
        Class weights for a task without classes that exclude each other.
    """
    weighted = settings.class_weight != "none"
    if weighted and dataset.task not in ("binary", "multiclass"):
        msg = (
            f"--class-weight is for classes, and {dataset.card.name} is {dataset.task}"
        )
        raise Misuse(f"{msg}; leave it out")
    if settings.stub:
        told = check_wiring(settings, dataset)
        if not quiet:
            output.console().print(f"note: {told}", markup=False)


def check_wiring(settings: Recipe, dataset: Dataset) -> str:
    """One batch through the real network and through the one with a stub.

    Returns
    -------
    str
        The shapes, in a sentence.
    """
    from ..registry import build

    batch = dataset.x[:BATCH].astype("float32")
    shape, outputs = batch.shape[1:], len(dataset.classes)
    both = [settings, replace(settings, stub="")]
    answers = [build(s, shape=shape, outputs=outputs)(batch).shape for s in both]
    if answers[0] != answers[1]:
        msg = f"with {settings.stub} stubbed the network gives {tuple(answers[0])}"
        raise Misuse(f"{msg}, and without the stub {tuple(answers[1])}")
    return (
        f"{settings.stub} is a stub; a batch of shape {batch.shape} goes through the "
        f"network with it and without it, and both give {tuple(answers[0])}"
    )
