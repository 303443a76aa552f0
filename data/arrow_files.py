"""Tables as Arrow keeps them: Parquet, Feather, Arrow IPC."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import BadData, first_line

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def check_zones(metadata: Mapping[bytes, bytes] | None) -> None:
    """Refuse a file whose time zones name files, which pandas would open.

    Raises
    ------
    BadData
    """
    told = (metadata or {}).get(b"pandas", b"null")
    try:
        zones = "dateutil" in str(json.loads(told))  # JSON may spell it in other ways
    except (ValueError, RecursionError) as error:
        raise BadData("the file's notes for pandas are damaged") from error
    if zones:
        msg = "the file names a time zone by a file (dateutil); write the zone's name"
        raise BadData(f"{msg}, as Europe/Vienna")


def joined_names(columns: Sequence[Any]) -> list[str]:
    """Names of columns; those of several levels joined by ``_``.

    Of a file's schema, where pandas writes such a name as ``('y', 'c')``, and of its
    table alike.
    """
    return [_joined(column) for column in columns]


def _joined(column: Any) -> str:
    if isinstance(column, str) and column.startswith("(") and column.endswith(")"):
        try:
            levels = ast.literal_eval(column)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return column
        column = levels if isinstance(levels, tuple) else column
    if not isinstance(column, tuple):
        return str(column)
    return "_".join(str(level) for level in column if str(level))


def has_levels(metadata: Mapping[bytes, bytes] | None) -> bool:
    """Whether pandas wrote column names of several levels."""
    told = json.loads((metadata or {}).get(b"pandas", b"null"))
    levels = told.get("column_indexes") if isinstance(told, dict) else None
    return isinstance(levels, list) and len(levels) > 1


def read_parquet(path: Path) -> pd.DataFrame:
    """A table from a Parquet file.

    Raises
    ------
    BadData
    """
    import pandas as pd
    import pyarrow.parquet as pq

    try:
        check_zones(pq.read_schema(path).metadata)
        return flat(pd.read_parquet(path))
    except BadData:
        raise
    except Exception as error:  # a damaged file makes pyarrow raise nearly anything
        msg = f"{path.name} cannot be read as Parquet: {first_line(error)}"
        raise BadData(msg) from error


def read_arrow(path: Path) -> pd.DataFrame:
    """A table from a Feather or Arrow IPC file, or an Arrow stream.

    Raises
    ------
    BadData
    """
    try:
        return to_frame(open_arrow(path))
    except BadData:
        raise
    except Exception as error:  # a damaged file makes pyarrow raise nearly anything
        msg = f"{path.name} cannot be read as Arrow: {first_line(error)}"
        raise BadData(msg) from error


def open_arrow(path: Path) -> pa.Table:
    """The rows of an Arrow file of either form, or of the older Feather."""
    import pyarrow as pa
    from pyarrow import feather

    with pa.OSFile(str(path)) as file:
        start = file.read(8)
    if start.startswith((b"ARROW1", b"FEA1")):
        return feather.read_table(path, memory_map=False)
    with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as stream:
        return stream.read_all()


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Rows of Arrow as pandas has them.

    Raises
    ------
    BadData
        A time zone of theirs names a file.
    """
    check_zones(table.schema.metadata)
    return flat(table.to_pandas())


def flat(table: pd.DataFrame) -> pd.DataFrame:
    """A table without index, with one line of names, and numbers for decimals."""
    table = _without_decimals(table.reset_index(drop=True))
    if table.columns.nlevels > 1:
        table.columns = joined_names(list(table.columns))
    return table


def _without_decimals(table: pd.DataFrame) -> pd.DataFrame:
    """Decimals of Python, as a database writes them, become floating point numbers."""
    from pandas.api import types as pd_types

    places = [i for i, d in enumerate(table.dtypes) if pd_types.is_object_dtype(d)]
    for i in places:
        column = table.iloc[:, i]
        first = column.first_valid_index()
        if first is not None and isinstance(column[first], Decimal):
            table.isetitem(i, column.astype("float64"))
    return table
