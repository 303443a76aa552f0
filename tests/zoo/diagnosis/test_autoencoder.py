"""Networks that are to give their inputs back."""

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.problem.autoencoder import (
    is_autoencoder,
    narrowest_width,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 8))


@pytest.mark.parametrize(
    ("x", "y", "wanted"),
    [
        (X, X, True),
        (X + 0.3 * RNG.normal(size=X.shape), X, True),  # noise is taken away
        (X.reshape(60, 4, 2), X, True),
        (X, RNG.normal(size=X.shape), False),
        (X, X[:, 0], False),
        (X[:, :1], X[:, :1], False),  # one column is no picture of a row
        (np.zeros_like(X), X, False),
    ],
)
def test_inputs_as_targets(x, y, wanted):
    assert is_autoencoder([x], y) == wanted


def test_narrowest_layer_of_a_network_within_is_found():
    encoder = keras.Sequential([keras.Input((8,)), keras.layers.Dense(2)])
    model = keras.Sequential([encoder, keras.layers.Dense(8)])
    assert narrowest_width(model, 8) == 2
    assert narrowest_width(keras.Sequential([keras.layers.Dense(30)]), 8) == 8
