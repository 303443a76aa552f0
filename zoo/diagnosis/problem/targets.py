"""Columns and targets of a dataset in the form that a compiled network takes them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ....data import Dataset
from ....data.errors import BadData
from ...backend import keras
from .task import loss_name

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
        return _one(x, wanted[0])
    widths = [math.prod(size or 1 for size in tensor.shape[1:]) for tensor in wanted]
    if x.ndim != 2 or sum(widths) != x.shape[1]:
        told = " and ".join(_told(tuple(tensor.shape[1:])) for tensor in wanted)
        msg = f"the model has {len(wanted)} inputs and takes {told} a row"
        raise BadData(f"{msg}; the data give {_told(x.shape[1:])}")
    parts = np.split(x, np.cumsum(widths)[:-1], axis=1)
    fitted = [_one(part, t) for part, t in zip(parts, wanted, strict=True)]
    return keras.tree.pack_sequence_as(model.input, fitted)


def _one(x: np.ndarray, tensor: Any) -> np.ndarray:
    """Rows in the shape and type of one input."""
    wanted: Shape = tuple(tensor.shape[1:])
    shape = _fitting(x.shape[1:], wanted)
    dtype = str(tensor.dtype)
    if shape is None or dtype == "string":
        takes = "texts" if dtype == "string" else _told(wanted)
        msg = f"the model takes {takes} a row, and the data give {_told(x.shape[1:])}"
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


def _told(shape: Shape) -> str:
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
