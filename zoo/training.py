"""Training one network by its recipe."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from ..data.errors import BadData
from .losses import BroadcastSquaredError
from .recipe import Recipe
from .registry import build
from .scaling import Affine, fit_scaling

MAX_STEPS_PER_EXECUTION = 50
"""Batches that TensorFlow runs without going back to Python: twice as fast on small
networks as one at a time, and the weights are the same."""

OnEpoch = Callable[[int, int, dict[str, float]], None]
"""Called after each epoch with its number from 1, their count, and Keras' logs."""


@dataclass(frozen=True)
class Rows:
    """Rows to train on or to validate with.

    ``x`` has shape (n_rows, ...); ``y`` holds class codes or numbers, (n_rows,).
    """

    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True)
class Trained:
    """A trained network.

    ``serving`` goes from raw inputs to probabilities of shape (n, n_classes) or numbers
    of shape (n, 1), scaling included; it opens with plain Keras. ``history`` is Keras'.
    """

    serving: keras.Model
    history: dict[str, tuple[float, ...]]
    parameters: int
    seconds: float


def train(
    recipe: Recipe,
    rows: Rows,
    validation: Rows,
    *,
    classes: int,
    feature_range: tuple[float, float] | None = None,
    seed: int = 0,
    on_epoch: OnEpoch | None = None,
) -> Trained:
    """Build a network and train it as its recipe says.

    Parameters
    ----------
    recipe : Recipe
    rows, validation : Rows
        The latter for the loss on rows not trained on, and for early stopping.
    classes : int
        0 for regression.
    feature_range : (float, float), optional
        Known limits of every feature.
    seed : int
        Seeds Python's, NumPy's and TensorFlow's global generators.
    on_epoch : callable, optional

    Raises
    ------
    BadData
        The loss is not finite.
    """
    start = time.perf_counter()
    keras.utils.set_random_seed(seed)
    scaling = fit_scaling(recipe.scaling, rows.x, feature_range)
    target = _target_scale(rows.y, classes)
    core = build(recipe, shape=rows.x.shape[1:], outputs=classes or 1)
    epochs = recipe.count_epochs(len(rows.x))
    _compile(core, recipe, classes, steps=-(-len(rows.x) // recipe.batch_size))
    history = core.fit(
        scaling.apply(rows.x),
        _scaled_target(rows.y, target, classes),
        batch_size=recipe.batch_size,
        epochs=epochs,
        shuffle=recipe.shuffle,
        validation_data=(
            scaling.apply(validation.x),
            _scaled_target(validation.y, target, classes),
        ),
        callbacks=_callbacks(recipe, epochs, on_epoch),
        verbose=0,
    ).history
    _check_finite(history)
    return Trained(
        serving=_serving(core, recipe, scaling, target, rows.x.shape[1:], classes),
        history={k: tuple(float(v) for v in values) for k, values in history.items()},
        parameters=int(core.count_params()),
        seconds=time.perf_counter() - start,
    )


def loss_unit(recipe: Recipe, classes: int) -> str:
    """The metric that a recipe's training loss can be compared with; "" if none."""
    if recipe.loss != "task":
        return ""
    return "log_loss" if classes else "relative_mse"


def _compile(core: keras.Model, recipe: Recipe, classes: int, *, steps: int) -> None:
    optimizer: Any = keras.optimizers.get(recipe.optimizer)
    optimizer.learning_rate = recipe.learning_rate
    loss: Any = "mean_squared_error"
    if recipe.loss == "broadcast-squared-error":
        loss = BroadcastSquaredError()
    elif classes:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    together = min(steps, MAX_STEPS_PER_EXECUTION)
    core.compile(optimizer=optimizer, loss=loss, steps_per_execution=together)


def _callbacks(recipe: Recipe, epochs: int, on_epoch: OnEpoch | None) -> list[Any]:
    callbacks: list[Any] = [keras.callbacks.TerminateOnNaN()]
    if recipe.patience:
        callbacks.append(
            keras.callbacks.EarlyStopping(
                monitor="val_loss", patience=recipe.patience, restore_best_weights=True
            )
        )
    if on_epoch:
        callbacks.append(
            keras.callbacks.LambdaCallback(
                on_epoch_end=lambda epoch, logs: on_epoch(epoch + 1, epochs, logs or {})
            )
        )
    return callbacks


def _target_scale(y: np.ndarray, classes: int) -> Affine | None:
    """From a number to its standardised form; None for classes."""
    return None if classes else fit_scaling("standard", y.reshape(-1, 1), None)


def _scaled_target(y: np.ndarray, scale: Affine | None, classes: int) -> np.ndarray:
    return y.astype("int32") if scale is None else scale.apply(y.reshape(-1, 1))


def _check_finite(history: dict[str, list[float]]) -> None:
    for epoch, loss in enumerate(history["loss"], 1):
        if not np.isfinite(loss):
            msg = f"the training loss is {loss} in epoch {epoch}"
            raise BadData(f"{msg}: lower the learning rate or look at the inputs' scale")


def _serving(
    core: keras.Model,
    recipe: Recipe,
    scaling: Affine,
    target: Affine | None,
    shape: tuple[int, ...],
    classes: int,
) -> keras.Model:
    """The network with its scaling before it and readable outputs behind it."""
    layers = keras.layers
    inputs = keras.Input(shape, name="features")
    rescale = layers.Rescaling(_plain(scaling.factor), _plain(scaling.offset))
    outputs = core(rescale(inputs))
    if target is not None:
        factor, offset = float(target.factor[0]), float(target.offset[0])
        outputs = layers.Rescaling(1 / factor, -offset / factor)(outputs)
    elif recipe.loss == "broadcast-squared-error":
        outputs = layers.Concatenate()([layers.Rescaling(-1.0, 1.0)(outputs), outputs])
    else:
        outputs = layers.Softmax()(outputs)
    return keras.Model(inputs, outputs, name=core.name + "_serving")


def _plain(values: np.ndarray) -> Any:
    """Numbers that Keras can write into a model's file."""
    return float(values[0]) if values.shape == (1,) else values.tolist()
