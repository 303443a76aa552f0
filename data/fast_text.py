"""Large plain tables in text, by pyarrow: the same table as pandas' own reader gives.

The first rows, read by pandas, give the types. What may come out otherwise than by
pandas is left to pandas.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, BinaryIO

import pandas as pd

if TYPE_CHECKING:
    import pyarrow as pa

LEAST_BYTES = 8_000_000
"""Bytes of text from which on it is worth while."""
PROCESSORS = 4
"""So many are needed: on one pandas takes half the time, on two as long."""
SAMPLE_ROWS = 2_000
_BLOCK = 1 << 22
_TRIES = 3
_LARGEST = 2.0**63
"""Whole numbers from here on are read by pandas in several ways."""
_TRUE, _FALSE = ("True", "TRUE", "true"), ("False", "FALSE", "false")
_COLUMN = re.compile(r"In CSV column #(\d+): [^']*invalid value '([^']*)'")
_DECIMAL = re.compile(r"-?\d+\.\d*")


def is_exact() -> bool:
    """Whether pandas rounds decimals to the nearest number, as pyarrow does."""
    major, minor = pd.__version__.split(".")[:2]
    return (int(major), int(minor)) >= (3, 1)


def is_faster(size: int) -> bool:
    """Whether a text of so many bytes is read faster, and alike."""
    import pyarrow as pa

    return size >= LEAST_BYTES and is_exact() and pa.cpu_count() >= PROCESSORS


def read_fast(
    stream: BinaryIO,
    sample: pd.DataFrame,
    separator: str,
    missing: Iterable[str],
    *,
    quotes: bool,
) -> pd.DataFrame | None:
    """A table whose rows begin where the stream stands.

    Parameters
    ----------
    stream : file of bytes
        In UTF-8, below the header.
    sample : DataFrame
        The first rows, by pandas.
    separator : str
        One character.
    missing : iterable of str
        Cells without a value.
    quotes : bool
        Whether there is any quote in the text.

    Returns
    -------
    DataFrame or None
        None where pandas may give something else.
    """
    import pyarrow as pa

    start, types = stream.tell(), _types(sample)
    for _ in range(_TRIES):
        if types is None:
            return None
        stream.seek(start)
        try:
            table = _read(stream, types, separator, missing, quotes)
        except pa.ArrowInvalid as error:
            types = _wider(types, str(error))
            continue
        if not all(_reads_alike(column) for column in table.columns):
            return None
        found = table.to_pandas(split_blocks=True, self_destruct=True)
        found.columns = sample.columns
        return found
    return None


def _types(sample: pd.DataFrame) -> list[Any] | None:
    """The type of each column as Arrow calls it; None where one has none."""
    import pyarrow as pa

    known = {"int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}
    known["str"] = pa.large_string()
    found = [known.get(str(dtype)) for dtype in sample.dtypes]
    texts = sample.select_dtypes("str")
    columns: list[pd.Series] = [texts.iloc[:, i] for i in range(texts.shape[1])]
    if None in found or any(_holds_long_number(column) for column in columns):
        return None
    return found


def _holds_long_number(column: pd.Series) -> bool:
    """Whether there is a whole number of 64 bits or more: it makes a text of all."""
    return bool(column.str.fullmatch(r"\s*[+-]?\d{18,}\s*").any())


def _read(
    stream: BinaryIO,
    types: list[Any],
    separator: str,
    missing: Iterable[str],
    quotes: bool,
) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv

    names = [str(i) for i in range(len(types))]
    return csv.read_csv(
        pa.PythonFile(stream, mode="r"),
        csv.ReadOptions(block_size=_BLOCK, column_names=names),
        csv.ParseOptions(delimiter=separator, newlines_in_values=quotes),
        csv.ConvertOptions(
            check_utf8=False,  # all bytes were decoded before
            column_types=dict(zip(names, types, strict=True)),
            null_values=list(missing),
            true_values=list(_TRUE),
            false_values=list(_FALSE),
            strings_can_be_null=True,
        ),
    )


def _wider(types: list[Any], message: str) -> list[Any] | None:
    """The types with decimals in the column of whole numbers that has one."""
    import pyarrow as pa

    found = _COLUMN.search(message)
    if not found or not _DECIMAL.fullmatch(found[2]):
        return None
    place = int(found[1])
    if types[place] != pa.int64():
        return None
    return [*types[:place], pa.float64(), *types[place + 1 :]]


def _reads_alike(column: pa.ChunkedArray) -> bool:
    """Whether pandas makes the same of all cells of a column.

    It makes objects of truth values with gaps, leaves out blanks before a text, and
    takes other words for NaN and infinity than Arrow.
    """
    import pyarrow as pa
    from pyarrow import compute

    call: Any = compute.call_function
    if column.type == pa.bool_():
        return column.null_count == 0
    if column.type == pa.float64():
        ends = call("min_max", [column]).as_py()
        low, high = ends["min"] or 0.0, ends["max"] or 0.0
        finite = low > -_LARGEST and high < _LARGEST
        return finite and not call("any", [call("is_nan", [column])]).as_py()
    if column.type == pa.large_string():
        first = call("utf8_slice_codeunits", [column], compute.SliceOptions(0, 1))
        blank = call("is_in", [first], compute.SetLookupOptions(pa.array([" ", "\t"])))
        return not call("any", [blank]).as_py()
    return True
