from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.probe.probe import measure
from learnable.zoo.diagnosis.rules.wrong_optimizer import wrong_optimizer

pytestmark = pytest.mark.slow  # many small trainings


X = np.random.default_rng(0).normal(size=(200, 3)).astype("float32")
Y = (X[:, 0] > X[:, 1]).astype("int32")


def network(optimizer):
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")]
    )
    model.compile(optimizer, "binary_crossentropy")
    return model


def test_adadelta_becomes_adam(case_of):
    context = case_of(network("adadelta"), X, Y, epochs=5)
    found = wrong_optimizer(context)
    new = [repair.apply(context.setup) for repair in found.repairs]
    assert [setup.optimizer["class_name"] for setup in new] == ["Adam", "Adam"]
    assert [setup.rate for setup in new] == pytest.approx([0.001, 0.01])


def test_slow_plain_descent_is_seen(case_of):
    context = case_of(network(keras.optimizers.SGD(0.001)), X, Y, epochs=100)
    probe = measure(context.setup, np.arange(200), seed=0)
    found = wrong_optimizer(replace(context, probe=probe))
    assert "without momentum" in found.sentence
    assert len(found.repairs) == 1


def test_plain_descent_that_learns_is_fine(case_of):
    context = case_of(network(keras.optimizers.SGD(1.0)), X, Y, epochs=2)
    history = {"loss": list(0.05 + np.exp(-np.arange(100) / 8))}
    context = replace(context, fit=replace(context.fit, history=history))
    assert wrong_optimizer(context) is None


@pytest.mark.parametrize(
    "optimizer", ["adam", "rmsprop", keras.optimizers.SGD(0.001, momentum=0.9)]
)
def test_others_are_fine(case_of, optimizer):
    assert wrong_optimizer(case_of(network(optimizer), X, Y, epochs=1)) is None


@pytest.mark.parametrize(
    ("optimizer", "code"),
    [
        (keras.optimizers.Adam(epsilon=100.0), "keras.optimizers.Adam("),
        (keras.optimizers.SGD(0.1, clipvalue=1e-5), "keras.optimizers.SGD("),
        (keras.optimizers.SGD(0.1, momentum=0.999), "keras.optimizers.SGD("),
    ],
)
def test_unusual_settings_become_those_of_keras(case_of, optimizer, code):
    context = case_of(network(optimizer), X, Y, epochs=1)
    found = wrong_optimizer(context)
    assert found is not None
    back, other = found.repairs
    rate = pytest.approx(context.setup.rate)
    assert eval(back.edits[0].code, {"keras": keras}).learning_rate.numpy() == rate
    assert back.edits[0].code.startswith(code)
    settings = back.apply(context.setup).optimizer["config"]
    usual = type(optimizer)(context.setup.rate).get_config()
    same = [k for k in usual if k not in ("learning_rate", "name")]
    assert [settings[k] for k in same] == [usual[k] for k in same]
    assert other.apply(context.setup).optimizer["class_name"] == "Adam"
