import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.problem.training_setup import build_model
from learnable.zoo.diagnosis.rules.too_few_units import too_few_units
from one_batch import first_loss

layers = keras.layers
X = np.random.default_rng(0).normal(size=(60, 8)).astype("float32")
Y = X[:, :6].argmax(axis=1)


def network(*parts, outputs=6, loss="sparse_categorical_crossentropy"):
    activation = "softmax" if outputs > 1 else "sigmoid"
    last = layers.Dense(outputs, activation=activation)
    model = keras.Sequential([keras.Input((8,)), *parts, last])
    model.compile("adam", loss)
    return model


def dense(units, activation="relu", name=None):
    return layers.Dense(units, activation=activation, name=name)


def test_repair_widens_the_narrow_layers(case_of):
    model = network(dense(32), dense(1, name="narrow"), dense(4, name="slim"))
    context = case_of(model, X, Y)
    found = too_few_units(context)
    assert (found.layers, found.priority) == (("narrow", "slim"), 1)
    setup = found.repairs[0].apply(context.setup)
    made = build_model(setup, np.arange(60), seed=0)
    assert [made.get_layer(name).units for name in found.layers] == [32, 32]
    assert np.isfinite(first_loss(made, X, Y))
    assert model.get_layer("narrow").units == 1


def test_finds_a_network_of_few_units(case_of):
    model = network(dense(3), outputs=1, loss="binary_crossentropy")
    assert too_few_units(case_of(model, X, Y > 2)).priority == 2


@pytest.mark.parametrize(
    "parts",
    [
        lambda: (dense(32), dense(16)),
        lambda: (dense(6),),
        lambda: (),
        lambda: (layers.Reshape((8, 1)), layers.Conv1D(4, 3), layers.Flatten()),
        lambda: (layers.Reshape((8, 1)), layers.LSTM(2, return_sequences=True),
                 layers.GRU(16)),
    ],
)  # fmt: skip
def test_is_silent_on_layers_wide_enough(case_of, parts):
    assert too_few_units(case_of(network(*parts()), X, Y)) is None


def test_is_silent_on_a_narrow_branch(case_of):
    rows = keras.Input((8,))
    wide = dense(16)(rows)
    gate = layers.Dense(16, activation="sigmoid")(dense(2)(wide))
    last = layers.Dense(6, activation="softmax")(layers.Multiply()([wide, gate]))
    model = keras.Model(rows, last)
    model.compile("adam", "sparse_categorical_crossentropy")
    assert too_few_units(case_of(model, X, Y)) is None


def test_is_silent_on_an_autoencoder(case_of):
    model = keras.Sequential([keras.Input((8,)), dense(2), layers.Dense(8)])
    model.compile("adam", "mse")
    assert too_few_units(case_of(model, X, X)) is None


@pytest.mark.parametrize(("entries", "is_short"), [(10, True), (50, False)])
def test_embedding_without_an_entry_for_each_input(case_of, entries, is_short):
    words = np.random.default_rng(0).integers(0, 50, (60, 8))
    words[0, 0] = 49
    lookup = layers.Embedding(entries, 4, name="words")
    model = keras.Sequential([keras.Input((8,)), lookup, layers.Flatten(), dense(16)])
    model.add(layers.Dense(6, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy")
    context = case_of(model, words, Y)
    found = too_few_units(context)
    assert (found is not None) == is_short
    if found is None:
        return
    assert "10 entries, 0 to 9, but its inputs go up to 49" in found.sentence
    (repair,) = found.repairs
    made = build_model(repair.apply(context.setup), np.arange(60), seed=0)
    assert np.isfinite(first_loss(made, words, Y))
