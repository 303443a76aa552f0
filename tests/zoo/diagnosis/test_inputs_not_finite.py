from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.codemod.edits import CleanInputs
from learnable.zoo.diagnosis.problem.training_setup import build_model
from learnable.zoo.diagnosis.rules.inputs_not_finite import inputs_not_finite
from one_batch import first_loss

X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
Y = X.sum(axis=1)


def network():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def broken(values, *places):
    values = values.copy()
    for place in places:
        values[place] = np.nan
    values.flat[-1] = np.inf
    return values


def test_repair_lets_it_train(case_of):
    x = broken(X, (3, 1), (7, 2))
    context = case_of(network(), x, Y)
    found = inputs_not_finite(context)
    assert found.priority == 0
    assert found.evidence == {"inputs": 3.0, "targets": 0.0}
    assert found.repairs[0].edits == (CleanInputs(),)
    setup = found.repairs[0].apply(context.setup)
    assert setup.clean
    assert not context.setup.clean
    model = build_model(setup, np.arange(40), seed=0)
    assert np.isfinite(first_loss(model, x, Y))


def test_targets_have_no_repair(case_of):
    found = inputs_not_finite(case_of(network(), X, broken(Y, 4)))
    assert "2 of the targets" in found.sentence
    assert found.repairs == ()


def test_is_silent_on_numbers(case_of):
    assert inputs_not_finite(case_of(network(), X, Y)) is None
    whole = np.arange(120).reshape(40, 3)
    assert inputs_not_finite(case_of(network(), whole, Y)) is None


@pytest.mark.parametrize(("empty", "mask"), [(3, True), (0, True), (3, False)])
def test_rows_of_nothing_but_padding_have_no_mean(case_of, empty, mask):
    layers = keras.layers
    steps = np.random.default_rng(0).integers(1, 9, (40, 5))
    steps[:empty] = 0
    model = keras.Sequential(
        [
            keras.Input((5,)),
            layers.Embedding(9, 2, mask_zero=mask),
            layers.GlobalAveragePooling1D(),
            layers.Dense(1),
        ]
    )
    model.compile("sgd", "mse")
    context = case_of(model, steps, Y)
    found = inputs_not_finite(context)
    if not (empty and mask):
        assert found is None
        return
    assert "3 rows hold nothing but padding" in found.sentence
    assert not found.evidence["recorded"]
    lost = [np.full_like(weight, np.nan) for weight in context.fit.trained]
    trained = replace(context, fit=replace(context.fit, trained=lost))
    seen = inputs_not_finite(trained)
    assert (seen.repairs, seen.evidence["recorded"]) == ((), 1.0)
    made = build_model(found.repairs[0].apply(context.setup), np.arange(40), seed=0)
    assert np.isfinite(first_loss(made, steps, Y))
    assert np.isnan(
        first_loss(build_model(context.setup, np.arange(40), seed=0), steps, Y)
    )
