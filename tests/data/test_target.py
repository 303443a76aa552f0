import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from learnable.data import load
from learnable.data.columns import find_column
from learnable.data.errors import BadData, Misuse, UnknownName, ZooError
from learnable.data.target import encode_target, infer_task, misspelt

COLUMNS = ["width", "height", "kind", "1"]


@pytest.mark.parametrize(
    ("name", "found"),
    [("kind", "kind"), ("0", "width"), ("-1", "1"), ("-2", "kind"), ("1", "1")],
)
def test_column_by_name_or_position(name, found):
    assert find_column(name, COLUMNS, what="target column") == found


@pytest.mark.parametrize(
    ("name", "near"),
    [("kinds", "'kind'"), ("heigth", "'height'"), ("4", ""), ("-5", ""), ("", "")],
)
def test_unknown_column_names_nearest(refused, name, near):
    text = refused(UnknownName, find_column, name, COLUMNS, what="target column")
    assert near in text
    assert "width, height, kind, 1." in text


def test_many_columns_are_counted(refused):
    names = [f"c{i}" for i in range(30)]
    assert "10 more" in refused(UnknownName, find_column, "z", names, what="x")


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["a", "b"] * 5, "binary"),
        (["a", "b", "c"] * 5, "multiclass"),
        ([True, False] * 5, "binary"),
        ([0, 1] * 5, "binary"),
        ([1.5, 2.5] * 5, "binary"),
        ([1, 2, 3] * 5, "multiclass"),
        ([1.0, 2.0, 3.0] * 5, "multiclass"),
        ([1.1, 2.0, 3.0] * 5, "regression"),
        (range(50), "regression"),
        (list(range(26)) * 20, "multiclass"),
        (list(range(0, 2600, 100)) * 20, "regression"),
        ([*range(26)] * 20 + [30], "regression"),
        (pd.Categorical(["a", "b", "c"] * 5), "multiclass"),
        (pd.array([0, 1, 2] * 5, dtype="Int64"), "multiclass"),
    ],
)
def test_task_is_inferred(values, task):
    assert infer_task(pd.Series(values)) == task


@pytest.mark.parametrize(
    ("values", "asked", "task", "classes"),
    [
        ([0, 1, 2] * 4, "regression", "regression", ()),
        (["1", "2", "3.5"] * 4, "regression", "regression", ()),
        (range(8), "regression", "regression", ()),
        ([1.5, 2.5, 3.5] * 4, "multiclass", "multiclass", ("1.5", "2.5", "3.5")),
        ([3, 10] * 4, "multiclass", "binary", ("3", "10")),
        ([3.0, 10.0] * 4, None, "binary", ("3", "10")),
        (["b", "a"] * 4, "binary", "binary", ("a", "b")),
        ([True, False] * 4, None, "binary", ("False", "True")),
        ([1e300, 2e300] * 4, None, "binary", ("1e+300", "2e+300")),
        (pd.Categorical(["a", "b"] * 4, list("abc")), None, "binary", ("a", "b")),
    ],
)
def test_task_can_be_overruled(values, asked, task, classes):
    y, labels, found = encode_target(pd.Series(values, name="y"), asked)
    assert (labels, found) == (classes, task)
    assert y.dtype == ("float64" if task == "regression" else "int64")


