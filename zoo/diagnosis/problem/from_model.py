"""A training put together of a compiled network and its rows, without a script.

A dataset's columns and targets are brought into the form that the network takes.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ....data import Dataset
from ....data.errors import BadData
from ...backend import ignore_softmax_warning, keras
from ..record.arrays import count_rows
from ..record.recording import Fit
from ..record.source_locations import one_line_error
from ..record.training_start import ARGUMENTS, serialized
from .copy_model import copy
from .graph import flat_layers
from .task import loss_name
from .training_setup import DEFAULT_BATCH

_UNKNOWN: dict[str, Any] = {"metrics": None, "loss_weights": None, "pretrained": False}
"""Of one output: whose these are is known of the whole network only."""


@dataclass(frozen=True)
class _Compiled:
    """A network, and what its ``compile`` was given."""

    model: Any
    optimizer: dict[str, Any]
    loss: Any
    metrics: Any
    loss_weights: Any


def arguments_for(
    function: Callable[..., Any], shape: tuple[int, ...], outputs: int
) -> tuple[Any, ...] | None:
    """Return the arguments to call a function with; None if it needs others."""
    try:
        wanted = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some functions of C have none
        return ()
    places = (
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
    )
    needed = [p for p in wanted if p.default is p.empty and p.kind in places]
    return {0: (), 2: (shape, outputs)}.get(len(needed))


def compiled(model: Any, name: str) -> _Compiled:
    """A network and what it was compiled with.

    Raises
    ------
    BadData
        It is no network, or was compiled without loss or not at all.
    """
    if not isinstance(model, keras.Model):
        raise BadData(f"{name} is not a Keras model but a {type(model).__name__}")
    if not model.compiled or model.loss is None:
        how = "is not compiled" if not model.compiled else "is compiled without a loss"
        msg = f"{name} {how}, so its loss and optimizer are unknown"
        raise BadData(f"{msg}: call model.compile(optimizer, loss) first")
    # what the user gave: `model.metrics` holds objects, and only after a training
    config = getattr(getattr(model, "_compile_config", None), "config", {})
    return _Compiled(
        model,
        serialized(model.optimizer),
        model.loss,
        config.get("metrics"),
        config.get("loss_weights"),
    )


def first_output(found: _Compiled) -> _Compiled:
    """A compiled network with the first of its outputs alone."""
    outputs: Any = keras.tree.flatten(getattr(found.model, "outputs", None) or [])
    if len(outputs) < 2:
        return found
    return replace(
        found,
        model=_model_with_output(found.model, outputs[0]),
        loss=_part(found.loss, 0, found.model.output_names[0]),
        metrics=None,
        loss_weights=None,
    )


def split_outputs(fit: Fit) -> tuple[Fit, ...]:
    """A recorded training, once for each of its outputs that has targets and a loss.

    The other outputs are left out, so that what one learns is its own. A network with
    one output, or with none that is known, stays as it is.
    """
    outputs: Any = keras.tree.flatten(getattr(fit.model, "outputs", None) or [])
    if len(outputs) < 2:
        return (fit,)
    found = []
    for i, (name, output) in enumerate(
        zip(fit.model.output_names, outputs, strict=True)
    ):
        loss, y = _part(fit.loss, i, name), _target(fit.y, i, name)
        if loss is not None and y is not None:
            model = _model_with_output(fit.model, output)
            weight = _part(fit.sample_weight, i, name)
            one = replace(fit, model=model, loss=loss, y=y, sample_weight=weight)
            share = _part(fit.loss_weights, i, name)
            one = replace(one, output=name, **_UNKNOWN | {"loss_weights": share})
            if share == 0:  # what learns for the others does not learn for this one
                one = replace(one, held=tuple(la.name for la in flat_layers(model)))
            found.append(one)
    return tuple(found) or (fit,)


def _model_with_output(model: Any, output: Any) -> Any:
    return keras.Model(model.input, output, name=model.name)


def _part(given: Any, place: int, name: str) -> Any:
    """Return one output's part of a list or dict; what is given once is for all."""
    if isinstance(given, dict):
        return given.get(name)
    if isinstance(given, list | tuple):
        return given[place] if place < len(given) else None
    return given


