"""The training loop: one compiled function an epoch, over rows held as tensors.

``Model.fit`` goes back to Python after each batch and sets up its input pipeline anew
in each epoch; on small networks that is most of the time. Here TensorFlow runs an epoch
as one graph. The steps are those of ``fit``: the same batches in the same order give
the same weights (a test says so).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..data.errors import BadData
from .backend import keras
from .backend import tensorflow as tf

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


@dataclass
class _Best:
    """The lowest validation loss so far, and the weights that gave it."""

    loss: float = float("inf")
    epoch: int = 0
    weights: list[np.ndarray] = field(default_factory=list)


def fit(
    model: keras.Model,
    rows: Rows,
    validation: Rows,
    *,
    batch_size: int,
    epochs: int,
    shuffle: bool = True,
    patience: int = 0,
    seed: int = 0,
    on_epoch: OnEpoch | None = None,
) -> dict[str, tuple[float, ...]]:
    """Train a compiled model.

    Parameters
    ----------
    model : keras.Model
        Compiled with one loss; its weights are changed in place.
    rows, validation : Rows
        Held in memory as tensors.
    batch_size, epochs : int
        The last batch of an epoch may be smaller.
    shuffle : bool, default True
        Draw the rows in a new order each epoch.
    patience : int, default 0
        Epochs without a lower validation loss after which training stops and the best
        weights come back; 0 trains to the end.
    seed : int
        Of the order of the rows.
    on_epoch : callable, optional

    Returns
    -------
    dict
        ``loss`` (mean over the rows, during training) and ``val_loss`` (after the
        epoch), one value an epoch.

    Raises
    ------
    BadData
        A loss is not finite.
    """
    train_epoch, measure = _compiled(model, rows, validation, batch_size)
    rng = np.random.default_rng(seed)
    order = np.arange(len(rows.x))
    history: dict[str, list[float]] = {"loss": [], "val_loss": []}
    best = _Best()
    for epoch in range(1, epochs + 1):
        if shuffle:
            order = rng.permutation(len(rows.x))
        logs = {
            "loss": float(train_epoch(tf.constant(order))),
            "val_loss": float(measure()),
        }
        _check_finite(logs, epoch)
        for name, value in logs.items():
            history[name].append(value)
        if on_epoch:
            on_epoch(epoch, epochs, logs)
        if patience and _should_stop(model, best, logs["val_loss"], epoch, patience):
            break
    if best.epoch:
        model.set_weights(best.weights)
    return {name: tuple(values) for name, values in history.items()}


def _should_stop(
    model: keras.Model, best: _Best, loss: float, epoch: int, patience: int
) -> bool:
    if loss < best.loss:
        best.loss, best.epoch, best.weights = loss, epoch, model.get_weights()
    return epoch - best.epoch >= patience


def _check_finite(logs: dict[str, float], epoch: int) -> None:
    for name, value in logs.items():
        if not np.isfinite(value):
            msg = f"{name} is {value} in epoch {epoch}"
            raise BadData(
                f"{msg}: lower the learning rate or look at the inputs' scale"
            )


def _compiled(
    model: keras.Model, rows: Rows, validation: Rows, batch_size: int
) -> tuple[Any, Any]:
    """Functions that train for one epoch in a given order, and that validate."""
    model.optimizer.build(model.trainable_variables)

    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss: Any = model.compute_loss(x, y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        model.optimizer.apply(gradients, model.trainable_variables)
        return loss

    def look(x: Any, y: Any) -> Any:
        return model.compute_loss(x, y, model(x, training=False), training=False)

    train = _over_batches(step, rows, batch_size)
    check = _over_batches(look, validation, batch_size)
    everything = tf.range(len(validation.x), dtype=tf.int64)
    return train, lambda: check(everything)


def _over_batches(function: Callable[..., Any], rows: Rows, batch_size: int) -> Any:
    """A compiled function from an order of rows to the mean loss over its batches."""
    x, y = tf.constant(rows.x), tf.constant(rows.y)
    whole, rest = divmod(len(rows.x), batch_size)

    # nothing in it is Python control flow over tensors: tracing takes a third less
    @tf.autograph.experimental.do_not_convert
    def on(chosen: Any) -> Any:
        return function(tf.gather(x, chosen), tf.gather(y, chosen))

    def run(order: Any) -> Any:
        total = tf.zeros(())
        # batches of a fixed shape: TensorFlow compiles the step once
        batches = tf.reshape(order[: whole * batch_size], (whole, batch_size))
        for i in tf.range(whole):
            total += on(batches[i]) * batch_size
        if rest:
            total += on(order[whole * batch_size :]) * rest
        return total / len(rows.x)

    # called as it is, TensorFlow takes the functions of many trainings for one that is
    # traced again and again, and warns
    function_of_order: Any = tf.function(run)
    return function_of_order.get_concrete_function(
        tf.TensorSpec((len(rows.x),), tf.int64)
    )
