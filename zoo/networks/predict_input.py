"""Rows to ask a saved network about: from a file, from lines, or typed in."""

from __future__ import annotations

import warnings
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...data.date_columns import parse_cells
from ...data.encode import to_matrix
from ...data.errors import BadData, Misuse
from ...data.files import check_path, load_arrays, read_rows, read_table, suffix
from ...data.magnitude import LARGEST, TOLD, is_too_large
from ..run_files import Inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


_TRUTH = {
    "true": True,
    "false": False,
    "1": True,
    "0": False,
    "1.0": True,
    "0.0": False,
}


def rows_from_file(path: Path, inputs: Inputs) -> pd.DataFrame | np.ndarray:
    """Rows of a table, NPZ file, image or folder of images, as the network needs them.

    Raises
    ------
    ZooError
        The file cannot be read, or its columns are not the network's.
    """
    if not inputs.columns and (images := _images(path, inputs)) is not None:
        return images
    check_path(path)
    if suffix(path) == ".npz":
        return _arrays(path, inputs)
    _check_table(inputs)
    header = _header(path, inputs)
    table, _ = read_table(path, header=header)
    written = read_rows(path, header=header, as_written=True).table
    # of a few rows more columns look like numbers than of all: 12a, where others are 7b
    texts = {c: written[c] for c in _text_columns(written, inputs)}
    return fit_columns(table.assign(**texts), inputs)


def _images(path: Path, inputs: Inputs) -> np.ndarray | None:
    """Rows of an image or a folder of them; None for another file."""
    from ...data.images import ENDINGS, read_images  # with Pillow, no need of tables

    is_image = path.is_file() and path.suffix.lower() in ENDINGS
    if not (is_image or path.is_dir()):
        return None
    x = read_images(path, inputs.shape)
    _check_range(x, inputs)
    return x


def _text_columns(table: pd.DataFrame, inputs: Inputs) -> list[str]:
    """Columns of the rows that are no numbers in the network's."""
    kinds = dict(zip(inputs.columns, inputs.types, strict=True))
    if len(kinds) == table.shape[1] and not kinds.keys() & set(table.columns):
        kinds = dict(zip(table.columns, inputs.types, strict=True))
    return [c for c in table.columns if kinds.get(c.strip()) in ("str", "object")]


def _check_table(inputs: Inputs) -> None:
    if not inputs.columns:
        msg = f"{inputs.dataset} has images of shape {inputs.shape}"
        msg = f"{msg}; give an image, a folder of images, or an NPZ file with an"
        raise Misuse(f"{msg} array x of such images")


def _header(path: Path, inputs: Inputs) -> bool | None:
    """Whether a text file's first line holds names; None leaves it to be found out."""
    if suffix(path) == ".parquet":
        return None
    table = read_rows(path, header=False, as_written=True).table
    if _names_any(table.iloc[0].astype(str), inputs):
        return True
    return None if len(table) > 1 else False


def _names_any(cells: Iterable[str], inputs: Inputs) -> bool:
    """Whether one of the cells names a column.

    Columns of a table without names are called 0, 1, ...: such cells are values.
    """
    names = {c.strip() for i, c in enumerate(inputs.columns) if c != str(i)}
    return any(cell.strip() in names for cell in cells)


def rows_from_text(text: str, inputs: Inputs) -> pd.DataFrame:
    """Rows of comma-separated lines, with or without a line of names first.

    Raises
    ------
    BadData
        No lines, or other columns than the network's.
    """
    _check_table(inputs)
    if not text.strip():
        msg = "no rows were given on standard input"
        raise BadData(f"{msg}; give one line per row: {','.join(inputs.columns)}")
    named = _names_any(text.strip().splitlines()[0].split(","), inputs)
    return fit_columns(_read_lines(text, header=0 if named else None), inputs)


def _read_lines(text: str, header: int | None) -> pd.DataFrame:
    """Cells as text, so that 007 stays what it is; empty ones and ``?`` are missing."""
    try:
        with warnings.catch_warnings():
            # pandas would cut cells off the lines that are longer than the header
            warnings.simplefilter("error", pd.errors.ParserWarning)
            table = pd.read_csv(
                StringIO(text),
                header=header,
                index_col=False,
                dtype=str,
                na_values=["?"],
                skipinitialspace=True,
            )
    except (ValueError, pd.errors.ParserWarning) as error:
        msg = f"standard input cannot be read as a table: {error}"
        raise BadData(" ".join(msg.split())) from error
    return table.rename(columns=str)


