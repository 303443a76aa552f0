from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.probe.probe import measure
from learnable.zoo.diagnosis.rules.dying_relu import dying_relu

pytestmark = pytest.mark.slow  # many small trainings


X = np.random.default_rng(0).uniform(size=(100, 3)).astype("float32")
Y = (X[:, 0] > 0.5).astype("int32")
LOW = keras.initializers.Constant(-9.0)


def case_with(case_of, *hidden):
    head = keras.layers.Dense(1, activation="sigmoid", name="head")
    model = keras.Sequential([keras.Input((3,)), *hidden, head])
    model.compile("adam", "binary_crossentropy")
    context = case_of(model, X, Y, epochs=3)
    return replace(context, probe=measure(context.setup, np.arange(100), seed=0))


def test_dead_units_are_seen(case_of):
    hidden = keras.layers.Dense(8, "relu", bias_initializer=LOW, name="dead")
    found = dying_relu(case_with(case_of, hidden))
    assert found.layers == ("dead",)
    assert found.evidence["dead"] == 1
    assert "100%" in found.sentence


def test_repairs_start_anew_leak_or_go_slowly(case_of):
    hidden = keras.layers.Dense(8, "relu", bias_initializer=LOW, name="dead")
    context = case_with(case_of, hidden)
    fresh, leaky, slow = (r.apply(context.setup) for r in dying_relu(context).repairs)
    probe = measure(fresh, np.arange(100), seed=0)
    assert dying_relu(replace(context, probe=probe)) is None
    activation = leaky.model.get_layer("dead").activation
    assert activation is keras.activations.leaky_relu
    assert slow.rate == pytest.approx(context.setup.rate / 10)


def test_an_activation_of_its_own_leaks(case_of):
    hidden = keras.layers.Dense(8, bias_initializer=LOW, name="dead")
    context = case_with(case_of, hidden, keras.layers.ReLU(name="bend"))
    mended = dying_relu(context).repairs[1].apply(context.setup).model
    assert mended.get_layer("bend").negative_slope > 0


def test_living_units_are_fine(case_of):
    context = case_with(case_of, keras.layers.Dense(16, "relu"))
    assert dying_relu(context) is None
    assert dying_relu(replace(context, probe=None)) is None
