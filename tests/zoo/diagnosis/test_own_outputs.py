import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.problem.own_outputs import (
    apply_threshold,
    are_read_by_rows,
    has_unknown_class_order,
    read_by_rows,
)

Y = np.array([0, 0, 0, 1, 1, 1])
DISTANCE = np.array([[3.0], [2.5], [1.4], [0.6], [0.1], [0.2]])


@pytest.mark.parametrize("known", [DISTANCE, -DISTANCE, 100 - DISTANCE])
def test_outputs_are_read_as_the_training_rows_tell(known):
    np.testing.assert_array_equal(apply_threshold(known, known, Y).ravel(), Y)


def test_equal_outputs_cannot_be_told_apart():
    known = np.array([[1.0], [1.0], [1.0], [1.0], [1.0], [1.0]])
    assert len(np.unique(apply_threshold(known, known, Y))) == 1


def own(y, output):
    return keras.ops.mean(y * output + (1 - y) * keras.ops.maximum(1 - output, 0))


@pytest.mark.parametrize(
    ("loss", "activation", "told"),
    [(own, None, True), (own, "sigmoid", False), ("mse", None, False)],
)
def test_losses_of_ones_own_have_a_sense_of_their_own(
    case_of, sequence, loss, activation, told
):
    head = keras.layers.Dense(1, activation=activation)
    context = case_of(sequence((1,), [head], loss), DISTANCE, Y)
    assert has_unknown_class_order(context.setup, context.task) == told


def test_number_is_the_output_nearest_to_the_targets(case_of, sequence):
    def quantiles(y, given):
        return keras.ops.mean(keras.ops.abs(y - given) * [0.1, 0.5, 0.9])

    y = np.linspace(0, 1, 6)
    head = keras.layers.Dense(3)
    context = case_of(sequence((1,), [head], quantiles), DISTANCE, y)
    assert are_read_by_rows(context.setup, context.task)
    outputs = np.column_stack([y - 3, y + 0.1, np.full(6, np.nan)])
    read = read_by_rows(outputs, outputs, y, context.task)
    np.testing.assert_array_equal(read, outputs[:, 1:2])
