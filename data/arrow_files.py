"""Tables as Arrow keeps them: Parquet, Feather, Arrow IPC."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
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
    metadata_json = (metadata or {}).get(b"pandas", b"null")
    try:
        zones = "dateutil" in str(
            json.loads(metadata_json)
        )  # JSON may spell it in other ways
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
    facts = json.loads((metadata or {}).get(b"pandas", b"null"))
    levels = facts.get("column_indexes") if isinstance(facts, dict) else None
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
        return flatten_index(pd.read_parquet(path))
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
    return flatten_index(table.to_pandas())


def flatten_index(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose index is left out unless it holds times; with one line of names."""
    index = table.index
    table = table.reset_index(drop=True)
    if table.columns.nlevels > 1:
        table.columns = joined_names(list(table.columns))
    return _with_times(table, index)


def _with_times(table: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """A table with the columns of an index of times before its own."""
    import pandas as pd

    levels = [index.get_level_values(i) for i in range(index.nlevels)]
    kinds = (pd.DatetimeIndex, pd.PeriodIndex)
    if not any(isinstance(level, kinds) for level in levels):
        return table
    taken = {str(name) for name in table.columns}
    for place, level in enumerate(levels):
        name = str(level.name if level.name is not None else "index")
        if name not in taken:
            is_period = isinstance(level, pd.PeriodIndex)
            column = level.to_timestamp() if is_period else level
            table.insert(min(place, table.shape[1]), name, column.to_numpy())
    return table
