import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.rules.missing_nonlinearity import missing_nonlinearity
from learnable.zoo.diagnosis.rules.wrong_hidden_activation import (
    wrong_hidden_activation,
)

layers = keras.layers
X = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
STEPS = np.random.default_rng(1).normal(size=(64, 7, 3)).astype("float32")
Y = X[:, 0]


@pytest.mark.parametrize(
    ("net", "priority", "better"),
    [
        ([layers.Dense(4, activation="softmax", name="a")], 1, "relu"),
        ([layers.Dense(4), layers.Activation("softmax", name="a")], 1, "relu"),
        ([layers.Dense(4), layers.Softmax(name="a")], 1, "relu"),
        ([layers.Dense(4, activation="sigmoid", name="a"), layers.Dropout(0.1)],
         2, "relu"),
        ([layers.Dense(4, activation="sigmoid", name="a"),
          layers.Dense(4, activation="sigmoid", name="b")], 1, "relu"),
    ],
)  # fmt: skip
def test_finds_and_replaces_it(case_of, sequence, trains, net, priority, better):
    context = case_of(sequence((3,), [*net, layers.Dense(1)], "mse"), X, Y)
    found = wrong_hidden_activation(context)
    assert found is not None
    assert found.priority == priority
    (model,) = trains(context, found)
    assert model.get_layer("a").activation.__name__ == better


def test_relu_within_a_recurrent_layer(case_of, sequence, trains):
    net = [layers.LSTM(4, activation="relu", name="a"), layers.Dense(1)]
    context = case_of(sequence((7, 3), net, "mse"), STEPS, Y)
    (model,) = trains(context, wrong_hidden_activation(context))
    assert model.get_layer("a").activation is keras.activations.tanh


def test_softmax_of_a_softmax(case_of, sequence, trains):
    net = [layers.Dense(3, activation="softmax", name="a"), layers.Softmax()]
    context = case_of(
        sequence((3,), net, "categorical_crossentropy"), X, np.eye(3)[[0] * 64]
    )
    found = wrong_hidden_activation(context)
    assert found.priority == 0
    (model,) = trains(context, found)
    assert model.get_layer("a").activation is keras.activations.linear


def gated(join):
    start = keras.Input((3,))
    gate = layers.Dense(3, activation="softmax")(start)
    model = keras.Model(start, layers.Dense(1)(join(start, gate)))
    model.compile("adam", "mse")
    return model


@pytest.mark.parametrize(
    "join",
    [
        lambda x, gate: layers.Multiply()([x, gate]),
        lambda x, gate: x * gate,
        lambda x, gate: layers.Dot(axes=1)([x, layers.Dropout(0.1)(gate)]),
    ],
)
def test_gates_are_left_alone(case_of, join):
    assert wrong_hidden_activation(case_of(gated(join), X, Y)) is None


@pytest.mark.parametrize(
    ("shape", "net", "x"),
    [
        ((3,), [layers.Dense(4, activation="tanh"), layers.Dense(1)], X),
        ((3,), [layers.Dense(4, activation="gelu"), layers.Dense(1)], X),
        ((3,), [layers.Dense(1, activation="sigmoid")], X),
        ((7, 3), [layers.LSTM(4), layers.Dense(1)], STEPS),
        ((7, 3), [layers.SimpleRNN(4, activation="relu"), layers.Dense(1)], STEPS),
        ((7, 3), [layers.Bidirectional(layers.GRU(4)), layers.Dense(1)], STEPS),
        ((7, 3), [layers.Conv1D(4, 3, activation="relu"), layers.Flatten(),
                  layers.Dense(1)], STEPS),
    ],
)  # fmt: skip
def test_is_silent_on_sound_ones(case_of, sequence, shape, net, x):
    assert wrong_hidden_activation(case_of(sequence(shape, net, "mse"), x, Y)) is None


def test_examples_of_the_pages(example_of):
    assert wrong_hidden_activation(example_of("N107")) is not None
    assert missing_nonlinearity(example_of("N106")) is not None
