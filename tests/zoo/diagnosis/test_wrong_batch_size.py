from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.codemod.edits import WrapArgument
from learnable.zoo.diagnosis.rules.wrong_batch_size import wrong_batch_size

pytestmark = pytest.mark.slow  # many small trainings


def setup_of(case_of, rows, **arguments):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    x = np.zeros((rows, 1), "float32")
    context = case_of(model, x, np.arange(rows) / 7, **arguments)
    found = wrong_batch_size(context)
    return found, None if found is None else found.repairs[0].apply(context.setup)


def test_one_batch_of_everything(case_of):
    found, mended = setup_of(case_of, 1000, batch_size=1000, epochs=10)
    assert "10 steps" in found.sentence
    assert (mended.batch_size, mended.steps) == (32, 320)


def test_single_rows_leave_a_quarter_of_the_steps(case_of):
    _, mended = setup_of(case_of, 320, batch_size=1, epochs=10)
    assert (mended.batch_size, mended.epochs, mended.steps) == (32, 80, 800)


@pytest.mark.parametrize(("size", "priority"), [(1, 1), (4, 1), (5, None)])
def test_batches_of_few_rows_behind_batch_normalization(case_of, size, priority):
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((1,)), layers.BatchNormalization(), layers.Dense(1)]
    )
    model.compile("adam", "mse")
    x, y = np.zeros((320, 1), "float32"), np.arange(320) / 7
    found = wrong_batch_size(case_of(model, x, y, batch_size=size, epochs=2))
    assert (found and found.priority) == priority
    assert found is None or "'batch_normalization" in found.sentence


def test_averages_arrive_in_the_steps_that_are_left(case_of):
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((1,)), layers.BatchNormalization(momentum=0.99), layers.Dense(1)]
    )
    model.compile("adam", "mse")
    x, y = np.zeros((320, 1), "float32"), np.arange(320) / 7
    context = case_of(model, x, y, batch_size=1, epochs=2)
    mended = wrong_batch_size(context).repairs[0].apply(context.setup)
    assert 0.99**mended.steps <= 0.012
    assert mended.steps <= context.setup.steps


def test_a_dataset_is_cut_anew(case_of):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    x = np.zeros((1000, 1), "float32")
    context = case_of(model, x, np.arange(1000) / 7, batch_size=1000, epochs=10)
    setup = replace(context.setup, in_batches=True)
    edits = []
    for facts in ({"is_pipeline": False}, {"is_pipeline": True}):
        fit = replace(context.fit, **facts)
        found = wrong_batch_size(replace(context, setup=setup, fit=fit))
        edits.append(found.repairs[0].edits)
    assert edits == [None, (WrapArgument("x", "{}.unbatch().batch(32)"),)]


@pytest.mark.parametrize(
    ("rows", "arguments"),
    [
        (1000, {"batch_size": 32, "epochs": 1}),
        (1000, {"batch_size": 1000, "epochs": 300}),
        (4, {"batch_size": 4, "epochs": 10}),
        (10, {"batch_size": 1, "epochs": 10}),
    ],
)
def test_others_are_fine(case_of, rows, arguments):
    assert setup_of(case_of, rows, **arguments)[0] is None
