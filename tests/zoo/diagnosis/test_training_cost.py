"""Costs of trainings, counted from the network and its steps."""

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.problem.training_cost import (
    BEGIN,
    step_cost,
    steps_for,
    training_cost,
)

ROWS = np.zeros((128, 8, 8, 1), "float32")
FLAT = ROWS.reshape(128, 64)
Y = np.zeros(128, "float32")


@pytest.fixture
def cost(case_of, sequence):
    def of(x, *layers, **fit):
        layers = [*layers, keras.layers.Flatten(), keras.layers.Dense(1)]
        setup = case_of(sequence(x.shape[1:], layers, "mse"), x, Y, **fit).setup
        return training_cost(setup) - BEGIN

    return of


def test_more_epochs_cost_as_much_more(cost):
    assert cost(FLAT, epochs=30) == pytest.approx(10 * cost(FLAT, epochs=3))


def test_smaller_batches_cost_more(cost):
    assert cost(FLAT, batch_size=1) > 5 * cost(FLAT, batch_size=32)


def test_wider_layers_cost_more(cost):
    narrow, wide = (keras.layers.Dense(units) for units in (8, 4_000))
    assert cost(FLAT, wide) > 2 * cost(FLAT, narrow)


def test_a_convolution_costs_its_weights_at_every_pixel(cost):
    """Of as many weights as a dense layer."""
    many = keras.layers.Conv2D(512, 3, padding="same")
    dense = keras.layers.Dense(80)
    assert cost(ROWS, many) > 3 * cost(FLAT, dense)


def test_a_recurrent_layer_costs_every_step_of_the_series(cost):
    short, long = (np.zeros((128, steps, 2), "float32") for steps in (4, 80))
    assert cost(long, keras.layers.LSTM(8)) > 5 * cost(short, keras.layers.LSTM(8))


def test_as_many_steps_are_paid_for_as_they_cost(case_of, sequence):
    setup = case_of(sequence((64,), [keras.layers.Dense(1)], "mse"), FLAT, Y).setup
    assert steps_for(setup, 10.5 * step_cost(setup)) == 10
    assert steps_for(setup, 0.0) == 1


def test_layers_in_a_call_of_the_users_own_are_counted(case_of):
    @keras.saving.register_keras_serializable("cost")
    class Net(keras.Model):
        def __init__(self, units=2_000, **kwargs):
            super().__init__(**kwargs)
            self.body = keras.Sequential([keras.layers.Dense(units)])
            self.last = keras.layers.Dense(1)

        def call(self, x):
            return self.last(self.body(x))

        def get_config(self):
            return {}

    setups = []
    for units in (4, 4_000):
        model = Net(units)
        model.compile("adam", "mse")
        model(FLAT[:1])
        setups.append(case_of(model, FLAT, Y).setup)
    assert step_cost(setups[1]) > 2 * step_cost(setups[0])


def test_each_output_of_a_row_costs_its_share_of_the_loss(case_of, sequence):
    def of(width):
        net = sequence((64,), [keras.layers.Dense(width)], "mse")
        return step_cost(case_of(net, FLAT, np.zeros((128, width), "float32")).setup)

    work = 3 * 32 * 65 * 700 / 3e10
    assert of(784) - of(84) > 1.5 * work
