from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.probe.probe import measure
from learnable.zoo.diagnosis.probe.symptoms import symptoms

X = np.random.default_rng(0).normal(size=(120, 3)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")
KINDS = np.argmax(X, axis=1)
FALLING = list(0.1 + np.exp(-np.arange(24) / 4))


def network(head, loss, hidden="relu"):
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(6, hidden, name="hidden"), head]
    )
    model.compile("adam", loss)
    return model


@pytest.fixture
def context(case_of):
    """A network that was really trained."""
    head = keras.layers.Dense(1, "sigmoid", name="head")
    context = case_of(network(head, "binary_crossentropy"), X, Y, epochs=20)
    fit = replace(context.fit, trained=[w + 0.5 for w in context.fit.weights], steps=80)
    return replace(context, fit=replace(fit, history={"loss": FALLING}))


def with_history(context, **history):
    return replace(context, fit=replace(context.fit, history=history))


def codes(context):
    return [symptom.code for symptom in symptoms(context)]


def test_a_healthy_training_shows_none(context):
    assert codes(context) == []
    probe = measure(context.setup, np.arange(120), seed=0)
    assert codes(replace(context, probe=probe)) == []


def test_collapsed_outputs(context):
    trained = [0 * w for w in context.fit.trained]
    found = symptoms(replace(context, fit=replace(context.fit, trained=trained)))
    assert [s.label for s in found] == ["collapsed-predictions"]
    assert found[0].sentence == "The outputs for 120 rows are all the same."


def test_one_class_for_all(case_of):
    head = keras.layers.Dense(3, "softmax", name="head")
    model = network(head, "sparse_categorical_crossentropy")
    context = case_of(model, X, KINDS)
    trained = [*context.fit.weights[:-1], np.array([0, 7, 0], "float32")]
    context = replace(context, fit=replace(context.fit, trained=trained))
    assert "class 1" in symptoms(context)[0].sentence


def test_a_loss_that_is_not_finite(context):
    context = with_history(context, loss=[1.0, float("nan")])
    found = next(s for s in symptoms(context) if s.code == "S402")
    assert found.evidence == {"epoch": 2}


def test_weights_that_did_not_move(context):
    kept = [*context.fit.weights[:2], *context.fit.trained[2:]]
    found = symptoms(replace(context, fit=replace(context.fit, trained=kept)))
    assert [s.code for s in found] == ["S403"]
    assert "hidden" in found[0].sentence


@pytest.mark.parametrize(
    ("code", "losses"),
    [
        ("S404", [0.7, 0.695, 0.692, 0.692, 0.692]),
        ("S405", [1.0, 0.5] * 6),
    ],
)
def test_losses_that_do_not_fall(context, code, losses):
    assert code in codes(with_history(context, loss=losses))


def test_overfitting(context):
    held = [0.9, 0.6, 0.5, 0.6, 0.7, 0.8]
    context = with_history(context, loss=FALLING[:6], val_loss=held)
    found = next(s for s in symptoms(context) if s.code == "S406")
    assert found.evidence["best_epoch"] == 3


def test_first_loss_and_saturated_units(case_of):
    head = keras.layers.Dense(1, "sigmoid", name="head", kernel_initializer="ones")
    context = case_of(
        network(head, "binary_crossentropy", "tanh"), 1000 * X, 1 - Y, epochs=1
    )
    head.bias_initializer = keras.initializers.Constant(20.0)
    probe = measure(context.setup, np.arange(120), seed=0)
    found = codes(replace(context, probe=probe))
    assert found[-2:] == ["S407", "S408"]
