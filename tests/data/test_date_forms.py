"""Forms of times: each is read as what was written, and nothing else is a time."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.data.date_columns import parse_cells, read_dates
from learnable.data.date_forms import VAGUE, forms_of, plain_cell, readings
from learnable.data.encode import encode_fold
from learnable.data.errors import BadData
from learnable.data.files import read_rows, read_table
from learnable.data.loading import load
from learnable.data.steps import choose_reading, is_clock_change, to_positions
from learnable.data.times import find_times

DAYS = {
    "day first": "%d/%m/%Y",
    "month first": "%m/%d/%Y",
    "dots": "%d.%m.%Y",
    "short years": "%d.%m.%y",
    "month in words": "%d %b %Y",
    "whole words": "%B %d, %Y",
    "weekday": "%A, %d %B %Y",
    "SAS": "%d%b%Y",
    "strokes, year first": "%Y/%m/%d",
    "ISO": "%Y-%m-%d",
    "one number": "%Y%m%d",
    "ISO weeks": "%G-W%V-%u",
}
CLOCKS = {
    "12 hours": "%m/%d/%Y %I:%M:%S %p",
    "24 hours": "%d.%m.%Y %H:%M",
    "ISO": "%Y-%m-%dT%H:%M:%S",
    "zone": "%Y-%m-%d %H:%M:%S+00:00",
    "UTC": "%Y-%m-%d %H:%M UTC",
    "fraction": "%Y-%m-%d %H:%M:%S.000",
    "words": "%d %B %Y %I:%M %p",
}
MONTHS = {
    "ISO": "%Y-%m",
    "month first": "%m/%Y",
    "words": "%B %Y",
    "short": "%b %Y",
    "with M": "%YM%m",
    "one number": "%Y%m",
    "dates": "%d/%m/%Y",
    "American dates": "%m/%d/%Y",
}


def moments_of(column: pd.Series) -> np.ndarray:
    return choose_reading(readings(column, vague=True))[0].moments


def same(found: np.ndarray, true: pd.DatetimeIndex) -> bool:
    return bool((found == true.to_numpy().astype("datetime64[us]")).all())


@given(
    st.sampled_from(sorted(DAYS)),
    st.dates(pd.Timestamp("1970-01-01").date(), pd.Timestamp("2060-01-01").date()),
    st.integers(40, 400),
)
@settings(max_examples=25, deadline=None)
def test_days_read_back(form, first, rows):
    true = pd.date_range(first, periods=rows)
    assert same(moments_of(pd.Series(true.strftime(DAYS[form]))), true)


@given(
    st.sampled_from(sorted(CLOCKS)),
    st.datetimes(pd.Timestamp("1990-01-01"), pd.Timestamp("2030-01-01")),
    st.integers(800, 900),
    st.sampled_from(["h", "30min", "2h"]),
)
@settings(max_examples=25, deadline=None)
def test_clocks_read_back(form, first, rows, step):
    true = pd.date_range(pd.Timestamp(first).floor("h"), periods=rows, freq=step)
    assert same(moments_of(pd.Series(true.strftime(CLOCKS[form]))), true)


@given(
    st.sampled_from(sorted(MONTHS)),
    st.integers(1900, 2050),
    st.integers(1, 12),
    st.integers(13, 90),
)
@settings(max_examples=25, deadline=None)
def test_months_are_steps_of_a_month(form, year, month, rows):
    true = pd.date_range(f"{year}-{month:02d}-01", periods=rows, freq="MS")
    times = find_times(pd.DataFrame({"when": true.strftime(MONTHS[form])}))
    assert times.unit == "month"
    assert (np.diff(times.places) == 1).all()
    assert times.places[0] == 12 * year + month - 1


@given(st.integers(1980, 2030), st.integers(8, 60), st.integers(0, 3))
@settings(max_examples=25, deadline=None)
def test_quarters_read_back(year, rows, form):
    pairs = [(year + i // 4, i % 4 + 1) for i in range(rows)]
    texts = [(f"{y}Q{q}", f"Q{q} {y}", f"{y}-Q{q}", f"{q}Q{y}")[form] for y, q in pairs]
    times = find_times(pd.DataFrame({"when": texts}))
    assert times.unit == "month"
    assert (np.diff(times.places) == 3).all()


@pytest.mark.parametrize(
    "cells",
    [
        ["12 janvier 2015", "3 août 2016"],
        ["12. Januar 2015", "3. August 2016"],
        ["12 de enero de 2015", "3 de agosto de 2016"],
        ["12 Jan. 2015", "3 Aug. 2016"],
        ["January 12th, 2015", "August 3rd, 2016"],
    ],
)
def test_months_in_words_of_other_languages(cells):
    true = np.array(["2015-01-12", "2016-08-03"], "datetime64[us]")
    assert (moments_of(pd.Series(cells)) == true).all()


@pytest.mark.parametrize(
    "cells",
    [
        ["12:30", "13:45"],
        ["1.2.3", "1.2.4"],
        ["A-2015-01", "A-2015-02"],
        ["10-19", "20-29"],
        ["555-1234", "555-9876"],
        ["2009-10", "2010-11", "2011-12"],
        ["1-Oct", "12-Nov"],
        ["20150131", "20150201"],
        ["2015", "2016"],
        ["192.168.1.1", "10.0.0.1"],
        ["0000-00-00", "0000-00-00"],
        ["May", "June"],
        ["x" * 10_000, "1" * 10_000],
        ["31.31.2015", "45/45/2020"],
        ["1234-05", "1235-06"],
        ["", " "],
        ["\u0662\u0660\u0661\u0665-\u0660\u0661", "\u00b2-\u00b2"],
    ],
)
def test_no_dates_stay_what_they_are(cells):
    table = pd.DataFrame({"c": cells * 20})
    found = read_dates(table)
    assert found.table is table
    assert not found.formats


@given(st.lists(st.text(max_size=30), min_size=1, max_size=30))
@settings(max_examples=25, deadline=None)
def test_any_text_is_read_or_left(cells):
    found = read_dates(pd.DataFrame({"c": cells}))
    assert len(found.table) == len(cells)
    for reading in readings(pd.Series(cells), vague=True):
        assert len(reading.moments) == len(cells)


@given(st.text(alphabet="0123456789-/.: TWQMAPJan", max_size=40))
@settings(max_examples=25, deadline=None)
def test_texts_like_dates_raise_nothing(cell):
    forms_of(plain_cell(cell))
    readings(pd.Series([cell] * 3), vague=True)


def table_of(form: str, rows: int = 300, seed: int = 0) -> pd.DataFrame:
    days = np.random.default_rng(seed).integers(0, 3_000, rows)
    dates = pd.Series(pd.Timestamp("2010-01-01") + pd.to_timedelta(days, "D"))
    return pd.DataFrame({"when": dates.dt.strftime(form), "true": dates})


@pytest.mark.parametrize("form", ["day first", "month first", "dots", "ISO", "SAS"])
def test_columns_of_tables_become_dates(form):
    table = table_of(DAYS[form])
    found = read_dates(table)
    assert (found.table["when"] == table["true"]).all()
    assert found.notes["when"][0].startswith("read as")


def test_an_ambiguous_order_follows_other_columns():
    table = table_of("%d/%m/%Y").assign(other=["03/04/2015", "05/06/2015"] * 150)
    found = read_dates(table)
    assert found.table["other"].dt.strftime("%m-%d").tolist()[:2] == ["04-03", "06-05"]


def test_an_ambiguous_order_is_said():
    found = read_dates(pd.DataFrame({"c": ["03/04/2015", "05/06/2015"] * 9}))
    assert "month first; day first would fit as well" in found.notes["c"][0]
    found = read_dates(pd.DataFrame({"c": ["03.04.2015", "05.06.2015"] * 9}))
    assert "day first; month first would fit as well" in found.notes["c"][0]


def test_a_few_odd_cells_are_missing_and_told():
    table = table_of("%d/%m/%Y")
    table.loc[[5, 9], "when"] = "soon"
    found = read_dates(table)
    assert found.table["when"].isna().sum() == 2
    assert "2 of 300 cells are none ('soon') and missing" in found.notes["when"][0]


def test_more_odd_cells_keep_a_column_text():
    table = table_of("%d/%m/%Y")
    table.loc[::12, "when"] = "soon"
    found = read_dates(table)
    assert found.table is table
    assert "275 of 300 cells are dates, day first" in found.notes["when"][0]
    assert "('soon') keep it text" in found.notes["when"][0]


def test_gaps_stay_gaps():
    table = table_of("%d/%m/%Y")
    table.loc[::3, "when"] = None
    found = read_dates(table)
    assert found.table["when"].isna().sum() == 100


def test_the_target_stays_text():
    table = table_of("%d/%m/%Y")
    assert read_dates(table, "when").table is table


def test_dates_of_a_file_become_parts(tmp_path):
    path = tmp_path / "t.csv"
    table = table_of("%d/%m/%Y").assign(y=np.arange(300.0))[["when", "y"]]
    table.to_csv(path, index=False)
    reading = read_rows(path, target="y")
    assert reading.column_notes == {"when": ("read as dates, day first",)}
    assert read_table(path)[0]["when"].tolist() == table["when"].tolist()
    dataset = load(path, target="y", task="regression")
    assert dataset.date_formats == {"when": ("%d/%m/%Y",)}
    rows = np.arange(300)
    matrix, _ = encode_fold(dataset.x, rows[:200], rows[200:])
    assert matrix.shape[1] > 1
    assert (matrix == 2010).any()


def test_new_cells_are_read_as_the_old_ones():
    column = pd.Series(["03/04/2015", " 5/6/2015", None, "soon"])
    found = parse_cells(column, ("%d/%m/%Y",))
    assert found[:2].astype("datetime64[D]").astype(str).tolist() == [
        "2015-04-03",
        "2015-06-05",
    ]
    assert np.isnat(found[2:]).all()


def test_vague_forms_are_times_of_a_forecast():
    for cells in (["201501", "201502"], ["2015", "2016"], ["1-01", "1-02"]):
        found = readings(pd.Series(cells), vague=True)
        assert {reading.name for reading in found} <= set(VAGUE)
        assert found
        assert not readings(pd.Series(cells), vague=False)


PARTS = pd.date_range("2019-11-20", periods=500, freq="h")


def spelt(cases: list[str], table: pd.DataFrame) -> pd.DataFrame:
    return table.set_axis(cases, axis=1)


JOINED = {
    "date and hour": spelt(
        ["Date", "HOUR"],
        pd.DataFrame({"d": PARTS.strftime("%d/%m/%Y"), "h": PARTS.hour}),
    ),
    "date and time": spelt(
        ["DATE", "Time"],
        pd.DataFrame({"d": PARTS.strftime("%Y-%m-%d"), "t": PARTS.strftime("%H:%M")}),
    ),
    "date and 12 hours": spelt(
        ["date", "time"],
        pd.DataFrame({"d": PARTS.date, "t": PARTS.strftime("%I:%M %p")}),
    ),
    "date and spans": spelt(
        ["Date", "Time"],
        pd.DataFrame(
            {"d": PARTS.strftime("%d.%m.%Y"), "t": PARTS.strftime("%H:%M - %H:59")}
        ),
    ),
    "hours 1 to 24": spelt(
        ["date", "hr"],
        pd.DataFrame({"d": PARTS.strftime("%m/%d/%Y"), "h": PARTS.hour + 1}),
    ),
    "four parts": spelt(
        ["Year", "MONTH", "day", "Hour"],
        pd.DataFrame(
            {"y": PARTS.year, "m": PARTS.month, "d": PARTS.day, "h": PARTS.hour}
        ),
    ),
    "month names": spelt(
        ["year", "month", "day", "hour"],
        pd.DataFrame(
            {
                "y": PARTS.year,
                "m": PARTS.strftime("%B"),
                "d": PARTS.day,
                "h": PARTS.hour,
            }
        ),
    ),
}


@pytest.mark.parametrize("case", JOINED)
def test_several_columns_are_one_time(case):
    times = find_times(JOINED[case])
    assert times.unit == "microsecond"
    assert (np.diff(times.places) == 3_600 * 10**6).all()
    assert len(set(times.names)) == 500


def test_years_and_weeks_are_one_time():
    weeks = pd.date_range("2013-12-30", periods=120, freq="7D").isocalendar()
    times = find_times(pd.DataFrame({"year": weeks.year, "week": weeks.week}))
    assert (np.diff(times.places) == 7 * 86_400 * 10**6).all()


def test_years_and_quarters_are_one_time():
    table = pd.DataFrame({"year": [2000 + i // 4 for i in range(20)]})
    for quarters in (
        [i % 4 + 1 for i in range(20)],
        [f"Q{i % 4 + 1}" for i in range(20)],
    ):
        times = find_times(table.assign(quarter=quarters))
        assert times.unit == "month"
        assert (np.diff(times.places) == 3).all()


def test_of_two_columns_the_one_without_repeats_wins():
    days = pd.date_range("2005-01-01", periods=90)
    table = pd.DataFrame(
        {"year": days.year, "month": days.month, "date": days.strftime("%Y-%m-%d")}
    )
    times = find_times(table)
    assert times.column == "date"


@pytest.mark.parametrize("size", [1, 1_000, 1_000_000])
def test_seconds_since_1970(size):
    seconds = 1_500_000_000 + 3_600 * np.arange(50)
    times = find_times(pd.DataFrame({"timestamp": seconds * size}))
    assert (np.diff(times.places) == 3_600 * 10**6).all()


def test_days_on_local_clocks_are_days():
    days = pd.date_range("2015-03-01", periods=60, tz="Europe/Vienna")
    texts = [day.isoformat() for day in days]
    times = find_times(pd.DataFrame({"when": texts}))
    assert (np.diff(times.places) == 86_400 * 10**6).all()


def test_clocks_that_are_set_back():
    hours = pd.date_range("2015-10-01", periods=900, freq="h", tz="Europe/Vienna")
    local = hours.tz_localize(None).to_numpy().astype("datetime64[us]").astype("int64")
    twice = local[1:][np.diff(local) == 0]
    assert is_clock_change(twice)
    assert not is_clock_change(twice + 86_400 * 10**6)
    assert not is_clock_change(np.append(twice, twice))


def test_a_cell_that_is_no_time_is_named():
    days = pd.date_range("2005-01-01", periods=90).strftime("%Y-%m-%d").tolist()
    with pytest.raises(BadData, match="row 90 has 'soon'"):
        find_times(pd.DataFrame({"when": [*days[:89], "soon"]}))


def test_holidays_do_not_hide_working_days():
    days = pd.bdate_range("2015-01-01", periods=300)
    kept = days.delete([10, 50, 51, 200]).to_numpy().astype("datetime64[us]")
    places, unit = to_positions(kept)
    assert unit == "workday"
    assert (np.diff(places) == 1).mean() > 0.98


def _mixed(*formats):
    days = pd.date_range("2023-01-01", periods=120)
    which = np.random.default_rng(0).integers(0, len(formats), len(days))
    return [day.strftime(formats[i]) for i, day in zip(which, days, strict=True)]


@pytest.mark.parametrize(
    "formats",
    [
        ("%Y-%m-%d", "%d.%m.%Y", "%b %d, %Y"),
        ("%d/%m/%Y", "%Y-%m-%d"),
        ("%m/%d/%Y", "%d.%m.%Y"),
        ("%Y-%m-%d %H:%M", "%d.%m.%Y"),
    ],
)
def test_dates_of_several_forms_are_read_each_by_its_own(formats):
    found = read_dates(pd.DataFrame({"day": _mixed(*formats), "x": range(120)}))
    assert found.notes["day"] == ("read as dates, in several forms",)
    read = found.table["day"].dt.normalize().to_numpy().astype("datetime64[D]")
    assert (np.diff(read) == np.timedelta64(1, "D")).all()
    assert str(read[0]) == "2023-01-01"


@pytest.mark.parametrize(
    "formats", [("%d/%m/%Y", "%m/%d/%Y"), ("%d/%m/%y", "%Y-%m-%d")]
)
def test_dates_that_may_be_others_stay_text(formats):
    assert "day" not in read_dates(pd.DataFrame({"day": _mixed(*formats)})).formats
