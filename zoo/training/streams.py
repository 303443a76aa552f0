"""Rows on disk, handed to `fit` part by part while the next part is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ...data.errors import BadData
from ...data.open_stored import open_stored
from ...data.stored import OnDiskRows
from ..backend import keras
from ..backend import tensorflow as tf

Transform = Callable[[Any, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""From features as they lie on disk, and targets, to what the network is given."""


@dataclass(frozen=True)
class StreamedRows:
    """A `Stream` of rows that stay on disk.

    Rows are shuffled in two steps: the order of the blocks, and the rows within about
    as many blocks as a part takes (Parquet's blocks are its row groups).

    Parameters
    ----------
    stored : OnDiskRows
    numbers : int array
        Sorted numbers of the rows to hand out.
    y : array of shape (n_rows,)
        Targets of all rows on disk, as the network is to have them.
    transform : callable
    """

    stored: OnDiskRows
    numbers: np.ndarray
    y: np.ndarray
    transform: Transform

    @property
    def rows(self) -> int:
        return len(self.numbers)

    @property
    def row_bytes(self) -> int:
        return self.stored.row_bytes

    def parts(self, size: int, shuffle: np.random.Generator | None) -> Iterator[Any]:
        """See `Stream`; the next part is read while one is trained on."""
        whole = tf.data.Dataset.from_generator(
            lambda: _cut(self._blocks(shuffle), size, shuffle),
            output_signature=self._spec,
        )
        return iter(whole.prefetch(1).as_numpy_iterator())

    @cached_property
    def _spec(self) -> Any:
        first = next(self._blocks(None))
        return keras.tree.map_structure(
            lambda a: tf.TensorSpec((None, *a.shape[1:]), a.dtype), first
        )

    def _blocks(self, shuffle: np.random.Generator | None) -> Iterator[Any]:
        blocks = len(self.stored.starts) - 1
        order = None if shuffle is None else shuffle.permutation(blocks)
        for numbers, x in self.stored.blocks(self.numbers, order):
            yield self.transform(x, self.y[numbers])


def _cut(
    blocks: Iterator[tuple[np.ndarray, np.ndarray]],
    size: int,
    shuffle: np.random.Generator | None = None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Blocks of any size to parts of one size, the last one smaller."""
    kept: list[tuple[np.ndarray, np.ndarray]] = []
    count = 0
    for block in blocks:
        kept.append(block)
        count += len(block[1])
        if count < size:
            continue
        x, y = _joined(kept, shuffle)
        whole = count - count % size
        for start in range(0, whole, size):
            yield x[start : start + size], y[start : start + size]
        kept, count = [(x[whole:], y[whole:])], count - whole
    if count:
        yield _joined(kept, shuffle)


def _joined(
    blocks: list[tuple[np.ndarray, np.ndarray]], shuffle: np.random.Generator | None
) -> tuple[np.ndarray, np.ndarray]:
    x, y = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    if shuffle is None:
        return x, y
    order = shuffle.permutation(len(y))
    return x[order], y[order]


def stream(path: str | Path, *, target: str | None = None) -> StreamedRows:
    """Rows on disk as the ``x`` of `learnable.fit`, which never holds them all.

    Parameters
    ----------
    path : str or Path
        A Parquet file whose columns besides the target are numbers; a folder with
        ``x.npy`` and ``y.npy``; or a folder with one folder of images a class.
    target : str, optional
        Column of the Parquet file to predict.

    Returns
    -------
    StreamedRows
        Features as Keras' ``floatx``, images as uint8; targets as they are, or class
        codes in the order of the labels where they are text.

    Raises
    ------
    BadData
        A column is not of numbers, or a target is missing.
    Misuse
    """
    stored = open_stored(Path(path), target)
    y = np.asarray(stored.answers)
    if y.dtype.kind not in "biuf":
        y = np.unique(y.astype(str), return_inverse=True)[1]
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        msg = f"the target {stored.name!r} is missing or infinite in some rows"
        raise BadData(f"{msg}; remove these rows from the file")
    return StreamedRows(stored, np.arange(stored.rows), y, _as_arrays)


def _as_arrays(x: Any, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    try:
        rows = np.asarray(x if isinstance(x, np.ndarray) else x.to_numpy("float64"))
    except (ValueError, TypeError) as error:
        msg = f"the columns are not all numbers: {error}"
        raise BadData(f"{msg}; `zoo train` encodes them, or write numbers") from error
    return (rows if rows.ndim > 2 else rows.astype(keras.config.floatx())), y
