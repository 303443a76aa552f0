"""Rows that a generator gives again and again."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from learnable.zoo.check.duplicates import repeated_rows

X = np.random.default_rng(0).normal(size=(400, 3)).astype("float32")


def told(given: np.ndarray, *, passes: float = 12.0, **arrays: np.ndarray) -> list[Any]:
    fit = SimpleNamespace(x=given, batch=32, cut=0)
    context: Any = SimpleNamespace(
        fit=fit,
        setup=SimpleNamespace(passes=passes),
        recording=SimpleNamespace(module=SimpleNamespace(**arrays)),
    )
    return [fault.cause for fault in repeated_rows(context)]


def test_a_few_of_the_rows_that_the_script_has():
    (cause,) = told(X[:32], data=X)
    assert (cause.label, cause.side) == ("too-few-rows", "preparation")
    assert "12 times through the same 32 rows, of 400 in 'data'" in cause.sentence


@pytest.mark.parametrize(
    ("given", "passes", "arrays"),
    [
        (X[:32], 1.0, {"data": X}),
        (X[:300], 12.0, {"data": X}),  # the part to train on
        (X[:32], 12.0, {"data": X, "few": X[:32]}),  # chosen by the script
        (2 * X[:32], 12.0, {"data": X}),  # made anew
        (X[:32], 12.0, {}),
    ],
)
def test_rows_that_are_meant_to_come_again(given, passes, arrays):
    assert not told(given, passes=passes, **arrays)
