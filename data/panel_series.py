"""Several series of one table at the same steps: a column of values each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .columns import find_column
from .counts import count, count_of
from .dataset import Series
from .errors import BadData, Misuse
from .panels import counting_column, series_codes
from .seasons import infer_horizon, infer_season
from .series import MOST_MISSING, numbers_of
from .split import check_length
from .steps import DAY, likely_seasons, name_places, step_name
from .times import Times, find_times, has_duplicates

MOST_SERIES = 40
"""Of more, so many are forecast, evenly spread: each costs seconds a fold."""
_TRIED = 25
"""First and last steps that are tried for the stretch that the series share."""


@dataclass(frozen=True)
class Panel:
    """Series at the same steps.

    Parameters
    ----------
    values : float64 array of shape (n_steps, n_series)
    names : tuple of str
        Of the series.
    order : Series
        Season, horizon and times of all.
    notes : tuple of str
        What was found and done, one sentence each.
    """

    values: np.ndarray
    names: tuple[str, ...]
    order: Series
    notes: tuple[str, ...]


def read_panel(
    table: pd.DataFrame,
    target: str,
    columns: str,
    *,
    name: str,
    season: int | None = None,
    horizon: int | None = None,
    folds: int = 5,
    limit: int | None = None,
) -> Panel:
    """The values of one column, a series for each value of other columns.

    Parameters
    ----------
    table : DataFrame
    target : str
        The column to forecast.
    columns : str
        The column that parts the series, or several with commas between them.
    name : str
        Of the file, for messages.
    season, horizon : int, optional
        Of all series; found out if None.
    folds : int, default 5
        Stretches of one horizon each that are forecast.
    limit : int, optional
        Keep the last so many steps.

    Raises
    ------
    BadData
        The column has one value, a time comes twice in a series, the series share no
        steps, or less than two of them have values at nearly all.
    Misuse
        A column is not there, or is the target.
    """
    parts = _separating_columns(columns, list(map(str, table.columns)), target)
    codes = series_codes(table, parts)
    notes = []
    if (codes < 0).any():
        rows = f"row without {columns!r} was", f"rows without {columns!r} were"
        notes.append(f"{count(int((codes < 0).sum()), *rows)} left out")
        table = table.loc[codes >= 0].reset_index(drop=True)
        codes = series_codes(table, parts)
    firsts = table[parts].iloc[np.unique(codes, return_index=True)[1]].astype(str)
    names = [" ".join(row) for row in firsts.itertuples(index=False)]
    if len(names) < 2:
        msg = f"column {columns!r} of {name} has one value; leave out --series"
        raise BadData(msg)
    column: Any = table[target]
    values = numbers_of(column, target, name)
    times = _times(table.drop(columns=[*parts, target]), codes, names, name)
    spots, places, step = _grid(times, codes, name)
    whole = np.full((len(places), len(names)), np.nan)
    whole[spots, codes] = values
    rows, kept = _shared(whole, notes, names, name, folds)
    if limit is not None and limit < len(rows):
        notes.append(f"the last {limit:,} of {len(rows):,} steps (--limit)")
        rows = rows[-limit:]
    labels = name_places(places[rows], times.unit)
    labels[spots[np.isin(spots, rows)] - rows[0]] = times.names[np.isin(spots, rows)]
    filled = _filled(whole[np.ix_(rows, kept)], notes)
    if times.unit != "row":
        notes.append(f"a step is {step_name(times.unit, step)}")
    order = _order(filled, labels, times.unit, step, (season, horizon, folds), notes)
    check_length(len(filled), order.season, order.horizon, folds, name)
    steps = count(len(filled), "step")
    notes.insert(0, f"{len(kept):,} series by {columns!r}, {steps} each")
    return Panel(filled, tuple(names[i] for i in kept), order, tuple(notes))


def _separating_columns(columns: str, there: list[str], target: str) -> list[str]:
    given = [columns] if columns in there else columns.split(",")
    parts = [
        find_column(part.strip(), there, what="column of --series") for part in given
    ]
    if target in parts:
        msg = f"{target!r} is named by --target and by --series; name another column"
        raise Misuse(msg)
    return parts


def _times(
    table: pd.DataFrame, codes: np.ndarray, names: list[str], name: str
) -> Times:
    """Times of the rows; without any, what counts them, or their order."""
    times = find_times(table, codes)
    if times.unit == "row":
        column, numbers = counting_column(table, codes)
        return Times(numbers, "row", numbers.astype(str).astype(object), column)
    if has_duplicates(times.places, codes):
        twice = pd.DataFrame({"time": times.places, "series": codes}).duplicated()
        row = int(twice.argmax())
        msg = f"{times.names[row]!r} in column {times.column!r} of {name} comes twice"
        msg = f"{msg} in series {names[codes[row]]!r}, again in row {row + 1}; keep one"
        raise BadData(f"{msg} row a time, or name more columns: --series a,b")
    return times


def _grid(
    times: Times, codes: np.ndarray, name: str
) -> tuple[np.ndarray, np.ndarray, int]:
    """The step of each row, the places of all steps, and how long a step is."""
    order = np.lexsort((times.places, codes))
    gaps = np.diff(times.places[order])[np.diff(codes[order]) == 0]
    if not len(gaps):
        msg = f"each series of {name} has one row; name the column that parts them"
        raise BadData(f"{msg} with --series")
    sizes, counts = np.unique(gaps, return_counts=True)
    step, first = int(sizes[counts.argmax()]), int(times.places.min())
    spots, off = np.divmod(times.places - first, step)
    if off.any() or spots.max() > 100 * len(spots):
        row = int(off.argmax())
        msg = f"the series of {name} share no steps: {times.names[row]!r} in row"
        msg = f"{msg} {row + 1} is no whole number of {step_name(times.unit, step)}"
        raise BadData(f"{msg} from the first time; bring all to the same times")
    return spots, first + step * np.arange(int(spots.max()) + 1), step


def _shared(
    whole: np.ndarray, notes: list[str], names: list[str], name: str, folds: int
) -> tuple[np.ndarray, np.ndarray]:
    """Steps and series that are kept: the stretch with most values, and who has it."""
    known = ~np.isnan(whole)
    there = known.any(axis=0)
    first = np.where(there, known.argmax(axis=0), len(whole))
    last = np.where(there, len(whole) - 1 - known[::-1].argmax(axis=0), -1)
    pairs = (
        (a, b)
        for a in _sample_ends(first[there])
        for b in _sample_ends(last[there])
        if a < b
    )

    def size(pair: tuple[int, int]) -> int:
        covering = (first <= pair[0]) & (last >= pair[1])
        return int(covering.sum()) * (pair[1] - pair[0] + 1) * int(covering.sum() > 1)

    start, end = max(pairs, key=size, default=(0, 0))
    rows = np.arange(start, end + 1)
    stretch = whole[rows]
    full = (first <= start) & (last >= end)
    full &= np.isnan(stretch).mean(axis=0) < MOST_MISSING
    before = max(1, len(rows) - folds)
    spread = np.nanmax(stretch[:before, full], axis=0) > np.nanmin(
        stretch[:before, full], axis=0
    )
    kept = np.flatnonzero(full)[spread]
    if len(kept) < 2:
        msg = f"the series of {name} share no stretch of steps at which two of them"
        raise BadData(f"{msg} have values at nearly all and move; bring more rows")
    _note_left_out(len(names), kept, names, notes)
    if len(kept) > MOST_SERIES:
        notes.append(f"{MOST_SERIES} of {len(kept):,} series are forecast")
        kept = kept[np.linspace(0, len(kept) - 1, MOST_SERIES).astype(int)]
    return rows, kept


def _sample_ends(ends: np.ndarray) -> list[int]:
    """Different first or last steps, at most `_TRIED`, evenly spread."""
    ends = np.unique(ends)
    places = np.linspace(0, len(ends) - 1, min(_TRIED, len(ends))).astype(int)
    return [int(end) for end in ends[places]]


def _note_left_out(
    total: int, kept: np.ndarray, names: list[str], notes: list[str]
) -> None:
    gone = sorted(set(range(total)) - set(kept.tolist()))
    if gone:
        some = ", ".join(names[i] for i in gone[:3]) + (
            ", ..." if len(gone) > 3 else ""
        )
        message = count_of(len(gone), total, "series was", "series were")
        message = f"{message} left out ({some}): not there at"
        notes.append(f"{message} nearly all steps of the others, or all values equal")


def _filled(values: np.ndarray, notes: list[str]) -> np.ndarray:
    """Missing values by straight lines between their neighbours."""
    missing, steps = np.isnan(values), np.arange(len(values))
    if missing.any():
        message = count_of(int(missing.sum()), missing.size, "value is", "values are")
        notes.append(
            f"{message} missing ({missing.mean():.1%}): filled in by straight lines"
        )
    filled = [
        np.interp(steps, steps[~gone], column[~gone])
        for column, gone in zip(values.T, missing.T, strict=True)
    ]
    return np.column_stack(filled)


def _order(
    values: np.ndarray,
    labels: np.ndarray,
    unit: str,
    step: int,
    asked: tuple[int | None, int | None, int],
    notes: list[str],
) -> Series:
    """Season and horizon of all series."""
    season, horizon, folds = asked
    if season is None:
        likely = likely_seasons(unit, step)
        season = infer_season(values, likely, folds=folds, notes=notes)
    if horizon is None:
        horizon = infer_horizon(len(values), season, folds=folds)
        if unit == "microsecond" and step >= DAY and season > 52:
            horizon = min(horizon, 28)
        notes.append(
            f"{count(horizon, 'step is', 'steps are')} forecast at a time (--horizon N "
            "overrules)"
        )
    return Series(season, horizon, tuple(map(str, labels)))
