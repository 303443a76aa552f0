import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.data.errors import BadData, Misuse
from learnable.data.files import read_table
from learnable.data.seasons import naive_errors
from learnable.data.series import read_series
from learnable.data.split import rolling_folds
from learnable.data.times import find_times

ROOT = os.environ.get("ZOO_DATA")
needs_data = pytest.mark.skipif(not ROOT, reason="ZOO_DATA names no folder of data")
TINY = Path(__file__).parents[2] / "data/tiny/airline_passengers.csv"


def noise(rows: int) -> np.ndarray:
    return np.random.default_rng(5).normal(size=rows).round(3)


def wave(rows: int, season: int) -> np.ndarray:
    """A season with a little noise."""
    return 3 * np.sin(2 * np.pi * np.arange(rows) / season) + 0.1 * noise(rows)


def table(when, values=None) -> pd.DataFrame:
    values = noise(len(when)) if values is None else values
    return pd.DataFrame({"when": when, "y": values})


def read(frame: pd.DataFrame, **options):
    return read_series(frame, "y", name="t.csv", **options)


def dates(first: str, rows: int, freq: str, form: str) -> list[str]:
    return pd.date_range(first, periods=rows, freq=freq).strftime(form).tolist()


FORMS = {
    "iso months": (dates("1949-01-01", 48, "MS", "%Y-%m"), "1 month"),
    "first of a month": (dates("1949-01-01", 48, "MS", "%Y-%m-%d"), "1 month"),
    "ends of months": (dates("1949-01-01", 48, "ME", "%Y-%m-%d"), "1 month"),
    "months of numbered years": (
        [f"{y}-{m:02d}" for y in (1, 2, 3, 4) for m in range(1, 13)],
        "1 month",
    ),
    "month first": (dates("1949-01-01", 48, "MS", "%m/%Y"), "1 month"),
    "names of months": (dates("1949-01-01", 48, "MS", "%b %Y"), "1 month"),
    "quarters": ([f"{y}Q{q}" for y in range(1990, 2002) for q in (1, 2, 3, 4)], "3 m"),
    "dates of quarters": (dates("1990-01-01", 40, "QS", "%Y-%m-%d"), "3 months"),
    "years": (list(range(1885, 1964)), "1 year"),
    "days": (dates("1959-01-01", 90, "D", "%Y-%m-%d"), "1 day"),
    "days with dots": (dates("1959-01-01", 90, "D", "%d.%m.%Y"), "1 day"),
    "American days": (dates("1959-01-01", 90, "D", "%m/%d/%Y"), "1 day"),
    "days in one number": (dates("1959-01-01", 90, "D", "%Y%m%d"), "1 day"),
    "working days": (dates("2024-01-01", 60, "B", "%Y-%m-%d"), "1 working day"),
    "weeks": (dates("2001-01-07", 60, "7D", "%Y-%m-%d"), "1 week"),
    "hours": (dates("2001-03-01", 90, "h", "%Y-%m-%dT%H:%M:%SZ"), "1 hour"),
    "hours in a local form": (dates("2001-03-01", 90, "h", "%d.%m.%Y %H:%M"), "1 hour"),
    "ten minutes": (dates("2001-03-01", 90, "10min", "%Y-%m-%d %H:%M"), "10 minutes"),
    "dates of Parquet": (pd.date_range("2001-01-01", periods=60, freq="2D"), "2 days"),
}


@pytest.mark.parametrize("form", FORMS)
def test_finds_step_of_usual_forms(form):
    when, step = FORMS[form]
    values, series, notes = read(table(when))
    np.testing.assert_array_equal(values, noise(len(when)))
    assert len(series.times) == len(values)
    assert any(note.startswith(f"a step is {step}") for note in notes)


def test_day_and_month_told_apart_by_steadiness():
    when = dates("2001-01-01", 12, "D", "%d/%m/%Y")  # each is a date either way
    places = find_times(table(when).drop(columns="y")).places
    assert (np.diff(places) == 86_400 * 10**6).all()


def test_parts_of_time_in_columns():
    hours = pd.date_range("2010-01-01 05:00", periods=60, freq="h")
    frame = pd.DataFrame({p: getattr(hours, p) for p in ("year", "month", "day")})
    frame = frame.assign(hour=hours.hour, other="x", y=noise(60))
    _, series, notes = read(frame)
    assert series.times[:2] == ("2010-01-01 05:00", "2010-01-01 06:00")
    assert "a step is 1 hour" in notes


def test_times_stay_as_they_are_written():
    when = dates("1959-01-01", 40, "D", "%d.%m.%Y")
    assert read(table(when))[1].times == tuple(when)


@pytest.mark.parametrize("other", ["x", 0.5, 3], ids=["text", "fraction", "constant"])
def test_without_times_rows_keep_their_order(other):
    frame = pd.DataFrame({"other": [other] * 40, "y": noise(40)})
    values, series, notes = read(frame)
    np.testing.assert_array_equal(values, noise(40))
    assert series.times[:2] == ("0", "1")
    assert series.season == 1
    assert any("rows are taken in their order" in note for note in notes)


