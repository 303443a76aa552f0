"""The times of a series' rows, read from whatever columns a file has for them."""

import re
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .errors import BadData

SECOND, DAY = 10**6, 86_400 * 10**6
"""In microseconds."""
_YEAR = 365.25 * DAY
_UNITS = (
    (7 * DAY, "week"), (DAY, "day"), (3_600 * SECOND, "hour"),
    (60 * SECOND, "minute"), (SECOND, "second"), (1, "microsecond"),
)  # fmt: skip

_PARTS = ("year", "month", "day", "hour", "minute")
"""Columns of these names are a time together."""
_FORMATS = (
    *(f"{day}{clock}"
    for day in (
        "%Y/%m/%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y",
        "%m/%d/%y", "%d/%m/%y", "%d.%m.%y", "%Y%m%d", "%d %b %Y", "%d-%b-%Y",
        "%d-%b-%y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y",
    )
    for clock in ("", " %H:%M", " %H:%M:%S")),
    "%b %Y", "%B %Y", "%b-%y", "%b-%Y", "%Y %b", "%Y-%b",
)  # fmt: skip
"""Tried on text beside ISO 8601; where several fit, the one with the steadiest steps
is taken, which tells 2.1. from 1.2. in all but a few rows."""
MONTHS = (
    (re.compile(r"^(?P<year>\d{1,4})[-/.](?P<month>0?[1-9]|1[0-2])$"), 1),
    (re.compile(r"^(?P<month>0?[1-9]|1[0-2])[-/.](?P<year>\d{4})$"), 1),
    (re.compile(r"^(?P<year>\d{4})[- ]?M(?P<month>0?[1-9]|1[0-2])$"), 1),
    (re.compile(r"^(?P<year>\d{4})[- ]?Q(?P<month>[1-4])$"), 3),
    (re.compile(r"^Q(?P<month>[1-4])[- ]?(?P<year>\d{4})$"), 3),
)
"""Months and quarters of a year, and how many months they are."""
NEARLY = 0.9
"""Share of cells that are times from which on the others are taken for mistakes."""


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
        The name of the column; "" where there is none.
    """

    places: np.ndarray
    unit: str
    names: np.ndarray
    column: str

    def at(self, rows: np.ndarray) -> "Times":
        """These rows, by number."""
        return Times(self.places[rows], self.unit, self.names[rows], self.column)


def find_times(table: pd.DataFrame) -> Times:
    """The first column that holds times, or the numbers of the rows.

    Columns named year, month, day, hour are one; then text is looked at, then whole
    numbers that are years, days as 19490131 or seconds since 1970, one a row.

    Raises
    ------
    BadData
        Nearly all cells of a column are times, and some are not.
    """
    if (parts := _from_parts(table)) is not None:
        return parts
    columns = [(str(name), column) for name, column in table.items()]
    for name, column in columns:
        if not pd.api.types.is_numeric_dtype(column):
            found = _from_text(name, column)
            if found is not None:
                return found
    for name, column in columns:
        found = _from_numbers(name, column)
        if found is not None:
            return found
    rows = np.arange(len(table))
    return Times(rows, "row", rows.astype(str).astype(object), "")


def name_places(places: np.ndarray, unit: str) -> np.ndarray:
    """Names in ISO 8601 for steps that a file has no row for."""
    if unit == "month":
        return np.array([f"{p // 12:04d}-{p % 12 + 1:02d}" for p in places], object)
    if unit == "row":
        return places.astype(str).astype(object)
    if unit == "workday":
        days = np.busday_offset("1970-01-01", places, roll="forward")
        return np.datetime_as_string(days, unit="D").astype(object)
    moments = places.astype("datetime64[us]")
    whole = not (places % DAY).any()
    return np.datetime_as_string(moments, unit="D" if whole else "s").astype(object)


def step_name(unit: str, step: int) -> str:
    """A step in words: "1 day", "3 months"."""
    count = step
    if unit == "month" and step % 12 == 0:
        count, unit = step // 12, "year"
    elif unit == "microsecond":
        size, unit = next((s, u) for s, u in _UNITS if step % s == 0)
        count = step // size
    elif unit == "workday":
        unit = "working day"
    return f"{count:,} {unit}{'s' * (count != 1)}"


def likely_seasons(unit: str, step: int) -> tuple[int, ...]:
    """Return likely seasons of a series with such steps: a year, a week, a day."""
    if unit == "month":
        return (12 // step,) if step < 12 and 12 % step == 0 else ()
    if unit == "workday":
        return (5, 261) if step == 1 else ()
    if unit == "row":
        return ()
    if step >= DAY:
        week = (7 * DAY // step,) if 7 * DAY % step == 0 and step < 7 * DAY else ()
        return (*week, *((round(_YEAR / step),) if step < _YEAR / 2 else ()))
    cycles = {
        size: [s for s in (60 * SECOND, 3_600 * SECOND, DAY, 7 * DAY) if s > size][:2]
        for size in (SECOND, 60 * SECOND, 3_600 * SECOND)
    }
    size = next((s for s in reversed(cycles) if step >= s), SECOND)
    return tuple(c // step for c in cycles[size] if c % step == 0 and c > step)


def _from_parts(table: pd.DataFrame) -> Times | None:
    """Columns year, month ... as one; at least the first two."""
    known = {str(name).strip().lower(): name for name in table.columns}
    there = [part for part in _PARTS if part in known]
    if there[:2] != ["year", "month"] or tuple(there) != _PARTS[: len(there)]:
        return None
    columns: Any = table[[known[part] for part in there]]
    if not all(pd.api.types.is_numeric_dtype(c) for _, c in columns.items()):
        return None
    parts = columns.set_axis(there, axis=1)
    moments = pd.to_datetime(parts.assign(day=parts.get("day", 1)), errors="coerce")
    column = " ".join(str(known[part]) for part in there)
    _check_all(moments.notna(), _joined(columns), column)
    places, unit = _placed(moments)
    form = "-".join(("%Y", "%m", "%d")[: len(there)])
    names = moments.dt.strftime(form + " %H:%M" * (len(there) > 3)).to_numpy(object)
    return Times(places, unit, names, column)


def _joined(columns: pd.DataFrame) -> pd.Series:
    rows = columns.astype(str).itertuples(index=False)
    return pd.Series([" ".join(row) for row in rows])


def _from_text(name: str, column: pd.Series) -> Times | None:
    """Dates in a column of text (or of dates, as Parquet files have)."""
    names = column.astype(str).to_numpy(dtype=object)
    cells = column.astype("string").str.strip()
    for pattern, width in MONTHS:
        fits = cells.str.match(pattern).fillna(False)
        if fits.mean() >= NEARLY:
            _check_all(fits, cells, name)
            parts = cells.str.extract(pattern).astype("int64")
            places = 12 * parts["year"] + width * (parts["month"] - 1)
            return Times(places.to_numpy(), "month", names, name)
    moments = _moments(column, cells)
    if moments is None:
        return None
    _check_all(moments.notna(), cells, name)
    places, unit = _placed(moments)
    return Times(places, unit, names, name)


def _moments(column: pd.Series, cells: pd.Series) -> pd.Series | None:
    """Times of day and hour, NaT where a cell is none; None if most are not."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return pd.to_datetime(column, utc=True).dt.tz_localize(None)
    tried = []
    for form in ("ISO8601", *_FORMATS):
        if _read(cells.head(50), form).notna().mean() < NEARLY:
            continue
        moments = _read(cells, form)
        if moments.notna().mean() >= NEARLY:
            tried.append(moments)
    return max(tried, key=_steadiness, default=None)


