"""Arguments given to `fit`, and what of them only Keras' own loop can do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..backend import keras
from ..backend import tensorflow as tf


@dataclass(frozen=True)
class Arguments:
    """The arguments of Keras' ``Model.fit``, under its names."""

    x: Any
    y: Any
    batch_size: int | None
    epochs: int
    verbose: str | int
    callbacks: Any
    validation_split: float
    validation_data: Any
    shuffle: bool
    class_weight: dict[int, float] | None
    sample_weight: Any
    initial_epoch: int
    steps_per_epoch: int | None
    validation_steps: int | None
    validation_batch_size: int | None
    validation_freq: Any

    def callback_list(self) -> list[Any]:
        """The callbacks, one level deep."""
        return keras.tree.flatten(self.callbacks) if self.callbacks else []


# The first is done inside the program, the second shows parts of an epoch.
NATIVE = (keras.callbacks.TerminateOnNaN, keras.callbacks.ProgbarLogger)

_STEPS = ("train_step", "test_step", "compute_metrics", "get_metrics_result")
_LOOPS = ("make_train_function", "make_test_function", "reset_metrics", "evaluate")
_BATCH_HOOKS = (
    "on_batch_begin",
    "on_batch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_test_batch_begin",
    "on_test_batch_end",
)


def find_obstacle(model: keras.Model, given: Arguments) -> str:
    """Why a training must be left to Keras' own loop; empty if it need not."""
    return next(filter(None, _obstacles(model, given)), "")


def _obstacles(model: keras.Model, given: Arguments) -> Iterator[str]:
    if keras.backend.backend() != "tensorflow":
        yield "Keras runs on another backend than TensorFlow"
    if not isinstance(model, keras.Model) or not model.compiled:
        yield "the model is not compiled"
    if model.run_eagerly:
        yield "the model is compiled to run eagerly"
    if model.distribute_strategy.num_replicas_in_sync > 1:
        yield "the model is distributed over devices"
    for name in (*_STEPS, *_LOOPS):
        if getattr(type(model), name, None) is not getattr(keras.Model, name):
            yield f"the model has its own {name}"
    if keras.config.max_epochs() or keras.config.max_steps_per_epoch():
        yield "Keras is set to cut trainings short"
    if given.steps_per_epoch or given.validation_steps:
        yield "the number of steps in an epoch is given"
    sizes = (given.batch_size, given.validation_batch_size)
    if not all(
        n is None or (isinstance(n, (int, np.integer)) and n > 0) for n in sizes
    ):
        yield f"a batch size is {sizes[0]!r} or {sizes[1]!r}"
    if not isinstance(given.validation_freq, (int, list)):
        yield f"validation_freq is {given.validation_freq!r}"
    if given.shuffle not in (True, False):
        yield f"shuffle is {given.shuffle!r}"
    yield _callback_obstacle(given)
    yield from _data_obstacles(given)


def _callback_obstacle(given: Arguments) -> str:
    if isinstance(given.callbacks, keras.callbacks.CallbackList):
        return "the callbacks are a CallbackList"
    for callback in given.callback_list():
        if needs_batch_calls(callback):
            return f"the callback {type(callback).__name__} asks for each batch"
    return ""


def needs_batch_calls(callback: keras.callbacks.Callback) -> bool:
    """Whether a callback needs to be called at each batch.

    A hook is asked for if it is not `Callback`'s own. Those of Keras' that do nothing
    at a batch as they are set, and those done inside the program, do not count.
    """
    if type(callback) in NATIVE:
        return False
    if type(callback) is keras.callbacks.ModelCheckpoint:
        return callback.save_freq != "epoch"
    hooks = (
        (getattr(callback, n), getattr(keras.callbacks.Callback, n))
        for n in _BATCH_HOOKS
    )
    return any(getattr(hook, "__func__", hook) is not own for hook, own in hooks)


def _data_obstacles(given: Arguments) -> Iterator[str]:
    yield _rows_obstacle((given.x, given.y, given.sample_weight))
    yield _weights_obstacle(given.y, given.sample_weight)
    if given.validation_data is not None:
        yield _rows_obstacle(given.validation_data)
    if given.class_weight is not None and (
        given.sample_weight is not None or not _is_array(given.y)
    ):
        yield "class_weight goes with one output and without sample_weight"


def _rows_obstacle(rows: Any) -> str:
    """Why rows cannot be held as tensors."""
    parts = rows if isinstance(rows, (tuple, list)) else (rows,)
    if hasattr(parts[0], "parts"):  # a stream, which holds its targets
        return ""
    leaves = keras.tree.flatten([part for part in parts if part is not None])
    strange = [leaf for leaf in leaves if not _is_array(leaf)]
    if strange or not leaves:
        kind = type(strange[0]).__name__ if strange else "nothing"
        return f"the data are no arrays but {kind}"
    lengths = {int(leaf.shape[0]) for leaf in leaves}
    if len(lengths) > 1 or 0 in lengths:
        return f"the arrays have {sorted(lengths)} rows"
    return ""


def _weights_obstacle(y: Any, weights: Any) -> str:
    """Whether Keras has something to say of the sample weights."""
    message = "sample_weight is not as the targets are"
    nested = keras.tree.is_nested
    if weights is None or not (nested(y) or nested(weights)):
        return ""
    if not nested(weights):
        return "" if np.ndim(weights) == 1 or np.shape(weights)[1:] == (1,) else message
    try:
        keras.tree.assert_same_structure(y, weights)
    except ValueError:
        return message
    return ""


def _is_array(value: Any) -> bool:
    """Whether a value is a dense array of numbers with rows."""
    if isinstance(value, tf.Tensor):
        return value.dtype != tf.string and bool(value.shape.rank)
    if isinstance(value, (list, tuple, dict)) or not hasattr(value, "__array__"):
        return False
    kinds = _kinds(value)
    return bool(kinds) and all(kind in "biuf" for kind in kinds) and np.ndim(value) > 0


def _kinds(value: Any) -> list[str]:
    """Letters of NumPy's types: of an array or a series, or of a table's columns."""
    types = list(value.dtypes) if hasattr(value, "columns") else [value.dtype]
    return [t.kind if isinstance(t, np.dtype) else "O" for t in types]
