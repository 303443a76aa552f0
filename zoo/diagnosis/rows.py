"""The rows that a network was given, as a table or images for other learners."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...data import Card, Dataset
from ..backend import keras
from .graph import layers_before, make_graph
from .question import Question

MOST_COLUMNS = 1_000
"""Of more, an even choice is taken: what can be learned shows in these."""
MOST_WORDS = 500
"""Values of a sequence of places (words, for instance) that get a column each."""
MOST_TARGETS = 8
"""Of more numbers to be predicted, an even choice."""
SIDE = 15
"""Pixels to which the shorter side of an image is brought, about: a forest had .932,
.842 and .360 of MNIST, Fashion-MNIST and CIFAR-10 as they are and .933, .830 and .360
of means of 2 x 2 pixels, in half the time."""


def as_dataset(
    model: Any, x: Any, question: Question, *, name: str, target: str = "y"
) -> Dataset:
    """What other learners are given: images, or a table of all inputs side by side.

    Images are made smaller (`SIDE`), which a note of the dataset says.

    Texts, which a layer of the network cuts into words, are a table's only column.

    Of an input that goes to an embedding, and holds several places a row, how often
    each place is named; of sequences also mean, spread and range over time. What stands
    behind a decimal point is dropped there, as the embedding does.

    Parameters
    ----------
    model : keras.Model
    x : array, list or dict of arrays
    question : Question
    name : str
        For the report.
    """
    given = [np.asarray(part) for part in keras.tree.flatten(x)]
    places = _goes_to_embedding(model, len(given))
    given = [
        _looked_up(part) if place else part
        for part, place in zip(given, places, strict=True)
    ]
    notes: tuple[str, ...] = ()
    if len(given) == 1 and given[0].ndim == 4:
        features: Any = _as_images(given[0])
        notes = _on_size(given[0], features)
    elif (
        len(given) == 1
        and given[0].dtype.kind in "OSU"
        and given[0].size == len(given[0])
    ):
        features = pd.DataFrame({"text": _as_texts(given[0])})
    else:
        features = _as_table(given, places)
    y = question.y
    if question.task == "regression" and y.ndim == 2 and y.shape[1] > MOST_TARGETS:
        y = y[:, _even(y.shape[1], MOST_TARGETS)]
    classes, targets = _names(question, y)
    card = Card(name, name, question.task, target)
    return Dataset(features, y, card, classes=classes, targets=targets, notes=notes)


def _looked_up(part: np.ndarray) -> np.ndarray:
    """What an embedding makes of numbers: whole ones, towards 0."""
    is_float = part.dtype.kind == "f"
    return np.trunc(np.nan_to_num(part)) if is_float else part


def _as_texts(part: np.ndarray) -> list[str]:
    """Strings, of which TensorFlow gives the bytes."""
    return [
        one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one)
        for one in part.ravel().tolist()
    ]


def _names(
    question: Question, y: np.ndarray
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Labels of classes, and of several targets."""
    targets = tuple(f"output {i}" for i in range(y.shape[1])) if y.ndim == 2 else ()
    if question.task == "multilabel":
        return targets, targets
    if question.task == "regression":
        return (), targets
    values = question.values
    named = values if len(values) else np.arange(question.class_count)
    return tuple(
        f"{value:g}" if named.dtype.kind in "iuf" else str(value) for value in named
    ), ()


def _goes_to_embedding(model: Any, count: int) -> list[bool]:
    """For each input whether its numbers are places in a list."""
    embedded = {
        name
        for node in make_graph(model).nodes
        if isinstance(node.layer, keras.layers.Embedding)
        for name in _origins(node.layer)
    }
    inputs = getattr(model, "inputs", None) or []
    names = [tensor._keras_history.operation.name for tensor in inputs]
    if len(names) != count:
        return [False] * count
    if count == 1 and embedded:
        return [True]
    return [name in embedded for name in names]


def _origins(layer: Any) -> set[str]:
    """Names of what a layer takes from, one step up."""
    return set(layers_before(layer))


def _as_images(x: np.ndarray) -> np.ndarray:
    """Values as floats without gaps, and means of blocks of pixels in large images."""
    found = np.nan_to_num(x.astype("float32"), posinf=0.0, neginf=0.0)
    size = max(1, round(min(x.shape[1:3]) / SIDE))
    for axis in (1, 2) if size > 1 else ():
        starts = np.arange(0, found.shape[axis], size)
        # the last block may be smaller
        counts = np.diff(np.append(starts, found.shape[axis])).astype("float32")
        sums = np.add.reduceat(found, starts, axis=axis)
        found = sums / np.expand_dims(counts, [i for i in range(4) if i != axis])
    return found


def _on_size(given: np.ndarray, found: np.ndarray) -> tuple[str, ...]:
    if given.shape == found.shape:
        return ()
    (h, w), (height, width) = given.shape[1:3], found.shape[1:3]
    told = f"Baselines were given the images of {h} x {w} pixels as {height} x {width}"
    return (f"{told}, each the mean of a block.",)


def _as_table(given: list[np.ndarray], places: list[bool]) -> Any:
    parts, names = [], []
    for i, part in enumerate(given):
        title = f"input {i} " if len(given) > 1 else ""
        values, own = _columns(part, places=places[i])
        parts.append(values)
        names += [f"{title}{n}" for n in own]
    table = pd.DataFrame(np.concatenate(parts, axis=1), columns=names)
    return table.replace([np.inf, -np.inf], np.nan)


def _columns(part: np.ndarray, *, places: bool) -> tuple[np.ndarray, list[str]]:
    if places and part.ndim == 2 and part.shape[1] > 1:
        return _counted(part)
    flat = part.reshape(len(part), -1).astype("float64")
    chosen = _even(flat.shape[1], MOST_COLUMNS)
    names = [f"column {c}" for c in chosen]
    if part.ndim != 3:
        return flat[:, chosen], names
    over = _over_time(part)
    kinds = ("mean", "spread", "least", "most")
    told = [f"{kind} of {c}" for kind in kinds for c in range(part.shape[2])]
    return np.concatenate([flat[:, chosen], over], axis=1), names + told


def _over_time(part: np.ndarray) -> np.ndarray:
    """Mean, standard deviation, minimum and maximum of each channel."""
    steps = part.astype("float64")
    found = [
        steps.mean(axis=1),
        steps.std(axis=1),
        steps.min(axis=1),
        steps.max(axis=1),
    ]
    return np.concatenate(found, axis=1)


def _counted(part: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """How often a row names each of the commonest places."""
    values, codes, counts = np.unique(part, return_inverse=True, return_counts=True)
    common = np.sort(np.argsort(-counts, kind="stable")[:MOST_WORDS])
    column = np.full(len(values), -1)
    column[common] = np.arange(len(common))
    found = np.zeros((len(part), len(common)))
    where = column[codes.reshape(part.shape)]
    for step in where.T:
        known = np.flatnonzero(step >= 0)
        np.add.at(found, (known, step[known]), 1)
    return found, [f"place {values[c]}" for c in common]


def _even(count: int, most: int) -> np.ndarray:
    """Up to so many numbers below ``count``, evenly chosen."""
    if count <= most:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, most).astype(int))
