"""Networks for classes of texts."""

from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.networks.estimators import (
    NetworkForTexts,
    predict_texts,
    train_on_texts,
)
from learnable.zoo.networks.train import Rows
from learnable.zoo.registry import recipe
from sklearn.base import clone

QUICK = replace(
    recipe("text-embedding"),
    hidden=(8, 8),
    dropout=0.0,
    epochs=15,
    learning_rate=0.02,
    window=6,
    vocabulary=20,
)
WARM = ["sun and beach", "the warm sun", "beach all day", "warm day today"]
COLD = ["snow and ice", "the cold snow", "ice all night", "cold night today"]
TEXTS = np.array((WARM + COLD) * 8, dtype=object)
CLASSES = np.array(([0] * 4 + [1] * 4) * 8)


@pytest.fixture(scope="module")
def trained():
    rows = Rows(TEXTS[:48], CLASSES[:48])
    return train_on_texts(QUICK, rows, Rows(TEXTS[48:], CLASSES[48:]), classes=2)


def test_learns_the_words(trained):
    said = predict_texts(trained.serving, np.array(["sun, beach!", "SNOW ice"], object))
    assert said.argmax(axis=1).tolist() == [0, 1]
    np.testing.assert_allclose(said.sum(axis=1), 1, rtol=1e-5)


def test_served_network_opens_with_plain_keras(trained, tmp_path):
    trained.serving.save(tmp_path / "model.keras")
    opened = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        predict_texts(opened, TEXTS[:9]), predict_texts(trained.serving, TEXTS[:9])
    )


@pytest.mark.parametrize(
    "text", ["", "   ", "zebra quux", "sun " * 500, "ß 雪 \n", "\0"], ids=repr
)
def test_every_text_gets_an_answer(trained, text):
    said = predict_texts(trained.serving, np.array([text], dtype=object))
    assert said.shape == (1, 2)
    assert np.isfinite(said).all()


def test_words_past_the_window_are_not_read(trained):
    start = "sun beach warm day sun beach"
    one, other = predict_texts(
        trained.serving, np.array([start, start + " snow ice cold"], dtype=object)
    )
    np.testing.assert_array_equal(one, other)


@pytest.mark.slow  # trainings
def test_only_words_of_the_training_rows_are_known():
    rows = Rows(TEXTS[:48], CLASSES[:48])
    later = Rows(np.array(["hail", "sun"] * 4, dtype=object), np.array([1, 0] * 4))
    trained = train_on_texts(replace(QUICK, epochs=1), rows, later, classes=2)
    said = predict_texts(
        trained.serving, np.array(["hail", "fog", "sun"], dtype=object)
    )
    np.testing.assert_array_equal(said[0], said[1])
    assert (said[0] != said[2]).any()


def test_estimator_takes_a_column_of_texts():
    labels = np.array(["warm", "cold"])[CLASSES]
    model = clone(NetworkForTexts(QUICK)).fit(TEXTS.reshape(-1, 1), labels)
    assert model.classes_.tolist() == ["cold", "warm"]
    said = model.predict(np.array([["beach"], ["ice"]], dtype=object))
    assert said.tolist() == ["warm", "cold"]
    assert model.predict_proba(TEXTS[:3]).shape == (3, 2)


@pytest.mark.slow  # of the other networks it is tested in seconds
def test_same_seed_same_network():
    one, other = (
        NetworkForTexts(replace(QUICK, epochs=2), random_state=5).fit(TEXTS, CLASSES)
        for _ in range(2)
    )
    np.testing.assert_array_equal(one.predict_proba(TEXTS), other.predict_proba(TEXTS))


def test_texts_without_words_can_be_trained_on():
    texts = np.array(["", "sun", "", "snow"] * 10, dtype=object)
    model = NetworkForTexts(QUICK).fit(texts, np.array([0, 0, 1, 1] * 10))
    assert np.isfinite(model.history_["loss"]).all()
    assert model.predict(np.array(["sun", "snow"], object)).tolist() == [0, 1]