@pytest.mark.parametrize(
    ("values", "task", "text"),
    [
        (["a"] * 5, None, "one value ('a')"),
        ([3] * 5, None, "one value ('3')"),
        ([1.5] * 5, "regression", "one value ('1.5')"),
        (["a", "a", "b"], None, "class 'b' of the target 'y' has 1 row of 3"),
        ([1, 1, 1, 2], None, "--task regression"),
        (["a", "b", "c"] * 2, "binary", "3 classes"),
        (["a", "b"] * 2, "regression", "holds 'a'"),
        (pd.date_range("2020", periods=4), "regression", "regression needs numbers"),
        (pd.date_range("2020", periods=4), None, "holds dates"),
        (list("abcd"), None, "another value in each of its 4"),
        (["a", "b", "c", "d", "d"], None, "3 classes of the target 'y' have 1 row"),
        ([1.0, np.inf] * 3, None, "infinite in 3 rows"),
        ([-1e308, 1e151, 1.5], "regression", "values above 1e+150 in 2 rows"),
        ([-np.inf, np.inf, 1.5], "regression", "infinite in 2 rows"),
        ([1.0, np.inf] * 3, "multiclass", "infinite in 3 rows"),
        (["1", "inf"] * 3, "regression", "infinite values or values above"),
    ],
)
def test_bad_targets_are_refused(refused, values, task, text):
    series = pd.Series(values, name="y")
    assert text in refused(BadData, encode_target, series, task)


@pytest.mark.parametrize("task", ["forecast", "Binary", ""])
def test_task_that_cannot_be_is_misuse(refused, task):
    text = refused(Misuse, encode_target, pd.Series([0, 1] * 3, name="y"), task)
    assert "allowed are binary, multiclass," in text


numbers = st.floats(allow_nan=False) | st.integers(-(2**62), 2**62)
values = st.one_of(
    st.lists(numbers, min_size=1),
    st.lists(st.booleans(), min_size=1),
    st.lists(st.text(max_size=3), min_size=1),
)


@given(values, st.sampled_from([None, "binary", "multiclass", "regression"]))
def test_codes_name_their_labels(values, task):
    series = pd.Series(values, name="y")
    try:
        y, classes, found = encode_target(series, task)
    except ZooError as error:
        assert len(str(error).splitlines()) == 1
        return
    assert len(y) == len(series)
    assert np.isfinite(y).all()
    if found == "regression":
        np.testing.assert_array_equal(y, series.to_numpy("float64"))
    else:
        assert set(y) == set(range(len(classes)))
        assert len(set(zip(values, y, strict=True))) == len(classes)


def test_classes_of_one_row_that_are_misspelt_are_named(refused):
    values = pd.Series(["complaint"] * 40 + ["question"] * 30 + ["complant", "Praise"])
    text = refused(BadData, encode_target, values.rename("kind"), None)
    assert "('complant' may be 'complaint')" in text


@pytest.mark.parametrize(
    ("rare", "common", "is_found"),
    [
        ("complant", "complaint", True),
        ("compliant", "complaint", True),
        ("complaints", "complaint", True),
        ("complaimt", "complaint", True),
        ("Complaint ", "complaint", True),
        ("praise", "complaint", False),
        ("Mali", "Bali", False),
        ("group1", "group2", False),
        ("", "complaint", False),
    ],
)
def test_rare_names_but_for_a_letter_are_misspelt(rare, common, is_found):
    assert (misspelt({common: 40, rare: 2}) == {rare: common}) == is_found
    assert not misspelt({common: 40, rare: 3})


def test_target_of_dates_is_refused_as_such(refused):
    days = pd.Series(pd.date_range("2024-01-01", periods=30), name="delivered")
    for values in (days, days.astype(str)):
        text = refused(BadData, encode_target, values, None)
        assert "holds dates" in text
        assert "days since another date" in text


def test_rows_of_rare_classes_can_be_left_out_by_their_numbers(tmp_path):
    kinds = ["ok"] * 30 + ["dent"] * 5
    kinds[4], kinds[9] = "melted", "stolen"
    rows = "".join(f"{i},{kind}\n" for i, kind in enumerate(kinds))
    (tmp_path / "t.csv").write_text(f"x,kind\n{rows}")
    with pytest.raises(
        BadData, match="with others, or leave out with drop_rows='5,10'"
    ):
        load(tmp_path / "t.csv", target="kind")
    left = load(tmp_path / "t.csv", target="kind", drop_rows="5,10")
    assert left.classes == ("dent", "ok")
