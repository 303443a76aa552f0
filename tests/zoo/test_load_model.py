"""Sound networks are loaded; those that attack are in tests/security."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from learnable.data.errors import BadData
from learnable.zoo.backend import keras
from learnable.zoo.networks.load_model import check_config, check_weights, load_model

LAYERS = keras.layers
BODIES: dict[str, Callable[[Any], Any]] = {
    "recurrent": lambda x: LAYERS.Bidirectional(LAYERS.LSTM(3))(x),
    "cells": lambda x: LAYERS.RNN([LAYERS.GRUCell(3), LAYERS.LSTMCell(2)])(x),
    "attention": lambda x: LAYERS.MultiHeadAttention(2, 2)(x, x),
    "scaled": lambda x: LAYERS.Normalization(mean=[1.0, 2], variance=[1.0, 1])(x),
    "wrapped": lambda x: LAYERS.TimeDistributed(LAYERS.Dense(2))(x),
    "operations": lambda x: x[:, 0] * 2 + np.ones((2,), "float32"),
    "where": lambda x: keras.ops.where(x > 0, x, 0.0),
    "einsum": lambda x: keras.ops.einsum("bij->bji", x),
    "image": lambda x: keras.ops.image.resize(LAYERS.Reshape((4, 2, 1))(x), (2, 2)),
    "function": lambda x: LAYERS.Dense(2, activation=keras.ops.relu)(x),
    "named lambda": lambda x: LAYERS.Lambda(keras.ops.tanh)(x),
    "arrays": lambda x: LAYERS.Rescaling(np.ones(2), [1, 2])(x),
    "regularised": lambda x: LAYERS.Dense(
        3, kernel_regularizer="l2", kernel_constraint=keras.constraints.MaxNorm(2)
    )(x),
    "activation": lambda x: LAYERS.Activation(LAYERS.LeakyReLU(0.1))(x),
    "nested": lambda x: keras.Sequential([keras.Input((4, 2)), LAYERS.Dense(2)])(x),
    "hashed": lambda x: LAYERS.Hashing(3)(keras.ops.cast(x, "int32")),
    "buckets": lambda x: LAYERS.Discretization(bin_boundaries=[0.0, 1.0])(x),
    "low precision": lambda x: LAYERS.Dense(2, dtype="mixed_bfloat16")(x),
}


def network(name: str) -> Any:
    inputs = keras.Input((4, 2))
    return keras.Model(inputs, BODIES[name](inputs))


@pytest.mark.parametrize("name", BODIES)
def test_saved_network_answers_as_before(name: str, tmp_path: Path) -> None:
    model = network(name)
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    x = np.random.default_rng(0).normal(size=(3, 4, 2)).astype("float32")
    one, two = (np.asarray(keras.ops.cast(m(x), "float32")) for m in (model, again))
    assert np.allclose(one, two)


@pytest.mark.parametrize("file", ["model.keras", "model.h5"])
def test_compiled_network_keeps_what_it_was_compiled_with(
    file: str, tmp_path: Path
) -> None:
    model = network("regularised")
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    metrics = ["accuracy", keras.metrics.AUC(), keras.metrics.mean_squared_error]
    model.compile(keras.optimizers.Adam(schedule), keras.losses.Huber(), metrics)
    model.save(tmp_path / file)
    again = load_model(tmp_path / file)
    assert again.loss.__class__ is keras.losses.Huber
    assert again.optimizer.get_config()["learning_rate"]["class_name"] == (
        "ExponentialDecay"
    )


@pytest.mark.parametrize("place", ["losses", "metrics", "optimizers", "initializers"])
def test_classes_of_every_part_may_be_named(place: str) -> None:
    """A loss and a metric may have one name, as MeanSquaredError."""
    space = getattr(keras, place)
    for name in dir(space):
        if inspect.isclass(getattr(space, name)):
            check_config({"module": f"keras.{place}", "class_name": name, "config": {}})


def test_words_within_a_model_are_loaded(tmp_path: Path) -> None:
    for words in (["a", "b"], None):
        layer = LAYERS.TextVectorization(vocabulary=words)
        if words is None:
            layer.adapt(["a b", "c a"])
        model = keras.Sequential([keras.Input((1,), dtype="string"), layer])
        model.save(tmp_path / "model.keras")
        again = load_model(tmp_path / "model.keras").layers[0]
        assert again.get_vocabulary() == layer.get_vocabulary()


def test_loss_of_ones_own_matters_only_where_it_is_asked_for(tmp_path: Path) -> None:
    def own(y: Any, p: Any) -> Any:
        return keras.ops.mean(keras.ops.square(y - p))

    model = network("operations")
    model.compile("sgd", own)
    model.save(tmp_path / "model.keras")
    with pytest.raises(BadData, match="own"):
        load_model(tmp_path / "model.keras")
    assert not load_model(tmp_path / "model.keras", compile=False).compiled


@pytest.mark.parametrize(
    ("name", "told"),
    [("no.keras", "not a file"), ("a.keras", "not a Keras archive"), ("a.h5", "HDF5"),
     ("a.pb", "must end in .keras"), ("folder.keras", "not a file")],
)  # fmt: skip
def test_other_files_are_refused_in_one_line(
    name: str, told: str, tmp_path: Path
) -> None:
    for file in ("a.keras", "a.h5", "a.pb"):
        (tmp_path / file).write_text("hello")
    (tmp_path / "folder.keras").mkdir()
    (tmp_path / "folder.keras" / "config.json").write_text("{}")
    with pytest.raises(BadData, match=told) as caught:
        load_model(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_weights_are_checked_before_they_are_loaded(tmp_path: Path) -> None:
    network("regularised").save_weights(tmp_path / "own.weights.h5")
    check_weights(tmp_path / "own.weights.h5")
    with h5py.File(tmp_path / "link.h5", "w") as file:
        file["part"] = h5py.SoftLink("/elsewhere")
        file.create_group("itself")["again"] = file["/"]
    with pytest.raises(BadData, match="are a link"):
        check_weights(tmp_path / "link.h5")
    with h5py.File(tmp_path / "circle.h5", "w") as file:
        file.create_group("itself")["again"] = file["/"]
    check_weights(tmp_path / "circle.h5")
