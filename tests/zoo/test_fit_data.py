"""Whatever `fit` can be given is used as Keras uses it."""

import numpy as np
import pandas as pd
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.backend import tensorflow as tf
from learnable.zoo.training import Start, fit

layers = keras.layers
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3)).astype("float32")
SCORE = X[:, 0] - X[:, 1] + RNG.normal(size=60, scale=0.3).astype("float32")
CLASSES = np.digitize(SCORE, [-1, 1])
WEIGHTS = RNG.uniform(0, 2, 60)
BATCH = {"batch_size": 8, "shuffle": False, "verbose": 0}  # 8 steps, the last of 4 rows


class Broadcasting(keras.losses.Loss):
    """Differs for targets of shape (n,) and (n, 1)."""

    def call(self, y_true, y_pred):
        return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


class LastTarget(keras.metrics.Metric):
    """The target of the last row."""

    def __init__(self):
        super().__init__(name="last")
        self.value = self.add_weight(initializer="zeros", name="value")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.value.assign(keras.ops.reshape(y_true, (-1,))[-1])

    def result(self):
        return self.value


def classifier():
    body = [layers.Dense(5, activation="tanh"), layers.Dense(3, activation="softmax")]
    model = keras.Sequential([keras.Input((3,)), *body])
    loss = "sparse_categorical_crossentropy"
    model.compile("adam", loss, weighted_metrics=["accuracy"])
    return model


def regressor(loss):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile("sgd", loss)
    return model


@pytest.fixture(scope="module")
def pairs(alike):
    """Compares trainings of two equal models, which are compiled once."""
    made = {}

    def compare(make, *data, epochs=2, **options):
        # Keras' own programs serve targets of one shape; a series is a column to it
        leaves = [leaf for leaf in keras.tree.flatten(data) if leaf is not None]
        weights = options.get("sample_weight")
        series = any(isinstance(leaf, pd.Series) for leaf in [*leaves, weights])
        key = (make, series, *(np.ndim(leaf) for leaf in leaves))
        if key not in made:
            models = make(), make()
            models[1].set_weights(models[0].get_weights())
            made[key] = [(model, Start(model)) for model in models]
        for _, start in made[key]:
            start.restore()
        (mine, _), (other, _) = made[key]
        common = BATCH | {"epochs": epochs, **options}
        ours = fit(mine, *data, way="graph", **common)
        theirs = other.fit(*data, **common)
        alike(ours, theirs, "graph")
        return ours

    return compare


OPTIONS = {
    "sample weights": {"sample_weight": WEIGHTS},
    "class weights": {"class_weight": {0: 0.5, 2: 3.0}},
    "a share to validate with": {"validation_split": 0.25},
    "a share of weighted rows": {"validation_split": 0.25, "sample_weight": WEIGHTS},
    "a share of classes": {"validation_split": 0.25, "class_weight": {1: 2.0}},
    "rows to validate with": {"validation_data": (X[:30], CLASSES[:30])},
    "a list to validate with": {"validation_data": [X[:30], CLASSES[:30]]},
    "weighted rows": {"validation_data": (X[:30], CLASSES[:30], WEIGHTS[:30])},
    "later epochs": {"initial_epoch": 2, "epochs": 4},
    "no epochs": {"epochs": 0},
    "more than all rows a batch": {"batch_size": 100},
    "one row a batch": {"batch_size": 1, "epochs": 1},
    "Keras' batch size": {"batch_size": None},
    "batches to validate with": {"validation_split": 0.5, "validation_batch_size": 7},
}


@pytest.mark.parametrize("named", OPTIONS)
def test_options_do_what_they_do_in_keras(named, pairs):
    pairs(classifier, X, CLASSES, **OPTIONS[named])


@pytest.mark.parametrize("often", [2, [1, 3]])
def test_validation_comes_as_often_as_asked(often, pairs):
    options = {"validation_split": 0.25, "validation_freq": often, "epochs": 5}
    ours = pairs(classifier, X, CLASSES, **options)
    expected = 2 if isinstance(often, int) else len(often)
    assert len(ours.history["val_loss"]) == expected