def _target(y: Any, place: int, name: str) -> Any:
    """The targets of one output; one array alone is the first one's."""
    if isinstance(y, dict | list | tuple):
        return _part(y, place, name)
    return y if place == 0 else None


def make_fit(
    found: _Compiled,
    x: Any,
    y: Any,
    *,
    epochs: int,
    batch_size: int | None,
    validation: tuple[Any, Any] | None = None,
    sample_weight: Any = None,
    keep_weights: bool = False,
) -> Fit:
    """Make the record that a recorder would note, had the network been trained.

    Parameters
    ----------
    found : Compiled
    x, y, sample_weight, validation
        In memory, in the form that the network takes.
    epochs, batch_size
        As of ``Model.fit``.
    keep_weights : bool
        Whether to start from the network's weights. Else only frozen layers and those
        that know the scale of their inputs keep theirs.

    Raises
    ------
    BadData
        The network does not take these rows, or cannot be made anew.
    """
    weights, pretrained = _start(found, x, keep=keep_weights)
    asked = {"epochs": epochs, "batch_size": batch_size, "shuffle": True}
    steps = epochs * math.ceil(count_rows(x) / (batch_size or DEFAULT_BATCH))
    return Fit(
        model=found.model,
        weights=weights,
        trained=[np.array(weight) for weight in found.model.get_weights()],
        pretrained=pretrained,
        optimizer=found.optimizer,
        loss=found.loss,
        metrics=found.metrics,
        loss_weights=found.loss_weights,
        x=x,
        y=y,
        sample_weight=sample_weight,
        validation=validation,
        arguments=dict.fromkeys(ARGUMENTS) | asked | {"validation_split": 0.0},
        callbacks=(),
        history={},
        steps=steps,
    )


def rebuild_network(model: Any, x: Any) -> Any:
    """The network made anew and built, with fresh weights.

    Raises
    ------
    BadData
        It cannot be made anew, or does not take the rows.
    """
    try:
        again = copy(model)
        few = keras.tree.map_structure(lambda part: part[:2], x)
        with ignore_softmax_warning():
            again(few, training=False)
    # layers of the user's own may raise anything
    except Exception as error:
        msg = f"the model {model.name!r} cannot be rebuilt and called on the data"
        raise BadData(f"{msg}: {one_line_error(error)}") from error
    return again


def _start(found: _Compiled, x: Any, *, keep: bool) -> tuple[list[np.ndarray], bool]:
    """Weights to start from, and whether any of them are to be kept."""
    own = [np.array(weight) for weight in found.model.get_weights()]
    fresh = [
        np.array(weight) for weight in rebuild_network(found.model, x).get_weights()
    ]
    if keep:
        return own, True
    kept = set(_untrained_weights(found.model))
    chosen = [
        mine if id(variable) in kept else new
        for variable, mine, new in zip(found.model.weights, own, fresh, strict=True)
    ]
    return chosen, bool(kept)


