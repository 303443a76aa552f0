"""Gradients that no optimizer gets."""

import numpy as np
import pytest
from learnable.zoo.backend import keras, tensorflow
from learnable.zoo.diagnosis.problem.context import RuleContext
from learnable.zoo.diagnosis.problem.task import training_task
from learnable.zoo.diagnosis.problem.training_setup import (
    build_model,
    original_training,
)
from learnable.zoo.diagnosis.record.recorder import recorded
from learnable.zoo.diagnosis.rules.no_update import no_update

tf, layers = tensorflow, keras.layers
X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")
ROWS = np.arange(40)


def network():
    head = layers.Dense(1, activation="sigmoid", name="head")
    first = layers.Dense(4, activation="relu", name="first")
    return keras.Sequential([keras.Input((3,)), first, head])


def context_of(recording):
    (*_, fit) = recording.fits
    task = training_task(fit)
    return RuleContext(recording, fit, task, original_training(fit, task))


def taped(use, *, sources=lambda model: model.trainable_variables):
    """Take gradients of a network, and let ``use`` do something with them."""
    with recorded(__file__) as recording:
        model, optimizer = network(), keras.optimizers.SGD(0.5)
        for _ in range(3):
            with tf.GradientTape() as tape:
                loss = keras.losses.BinaryCrossentropy()(Y, model(X))
            wanted = sources(model)
            use(optimizer, tape.gradient(loss, wanted), wanted)
    return recording


def apply(optimizer, grads, variables):
    optimizer.apply_gradients(zip(grads, variables, strict=True))


def elsewhere():
    other = network()
    return lambda optimizer, grads, _: apply(
        optimizer, grads, other.trainable_variables
    )


def assigned(_, grads, variables):
    for variable, grad in zip(variables, grads, strict=True):
        variable.assign_sub(0.1 * grad)


@pytest.mark.parametrize(
    "use", [lambda *_: None, elsewhere()], ids=["never applied", "another network"]
)
def test_loops_that_update_nothing(use):
    context = context_of(taped(use))
    assert context.setup.optimizer["class_name"] == "SGD"
    assert context.setup.rate == 0.5
    found = no_update(context)
    assert "no optimizer applies them" in found.sentence
    assert found.layers == ("first", "head")
    assert not build_model(context.setup, ROWS, seed=0).trainable_weights
    (repair,) = found.repairs
    assert len(build_model(repair.apply(context.setup), ROWS, seed=0).trainable_weights)


def test_loop_that_updates_one_layer():
    context = context_of(
        taped(apply, sources=lambda m: m.layers[-1].trainable_variables)
    )
    assert no_update(context).layers == ("first",)
    assert len(build_model(context.setup, ROWS, seed=0).trainable_weights) == 2


def by_name(optimizer, grads, variables):
    optimizer.apply(grads, trainable_variables=iter(variables))


@pytest.mark.parametrize("use", [apply, by_name])
def test_loop_that_is_sound(use):
    assert no_update(context_of(taped(use))) is None


def test_weights_that_a_loop_changes_itself_are_no_fault():
    recording = taped(assigned)
    assert not recording.fits
    assert "no optimizer of Keras" in recording.unread[0]


def fitted(*, again):
    with recorded(__file__) as recording:
        model = network()
        model.layers[0].trainable = False
        model.compile("sgd", "binary_crossentropy")
        model.fit(X, Y, epochs=1, verbose=0)
        model.layers[0].trainable = True
        if again:
            model.compile("sgd", "binary_crossentropy")
        model.fit(X, Y, epochs=1, verbose=0)
    return context_of(recording)


def test_layers_let_go_without_compile_do_not_learn():
    context = fitted(again=False)
    before, after = context.fit.weights, context.fit.trained
    np.testing.assert_array_equal(before[0], after[0])
    found = no_update(context)
    assert found.layers == ("first",)
    assert "compile again" in found.advice


def test_layers_let_go_before_compile_are_sound():
    assert no_update(fitted(again=True)) is None


class Elsewhere(keras.Model):
    """A step that moves the weights of another part than that it computes with."""

    def __init__(self, used, other):
        super().__init__()
        self.used, self.other = used, other

    def call(self, x):
        return self.used(x)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            both = self.used(x) + self.other(x)
            loss = tf.reduce_mean(tf.square(y - both))
        weights = self.other.trainable_variables
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        return {"loss": loss}


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
def test_step_that_moves_another_part_gets_that_of_keras():
    with recorded(__file__) as recording:
        parts = [keras.Sequential([keras.Input((3,)), layers.Dense(1)]) for _ in "12"]
        model = Elsewhere(*parts)
        model.compile(keras.optimizers.SGD(0.5))
        model.fit(X, Y, verbose=0)
    context = context_of(recording)
    finding = no_update(context)
    assert "train_step gives the optimizer" in finding.sentence
    assert "In train_step" in finding.advice
    (repair,) = finding.repairs
    assert "train_step of keras.Model" in repair.what
    mended = build_model(repair.apply(context.setup), ROWS, seed=0)
    before = mended.used.get_weights()
    mended.fit(X, Y, verbose=0)
    assert (before[0] != mended.used.get_weights()[0]).any()
