"""The times of a series' rows, read from whatever columns a file has for them.

Several columns may be one time: a date and an hour, a year and a month.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from .date_forms import NEARLY, month_number, parse, plain_cell, readings
from .errors import BadData
from .steps import DAY, SECOND, choose_reading, to_positions

_NAMED = re.compile(r"year|date|time|stamp|unix|month|week|period|^day$|^t$|^ts$|^ds$")
"""Names of columns of numbers that may be times."""


@dataclass(frozen=True)
class Times:
    """When each row was.

    Parameters
    ----------
    places : int array of shape (n,)
        Months since year 0, microseconds since 1970, working days since 1970, or
        numbers of the rows.
    unit : {"month", "microsecond", "workday", "row"}
    names : array of shape (n,)
        What the file calls them.
    column : str
        The name of the column, or of several; "" where there is none.
    note : str
        On how it was read, where it could be read in another way.
    """

    places: np.ndarray
    unit: str
    names: np.ndarray
    column: str
    note: str = ""

    def at(self, rows: np.ndarray) -> Times:
        """These rows, by number."""
        return Times(
            self.places[rows], self.unit, self.names[rows], self.column, self.note
        )


@dataclass(frozen=True)
class _Candidate:
    """A column, or several, that may be the times; NaT where a cell is none."""

    column: str
    moments: np.ndarray
    names: np.ndarray
    is_period: bool = False
    note: str = ""
    parts: tuple[str, ...] = field(default=())

    def rank(self, series: np.ndarray | None) -> tuple[bool, bool]:
        """Whether no time comes twice in a series, and whether every cell is a time."""
        gone = np.isnat(self.moments)
        return not has_duplicates(
            self.moments[~gone], _at(series, ~gone)
        ), not gone.any()


def has_duplicates(times: np.ndarray, series: np.ndarray | None = None) -> bool:
    """Whether a time comes twice, or twice in a series of several.

    Parameters
    ----------
    times : array of shape (n,)
    series : int array of shape (n,), optional
        The number of each time's series.
    """
    found = pd.DataFrame({"time": times, "series": 0 if series is None else series})
    return bool(found.duplicated().any())


def _at(series: np.ndarray | None, rows: np.ndarray) -> np.ndarray | None:
    return None if series is None else series[rows]


def find_times(table: pd.DataFrame, series: np.ndarray | None = None) -> Times:
    """The likeliest column of times, or several that are one, or the rows' numbers.

    Columns named year, month, day, hour are one; then text is looked at, a date with
    its time of day in another column; then whole numbers that are years, months as
    194901, days as 19490131 or seconds since 1970. The first one is taken that has no
    time twice.

    Parameters
    ----------
    table : DataFrame
    series : int array of shape (n_rows,), optional
        The number of each row's series, where there are several.

    Raises
    ------
    BadData
        Nearly all cells of a column are times, and some are not.
    """
    candidates = list(_candidates(table, series))
    if not candidates:
        rows = np.arange(len(table))
        return Times(rows, "row", rows.astype(str).astype(object), "")
    best = max(candidates, key=lambda candidate: candidate.rank(series))
    _check_all(table, best)
    places, unit = to_positions(best.moments, is_period=best.is_period)
    return Times(places, unit, best.names, best.column, best.note)


def _check_all(table: pd.DataFrame, best: _Candidate) -> None:
    gone = np.isnat(best.moments)
    if gone.any():
        row = int(gone.argmax())
        cells = table.iloc[row][list(best.parts or [best.column])].astype(str)
        msg = f"column {best.column!r} holds times, but row {row + 1} has"
        msg = f"{msg} {' '.join(cells)!r}"
        raise BadData(f"{msg}; mend or remove the row")


def _candidates(table: pd.DataFrame, series: np.ndarray | None) -> Iterator[_Candidate]:
    """Columns that may be times, the likelier first."""
    found = _from_parts(table)
    if found:
        yield found
    dated = False
    columns = [(str(name), column) for name, column in table.items()]
    for name, column in columns:
        if pd.api.types.is_numeric_dtype(column):
            continue
        candidate = _from_dates(name, column)
        if candidate:
            dated = True
            yield candidate
            yield from _with_clock(table, candidate, series)
    for name, column in columns:
        candidate = _from_numbers(name, column, only_named=dated or found is not None)
        if candidate:
            yield candidate
            yield from _with_clock(table, candidate, series)


def _from_parts(table: pd.DataFrame) -> _Candidate | None:
    """Columns year, month ... as one."""
    found = joined_parts(table)
    if found is None:
        return None
    columns, moments, is_period = found
    unit = "M" if is_period else "D"
    if (moments.astype("datetime64[D]") != moments)[~np.isnat(moments)].any():
        unit = "m"
    names = _names(moments, unit)
    joined = " ".join(columns)
    return _Candidate(joined, moments, names, is_period, parts=tuple(columns))


def _names(moments: np.ndarray, unit: Any) -> np.ndarray:
    """Times in ISO 8601, with a blank before the clock."""
    texts = np.datetime_as_string(moments, unit=unit)
    return np.array([text.replace("T", " ") for text in texts], dtype=object)


def _with_clock(
    table: pd.DataFrame, dates: _Candidate, series: np.ndarray | None
) -> Iterator[_Candidate]:
    """Dates that come again, with the time of day that another column has."""
    known = dates.moments[~np.isnat(dates.moments)]
    whole = not (known.astype("int64") % DAY).any() and not dates.is_period
    if dates.rank(series)[0] or not whole:
        return
    found = clock_beside(table, dates.column)
    if found is None:
        return
    columns, clock = found
    moments = dates.moments + clock
    columns = [dates.column, *columns]
    names = _names(
        moments, "s" if (moments.astype("int64") % (60 * SECOND)).any() else "m"
    )
    yield _Candidate(
        " ".join(columns), moments, names, note=dates.note, parts=tuple(columns)
    )


def _from_dates(name: str, column: pd.Series) -> _Candidate | None:
    """Dates in a column of text (or of dates, as Parquet files have)."""
    names = column.astype(str).to_numpy(dtype=object)
    if pd.api.types.is_datetime64_any_dtype(column):
        return _Candidate(name, _stored(column), names)
    found = readings(column, vague=True)
    if not found:
        return None
    best, others = choose_reading(found)
    note = ""
    if others:
        note = f"times in {name!r} are read {best.name}; {', '.join(others)} would"
        note = f"{note} fit as well: write them as 2015-01-31 if that is meant"
    return _Candidate(name, best.moments, names, best.is_period, note)


def _stored(column: Any) -> np.ndarray:
    """Dates of a typed column; of those with zones the local clocks if their days
    are whole."""
    if column.dt.tz is None:
        return column.to_numpy().astype("datetime64[us]")
    local = column.dt.tz_localize(None).to_numpy().astype("datetime64[us]")
    if not (local[~np.isnat(local)].astype("int64") % DAY).any():
        return local
    return column.dt.tz_convert(None).to_numpy().astype("datetime64[us]")


def _from_numbers(
    name: str, column: pd.Series, *, only_named: bool
) -> _Candidate | None:
    """Years, months as 194901, days as 19490131, or seconds since 1970."""
    if not pd.api.types.is_numeric_dtype(column) or column.isna().any():
        return None
    numbers = column.to_numpy(dtype="float64")
    named = _NAMED.search(name.lower()) is not None
    steps = np.diff(numbers)
    if (numbers != np.rint(numbers)).any() or (np.abs(numbers) > 2.0**62).any():
        return None
    if not named and (only_named or not len(steps) or (steps <= 0).any()):
        return None
    whole = numbers.astype("int64")
    low, high = int(whole.min()), int(whole.max())
    names = whole.astype(str).astype(object)
    if (low >= 1000 and high <= 2200) or (low >= 190_001 and high <= 21_001_231):
        found = readings(pd.Series(names), vague=True)
        good = [reading for reading in found if not np.isnat(reading.moments).any()]
        if good:
            return _Candidate(name, good[0].moments, names, good[0].is_period)
    for size in (1, 1_000, SECOND):  # seconds, milliseconds, microseconds
        if named and 5e8 * size <= low and high <= 5e9 * size:  # 1985 to 2128
            moments = (whole * (SECOND // size)).astype("datetime64[us]")
            return _Candidate(name, moments, names)
    return None


_NAMES = {
    "year": ("year", "yr", "yyyy"),
    "quarter": ("quarter", "qtr"),
    "month": ("month", "mon", "mnth", "month_name"),
    "week": ("week", "weeknum", "week_number", "isoweek", "iso_week"),
    "day": ("day", "mday", "dom", "day_of_month"),
    "hour": ("hour", "hr", "hours", "hour_of_day"),
    "time": ("time", "clock", "time_of_day"),
    "minute": ("minute", "minutes", "min"),
}
"""Parts of a time -> names of their columns, in lower case."""
_LIMITS = {
    "year": (1, 9999), "quarter": (1, 4), "month": (1, 12), "week": (1, 53),
    "day": (1, 31), "hour": (0, 24), "minute": (0, 59),
}  # fmt: skip
_CLOCKS = ("%Y %H:%M:%S", "%Y %H:%M", "%Y %H:%M:%S.%f", "%Y %I:%M:%S %p",
           "%Y %I:%M %p", "%Y %I %p")  # fmt: skip
"""Of a time of day, behind a year."""
_UNKNOWN = np.timedelta64("NaT", "us")


def part_columns(table: pd.DataFrame) -> dict[str, str]:
    """Parts of a time -> the first column that is named so, in any case."""
    named = {str(name).strip().lower().replace(" ", "_"): name for name in table}
    found = {
        part: next((named[n] for n in names if n in named), None)
        for part, names in _NAMES.items()
    }
    return {part: str(name) for part, name in found.items() if name is not None}


def joined_parts(table: pd.DataFrame) -> tuple[list[str], np.ndarray, bool] | None:
    """Columns year, month ... as one time: at least a year and one more.

    Returns
    -------
    columns : list of str
    moments : datetime64[us] array of shape (n_rows,)
        NaT where a cell is no such part.
    is_period : bool
        Whether there is no day: steps are months then.
    """
    known = part_columns(table)
    years = _numbers(table, known, "year")
    if years is None:
        return None
    for part in ("month", "quarter", "week"):
        numbers = _numbers(table, known, part)
        if numbers is not None:
            break
    else:
        return None
    columns = [known["year"], known[part]]
    if part == "week":
        return columns, _weeks(years, numbers), False
    first = 3 * numbers - 2 if part == "quarter" else numbers
    moments = _months(years, first)
    days = _numbers(table, known, "day") if part == "month" else None
    if days is None:
        return columns, moments.astype("datetime64[us]"), True
    moments = _days(moments, days)
    clock, used = _clock(table, known)
    return [*columns, known["day"], *used], moments + clock, False


def clock_beside(
    table: pd.DataFrame, column: str
) -> tuple[list[str], np.ndarray] | None:
    """The time of day in the columns beside one of dates, if there is any.

    Returns
    -------
    columns : list of str
    clock : timedelta64[us] array of shape (n_rows,)
    """
    known = {p: name for p, name in part_columns(table).items() if name != column}
    clock, used = _clock(table, known)
    return (used, clock) if used else None


def _clock(table: pd.DataFrame, known: dict[str, str]) -> tuple[np.ndarray, list[str]]:
    """The time of day, 0 where no column tells it, and the columns that do."""
    for part in ("hour", "time"):
        clock = _time_of_day(table[known[part]]) if part in known else None
        if clock is not None:
            break
    else:
        return np.zeros(len(table), "timedelta64[us]"), []
    used = [known[part]]
    minutes = _numbers(table, known, "minute")
    if minutes is not None and not (clock.astype("int64") % (3_600 * SECOND)).any():
        used.append(known["minute"])
        clock = clock + _spans(minutes, 60)
    return clock, used


def _time_of_day(column: Any) -> np.ndarray | None:
    """Hours 0 to 24, numbers such as 1430, or clocks as text; None for others."""
    numbers: Any = pd.to_numeric(column, errors="coerce")
    if numbers.notna().mean() >= NEARLY:
        hours = numbers.to_numpy("float64", na_value=np.nan)
        most = np.nanmax(hours)
        if most > 24:
            hours, minutes = np.divmod(hours, 100)
            if most > 2_400 or np.nanmax(minutes) >= 60:
                return None
            return _spans(hours, 3_600) + _spans(minutes, 60)
        whole = (hours == np.rint(hours)).mean() >= NEARLY and np.nanmin(hours) >= 0
        return _spans(hours, 3_600) if whole else None
    codes, values = pd.factorize(column.astype("string").str.strip())
    # of "00:00 - 01:00" the start is the time
    texts = [f"1970 {plain_cell(str(v).partition('-')[0])}" for v in values]
    moments = np.append(parse(texts, _CLOCKS), np.datetime64("NaT", "us"))[codes]
    if np.isnat(moments).mean() > 1 - NEARLY:
        return None
    return moments - np.datetime64("1970-01-01", "us")


def _spans(numbers: np.ndarray, seconds: int) -> np.ndarray:
    """So many times so many seconds; NaT for NaN."""
    known = np.isfinite(numbers)
    spans = np.where(known, numbers, 0) * seconds * SECOND
    return np.where(known, spans.astype("int64").astype("timedelta64[us]"), _UNKNOWN)


def _numbers(
    table: pd.DataFrame, known: dict[str, str], part: str
) -> np.ndarray | None:
    """The whole numbers of a part, NaN where a cell is none; None if most are none."""
    if part not in known:
        return None
    column = table[known[part]]
    read: Any = pd.to_numeric(column, errors="coerce")
    if part == "quarter" and read.isna().all():
        read = pd.to_numeric(
            column.astype("string").str.strip().str.lstrip("Qq"), errors="coerce"
        )
    if part == "month" and read.isna().all():
        read = column.map(lambda cell: month_number(str(cell)))
    numbers = read.astype("float64").to_numpy("float64", na_value=np.nan)
    least, most = _LIMITS[part]
    good = (numbers == np.rint(numbers)) & (numbers >= least) & (numbers <= most)
    return np.where(good, numbers, np.nan) if good.mean() >= NEARLY else None


def _months(years: np.ndarray, months: np.ndarray) -> np.ndarray:
    """The months of years as datetime64[M]."""
    known = np.isfinite(years) & np.isfinite(months)
    counted = np.where(known, 12 * (years - 1970) + months - 1, 0).astype("int64")
    none = np.datetime64("NaT", "M")
    return np.where(known, counted.astype("datetime64[M]"), none)


def _days(months: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Days of months, NaT where the month has no such day."""
    firsts = months.astype("datetime64[D]")
    moments = firsts + (_spans(days - 1, 86_400).astype("timedelta64[D]"))
    same = moments.astype("datetime64[M]") == months
    return np.where(same, moments.astype("datetime64[us]"), np.datetime64("NaT", "us"))


def _weeks(years: np.ndarray, weeks: np.ndarray) -> np.ndarray:
    """The Mondays of ISO weeks; the fourth of January is in the first."""
    fourth = _months(years, np.ones(len(years))).astype("datetime64[D]") + 3
    # 1970-01-01 was a Thursday
    since_monday = (fourth.astype("int64") + 3) % 7
    mondays = fourth - since_monday.astype("timedelta64[D]")
    return (mondays + _spans(weeks - 1, 7 * 86_400)).astype("datetime64[us]")
