"""Tables in SQLite files, opened for reading alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from .errors import BadData, Misuse, first_line

if TYPE_CHECKING:
    import pandas as pd

_TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' "
    "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
    "AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY rowid"
)
"""Tables with rows of their own: views and virtual tables call functions."""


def read_database(path: Path, table: str | None) -> tuple[pd.DataFrame, list[str]]:
    """One table of an SQLite file.

    Parameters
    ----------
    path : Path
        Neither it nor a file beside it is written.
    table : str, optional
        Needed where there is more than one.

    Raises
    ------
    BadData
        It is no SQLite file, is open for writing elsewhere, or is damaged.
    Misuse
        There are several tables, or none of the name given.
    """
    import pandas as pd

    _check_closed(path)
    address = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            names = [str(name) for (name,) in connection.execute(_TABLES)]
            chosen = _choose(path.name, table, names)
            rows = connection.execute(f'SELECT * FROM "{_quoted(chosen)}"')
            columns = [str(column[0]) for column in rows.description]
            content = pd.DataFrame.from_records(rows.fetchall(), columns=columns)
            return content, []
    except (sqlite3.Error, OverflowError, ValueError) as error:
        msg = f"{path.name} cannot be read as SQLite: {first_line(error)}"
        raise BadData(msg) from error


def _quoted(name: str) -> str:
    return name.replace('"', '""')


def _check_closed(path: Path) -> None:
    for ending in ("-wal", "-journal"):
        beside = path.with_name(path.name + ending)
        if beside.is_file() and beside.stat().st_size:
            msg = f"{path.name} has changes that are not in it yet ({beside.name})"
            raise BadData(f"{msg}; close the program that writes it")


def _choose(file: str, table: str | None, names: list[str]) -> str:
    if not names:
        raise BadData(f"{file} holds no table; create one, or give another file")
    if table in names:
        return str(table)
    if table is None and len(names) == 1:
        return names[0]
    message = f"no table {table!r}" if table else f"{len(names):,} tables"
    shown = ", ".join(names[:10]) + (" ..." if len(names) > 10 else "")
    msg = f"{file} holds {message}: {shown}; choose one, as '{file}#{names[0]}'"
    raise Misuse(msg)
