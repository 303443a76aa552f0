"""Losses that are not finite, errors, interruptions, and what cannot be trained."""

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.backend import tensorflow as tf
from learnable.zoo.training import Start, fit

layers, callbacks = keras.layers, keras.callbacks
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3)).astype("float32")
SCORE = X[:, 0]


def small():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


@pytest.fixture(scope="module")
def compiled():
    """Two equal models, compiled once."""
    models = small(), small()
    models[1].set_weights(models[0].get_weights())
    return models, [Start(model) for model in models]


@pytest.fixture
def models(compiled):
    for start in compiled[1]:
        start.restore()
    return compiled[0]


def with_nan(row):
    x = X.copy()
    x[row, 1] = np.nan
    return x


def train(model, *data, **options):
    common = {"batch_size": 8, "shuffle": False, "verbose": 0, "epochs": 3}
    return fit(model, *data, **(common | {"way": "graph"} | options))


def train_keras(model, *data, **options):
    common = {"batch_size": 8, "shuffle": False, "verbose": 0, "epochs": 3}
    return model.fit(*data, **(common | options))


@pytest.mark.parametrize(("row", "step"), [(0, 1), (7, 1), (8, 2), (37, 5), (59, 8)])
def test_first_loss_that_is_not_finite_is_named(row, step, models, alike, caplog):
    ours, theirs = (
        call(model, with_nan(row), SCORE)
        for call, model in zip((train, train_keras), models, strict=True)
    )
    alike(ours, theirs, "graph")
    assert ours.params["nonfinite"] == (1, step)
    assert np.isnan(ours.history["loss"]).all()
    told = [r.getMessage() for r in caplog.records if r.name == "learnable"]
    assert told == [f"the loss is not finite from epoch 1, step {step}"]


@pytest.mark.parametrize("stop", [[], [callbacks.TerminateOnNaN()]])
def test_xla_names_the_step_too(stop, models):
    ours = train(models[0], with_nan(37), SCORE, way="xla", callbacks=stop)
    assert ours.params["way"] == "xla"
    assert ours.params["nonfinite"] == (1, 5)
    assert int(ours.model.optimizer.iterations) == (5 if stop else 24)


def test_finite_losses_have_no_such_step(models):
    assert train(models[0], X, SCORE).params["nonfinite"] is None


