from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.probe.probe import measure, snapshot_steps

pytestmark = pytest.mark.slow  # many small trainings


RNG = np.random.default_rng(0)
X = RNG.normal(size=(100, 3)).astype("float32")
Y = (X[:, 0] + X[:, 1] > 0).astype("int32")
ROWS = np.arange(80)


def network(*layers, optimizer="adam", loss="binary_crossentropy", width=3):
    model = keras.Sequential([keras.Input((width,)), *layers])
    model.compile(optimizer, loss)
    return model


def small(**settings):
    return network(
        keras.layers.Dense(8, activation="relu", name="hidden"),
        keras.layers.Dense(1, activation="sigmoid", name="head"),
        **settings,
    )


def layer(moment, name):
    return next(part for part in moment.layers if part.name == name)


@pytest.fixture(scope="module")
def probed(case_of):
    context = case_of(small(), X, Y, epochs=20, batch_size=32)
    return context, measure(context.setup, ROWS, seed=0)


def test_looks_from_the_first_step_to_the_last(probed):
    _, probe = probed
    steps = [moment.step for moment in probe.moments]
    assert steps[:2] == [0, 1]
    assert steps[-1] == probe.planned == 60
    assert len(probe.losses) == 60


def test_learning_is_seen(probed):
    _, probe = probed
    assert probe.expected == pytest.approx(np.log(2))
    assert probe.moments[-1].loss < probe.moments[0].loss
    assert probe.nonfinite == -1
    assert probe.outputs.shape == (80, 1)


def test_layers_have_norms_and_updates(probed):
    _, probe = probed
    last = probe.moments[-1]
    assert [part.name for part in last.layers] == ["hidden", "head"]
    assert all(part.gradient > 0 and part.spread > 0 for part in last.layers)
    assert 0 < last.updates["hidden"] < 0.1
    assert probe.moments[0].updates == {}


def test_the_script_keeps_its_weights(probed):
    context, _ = probed
    pairs = zip(context.fit.model.get_weights(), context.fit.weights, strict=True)
    assert all(np.array_equal(now, then) for now, then in pairs)
    assert context.setup.optimizer["class_name"] == "Adam"


def test_the_same_seed_measures_the_same(probed):
    context, probe = probed
    again = measure(context.setup, ROWS, seed=0)
    np.testing.assert_allclose(again.losses, probe.losses, rtol=1e-5)


def test_gradient_is_that_of_the_loss(case_of):
    model = network(keras.layers.Dense(1, name="one"), optimizer="sgd", loss="mse")
    context = case_of(model, X, 10 * Y.astype("float32"), epochs=1, batch_size=100)
    start = [np.ones((3, 1), "float32"), np.zeros(1, "float32")]
    setup = replace(context.setup, weights=start)
    probe = measure(setup, np.arange(100), seed=0)
    wrong = X.astype("float64").sum(axis=1) - 10 * Y
    slope = 2 * np.append(X.T @ wrong, wrong.sum()) / 100
    one = layer(probe.moments[0], "one")
    assert one.gradient == pytest.approx(np.linalg.norm(slope), rel=1e-4)
    assert probe.expected == pytest.approx(np.mean((10.0 * Y) ** 2))


def test_dead_and_saturated_units(case_of):
    model = network(
        keras.layers.Dense(4, "relu", bias_initializer="ones", name="alive"),
        keras.layers.Dense(
            4,
            kernel_initializer="zeros",
            bias_initializer=keras.initializers.Constant(-5),
            name="dead",
        ),
        keras.layers.Activation("relu"),
        keras.layers.Dense(
            1, "sigmoid", bias_initializer=keras.initializers.Constant(9), name="head"
        ),
    )
    context = case_of(model, X, Y, epochs=1)
    start = measure(context.setup, ROWS, seed=0).moments[0]
    assert layer(start, "dead").dead == 1
    assert layer(start, "head").saturated == 1
    assert layer(start, "alive").dead < 1


def test_stops_at_a_loss_that_is_not_finite(case_of):
    model = network(keras.layers.Dense(1), optimizer=keras.optimizers.SGD(1e6))
    model.compile(keras.optimizers.SGD(1e6), "mse")
    context = case_of(model, X, Y.astype("float32"), epochs=50)
    probe = measure(context.setup, ROWS, seed=0)
    assert 1 < probe.nonfinite < 150
    assert len(probe.losses) == probe.nonfinite


def test_penalty_is_told_apart(case_of):
    model = network(
        keras.layers.Dense(8, "relu", kernel_regularizer=keras.regularizers.L2(10.0)),
        keras.layers.Dense(1, "sigmoid"),
    )
    probe = measure(case_of(model, X, Y, epochs=1).setup, ROWS, seed=0)
    assert probe.penalty > 0.9
    assert probe.moments[0].loss < 2


def test_layers_in_models_within_are_seen(case_of):
    inner = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, name="within")])
    inputs = keras.Input((3,))
    normed = keras.layers.BatchNormalization(name="norm")(inner(inputs))
    outputs = keras.layers.Dense(2, "softmax", name="head")(normed)
    model = keras.Model(inputs, outputs)
    model.compile("adam", "sparse_categorical_crossentropy")
    probe = measure(case_of(model, X, Y, epochs=2).setup, ROWS, seed=0, most_steps=3)
    assert [p.name for p in probe.moments[-1].layers] == ["within", "norm", "head"]
    assert layer(probe.moments[0], "within").spread > 0
    assert probe.expected == pytest.approx(np.log(2))
    assert probe.moments[-1].step == 3 < probe.planned


@keras.saving.register_keras_serializable("tests")
class Own(keras.Model):
    """A model with a step of its own, which only Keras' loop can train."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.last = keras.layers.Dense(1, name="last")

    def call(self, x, training=False):
        return self.last(x)

    def train_step(self, data):
        return super().train_step(data)


def test_a_training_step_of_the_users_own(case_of):
    model = Own()
    model.compile("sgd", "mse")
    model(X[:1])
    context = case_of(model, X, Y.astype("float32"), epochs=2)
    probe = measure(context.setup, ROWS, seed=0)
    assert len(probe.losses) == 6
    assert probe.moments[-1].loss < probe.moments[0].loss


def test_moments_are_few():
    assert snapshot_steps(1) == {1}
    assert len(snapshot_steps(2_000)) == 7
    assert {1_000, 1_500, 2_000} < snapshot_steps(2_000)
