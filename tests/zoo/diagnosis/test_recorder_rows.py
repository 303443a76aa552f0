"""The rows of a training, from whatever Keras takes."""

import random

import numpy as np
import pandas as pd
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.backend import tensorflow as tf
from learnable.zoo.diagnosis.record import evaluations
from learnable.zoo.diagnosis.record.recorder import recorded

layers = keras.layers
X = np.random.default_rng(0).normal(size=(24, 3))
Y = X.sum(axis=1)


# what Keras says of a generator, with and without a recording
LEFT_ALONE = pytest.mark.filterwarnings("ignore:.*shuffle=True:UserWarning")
ONCE = pytest.mark.filterwarnings("ignore:.*ran out of data:UserWarning")


def small():
    """A network that does not pay for a graph: it is trained for a few steps."""
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    return model


class Rest(keras.utils.PyDataset):
    def __init__(self):
        super().__init__()

    def __len__(self):
        return 3

    def __getitem__(self, index):
        part = slice(8 * index, 8 * index + 8)
        return X[part], Y[part]


def rows_once():
    for start in range(0, 24, 8):
        yield X[start : start + 8], Y[start : start + 8]


def rows_for_ever():
    while True:
        yield from rows_once()


DATASET = tf.data.Dataset.from_tensor_slices((X, Y))
SOURCES = {
    "tables": lambda: (pd.DataFrame(X), pd.Series(Y)),
    "tensors": lambda: (tf.constant(X), tf.Variable(Y)),
    "dataset": lambda: (DATASET.batch(8),),
    "repeated dataset": lambda: (DATASET.batch(8).repeat(),),
    "py dataset": lambda: (Rest(),),
    "generator": lambda: (rows_once(),),
    "endless generator": lambda: (rows_for_ever(),),
}


@ONCE
@LEFT_ALONE
@pytest.mark.parametrize("source", SOURCES)
def test_rows_come_from_what_keras_takes(source):
    endless = {"steps_per_epoch": 3} if source.split()[0] in "endless repeated" else {}
    epochs = 1 if source == "generator" else 2
    with recorded(__file__) as recording:
        small().fit(*SOURCES[source](), epochs=epochs, verbose=0, **endless)
    (fit,) = recording.fits
    np.testing.assert_allclose(fit.x, X)
    np.testing.assert_allclose(np.ravel(fit.y), Y)
    assert fit.cut == 0
    assert len(fit.history["loss"]) == epochs


@ONCE
@LEFT_ALONE
@pytest.mark.parametrize(
    ("source", "cut"), [("dataset", -1), ("py dataset", -1), ("generator", 14)]
)
def test_rows_beyond_the_limit_are_left_out(source, cut):
    with recorded(__file__, most_rows=10) as recording:
        small().fit(*SOURCES[source](), verbose=0)
    (fit,) = recording.fits
    np.testing.assert_allclose(fit.x, X[:10])
    assert fit.cut == cut


@ONCE
@LEFT_ALONE
def test_generator_goes_on_where_the_training_left_it():
    source = iter(range(9))
    with recorded(__file__):
        batches = ((X[:8] + 0 * i, Y[:8]) for i in source)
        small().fit(batches, steps_per_epoch=2, verbose=0)
    plain = iter(range(9))
    small().fit(((X[:8] + 0 * i, Y[:8]) for i in plain), steps_per_epoch=2, verbose=0)
    assert abs(len([*source]) - len([*plain])) <= 1  # Keras reads ahead in a thread


@LEFT_ALONE
def test_texts_of_a_dataset_can_be_trained_on_again():
    texts = np.array(["warm sun", "kalter Schnee", "été", "雪"] * 3)
    words = layers.TextVectorization(max_tokens=9, output_sequence_length=2)
    words.adapt(texts)
    model = keras.Sequential(
        [keras.Input((1,), dtype="string"), words, layers.Rescaling(0.1)]
    )
    model.add(layers.Dense(1))
    model.compile("sgd", "mse", run_eagerly=True)
    dataset = tf.data.Dataset.from_tensor_slices((texts, np.arange(12.0))).batch(4)
    with recorded(__file__) as recording:
        model.fit(dataset, verbose=0)
    (fit,) = recording.fits
    assert fit.x.tolist() == texts.tolist()
    model.fit(fit.x, fit.y, verbose=0)