def _untrained_weights(model: Any) -> Iterator[int]:
    """Weights that a training does not make, and so needs."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.Normalization) or not layer.trainable:
            yield from (id(weight) for weight in layer.weights)
        elif hasattr(layer, "layers"):
            yield from _untrained_weights(layer)


COLUMN_A_CLASS = ("categorical", "kl_divergence", "kullback")
"""Parts of names of losses that want a column for each class."""

Shape = tuple[int | None, ...]


def inputs_for(model: Any, x: np.ndarray) -> Any:
    """The rows as the inputs of a network.

    Parameters
    ----------
    model : keras.Model
        Of several inputs each gets as many columns as it takes, in their order.
    x : array of shape (n_rows, ...)
        Numbers.

    Raises
    ------
    BadData
        They do not fit: what the network takes, what there is.
    """
    if x.dtype.kind not in "biuf":
        msg = "the data are texts, and only networks of numeric inputs are examined"
        raise BadData(f"{msg}; vectorise the texts first")
    wanted: list[Any] = list(model.inputs or ())
    if not wanted:
        return x.astype("float32")
    if len(wanted) == 1:
        return _as_input(x, wanted[0])
    widths = [math.prod(size or 1 for size in tensor.shape[1:]) for tensor in wanted]
    if x.ndim != 2 or sum(widths) != x.shape[1]:
        message = " and ".join(
            _shape_text(tuple(tensor.shape[1:])) for tensor in wanted
        )
        msg = f"the model has {len(wanted)} inputs and takes {message} a row"
        raise BadData(f"{msg}; the data give {_shape_text(x.shape[1:])}")
    parts = np.split(x, np.cumsum(widths)[:-1], axis=1)
    fitted = [_as_input(part, t) for part, t in zip(parts, wanted, strict=True)]
    return keras.tree.pack_sequence_as(model.input, fitted)


def _as_input(x: np.ndarray, tensor: Any) -> np.ndarray:
    """Rows in the shape and type of one input."""
    wanted: Shape = tuple(tensor.shape[1:])
    shape = _fitting(x.shape[1:], wanted)
    dtype = str(tensor.dtype)
    if shape is None or dtype == "string":
        takes = "texts" if dtype == "string" else _shape_text(wanted)
        given = _shape_text(x.shape[1:])
        msg = f"the model takes {takes} a row, and the data give {given}"
        raise BadData(f"{msg}; drop columns with --drop")
    if "int" in dtype and not np.array_equal(x, np.round(x)):
        msg = f"the model takes whole numbers ({tensor.name}), and the data"
        raise BadData(f"{msg} hold fractions or gaps")
    kind = dtype if "int" in dtype else "float32"
    return x.astype(kind).reshape(len(x), *shape)


def _fitting(given: tuple[int, ...], wanted: Shape) -> tuple[int, ...] | None:
    """The shape to bring rows into; None where their values cannot be told apart."""
    if len(given) == len(wanted) and all(
        w in (None, g) for g, w in zip(given, wanted, strict=True)
    ):
        return given
    plain = tuple(size for size in given if size != 1)
    if len(given) > 1 and len(wanted) > 1:
        # an axis more or less for the only colour; others may be in any order
        same = plain == tuple(size for size in wanted if size != 1)
        return tuple(size or 1 for size in wanted) if same else None
    total, open_axes = math.prod(given), wanted.count(None)
    known = math.prod(size for size in wanted if size is not None)
    if (
        open_axes > 1
        or not known
        or total % known
        or (not open_axes and total != known)
    ):
        return None
    return tuple(total // known if size is None else size for size in wanted)


def _shape_text(shape: Shape) -> str:
    """``28 x 28 numbers``; a question mark stands for any size."""
    sizes = " x ".join("?" if size is None else f"{size:,}" for size in shape)
    return f"{sizes or 1} number{'' if shape in ((), (1,)) else 's'}"


def targets_for(model: Any, loss: Any, dataset: Dataset) -> np.ndarray:
    """The targets in the form that a loss wants.

    Codes for a sparse loss, a column a class for a categorical one and for a head as
    wide as there are classes, one column else.

    Raises
    ------
    BadData
        There are more classes than outputs.
    """
    y, classes = dataset.y, len(dataset.classes)
    if y.ndim > 1 or not classes:
        return y.astype("float32").reshape(len(y), -1)
    name, width = loss_name(loss), _width(model)
    sparse = name.startswith("sparse")
    wide = any(part in name for part in COLUMN_A_CLASS)
    if (sparse or wide) and width is not None and width < classes:
        msg = f"the model has {width} output{'' if width == 1 else 's'}, and the target"
        raise BadData(f"{msg} has {classes} classes; {name} needs one output per class")
    if sparse:
        return y.astype("int64")
    if wide or width == classes:
        return np.eye(width or classes, dtype="float32")[y]
    return y.astype("float32").reshape(-1, 1)


def _width(model: Any) -> int | None:
    """Numbers that the first output has; None where nobody knows yet."""
    outputs = keras.tree.flatten(model.outputs or [])
    return outputs[0].shape[-1] if outputs else None
