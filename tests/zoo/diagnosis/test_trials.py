"""Trainings within a budget."""

import time

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.rules.repairs import set_fit
from learnable.zoo.diagnosis.search.trials import OutOfTime, Split, TrialRunner

X = np.random.default_rng(0).normal(size=(80, 2)).astype("float32")
SPLITS = (Split(np.arange(60), np.arange(60, 80)),)
ENDLESS = set_fit("endless", {}, epochs=10**9)


@pytest.fixture
def laboratory(case_of, sequence):
    def make(seconds):
        context = case_of(sequence((2,), [keras.layers.Dense(1)], "mse"), X, X[:, 0])
        deadline = time.monotonic() + seconds
        return TrialRunner(context.setup, context.task, SPLITS, deadline=deadline)

    return make


def test_without_time_the_first_training_is_done_and_no_other_begun(laboratory):
    runner = laboratory(-1)
    assert not runner.outcome([]).error
    assert runner.outcome([]).losses
    with pytest.raises(OutOfTime):
        runner.outcome([ENDLESS])
    assert runner.trained == 1


def test_a_training_beyond_the_deadline_is_ended_and_not_known(laboratory):
    runner = laboratory(3600)
    runner.outcome([])
    runner.deadline = time.monotonic() + 1
    with pytest.raises(OutOfTime):
        runner.outcome([ENDLESS])
    assert runner.trained == 1
