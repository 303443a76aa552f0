"""Data in memory as a dataset: frames, arrays, pairs of them, ``tf.data.Dataset``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from .arrow_files import flatten_index
from .columns import check_width
from .dataset import ORDERED, Card, Dataset
from .errors import BadData, Misuse, first_line
from .files import TableReading
from .magnitude import TOLD, is_too_large
from .tables import Order, TableOptions, from_reading, from_series, task_note
from .target import encode_target

TABLE, _ARRAYS = "the table", "the arrays"
"""Names of data that are in no file."""
_SOURCE = "in memory"
STREAMED_ROWS = 100_000
"""Rows that are read of a ``tf.data.Dataset``, which may have no end ..."""
_MOST_BYTES = 2_000_000_000
"""... and what they may take."""
_MOST_NAMES = 20
"""A longer list of texts are targets, not their columns."""
_LARGEST = 100_000_000
"""Cells of a sparse matrix that are written out."""
_KINDS = (
    "a table (DataFrame), a pair (X, y) of arrays, a tf.data.Dataset, a path, a name "
    "of the catalog (learnable.list_datasets()) or what learnable.load gave"
)


def as_pair(data: Any, target: Any) -> tuple[Any, str | None]:
    """Return the data and the target's name; targets in an array go to the data.

    Raises
    ------
    Misuse
    """
    if target is None or isinstance(target, str):
        return data, target
    if isinstance(target, int | np.integer) and not isinstance(target, bool):
        return data, str(target)
    names = _names(target)
    if names and (isinstance(data, str) or as_frame(data) is not None):
        return data, ",".join(names)
    if isinstance(data, tuple | str) or hasattr(data, "element_spec"):
        kind = type(target).__name__
        msg = f"target is a {kind}, and the data have targets of their own"
        raise Misuse(f"{msg}; give the name of a column, or X and y as arrays")
    return (data, target), None


def _names(target: Any) -> list[str]:
    """Names of columns in a list or tuple, as few texts are; else none."""
    few = isinstance(target, list | tuple) and 0 < len(target) <= _MOST_NAMES
    names = [name for name in target if isinstance(name, str)] if few else []
    return names if few and len(names) == len(target) else []


def from_memory(data: Any, options: TableOptions, order: Order) -> Dataset:
    """The rows of data in memory.

    Parameters
    ----------
    data : DataFrame, (X, y), array, tf.data.Dataset
    options : TableOptions
    order : Order

    Raises
    ------
    Misuse, BadData
    """
    if options.task == "characters":
        raise Misuse("a text is read from a file; give its path with --task characters")
    if options.header is not None:
        raise Misuse("--header is for files, and the data are in memory; leave it out")
    notes: tuple[str, ...] = ()
    if hasattr(data, "element_spec"):
        data, notes = _from_tensorflow(data)
    frame = as_frame(data)
    if frame is None and isinstance(data, tuple | list) and len(data) == 2:
        x, y = data
        frame, options, more = _joined(x, y, options)
        notes = (*notes, *more)
    if frame is None and isinstance(data, np.ndarray) and data.ndim <= 2:
        frame = _from_array(data, "the array")
    if frame is None:
        raise Misuse(f"data must be {_KINDS}; got a {type(data).__name__}")
    made = frame if isinstance(frame, Dataset) else _from_frame(frame, options, order)
    card = replace(made.card, source=_SOURCE)
    return replace(made, card=card, notes=(*notes, *made.notes))


def frame_reading(frame: Any, options: TableOptions, *, dates: bool) -> TableReading:
    """A table in memory, its columns read as those of a file.

    Raises
    ------
    BadData, Misuse
    """
    check_width(TABLE, frame.shape[1])
    return options.convert(flatten_index(frame), TABLE, dates=dates)


def _from_frame(frame: pd.DataFrame, options: TableOptions, order: Order) -> Dataset:
    forecast = options.task == "forecast"
    if forecast and (options.drop or options.group):
        raise Misuse("--drop and --group do not go with a series; leave them out")
    if not forecast and (order.season or order.horizon or order.series):
        msg = "--season, --horizon and --series go with --task forecast"
        raise Misuse(f"{msg}; add it, or leave them out")
    reading = frame_reading(frame, options, dates=not forecast)
    if forecast:
        return from_series(TABLE, reading, options, order)
    return from_reading(TABLE, reading, options)


def as_frame(data: Any) -> pd.DataFrame | None:
    """A table of any library that narwhals reads, or one column; None for no table."""
    if isinstance(data, pd.DataFrame):
        return data
    if isinstance(data, pd.Series):
        return data.to_frame(str(data.name if data.name is not None else "value"))
    if isinstance(data, np.ndarray | str | bytes | tuple | list | Dataset):
        return None
    import narwhals as nw

    found: Any = nw.from_native(data, pass_through=True, allow_series=True)
    if isinstance(found, nw.LazyFrame):
        found = found.collect()
    if isinstance(found, nw.DataFrame):
        return found.to_pandas()
    if isinstance(found, nw.Series):
        return as_frame(found.to_pandas())
    return None


def _joined(
    x: Any, y: Any, options: TableOptions
) -> tuple[pd.DataFrame | Dataset, TableOptions, tuple[str, ...]]:
    """Features and targets as one table; images as a dataset."""
    if options.target is not None:
        msg = f"target is {options.target!r}, and y is given as well"
        raise Misuse(f"{msg}; leave target out, or give a table that has it")
    targets, notes = _targets(y)
    frame = as_frame(x)
    given = _array(x, "X") if frame is None else frame
    if len(given) != len(targets):
        msg = f"X has {len(given):,} rows and y has {len(targets):,}"
        raise BadData(f"{msg}; give as many in both")
    if isinstance(given, np.ndarray):
        if given.ndim > 2:
            return _from_images(given, targets, options), options, notes
        given = _from_array(given, "X")
    features = flatten_index(given).rename(columns=str)
    names = _free_names(list(targets.columns), list(features.columns))
    targets.columns = names
    joined = pd.concat([features.reset_index(drop=True), targets], axis=1)
    return joined, replace(options, target=",".join(names)), notes


def _free_names(names: list[str], taken: list[str]) -> list[str]:
    """Names of targets that no feature has, and without a comma."""
    plain = [name.replace(",", " ") for name in names]
    return [f"target {name}" if name in taken else name for name in plain]


def _targets(y: Any) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The targets as a table of one column or several; one-hot codes as classes."""
    frame = as_frame(y)
    if frame is not None:
        return frame.reset_index(drop=True).rename(columns=str), ()
    array = _array(y, "y")
    if array.ndim > 2:
        msg = f"y has shape {array.shape}; needed is one value a row, or a column for"
        raise BadData(f"{msg} each of several targets")
    if array.ndim == 2 and array.shape[1] > 1:
        if np.isin(array, (0, 1)).all() and (array.sum(axis=1) == 1).all():
            message = "y holds a 1 in one column of each row; the columns are classes"
            codes = array.argmax(axis=1).astype(str)
            return pd.DataFrame({"y": codes}), (message,)
        names = [f"y{i}" for i in range(array.shape[1])]
        return pd.DataFrame(array, columns=names), ()
    return pd.DataFrame({"y": array.ravel()}), ()