def test_later_epochs_count_from_the_first(models):
    class Ruin(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 3:
                self.model.layers[0].bias.assign([np.inf])

    options = {"initial_epoch": 2, "epochs": 6}
    ours = train(models[0], X, SCORE, callbacks=[Ruin()], **options)
    assert ours.params["nonfinite"] == (5, 1)


def test_rows_to_validate_with_do_not_count(models):
    ours = train(models[0], X, SCORE, validation_data=(with_nan(0), SCORE))
    assert ours.params["nonfinite"] is None
    assert np.isnan(ours.history["val_loss"]).all()


@pytest.mark.parametrize("row", [12, 58])
def test_training_may_end_at_the_first_such_step(row, models, alike, capsys):
    stop = callbacks.TerminateOnNaN
    options = {"validation_data": (X, SCORE)}
    ours, theirs = (
        call(model, with_nan(row), SCORE, callbacks=[stop()], **options)
        for call, model in zip((train, train_keras), models, strict=True)
    )
    alike(ours, theirs, "graph")
    assert ours.epoch == [0]
    steps = row // 8 + 1
    assert int(ours.model.optimizer.iterations) == steps
    told = f"Batch {steps - 1}: Invalid loss, terminating training"
    assert capsys.readouterr().out.split("\n")[:2] == [told, told]


def test_such_a_step_may_be_an_error(models):
    stop = callbacks.TerminateOnNaN(raise_error=True)
    for call, model in zip((train, train_keras), models, strict=True):
        with pytest.raises(RuntimeError, match="loss encountered at batch 1"):
            call(model, with_nan(9), SCORE, callbacks=[stop])


class Break(callbacks.Callback):
    """Raises in the third epoch."""

    def __init__(self, error, hook):
        super().__init__()
        self.error = error
        setattr(self, hook, self.raising)

    def raising(self, epoch, logs=None):
        if epoch == 2:
            raise self.error


@pytest.mark.parametrize("kind", [KeyError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize(("hook", "step"), [("epoch_begin", 0), ("epoch_end", 8)])
def test_error_in_a_callback_says_where(kind, hook, step, models):
    trained, other = models
    error = kind("mine")
    with pytest.raises(kind) as caught:
        train(trained, X, SCORE, epochs=9, callbacks=[Break(error, f"on_{hook}")])
    assert caught.value is error
    (note,) = error.__notes__
    assert f"epoch 3 of 9, after step {step} of 8;" in note
    assert trained.history.epoch == [0, 1]
    assert len(trained.history.history["loss"]) == 2
    train_keras(other, X, SCORE, epochs=3 if step else 2)
    for mine, its in zip(trained.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(mine, its, atol=1e-5)


def test_training_goes_on_after_an_interruption(models):
    interrupted, whole = models
    broken = Break(KeyboardInterrupt(), "on_epoch_begin")
    with pytest.raises(KeyboardInterrupt):
        train(interrupted, X, SCORE, epochs=5, callbacks=[broken])
    rest = train(interrupted, X, SCORE, initial_epoch=2, epochs=5).history
    once = train(whole, X, SCORE, epochs=5).history
    np.testing.assert_allclose(rest["loss"], once["loss"][2:], rtol=1e-5)


def uncompiled():
    return keras.Sequential([keras.Input((3,)), layers.Dense(1)])


def wide():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


EMPTY = np.zeros((0, 3), "float32")
REFUSED = {
    "lengths": (small, (X, SCORE[:-1]), {}),
    "lengths of weights": (small, (X, SCORE), {"sample_weight": np.ones(59)}),
    "lengths to validate": (small, (X, SCORE), {"validation_data": (X, SCORE[1:])}),
    "no rows": (small, (EMPTY, EMPTY[:, 0]), {}),
    "not compiled": (uncompiled, (X, SCORE), {}),
    "text": (small, (X.astype(str), SCORE), {}),
    "columns": (wide, (X, SCORE), {}),
    "class and row weights": (
        small,
        (X, SCORE),
        {"sample_weight": np.ones(60), "class_weight": {0: 1.0}},
    ),
    "share that leaves no row": (small, (X, SCORE), {"validation_split": 0.99999}),
    "structure of weights": (small, (X, [SCORE]), {"sample_weight": [X, SCORE]}),
    "how often to validate": (
        small,
        (X, SCORE),
        {"validation_split": 0.5, "validation_freq": "2"},
    ),
}


OURS = "columns", "share that leaves no row"
"""Where the text is another."""


def error_of(call, *args, **options):
    try:
        return call(*args, **options)
    except Exception as error:
        return error


@pytest.mark.parametrize("named", REFUSED)
def test_what_keras_refuses_is_refused(named):
    make, data, options = REFUSED[named]
    theirs, ours = (
        error_of(call, make(), *data, **options) for call in (train_keras, train)
    )
    assert type(ours) is type(theirs)
    if named not in OURS:
        assert str(ours) == str(theirs)


def test_unknown_arguments_are_refused():
    with pytest.raises(TypeError, match="epoch"):
        train(small(), X, SCORE, epoch=2)


def test_word_that_is_none_is_an_error_as_in_keras():
    def make():
        embedding = layers.Embedding(5, 2)
        model = keras.Sequential([keras.Input((3,)), embedding, layers.Flatten()])
        model.add(layers.Dense(1))
        model.compile("sgd", "mse")
        return model

    words = np.full((60, 3), 4)
    words[50, 1] = 5
    for call in (train, train_keras):
        with pytest.raises(tf.errors.InvalidArgumentError, match="5 is not in"):
            call(make(), words, SCORE)
