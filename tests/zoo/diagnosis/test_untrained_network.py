from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.record.recording import Evaluation
from learnable.zoo.diagnosis.rules.untrained_network import untrained_network

layers = keras.layers
X = np.random.default_rng(0).normal(size=(20, 3)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")


def network(units=4):
    parts = [layers.Dense(units, "relu"), layers.Dense(1, "sigmoid")]
    model = keras.Sequential([keras.Input((3,)), *parts])
    model.compile("adam", "binary_crossentropy")
    return model


@pytest.fixture
def asked(case_of):
    """Make a context in which some networks are asked after one was trained."""

    def make(*models, after=1):
        context = case_of(network(), X, Y)
        own = (context.fit.model if m is None else m for m in models)
        calls = [Evaluation("predict", m, X, None, after) for m in own]
        context.recording.evaluations.extend(calls)
        return context

    return make


def test_another_network_is_asked(asked):
    other = network()
    found = untrained_network(asked(other, other))
    assert "(2 calls)" in found.sentence
    assert repr(other.name) in found.sentence


def test_the_trained_one_is_asked_too(asked):
    assert untrained_network(asked(network(), None)) is None


def test_a_network_with_weights_that_were_set_is_trained(asked):
    other = network()
    other.set_weights([weight + 1 for weight in other.get_weights()])
    assert untrained_network(asked(other)) is None


def test_other_networks_are_no_concern(asked):
    assert untrained_network(asked(network(units=7))) is None


def test_a_look_before_the_training_is_no_fault(asked):
    assert untrained_network(asked(network(), after=0)) is None


@pytest.mark.parametrize(("epochs", "steps"), [(0, 0), (3, 9)])
def test_a_training_without_epochs(case_of, epochs, steps):
    context = case_of(network(), X, Y, epochs=epochs)
    context = replace(context, fit=replace(context.fit, steps=steps))
    assert (untrained_network(context) is not None) == (epochs == 0)
