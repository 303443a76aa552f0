"""Examinations of a few rows, whose causes need no trial."""

import learnable
import numpy as np
import pytest
from learnable.zoo.backend import keras

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:You are using a softmax"),
]
RNG = np.random.default_rng(0)
TABLE = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
NUMBERS = RNG.normal(size=(20, 2)).astype("float32")


@pytest.mark.parametrize(
    ("activation", "loss", "x", "y"),
    [
        ("softmax", "binary_crossentropy", TABLE, np.array([0, 1, 1, 0])),
        ("relu", "mse", NUMBERS, 3 * NUMBERS[:, 0]),
        ("tanh", "mse", NUMBERS[:1], np.array([9.0])),
    ],
    ids=["softmax over one unit", "negative targets", "one row"],
)
def test_the_last_activation_is_the_cause(activation, loss, x, y):
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dense(4, "tanh"), keras.layers.Dense(1, activation)]
    model = keras.Sequential([keras.Input((2,)), *layers])
    model.compile("adam", loss)
    found = learnable.check(model, x, y, epochs=3, budget=1).diagnosis
    assert found.verdict == "network-at-fault"
    assert "wrong-output-activation" in [cause.label for cause in found.causes]
    (named,) = (c for c in found.causes if c.label == "wrong-output-activation")
    assert named.limit is not None
    assert named.limit < 0.75
