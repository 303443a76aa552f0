"""MobileNetV2: what keeps it from learning on small data, and weights from a file."""

from dataclasses import replace

import numpy as np
import pytest
from learnable.data.errors import BadData
from learnable.zoo.backend import keras, tensorflow
from learnable.zoo.networks.losses import loss_of
from learnable.zoo.registry import build, recipe


def test_mobilenet_averages_over_few_steps():
    model = build(recipe("mobilenet-v2"), shape=(32, 32, 3), outputs=2)
    body = next(p for p in model.layers if isinstance(p, keras.Model))
    norms = [p for p in body.layers if type(p).__name__ == "BatchNormalization"]
    assert len(norms) > 50
    assert {p.momentum for p in norms} == {0.9}


def test_all_weights_of_mobilenet_are_trained():
    keras.utils.set_random_seed(0)
    model = build(recipe("mobilenet-v2"), shape=(32, 32, 3), outputs=10)
    rows = np.random.default_rng(0).uniform(-1, 1, (6, 32, 32, 3))
    with tensorflow.GradientTape() as tape:
        loss = loss_of(recipe("mobilenet-v2"), "classes")
        value = keras.losses.get(loss)(np.arange(6), model(rows, training=True))
    gradients = tape.gradient(value, model.trainable_variables)
    assert all(np.asarray(g).any() for g in gradients)


@pytest.mark.slow
def test_mobilenet_begins_with_weights_from_a_file(tmp_path, refused):
    keras.utils.set_random_seed(7)
    published = keras.applications.MobileNetV2(
        (96, 96, 3), alpha=0.35, include_top=False, weights=None
    )
    file = tmp_path / "no_top.weights.h5"
    published.save_weights(file)
    settings = replace(recipe("mobilenet-v2"), weights=str(file))
    model = build(settings, shape=(32, 32, 3), outputs=2)
    body = next(p for p in model.layers if isinstance(p, keras.Model))
    for a, b in zip(body.get_weights(), published.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    for name, content in (("a.weights.h5", b"no HDF5"), ("b.txt", b"")):
        wrong = tmp_path / name
        wrong.write_bytes(content)
        bad = replace(settings, weights=str(wrong))
        text = refused(BadData, build, bad, shape=(32, 32, 3), outputs=2)
        assert name in text
