from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.probe.probe import measure
from learnable.zoo.diagnosis.rules.vanishing_gradient import vanishing_gradient

pytestmark = pytest.mark.slow  # many small trainings


X = np.random.default_rng(0).normal(size=(100, 3)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")


def case_with(case_of, x, *hidden):
    head = keras.layers.Dense(1, activation="sigmoid", name="head")
    model = keras.Sequential([keras.Input((3,)), *hidden, head])
    model.compile("adam", "binary_crossentropy")
    context = case_of(model, x, Y, epochs=3)
    return replace(context, probe=measure(context.setup, np.arange(100), seed=0))


def deep(activation):
    return [keras.layers.Dense(8, activation=activation) for _ in range(5)]


@pytest.fixture(scope="module")
def vanished(case_of):
    return case_with(case_of, X, *deep("sigmoid"))


def test_deep_sigmoids_vanish(vanished):
    found = vanishing_gradient(vanished)
    assert found.evidence["ratio"] < 1e-3
    assert len(found.repairs) == 2


def test_relu_repairs_it_and_batch_norm_fits_in(vanished):
    context = vanished
    relu, norm = vanishing_gradient(context).repairs
    mended = replace(context, setup=relu.apply(context.setup))
    probe = measure(mended.setup, np.arange(100), seed=0)
    assert vanishing_gradient(replace(mended, probe=probe)) is None
    normed = norm.apply(context.setup).model
    assert sum("batch_norm" in v.path for v in normed.weights) == 5 * 4


def test_flat_ends_are_seen(case_of):
    hidden = keras.layers.Dense(8, name="flat", kernel_initializer="ones")
    bend = keras.layers.Activation("tanh", name="bend")
    context = case_with(case_of, 1000 * X, hidden, bend)
    found = vanishing_gradient(context)
    assert found.layers == ("flat",)
    mended = found.repairs[0].apply(context.setup).model
    assert mended.get_layer("bend").activation is keras.activations.relu


def test_relu_is_fine(case_of):
    assert vanishing_gradient(case_with(case_of, X, *deep("relu")[:2])) is None


def test_without_a_measurement_nothing_is_said(vanished):
    assert vanishing_gradient(replace(vanished, probe=None)) is None
