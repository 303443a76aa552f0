"""Rows that are trained on with the targets of other rows."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from learnable.zoo.check.duplicates import find_mispaired_rows
from learnable.zoo.check.unpaired import find_unpaired

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 5))
KIND = (X[:, 0] > 0).astype(int)
SIZE = X[:, 0] + X[:, 1]
ORDER = RNG.permutation(400)


def found(x, given, **names):
    fit: Any = SimpleNamespace(x=x, y=given, history={})
    module = SimpleNamespace(**names)
    recording: Any = SimpleNamespace(module=module, fits=[fit])
    return find_mispaired_rows(recording, fit)


@pytest.mark.parametrize("target", [KIND, SIZE, SIZE[:, None]])
@pytest.mark.parametrize("rows", [400, 300])
def test_rows_without_their_own_targets_are_named(target, rows):
    x = X[ORDER][:rows].astype("float32")
    fault = found(x, target[:rows], X=X, y=target)
    assert fault is not None
    assert (fault.code, fault.side) == ("P707", "preparation")
    assert "rows of 'X'" in fault.sentence
    assert "'y'" in fault.sentence


@pytest.mark.parametrize(
    ("x", "y", "names"),
    [
        (X[ORDER], KIND[ORDER], {}),
        (X, KIND, {}),
        (X[ORDER], 1 - KIND[ORDER], {}),  # the other class is meant
        (X, KIND[ORDER], {"shuffled": KIND[ORDER]}),  # on purpose
        (X[ORDER], RNG.integers(0, 2, 400), {}),  # another question
        (X[ORDER], KIND[RNG.permutation(400)], {}),  # or as many of each by chance
        (X + 0.1, KIND[ORDER], {}),  # other rows
        (np.round(X[:, :1]), KIND[ORDER], {"X": np.round(X[:, :1])}),  # many alike
    ],
)
def test_rows_with_their_own_targets_are_left(x, y, names):
    assert found(x, y, **{"X": X, "y": KIND, **names}) is None


def test_a_second_pass_may_begin_anywhere():
    x, y = np.concatenate([X[ORDER], X]), np.concatenate([KIND, KIND[7:], KIND[:7]])
    assert found(x, y, X=X, y=KIND) is not None


def test_numbers_in_any_order_are_known_again():
    assert found(X, SIZE[ORDER], X=X, y=SIZE) is not None


def test_a_script_without_arrays_tells_nothing():
    assert found(X[ORDER], KIND) is None


def unpaired(x, y, **names):
    fit: Any = SimpleNamespace(x=x, y=y, error="", place=None)
    module = SimpleNamespace(**names)
    recording: Any = SimpleNamespace(module=module, fits=[fit], script="train.py")
    return find_unpaired(recording, fit)


@pytest.mark.parametrize("rows", [100, 200])
def test_other_rows_as_targets_are_named(rows):
    """What a split gives in another order."""
    answer = unpaired(X[:200].astype("float32"), X[400 - rows :], X=X)
    assert answer.verdict == "preparation-at-fault"
    assert answer.causes[0].code == "P707"
    assert "other rows of 'X'" in answer.sentence
    assert "x_train, x_test" in answer.causes[0].advice


def test_unequal_numbers_of_rows_are_named():
    answer = unpaired(X[:200], KIND[:150])
    assert "200 rows of inputs and 150 of targets" in answer.sentence
    assert "same rows" in answer.causes[0].advice


@pytest.mark.parametrize(
    "y", [X[1:], X[:-1], KIND[1:], X[:-1] + 0.1], ids=["next", "same", "one", "noisy"]
)
def test_targets_that_may_be_meant_are_left(y):
    assert unpaired(X[:-1], y, X=X) is None
