from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.problem.training_setup import build_model
from learnable.zoo.diagnosis.rules.bad_initialisation import bad_initialisation
from one_batch import first_loss

layers = keras.layers
X = np.random.default_rng(0).normal(size=(40, 16)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")


def network(*parts, shape=(16,)):
    model = keras.Sequential([keras.Input(shape), *parts])
    model.compile("adam", "binary_crossentropy")
    return model


def dense(units=8, activation="relu", **settings):
    return layers.Dense(units, activation=activation, **settings)


HEAD = {"units": 1, "activation": "sigmoid"}
BAD = {
    "zeros": ({"kernel_initializer": "zeros"}, 0),
    "ones": ({"kernel_initializer": "ones"}, 0),
    "large": ({"kernel_initializer": keras.initializers.RandomNormal(stddev=3.0)}, 1),
    "small": ({"kernel_initializer": keras.initializers.RandomNormal(stddev=1e-3)}, 1),
    "biases": ({"bias_initializer": keras.initializers.Constant(-20.0)}, 1),
}


@pytest.mark.parametrize(("settings", "priority"), BAD.values(), ids=BAD)
def test_finds_and_mends_a_bad_start(case_of, settings, priority):
    model = network(dense(name="bad", **settings), dense(**HEAD))
    before = model.get_layer("bad").get_config()
    context = case_of(model, X, Y)
    found = bad_initialisation(context)
    assert (found.layers, found.priority) == (("bad",), priority)
    setup = found.repairs[0].apply(context.setup)
    made = build_model(setup, np.arange(40), seed=0)
    assert 0.2 < made.get_layer("bad").kernel.numpy().std() < 0.6
    assert not made.get_layer("bad").bias.numpy().any()
    assert np.isfinite(first_loss(made, X, Y))
    assert model.get_layer("bad").get_config() == before


@pytest.mark.parametrize(
    "parts",
    [
        lambda: (dense(), dense(**HEAD)),
        lambda: (dense(kernel_initializer="he_uniform"), dense(**HEAD)),
        lambda: (dense(activation="tanh", kernel_initializer="orthogonal"), dense(1)),
        lambda: (dense(bias_initializer=keras.initializers.Constant(0.1)), dense(1)),
        lambda: (dense(kernel_initializer="zeros", **HEAD),),
        lambda: (dense(), layers.BatchNormalization(), dense(**HEAD)),
        lambda: (layers.Reshape((16, 1)), layers.LSTM(4), dense(**HEAD)),
        lambda: (layers.Reshape((4, 4, 1)), layers.Conv2D(3, 3), layers.Flatten(),
                 dense(**HEAD)),
        lambda: (layers.Reshape((4, 4, 1)), layers.Conv2DTranspose(8, 3),
                 layers.DepthwiseConv2D(3), layers.Flatten(), dense(**HEAD)),
    ],
)  # fmt: skip
def test_is_silent_on_sound_starts(case_of, parts):
    assert bad_initialisation(case_of(network(*parts()), X, Y)) is None


def test_is_silent_on_one_input_and_many_units(case_of):
    model = network(dense(200), dense(**HEAD), shape=(1,))
    assert bad_initialisation(case_of(model, X[:, :1], Y)) is None


def test_is_silent_on_loaded_weights(case_of):
    context = case_of(network(dense(kernel_initializer="zeros"), dense(**HEAD)), X, Y)
    loaded = replace(context, fit=replace(context.fit, pretrained=True))
    assert bad_initialisation(loaded) is None
