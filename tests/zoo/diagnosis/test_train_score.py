"""What a trained network knows of its own rows."""

from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.search.reference import trained_score

X = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")


@pytest.fixture
def context(case_of, sequence):
    """A network that knows the answer, as its script left it."""
    found = case_of(sequence((3,), [keras.layers.Dense(1, "sigmoid")], "bce"), X, Y)
    found.fit.model.set_weights([np.array([[50.0], [0], [0]]), np.zeros(1)])
    return found


def test_the_weights_after_its_own_training_count(context):
    own = [weight.copy() for weight in context.fit.model.get_weights()]
    fit = replace(context.fit, trained=own)
    fit.model.set_weights([np.zeros((3, 1)), np.zeros(1)])
    assert trained_score(fit, context.task) == pytest.approx(1)


def test_it_is_wrong_as_often_as_it_is(context):
    turned = [-weight for weight in context.fit.model.get_weights()]
    fit = replace(context.fit, trained=turned)
    assert trained_score(fit, context.task) == pytest.approx(-1)


def test_of_one_output_the_network_as_it_is_counts(context):
    fit = replace(context.fit, trained=[np.zeros(2)])
    assert trained_score(fit, context.task) == pytest.approx(1)
