"""Networks of characters: pieces, training, what is served, and what they write."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from learnable.data.errors import BadData
from learnable.zoo.backend import keras
from learnable.zoo.networks.language_model import (
    NetworkWriter,
    codes_of,
    make_sequences,
    next_characters,
    train_writer,
    write,
)
from learnable.zoo.registry import recipe
from sklearn.base import clone

WINDOW = 8
QUICK = replace(
    recipe("lstm-characters"),
    hidden=(6, 24),
    dropout=0.0,
    epochs=12,
    learning_rate=0.02,
    batch_size=16,
    window=WINDOW,
)
WHEEL = np.tile([0, 1, 2, 3, 2], 400)
"""Each character follows from the two before it."""


@pytest.fixture(scope="module")
def trained():
    return train_writer(QUICK, WHEEL, classes=4)


@given(st.integers(2, 12), st.integers(25, 90))
def test_pieces_stand_beside_themselves_one_later(window, length):
    codes = np.arange(length)
    rows = make_sequences(codes, window)
    assert rows.x.shape == rows.y.shape == ((length - 1) // window, window)
    np.testing.assert_array_equal(rows.y, rows.x + 1)
    np.testing.assert_array_equal(rows.x.ravel(), codes[: rows.x.size])


def test_text_is_put_together_from_its_rows():
    codes = np.arange(30)
    rows = np.lib.stride_tricks.sliding_window_view(codes[:-1], WINDOW)
    np.testing.assert_array_equal(codes_of(rows, codes[WINDOW:]), codes)


@pytest.mark.parametrize("length", [1, WINDOW, 2 * WINDOW])
def test_text_of_less_than_two_pieces_is_refused(refused, length):
    text = refused(BadData, train_writer, QUICK, WHEEL[:length], classes=4)
    assert f"{length} characters" in text
    assert str(WINDOW) in text


@pytest.mark.slow  # trainings
def test_shortest_text_leaves_a_piece_to_validate():
    trained = train_writer(replace(QUICK, epochs=1), WHEEL[: 2 * WINDOW + 1], classes=4)
    assert np.isfinite(trained.history["val_loss"]).all()


def test_learns_what_follows(trained):
    rows = np.lib.stride_tricks.sliding_window_view(WHEEL[:60], WINDOW)[:-1]
    said = next_characters(trained.serving, rows)
    assert (said.argmax(axis=1) == WHEEL[WINDOW:60]).all()
    assert trained.history["val_loss"][-1] < 0.2


def test_probabilities_sum_to_one(trained):
    rows = np.random.default_rng(0).integers(0, 4, (30, WINDOW))
    said = next_characters(trained.serving, rows)
    assert said.shape == (30, 4)
    np.testing.assert_allclose(said.sum(axis=1), 1, rtol=1e-5)


def test_only_the_last_characters_count(trained):
    rows = np.random.default_rng(0).integers(0, 4, (5, WINDOW + 9))
    np.testing.assert_array_equal(
        next_characters(trained.serving, rows),
        next_characters(trained.serving, rows[:, -WINDOW:]),
    )


def test_served_network_opens_with_plain_keras(trained, tmp_path):
    trained.serving.save(tmp_path / "model.keras")
    opened = keras.saving.load_model(tmp_path / "model.keras")
    rows = np.random.default_rng(1).integers(0, 4, (7, WINDOW))
    np.testing.assert_array_equal(
        next_characters(opened, rows), next_characters(trained.serving, rows)
    )
    start = WHEEL[:3]
    for kind in (opened, trained.serving):
        np.testing.assert_array_equal(
            write(kind, start, length=15, seed=4),
            write(trained.serving, start, length=15, seed=4),
        )


@pytest.mark.slow  # trainings
def test_estimator_says_what_its_network_says(trained):
    rows = np.lib.stride_tricks.sliding_window_view(WHEEL[:-1], WINDOW)
    model = clone(NetworkWriter(QUICK, 4)).fit(rows, WHEEL[WINDOW:])
    np.testing.assert_array_equal(
        model.predict_proba(rows[:20]), next_characters(trained.serving, rows[:20])
    )
    np.testing.assert_array_equal(model.predict(rows[:20]), WHEEL[WINDOW:][:20])
    np.testing.assert_array_equal(model.classes_, np.arange(4))
    assert len(model.history_["loss"]) <= QUICK.epochs


def test_cold_writer_goes_on_as_it_must(trained):
    written = write(trained.serving, WHEEL[:10], length=20, temperature=0.01)
    np.testing.assert_array_equal(written, WHEEL[10:30])


def test_same_seed_same_text(trained):
    one, same, other = (
        write(trained.serving, WHEEL[:4], length=40, temperature=5.0, seed=s)
        for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_hotter_is_wilder(trained):
    def pairs(temperature: float) -> int:
        written = write(trained.serving, WHEEL[:10], length=60, temperature=temperature)
        return len(set(itertools.pairwise(written)))

    assert pairs(0.01) == 5  # 01, 12, 23, 32, 20
    assert pairs(20.0) > 8
