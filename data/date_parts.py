"""Several columns that are one time: a date and an hour, a year and a month."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .date_forms import NEARLY, month_number, parse, plain_cell
from .steps import SECOND

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
