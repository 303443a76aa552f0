"""Training one network by its recipe."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ..data.dataset import Rest
from ..data.errors import BadData
from .backend import keras
from .losses import BroadcastSquaredError
from .recipe import Recipe
from .registry import build
from .scaling import Affine, fit_scaling
from .training import Start, fit
from .training.streams import OnDisk

SHARED = 3
"""Trainings that share what is compiled, about: five folds on two processes and up."""

OnEpoch = Callable[[int, int, dict[str, float]], None]
"""Called after each epoch with its number from 1, their count, and the losses."""


@dataclass(frozen=True)
class Rows:
    """Rows to train on or to validate with.

    ``x`` has shape (n_rows, ...); ``y`` holds class codes or numbers, of shape
    (n_rows,) or (n_rows, 1).
    """

    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True)
class More:
    """Rows on disk to train on.

    Parameters
    ----------
    rest : Rest
    numbers : int array
        Of the rows to train on, sorted.
    to_matrix : callable
        From features as they lie on disk to numbers, as those of `Rows`.
    """

    rest: Rest
    numbers: np.ndarray
    to_matrix: Callable[[Any], np.ndarray]


@dataclass(frozen=True)
class Trained:
    """A trained network.

    ``serving`` goes from raw inputs to probabilities of shape (n, n_classes) or numbers
    of shape (n, 1), scaling included; it opens with plain Keras. ``history`` is Keras';
    ``way`` says how epochs were run, and ``reason`` why so (`learnable.fit`).
    """

    serving: keras.Model
    history: dict[str, tuple[float, ...]]
    way: str
    reason: str
    parameters: int
    seconds: float


def train(
    recipe: Recipe,
    rows: Rows,
    validation: Rows,
    *,
    classes: int,
    feature_range: tuple[float, float] | None = None,
    more: More | None = None,
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
    more : More, optional
        Rows on disk to train on, of which ``rows`` is a sample.
    seed : int
        Seeds Python's, NumPy's and TensorFlow's global generators.
    on_epoch : callable, optional

    Raises
    ------
    BadData
        The loss is not finite.
    """
    start = time.perf_counter()
    shape, outputs = rows.x.shape[1:], classes or 1
    # one a thread: two trainings at a time must not share weights
    thread = threading.get_ident()
    trainee, beginning = _trainee(recipe, shape, outputs, bool(classes), thread)
    keras.utils.set_random_seed(seed)
    core = build(recipe, shape=shape, outputs=outputs)
    beginning.restore()
    _copy(core, trainee)
    scaling = fit_scaling(recipe.scaling, rows.x, feature_range)
    target = _target_scale(rows.y, classes)
    inner = _scaled(validation, scaling, target)
    given, count = _given(rows, more, scaling, target)
    history: Any = fit(
        trainee,
        *given,
        validation_data=(inner.x, inner.y),
        batch_size=recipe.batch_size,
        epochs=recipe.count_epochs(count),
        shuffle=recipe.shuffle,
        verbose=0,
        callbacks=_callbacks(recipe, on_epoch),
        way="rule",  # the same seed gives the same network
        repeats=SHARED,
    )
    _copy(trainee, core)
    return Trained(
        serving=_serving(core, recipe, scaling, target, shape, classes),
        history={name: tuple(history.history[name]) for name in ("loss", "val_loss")},
        way=history.params["way"],
        reason=history.params["reason"],
        parameters=int(core.count_params()),
        seconds=time.perf_counter() - start,
    )


class _Progress(keras.callbacks.Callback):
    """Tells of each epoch, and ends a training whose loss is not finite."""

    def __init__(self, on_epoch: OnEpoch | None) -> None:
        super().__init__()
        self.on_epoch = on_epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        params: Any = self.params
        for name, value in (logs or {}).items():
            if not np.isfinite(value):
                bad = params["nonfinite"]
                step = f", from step {bad[1]:,} on" if bad else ""
                msg = f"{name} is {value} in epoch {epoch + 1}{step}"
                raise BadData(
                    f"{msg}: lower the learning rate or look at the inputs' scale"
                )
        if self.on_epoch:
            self.on_epoch(epoch + 1, params["epochs"], logs or {})


def _callbacks(recipe: Recipe, on_epoch: OnEpoch | None) -> list[Any]:
    callbacks: list[Any] = [_Progress(on_epoch)]
    if recipe.patience:
        stop = keras.callbacks.EarlyStopping
        callbacks.append(
            stop("val_loss", patience=recipe.patience, restore_best_weights=True)
        )
    return callbacks


def _copy(source: keras.Model, target: keras.Model) -> None:
    """Weights, and the states of random layers, of one network into its equal."""
    for old, new in zip(target.variables, source.variables, strict=True):
        old.assign(new)


def loss_unit(recipe: Recipe, classes: int) -> str:
    """The metric that a recipe's training loss can be compared with; "" if none."""
    if recipe.loss != "task":
        return ""
    return "log_loss" if classes else "relative_mse"


@lru_cache(maxsize=8)
def _trainee(
    recipe: Recipe, shape: tuple[int, ...], outputs: int, classes: bool, thread: int
) -> tuple[keras.Model, Start]:
    """A compiled network, kept so that folds and seeds share what is compiled for it.

    The core that is saved is another one, and brings no loss.
    """
    core = build(recipe, shape=shape, outputs=outputs)
    optimizer: Any = keras.optimizers.get(recipe.optimizer)
    optimizer.learning_rate = recipe.learning_rate
    loss: Any = "mean_squared_error"
    if recipe.loss == "broadcast-squared-error":
        loss = BroadcastSquaredError()
    elif classes:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    trainee = keras.Model(core.inputs, core.outputs[0])
    trainee.compile(optimizer=optimizer, loss=loss)
    return trainee, Start(trainee)


def _given(
    rows: Rows, more: More | None, scaling: Affine, target: Affine | None
) -> tuple[tuple[Any, ...], int]:
    """What `fit` is given to train on, and the number of rows."""
    if more is None:
        scaled = _scaled(rows, scaling, target)
        return (scaled.x, scaled.y), len(rows.x)

    def prepared(x: Any, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        scaled = _scaled(Rows(more.to_matrix(x), y), scaling, target)
        return scaled.x, scaled.y

    stored = more.rest.rows
    return (OnDisk(stored, more.numbers, more.rest.y, prepared),), len(more.numbers)


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
