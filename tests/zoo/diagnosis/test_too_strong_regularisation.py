import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.problem.training_setup import build_model
from learnable.zoo.diagnosis.rules.too_strong_regularisation import (
    too_strong_regularisation,
)
from one_batch import first_loss

layers = keras.layers
X = np.random.default_rng(0).normal(size=(40, 8)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")


def network(*parts):
    last = layers.Dense(1, activation="sigmoid")
    model = keras.Sequential([keras.Input((8,)), *parts, last])
    model.compile("adam", "binary_crossentropy")
    return model


def dense(units=64, l2=0.0, name=None):
    penalty = keras.regularizers.L2(l2) if l2 else None
    return layers.Dense(units, activation="relu", kernel_regularizer=penalty, name=name)


def test_repair_takes_the_penalty_away(case_of):
    model = network(dense(l2=1.0, name="held"))
    context = case_of(model, X, Y)
    found = too_strong_regularisation(context)
    assert found.evidence["share"] > 0.9
    assert [repair.what for repair in found.repairs] == ["no weight penalty"]
    made = build_model(found.repairs[0].apply(context.setup), np.arange(40), seed=0)
    assert made.losses == []
    assert first_loss(made, X, Y) < 5
    assert model.get_layer("held").kernel_regularizer is not None


def test_repair_takes_dropout_away(case_of):
    model = network(dense(8), layers.Dropout(0.5, name="drop"))
    context = case_of(model, X, Y)
    found = too_strong_regularisation(context)
    assert found.layers == ("drop",)
    made = build_model(found.repairs[0].apply(context.setup), np.arange(40), seed=0)
    assert made.get_layer("drop").rate == 0
    assert model.get_layer("drop").rate == 0.5


def test_both_are_three_repairs(case_of):
    model = network(dense(8, l2=0.5), layers.Dropout(0.9))
    found = too_strong_regularisation(case_of(model, X, Y))
    assert len(found.repairs) == 3


@pytest.mark.parametrize(
    "parts",
    [
        lambda: (dense(), dense()),
        lambda: (dense(l2=1e-4), layers.Dropout(0.5)),
        lambda: (dense(), layers.Dropout(0.5), dense(), layers.Dropout(0.5)),
        lambda: (layers.Dropout(0.2), dense(16)),
        lambda: (layers.Dense(64, bias_regularizer="l2"),),
    ],
)
def test_is_silent_on_the_usual_amounts(case_of, parts):
    assert too_strong_regularisation(case_of(network(*parts()), X, Y)) is None


def test_decay_that_takes_the_weights_away(case_of):
    model = network(dense())
    model.compile(keras.optimizers.AdamW(0.001, weight_decay=500.0), "mse")
    context = case_of(model, X, Y)
    found = too_strong_regularisation(context)
    assert found.evidence["decay"] == pytest.approx(0.5)
    assert "weight_decay=0.0" in found.repairs[0].edits[0].code
    mended = found.repairs[0].apply(context.setup)
    assert mended.optimizer["config"]["weight_decay"] == 0
    model.compile(keras.optimizers.AdamW(0.001, weight_decay=0.1), "mse")
    assert too_strong_regularisation(case_of(model, X, Y)) is None


def test_constraints_are_taken_away(case_of):
    tight = keras.constraints.MaxNorm(0.001)
    held = layers.Dense(64, kernel_constraint=tight, bias_constraint=tight, name="held")
    found = too_strong_regularisation(context := case_of(network(held), X, Y))
    assert "Constraints limit the weights of 'held'" in found.sentence
    (repair,) = found.repairs
    made = repair.apply(context.setup).model.get_layer("held")
    assert (made.kernel_constraint, made.bias_constraint) == (None, None)
