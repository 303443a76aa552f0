"""The season of a series and the steps to forecast, found out from its values."""

from __future__ import annotations

import numpy as np

from .split import LEAST_ROWS

CLEARLY = 0.97
"""A season is taken whose error is less than this share of a shorter one's."""
PER_CYCLE = 0.7
"""With few seasons its error must be less by this, over the number of seasons: values
that hang together seem to repeat themselves. With both limits 2 % of random walks of 36
months are given a season (`benchmarks.seasons`), and without the second 14 %."""
SEASON_LEVEL = 0.01
"""Level of the test that the steps of a season differ; without it 9 of 20 series of 36
random numbers are given a season."""
BEYOND_CHANCE = 1.5
"""A gain above this over the root of the values judged needs no such test, which would
miss a season that shifts: months of 28 days shift weeks."""
JUDGED = 200
"""Of the horizons that a season is judged on, so many are looked at."""
TREND = 3
"""The trend is the mean over so many seasons: over one it would take off, of what
wanders, all but what seems to repeat itself."""
SHARE_BEFORE_FOLDS = 0.5
"""So many of the rows stand before the first fold where the horizon is found out."""


def infer_season(
    values: np.ndarray, candidates: tuple[int, ...], *, folds: int, notes: list[str]
) -> int:
    """The season whose naive forecast errs least; 1 is always among them.

    Parameters
    ----------
    values : array of shape (n,) or (n, n_series)
    candidates : tuple of int
        Those that fit three times into the values, and leave room for the folds, are
        judged, with the trend taken off, by the mean absolute error over 1 .. H steps
        ahead, H the longest; and their steps must differ (`season_p`).
    folds : int
    notes : list of str
        Gets what was chosen, and why.
    """
    rows = len(values)
    room = rows - folds  # before the first fold, whose horizon is 1 at least
    fitting = [s for s in candidates if 3 * s <= rows and 2 * s <= room]
    level = without_trend(values, max(fitting, default=1)) if fitting else values
    errors = naive_errors(level, [1, *fitting])
    season = 1
    sure = BEYOND_CHANCE / np.sqrt(rows - 2 * max(fitting, default=0))
    for longer in fitting:  # a week repeats what a day repeats: it must do better
        gain = 1 - errors[longer] / errors[season] if errors[season] else 0.0
        if gain <= max(1 - CLEARLY, PER_CYCLE * longer / rows):
            continue
        if gain > sure or season_p(level, longer) < SEASON_LEVEL:
            season = longer
    message = ", ".join(f"of {s}: {e:.4g}" for s, e in errors.items())
    why = "mean error of repeating the last season, its trend taken off,"
    why = f" ({why} {message})" if fitting else ""
    known = "no season was found" if season == 1 else f"the season is {season} steps"
    notes.append(f"{known}{why}; --season N overrules")
    return season


def without_trend(values: np.ndarray, season: int) -> np.ndarray:
    """Values less their running mean over three seasons; lines extend it to the ends.

    Several series, in columns, are each taken in units of what is left of them.
    """
    if values.ndim == 2:
        rests = [without_trend(column, season) for column in values.T]
        return np.column_stack([rest / (rest.std() or 1.0) for rest in rests])
    rows = len(values)
    width = min(TREND * season | 1, rows - 1 + rows % 2)  # odd
    half = width // 2
    middle = np.convolve(values, np.full(width, 1 / width), "valid")
    along = np.arange(width)
    first = np.polyval(np.polyfit(along, values[:width], 1), along[:half])
    last = np.polyval(np.polyfit(along, values[-width:], 1), along[width - half :])
    return values - np.concatenate([first, middle, last])


def season_p(level: np.ndarray, season: int) -> float:
    """Whether the steps of a season differ: p of a one-way analysis of variance.

    Of several series the median.
    """
    from scipy.stats import f_oneway

    columns = level.reshape(len(level), -1).T
    steps = np.arange(len(level)) % season
    found = [
        f_oneway(*(column[steps == step] for step in range(season))).pvalue
        for column in columns
    ]
    return float(np.median(found))


def naive_errors(values: np.ndarray, seasons: list[int]) -> dict[int, float]:
    """Mean absolute error of each seasonal naive forecast, 1 .. H steps ahead.

    H is the longest of the seasons; all are judged on the same values.
    """
    longest = max(seasons)
    ahead = np.unique(np.linspace(1, longest, min(longest, JUDGED)).round().astype(int))
    start = 2 * longest if longest > 1 else 1

    def error(season: int) -> float:
        lags, counts = np.unique(-(-ahead // season) * season, return_counts=True)
        missed = [
            np.abs(values[start:] - values[start - lag : len(values) - lag]).mean()
            for lag in lags
        ]
        return float(np.average(missed, weights=counts))

    return {season: error(season) for season in seasons}


def infer_horizon(rows: int, season: int, *, folds: int) -> int:
    """A season (at most 48 steps), else 10 steps, as far as the rows do.

    Half of the rows and two seasons are left before the first fold. The horizons of
    the M4 competition are as long (18 months, 14 days, 48 hours; Makridakis, Spiliotis,
    Assimakopoulos 2020).
    """
    wished = min(season, 48) if season > 1 else max(1, min(10, rows // 10))
    before = max(2 * season, LEAST_ROWS, int(SHARE_BEFORE_FOLDS * rows))
    return max(1, min(wished, (rows - before) // folds))
