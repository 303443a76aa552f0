from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.problem.training_setup import build_model
from learnable.zoo.diagnosis.rules.class_imbalance import class_imbalance

X = np.random.default_rng(0).normal(size=(100, 3)).astype("float32")
RARE = (np.arange(100) < 5).astype("int32")


def network(outputs=1, loss="binary_crossentropy"):
    activation = "sigmoid" if outputs == 1 else "softmax"
    head = keras.layers.Dense(outputs, activation=activation)
    model = keras.Sequential([keras.Input((3,)), head])
    model.compile("adam", loss)
    return model


def test_repair_weighs_classes(case_of):
    context = case_of(network(), X, RARE)
    assert class_imbalance(context).side == "data"
    repair = class_imbalance(context).repairs[0]
    weights = {0: 0.5263, 1: 10.0}
    assert repair.edits[0].code == repr(weights)
    setup = repair.apply(context.setup)
    assert setup.class_weight == weights
    assert context.setup.class_weight is None
    made = build_model(setup, np.arange(100), seed=0)
    made.fit(X, RARE, class_weight=setup.class_weight, verbose=0)


def test_codes_are_those_of_the_script(case_of):
    found = class_imbalance(case_of(network(loss="hinge"), X, 2 * RARE - 1))
    assert set(eval(found.repairs[0].edits[0].code)) == {-1, 1}


def test_columns_are_counted_from_0(case_of):
    y = np.eye(3)[np.where(RARE, 2, np.arange(100) % 2)]
    context = case_of(network(3, "categorical_crossentropy"), X, y)
    repair = class_imbalance(context).repairs[0]
    assert set(repair.apply(context.setup).class_weight) == {0, 1, 2}


def test_codes_that_are_fractions_have_no_repair(case_of):
    found = class_imbalance(case_of(network(), X, RARE * 0.5))
    assert found.repairs == ()


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_is_silent_on_classes_of_some_size(case_of, share):
    y = (np.arange(100) < 100 * share).astype("int32")
    assert class_imbalance(case_of(network(), X, y)) is None


def test_is_silent_where_weights_are_given(case_of):
    context = case_of(network(), X, RARE, class_weight={0: 1.0, 1: 5.0})
    assert class_imbalance(context) is None


@pytest.mark.parametrize("kind", ["classes", "rows"])
def test_weights_that_leave_a_class_out_are_seen(case_of, kind):
    y = np.arange(100) % 2
    context = case_of(network(), X, y)
    given = {"class_weight": {0: 1.0, 1: 0.001}}
    if kind == "rows":
        given = {"sample_weight": np.where(y == 1, 0.001, 1.0)}
    context = replace(context, setup=replace(context.setup, **given))
    found = class_imbalance(context)
    assert "0.10% of the weight that fit gives the rows" in found.sentence
    assert found.side == "network"
    setup = found.repairs[0].apply(context.setup)
    assert (setup.class_weight, setup.sample_weight) == ({0: 1.0, 1: 1.0}, None)
    named = {edit.name: edit.code for edit in found.repairs[0].edits}
    assert ("sample_weight" in named) == (kind == "rows")


def test_weights_that_balance_are_fine(case_of):
    context = case_of(network(), X, RARE)
    setup = replace(context.setup, class_weight={0: 1.0, 1: 19.0})
    assert class_imbalance(replace(context, setup=setup)) is None
