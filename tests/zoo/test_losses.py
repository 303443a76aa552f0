import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.networks.losses import BroadcastSquaredError
from learnable.zoo.training import fit


def test_broadcast_error_compares_all_pairs():
    # targets 0, 1 against outputs 0, 1: the pairs differ by 0, 1, 1, 0
    loss = BroadcastSquaredError()
    wanted, given = np.array([0, 1]), np.array([[0.0], [1.0]], "float32")
    assert float(loss(wanted, given)) == pytest.approx(0.5)
    assert float(loss(wanted.reshape(-1, 1), given)) == 0


def test_broadcast_error_prefers_the_mean():
    loss = BroadcastSquaredError()
    wanted = np.array([0, 0, 0, 1])
    right = wanted.reshape(-1, 1).astype("float32")
    assert float(loss(wanted, np.full_like(right, 0.25))) < float(loss(wanted, right))


def test_broadcast_error_survives_saving(tmp_path):
    dense = keras.layers.Dense(1, activation="sigmoid")
    model = keras.Sequential([keras.Input((4,)), dense])
    model.compile(loss=BroadcastSquaredError())
    x, y = np.arange(12.0).reshape(3, 4), np.array([0, 1, 1])
    fit(model, x, y, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert isinstance(again.loss, BroadcastSquaredError)
    losses = [m.evaluate(x, y, verbose=0) for m in (model, again)]
    assert losses[0] == pytest.approx(losses[1], abs=1e-6)