def _array(value: Any, name: str) -> np.ndarray:
    """An array of what is given; text of bytes is decoded.

    Raises
    ------
    BadData, Misuse
    """
    if hasattr(value, "toarray"):  # a sparse matrix of SciPy
        cells = int(np.prod(value.shape))
        if cells > _LARGEST:
            msg = f"{name} is sparse and has {cells:,} cells, too many to write out"
            raise BadData(f"{msg}; give fewer columns, or a dense array")
        value = value.toarray()
    if value is None or isinstance(value, str | bytes | Mapping):
        raise Misuse(f"{name} is a {type(value).__name__}; give an array or a table")
    try:
        array = np.asarray(value)
    # a type of somebody's own may raise anything: ragged lists, a tensor on a device
    except Exception as error:
        msg = f"{name} cannot be made an array: {first_line(error)}"
        raise BadData(f"{msg}; give all rows the same length") from error
    if array.ndim == 0 or not array.size:
        raise BadData(f"{name} is empty: its shape is {array.shape}; give rows")
    if array.dtype.kind == "S" or (
        array.dtype.kind == "O" and isinstance(array.flat[0], bytes)
    ):
        texts = [
            c.decode("utf-8", "replace") if isinstance(c, bytes) else c
            for c in array.ravel().tolist()
        ]
        return np.array(texts, dtype=object).reshape(array.shape)
    return array


