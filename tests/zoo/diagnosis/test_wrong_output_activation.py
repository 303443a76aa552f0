from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.codemod.edits import SetArgument
from learnable.zoo.diagnosis.record.recording import Place
from learnable.zoo.diagnosis.rules.wrong_output_activation import (
    wrong_output_activation,
)

Dense, Activation = keras.layers.Dense, keras.layers.Activation
X = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
TWO = (X[:, 0] > 0).astype("int32")
THREE = np.digitize(X[:, 0], [-0.5, 0.5])
LABELS = (X > 0.2).astype("int32")
NUMBERS = 5 * X[:, 1]
# Keras itself warns of a softmax over one output
pytestmark = pytest.mark.filterwarnings("ignore:You are using a softmax")


@pytest.mark.parametrize(
    ("units", "activation", "loss", "y", "better"),
    [
        (1, "softmax", "bce", TWO, ["sigmoid"]),
        (1, "relu", "bce", TWO, ["sigmoid"]),
        (1, "tanh", "bce", TWO, ["sigmoid"]),
        (1, "linear", "bce", TWO, ["sigmoid", "linear"]),
        (1, "relu", "mse", TWO, ["sigmoid"]),
        (1, "softmax", "mse", 2 * TWO - 1, ["tanh"]),
        (1, "sigmoid", "hinge", TWO, ["tanh", "linear"]),
        (3, "relu", "sparse_categorical_crossentropy", THREE, ["softmax"]),
        (3, "softmax", "bce", LABELS, ["sigmoid"]),
        (1, "softmax", "mse", NUMBERS, ["linear"]),
        (1, "sigmoid", "mse", NUMBERS, ["linear"]),
        (1, "relu", "mae", NUMBERS, ["linear"]),
    ],
)
def test_finds_and_replaces_it(
    case_of, sequence, trains, units, activation, loss, y, better
):
    context = case_of(sequence((3,), [Dense(units, activation=activation)], loss), X, y)
    found = wrong_output_activation(context)
    assert found is not None
    models = trains(context, found)
    assert [model.layers[-1].activation.__name__ for model in models] == better


@pytest.mark.parametrize(
    ("units", "activation", "loss", "y"),
    [
        (1, "sigmoid", "bce", TWO),
        (1, "linear", keras.losses.BinaryCrossentropy(from_logits=True), TWO),
        (1, "tanh", "mse", 2 * TWO - 1),
        (1, "linear", "hinge", TWO),
        (3, "softmax", "sparse_categorical_crossentropy", THREE),
        (3, "sigmoid", "categorical_crossentropy", np.eye(3)[THREE]),
        (3, "sigmoid", "bce", LABELS),
        (1, "linear", "mse", NUMBERS),
        (1, "tanh", "mse", np.tanh(NUMBERS)),
        (1, "relu", "mse", abs(NUMBERS)),
        (3, "softmax", "mse", np.exp(X) / np.exp(X).sum(1, keepdims=True)),
    ],
)
def test_is_silent_on_sound_ones(case_of, sequence, units, activation, loss, y):
    model = sequence((3,), [Dense(units, activation=activation)], loss)
    assert wrong_output_activation(case_of(model, X, y)) is None


def test_replaces_a_layer_of_its_own(case_of, sequence, trains):
    model = sequence((3,), [Dense(1), keras.layers.ReLU()], "mse")
    context = case_of(model, X, NUMBERS)
    found = wrong_output_activation(context)
    assert found.repairs[0].edits is None
    (mended,) = trains(context, found)
    assert mended.predict(X, verbose=0).min() < 0


def test_edit_names_the_layer_with_the_activation(case_of, sequence):
    last = Activation("relu")
    context = case_of(sequence((3,), [Dense(1), last], "mse"), X, NUMBERS)
    place = Place("train.py", 7)
    context.recording.layers.append((last, place))
    found = wrong_output_activation(context)
    edit = SetArgument("layer", "activation", "'linear'", place, "Activation")
    assert found.repairs[0].edits == (edit,)


def test_what_scales_the_output_is_not_judged(case_of, sequence):
    layers = [Dense(1, activation="sigmoid"), keras.layers.Rescaling(100.0)]
    model = sequence((3,), layers, "mse")
    assert wrong_output_activation(case_of(model, X, NUMBERS)) is None


def test_example_of_the_page(example_of):
    assert wrong_output_activation(example_of("N102")) is not None


def over_rows(inputs):
    return keras.ops.softmax(inputs, axis=0)


class OverRows(keras.Model):
    """A network whose last activation is over the rows of a batch."""

    def __init__(self):
        super().__init__()
        self.body = keras.layers.Dense(3)

    def call(self, inputs):
        return over_rows(self.body(inputs))


def test_a_softmax_over_the_rows_of_a_batch(case_of, sequence, trains):
    x = np.random.default_rng(0).normal(size=(60, 4)).astype("float32")
    y = np.arange(60) % 3
    parts = [keras.layers.Dense(3), keras.layers.Softmax(axis=0, name="shares")]
    loss = "sparse_categorical_crossentropy"
    found = wrong_output_activation(case_of(sequence((4,), parts, loss), x, y))
    assert "'shares' is over axis 0" in found.sentence
    (made,) = trains(case_of(sequence((4,), parts, loss), x, y), found)
    np.testing.assert_allclose(np.asarray(made(x[:5])).sum(axis=1), 1, rtol=1e-5)


def test_one_within_a_call_is_told_by_a_row_alone(case_of):
    x = np.random.default_rng(0).normal(size=(60, 4)).astype("float32")
    model = OverRows()
    model(x)
    model.compile("adam", "sparse_categorical_crossentropy")
    context = case_of(model, x, np.arange(60) % 3)
    source = "import keras\nprobabilities = keras.ops.softmax(scores, axis=0)\n"
    recording = replace(context.recording, source=source)
    found = wrong_output_activation(replace(context, recording=recording))
    assert "each of the 3 outputs is 1: the softmax in line 2" in found.sentence
    assert not found.repairs
