"""Calls of ``fit`` in a loop, joined to one training."""

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.record.recorder import recorded

X = np.random.default_rng(0).normal(size=(12, 3)).astype("float32")
Y = (X[:, 0] > 0).astype("int64")


def network():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.run_eagerly = True  # a graph takes longer than these steps
    return model


@pytest.mark.parametrize("passes", [1, 2])
def test_a_call_for_each_row_is_one_training(passes):
    model = network()
    before = model.get_weights()
    with recorded(__file__) as done:
        for _ in range(passes):
            for x, y in zip(X, Y, strict=True):
                model.fit(x[None], np.array([y]), verbose=0)
        model.predict(X, verbose=0)
    (fit,) = done.fits
    np.testing.assert_array_equal(fit.x, X)
    np.testing.assert_array_equal(fit.y, Y)
    np.testing.assert_array_equal(fit.weights[0], before[0])
    np.testing.assert_array_equal(fit.trained[0], model.get_weights()[0])
    assert fit.steps == 12 * passes
    assert fit.arguments["epochs"] == passes
    assert (fit.arguments["batch_size"], fit.arguments["shuffle"]) == (1, False)
    assert len(fit.history["loss"]) == passes
    assert done.evaluations[0].after == 1


def test_the_same_rows_again_are_more_epochs():
    model = network()
    with recorded(__file__) as done:
        for _ in range(3):
            model.fit(X, Y, epochs=2, batch_size=4, verbose=0)
    (fit,) = done.fits
    assert len(fit.x) == 12
    assert (fit.arguments["epochs"], fit.arguments["batch_size"]) == (6, 4)
    assert fit.arguments["shuffle"]
    assert (fit.steps, len(fit.history["loss"])) == (18, 6)


def test_weights_that_were_reset_begin_anew():
    model = network()
    first = model.get_weights()
    with recorded(__file__) as done:
        for _ in range(2):
            model.set_weights(first)
            model.fit(X, Y, verbose=0)
    assert len(done.fits) == 2


def test_calls_on_two_lines_are_two_trainings():
    model = network()
    with recorded(__file__) as done:
        model.fit(X, Y, verbose=0)
        model.fit(X, Y, verbose=0)
    assert len(done.fits) == 2
    assert done.fits[1].pretrained


FOLDS = np.arange(12).reshape(4, 3)


def through_folds(model, ask):
    for held in FOLDS:
        kept = np.setdiff1d(np.arange(12), held)
        model.fit(X[kept], Y[kept], verbose=0)
        ask(model, held)


@pytest.mark.parametrize(
    "ask",
    [
        lambda model, held: model.evaluate(X[held], Y[held], verbose=0),
        lambda model, held: model.predict(X[held], verbose=0),
    ],
)
def test_rows_held_out_of_a_fold_that_the_network_knows_are_noted(ask):
    model = network()
    with recorded(__file__) as done:
        through_folds(model, ask)
    (fit,) = done.fits
    assert fit.retested.share == 1
    assert fit.retested.place is not None


def test_validation_rows_of_a_fold_are_noted_too():
    model = network()
    with recorded(__file__) as done:
        for held in FOLDS:
            kept = np.setdiff1d(np.arange(12), held)
            given = X[held], Y[held]
            model.fit(X[kept], Y[kept], validation_data=given, verbose=0)
    assert done.fits[0].retested.share == 1


def test_rows_that_no_call_trained_on_are_held_out():
    model = network()
    with recorded(__file__) as done:
        for part in FOLDS[:3]:
            model.fit(X[part], Y[part], verbose=0)
            model.evaluate(X[FOLDS[3]], Y[FOLDS[3]], verbose=0)
    assert done.fits[0].retested.share == 0


@pytest.mark.parametrize("size", [1, 3])
def test_batches_of_a_memory_that_come_again_are_no_folds(size):
    model = network()
    batches = np.random.default_rng(0).permutation(12).reshape(-1, size)
    with recorded(__file__) as done:
        for rows in np.concatenate([batches, batches[::-1][1:]]):
            model.predict(X[rows], verbose=0)  # as Q-learning asks before it trains
            model.fit(X[rows], Y[rows], verbose=0)
    assert done.fits[0].retested.share == 0


def test_what_the_network_knows_of_all_its_rows_is_no_fold():
    model = network()
    with recorded(__file__) as done:
        through_folds(model, lambda model, held: model.evaluate(X, Y, verbose=0))
    assert done.fits[0].retested.share == 0


def test_a_network_made_anew_in_each_fold_is_not_retested():
    with recorded(__file__) as done:
        for held in FOLDS:
            kept, model = np.setdiff1d(np.arange(12), held), network()
            model.fit(X[kept], Y[kept], verbose=0)
            model.evaluate(X[held], Y[held], verbose=0)
    assert all(fit.retested.share == 0 for fit in done.fits)
