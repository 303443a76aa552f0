import re
from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.probe.probe import measure
from learnable.zoo.diagnosis.problem.training_setup import original_training
from learnable.zoo.diagnosis.rules.lr_too_low import lr_too_low
from learnable.zoo.diagnosis.rules.repairs import UNSCHEDULED

pytestmark = pytest.mark.slow  # many small trainings


X = np.random.default_rng(0).normal(size=(200, 3)).astype("float32")
Y = (X[:, 0] > X[:, 1]).astype("int32")


def network(optimizer):
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer, "binary_crossentropy")
    return model


def rates(optimizer, case_of):
    context = case_of(network(optimizer), X, Y, epochs=5)
    found = lr_too_low(context)
    return [] if found is None else [r.apply(context.setup).rate for r in found.repairs]


def test_rates_rise_to_the_usual(case_of):
    assert rates(keras.optimizers.Adam(1e-6), case_of) == pytest.approx(
        [1e-5, 1e-4, 1e-3]
    )
    assert rates(keras.optimizers.SGD(1e-6), case_of) == pytest.approx(
        [1e-3, 1e-2, 1e-1]
    )


def test_adadelta_was_meant_with_a_rate_of_one(case_of):
    assert rates("adadelta", case_of)[-1] == pytest.approx(1.0)


def test_a_usual_rate_is_fine_without_a_measurement(case_of):
    assert rates(keras.optimizers.SGD(0.0005, momentum=0.9), case_of) == []
    assert rates("adam", case_of) == []


def test_a_steady_fall_is_seen(case_of):
    context = case_of(network(keras.optimizers.Adam(3e-4)), X, Y, epochs=10)
    probe = measure(context.setup, np.arange(200), seed=0)
    found = lr_too_low(replace(context, probe=probe))
    assert "last quarter" in found.sentence
    assert found.evidence["steps"] == 70


def test_a_curve_that_flattens_is_fine(case_of):
    context = case_of(network(keras.optimizers.Adam(0.01)), X, Y, epochs=100)
    probe = measure(context.setup, np.arange(200), seed=0)
    assert lr_too_low(replace(context, probe=probe)) is None


FALLING = keras.optimizers.schedules.ExponentialDecay(0.05, 2, 0.5)


AT_ONCE = keras.optimizers.schedules.ExponentialDecay(0.05, 1, 0.1)


@pytest.mark.parametrize(
    ("rate", "left"), [(FALLING, r"[\d.]+ %"), (AT_ONCE, "almost 0 %")]
)
def test_a_schedule_that_falls_too_soon_is_seen(rate, left, case_of):
    context = case_of(network(keras.optimizers.SGD(rate)), X, Y, epochs=5)
    found = lr_too_low(context)
    assert re.search(rf"reduces it to {left} of the initial rate", found.sentence)
    repair = found.repairs[0]
    assert repair.apply(context.setup).rate == pytest.approx(0.05)
    assert "learning_rate=0.05" in repair.edits[0].code


@pytest.mark.parametrize(
    ("callback", "scheduled"),
    [("LearningRateScheduler", True), ("ReduceLROnPlateau", False)],
)
def test_a_callback_that_takes_the_rate_away_is_left_out(case_of, callback, scheduled):
    context = case_of(network(keras.optimizers.Adam(0.01)), X, Y, epochs=4)
    history = {"loss": [1.0] * 4, "learning_rate": [2e-3, 1e-5, 1e-6, 1e-7]}
    fit = replace(context.fit, callbacks=(callback,), history=history)
    setup = original_training(fit, context.task)
    assert setup.rate == pytest.approx(2e-3 if scheduled else 0.01)
    repair = lr_too_low(replace(context, fit=fit, setup=setup)).repairs[0]
    mended = repair.apply(setup)
    assert (mended.course, mended.rate) == ((), pytest.approx(setup.rate))
    assert UNSCHEDULED in repair.edits
    assert setup.with_optimizer(learning_rate=1.0).course == (
        () if scheduled else setup.course
    )


def test_the_rate_of_a_scheduler_counts_though_it_stays(case_of):
    context = case_of(network(keras.optimizers.Adam(0.01)), X, Y, epochs=2)
    history = {"loss": [1.0, 1.0], "learning_rate": [1e-7, 1e-7]}
    fit = replace(context.fit, callbacks=("LearningRateScheduler",), history=history)
    setup = original_training(fit, context.task)
    assert setup.rate == pytest.approx(1e-7)
    for repair in lr_too_low(replace(context, fit=fit, setup=setup)).repairs:
        assert UNSCHEDULED in repair.edits
