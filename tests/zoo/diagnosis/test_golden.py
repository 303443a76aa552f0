from dataclasses import replace

import numpy as np
import pytest
from learnable.baselines.rules.registry import RULES
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.probe.golden_tests import golden_tests

pytestmark = pytest.mark.slow  # many small trainings


X = np.random.default_rng(0).normal(size=(120, 3)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")
ROWS = np.arange(100)


def outcomes(case_of, head, *, y=Y, optimizer=None, codes=None, **changes):
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(8, "relu", name="hidden"), head]
    )
    model.compile(optimizer or keras.optimizers.Adam(0.02), "binary_crossentropy")
    context = case_of(model, X, y, epochs=5)
    setup = replace(context.setup, **changes)
    found = golden_tests(setup, context.task, ROWS, seed=0, cost=40, codes=codes)
    return {test.code: test for test in found}


@pytest.fixture(scope="module")
def healthy(case_of):
    return outcomes(case_of, keras.layers.Dense(1, "sigmoid"))


def test_a_healthy_network_passes_all(healthy):
    assert list(healthy) == [code for code in RULES if code[0] == "G"]
    assert {test.passed for test in healthy.values()} == {True}, healthy


def test_sentences_have_numbers(healthy):
    assert "300 steps" in healthy["G501"].sentence
    assert healthy["G502"].label == "two-rows"


def test_one_softmax_unit_tells_nothing_apart(case_of):
    head = keras.layers.Dense(1, "softmax")
    with pytest.warns(UserWarning, match="softmax over axis"):
        found = outcomes(case_of, head, codes=["G502"])
    assert found["G502"].passed is False
    assert "the same" in found["G502"].sentence


def test_a_tiny_rate_memorises_nothing(case_of):
    head, slow = keras.layers.Dense(1, "sigmoid"), keras.optimizers.SGD(1e-7)
    codes = ["G501", "G502", "G504"]
    found = outcomes(case_of, head, optimizer=slow, codes=codes)
    assert [found[code].passed for code in codes] == [False] * 3


def fails(y_true, y_pred):
    raise RuntimeError("no loss today")


def test_what_cannot_run_says_why(case_of):
    head = keras.layers.Dense(1, "sigmoid")
    found = outcomes(case_of, head, loss=fails, codes=["G501", "G505"])
    assert found["G501"].passed is None
    assert "no loss today" in found["G501"].sentence
    assert found["G505"].passed is True


def test_one_answer_is_not_told_apart(case_of):
    head = keras.layers.Dense(1, "sigmoid")
    found = outcomes(case_of, head, y=0 * Y, codes=["G502"])
    assert found["G502"].passed is None


@pytest.mark.parametrize("limits", [{"cost": 0}, {"latest": 0.0}])
def test_without_a_budget_nothing_is_run(case_of, sequence, limits):
    context = case_of(sequence((3,), [keras.layers.Dense(1)], "mse"), X, Y)
    found = golden_tests(context.setup, context.task, ROWS, seed=0, **limits)
    assert {test.passed for test in found} == {None}
    assert "budget" in found[0].sentence
