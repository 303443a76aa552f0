from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.codemod.edits import SetArgument, WrapArgument
from learnable.zoo.diagnosis.problem.training_setup import build_model
from learnable.zoo.diagnosis.rules.rows_not_shuffled import MIX, rows_not_shuffled
from one_batch import first_loss

X = np.random.default_rng(0).normal(size=(90, 3)).astype("float32")
SORTED = np.repeat([0, 1, 2], 30)
MIXED = np.random.default_rng(1).permutation(SORTED)


def network(outputs=3):
    head = keras.layers.Dense(outputs, activation="softmax")
    loss = "sparse_categorical_crossentropy"
    if outputs == 1:
        head, loss = keras.layers.Dense(1), "mse"
    model = keras.Sequential([keras.Input((3,)), head])
    model.compile("adam", loss)
    return model


def test_finds_sorted_rows_that_stay_so(case_of):
    context = case_of(network(), X, SORTED, shuffle=False)
    found = rows_not_shuffled(context)
    repair = found.repairs[0]
    assert repair.edits == (SetArgument("fit", "shuffle", "True"),)
    setup = repair.apply(context.setup)
    assert setup.shuffle
    assert not context.setup.shuffle
    assert np.isfinite(first_loss(build_model(setup, np.arange(90), seed=0), X, SORTED))


def test_finds_a_split_off_sorted_rows(case_of):
    context = case_of(network(), X, SORTED, shuffle=True, validation_split=0.2)
    edits = rows_not_shuffled(context).repairs[0].edits
    assert edits == (WrapArgument("x", MIX), WrapArgument("y", MIX))


def test_finds_sorted_rows_of_a_dataset(case_of):
    context = case_of(network(), X, SORTED)
    setup = replace(context.setup, in_batches=True, shuffle=False)
    found = rows_not_shuffled(replace(context, setup=setup))
    assert found is not None
    assert "the dataset does not shuffle them" in found.sentence
    assert found.repairs[0].edits is None  # nobody can mix a generator
    pipeline = replace(context, setup=setup, fit=replace(context.fit, is_pipeline=True))
    edits = rows_not_shuffled(pipeline).repairs[0].edits
    assert edits == (WrapArgument("x", "{}.unbatch().shuffle(90).batch(32)"),)
    assert found.repairs[0].apply(setup).shuffle


def test_mixing_keeps_rows_and_targets_together():
    x = np.arange(40.0).reshape(20, 2)
    y = np.arange(20)
    mixed = [eval(MIX.format("v"), {"keras": keras, "v": v}) for v in (x, y)]
    assert not np.array_equal(mixed[1], y)
    np.testing.assert_array_equal(mixed[0], x[mixed[1]])


def test_finds_numbers_that_grow(case_of):
    y = np.linspace(0, 3, 90)
    assert rows_not_shuffled(case_of(network(1), X, y, shuffle=False)) is not None


@pytest.mark.parametrize(
    ("y", "given"),
    [
        (SORTED, {"shuffle": True}),
        (SORTED, {}),
        (MIXED, {"shuffle": False}),
        (MIXED, {"validation_split": 0.2}),
    ],
)
def test_is_silent_where_rows_are_mixed(case_of, y, given):
    assert rows_not_shuffled(case_of(network(), X, y, **given)) is None