def test_dicts_and_several_outputs_keep_their_form():
    one, two = keras.Input((3,), name="one"), keras.Input((1,), name="two")
    both = layers.concatenate([one, two])
    model = keras.Model({"one": one, "two": two}, [layers.Dense(1)(both)] * 2)
    model.compile("sgd", ["mse", "mae"], run_eagerly=True)
    with recorded(__file__) as recording:
        model.fit({"one": X, "two": Y}, [Y, Y], verbose=0)
    (fit,) = recording.fits
    assert {name: part.shape for name, part in fit.x.items()} == {
        "one": (24, 3),
        "two": (24,),
    }
    assert [part.shape for part in fit.y] == [(24,), (24,)]


def test_batches_are_joined_to_one_training():
    model = small()
    with recorded(__file__) as recording:
        for _ in range(3):
            for x, y in rows_once():
                model.train_on_batch(x, y)
    (fit,) = recording.fits
    np.testing.assert_array_equal(fit.x, X)
    assert (fit.kind, fit.steps) == ("train_on_batch", 9)
    assert (fit.arguments["epochs"], fit.arguments["batch_size"]) == (3, 8)
    assert len(fit.history["loss"]) == 3
    assert fit.history["loss"][0] > fit.history["loss"][2]
    assert not fit.weights[1].any()


def test_shuffled_batches_are_joined_row_by_row():
    model, rng = small(), np.random.default_rng(1)
    with recorded(__file__) as recording:
        for _ in range(3):
            order = rng.permutation(24)
            for part in np.split(order, 3):
                model.train_on_batch(X[part], Y[part])
    (fit,) = recording.fits
    np.testing.assert_array_equal(np.sort(fit.y), np.sort(Y))
    assert fit.arguments["epochs"] == 3


def test_models_that_train_in_turn_are_two_trainings():
    one, two = small(), small()
    with recorded(__file__) as recording:
        for x, y in rows_once():
            one.train_on_batch(x, y)
            two.train_on_batch(x, y)
        two.predict(X, verbose=0)
        one.fit(X, Y, verbose=0)
    assert [fit.model for fit in recording.fits] == [one, two, one]
    assert [fit.steps for fit in recording.fits] == [3, 3, 1]
    assert [fit.pretrained for fit in recording.fits] == [False, False, True]
    assert recording.evaluations[0].after == 2


class Noisy(Rest):
    def __getitem__(self, index):
        x, y = super().__getitem__(index)
        return x + random.gauss(), y


@pytest.mark.slow  # trainings
def test_training_goes_as_it_goes_without():
    def trained():
        keras.utils.set_random_seed(3)
        body = [layers.Dense(4), layers.Dropout(0.5), layers.Dense(1)]
        model = keras.Sequential(body)
        model.compile("adam", "mse")
        model.fit(Noisy(), epochs=2, verbose=0)
        model.fit(X, Y, epochs=2, verbose=0)
        return np.concatenate([np.ravel(part) for part in model.get_weights()])

    plain = trained()
    with recorded(__file__):
        np.testing.assert_array_equal(trained(), plain)


def test_questions_in_a_loop_are_kept_up_to_a_number(monkeypatch):
    monkeypatch.setattr(evaluations, "MOST_ASKED", 3)
    model = small()
    with recorded(__file__) as recording:
        for _ in range(5):
            model.predict(X[:1], verbose=0)
    assert len(recording.evaluations) == 3
    assert recording.evaluations[0].x is recording.evaluations[-1].x
