import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.backend import tensorflow as tf
from learnable.zoo.diagnosis.problem.training_setup import build_model
from learnable.zoo.diagnosis.rules.derivatives import check_gradient
from learnable.zoo.diagnosis.rules.wrong_gradient import wrong_gradient
from learnable.zoo.networks.losses import WrongRelu

layers, ops = keras.layers, keras.ops
X = np.random.default_rng(0).normal(size=(40, 6)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")


def network(*parts, loss="binary_crossentropy"):
    last = layers.Dense(1, activation="sigmoid")
    model = keras.Sequential([keras.Input((6,)), layers.Dense(8), *parts, last])
    model.compile("adam", loss)
    return model


@tf.custom_gradient
def slipped(x):
    return tf.tanh(x), lambda upstream: upstream * tf.tanh(x)


def through(x):
    """Rounding that lets the gradient pass, as it is meant."""
    return x + ops.stop_gradient(ops.round(x) - x)


@keras.saving.register_keras_serializable("tests")
class Twice(layers.Layer):
    def call(self, x):
        return ops.relu(2 * x) + ops.sin(x)


class Half(keras.losses.Loss):
    def call(self, wanted, given):
        return ops.mean(ops.square(wanted - ops.stop_gradient(given)) + 0 * given)


class Plain(keras.losses.Loss):
    def call(self, wanted, given):
        return ops.mean(ops.square(wanted - given))


@pytest.mark.parametrize(
    ("function", "answer"),
    [
        (ops.tanh, "right"),
        (ops.relu, "right"),
        (slipped, "wrong"),
        (ops.round, "none"),
        (ops.stop_gradient, "none"),
        (through, "unknown"),
        (lambda x: 0 * x, "unknown"),
    ],
    ids=["tanh", "relu", "slipped", "round", "stopped", "through", "constant"],
)
@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_slopes_of_functions(function, answer, kind):
    assert check_gradient(function, X.astype(kind)).answer == answer


def test_a_layer_like_a_built_in_one_is_replaced(case_of):
    model = network(WrongRelu(name="odd"))
    context = case_of(model, X, Y)
    found = wrong_gradient(context)
    assert (found.layers, found.priority) == (("odd",), 0)
    made = build_model(found.repairs[0].apply(context.setup), np.arange(40), seed=0)
    assert made.get_layer("odd").activation is keras.activations.relu
    assert np.isfinite(made.train_on_batch(X, Y))
    assert isinstance(model.get_layer("odd"), WrongRelu)


def test_an_activation_like_a_built_in_one_is_replaced(case_of):
    model = network(layers.Dense(5, activation=slipped, name="odd"))
    context = case_of(model, X, Y)
    setup = wrong_gradient(context).repairs[0].apply(context.setup)
    made = build_model(setup, np.arange(40), seed=0)
    assert made.get_layer("odd").activation is keras.activations.tanh


def test_a_loss_that_stops_the_gradient_is_replaced(case_of):
    context = case_of(network(loss=Half()), X, Y)
    found = wrong_gradient(context)
    assert found.layers == ()
    setup = found.repairs[0].apply(context.setup)
    assert isinstance(setup.loss, keras.losses.BinaryCrossentropy)
    assert found.repairs[0].edits[0].code == "keras.losses.BinaryCrossentropy()"
    assert np.isfinite(build_model(setup, np.arange(40), seed=0).train_on_batch(X, Y))


def test_finds_layers_behind_an_argmax(case_of):
    rows = keras.Input((6,))
    chosen = ops.argmax(layers.Dense(5, name="cut")(rows), axis=1)
    tail = layers.Dense(1, activation="sigmoid")(layers.Embedding(5, 2)(chosen))
    model = keras.Model(rows, tail)
    model.compile("adam", "binary_crossentropy")
    assert wrong_gradient(case_of(model, X, Y)).layers == ("cut",)


@pytest.mark.parametrize(
    ("parts", "loss"),
    [
        (lambda: (layers.Activation("relu"), layers.Dropout(0.5)), "mse"),
        (lambda: (Twice(),), "binary_crossentropy"),
        (lambda: (layers.Activation(through),), "mse"),
        (lambda: (layers.Dense(4, activation="gelu"),), Plain()),
        (lambda: (layers.GaussianNoise(0.1), layers.BatchNormalization()), Plain()),
    ],
)
def test_is_silent_on_right_gradients(case_of, parts, loss):
    assert wrong_gradient(case_of(network(*parts(), loss=loss), X, Y)) is None