def read_row(inputs: Inputs, prompt: Callable[[str], str]) -> pd.DataFrame:
    """One row, a feature at a time.

    Parameters
    ----------
    prompt : callable
        From a column's name to what was typed.
    """
    _check_table(inputs)
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
    if table.empty:
        msg = "there are no rows to predict"
        raise BadData(f"{msg}; the network needs the columns {', '.join(wanted)}")
    spelt = {name.strip(): name for name in wanted}
    table = table.rename(columns=lambda name: spelt.get(name.strip(), name))
    if set(wanted) <= set(table.columns):
        table = table.loc[:, wanted]
    elif set(wanted) & set(table.columns) or table.shape[1] != len(wanted):
        missing = [c for c in wanted if c not in table.columns]
        msg = f"the rows have {table.shape[1]} columns"
        msg = f"{msg}, and the network needs {len(wanted)}"
        raise BadData(f"{msg}; missing are {', '.join(missing[:10])}")
    else:
        table = table.set_axis(wanted, axis=1)
    columns: Any = [table[c] for c in wanted]
    dated = [inputs.date_formats.get(c, ()) for c in wanted]
    typed = map(_convert_column, columns, inputs.types, dated)
    rows = pd.DataFrame(dict(zip(wanted, typed, strict=True)))
    _check_numbers(rows)
    _check_range(rows, inputs)
    return rows


def _convert_column(column: pd.Series, kind: str, dated: tuple[str, ...]) -> pd.Series:
    """A column in the type it was trained with; numbers and truth values as floats."""
    if dated and not pd.api.types.is_datetime64_any_dtype(column):
        dates = pd.Series(parse_cells(column, (*dated, "ISO8601")), column.index)
        _check_read(column, dates.isna(), "a date in the form trained on")
        return dates
    if kind.startswith(("int", "uint", "float", "Int", "Float", "UInt")):
        numbers: Any = pd.to_numeric(column, errors="coerce")
        _check_read(column, numbers.isna(), "a number")
        return numbers.astype("float64")
    if kind in ("bool", "boolean"):
        known = column.map(_to_bool)
        _check_read(column, known.isna(), "true or false")
        return known.astype("float64")
    if kind == "object":
        return _as_objects(column)
    if kind in ("str", "string"):
        return column.where(column.isna(), _as_text(column)).astype(kind)
    try:
        return column.astype(kind)  # type: ignore[call-overload]  (a name of a dtype)
    except (ValueError, TypeError) as error:
        msg = f"the column {column.name} cannot be read as {kind}: {error}"
        raise BadData(msg) from error


def _check_read(column: pd.Series, unread: pd.Series, needed: str) -> None:
    """Refuse a column with a value that is there and could not be read."""
    bad = np.flatnonzero(unread & column.notna())
    if len(bad):
        msg = f"row {bad[0] + 1}: {column.name} is {str(column.iloc[bad[0]])!r}"
        raise BadData(f"{msg}; {needed} is needed")


def _to_bool(value: Any) -> Any:
    """True, False, or None where the value is neither."""
    return _TRUTH.get(str(value).strip().lower())


