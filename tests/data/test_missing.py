"""Values that stand for missing, rows that are none, and classes named None."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.data import load
from learnable.data.errors import BadData, Misuse, UnknownName
from learnable.data.files import read_rows
from learnable.data.missing import (
    drop_rows,
    find_sentinel,
    find_sentinel_day,
    find_sentinels,
    mark_missing,
)

RNG = np.random.default_rng(0)


def table(write, rows, names="a,v"):
    return write("\n".join([names, *rows]) + "\n")


def prices(write, odd="-999", every=10):
    """60 prices above 100, some of them not known."""
    rows = [f"{i % 7},{odd if i % every == 0 else 100 + i}" for i in range(60)]
    return table(write, rows)


def test_word_is_a_class_where_no_cell_is_empty(write):
    path = table(write, [f"{i},{['x', 'None', 'NA'][i % 3]}" for i in range(60)])
    data = load(path, target="v")
    assert data.classes == ("NA", "None", "x")
    assert any("--missing v=" in note for note in data.notes)


def test_word_beside_empty_cells_is_missing(write):
    path = table(write, [f"{i},{['x', 'None', 'y', ''][i % 4]}" for i in range(60)])
    data = load(path, target="v")
    assert data.classes == ("x", "y")
    told = "15 cells 'None' were taken for missing, as are 15 empty ones"
    assert any(told in note for note in data.notes)


def test_word_in_numbers_and_in_features_is_missing(write):
    path = table(write, [f"{['x', 'NA'][i % 2]},{i or 'NA'}" for i in range(60)])
    data = load(path, target="v")
    assert data.task == "regression"
    assert len(data) == 59
    assert data.x["a"].isna().sum() == 30


def test_value_becomes_missing_in_one_column_or_all(write):
    path = table(write, [f"{i % 3},{i % 5}" for i in range(30)])
    both = read_rows(path, missing=["0"]).table
    assert both.isna().sum().tolist() == [10, 6]
    one = read_rows(path, missing=["a=0", "v=1", "v=2.0"]).table
    assert one.isna().sum().tolist() == [10, 12]


def test_text_value_becomes_missing(write):
    path = table(write, [f"{['x', ' n/k', 'y'][i % 3]},{i}" for i in range(30)])
    assert read_rows(path, missing=["a=n/k"]).table["a"].isna().sum() == 10


def test_value_is_compared_as_the_number_that_was_read(write):
    rows = [f'{i},"{["1,250", "9,999"][i % 2]} $"' for i in range(30)]
    found = read_rows(table(write, rows), missing=["v=9999"]).table["v"]
    assert found.isna().sum() == 15
    assert found[0] == 1250


def test_value_or_column_that_is_not_there_is_refused(write, refused):
    path = prices(write)
    said = refused(Misuse, read_rows, path, missing=["v=-99"])
    assert said == (
        "column 'v' of t.csv has no cell '-99'; correct or leave out --missing v=-99"
    )
    assert "'w'" in refused(UnknownName, read_rows, path, missing=["w=-999"])
    assert "no column" in refused(Misuse, read_rows, path, missing=["-7"])


def test_other_types_of_columns_are_compared_too():
    frame = pd.DataFrame(
        {
            "truth": [True, False], "whole": pd.array([1, None], dtype="Int64"),
            "kind": pd.Categorical(["1", "b"]),
            "day": pd.to_datetime(["2020-01-01", "1900-01-01"]),
        }
    )  # fmt: skip
    found, met = mark_missing(frame, ["1", "day=1900-01-01"])
    assert met == {"1", "day=1900-01-01"}
    assert found.isna().sum().tolist() == [0, 2, 1, 1]


def test_rows_are_left_out_by_their_numbers(write):
    path = table(write, [f"{i},{i * 1.5}" for i in range(1, 31)])
    data = load(path, target="v", drop_rows="1,3-5, 30")
    assert data.x["a"].tolist() == [2, *range(6, 30)]
    assert data.row_numbers is not None
    assert data.row_numbers.tolist() == [2, *range(6, 30)]


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ("0", "rows 1 to 30"), ("31", "rows 1 to 30"), ("5-3", "rows 1 to 30"),
        ("x", "numbers of rows such as 3,7,198-200"), ("1,,2", "give numbers"),
        ("-3", "give numbers"), ("1-2-3", "give numbers"), ("9" * 5000, "give numbers"),
    ],
)  # fmt: skip
def test_rows_that_are_not_there_are_refused(write, refused, numbers, said):
    path = table(write, [f"{i},{i}" for i in range(30)])
    assert said in refused(Misuse, read_rows, path, drop_rows=numbers)


def test_all_rows_cannot_be_left_out(write, refused):
    path = table(write, [f"{i},{i}" for i in range(30)])
    assert "no row" in refused(BadData, read_rows, path, drop_rows="1-30")


@settings(deadline=None)
@given(st.sets(st.integers(1, 50), min_size=1, max_size=49))
def test_any_rows_can_be_left_out(numbers):
    frame = pd.DataFrame({"a": range(1, 51)})
    kept = drop_rows(frame, ",".join(map(str, sorted(numbers))), "t.csv")
    assert set(kept["a"]) == set(range(1, 51)) - numbers
    assert (kept.index + 1).tolist() == kept["a"].tolist()


def test_options_are_for_tables_alone(refused):
    assert "missing=" in refused(Misuse, load, "iris", missing=["1"])
    assert "drop_rows=" in refused(Misuse, load, "iris", drop_rows="1")


def test_series_take_them_too(write):
    rows = [f"{-200 if i == 7 else 20 + i % 12}" for i in range(60)]
    path = table(write, rows, "v")
    data = load(path, target="v", task="forecast", missing=["-200"])
    assert data.y.min() >= 20
    shorter = load(path, target="v", task="forecast", drop_rows="8")
    assert len(shorter) == 59


def test_sentinel_in_the_target_is_refused_with_what_to_do(write, refused):
    path = prices(write)
    said = refused(BadData, load, path, target="v")
    assert "is -999 in 6 of 60 rows (10.0%)" in said
    assert "nearest other value is 101" in said
    assert said.endswith("missing=['v=-999']")
    assert len(load(path, target="v", missing=["v=-999"])) == 54


@pytest.mark.parametrize("odd", ["-1", "0", "98", "1000"])
def test_number_that_may_be_true_is_no_error(write, odd):
    assert len(load(prices(write, odd), target="v", task="regression")) == 60


@pytest.mark.parametrize(
    ("others", "value"),
    [
        (RNG.normal(20, 5, 200), -200), (RNG.uniform(0, 5000, 200), -999),
        (RNG.uniform(0, 20, 200), 999), (RNG.uniform(50, 120, 200), 0),
        (RNG.integers(0, 100, 200), -9), (RNG.normal(0, 1, 200), 9999),
        (RNG.choice([1, 2, 3], 200), -9), (RNG.integers(0, 7, 200), 99),
        (RNG.uniform(3, 30, 200), 888), (RNG.uniform(250, 300, 200), 1e20),
        (RNG.uniform(980, 1030, 200), 9999.9),
    ],
)  # fmt: skip
def test_sentinels_are_found(others, value):
    found = find_sentinel(np.append(others, [value] * 20).astype(float))
    assert found is not None
    assert (found.value, found.count) == (value, 20)


@pytest.mark.parametrize(
    ("others", "value"),
    [
        (RNG.normal(0, 100, 200), -200), (RNG.uniform(0, 5000, 200), 999),
        (RNG.uniform(1, 120, 200), 0), (RNG.integers(0, 50, 200), -1),
        (RNG.choice([-1, 0, 1], 200), -9), (RNG.uniform(20, 90, 200), 99),
        (RNG.choice([1, 10, 100], 200), 1000), (RNG.choice([0, 5], 200), 9),
        (RNG.uniform(0, 20, 200), 500), (np.arange(5), -999),
    ],
)  # fmt: skip
def test_numbers_that_may_be_true_are_no_sentinels(others, value):
    assert find_sentinel(np.append(others, [value] * 4).astype(float)) is None


def test_several_reasons_have_numbers_side_by_side():
    others = RNG.uniform(700, 3_000, 200).round()
    found = find_sentinels(np.append(others, [-98] * 5 + [-99] * 9))
    assert [(s.value, s.count) for s in found] == [(-99, 9), (-98, 5)]


@pytest.mark.parametrize(
    ("day", "is_found"),
    [
        ("1900-01-01", True),
        ("9999-12-31", True),
        ("2021-05-01", False),
        ("1900-02-03", False),
    ],
)
def test_day_far_from_all_others_is_found(day, is_found):
    days = np.datetime64("2021-01-01") + RNG.integers(0, 900, 100)
    both = np.append(days, [np.datetime64(day)] * 5).astype("datetime64[D]")
    found = find_sentinel_day(both.astype("float64"))
    assert (found is not None) == is_found
    assert found is None or found.written == day


@settings(deadline=None)
@given(st.lists(st.floats(), max_size=60))
def test_any_numbers_are_looked_at(values):
    found = find_sentinel(np.array(values, dtype=float))
    assert found is None or found.value in values


def _countries(tmp_path, codes):
    rows = "".join(f"{codes[i % 5]},{i}\n" for i in range(50))
    (tmp_path / "t.csv").write_text(f"country,rain\n{rows}")
    data = load(tmp_path / "t.csv", target="rain", task="regression")
    return data.x["country"], " ".join(data.column_notes["country"])


def test_namibia_is_a_country(tmp_path):
    column, note = _countries(tmp_path, ["ZA", "NA", "BW", "AO", "ZM"])
    assert (column == "NA").sum() == 10
    assert "10 cells 'NA' are a country" in note


@pytest.mark.parametrize("gap", ["", " ", "null", "n/a"])
def test_where_countries_have_gaps_namibia_is_asked_about(gap, tmp_path):
    column, note = _countries(tmp_path, ["ZA", "NA", "BW", gap, "ZM"])
    assert column.isna().sum() == 20
    assert "10 cells 'NA' were taken for missing" in note


def test_gaps_among_other_codes_are_gaps(tmp_path):
    rows = "".join(f"{['TX', 'NA', 'NY', 'CA'][i % 4]},{i}\n" for i in range(40))
    (tmp_path / "t.csv").write_text(f"state,rain\n{rows}")
    data = load(tmp_path / "t.csv", target="rain", task="regression")
    assert data.x["state"].isna().sum() == 10
