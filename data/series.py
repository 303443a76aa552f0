"""A series: values in the order of time, one step apart, and what is known of them."""

from dataclasses import dataclass
from typing import Any, NoReturn, cast

import numpy as np
import pandas as pd

from .counts import count, count_of
from .dataset import Series
from .errors import BadData, Misuse
from .magnitude import is_too_large
from .panels import refuse_panel
from .seasons import infer_horizon, infer_season
from .split import check_length
from .steps import DAY, is_clock_change, likely_seasons, name_places, step_name
from .times import Times, find_times

MOST_MISSING = 0.1
"""Share of steps without a value below which the gaps are filled: exchanges are closed
on 4 to 8 % of the working days."""
STEADY_SHARE = 0.05
"""With a smaller share missing no other step is looked for."""
LEAST_SHARE = 0.5
"""Of the rows, so many of one step are kept where the step changes."""
_STILL = 1e-9
"""A series that changes by less than this share of its reach repeats itself."""


@dataclass(frozen=True)
class _Steps:
    """Values one step apart, NaN where there are none; ``step`` in the times' unit."""

    times: Times
    values: np.ndarray
    step: int


def read_series(
    table: pd.DataFrame,
    target: str,
    *,
    name: str,
    season: int | None = None,
    horizon: int | None = None,
    folds: int = 5,
) -> tuple[np.ndarray, Series, list[str]]:
    """The values of one column, one step apart, with season and horizon.

    Parameters
    ----------
    table : DataFrame
        As `learnable.data.files.read_table` gives it.
    target : str
        The column to forecast.
    name : str
        Of the file, for messages.
    season, horizon : int, optional
        Found out if None: see `infer_season` and `infer_horizon`.
    folds : int, default 5
        Stretches of one horizon each that are forecast; the rows must do for them.

    Returns
    -------
    values : float64 array of shape (n,)
    series : Series
    notes : list of str
        What was found and done, one sentence each.

    Raises
    ------
    BadData
        The column is not numeric, times occur twice or have no common step, more than
        10 % of the values are missing, all are equal, or there are too few.
    Misuse
        Season or horizon is less than 1.
    """
    for option, given in (("season", season), ("horizon", horizon)):
        if given is not None and given < 1:
            msg = f"--{option} must be 1 or more, got {given}"
            raise Misuse(msg)
    notes: list[str] = []
    table = _without_empty(table, notes)
    values = numbers_of(cast("pd.Series", table[target]), target, name)
    known = table.drop(columns=target)
    times = find_times(known)
    notes.extend([times.note] if times.note else [])
    refuse_panel(known, times, name)
    times, values = _sort_by_time(times, values, name, notes)
    times, values = _trimmed(times, values, notes)
    steps = _filled(_keep_one_step(times, values, name, notes), name, notes)
    if times.unit != "row":
        notes.append(f"a step is {step_name(times.unit, steps.step)}")
    check_length(len(steps.values), 1, 1, folds, name)
    _check_moves(steps.values, None, target, name)
    if season is None:
        season = infer_season(
            steps.values,
            likely_seasons(steps.times.unit, steps.step),
            folds=folds,
            notes=notes,
        )
    if horizon is None:
        horizon = infer_horizon(len(steps.values), season, folds=folds)
        if times.unit == "microsecond" and steps.step >= DAY and season > 52:
            horizon = min(horizon, 28)
        notes.append(
            f"{count(horizon, 'step is', 'steps are')} forecast at a time (--horizon N "
            "overrules)"
        )
    check_length(len(steps.values), season, horizon, folds, name)
    _check_moves(steps.values, season, target, name)
    names = tuple(str(n) for n in steps.times.names)
    return steps.values, Series(season, horizon, names), notes


def _check_moves(
    values: np.ndarray, season: int | None, target: str, name: str
) -> None:
    """Refuse a series that is the same all along, or season for season."""
    reach = np.ptp(values)
    if reach == 0:
        msg = f"all {len(values):,} values of {target!r} in {name} are {values[0]:g}"
        raise BadData(f"{msg}: there is nothing to forecast; name another column")
    change = np.abs(values[season:] - values[:-season]).max() if season else reach
    if change <= _STILL * reach:
        msg = f"{target!r} in {name} repeats itself exactly every {season} steps"
        msg = f"{msg}: the last season is the forecast, and nothing is left to learn"
        raise BadData(f"{msg}; name another column, or another --season")


def numbers_of(column: pd.Series, target: str, name: str) -> np.ndarray:
    """Numbers, NaN where one is missing or too large to compute with."""
    read: Any = pd.to_numeric(column, errors="coerce")
    numbers: np.ndarray = read.to_numpy("float64", na_value=np.nan, copy=True)
    text = np.isnan(numbers) & column.notna().to_numpy()
    if text.any() or pd.api.types.is_datetime64_any_dtype(column):
        row = int(text.argmax())
        msg = f"{target!r} in {name} is no column of numbers (row {row + 1} has"
        msg = f"{msg} {str(column.iloc[row])!r}), and only numbers can be forecast"
        raise BadData(f"{msg}; name another column with --target")
    numbers[is_too_large(numbers)] = np.nan
    if np.isnan(numbers).all():
        msg = f"{target!r} in {name} has no values; name another column with --target"
        raise BadData(msg)
    return numbers


