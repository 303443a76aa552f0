"""Columns of a table that are dates in text: made dates, with a note on each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from .counts import count_of
from .date_forms import NEARLY, PERIODS, TimeReading, parse, plain_cell, readings
from .errors import ZooError
from .steps import choose_reading
from .target import find_targets

LEAST_READ = 0.95
"""Share of cells that must be dates for the others to be taken for missing."""
_YEARS = np.array(["1600", "2200"], "datetime64[us]")
"""What lies outside is no date of a table."""
_ORDERS = ("day first", "month first")
_EVEN = 0.5
"""Share of equal steps from which on they tell the order of day and month."""


@dataclass
class DateColumns:
    """A table whose dates in text became dates, and how they were read.

    Parameters
    ----------
    table : DataFrame
    notes : dict of str to tuple of str
        By the names of the columns.
    formats : dict of str to tuple of str
        Of `strptime`, by the names of the columns that became dates.
    """

    table: pd.DataFrame
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    formats: dict[str, tuple[str, ...]] = field(default_factory=dict)


def read_dates(table: pd.DataFrame, target: str | None = None) -> DateColumns:
    """Make dates of the columns of text whose cells are dates.

    Plain numbers (20150131) stay what they are, and so do months without a year.

    Parameters
    ----------
    table : DataFrame
    target : str, optional
        As ``--target`` has it: its columns stay what they are.
    """
    found, keep = DateColumns(table), _targets(target, list(table.columns))
    columns: dict[str, Any] = dict(table.items())  # type: ignore[arg-type]  (names are text)
    texts = [
        str(name)
        for name, kind in table.dtypes.items()
        if _may_be_text(kind) and name not in keep
    ]
    read = {name: _readings(columns[name]) for name in texts}
    known = {name: likely for name, likely in read.items() if likely}
    orders = {r[0].name for r in known.values() if len(r) == 1 and r[0].name in _ORDERS}
    made = {}
    for name, likely in known.items():
        reading, others = _choose_reading(likely, orders, columns[name])
        note, moments = _judged(reading, columns[name])
        if moments is not None:
            made[name] = moments
            found.formats[name] = reading.formats
            if others:
                note = f"{note}; {' or '.join(others)} would fit as well"
        found.notes[name] = (note,)
    if made:
        found.table = table.assign(**made)
    return found


def _targets(target: str | None, columns: list[str]) -> list[str]:
    try:
        return find_targets(target, columns, "the table")
    except ZooError:  # whoever needs the target says what is wrong
        return []


def _may_be_text(kind: object) -> bool:
    return isinstance(kind, pd.StringDtype) or kind == np.dtype("object")


def _readings(column: pd.Series) -> list[TimeReading]:
    """Readings of a column of text, one for each form that it may have."""
    likely = {
        reading.name: reading for reading in reversed(readings(column, vague=False))
    }
    found = [_within(r) for r in likely.values() if not _are_spans(r)]
    there = column.notna().to_numpy()
    return [r for r in found if (~np.isnat(r.moments[there])).mean() >= NEARLY]


def _within(reading: TimeReading) -> TimeReading:
    least, most = _YEARS
    fits = (reading.moments >= least) & (reading.moments < most)
    none = np.datetime64("NaT", "us")
    moments = np.where(fits, reading.moments, none)
    return TimeReading(reading.name, moments, reading.formats)


def _are_spans(reading: TimeReading) -> bool:
    """Whether 2009-10 and 2010-11 are all from one year to the next, no months."""
    if reading.formats != ("%Y-%m",):
        return False
    months = np.unique(reading.moments[~np.isnat(reading.moments)])
    since = months.astype("datetime64[M]").astype("int64") + 12 * 1970
    return len(since) > 1 and bool((since % 12 + 1 == (since // 12 + 1) % 100).all())


def _choose_reading(
    likely: list[TimeReading], orders: set[str], column: pd.Series
) -> tuple[TimeReading, list[str]]:
    """The likeliest reading and the names of others that fit as well.

    Of day and month the order is that of the table's other columns; or what makes steps
    equal; or, as is usual, day first with dots and month first with strokes.
    """
    if len(likely) == 1:
        return likely[0], []
    named = {reading.name: reading for reading in likely}
    if len(orders) == 1 and orders <= named.keys():
        return named[orders.pop()], []
    best, rivals = choose_reading(likely)
    if rivals or _evenness(best) < _EVEN:
        dotted = column.dropna().iloc[:1].str.contains(".", regex=False).any()
        usual = _ORDERS[0] if dotted else _ORDERS[1]
        best = named.get(usual, best)
    return best, sorted(named.keys() - {best.name})


def _evenness(reading: TimeReading) -> float:
    steps = np.diff(np.unique(reading.moments[~np.isnat(reading.moments)]))
    counts = np.unique(steps, return_counts=True)[1]
    return float(counts.max(initial=0) / max(1, counts.sum()))


def _judged(reading: TimeReading, column: pd.Series) -> tuple[str, np.ndarray | None]:
    """A note on a column, and its dates; None where too many cells are none."""
    there = column.notna().to_numpy()
    odd = there & np.isnat(reading.moments)
    what = reading.name if reading.name in PERIODS else f"dates, {reading.name}"
    if not odd.any():
        return f"read as {what}", reading.moments
    cell = str(column.iloc[int(odd.argmax())])
    if odd.sum() <= (1 - LEAST_READ) * there.sum():
        message = count_of(int(odd.sum()), int(there.sum()), "cell is", "cells are")
        message = f"{message} none ({cell!r}) and missing"
        return f"read as {what}; {message}", reading.moments
    message = count_of(
        int((there & ~odd).sum()), int(there.sum()), "cell is", "cells are"
    )
    return f"{message} {what}; the others ({cell!r}) keep it text", None


def parse_cells(column: pd.Series, formats: tuple[str, ...]) -> np.ndarray:
    """The cells of a column as dates of known formats, datetime64[us]; NaT for none."""
    cells = column.astype("string").str.strip().fillna("")
    return parse([plain_cell(str(cell)) for cell in cells], formats)
