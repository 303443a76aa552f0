"""Training one network by its recipe."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from .backend import keras
from .loop import OnEpoch, Rows, fit
from .losses import BroadcastSquaredError
from .recipe import Recipe
from .registry import build
from .scaling import Affine, fit_scaling


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
    history = fit(
        _compiled(core, recipe, classes),
        _scaled(rows, scaling, target),
        _scaled(validation, scaling, target),
        batch_size=recipe.batch_size,
        epochs=recipe.count_epochs(len(rows.x)),
        shuffle=recipe.shuffle,
        patience=recipe.patience,
        seed=seed,
        on_epoch=on_epoch,
    )
    return Trained(
        serving=_serving(core, recipe, scaling, target, rows.x.shape[1:], classes),
        history=history,
        parameters=int(core.count_params()),
        seconds=time.perf_counter() - start,
    )


def loss_unit(recipe: Recipe, classes: int) -> str:
    """The metric that a recipe's training loss can be compared with; "" if none."""
    if recipe.loss != "task":
        return ""
    return "log_loss" if classes else "relative_mse"


def _compiled(core: keras.Model, recipe: Recipe, classes: int) -> keras.Model:
    """A network of the same layers to train; the core is saved and brings no loss."""
    optimizer: Any = keras.optimizers.get(recipe.optimizer)
    optimizer.learning_rate = recipe.learning_rate
    loss: Any = "mean_squared_error"
    if recipe.loss == "broadcast-squared-error":
        loss = BroadcastSquaredError()
    elif classes:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    trainee = keras.Model(core.inputs, core.outputs[0])
    trainee.compile(optimizer=optimizer, loss=loss)
    return trainee


def _target_scale(y: np.ndarray, classes: int) -> Affine | None:
    """From a number to its standardised form; None for classes."""
    return None if classes else fit_scaling("standard", y.reshape(-1, 1), None)


def _scaled(rows: Rows, scaling: Affine, target: Affine | None) -> Rows:
    """Rows as the network sees them: float32 inputs, int32 codes or scaled targets."""
    x = scaling.apply(rows.x)
    if target is None:
        return Rows(x, rows.y.astype("int32"))
    return Rows(x, target.apply(rows.y.reshape(-1, 1)))


def _serving(
    core: keras.Model,
    recipe: Recipe,
    scaling: Affine,
    target: Affine | None,
    shape: tuple[int, ...],
    classes: int,
) -> keras.Model:
    """The network with its scaling before it and readable outputs behind it.

    What goes in and is scaled, and numbers that come out, are float64: of a second in
    the year 2026, or an article's number, float32 keeps too few digits.
    """
    layers = keras.layers
    inputs = keras.Input(shape, name="features", dtype="float64")
    outputs = core(_rescaling(scaling)(inputs))
    if target is not None:
        back = Affine(1 / target.factor, -target.offset / target.factor)
        outputs = _rescaling(back)(outputs)
    elif recipe.loss == "broadcast-squared-error":
        outputs = layers.Concatenate()([layers.Rescaling(-1.0, 1.0)(outputs), outputs])
    else:
        outputs = layers.Softmax()(outputs)
    return keras.Model(inputs, outputs, name=core.name + "_serving")


def _rescaling(scaling: Affine) -> keras.layers.Layer:
    # arrays, not lists or floats: of those Keras makes float32 first
    one = scaling.factor.shape == (1,)
    factor, offset = (v[0] if one else v for v in (scaling.factor, scaling.offset))
    layer: Any = keras.layers.Rescaling
    return layer(factor, offset, dtype="float64")