def _sort_by_time(
    times: Times, values: np.ndarray, name: str, notes: list[str]
) -> tuple[Times, np.ndarray]:
    """Rows sorted by time; no time may occur twice."""
    if times.unit == "row":
        notes.append("no column could be read as times: rows are taken in their order")
        return times, values
    order = np.argsort(times.places, kind="stable")
    same = np.flatnonzero(np.diff(times.places[order]) == 0)
    if (
        len(same)
        and times.unit == "microsecond"
        and is_clock_change(times.places[order][same])
    ):
        values[order[same]] = _means(values[order[same]], values[order[same + 1]])
        order = np.delete(order, same + 1)
        message = "1 time comes" if len(same) == 1 else f"{len(same):,} times come"
        message = f"{message} twice, as clocks are set back"
        notes.append(f"{message}: the means of both values were taken")
    elif len(same):
        first, second = order[same[0]], order[same[0] + 1]
        msg = f"{times.names[second]!r} in column {times.column!r} of {name} is in row"
        msg = f"{msg} {first + 1} and again in row {second + 1}; keep one row a time"
        raise BadData(f"{msg} (one series, not several below each other)")
    if (np.diff(order) < 0).any():
        notes.append(f"rows were sorted by {times.column!r}")
    return times.at(order), values[order]


def _means(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Means of two values each; where one is missing, the other."""
    first, second = (
        np.where(np.isnan(first), second, first),
        np.where(np.isnan(second), first, second),
    )
    return (first + second) / 2


def _without_empty(table: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """The rows that hold anything."""
    empty = table.isna().all(axis=1)
    if not empty.any() or empty.all():
        return table
    rows = "row with nothing in it was", "rows with nothing in them were"
    notes.append(f"{count(int(empty.sum()), *rows)} left out")
    return table.loc[~empty].reset_index(drop=True)


def _trimmed(
    times: Times, values: np.ndarray, notes: list[str]
) -> tuple[Times, np.ndarray]:
    """Without the rows before the first value and after the last."""
    known = np.flatnonzero(~np.isnan(values))
    for gone, end in (known[0], "first"), (len(values) - 1 - known[-1], "last"):
        if gone:
            rows = "row was" if gone == 1 else f"{gone:,} rows were"
            notes.append(f"the {end} {rows} left out: no value")
    kept = np.arange(known[0], known[-1] + 1)
    return times.at(kept), values[kept]


def _keep_one_step(
    times: Times, values: np.ndarray, name: str, notes: list[str]
) -> _Steps:
    """The commonest step; where it changes, the longest stretch that keeps it."""
    gaps = np.diff(times.places)
    sizes, counts = np.unique(gaps, return_counts=True)
    step = int(sizes[counts.argmax()]) if len(sizes) else 1
    missing = (gaps // step - 1).sum()
    if not (gaps % step).any() and missing <= STEADY_SHARE * (len(values) + missing):
        return _Steps(times, values, step)
    # a lone gap interrupts no stretch, two beside each other are another step
    other = gaps != step
    beside = np.append(other[1:], False) | np.append(False, other[:-1])
    breaks = (gaps % step != 0) | (other & beside)
    edges = np.concatenate([[0], np.flatnonzero(breaks) + 1, [len(values)]])
    longest = int(np.diff(edges).argmax())
    kept = np.arange(edges[longest], edges[longest + 1])
    if len(kept) < LEAST_SHARE * len(values):
        _refuse_steps(times, step, sizes[np.argsort(-counts)], name)
    if len(kept) == len(values):
        return _Steps(times, values, step)
    message = count_of(len(kept), len(values), "row was", "rows were")
    message = f"the step changes: {message} kept, from"
    notes.append(
        f"{message} {times.names[kept[0]]} on, the longest stretch with one step"
    )
    return _Steps(times.at(kept), values[kept], step)


def _refuse_steps(times: Times, step: int, sizes: np.ndarray, name: str) -> NoReturn:
    some = ", ".join(step_name(times.unit, int(size)) for size in sizes[:3])
    msg = f"the times in column {times.column!r} of {name} have no common step"
    msg = f"{msg} ({len(sizes)} different ones, the commonest {some}); bring them to"
    raise BadData(f"{msg} one step, e.g. by means of each day, or fill the gaps")


def _filled(steps: _Steps, name: str, notes: list[str]) -> _Steps:
    """Missing steps and values by straight lines between their neighbours."""
    times, step = steps.times, steps.step
    spots = (times.places - times.places[0]) // step
    values = np.full(int(spots[-1]) + 1, np.nan)
    values[spots] = steps.values
    missing = np.isnan(values)
    gone, share = int(missing.sum()), float(missing.mean())
    if not gone:
        return steps
    runs = np.diff(np.flatnonzero(np.concatenate([[True], ~missing, [True]]))) - 1
    message = count_of(gone, len(values), "value is", "values are")
    message = f"{message} missing ({share:.1%}, at most"
    message = f"{message} {runs.max():,} in a row)"
    if share >= MOST_MISSING:
        msg = f"{name}: {message}; less than {MOST_MISSING:.0%} are filled in. Fill the"
        raise BadData(f"{msg} gaps, or keep a stretch that has few")
    places = times.places[0] + step * np.arange(len(values))
    names = name_places(places, times.unit)
    names[spots] = times.names
    known = np.flatnonzero(~missing)
    values[missing] = np.interp(np.flatnonzero(missing), known, values[known])
    notes.append(f"{message}: filled in by straight lines")
    return _Steps(Times(places, times.unit, names, times.column), values, step)
