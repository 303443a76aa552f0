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
def case(case_of):
    """A network that was really trained."""
    head = keras.layers.Dense(1, "sigmoid", name="head")
    case = case_of(network(head, "binary_crossentropy"), X, Y, epochs=20)
    fit = replace(case.fit, trained=[w + 0.5 for w in case.fit.weights], steps=80)
    return replace(case, fit=replace(fit, history={"loss": FALLING}))


def with_history(case, **history):
    return replace(case, fit=replace(case.fit, history=history))


def codes(case):
    return [symptom.code for symptom in symptoms(case)]


def test_a_healthy_training_shows_none(case):
    assert codes(case) == []
    probe = measure(case.setup, np.arange(120), seed=0)
    assert codes(replace(case, probe=probe)) == []


def test_collapsed_outputs(case):
    trained = [0 * w for w in case.fit.trained]
    found = symptoms(replace(case, fit=replace(case.fit, trained=trained)))
    assert [s.label for s in found] == ["collapsed-predictions"]


def test_one_class_for_all(case_of):
    head = keras.layers.Dense(3, "softmax", name="head")
    model = network(head, "sparse_categorical_crossentropy")
    case = case_of(model, X, KINDS)
    trained = [*case.fit.weights[:-1], np.array([0, 7, 0], "float32")]
    case = replace(case, fit=replace(case.fit, trained=trained))
    assert "class 1" in symptoms(case)[0].sentence


def test_a_loss_that_is_not_finite(case):
    case = with_history(case, loss=[1.0, float("nan")])
    found = next(s for s in symptoms(case) if s.code == "S402")
    assert found.evidence == {"epoch": 2}


def test_weights_that_did_not_move(case):
    kept = [*case.fit.weights[:2], *case.fit.trained[2:]]
    found = symptoms(replace(case, fit=replace(case.fit, trained=kept)))
    assert [s.code for s in found] == ["S403"]
    assert "hidden" in found[0].sentence


@pytest.mark.parametrize(
    ("code", "losses"),
    [
        ("S404", [0.7, 0.695, 0.692, 0.692, 0.692]),
        ("S405", [1.0, 0.5] * 6),
    ],
)
def test_losses_that_do_not_fall(case, code, losses):
    assert code in codes(with_history(case, loss=losses))


def test_overfitting(case):
    held = [0.9, 0.6, 0.5, 0.6, 0.7, 0.8]
    case = with_history(case, loss=FALLING[:6], val_loss=held)
    found = next(s for s in symptoms(case) if s.code == "S406")
    assert found.evidence["best_epoch"] == 3


def test_first_loss_and_saturated_units(case_of):
    head = keras.layers.Dense(1, "sigmoid", name="head", kernel_initializer="ones")
    case = case_of(
        network(head, "binary_crossentropy", "tanh"), 1000 * X, 1 - Y, epochs=1
    )
    head.bias_initializer = keras.initializers.Constant(20.0)
    probe = measure(case.setup, np.arange(120), seed=0)
    found = codes(replace(case, probe=probe))
    assert found[-2:] == ["S407", "S408"]