def _as_text(column: pd.Series) -> pd.Series:
    """Text; a whole number beside gaps is 12 and not 12.0."""
    if not pd.api.types.is_float_dtype(column.dtype):
        return column.astype(str)
    return column.map(lambda v: str(int(v)) if v == v // 1 else str(v))


def _as_objects(column: pd.Series) -> pd.Series:
    """Truth values beside gaps, dates, and text in older versions of pandas."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.astype("object")
    if pd.api.types.is_numeric_dtype(column.dtype):
        column = column.where(column.isna(), _as_text(column))
    said = {"true": True, "false": False}
    return column.astype("object").map(lambda v: said.get(str(v).lower(), v))


def _check_numbers(rows: pd.DataFrame) -> None:
    numbers = rows.select_dtypes("number")
    large = np.argwhere(is_too_large(numbers.to_numpy(dtype="float64")))
    if len(large):
        row, column = large[0]
        msg = f"row {row + 1}: {numbers.columns[column]} is infinite or above"
        raise BadData(f"{msg} {LARGEST:g}; another number is needed")


def _check_range(rows: pd.DataFrame | np.ndarray, inputs: Inputs) -> None:
    if inputs.feature_range is None:
        return
    low, high = inputs.feature_range
    x = np.asarray(rows)
    outside = np.argwhere((x < low) | (x > high))
    if len(outside):
        row, *where = map(int, outside[0])
        what = inputs.columns[where[0]] if inputs.columns else f"pixel {tuple(where)}"
        msg = f"row {row + 1}: {what} is {x[tuple(outside[0])]:g}"
        raise BadData(f"{msg}; allowed are {low:g} to {high:g}")


def _arrays(path: Path, inputs: Inputs) -> pd.DataFrame | np.ndarray:
    arrays = load_arrays(path)
    if "x" not in arrays:
        msg = f"{path.name} has the arrays {', '.join(arrays) or '(none)'}"
        raise BadData(f"{msg}; it needs x, the rows to predict")
    x = arrays["x"]
    if inputs.columns and x.ndim == 2:
        return fit_columns(pd.DataFrame(x).rename(columns=str), inputs)
    if x.dtype.kind not in "buif" or not x.size or x.shape[1:] != inputs.shape:
        msg = f"{path.name} has x of shape {x.shape} and type {x.dtype}"
        raise BadData(f"{msg}; it needs numbers of shape (rows, {_sizes(inputs)})")
    if is_too_large(x).any():
        raise BadData(f"{path.name}: x has {TOLD}; replace these values")
    _check_range(x, inputs)
    return x


def _sizes(inputs: Inputs) -> str:
    return ", ".join(map(str, inputs.shape))


def predict_rows(
    model: Any, encoder: Any, rows: pd.DataFrame | np.ndarray
) -> np.ndarray:
    """Outputs of a served model, of shape (n_rows, n_classes) or (n_rows, 1).

    Raises
    ------
    BadData
        A value is missing where the training rows had none.
    """
    from .estimators import predict  # rows are read without Keras

    matrix = to_matrix(encoder, rows)
    if matrix.dtype == object:
        from .estimators import predict_texts

        return predict_texts(model, matrix)
    if matrix.dtype.kind == "f" and not np.isfinite(matrix).all():
        row, column = np.argwhere(~np.isfinite(matrix))[0][:2]
        what = f"a value of column {column + 1}"
        if encoder is None and isinstance(rows, pd.DataFrame):
            what = rows.columns[column]
        msg = (
            f"row {row + 1}: {what} is missing, and no training row had missing values"
        )
        raise BadData(f"{msg}; fill it in")
    return predict(model, matrix)


def series_from_file(path: Path, inputs: Inputs) -> np.ndarray:
    """Values of the target's column of a table, in the order of its rows.

    Raises
    ------
    ZooError
        The file cannot be read, lacks the column, or holds what is no number.
    """
    check_path(path)
    return _values(read_table(path)[0], inputs, path.name)


def series_from_text(text: str, inputs: Inputs) -> np.ndarray:
    """Values of lines: one number a line, with or without a line of names.

    Raises
    ------
    BadData
    """
    if not text.strip():
        msg = "no values were given on standard input"
        raise BadData(f"{msg}; give one number per line, the latest last")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    # a column without a name of its own is called by a number, as values are
    if lines[0] in inputs.targets and not lines[0].isdigit():
        lines = lines[1:]
    return _values(pd.DataFrame({"value": lines}), inputs, "standard input")


def _values(table: pd.DataFrame, inputs: Inputs, where: str) -> np.ndarray:
    name = next((t for t in inputs.targets if t in table.columns), table.columns[-1])
    read: Any = pd.to_numeric(table[name], errors="coerce")
    numbers = np.asarray(read, dtype="float64")
    bad = np.flatnonzero(np.isnan(numbers) | is_too_large(numbers))
    if len(bad) or not len(numbers):
        what = (
            f"value {bad[0] + 1} is not a number" if len(bad) else "there is no value"
        )
        raise BadData(f"{where}, {name}: {what}; give numbers without gaps")
    return numbers
