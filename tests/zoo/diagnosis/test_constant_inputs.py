"""Columns that are nothing but NaN: a constant divided by its spread."""

import numpy as np
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.problem.training_setup import build_model
from learnable.zoo.diagnosis.rules.constant_inputs import constant_inputs
from learnable.zoo.diagnosis.rules.inputs_not_finite import inputs_not_finite
from one_batch import first_loss

X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
Y = X[:, 0]


def scaled(x):
    with np.errstate(invalid="ignore"):
        return (x - x.mean(axis=0)) / x.std(axis=0)


def case_with(case_of, x):
    model = keras.Sequential([keras.Input(x.shape[1:]), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return case_of(model, x, Y)


def test_a_constant_column_scaled_by_hand_is_found_and_mended(case_of):
    x = X.copy()
    x[:, 1] = 7
    context = case_with(case_of, scaled(x))
    found = constant_inputs(context)
    assert found.label == "constant-inputs"
    assert found.evidence == {"columns": 1.0}
    assert inputs_not_finite(context) is None
    setup = found.repairs[0].apply(context.setup)
    model = build_model(setup, np.arange(40), seed=0)
    assert np.isfinite(first_loss(model, setup.x, Y))


def test_single_gaps_are_another_fault(case_of):
    x = X.copy()
    x[3, 1] = np.nan
    context = case_with(case_of, x)
    assert constant_inputs(context) is None
    assert inputs_not_finite(context).evidence["inputs"] == 1


def test_both_faults_are_told_apart(case_of):
    x = X.copy()
    x[:, 1] = np.nan
    x[3, 0] = np.inf
    context = case_with(case_of, x)
    found = constant_inputs(context)
    assert found.evidence["columns"] == 1
    assert found.sentence.startswith("1 column of the inputs is NaN in every row, as a")
    assert inputs_not_finite(context).evidence["inputs"] == 1


def test_the_logarithm_of_negative_columns_is_no_constant(case_of):
    x = X.copy()
    x[:, 1] = -np.abs(x[:, 1])
    with np.errstate(invalid="ignore"):
        context = case_with(case_of, np.log(x))
    assert constant_inputs(context) is None
    assert inputs_not_finite(context).evidence["inputs"] > 40


def test_infinite_columns_are_no_constant(case_of):
    x = X.copy()
    x[:, 1] = -np.inf
    context = case_with(case_of, x)
    assert constant_inputs(context) is None
    assert inputs_not_finite(context).evidence["inputs"] == 40


def test_is_silent_on_numbers_and_images(case_of):
    assert constant_inputs(case_with(case_of, X)) is None
    images = np.full((40, 2, 2, 1), np.nan, "float32")
    assert constant_inputs(case_with(case_of, images)) is None
