"""NPZ files: arrays as they were, test rows of their own, and what is refused."""

import numpy as np
import pytest
from learnable.data import load
from learnable.data.errors import BadData
from learnable.data.files import read_arrays


@pytest.mark.parametrize("member", [("x", "y"), ("X", "Y"), ("X", "y")])
def test_npz_round_trip_is_exact(tmp_path, member):
    x, y = np.arange(12.0).reshape(6, 2), np.array([0, 1] * 3)
    np.savez(tmp_path / "t.npz", **dict(zip(member, (x, y), strict=True)))
    again, target, n_test = read_arrays(tmp_path / "t.npz")
    np.testing.assert_array_equal(again, x)
    np.testing.assert_array_equal(target, y)
    assert n_test == 0


def test_npz_test_rows_come_last(tmp_path):
    x, y = np.arange(12.0).reshape(6, 2), np.array([[0], [1]] * 3)
    np.savez(
        tmp_path / "t.npz", x_train=x[:4], y_train=y[:4], x_test=x[4:], y_test=y[4:]
    )
    again, target, n_test = read_arrays(tmp_path / "t.npz")
    np.testing.assert_array_equal(again, x)
    assert target.shape == (6,)
    assert n_test == 2


@pytest.mark.parametrize(
    "dtype", [">f8", "<f8", "float16", "longdouble", ">i4", "bool"]
)
def test_npz_number_types_load(tmp_path, dtype):
    x, y = np.arange(12).reshape(6, 2).astype(dtype), np.array([0, 1] * 3, ">i4")
    np.savez(tmp_path / "t.npz", x=x, y=y)
    dataset = load(tmp_path / "t.npz")
    np.testing.assert_array_equal(np.asarray(dataset.x), x)
    assert dataset.classes == ("0", "1")


X, Y = np.ones((6, 2)), np.array([0, 1] * 3)


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        ({}, "(none)"),
        ({"a": X}, "holds the arrays a"),
        ({"x": X, "y": Y[:5]}, "same number of rows"),
        ({"x": np.array(3), "y": np.array(1)}, "same number of rows"),
        ({"x": X, "y": np.eye(6)}, "same number of rows"),
        ({"x": X[:0], "y": Y[:0]}, "above 0"),
        ({"x": X[:, :0], "y": Y}, "needed are numbers"),
        ({"x": X[:, 0], "y": Y}, "needed are numbers"),
        ({"x": X.astype(str), "y": Y}, "needed are numbers"),
        ({"x": X * np.nan, "y": Y}, "missing values, infinite"),
        ({"x": X * np.inf, "y": Y}, "missing values, infinite"),
        ({"x": X, "y": np.where(Y, np.nan, 1)}, "3 missing"),
        ({"x": X, "y": Y * 1j}, "needed are numbers or text"),
        ({"x": X, "y": np.array([None] * 6)}, "cannot be read"),
        (
            {"x_train": X, "y_train": Y, "x_test": X[:, :1], "y_test": Y},
            "differ in shape",
        ),
        (
            {"x_train": X, "y_train": Y, "x_test": X, "y_test": Y.astype(str)},
            "differ in shape or type",
        ),
        ({"x_train": X[:5], "y_train": Y, "x_test": X, "y_test": Y[:5]}, "same number"),
    ],
)  # fmt: skip
def test_bad_npz_is_refused(tmp_path, refused, arrays, text):
    np.savez(tmp_path / "t.npz", **arrays)
    assert text in refused(BadData, load, tmp_path / "t.npz")


def test_single_array_is_refused(tmp_path, refused):
    with (tmp_path / "t.npz").open("wb") as stream:
        np.save(stream, X)
    refused(BadData, load, tmp_path / "t.npz")
