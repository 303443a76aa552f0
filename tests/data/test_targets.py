"""Several targets at once: ``--target a,b``."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from learnable.data import load
from learnable.data.errors import BadData, Misuse, UnknownName
from learnable.data.target import encode_targets, find_targets

ROWS = 60


@pytest.fixture
def path(write: Callable[..., Path]) -> Path:
    """Two columns of numbers, two of yes and no, one of three classes."""
    rng = np.random.default_rng(3)
    a = rng.normal(size=ROWS).round(3)
    table = pd.DataFrame(
        {
            "a": a,
            "height": (150 + 10 * a).round(2),
            "weight": (60 - 5 * a).round(2),
            "wet": np.where(a > 0, "yes", "no"),
            "cold": (a < 0.5).astype(int),
            "kind": np.array(["u", "v", "w"])[np.arange(ROWS) % 3],
            "x,y": (2 * a).round(3),
        }
    )
    return write(table.to_csv(index=False))


def test_numbers_are_a_column_each(path):
    data = load(path, target="height,weight")
    assert data.task == "regression"
    assert data.targets == ("height", "weight")
    assert data.y.shape == (ROWS, 2)
    assert data.y.dtype == np.float64
    np.testing.assert_allclose(data.y[:, 0] + 2 * data.y[:, 1], 270, atol=0.05)
    assert not {"height", "weight"} & set(data.x.columns)


def test_yes_and_no_are_labels(path):
    data = load(path, target="wet,cold")
    assert data.task == "multilabel"
    assert data.classes == data.targets == ("wet", "cold")
    assert data.y.dtype == np.int64
    table = pd.read_csv(path)
    np.testing.assert_array_equal(data.y[:, 0], table["wet"] == "yes")
    np.testing.assert_array_equal(data.y[:, 1], table["cold"])


def test_order_is_that_of_the_option(path):
    one, other = load(path, target="wet,cold"), load(path, target="cold,wet")
    assert other.classes == ("cold", "wet")
    np.testing.assert_array_equal(one.y, other.y[:, ::-1])


@pytest.mark.parametrize("given", ["wet, cold", "3,4", "wet,4", "-4,-3"])
def test_spaces_and_positions_are_understood(path, given):
    assert load(path, target=given).targets == ("wet", "cold")


def test_column_with_a_comma_in_its_name_is_one(path):
    data = load(path, target="x,y")
    assert (data.task, data.targets, data.y.ndim) == ("regression", (), 1)
    assert data.card.target == "x,y"


def test_one_label_is_a_column_too(path):
    data = load(path, target="wet", task="multilabel")
    assert (data.task, data.classes, data.y.shape) == ("multilabel", ("wet",), (60, 1))


def test_mixed_kinds_are_refused(refused, path):
    text = refused(BadData, load, path, target="wet,height")
    assert "'height'" in text
    assert "task='regression'" in text


def test_mixed_numbers_may_all_be_numbers(path):
    data = load(path, target="cold,height", task="regression")
    assert data.task == "regression"
    assert set(data.y[:, 0]) == {0.0, 1.0}


def test_text_is_no_number(refused, path):
    assert "'wet'" in refused(
        BadData, load, path, target="wet,height", task="regression"
    )


@pytest.mark.parametrize("given", ["wet,wet", "wet,3", "wet,cold,wet"])
def test_column_named_twice_is_refused(refused, path, given):
    assert "'wet' twice" in refused(Misuse, load, path, target=given)


@pytest.mark.parametrize("given", ["wet,cald", "wet,", ",wet", "wet,99"])
def test_unknown_column_among_several_is_named(refused, path, given):
    assert "no target column" in refused(UnknownName, load, path, target=given)


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_classes_that_exclude_each_other_have_one_target(refused, path, task):
    text = refused(Misuse, load, path, target="wet,cold", task=task)
    assert task in text
    assert "multilabel" in text


def test_multilabel_wants_two_values_each(refused, path):
    text = refused(BadData, load, path, target="wet,kind", task="multilabel")
    assert "'kind' has 3 values" in text


def test_target_cannot_be_dropped(refused, path):
    text = refused(Misuse, load, path, target="wet,cold", drop=["cold"])
    assert "'cold'" in text


def test_rows_lacking_one_of_the_targets_are_left_out(write):
    rows = [f"{i},{i % 2},{i % 3 % 2}" for i in range(30)]
    rows[4], rows[7] = "4,,1", "7,1,"
    data = load(write("x,a,b\n" + "\n".join(rows)), target="a,b")
    assert len(data) == 28
    assert "2 rows without a target were left out" in data.notes


def test_target_of_one_value_teaches_nothing(refused):
    table = pd.DataFrame({"a": [0, 1, 0, 1], "b": [1, 1, 1, 1]})
    assert "'b' has one value" in refused(BadData, encode_targets, table, None)


def test_infinite_number_is_refused(refused):
    table = pd.DataFrame({"a": [0.5, 1.5, np.inf], "b": [1.5, 1.0, 2.0]})
    assert "'a' is infinite" in refused(BadData, encode_targets, table, None)


def test_no_target_shows_the_columns(refused):
    assert "a, b" in refused(Misuse, find_targets, None, ["a", "b"], "t.csv")


def test_name_goes_before_position():
    assert find_targets("1,0", ["0", "1", "2"], "t.csv") == ["1", "0"]
    assert find_targets("1,0", ["p", "q"], "t.csv") == ["q", "p"]
