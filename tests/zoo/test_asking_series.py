"""The last values of a series, from a file or from lines."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from learnable.data.errors import BadData, ZooError
from learnable.zoo.networks.predict_input import series_from_file, series_from_text
from learnable.zoo.run_files import Inputs

INPUTS = Inputs("sales.csv", "forecast", (), (1,), targets=("sales",))


@pytest.fixture
def table(tmp_path: Path):
    def written(text: str, name: str = "new.csv") -> Path:
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return written


@pytest.mark.parametrize(
    "text",
    [
        "1\n2.5\n-3\n",
        "1\n2.5\n-3",
        "sales\n1\n2.5\n-3\n",
        " 1\r\n 2.5\r\n-3\r\n",
        "1\n\n2.5\n-3\n",
        "1e0\n2.5\n-3.0\n",
    ],
)
def test_one_number_a_line(text):
    np.testing.assert_array_equal(series_from_text(text, INPUTS), [1, 2.5, -3])


def test_value_is_no_name():
    """The columns of a file without names are called 0, 1, ..."""
    inputs = replace(INPUTS, targets=("1",))
    np.testing.assert_array_equal(series_from_text("1\n2\n3\n", inputs), [1, 2, 3])


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_nothing_is_refused(refused, text):
    assert "standard input" in refused(BadData, series_from_text, text, INPUTS)


def test_names_alone_are_refused(refused):
    assert "there is no value" in refused(BadData, series_from_text, "sales\n", INPUTS)


@pytest.mark.parametrize("bad", ["x", "inf", "nan", "?", "-", "3,5", "3 4", '"'])
def test_word_among_numbers_is_named(refused, bad):
    text = refused(BadData, series_from_text, f"1\n2\n{bad}\n4\n", INPUTS)
    assert "value 3 is not a number" in text


def test_column_is_found_by_its_name(table):
    path = table("sales,month,staff\n1,2001-01,9\n2,2001-02,8\n3,2001-03,7\n")
    np.testing.assert_array_equal(series_from_file(path, INPUTS), [1, 2, 3])


def test_only_column_is_taken_whatever_its_name(table):
    path = table("month,amount\n2001-01,4\n2001-02,5\n2001-03,6\n")
    np.testing.assert_array_equal(series_from_file(path, INPUTS), [4, 5, 6])


def test_gap_is_told_by_its_place(refused, table):
    path = table("month,sales\n2001-01,4\n2001-02,\n2001-03,6\n")
    text = refused(BadData, series_from_file, path, INPUTS)
    assert "new.csv, sales: value 2 is not a number" in text


def test_file_that_is_not_there_is_refused(refused, tmp_path):
    assert "nowhere.csv" in refused(
        ZooError, series_from_file, tmp_path / "nowhere.csv", INPUTS
    )
