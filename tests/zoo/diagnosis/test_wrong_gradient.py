from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.backend import tensorflow as tf
from learnable.zoo.diagnosis.problem.gradients import automatic_gradients
from learnable.zoo.diagnosis.problem.training_setup import build_model, gradients_of
from learnable.zoo.diagnosis.rules.derivatives import check_gradient
from learnable.zoo.diagnosis.rules.own_steps import optimizer_cosine
from learnable.zoo.diagnosis.rules.wrong_gradient import is_adversarial, wrong_gradient
from learnable.zoo.networks.losses import WrongRelu
from one_batch import first_loss

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


def heaviside(x):
    return ops.cast(x > 0, x.dtype)


@tf.custom_gradient
def masked(x):
    """The mask is taken of the gradient, not of the input."""
    return tf.nn.relu(x), lambda upstream: tf.where(upstream > 0, upstream, 0.0)


@tf.custom_gradient
def negated(x):
    return tf.nn.relu(x) + 0.3 * x, lambda up: -up * (tf.cast(x > 0, x.dtype) + 0.3)


@tf.custom_gradient
def reversed_(x):
    return tf.identity(x), lambda upstream: -upstream


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
        (masked, "wrong"),
        (negated, "wrong"),
        (ops.round, "none"),
        (ops.stop_gradient, "none"),
        (through, "unknown"),
        (lambda x: 0 * x, "unknown"),
    ],
    ids=[
        "tanh",
        "relu",
        "slipped",
        "masked",
        "negated",
        "round",
        "stopped",
        "through",
        "constant",
    ],
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
    assert np.isfinite(first_loss(made, X, Y))
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
    assert np.isfinite(first_loss(build_model(setup, np.arange(40), seed=0), X, Y))


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


def test_a_gradient_by_hand_is_replaced_by_automatic_differentiation(case_of):
    context = case_of(network(layers.Activation(negated, name="odd")), X, Y)
    (repair,) = wrong_gradient(context).repairs
    setup = repair.apply(context.setup)
    model = build_model(setup, np.arange(40), seed=0)
    before = model.get_layer("odd").activation
    with gradients_of(setup):
        assert check_gradient(before, X).answer == "right"
        assert np.isfinite(first_loss(model, X, Y))
    assert check_gradient(before, X).answer == "wrong"


@pytest.mark.parametrize("function", [tf.stop_gradient, ops.stop_gradient])
def test_nothing_is_stopped_within(function):
    assert check_gradient(lambda x: function(x), X).answer == "none"
    with automatic_gradients():
        outer = tf.stop_gradient if function is tf.stop_gradient else ops.stop_gradient
        assert check_gradient(lambda x: outer(x), X).answer == "right"


@pytest.mark.parametrize(
    ("step", "smooth"),
    [(heaviside, "sigmoid"), (ops.sign, "tanh"), (tf.sign, "tanh")],
)
def test_a_step_is_made_smooth(case_of, step, smooth):
    context = case_of(network(layers.Dense(4, activation=step, name="odd")), X, Y)
    told = [repair.what for repair in wrong_gradient(context).repairs]
    assert told == [f"'odd': Keras' {smooth}", "'odd': Keras' linear"]


class Weighted(layers.Layer):
    """Its gradient to its own weights has the wrong sign."""

    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], 4), initializer="glorot_uniform")

    def call(self, x):
        @tf.custom_gradient
        def product(x, w):
            def gradient(up):
                return up @ tf.transpose(w), -tf.transpose(x) @ up

            return x @ w, gradient

        return product(x, tf.convert_to_tensor(self.w))


def test_the_gradient_to_a_layers_own_weights_is_checked(case_of):
    found = wrong_gradient(case_of(network(Weighted(name="odd")), X, Y[:, None]))
    assert found.layers == ("odd",)
    assert "automatic differentiation" in found.repairs[0].what