def test_sorts_rows_by_time():
    when = dates("1949-01-01", 60, "MS", "%Y-%m")
    order = np.random.default_rng(0).permutation(60)
    shuffled = table(when).iloc[order].reset_index(drop=True)
    values, series, notes = read(shuffled)
    np.testing.assert_array_equal(values, noise(60))
    assert series.times == tuple(when)
    assert any("sorted by 'when'" in note for note in notes)


def test_fills_a_few_gaps_by_straight_lines():
    frame = table(dates("1959-01-01", 100, "D", "%Y-%m-%d"), np.arange(100.0))
    frame.loc[[40, 41], "y"] = np.nan
    values, series, notes = read(frame.drop(index=70).reset_index(drop=True))
    np.testing.assert_allclose(values, np.arange(100))
    assert series.times[70] == "1959-03-12"
    assert any("3 of 100 values are missing (3.0%, at most 2 in a" in n for n in notes)


def test_cuts_missing_ends():
    values = noise(60)
    values[:3] = np.nan
    values[-1] = np.inf
    found, series, notes = read(table(dates("1959-01-01", 60, "D", "%Y-%m-%d"), values))
    np.testing.assert_array_equal(found, values[3:-1])
    assert series.times[0] == "1959-01-04"
    assert {"the first 3 rows were left out: no value"} < set(notes)
    assert "the last row was left out: no value" in notes


def test_keeps_longest_stretch_of_one_step():
    early = dates("1980-01-01", 40, "2D", "%Y-%m-%d")
    late = dates("1980-04-01", 100, "D", "%Y-%m-%d")
    values, series, notes = read(table(early + late))
    np.testing.assert_array_equal(values, noise(140)[40:])
    assert series.times == tuple(late)
    assert any("100 of 140 rows were kept" in note for note in notes)


