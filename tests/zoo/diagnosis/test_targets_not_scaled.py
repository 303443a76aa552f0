import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.codemod.edits import RescaleOutputs
from learnable.zoo.diagnosis.problem.training_setup import build_model
from learnable.zoo.diagnosis.rules.targets_not_scaled import targets_not_scaled
from one_batch import first_loss

layers = keras.layers
X = np.random.default_rng(0).normal(size=(60, 3)).astype("float32")
Y = X.sum(axis=1)


def network(*last, loss="mse"):
    parts = [layers.Dense(8, activation="relu"), layers.Dense(1), *last]
    model = keras.Sequential([keras.Input((3,)), *parts])
    model.compile("adam", loss)
    return model


@pytest.mark.parametrize("loss", ["mse", "mae", "huber"])
def test_repair_brings_the_loss_near_one(case_of, loss):
    y = 1e5 * Y + 2e5
    context = case_of(network(loss=loss), X, y)
    found = targets_not_scaled(context)
    setup = found.repairs[0].apply(context.setup)
    edit = found.repairs[0].edits[0]
    assert isinstance(edit, RescaleOutputs)
    assert (edit.scale, edit.offset) == setup.rescale
    assert context.setup.rescale is None
    first = first_loss(build_model(setup, np.arange(60), seed=0), X, y)
    assert 0.1 < first < 10


def test_columns_of_different_sizes_are_scaled_each_by_itself(case_of):
    parts = [layers.Dense(8, activation="relu"), layers.Dense(2)]
    model = keras.Sequential([keras.Input((3,)), *parts])
    model.compile("adam", "mae")
    y = np.stack([4000 * Y + 3000, 0.5 * Y + 0.8], axis=1)
    context = case_of(model, X, y)
    found = targets_not_scaled(context)
    assert "deviation 0." in found.sentence
    assert "by column" in found.sentence
    setup = found.repairs[0].apply(context.setup)
    scale, offset = setup.rescale
    np.testing.assert_allclose(scale, y.std(axis=0), rtol=1e-5)
    np.testing.assert_allclose(offset, y.mean(axis=0), rtol=1e-5)
    built = build_model(setup, np.arange(60), seed=0)
    assert built(X[:5]).shape == (5, 2)
    assert 0.1 < first_loss(built, X, y) < 10


@pytest.mark.parametrize("y", [Y, 3 * Y + 2, np.full(60, 70.0)])
def test_is_silent_on_targets_near_one_or_constant(case_of, y):
    assert targets_not_scaled(case_of(network(), X, y)) is None


def test_finds_small_targets(case_of):
    found = targets_not_scaled(case_of(network(), X, 1e-3 * Y))
    assert found.label == "targets-not-scaled"


def test_is_silent_where_the_network_scales(case_of):
    model = network(layers.Rescaling(1e5, 2e5))
    assert targets_not_scaled(case_of(model, X, 1e5 * Y)) is None


def test_is_silent_on_counts(case_of):
    y = np.random.default_rng(0).poisson(40, 60).astype("float64")
    assert targets_not_scaled(case_of(network(loss="poisson"), X, y)) is None


def test_is_silent_on_classes(case_of):
    model = keras.Sequential(
        [keras.Input((3,)), layers.Dense(30, activation="softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    assert targets_not_scaled(case_of(model, X, np.arange(60) % 30)) is None
