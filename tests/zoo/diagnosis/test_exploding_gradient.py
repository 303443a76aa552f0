from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.probe.probe import measure
from learnable.zoo.diagnosis.rules.exploding_gradient import exploding_gradient

pytestmark = pytest.mark.slow  # many small trainings


X = np.random.default_rng(0).normal(size=(100, 3)).astype("float32")
Y = 1e5 * (1 + X[:, 0])


def case_with(case_of, y, **settings):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, name="one")])
    model.compile(keras.optimizers.SGD(0.5, **settings), "mse")
    context = case_of(model, X, y, epochs=40)
    return replace(context, probe=measure(context.setup, np.arange(100), seed=0))


def test_large_gradients_are_clipped(case_of):
    context = case_with(case_of, Y)
    found = exploding_gradient(context)
    assert found.layers == ("one",)
    assert found.evidence["norm"] > 1e4
    assert found.priority == 1
    clipped = found.repairs[0].apply(context.setup)
    assert clipped.optimizer["config"]["clipnorm"] == 1
    assert "clipnorm=1.0" in found.repairs[0].edits[0].code
    assert measure(clipped, np.arange(100), seed=0).nonfinite == -1


def test_another_clipping_gives_way(case_of):
    context = case_with(case_of, Y, global_clipnorm=1e6)
    clipped = exploding_gradient(context).repairs[0].apply(context.setup)
    assert measure(clipped, np.arange(100), seed=0).nonfinite == -1


def test_small_gradients_are_fine(case_of):
    assert exploding_gradient(case_with(case_of, Y / 1e5)) is None


def test_clipped_ones_are_fine(case_of):
    assert exploding_gradient(case_with(case_of, Y, clipnorm=1.0)) is None


def test_a_broken_loss_tells_without_a_measurement(case_of):
    context = case_with(case_of, Y)
    history = {"loss": [1.0, float("nan")]}
    context = replace(context, probe=None, fit=replace(context.fit, history=history))
    assert exploding_gradient(context).priority == 2