class Branched(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.last = layers.Dense(4), layers.Dense(1, "sigmoid")

    def call(self, x):
        return self.last(tf.stop_gradient(self.first(x)))


def test_a_network_of_its_own_class_is_checked_as_a_whole(case_of):
    model = Branched()
    model.compile("adam", "binary_crossentropy")
    model(X)
    found = wrong_gradient(case_of(model, X, Y[:, None]))
    assert found.layers == (model.first.name,)
    assert found.repairs


def with_step(change):
    """A network whose train_step makes something else of loss and variables."""

    class Stepping(keras.Model):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = self.compute_loss(y=y, y_pred=self(x, training=True))
            variables, sign = change(self.trainable_variables)
            found = tape.gradient(loss, variables)
            self.optimizer.apply([sign * one for one in found], variables)
            return {"loss": loss}

    rows = keras.Input((6,))
    model = Stepping(rows, layers.Dense(1, "sigmoid")(layers.Dense(4, "relu")(rows)))
    model.compile("adam", "binary_crossentropy")
    return model


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda variables: (variables, -1), "moves weights along the gradient"),
        (lambda variables: (variables[2:], 1), "does not train 1 layer"),
        (lambda variables: (variables, 1), None),
    ],
    ids=["climbs", "leaves some out", "right"],
)
def test_steps_of_ones_own_go_downhill_with_all_weights(case_of, change, told):
    context = case_of(with_step(change), X, Y[:, None])
    found = wrong_gradient(context)
    assert told is None if found is None else told in found.sentence
    if found is not None:
        (repair,) = found.repairs
        made = build_model(repair.apply(context.setup), np.arange(40), seed=0)
        assert type(made).train_step is keras.Model.train_step
        assert "train_step" in repair.edits[0].code


def test_a_step_that_asks_outside_of_the_tape_has_no_gradient(case_of):
    class Outside(keras.Model):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = self.compute_loss(y=y, y_pred=self(x, training=True))
            found = tape.gradient(2 * loss, self.trainable_variables)
            self.optimizer.apply(found, self.trainable_variables)
            return {"loss": loss}

    rows = keras.Input((6,))
    model = Outside(rows, layers.Dense(1, "sigmoid")(rows))
    model.compile("adam", "binary_crossentropy")
    found = wrong_gradient(case_of(model, X, Y[:, None]))
    assert "no gradient of any weight" in found.sentence
    assert "within tf.GradientTape" in found.advice
    assert found.repairs


@pytest.mark.parametrize("functional", [True, False])
def test_a_loss_of_rounded_outputs_in_a_step_of_ones_own_has_no_gradient(
    case_of, functional
):
    class Rounding(keras.Model):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((y - tf.round(self(x, training=True))) ** 2)
            found = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply(found, self.trainable_variables)
            return {"loss": loss}

    class Called(Rounding):
        def __init__(self):
            super().__init__()
            self.head = layers.Dense(1, "sigmoid")

        def call(self, inputs):
            return self.head(inputs)

    rows = keras.Input((6,))
    head = layers.Dense(1, "sigmoid")
    model = Rounding(rows, head(rows)) if functional else Called()
    model(X)
    model.compile("adam")
    context = case_of(model, X, Y[:, None])
    assert wrong_gradient(context) is None  # nothing is known of steps not taken
    raised = replace(context.fit, error="No gradients provided for any variable.")
    found = wrong_gradient(replace(context, fit=raised))
    assert "no gradient of any weight" in found.sentence
    assert found.is_recorded
    (repair,) = found.repairs
    made = build_model(repair.apply(context.setup), np.arange(40), seed=0)
    assert type(made).train_step is keras.Model.train_step
    assert isinstance(made.loss, keras.losses.BinaryCrossentropy)
    assert np.isfinite(made.train_on_batch(X[:8], Y[:8, None]))


class Climbing(keras.optimizers.SGD):
    def update_step(self, gradient, variable, learning_rate):
        super().update_step(-gradient, variable, learning_rate)


@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop", "Nadam", "Lion"])
def test_optimizers_of_keras_go_downhill(name):
    assert optimizer_cosine(getattr(keras.optimizers, name)(0.01)) < -0.5


def test_an_optimizer_that_climbs_is_replaced(case_of):
    model = network()
    model.compile(Climbing(0.05), "binary_crossentropy")
    context = case_of(model, X, Y)
    assert isinstance(
        build_model(context.setup, np.arange(40), seed=0).optimizer, Climbing
    )
    found = wrong_gradient(context)
    assert found.evidence["cosine"] == pytest.approx(1)
    setup = found.repairs[0].apply(context.setup)
    made = build_model(setup, np.arange(40), seed=0).optimizer
    assert isinstance(made, keras.optimizers.Adam)


def test_a_layer_that_turns_the_gradient_round_is_meant_beside_other_outputs(case_of):
    turned = network(layers.Activation(reversed_))
    alone = case_of(turned, X, Y)
    assert wrong_gradient(alone) is not None
    assert not is_adversarial(alone.fit)
    beside = replace(alone, fit=replace(alone.fit, output="domain"))
    assert is_adversarial(beside.fit)
