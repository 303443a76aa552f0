"""Weights that are set back, and networks that are made anew each time."""

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.problem.context import RuleContext
from learnable.zoo.diagnosis.problem.task import training_task
from learnable.zoo.diagnosis.problem.training_setup import original_training
from learnable.zoo.diagnosis.record.recorder import recorded
from learnable.zoo.diagnosis.rules.weights_lost import weights_lost

X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
Y = X[:, 0] + 1


def network():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.01), "mse")
    return model


def found(script):
    with recorded(__file__) as recording:
        script()
    fit = recording.fits[-1]
    task = training_task(fit)
    return weights_lost(RuleContext(recording, fit, task, original_training(fit, task)))


def set_back(*, asked_before=False, half=False):
    model = network()
    first = model.get_weights()
    model.fit(X, Y, epochs=2, verbose=0)
    if asked_before:
        model.evaluate(X, Y, verbose=0)
    if half:
        first = [(a + b) / 2 for a, b in zip(first, model.get_weights(), strict=True)]
    model.set_weights(first)
    model.evaluate(X, Y, verbose=0)


def test_weights_that_are_set_back():
    told = found(set_back)
    assert "evaluate is called (line" in told.sentence
    assert not told.repairs


@pytest.mark.parametrize("how", [{"asked_before": True}, {"half": True}])
def test_weights_that_are_used_before_or_others(how):
    assert found(lambda: set_back(**how)) is None


def load_worse(*, share=0.9, x=X, epochs=40):
    """Train, and go most of the way back to the first weights."""
    model = network()
    start = model.get_weights()
    model.fit(X, Y, epochs=epochs, verbose=0, validation_data=(x, Y))
    ends = zip(start, model.get_weights(), strict=True)
    model.set_weights([share * a + (1 - share) * b for a, b in ends])
    model.predict(X, verbose=0)


def test_weights_that_are_much_worse_than_those_at_the_end():
    told = found(load_worse)
    assert "predict is called (line" in told.sentence
    assert "weights that the script has set after the training" in told.sentence
    assert "mode='max'" in told.advice
    numbers = told.evidence
    assert numbers["trained"] < numbers["now"] < numbers["start"]
    assert not told.repairs


@pytest.mark.parametrize("how", [{"share": 0.1}, {"x": -X, "share": 0.9}])
def test_weights_that_are_no_worse_on_rows_held_out(how):
    assert found(lambda: load_worse(**how)) is None


def in_turns(rows=lambda turn: slice(None), *, evaluate=False, times=4):
    for turn in range(times):
        model = network()
        model.fit(X[rows(turn)], Y[rows(turn)], epochs=2, verbose=0)
        if evaluate:
            model.evaluate(X, Y, verbose=0)


def test_network_that_is_made_anew_each_time():
    told = found(in_turns)
    assert "trains 4 networks alike" in told.sentence
    assert told.repairs[0].what == "one network for all 4 trainings (8 epochs)"


@pytest.mark.parametrize(
    "script",
    [
        lambda: in_turns(lambda turn: slice(turn, turn + 30)),
        lambda: in_turns(evaluate=True),
        lambda: in_turns(times=2),
    ],
    ids=["folds", "each is evaluated", "few"],
)
def test_trainings_that_are_meant_to_be_several(script):
    assert found(script) is None
