"""Steps between times: in months, working days or microseconds, and how equal they are.

Months are not equally long, weekends are left out of many a series, and two readings of
the same cells may both be times: the one with the more equal steps is meant.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .date_forms import TimeReading

SECOND, DAY = 10**6, 86_400 * 10**6
"""In microseconds."""
_YEAR = 365.25 * DAY
_UNITS = (
    (7 * DAY, "week"), (DAY, "day"), (3_600 * SECOND, "hour"),
    (60 * SECOND, "minute"), (SECOND, "second"), (1, "microsecond"),
)  # fmt: skip
MOSTLY = 0.5
"""A reading in which more than this share of the steps has no row is hardly meant."""


def to_positions(
    moments: np.ndarray, *, is_period: bool = False
) -> tuple[np.ndarray, str]:
    """Places of times, whole numbers, and their unit.

    Parameters
    ----------
    moments : datetime64[us] array of shape (n,)
    is_period : bool
        Whether they stand for months, quarters or years.

    Returns
    -------
    places : int array of shape (n,)
    unit : {"month", "workday", "microsecond"}
        Months since year 0; working days, or microseconds, since 1970.
    """
    months = moments.astype("datetime64[M]").astype("int64") + 12 * 1970
    if is_period:
        return months, "month"
    exact, days = moments.astype("int64"), moments.astype("datetime64[D]")
    steps = np.diff(np.unique(exact))
    once = len(np.unique(months)) == len(steps) + 1 > 2
    if once and np.median(steps) >= 27 * DAY and _is_monthly(days):
        return months, "month"
    daily = len(steps) >= 9 and not (exact % DAY).any() and np.median(steps) == DAY
    if daily and np.is_busday(days).all():
        return np.busday_count(np.datetime64("1970-01-01"), days), "workday"
    return exact, "microsecond"


def _is_monthly(days: np.ndarray) -> bool:
    """Whether all days are the same of their month, or near its start or end."""
    of_month = (days - days.astype("datetime64[M]")).astype(int) + 1
    return bool(np.ptp(of_month) == 0 or of_month.min() >= 25 or of_month.max() <= 4)


def regularity(moments: np.ndarray, *, is_period: bool) -> tuple[bool, float, float]:
    """Rank times by how likely they are those of a series: the greater the likelier.

    Returns
    -------
    tuple
        Whether most steps have a row, the share of steps that are the commonest one,
        and that of equal steps on the clock. Times that come again count once.
    """
    known = np.unique(moments[~np.isnat(moments)])
    if len(known) < 3:
        return False, 0.0, 0.0
    places, _ = to_positions(known, is_period=is_period)
    sizes, counts = np.unique(np.diff(places), return_counts=True)
    whole = (places[-1] - places[0]) // sizes[counts.argmax()] + 1
    exact = np.unique(np.diff(known), return_counts=True)[1]
    return (
        bool(len(known) >= (1 - MOSTLY) * whole),
        round(float(counts.max() / counts.sum()), 3),
        float(exact.max() / exact.sum()),
    )


def is_clock_change(repeated: np.ndarray) -> bool:
    """Whether times that come twice are hours in which clocks are set back.

    Parameters
    ----------
    repeated : int array of shape (n,)
        Microseconds since 1970. One hour a year, in the night of a Sunday of autumn.
    """
    moments = np.unique(repeated).astype("datetime64[us]")
    days = moments.astype("datetime64[D]")
    months = moments.astype("datetime64[M]").astype("int64") % 12 + 1
    hours = moments.astype("datetime64[h]")
    return bool(
        ((days.astype("int64") + 4) % 7 == 0).all()  # 1970-01-01 was a Thursday
        and np.isin(months, (3, 4, 9, 10, 11)).all()
        and ((hours - days).astype("int64") < 4).all()
        and len(np.unique(hours)) == len(np.unique(moments.astype("datetime64[Y]")))
        and len(moments) == len(repeated)
    )


def choose_reading(readings: Sequence[TimeReading]) -> tuple[TimeReading, list[str]]:
    """The reading with the steadiest steps, and the names of others that fit too."""

    def rank(reading: TimeReading) -> tuple[bool, float, float, float]:
        enough, equal, exact = regularity(reading.moments, is_period=reading.is_period)
        read = float((~np.isnat(reading.moments)).mean())
        return enough, read, equal, exact

    ranks = [rank(reading) for reading in readings]
    best = max(range(len(ranks)), key=lambda i: ranks[i])
    rivals = {
        readings[i].name
        for i, found in enumerate(ranks)
        if found[:2] == ranks[best][:2] and found[2] >= ranks[best][2]
    }
    return readings[best], sorted(rivals - {readings[best].name})


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