DAYS = dates("2001-01-01", 90, "D", "%Y-%m-%d")
REFUSED = {
    "text": (table(DAYS, ["a"] * 90), "no column of numbers"),
    "one cell of text": (table(DAYS, [*noise(89).astype(str), "low"]), "'low'"),
    "doubled": (table([*DAYS[:89], DAYS[3]]), "row 4 and again in row 90"),
    "constant": (table(DAYS, [2.0] * 90), "all 90 values of 'y' in t.csv are 2"),
    "no values": (table(DAYS, [np.nan] * 90), "has no values"),
    "one bad time": (table([*DAYS[:89], "soon"]), "row 90 has 'soon'"),
    "too many gaps": (
        table(DAYS, np.where(np.arange(90) % 10 == 5, np.nan, noise(90))),
        "9 of 90 values are missing (10.0%",
    ),
    "no common step": (
        table([DAYS[i] for i in np.unique((np.arange(30) ** 1.3).astype(int))]),
        "have no common step",
    ),
    "short": (table(DAYS[:12]), "too short: 12 steps"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses_what_is_no_series(case, refused):
    frame, part = REFUSED[case]
    assert part in refused(BadData, read, frame)


def test_refuses_what_folds_do_not_fit_into(refused):
    text = refused(BadData, read, table(DAYS), season=20, horizon=15)
    assert "90 steps, and 40 before the first fold" in text
    assert "5 folds of 15 steps are 115" in text
    assert "--horizon" in text


@pytest.mark.parametrize("option", ["season", "horizon"])
def test_refuses_numbers_below_one(option, refused):
    assert f"--{option} must be 1" in refused(Misuse, read, table(DAYS), **{option: 0})


SEASONS = {
    "year of months": ("MS", 120, 12, 12),
    "year of quarters": ("QS", 60, 4, 4),
    "week of days": ("D", 200, 7, 7),
    "year of days": ("D", 1_500, 365, 28),
    "year of weeks": ("7D", 400, 52, 40),
    "day of hours": ("h", 2_000, 24, 24),
    "week of hours": ("h", 1_000, 168, 48),
    "hour of minutes": ("min", 1_000, 60, 48),
    "week of working days": ("B", 200, 5, 5),
}


@pytest.mark.parametrize("case", SEASONS)
def test_finds_season_and_horizon(case):
    freq, rows, season, horizon = SEASONS[case]
    when = dates("2001-01-01", rows, freq, "%Y-%m-%d %H:%M")
    _, series, notes = read(table(when, wave(rows, season)))
    assert (series.season, series.horizon) == (season, horizon)
    assert any(f"the season is {season} steps" in note for note in notes)
    assert sum("overrules" in note for note in notes) == 2


@pytest.mark.parametrize("freq", ["D", "h", "MS"])
def test_finds_no_season_in_a_random_walk(freq):
    when = dates("2001-01-01", 600, freq, "%Y-%m-%d %H:%M")
    _, series, notes = read(table(when, noise(600).cumsum()))
    assert (series.season, series.horizon) == (1, 10)
    assert any("no season was found" in note for note in notes)


def test_given_numbers_overrule():
    _, series, notes = read(table(DAYS), season=9, horizon=3)
    assert (series.season, series.horizon) == (9, 3)
    assert not any("overrules" in note for note in notes)


def test_naive_errors_are_those_of_the_forecasts():
    values = noise(80).cumsum()
    from learnable.baselines.estimators.forecast import seasonal_naive

    for season, found in naive_errors(values, [1, 4, 12]).items():
        errors = [
            np.abs(values[t] - seasonal_naive(values[: t - h + 1], h, season)[-1])
            for h in range(1, 13)
            for t in range(24, 80)
        ]
        np.testing.assert_allclose(found, np.mean(errors))


@given(st.integers(10, 300), st.integers(1, 20), st.integers(2, 8))
@settings(max_examples=25, deadline=None)
def test_folds_roll_over_the_end(before, horizon, folds):
    rows = before + horizon * folds
    made = rolling_folds(rows, horizon=horizon, folds=folds)
    tests = np.concatenate([fold.test for fold in made])
    np.testing.assert_array_equal(tests, np.arange(before, rows))
    for fold in made:
        assert len(fold.test) == horizon
        np.testing.assert_array_equal(fold.train, np.arange(fold.test[0]))


def test_folds_leave_rows_to_learn_from(refused):
    assert "--folds" in refused(BadData, rolling_folds, 59, horizon=10, folds=5)


def test_bundled_file_has_a_season_of_a_year():
    frame, _ = read_table(TINY)
    values, series, _ = read_series(frame, "Passengers", name=TINY.name)
    assert (len(values), series.season, series.horizon) == (144, 12, 12)
    assert series.times[0] == "1949-01"


REAL = {
    "airline_passengers.csv": (144, 12, 12),
    "beijing_pm25_hourly.csv.gz": (43_800, 1, 10),
    "daily_female_births.csv": (365, 7, 7),
    "daily_max_temperatures.csv": (3_652, 365, 28),
    "daily_min_temperatures.csv": (3_652, 365, 28),
    "monthly_mean_temp_nottingham.csv": (240, 12, 12),
    "monthly_shampoo_sales.csv": (36, 1, 3),
    "monthly_sunspots.csv": (2_820, 1, 10),
    "monthly_writing_paper_sales.csv": (147, 12, 12),
    "sea_ice_extent.csv": (11_822, 365, 28),
    "yearly_water_usage.csv": (79, 1, 7),
}


@needs_data
@pytest.mark.parametrize("name", REAL)
def test_reads_real_series(name):
    frame, _ = read_table(Path(str(ROOT)) / "timeseries" / name)
    target = "pm2.5" if "pm2.5" in frame else str(frame.columns[-1])
    values, series, _ = read_series(frame, target, name=name)
    assert (len(values), series.season, series.horizon) == REAL[name]
    assert np.isfinite(values).all()
    assert len(set(series.times)) == len(values)


def test_hours_that_come_twice_as_clocks_are_set_back():
    hours = pd.date_range("2015-09-20", periods=2_000, freq="h", tz="Europe/Vienna")
    when = hours.strftime("%Y-%m-%d %H:%M").tolist()
    values, series, notes = read(table(when, wave(2_000, 24)))
    assert len(values) == 1_999
    assert series.season == 24
    assert any("1 time comes twice, as clocks are set back" in note for note in notes)


def test_rows_with_nothing_in_them_are_left_out():
    frame = table([*DAYS[:50], None, *DAYS[50:], None])
    frame.loc[[50, 91], "y"] = np.nan
    values, _, notes = read(frame)
    assert len(values) == 90
    assert "2 rows with nothing in them were left out" in notes


@pytest.mark.parametrize("index", ["dates", "months", "both"])
def test_an_index_of_times_is_a_column(index, tmp_path):
    days = pd.date_range("2001-01-31", periods=40, freq="ME", name="when")
    frame = pd.DataFrame({"y": noise(40)}, index=days)
    if index == "months":
        frame.index = days.to_period("M")
    if index == "both":
        frame = frame.assign(place="a").set_index("place", append=True)
    frame.to_parquet(tmp_path / "t.parquet")
    found, _ = read_table(tmp_path / "t.parquet")
    assert "when" in found
    assert any("a step is 1 month" in note for note in read(found)[2])


def test_a_way_to_read_dates_that_leaves_gaps_is_not_meant():
    when = dates("2005-01-01", 60, "MS", "%d/%m/%Y")
    _, series, notes = read(table(when))
    assert len(series.times) == 60
    assert "a step is 1 month" in notes


def test_another_way_to_read_dates_is_told():
    # each is a day of January, or the first of a month
    frame = pd.DataFrame({"when": dates("2005-01-01", 12, "D", "%d/%m/%Y")})
    assert "month first would fit as well" in find_times(frame).note
