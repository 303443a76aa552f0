"""What a network keeps of its inputs, beside principal components."""

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.check import reconstruction
from learnable.zoo.check.reconstruction import find_reconstruction

RNG = np.random.default_rng(0)
X = (RNG.normal(size=(60, 2)) @ RNG.normal(size=(2, 7))).astype("float32")


class Narrow(keras.Model):
    """Encoder and decoder with weights that keep all; no call, as some guides have."""

    def __init__(self, *, spread=1.0):
        super().__init__()
        directions = np.linalg.svd(X, full_matrices=False)[2][:2]
        inputs = keras.Input((7,))
        mean = keras.layers.Dense(2, use_bias=False)
        draw = keras.layers.Dense(2, use_bias=False)
        self.encoder = keras.Model(inputs, [draw(inputs), mean(inputs)])
        self.decoder = keras.Sequential([keras.Input((2,)), keras.layers.Dense(7)])
        mean.set_weights([directions.T])
        draw.set_weights([5 * directions.T])
        self.decoder.set_weights([spread * directions, np.zeros(7)])


class Called(Narrow):
    def call(self, x):
        return self.decoder(self.encoder(x)[1])


def found(model, x=X):
    return find_reconstruction(model, x)


@pytest.mark.parametrize("kind", [Narrow, Called])
def test_shares_are_those_of_the_svd(kind):
    seen = found(kind())
    assert seen.explained == pytest.approx(1, abs=1e-3)
    assert (seen.components, seen.by_components) == (2, pytest.approx(1, abs=1e-6))
    assert not seen.is_same


def test_parts_that_give_the_same_for_all_rows_are_seen():
    assert found(Narrow(spread=0.0)).is_same


def test_pieces_of_wide_rows_add_up(monkeypatch):
    x = RNG.normal(size=(40, 7)).astype("float32")
    whole = found(Called(), x)
    monkeypatch.setattr(reconstruction, "_COLUMNS", 2)
    pieces = found(Called(), x)
    centred = x - x.mean(axis=0)
    values = np.linalg.svd(centred, compute_uv=False) ** 2
    assert pieces.by_components == pytest.approx(values[:2].sum() / values.sum())
    assert pieces.explained == pytest.approx(whole.explained)
    assert pieces.varied == pytest.approx(whole.varied)


def test_other_outputs_than_inputs_are_none():
    model = keras.Sequential([keras.Input((7,)), keras.layers.Dense(3)])
    assert found(model) is None


def test_fewer_rows_are_seen_of_very_wide_ones(monkeypatch):
    monkeypatch.setattr(reconstruction, "_PRODUCTS", 7 * 30**2)
    seen = []
    monkeypatch.setattr(reconstruction, "_outputs", lambda _, x: seen.append(len(x)))
    found(Called())
    assert seen == [30]
