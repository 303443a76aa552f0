from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.probe.probe import measure
from learnable.zoo.diagnosis.rules.lr_too_high import lr_too_high

pytestmark = pytest.mark.slow  # many small trainings


X = np.random.default_rng(0).normal(size=(200, 3)).astype("float32")
Y = (X[:, 0] > X[:, 1]).astype("int32")


def network(optimizer):
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer, "binary_crossentropy")
    return model


def measured(context):
    return replace(context, probe=measure(context.setup, np.arange(200), seed=0))


def test_a_rate_above_the_usual_is_divided(case_of):
    context = case_of(network(keras.optimizers.Adam(0.5)), X, Y, epochs=10)
    found = lr_too_high(context)
    assert "0.5" in found.sentence
    rates = [repair.apply(context.setup).rate for repair in found.repairs]
    assert rates == pytest.approx([0.05, 0.005])
    code = found.repairs[0].edits[0].code
    assert code == "keras.optimizers.Adam(learning_rate=0.05)"


def test_a_usual_rate_that_learns_is_fine(case_of):
    context = case_of(network("adam"), X, Y, epochs=60)
    assert lr_too_high(context) is None
    assert lr_too_high(measured(context)) is None


def test_a_loss_that_grows_is_seen(case_of):
    model = network(keras.optimizers.SGD(0.2))
    model.compile(keras.optimizers.SGD(0.2), "mse")
    context = case_of(model, 30 * X, 100 * Y.astype("float32"), epochs=3)
    model.layers[-1].activation = keras.activations.linear
    assert "loss" in lr_too_high(measured(context)).sentence
