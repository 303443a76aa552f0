"""Which value of a setting does best, and whether a longer training helps."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.problem.context import NetworkFinding, Repair
from learnable.zoo.diagnosis.search.search import Search
from learnable.zoo.diagnosis.search.trials import BudgetExceeded, ScoreDifference
from learnable.zoo.diagnosis.search.tuning import MOST_COST, choose_value, find_tuning


@dataclass(frozen=True)
class Training:
    """What a tuner looks at in a setup."""

    epochs: int = 5
    stopped: bool = False
    steps: int = 50
    rate: float = 0.0


class World:
    """A laboratory whose scores are given by name; ``+`` joins repairs."""

    def __init__(self, scores, *, setup=None, cost=0.1, difference=0.0, least=0.0):
        self.scores, self.each = scores, cost
        self.setup = setup or Training()
        self.splits = (0, 1, 2)
        self.told = ScoreDifference(difference, 0.001, least=least)

    def score(self, repairs, *, splits=1):
        return self.scores["+".join(repair.what for repair in repairs)]

    def cost(self, repairs):
        return self.each

    def can_pay(self, cost):
        return True

    def outcome(self, repairs, split=0):
        return SimpleNamespace()

    def difference(self, better, worse, *, splits):
        return self.told


def repair(what):
    return Repair(what, lambda setup: setup)


LOW, MIDDLE, HIGH = (repair(name) for name in ("low", "middle", "high"))


@pytest.mark.parametrize(
    ("scores", "best"),
    [
        ({"low": 0.8, "middle": 0.9, "high": 0.85}, "middle"),
        ({"low": 0.9, "middle": 0.905, "high": 0.1}, "low"),
        ({"low": 0.9, "middle": 0.91, "high": 0.99}, "high"),
    ],
)
def test_another_value_must_do_clearly_better(scores, best):
    assert choose_value(World(scores), [], [LOW, MIDDLE, HIGH], LOW).what == best


def test_values_are_tried_beside_the_other_repairs():
    world = World({"loss+low": 0.5, "loss+middle": 0.8, "loss+high": 0.7})
    found = choose_value(world, [repair("loss")], [LOW, MIDDLE, HIGH], LOW)
    assert found is MIDDLE


LONGER = {"low": 0.9, "low+epochs 5 -> 20": 0.95}


def test_a_longer_training_that_helps_on_every_split_is_taken():
    (found,) = find_tuning(World(LONGER, difference=0.02, least=0.01), [LOW])
    assert found.what == "epochs 5 -> 20"
    assert found.apply(Training()).epochs == 20


@pytest.mark.parametrize(
    "world",
    [
        World(LONGER | {"low+epochs 5 -> 20": 0.9}, difference=0.1, least=0.1),
        World(LONGER, difference=0.001, least=0.001),
        World(LONGER, difference=0.1, least=-0.01),
        World(LONGER, difference=0.1, least=0.1, cost=MOST_COST),
        World(LONGER, difference=0.1, least=0.1, setup=Training(steps=15_000)),
    ],
    ids=["no better", "hardly better", "worse on one", "too dear", "too many steps"],
)
def test_a_longer_training_is_left_out(world):
    assert find_tuning(world, [LOW]) == ()


def test_nothing_is_tried_where_nothing_can_be_gained(case_of, sequence):
    """The world has no score for other rates: a trial of one would fail."""
    model = sequence((2,), [keras.layers.Dense(1)], "mse")
    setup = case_of(model, np.ones((9, 2)), np.ones(9), epochs=5).setup
    assert find_tuning(World({"low": 1.0}, setup=setup), [LOW]) == ()


def test_without_time_a_training_stays_as_it_is(monkeypatch):
    world = World(LONGER)

    def over(*_, **__):
        raise BudgetExceeded

    monkeypatch.setattr(world, "difference", over)
    assert find_tuning(world, [LOW]) == ()


def test_another_rate_comes_before_more_epochs(case_of, sequence):
    layer = keras.layers.Dense(1)
    model = sequence((2,), [layer], "mse")
    rows = np.zeros((64, 2), "float32")
    setup = case_of(model, rows, rows[:, 0], epochs=2).setup
    rate = "low+learning rate 0.001 -> 0.003"
    scores = {"low": 0.5, rate: 0.8, "low+learning rate 0.001 -> 0.0003": 0.4}
    scores[f"{rate}+epochs 2 -> 8"] = 0.9
    found = find_tuning(World(scores, setup=setup, difference=0.1, least=0.1), [LOW])
    assert [repair.what for repair in found] == [rate[4:], "epochs 2 -> 8"]
    after = found[1].apply(found[0].apply(setup))
    assert (after.rate, after.epochs) == (0.003, 8)


def test_the_search_names_the_best_value_of_a_setting():
    scores = {"": 0.0, "low": 0.85, "middle": 0.9, "high": 0.3}
    world = World(scores, difference=0.9, least=0.9)
    rates = NetworkFinding("N202", "lr-too-low", "", "", 2, (LOW, MIDDLE, HIGH))
    scores["middle+epochs 5 -> 20"] = 0.92
    found = Search(world, [rates], best_score=0.9).run()
    assert [c.proposal.repair.what for c in found.causes] == ["middle"]
    assert [repair.what for repair in found.tuned] == ["epochs 5 -> 20"]
    assert found.tuned_score == 0.92
    assert found.repaired_score == 0.9
