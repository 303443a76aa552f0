"""Several series in one table: which column parts them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from .date_forms import is_calendar
from .errors import BadData
from .times import Times, has_duplicates

LEAST_STEPS = 5
"""Rows that each of several series has at least, in the middle."""
_TRIED = 12
"""Columns that are tried, also two together; those with the fewest values first."""
_COUNTED = 0.9
"""Share of steps of 1 from which on whole numbers count the rows of each series."""


def refuse_panel(table: pd.DataFrame, times: Times, name: str) -> None:
    """Refuse several series below each other, or among each other.

    Parameters
    ----------
    table : DataFrame
        Without the target.
    times : Times
    name : str
        Of the file.

    Raises
    ------
    BadData
        A time comes twice, or a count starts again, and a column parts the series.
    """
    if times.unit == "row":
        found = _counted(table)
        if found is None:
            return
        parts, column = found
        message = f"column {column!r} counts the rows of each"
    else:
        if not has_duplicates(times.places):
            return
        others = [c for c in table if str(c) not in times.column]
        parts = find_panel_columns(table.loc[:, others], times.places)
        if not parts:
            return
        twice = pd.Series(times.places).duplicated()
        message = f"{times.names[int(twice.argmax())]!r} in column {times.column!r}"
        message = f"{message} comes again in row {int(twice.argmax()) + 1}"
    count = len(table[parts].drop_duplicates())
    asked = ",".join(parts)
    msg = (
        f"{name} holds {count:,} series, one for each {' and '.join(parts)} ({message})"
    )
    msg = f"{msg}: write --series {asked!r} to forecast each, scored together"
    raise BadData(f"{msg}, or keep the rows of one")


def find_panel_columns(table: pd.DataFrame, places: np.ndarray) -> list[str]:
    """The column, or the two, in whose series no time comes twice; [] where none does.

    Columns of text come before those of whole numbers, and those with few values first.
    """
    for names in _combined(table):
        codes = series_codes(table, names)
        sizes = np.bincount(codes[codes >= 0])
        long = len(sizes) > 1 and np.median(sizes) >= LEAST_STEPS
        if long and not has_duplicates(places, codes):
            return names
    return []


def _combined(table: pd.DataFrame) -> Iterator[list[str]]:
    counts = {
        str(name): (pd.api.types.is_numeric_dtype(column), column.nunique())
        for name, column in table.items()
        if not pd.api.types.is_float_dtype(column) and column.notna().all()
    }
    likely = [name for name, (_, count) in counts.items() if 1 < count < len(table)]
    likely = sorted(likely, key=lambda name: counts[name])[:_TRIED]
    yield from ([name] for name in likely)
    yield from map(list, combinations(likely, 2))


def series_codes(table: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    """The number of each row's series, in the order in which they come; -1 for none."""
    if len(names) == 1:
        return pd.factorize(table[names[0]])[0]
    keys: Any = table.groupby(list(names), sort=False, dropna=True).ngroup()
    return keys.fillna(-1).to_numpy("int64")


def _counted(table: pd.DataFrame) -> tuple[list[str], str] | None:
    """Columns that part the series, and one of whole numbers that counts their rows."""
    texts = [
        name
        for name, column in table.items()
        if not pd.api.types.is_numeric_dtype(column) and not is_calendar(column)
    ]
    for name, column in table.items():
        whole = pd.api.types.is_integer_dtype(column) and column.notna().all()
        if not whole or column.is_unique:
            continue
        numbers = column.to_numpy("int64")
        parts = find_panel_columns(table.loc[:, texts], numbers)
        if parts and counts_rows(numbers, series_codes(table, parts)):
            return parts, str(name)
    return None


def counting_column(table: pd.DataFrame, codes: np.ndarray) -> tuple[str, np.ndarray]:
    """The column of whole numbers that counts the rows of each series, and its cells.

    Without any, "" and the numbers of the rows in their series.
    """
    for name, column in table.items():
        if pd.api.types.is_integer_dtype(column) and column.notna().all():
            numbers = column.to_numpy("int64")
            if not has_duplicates(numbers, codes) and counts_rows(numbers, codes):
                return str(name), numbers
    return "", pd.Series(codes).groupby(codes).cumcount().to_numpy()


def counts_rows(numbers: np.ndarray, codes: np.ndarray) -> bool:
    """Whether whole numbers rise by 1 from row to row of each series."""
    order = np.lexsort((numbers, codes))
    same = np.diff(codes[order]) == 0
    return bool((np.diff(numbers[order])[same] == 1).mean() >= _COUNTED)
