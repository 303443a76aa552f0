"""Scores to hold against a network's: those of a plain network, and on its own rows.

A plain network on the same rows shows that a network can learn them; a score of the
trained one on the rows that it was trained on, that it has learned at all.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...backend import keras
from ..problem.context import Repair
from ..problem.copy_model import copy, give_weights
from ..problem.graph import arrays_of, is_looked_up
from ..problem.own_outputs import are_read_by_rows, read_by_rows
from ..problem.task import TrainingTask
from ..problem.training_setup import DEFAULT_BATCH, Setup, original_training, rows_of
from ..record.recorder import serialized
from ..record.recording import Fit
from .trials import decide, gives_logits, predict_outputs, score_rows

UNITS = 64
_STEPS = 4_000
"""About as many optimizer steps, as far as the epochs allow."""
STEPS_OF_IMAGES = 1_000
"""Convolutions take longer a step, and score .97 on MNIST after these."""
EPOCHS = (5, 400)
LEAST_SIDE = 12
"""Pixels, below which an image is read as a row of numbers."""
VECTOR = 16
"""Numbers that stand for an entry of a list, such as a word."""


def plain_repair(setup: Setup, task: TrainingTask) -> Repair | None:
    """The plain network in place of the script's, as a repair that changes everything.

    Two hidden layers of 64 relu units behind batch normalisation (He et al., Delving
    deep into rectifiers, 2015; Ioffe, Szegedy, 2015), with Adam at its authors' rate of
    .001 (Kingma, Ba, 2015); images go through two convolutions before.

    Parameters
    ----------
    setup : Setup
        As the script has it; its rows are used.
    task : TrainingTask

    Returns
    -------
    Repair or None
        None where the rows are no numbers.
    """
    if any(part.dtype.kind not in "biuf" for part in keras.tree.flatten(setup.x)):
        return None
    y = _targets(task)
    per_epoch = math.ceil(len(y) / DEFAULT_BATCH)
    parts = keras.tree.flatten(setup.x)
    steps = STEPS_OF_IMAGES if any(map(_is_image, parts)) else _STEPS
    loss = {"regression": "mse", "multilabel": "binary_crossentropy"}
    plain = Setup(
        model=_network(setup, task),
        loss=loss.get(task.kind, "sparse_categorical_crossentropy"),
        optimizer=serialized(keras.optimizers.Adam(1e-3)),
        x=setup.x,
        y=y,
        epochs=int(np.clip(steps // per_epoch, *EPOCHS)),
        class_weight=_balance(task),
        clean=True,
    )
    return Repair("a plain network", lambda given: plain)


def _targets(task: TrainingTask) -> np.ndarray:
    y = task.y
    return y.reshape(len(y), -1) if task.kind == "regression" else y


def _balance(task: TrainingTask) -> dict[int, float] | None:
    """Weights that make every class count alike, as the score does."""
    if task.kind not in ("binary", "multiclass"):
        return None
    kinds, counts = np.unique(task.y, return_counts=True)
    shares = len(task.y) / (len(kinds) * counts)
    return {int(kind): float(share) for kind, share in zip(kinds, shares, strict=True)}


def _network(setup: Setup, task: TrainingTask) -> Any:
    layers = keras.layers
    inputs = _inputs(setup.x)
    listed = _looked_up(setup)
    flat = [
        _flat(tensor, part, is_list=id(part) in listed)
        for tensor, part in zip(
            keras.tree.flatten(inputs), keras.tree.flatten(setup.x), strict=True
        )
    ]
    h = layers.Concatenate()(flat) if len(flat) > 1 else flat[0]
    h = layers.BatchNormalization()(h)
    for _ in range(2):
        h = layers.Dense(UNITS, activation="relu", kernel_initializer="he_normal")(h)
    return keras.Model(inputs, _head(h, task))


def _inputs(x: Any) -> Any:
    """Tensors in the structure of the rows; those of a dict have its names."""
    if isinstance(x, dict):
        return {name: _input(part, name) for name, part in x.items()}
    return keras.tree.map_structure(_input, x)


def _input(part: np.ndarray, name: str | None = None) -> Any:
    return keras.Input(part.shape[1:], dtype=part.dtype.name, name=name)


def _looked_up(setup: Setup) -> set[int]:
    """Which arrays hold places in a list and not measurements."""
    tensors = getattr(setup.model, "inputs", None) or []
    given = arrays_of(setup.model, setup.x) if tensors else []
    pairs = zip(tensors, given, strict=False)
    return {id(part) for tensor, part in pairs if is_looked_up(setup.model, tensor)}


def _is_image(part: np.ndarray) -> bool:
    return part.ndim == 4 and min(part.shape[1:3]) >= LEAST_SIDE


def _flat(tensor: Any, part: np.ndarray, *, is_list: bool) -> Any:
    """One row of numbers for each row of an input."""
    layers = keras.layers
    if is_list:
        words = layers.Embedding(int(part.max()) + 1, VECTOR)(tensor)
        flat = layers.Flatten()(words)
        return layers.GlobalAveragePooling1D()(words) if part.ndim == 2 else flat
    h = tensor
    if _is_image(part):
        h = layers.BatchNormalization()(h)
        for units in (16, 32):
            h = layers.Conv2D(units, 3, activation="relu")(h)
            h = layers.MaxPooling2D()(h)
    return layers.Flatten()(h)


def _head(h: Any, task: TrainingTask) -> Any:
    layers = keras.layers
    if task.kind == "multilabel":
        return layers.Dense(task.outputs, activation="sigmoid")(h)
    if task.kind != "regression":
        return layers.Dense(task.class_count, activation="softmax")(h)
    y = _targets(task)
    scale = np.where(y.std(axis=0) > 0, y.std(axis=0), 1.0)
    outputs = layers.Dense(y.shape[1])(h)
    size: Any = [float(f"{s:.6g}") for s in scale]
    offset: Any = [float(f"{m:.6g}") for m in y.mean(axis=0)]  # Keras' hints: a float
    return layers.Rescaling(size, offset)(outputs)


_MOST_ROWS = 4_000
"""That it is judged by."""


def trained_model(fit: Fit) -> Any:
    """Return the network as its training left it, whatever the script did then.

    The script may have trained it on, or loaded other weights.

    Raises
    ------
    Exception
        Whatever a network of somebody's own raises.
    """
    now = fit.model.get_weights()
    # of one output of several the weights are those of the network as it is now
    if list(map(np.shape, now)) != list(map(np.shape, fit.trained)):
        return fit.model
    if all(map(np.array_equal, now, fit.trained)):
        return fit.model
    model = copy(fit.model)
    give_weights(model, fit.trained)
    return model


def trained_score(fit: Fit, task: TrainingTask) -> float:
    """Score of the network, as the script trained it, on its own training rows.

    A high one beside a low one on other rows is a network that learns and does not
    carry over; one that does not learn is low on both.

    Raises
    ------
    Exception
        Whatever a network of somebody's own raises.
    """
    setup = original_training(fit, task)
    rows = np.unique(np.linspace(0, len(task) - 1, _MOST_ROWS).astype("int64"))
    outputs = predict_outputs(trained_model(fit), rows_of(fit.x, rows))
    if are_read_by_rows(setup, task):
        outputs = read_by_rows(outputs, outputs, task.y[rows], task)
    decided = decide(outputs, task, setup.values, logits=gives_logits(setup))
    return float(score_rows(decided, task, rows).mean())
