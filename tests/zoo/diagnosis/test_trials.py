"""Trainings within a budget."""

import time

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.rules.repairs import set_fit
from learnable.zoo.diagnosis.search import trials
from learnable.zoo.diagnosis.search.trials import (
    BudgetExceeded,
    Split,
    TrialBudget,
    TrialRunner,
)
from learnable.zoo.training.arguments import needs_batch_calls

X = np.random.default_rng(0).normal(size=(80, 2)).astype("float32")
SPLITS = (Split(np.arange(60), np.arange(60, 80)),)
ENDLESS = set_fit("endless", {}, epochs=10**9)


@pytest.fixture
def laboratory(case_of, sequence):
    def make(seconds=3600, left=1e12):
        context = case_of(sequence((2,), [keras.layers.Dense(1)], "mse"), X, X[:, 0])
        budget = TrialBudget(left, time.monotonic() + seconds)
        return TrialRunner(context.setup, context.task, SPLITS, budget=budget)

    return make


def test_without_time_the_first_training_is_done_and_no_other_begun(laboratory):
    runner = laboratory(-1)
    assert not runner.outcome([]).error
    assert runner.outcome([]).losses
    with pytest.raises(BudgetExceeded):
        runner.outcome([ENDLESS])
    assert runner.trained == 1


def test_a_training_beyond_the_deadline_is_ended_and_not_known(laboratory):
    runner = laboratory(3600)
    runner.outcome([])
    runner.budget.deadline = time.monotonic() + 1
    with pytest.raises(BudgetExceeded):
        runner.outcome([ENDLESS])
    assert runner.trained == 1


@pytest.mark.parametrize(("cost", "is_within"), [(1.0, False), (50.0, True)])
def test_a_long_epoch_is_ended_within(laboratory, monkeypatch, cost, is_within):
    """Of 100 seconds."""
    runner, given = laboratory(100), []
    runner.outcome([])

    def caught(*args, callbacks, **rest):
        given.extend(callbacks)
        raise BudgetExceeded

    monkeypatch.setattr(trials, "training_cost", lambda setup, share: cost)
    monkeypatch.setattr(trials, "fit", caught)
    with pytest.raises(BudgetExceeded):
        runner.outcome([set_fit("again", {}, epochs=1)])
    assert any(map(needs_batch_calls, given)) == is_within


def test_what_is_left_counts_trainings_and_not_seconds(laboratory):
    runner = laboratory(left=0)
    runner.outcome([])
    cost = runner.cost([])
    runner.budget.left = 2.5 * cost
    for what in ("one", "two"):
        runner.outcome([set_fit(what, {}, epochs=1)])
    with pytest.raises(BudgetExceeded):
        runner.outcome([set_fit("three", {}, epochs=1)])
    assert runner.budget.left == pytest.approx(cost / 2)


def test_a_budget_in_seconds_is_prolonged_by_its_grace_at_most():
    now = time.monotonic()
    budget = TrialBudget(left=0, deadline=now, grace=2.0)
    budget.allow(30)
    assert budget.left == 30
    assert budget.deadline < now + 3


def test_a_training_that_costs_more_than_is_left_is_not_begun(laboratory):
    runner = laboratory(left=100)
    runner.outcome([])
    with pytest.raises(BudgetExceeded):
        runner.outcome([ENDLESS])
    assert runner.trained == 1
    assert runner.outcome([set_fit("short", {}, epochs=2)]).losses


@pytest.mark.parametrize("size", [8, 1])
def test_a_network_of_a_fixed_batch_is_trained_and_asked_in_such(case_of, size):
    rows = keras.Input(batch_shape=(size, 2, 1))
    states = keras.layers.LSTM(2, stateful=True)(rows)
    model = keras.Model(rows, keras.layers.Dense(1)(states))
    model.compile("sgd", "mse")
    context = case_of(model, X[..., None], X[:, 0], batch_size=size, shuffle=False)
    budget = TrialBudget(1e12, time.monotonic() + 3600)
    runner = TrialRunner(context.setup, context.task, SPLITS, budget=budget)
    found = runner.outcome([])  # 60 rows to train on, and 20 to be asked about
    assert not found.error
    assert len(found.row_scores) == 20