FRAME = pd.DataFrame(X, columns=["a", "b", "c"])
KINDS = {
    "tables": (FRAME, pd.Series(CLASSES)),
    "table of several types": (
        FRAME.assign(a=np.linspace(0, 1, 60), b=range(60), c=np.arange(60) % 2 == 0),
        CLASSES,
    ),
    "shuffled index": (FRAME.sample(frac=1, random_state=0), CLASSES),
    "tensors": (tf.constant(X), tf.constant(CLASSES)),
    "float64": (X.astype("float64"), CLASSES.astype("float64")),
    "float16": (X.astype("float16"), CLASSES.astype("uint8")),
    "integers": ((10 * X).astype("int64"), CLASSES.astype("int16")),
    "truth values": (X > 0, CLASSES > 0),
    "columns of targets": (X, CLASSES[:, None]),
    "columns of a table": (FRAME, pd.DataFrame({"y": CLASSES})),
    "Fortran's order": (np.asfortranarray(X), CLASSES),
    "strides": (np.repeat(X, 2, axis=0)[::2], CLASSES[::-1]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_rows_may_be_of_any_kind(kind, pairs):
    pairs(classifier, *KINDS[kind])


@pytest.mark.parametrize("kind", ["tables", "tensors"])
def test_any_kind_of_rows_is_split(kind, pairs):
    pairs(classifier, *KINDS[kind], validation_split=0.25)


def broadcasting():
    return regressor(Broadcasting())


@pytest.mark.parametrize("y", [SCORE, pd.Series(SCORE)], ids=["array", "series"])
def test_targets_keep_the_shape_keras_gives_them(y, pairs):
    pairs(broadcasting, X, y)


def by_name():
    """Inputs and outputs in dictionaries."""
    left, right = keras.Input((2,), name="left"), keras.Input((1,), name="right")
    both = layers.Dense(4, activation="tanh")(layers.Concatenate()([left, right]))
    outputs = {
        "score": layers.Dense(1, name="score")(both),
        "class": layers.Dense(3, activation="softmax", name="class")(both),
    }
    model = keras.Model({"left": left, "right": right}, outputs)
    model.compile(
        "adam",
        {"score": "mse", "class": "sparse_categorical_crossentropy"},
        loss_weights={"score": 0.3, "class": 2.0},
        metrics={"score": ["mae"], "class": ["accuracy"]},
        weighted_metrics={"score": ["mse"], "class": []},
    )
    return model


def by_place():
    """Inputs and outputs in lists."""
    inputs = [keras.Input((2,)), keras.Input((1,))]
    both = layers.Dense(4, activation="tanh")(layers.Concatenate()(inputs))
    outputs = [layers.Dense(1, name=name)(both) for name in ("first", "second")]
    model = keras.Model(inputs, outputs)
    model.compile("sgd", ["mse", "mae"], loss_weights=[1.0, 0.5], metrics=[["mae"], []])
    return model


NAMED = {"left": X[:, :2], "right": X[:, 2:]}, {"score": SCORE, "class": CLASSES}
PLACED = [X[:, :2], X[:, 2:]], [SCORE, SCORE**2]
ONE_EACH = {"score": WEIGHTS, "class": 1 / (1 + WEIGHTS)}


@pytest.mark.parametrize(
    ("make", "data", "options"),
    [
        pytest.param(by_name, NAMED, {}, id="names"),
        pytest.param(by_name, NAMED, {"sample_weight": ONE_EACH}, id="weights"),
        pytest.param(by_name, NAMED, {"sample_weight": WEIGHTS}, id="common weights"),
        pytest.param(
            by_name,
            NAMED,
            {"validation_split": 0.25},
            id="split",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            by_name, NAMED, {"validation_data": (*NAMED, ONE_EACH)}, id="validation"
        ),
        pytest.param(by_place, PLACED, {}, id="places"),
        pytest.param(
            by_place,
            PLACED,
            {"validation_split": 0.25},
            id="places split",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            by_place,
            PLACED,
            {"sample_weight": [WEIGHTS, WEIGHTS]},
            id="lists",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_several_inputs_and_outputs(make, data, options, pairs):
    pairs(make, *data, **options)


def test_rows_without_targets(agree):
    class Whitening(layers.Layer):
        def build(self, shape):
            self.mean = self.add_weight(shape=(shape[-1],), initializer="zeros")

        def call(self, x):
            self.add_loss(keras.ops.mean(keras.ops.square(x - self.mean)))
            return x - self.mean

    def make():
        model = keras.Sequential([keras.Input((3,)), Whitening()])
        model.compile("sgd")
        return model

    agree(make, X)


def test_parts_of_an_epoch_are_nothing(agree, monkeypatch):
    monkeypatch.setattr("learnable.zoo.training.rows.PART_BYTES", 3 * 8 * 5 * 4)
    monkeypatch.setattr("learnable.zoo.training.epochs.CALL_SECONDS", 0.0)
    agree(classifier, X, CLASSES, validation_split=0.25)


def test_rows_are_drawn_once_an_epoch_and_in_another_order():
    model = regressor("mse")
    model.compile(keras.optimizers.SGD(0.0), "mse", metrics=["mse", LastTarget()])
    told = fit(model, X, SCORE, batch_size=8, epochs=3, verbose=0, way="graph").history
    np.testing.assert_allclose(told["mse"], told["mse"][0], rtol=1e-5)
    assert len(set(told["last"])) == 3