def _from_array(array: np.ndarray, name: str) -> pd.DataFrame:
    """A table of an array of one or two axes; its columns are "0", "1", ..."""
    if array.dtype.kind not in "buifOUSMm":
        raise BadData(f"{name} has type {array.dtype}; give numbers or texts")
    check_width(name, array.shape[1] if array.ndim > 1 else 1)
    wide = array.reshape(len(array), -1)
    table = pd.DataFrame(wide, columns=[str(i) for i in range(wide.shape[1])])
    return table.infer_objects()


def _from_images(
    x: np.ndarray, targets: pd.DataFrame, options: TableOptions
) -> Dataset:
    """Rows that are arrays of more than one axis."""
    asked = {"drop": options.drop, "group": options.group, "missing": options.missing}
    odd = [
        name
        for name, given in (asked | {"drop_rows": options.drop_rows}).items()
        if given
    ]
    if odd or options.task in ORDERED:
        what = f"{odd[0]}=" if odd else f"task={options.task!r}"
        raise Misuse(f"{what} is for tables, and X has shape {x.shape}; leave it out")
    if x.dtype.kind not in "buif" or not np.isfinite(x).all() or is_too_large(x).any():
        msg = f"X has type {x.dtype} and shape {x.shape}; needed are numbers"
        raise BadData(f"{msg}, none missing, infinite or {TOLD}")
    if targets.shape[1] > 1 or targets.iloc[:, 0].isna().any():
        raise BadData("y must hold one value for each image, none of them missing")
    y, classes, found = encode_target(targets.iloc[:, 0], options.task)
    name = str(targets.columns[0])
    title = f"{len(x):,} rows of {_ARRAYS}"
    columns = int(np.prod(x.shape[1:]))
    card = Card(_ARRAYS, title, found, name, rows=len(x), columns=columns)
    return Dataset(x, y, card, classes, notes=task_note(found, options.task))


def _from_tensorflow(data: Any) -> tuple[Any, tuple[str, ...]]:
    """Rows of a ``tf.data.Dataset``, batched or not, as a pair (X, y).

    Raises
    ------
    BadData
    """
    spec = data.element_spec
    if not isinstance(spec, tuple) or not 2 <= len(spec) <= 3:
        msg = "the tf.data.Dataset gives no targets; its elements must be pairs (x, y)"
        raise BadData(f"{msg}, one a row or one a batch")
    is_batched = len(spec[1].shape) > 0
    parts: list[tuple[Any, Any]] = []
    rows = size = 0
    for element in _elements(data):
        x, y = element[0], np.asarray(element[1])
        x = {k: np.asarray(v) for k, v in x.items()} if isinstance(x, Mapping) else x
        if isinstance(x, tuple | list):
            msg = f"the tf.data.Dataset has {len(x)} inputs a row"
            raise BadData(f"{msg}; give one array, or a dict of columns")
        parts.append((x, y))
        rows += len(y) if is_batched else 1
        values = x.values() if isinstance(x, dict) else [x]
        size += sum(value.nbytes for value in values)
        if rows >= STREAMED_ROWS or size >= _MOST_BYTES:
            break
    if not parts:
        raise BadData("the tf.data.Dataset gives no rows; is its source empty?")
    join = np.concatenate if is_batched else np.stack
    xs, ys = zip(*parts, strict=True)
    message = f"the first {rows:,} rows of the tf.data.Dataset were read"
    notes = (message,) if rows >= STREAMED_ROWS or size >= _MOST_BYTES else ()
    if isinstance(xs[0], dict):
        columns = {key: join([x[key] for x in xs]) for key in xs[0]}
        frame = pd.DataFrame(
            {key: _array(v, key).ravel() for key, v in columns.items()}
        )
        return (frame, join(ys)), notes
    return (join(xs), join(ys)), notes


def _elements(data: Any) -> Iterable[tuple[Any, ...]]:
    """Elements as NumPy has them.

    Raises
    ------
    BadData
        A function of the dataset's own failed.
    """
    try:
        yield from data.as_numpy_iterator()
    # functions of the dataset's own raise what they like, TensorFlow errors of its own
    except Exception as error:
        msg = f"the tf.data.Dataset cannot be read: {first_line(error)}"
        raise BadData(msg) from error
