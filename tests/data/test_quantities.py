"""Columns of quantities in several units become numbers in one."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from learnable.data.conversion import convert_quantities


def converted(*cells):
    table, notes = convert_quantities(
        pd.DataFrame({"v": pd.Series(cells, dtype="str")})
    )
    return table["v"], " | ".join(notes.get("v", ()))


@pytest.mark.parametrize(
    ("cells", "values", "unit"),
    [
        (("1h 52m", "45m", "2h 10m"), (112, 45, 130), "min"),
        (("1 hour and 5 minutes", "50 min"), (65, 50), "min"),
        (("3 days", "36 h", "5 h"), (72, 36, 5), "h"),
        (("2 years 3 months", "11 mos", "1 yr, 2 mo"), (27, 11, 14), "months"),
        (("1.5 MB", "512 KB", "1 KB"), (1536, 512, 1), "KB"),
        (("5'10\"", "6\u2019", "4'1\"", '11"'), (70, 72, 49, 11), "in"),
        (("1,5 kg", "800 g", "950 g"), (1500, 800, 950), "g"),
        (("10 m", "2 km", "7 m"), (10, 2000, 7), "m"),
        (("$1.5M", "850K", "1,200K", "-3K"), (1500, 850, 1200, -3), "thousands"),
        (("12", "950", "1.2K"), (12, 950, 1200), "1"),
        (("1 Mrd. ", "500 Mio.", "20 Mio."), (1000, 500, 20), "millions"),
    ],
)
def test_cells_are_numbers_in_the_unit_that_most_have(cells, values, unit):
    column, said = converted(*cells)
    assert column.tolist() == pytest.approx(list(values))
    assert f"({unit})" in said


def test_south_and_west_are_below_zero():
    column, said = converted("52.5°N", "12°30'S", "1° 30' 36\" N", "0.5 °s")
    assert column.tolist() == pytest.approx([52.5, -12.5, 1.51, -0.5])
    assert "south and west below zero" in said


@pytest.mark.parametrize(
    "cells",
    [
        ("1a", "2b", "3c"),  # codes
        ("2h", "5h"),  # one unit: a matter of `convert_numbers`
        ("3 kg", "2 km"),  # two dimensions
        ("45m 1h", "2h"),  # no order that anyone writes
        ("12-14 kg", "900 g"),  # ranges
        ("4h", "5f", "2m", "1a"),  # squares of a board
        ("S", "M", "L"),
        ("", "-"),
        ("x" * 200, "1h 2m"),
    ],
)
def test_other_text_stays_as_it_is(cells):
    column, said = converted(*cells)
    assert column.tolist() == list(cells)
    assert not said


def test_up_to_a_tenth_of_other_cells_are_missing_and_are_told():
    column, said = converted(*["1h 5m"] * 18, "later", "n/a")
    assert column.isna().sum() == 2
    assert "2 cells are missing now, the first is 'later'" in said


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 59)), min_size=2))
def test_any_times_are_read_as_they_were_written(times):
    column, _ = converted(*(f"{hours}h {minutes}m" for hours, minutes in times))
    in_minutes = [60 * hours + minutes for hours, minutes in times]
    told = column * (1 if column.iloc[0] == in_minutes[0] else 60)
    assert told.tolist() == pytest.approx(in_minutes)
