"""Graph or XLA: how it is chosen, and what is kept from one training to the next."""

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.backend import tensorflow as tf
from learnable.zoo.training import Start, fit
from learnable.zoo.training.epochs import MIN_STEPS, choose

layers = keras.layers
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3)).astype("float32")
SCORE = X[:, 0]
on_cpu = pytest.mark.skipif(
    bool(tf.config.list_physical_devices("GPU")), reason="the rules differ on a GPU"
)


class Twice(layers.Layer):
    """A layer that no rule knows."""

    def call(self, x):
        return 2 * x


@keras.saving.register_keras_serializable(package="tests")
class OwnModel(keras.Model):
    """A model written as a class."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1)

    def call(self, x):
        return self.dense(x)


def network(*body, shape=(3,)):
    model = keras.Sequential([keras.Input(shape), *body])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def dense():
    return network(layers.Dense(4, activation="tanh"), layers.Dense(1))


def nested():
    return network(dense(), layers.Dense(1))


def own():
    model = OwnModel()
    model.compile("sgd", "mse")
    return model


def functional(*inner):
    inputs = keras.Input((3,))
    outputs = inputs
    for layer in inner:
        outputs = layers.Add()([inputs, layer(outputs)])
    model = keras.Model(inputs, outputs)
    model.compile("sgd", "mse")
    return model


def recurrent(**options):
    inner = layers.Bidirectional(layers.LSTM(2, **options))
    return network(inner, layers.Dense(1), shape=(4, 3))


def spread(layer):
    return network(layers.TimeDistributed(layer), layers.Flatten(), shape=(4, 4, 3))


@on_cpu
@pytest.mark.parametrize(
    ("make", "way", "said"),
    [
        (dense, "xla", "XLA is fast at"),
        (nested, "xla", "XLA is fast at"),
        (lambda: functional(layers.Dense(3)), "xla", "XLA is fast at"),
        (recurrent, "xla", "XLA is fast at"),
        (lambda: network(layers.Conv1D(2, 2), shape=(4, 3)), "graph", "Conv1D"),
        (lambda: network(layers.MaxPooling1D(), shape=(4, 3)), "graph", "MaxPooling1D"),
        (lambda: spread(layers.SeparableConv1D(2, 2)), "graph", "SeparableConv1D"),
        (lambda: recurrent(dropout=0.2), None, ""),
        (lambda: network(layers.Dropout(0.1)), None, ""),
        (lambda: network(layers.Dropout(0.0)), None, ""),
        (lambda: network(layers.GaussianNoise(0.1)), None, ""),
        (lambda: functional(Twice()), None, ""),
        (own, None, ""),
    ],
)
def test_layers_tell_the_way(make, way, said):
    model = make()
    chosen = choose(model, MIN_STEPS)
    assert (chosen and chosen.way) == way
    assert said in (chosen.reason if chosen else "")
    few = choose(model, MIN_STEPS - 1)
    assert few.way == "graph"
    assert "1,999 steps in all do not pay" in few.reason


def train(model, x=X, y=SCORE, **options):
    common = {"batch_size": 8, "shuffle": False, "verbose": 0}
    return fit(model, x, y, **(common | options))


def test_models_written_as_classes_are_trained_in_the_graph():
    history = train(own(), way="graph")
    assert history.params["way"] == "graph"
    assert np.isfinite(history.history["loss"]).all()


@on_cpu
def test_long_trainings_take_xla():
    model = dense()
    history = train(model, epochs=MIN_STEPS // 8)
    assert history.params["way"] == "xla"
    assert (
        "2,000 steps in all, of layers that XLA is fast at" in history.params["reason"]
    )
    assert train(model).params["way"] == "graph"


@pytest.mark.parametrize("short", [0.0, 1e9])
def test_trial_changes_nothing(short, monkeypatch):
    monkeypatch.setattr("learnable.zoo.training.epochs.SHORT", short)
    monkeypatch.setattr("learnable.zoo.training.epochs.SECONDS", 0.01)
    monkeypatch.setattr("learnable.zoo.training.epochs.MIN_STEPS", 10)
    body = [Twice(), layers.BatchNormalization(), layers.Dense(1)]
    trials, plain = network(*body), network(*body)
    plain.set_weights(trials.get_weights())
    start = Start(plain)
    ours = train(trials, epochs=3)
    assert "in a trial" in ours.params["reason"]
    assert ours.params["way"] in (("graph",) if short else ("graph", "xla"))
    start.restore()
    graph = train(plain, epochs=3, way="graph")
    assert list(ours.history) == list(graph.history)
    for name, values in ours.history.items():
        np.testing.assert_allclose(values, graph.history[name], rtol=1e-4)
    for mine, other in zip(trials.variables, plain.variables, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-5)


@pytest.fixture(scope="module")
def trained():
    """A model with the state of an optimizer, its start, and its first history."""
    model = network(layers.BatchNormalization(), layers.Dense(1))
    model.compile(keras.optimizers.Adam(0.1), "mse", metrics=["mae"])
    start = Start(model)
    return model, start, train(model, epochs=3, way="graph").history


def test_start_brings_weights_and_optimizer_back(trained):
    model, start, first = trained
    start.restore()
    assert int(model.optimizer.iterations) == 0
    assert train(model, epochs=3, way="graph").history == first
    assert train(model, epochs=3, way="graph").history != first


def test_start_may_be_gone_back_to_again_and_again(trained):
    model, start, first = trained
    for _ in range(3):
        start.restore()
        assert train(model, epochs=3, way="graph").history == first


def test_programs_are_kept_until_compile(trained):
    model, *_ = trained
    programs = model._learnable_programs
    compiled = dict(programs._compiled)
    # another number of rows, of epochs, and another learning rate
    train(model, X[:42], SCORE[:42], way="graph")
    model.optimizer.learning_rate = 0.01
    train(model, epochs=2, batch_size=10, way="graph")
    assert model._learnable_programs is programs
    assert programs._compiled == compiled


def test_another_compile_makes_other_programs():
    model = dense()
    train(model, way="graph")
    programs, optimizer = model._learnable_programs, model.optimizer
    model.compile(optimizer, "mae", metrics=["mse"])
    history = train(model, way="graph").history
    assert model._learnable_programs is not programs
    assert list(history) == ["loss", "mse"]
    error = np.abs(model.predict(X, verbose=0)[:, 0] - SCORE).mean()
    assert history["loss"][0] == pytest.approx(error, rel=0.5)


def test_frozen_layer_stays_as_it_is():
    model = dense()
    train(model, way="graph")
    model.layers[0].trainable = False
    model.compile("sgd", "mse")
    before = model.layers[0].get_weights()
    train(model, way="graph")
    for was, now in zip(before, model.layers[0].get_weights(), strict=True):
        np.testing.assert_array_equal(was, now)


def test_model_may_be_saved_and_copied_after_training(tmp_path):
    model = dense()
    train(model, way="graph")
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    copied = keras.models.clone_model(model)
    copied.set_weights(model.get_weights())
    expected = model.predict(X, verbose=0)
    for other in (again, copied):
        np.testing.assert_allclose(other.predict(X, verbose=0), expected, atol=1e-6)
    assert train(again, way="graph").params["way"] == "graph"


class Python(layers.Layer):
    """Calls Python, which XLA cannot compile."""

    def call(self, x):
        same = tf.numpy_function(lambda a: a, [x], tf.float32)
        return tf.ensure_shape(same, x.shape)


def test_model_that_xla_cannot_compile_is_trained_in_the_graph():
    history = train(network(Python(), layers.Dense(1)), way="xla", epochs=2)
    assert history.params["way"] == "graph"
    assert history.params["reason"] == "XLA cannot compile the model"
    assert history.history["loss"][1] < history.history["loss"][0]


def words():
    body = [layers.Embedding(5, 2), layers.Flatten(), layers.Dense(3)]
    model = keras.Sequential([keras.Input((3,)), *body])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss)
    return model


@pytest.mark.parametrize(
    ("word", "target", "said"),
    [(5, 2, "no row of the embedding"), (4, 3, "no class")],
)
def test_xla_is_not_given_what_it_would_take_for_another(word, target, said):
    x, y = np.full((60, 3), 4), np.zeros(60, "int32")
    x[50, 1], y[50] = word, target
    model = words()
    with pytest.raises(tf.errors.InvalidArgumentError):
        train(model, x, y, way="xla")
    assert said in model.history.params["reason"]


def test_fewer_rows_than_a_batch_go_to_the_graph():
    history = train(dense(), X[:5], SCORE[:5], way="xla")
    assert history.params["way"] == "graph"
    assert "fewer rows than a batch" in history.params["reason"]


def test_xla_fills_smaller_parts_with_rows_it_leaves_out():
    model = dense()
    start = Start(model)
    train(model, way="xla")
    programs = dict(model._learnable_programs._compiled)
    start.restore()
    fewer = train(model, X[:44], SCORE[:44], epochs=3, way="xla").history
    known = model._learnable_programs._compiled.keys() - programs.keys()
    assert not [key for key in known if "xla" in key]
    start.restore()
    graph = train(model, X[:44], SCORE[:44], epochs=3, way="graph").history
    np.testing.assert_allclose(fewer["loss"], graph["loss"], rtol=1e-4)
