"""What a training is made of, as the script has it."""

from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras, tensorflow
from learnable.zoo.diagnosis.problem.copy_model import copy, give_weights
from learnable.zoo.diagnosis.problem.task import training_task
from learnable.zoo.diagnosis.problem.training_setup import (
    build_model,
    original_training,
)
from learnable.zoo.diagnosis.record.recorder import recorded
from learnable.zoo.diagnosis.search.trials import Split, train_trial

X = np.random.default_rng(0).normal(size=(80, 2)).astype("float32")
Y = X[:, 0]
FLAGS = (Y > 0).astype(float)
ALL = Split(np.arange(60), np.arange(60, 80))


@pytest.fixture
def context(case_of, sequence):
    model = sequence((2,), [keras.layers.Dense(1)], "mse")
    model.compile(keras.optimizers.SGD(0.5), "mse")
    return case_of(model, X, Y, epochs=4, batch_size=20)


def given(context, **facts):
    fit = replace(context.fit, **facts)
    return original_training(fit, context.task)


def test_row_weights_are_trained_with(context):
    weight = np.zeros(80)
    setup = given(context, sample_weight=weight)
    assert train_trial(setup, context.task, ALL, seed=0).losses == (0.0,) * 4


@pytest.mark.parametrize("weight", [np.ones((80, 3)), [np.ones(80)], None])
def test_weights_that_are_not_one_a_row_are_left_out(context, weight):
    assert given(context, sample_weight=weight).sample_weight is None


@pytest.mark.parametrize(
    ("loss", "y", "kept"),
    [
        ("binary_crossentropy", FLAGS / 255, False),
        ("binary_crossentropy", 0.1 + 0.8 * FLAGS, True),
        ("binary_crossentropy", FLAGS, True),
        ("mse", FLAGS / 255, True),
    ],
)
def test_labels_below_the_middle_are_read_by_the_middle(
    case_of, sequence, loss, y, kept
):
    head = keras.layers.Dense(1, activation="sigmoid")
    setup = case_of(sequence((2,), [head], loss), X, y).setup
    assert (setup.values is not None) == kept


def test_rates_that_a_callback_gave_are_repeated(context):
    history = {"loss": [1.0] * 4, "learning_rate": [0.5, 0.5, 0.0, 0.0]}
    setup = given(context, history=history)
    assert setup.course == (1.0, 1.0, 0.0, 0.0)
    losses = train_trial(setup, context.task, ALL, seed=0).losses
    assert losses[1] < losses[0]
    # a rate of nought: nothing is learned any more
    assert losses[3] == pytest.approx(losses[2], rel=1e-6)


def test_another_rate_goes_through_the_same_course(context):
    history = {"learning_rate": [0.4, 0.2, 0.1, 0.1]}
    setup = given(context, history=history).with_optimizer(learning_rate=0.01)
    assert setup.rate_at(1) == pytest.approx(0.005)
    longer = replace(setup, epochs=8)
    assert [longer.rate_at(i) for i in (1, 2, 7)] == pytest.approx(
        [0.01, 0.005, 0.0025]
    )


@pytest.mark.parametrize("rates", [[0.1, 0.1], [], [float("nan"), 0.1], [0.0, 0.1]])
def test_a_rate_that_stays_is_no_course(context, rates):
    assert given(context, history={"learning_rate": rates}).course == ()


def adapted(x):
    layer = keras.layers.Normalization()
    layer.adapt(x)
    return layer


def first_layer(x):
    """As in Keras' guides: no input shape, so that the rest is built when it trains."""
    return keras.Sequential([adapted(x), keras.layers.Dense(1)])


def within_another(x):
    inner = keras.Sequential([keras.Input((2,)), adapted(x)])
    inputs = keras.Input((2,))
    return keras.Model(inputs, keras.layers.Dense(1)(inner(inputs)))


@pytest.mark.parametrize("make", [first_layer, within_another])
@pytest.mark.parametrize("keep", [False, True])
def test_what_normalization_was_adapted_to_stays(make, keep):
    x = np.random.default_rng(0).normal(500, 90, (64, 2)).astype("float32")
    model = make(x)
    model(x)
    weights = model.get_weights()
    again = copy(model)
    if keep:
        give_weights(again, weights)
    own, other = (m.layers[0 if make is first_layer else 1] for m in (model, again))
    assert np.allclose(own(x), other(x))
    assert np.abs(np.mean(other(x))) < 1e-3


def test_weights_set_later_are_computed_with():
    x = np.random.default_rng(0).normal(500, 90, (64, 2)).astype("float32")
    model, other = first_layer(x), first_layer(x / 1000)
    assert not np.allclose(model(x), other(x))
    give_weights(other, model.get_weights())
    assert np.allclose(model(x), other(x), atol=1e-5)


def test_a_network_that_is_built_in_its_first_step_trains_again(tmp_path):
    x = np.random.default_rng(0).normal(500, 90, (64, 2)).astype("float32")
    with recorded(str(tmp_path / "train.py")) as recording:
        model = first_layer(x)
        model.compile("sgd", "mse")
        model.fit(x, x[:, 0] / 100, verbose=0)
    fit = recording.fits[0]
    again = build_model(
        original_training(fit, training_task(fit)), np.arange(64), seed=0
    )
    assert abs(np.mean(again.layers[0](x))) < 1e-3
    assert again.layers[1].get_weights()[0].shape == (2, 1)


def test_what_a_lookup_was_adapted_to_stays():
    lookup = keras.layers.IntegerLookup(output_mode="one_hot")
    lookup.adapt(np.array([3, 5, 9]))
    inputs = keras.Input((1,), dtype="int64")
    model = keras.Model(inputs, keras.layers.Dense(1)(lookup(inputs)))
    x = np.array([[9], [4]])
    assert np.allclose(copy(model).layers[1](x), lookup(x))


class Distilled(keras.Model):
    """A network that is compiled with more than Keras knows."""

    def __init__(self, student):
        super().__init__()
        self.student = student

    def compile(self, optimizer, metrics, own_loss, factor=1.0):
        super().compile(optimizer=optimizer, metrics=metrics)
        self.own_loss, self.factor = own_loss, factor
        self.seen = keras.metrics.Mean(name="seen")

    def call(self, x):
        return self.student(x)

    def train_step(self, data):
        x, y = data
        with tensorflow.GradientTape() as tape:
            loss = self.factor * self.own_loss(y, self.student(x, training=True))
        weights = self.student.trainable_variables
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        self.seen.update_state(loss)
        return {"loss": self.seen.result()}


def test_a_compile_of_ones_own_is_repeated():
    dense = keras.layers.Dense(1)
    with recorded(__file__) as recording:
        model = Distilled(keras.Sequential([keras.Input((2,)), dense]))
        own_loss = keras.losses.MeanSquaredError()
        model.compile(keras.optimizers.SGD(0.1), None, own_loss, factor=0.5)
        model.fit(X, Y, epochs=1, verbose=0)
    (fit,) = recording.fits
    setup = original_training(fit, training_task(fit))
    copied = build_model(setup, ALL.train, seed=0)
    assert (copied.own_loss, copied.factor) == (own_loss, 0.5)
    assert copied.seen is not model.seen
    assert np.isfinite(copied.fit(X, Y, verbose=0).history["loss"]).all()