def _read(cells: pd.Series, form: str) -> pd.Series:
    with warnings.catch_warnings():
        # two-digit years without a day make pandas 3 guess, which is what we ask for
        warnings.simplefilter("ignore", UserWarning)
        read: Any = pd.to_datetime(cells, format=form, errors="coerce", utc=True)
    return read.dt.tz_localize(None)


def _steadiness(moments: pd.Series) -> float:
    """The share of steps that are the commonest step."""
    steps = np.diff(np.sort(moments.dropna().to_numpy()))
    return float(np.unique(steps, return_counts=True)[1].max(initial=0) / len(moments))


def _check_all(good: pd.Series, cells: pd.Series, name: str) -> None:
    if not good.all():
        row = int(np.argmin(good.to_numpy()))
        msg = f"column {name!r} holds times, but row {row + 1} has {cells.iloc[row]!r}"
        raise BadData(f"{msg}; mend or remove the row")


def _placed(moments: pd.Series) -> tuple[np.ndarray, str]:
    """Places of times: months, working days, or microseconds."""
    when = moments.to_numpy().astype("datetime64[us]")
    months = when.astype("datetime64[M]").astype("int64") + 12 * 1970
    exact, days = when.astype("int64"), when.astype("datetime64[D]")
    steps = np.diff(np.sort(exact))
    once = len(months) > 2 and len(np.unique(months)) == len(months)
    if once and np.median(steps) >= 27 * DAY and _is_monthly(days):
        return months, "month"
    daily = len(days) >= 10 and not (exact % DAY).any() and np.median(steps) == DAY
    if daily and np.is_busday(days).all():
        return np.busday_count(np.datetime64("1970-01-01"), days), "workday"
    return exact, "microsecond"


def _is_monthly(days: np.ndarray) -> bool:
    """Whether all days are the same of their month, or all are near its end."""
    of_month = (days - days.astype("datetime64[M]")).astype(int) + 1
    return bool(np.ptp(of_month) == 0 or of_month.min() >= 25)


def _from_numbers(name: str, column: pd.Series) -> Times | None:
    """Years, days as 19490131, or seconds since 1970, each once and nothing else."""
    if not pd.api.types.is_numeric_dtype(column) or column.isna().any():
        return None
    numbers = column.to_numpy(dtype="float64")
    if (numbers != np.rint(numbers)).any() or len(np.unique(numbers)) < len(numbers):
        return None
    whole, low, high = numbers.astype("int64"), numbers.min(), numbers.max()
    names = whole.astype(str).astype(object)
    named = re.search(r"year|date|time|unix|^t$|^ds$", name.lower())
    if not named and (np.diff(whole) <= 0).any():
        return None
    if low >= 1000 and high <= 2200:
        return Times(12 * whole, "month", names, name)
    if low >= 19_000_101 and high <= 21_001_231:
        days = _read(pd.Series(names), "%Y%m%d")
        return Times(*_placed(days), names, name) if days.notna().all() else None
    for size in (1, 1_000):  # seconds or milliseconds, 1985 to 2128
        if named and 5e8 * size <= low and high <= 5e9 * size:
            return Times(whole * (SECOND // size), "microsecond", names, name)
    return None
