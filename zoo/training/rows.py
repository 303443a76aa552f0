"""Rows, handed out in parts and batches that a program can take."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from ..backend import keras
from ..backend import tensorflow as tf
from .arguments import Arguments

PART_BYTES = 64 * 2**20
"""Size of a part: shuffled rows are copied, and rows on disk read, part by part."""


@runtime_checkable
class Stream(Protocol):
    """Rows with their targets, wherever they are."""

    @property
    def rows(self) -> int:
        """Their number."""
        ...

    @property
    def row_bytes(self) -> int:
        """Return the bytes that one row takes in memory."""
        ...

    def parts(self, size: int, shuffle: np.random.Generator | None) -> Iterator[Any]:
        """All rows once, ``size`` at a time; the last part may have fewer.

        Each part is ``(x,)``, ``(x, y)`` or ``(x, y, weights)`` in arrays whose first
        axis are the rows. Without ``shuffle`` they come as they are.
        """
        ...


@dataclass(frozen=True)
class InMemoryRows:
    """Rows in memory.

    ``data`` is ``(x,)``, ``(x, y)`` or ``(x, y, weights)``, each an array whose first
    axis are the ``rows``, or a list or dict of such.
    """

    data: Any
    rows: int

    @property
    def row_bytes(self) -> int:
        leaves = keras.tree.flatten(self.data)
        return sum(a.itemsize * math.prod(a.shape[1:]) for a in leaves)

    def parts(self, size: int, shuffle: np.random.Generator | None) -> Iterator[Any]:
        order = None if shuffle is None else shuffle.permutation(self.rows)
        for start in range(0, self.rows, size):
            where = slice(start, start + size)
            yield keras.tree.map_structure(
                # take is several times as fast as an index of numbers
                lambda a, w=where: a[w] if order is None else a.take(order[w], axis=0),
                self.data,
            )


@dataclass(frozen=True)
class Block:
    """Batches of one size: nested tensors of shape (n, batch_size, ...).

    ``count`` of the n hold rows, the others fill the shape up; ``whole`` is False for
    the smaller last batch of an epoch.
    """

    batches: Any
    count: int
    whole: bool


def blocks(part: Any, batch_size: int, room: int | None = None) -> Iterator[Block]:
    """A part's whole batches, then the rows left over as one smaller batch.

    Parameters
    ----------
    room : int, optional
        Fill the whole batches up to so many, as a program of fixed shape needs.
    """
    rows = len(keras.tree.flatten(part)[0])
    count, rest = divmod(rows, batch_size)

    def shaped(a: np.ndarray) -> Any:
        batches = a[: count * batch_size].reshape(count, batch_size, *a.shape[1:])
        if room and room > count:
            fill = np.zeros((room - count, *batches.shape[1:]), a.dtype)
            batches = np.concatenate([batches, fill])
        return tf.constant(batches)

    if count:
        yield Block(keras.tree.map_structure(shaped, part), count, whole=True)
    if rest:
        last = keras.tree.map_structure(lambda a: tf.constant(a[None, -rest:]), part)
        yield Block(last, 1, whole=False)


def batches_in_part(rows: Stream, batch_size: int) -> int:
    """Whole batches in a part of about `PART_BYTES`, at least 1."""
    fitting = PART_BYTES // max(1, rows.row_bytes * batch_size)
    return int(max(1, min(fitting, rows.rows // batch_size)))


def hold_in_memory(x: Any, y: Any = None, weights: Any = None) -> InMemoryRows:
    """Rows in memory; other floats become Keras' ``floatx``, as in ``fit``."""
    nested = keras.tree.is_nested
    if nested(y) and weights is not None and not nested(weights):
        one = weights  # the same for each output
        weights = keras.tree.map_structure(lambda _: one, y)
    given = (x,) if y is None else (x, y) if weights is None else (x, y, weights)
    data = keras.tree.map_structure(_to_array, keras.tree.lists_to_tuples(given))
    return InMemoryRows(data, len(keras.tree.flatten(data)[0]))


def streams_of(given: Arguments) -> tuple[Stream, Stream | None]:
    """Rows to train on and to validate with, from what `fit` was given."""
    rows, validation = (given.x, given.y, given.sample_weight), given.validation_data
    if given.validation_split and validation is None:
        rows, validation = split(rows, given.validation_split)
    x, y, weights = rows
    if given.class_weight is not None:
        weights = class_weights(y, given.class_weight)
    train = x if isinstance(x, Stream) else hold_in_memory(x, y, weights)
    if validation is None or isinstance(validation, Stream):
        return train, validation
    return train, hold_in_memory(*keras.utils.unpack_x_y_sample_weight(validation))


def _to_array(given: Any) -> np.ndarray:
    """An array as Keras would make it: of a series a column, of a table one type."""
    if hasattr(given, "columns"):
        floats = any(t.kind == "f" for t in given.dtypes)
        array = given.to_numpy(keras.config.floatx() if floats else None)
    elif hasattr(given, "iloc"):
        array = given.to_numpy()[:, None]
    else:
        array = np.asarray(given)
    floats = array.dtype.kind == "f" or array.dtype.name == "bfloat16"
    return array.astype(keras.config.floatx(), copy=False) if floats else array


def split(given: Any, share: float) -> tuple[Any, Any]:
    """Training arrays and the last ``share`` of the rows, as Keras splits.

    Raises
    ------
    ValueError
        One of the two would be empty.
    """
    rows = next(len(t) for t in keras.tree.flatten(given) if t is not None)
    kept = int(np.floor(rows * (1.0 - share)))
    if kept in (0, rows):
        msg = f"validation_split={share} of {rows} rows leaves one side without rows"
        raise ValueError(f"{msg}; give another share or more rows")

    def cut(where: slice) -> Any:
        return keras.tree.map_structure(
            lambda t: None if t is None else getattr(t, "iloc", t)[where],
            given,
            none_is_leaf=True,
        )

    return cut(slice(0, kept)), cut(slice(kept, rows))


def class_weights(y: Any, weights: dict[int, float]) -> np.ndarray:
    """The weight of each row's class, 1 where none is given.

    Parameters
    ----------
    y : array of shape (n_rows,), (n_rows, 1) or one-hot (n_rows, n_classes)
    """
    codes = np.asarray(y)
    if codes.ndim > 1:
        codes = codes.argmax(axis=-1) if codes.shape[-1] != 1 else codes[..., 0]
    known, place = np.unique(np.round(codes).astype("int32"), return_inverse=True)
    each = [weights.get(int(code), 1.0) for code in known]
    return np.asarray(each, dtype=keras.config.floatx())[place.reshape(codes.shape)]
