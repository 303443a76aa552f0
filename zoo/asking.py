"""Rows to ask a saved network about: from a file, from lines, or typed in."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..data.encode import to_matrix
from ..data.errors import BadData, Misuse
from ..data.files import check_path, read_table, suffix
from .run import Inputs

if TYPE_CHECKING:
    from collections.abc import Callable


def rows_from_file(path: Path, inputs: Inputs) -> pd.DataFrame | np.ndarray:
    """Rows of a CSV, TSV, Parquet or NPZ file, in the form the network needs.

    Raises
    ------
    ZooError
        The file cannot be read, or its columns are not the network's.
    """
    check_path(path)
    if suffix(path) == ".npz":
        return _arrays(path, inputs)
    if not inputs.columns:
        msg = f"{inputs.dataset} holds images of shape {inputs.shape}"
        raise Misuse(f"{msg}; give an NPZ file with an array x of such images")
    table, _ = read_table(path, header=_names_columns(path, inputs))
    return fit_columns(table, inputs)


def _names_columns(path: Path, inputs: Inputs) -> bool | None:
    """A text file has a header if its first line names one of the columns."""
    if suffix(path) == ".parquet":
        return None
    table, _ = read_table(path, header=True)
    return bool(set(table.columns) & set(inputs.columns)) or None


def rows_from_text(text: str, inputs: Inputs) -> pd.DataFrame:
    """Rows of comma-separated lines, with or without a line of names first.

    Raises
    ------
    BadData
        No lines, or other columns than the network's.
    """
    if not inputs.columns:
        msg = f"{inputs.dataset} holds images of shape {inputs.shape}"
        raise Misuse(f"{msg}; give an NPZ file with an array x of such images")
    if not text.strip():
        msg = "no rows were given on standard input"
        raise BadData(f"{msg}; one line a row: {','.join(inputs.columns)}")
    first = {cell.strip() for cell in text.strip().splitlines()[0].split(",")}
    header = 0 if first & set(inputs.columns) else None
    try:
        table = pd.read_csv(
            StringIO(text), header=header, na_values=["?"], skipinitialspace=True
        )
    except pd.errors.ParserError as error:
        msg = f"the lines on standard input are no table: {error}"
        raise BadData(" ".join(msg.split())) from error
    return fit_columns(table.rename(columns=str), inputs)


def ask_for_row(inputs: Inputs, prompt: Callable[[str], str]) -> pd.DataFrame:
    """One row, a feature at a time.

    Parameters
    ----------
    prompt : callable
        From a column's name to what was typed.
    """
    if not inputs.columns:
        msg = f"{inputs.dataset} holds images of shape {inputs.shape}"
        raise Misuse(f"{msg}; give an NPZ file with an array x of such images")
    line = {name: [prompt(name).strip()] for name in inputs.columns}
    table = pd.DataFrame(line).replace(["", "?"], np.nan)
    return fit_columns(table, inputs)


def fit_columns(table: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """The network's columns, in its order and types.

    A table with other names but the right number of columns is taken in its order.

    Raises
    ------
    BadData
    """
    wanted = list(inputs.columns)
    if set(wanted) <= set(table.columns):
        table = table[wanted]
    elif set(wanted) & set(table.columns) or table.shape[1] != len(wanted):
        missing = [c for c in wanted if c not in table.columns]
        msg = f"the rows have {table.shape[1]} columns and the network needs {len(wanted)}"
        raise BadData(f"{msg}; missing are {', '.join(missing[:10])}")
    else:
        table = table.set_axis(wanted, axis=1)
    typed = {c: _typed(table[c], t) for c, t in zip(wanted, inputs.types, strict=True)}
    rows = pd.DataFrame(typed)
    _check_range(rows, inputs)
    return rows


def _typed(column: pd.Series, kind: str) -> pd.Series:
    if kind.startswith(("int", "uint", "float", "Int", "Float", "UInt")):
        numbers = pd.to_numeric(column, errors="coerce")
        bad = column[numbers.isna() & column.notna()]
        if len(bad):
            msg = f"row {bad.index[0] + 1}: {column.name} is {bad.iloc[0]!r}"
            raise BadData(f"{msg}; a number is needed")
        return numbers.astype("float64")
    if kind in ("object", "str", "string"):
        return column.where(column.isna(), column.astype(str)).astype(kind)
    try:
        return column.astype(kind)  # type: ignore[call-overload]
    except (ValueError, TypeError) as error:
        msg = f"the column {column.name} cannot be read as {kind}: {error}"
        raise BadData(msg) from error


def _check_range(rows: pd.DataFrame, inputs: Inputs) -> None:
    numbers = rows.select_dtypes("number")
    infinite = np.argwhere(np.isinf(numbers.to_numpy(dtype="float64")))
    if len(infinite):
        row, column = infinite[0]
        msg = f"row {row + 1}: {numbers.columns[column]} is infinite"
        raise BadData(f"{msg}; a number is needed")
    if inputs.feature_range is None:
        return
    low, high = inputs.feature_range
    outside = np.argwhere(~numbers.apply(lambda c: c.between(low, high)).to_numpy())
    if len(outside):
        row, column = outside[0]
        msg = f"row {row + 1}: {rows.columns[column]} is {rows.iloc[row, column]:g}"
        raise BadData(f"{msg}; allowed are {low:g} to {high:g}")


def _arrays(path: Path, inputs: Inputs) -> pd.DataFrame | np.ndarray:
    try:
        with np.load(path, allow_pickle=False) as archive:
            x = archive["x"]
    except (OSError, ValueError, KeyError, EOFError) as error:
        msg = f"{path.name} holds no array x: {error}"
        raise BadData(" ".join(msg.split())) from error
    if inputs.columns and x.ndim == 2:
        return fit_columns(pd.DataFrame(x).rename(columns=str), inputs)
    if x.shape[1:] != inputs.shape:
        msg = f"{path.name} holds rows of shape {x.shape[1:]}"
        raise BadData(f"{msg}; the network needs {inputs.shape}")
    return x


def ask(model: Any, encoder: Any, rows: pd.DataFrame | np.ndarray) -> np.ndarray:
    """Outputs of a served model, of shape (n_rows, n_classes) or (n_rows, 1).

    Raises
    ------
    BadData
        A value is missing where the training rows had none.
    """
    matrix = to_matrix(encoder, rows)
    if matrix.dtype.kind == "f" and not np.isfinite(matrix).all():
        row, column = np.argwhere(~np.isfinite(matrix))[0][:2]
        msg = f"row {row + 1}: a value is missing (column {column + 1})"
        raise BadData(f"{msg}, and the rows trained on had none missing")
    outputs = model.predict(matrix, batch_size=4_096, verbose=0)
    return np.asarray(outputs, dtype="float64")
