"""Trainings that raise, on laboratories whose truth is known."""

from types import SimpleNamespace

import numpy as np
import pytest
from learnable.zoo.diagnosis.problem.context import NetworkFinding, Repair
from learnable.zoo.diagnosis.search.search import search_causes
from learnable.zoo.diagnosis.search.trials import BudgetExceeded, ScoreDifference


class World:
    """Trainings run with one of ``running``; then each of ``gains`` adds its own."""

    def __init__(self, running, gains, *, done=(), start=0.0, most=10_000):
        self.running, self.gains, self.done = set(running), gains, frozenset(done)
        self.start, self.most, self.known = start, most, set()
        self.splits = (0, 1, 2)
        self.setup = SimpleNamespace(epochs=5, steps=20_000, rate=0.0)

    def cost(self, repairs):
        return 0.1

    def can_pay(self, cost):
        return True

    def with_repairs(self, repair):
        done = {*self.done, repair.what}
        return World(
            self.running, self.gains, done=done, start=self.start, most=self.most
        )

    def outcome(self, repairs, split=0):
        made = self.done | {repair.what for repair in repairs}
        if made not in self.known and len(self.known) >= self.most:
            raise BudgetExceeded
        self.known.add(made)
        if not made & self.running:
            return SimpleNamespace(
                error="ValueError: no",
                row_scores=np.zeros(0),
                score=0.0,
            )
        score = self.start + sum(self.gains.get(what, 0.0) for what in made)
        return SimpleNamespace(
            error="",
            row_scores=np.full(9, score),
            score=score,
        )

    def score(self, repairs, *, splits=1):
        return self.outcome(repairs).score

    def difference(self, better, worse, *, splits):
        gain = self.outcome(better).score - self.outcome(worse).score
        return ScoreDifference(gain, 0.02)


def network_finding(label, priority=1):
    repair = Repair(label, lambda setup: setup)
    return NetworkFinding(label, label, "", "", priority, (repair,))


def causes(world, *findings, raised=True, best_score=0.9):
    found = search_causes(world, findings, best_score=best_score, has_raised=raised)
    return [cause.proposal.finding.label for cause in found.causes], found


@pytest.mark.parametrize("start", [0.0, 0.3, 0.9])
def test_what_makes_it_run_is_a_cause_whatever_the_score(start):
    told, found = causes(
        World(["codes"], {}, start=start),
        network_finding("codes", 0),
        network_finding("rate", 2),
    )
    assert told == ["codes"]
    assert found.causes[0].alone == found.repaired_score == start
    assert found.original_score == 0
    assert "ends with an error" in found.causes[0].proposal.finding.sentence


def test_what_the_training_wants_then_is_found_too():
    world = World(["codes"], {"rate": 0.9})
    told, found = causes(world, network_finding("codes", 0), network_finding("rate", 2))
    assert told == ["codes", "rate"]
    assert found.causes[1].alone == 0
    assert found.causes[0].ablation.difference == pytest.approx(0.9)
    assert found.causes[0].together == pytest.approx(0.9)


def test_of_two_that_make_it_run_the_better_is_the_cause():
    world = World(["units", "codes"], {"codes": 0.9})
    told, found = causes(
        world, network_finding("units", 0), network_finding("codes", 0)
    )
    assert told == ["codes"]
    assert [p.finding.label for p in found.others] == ["units"]


def test_structure_goes_before_settings():
    world = World(["units", "rate"], {})
    assert causes(world, network_finding("rate", 2), network_finding("units", 0))[
        0
    ] == ["units"]


def test_without_such_a_repair_there_is_no_cause():
    assert causes(World([], {}), network_finding("codes", 0))[0] == []


def test_a_training_that_ran_is_not_said_to_raise():
    """What raises in trials alone may be the trials' own fault."""
    world = World(["codes"], {"codes": 0.9})
    named, found = causes(world, network_finding("codes", 0), raised=False)
    assert named == []
    assert found.unrepeated == "ValueError: no"


def test_without_time_nothing_is_claimed():
    world = World(["codes"], {"codes": 0.9}, most=2)
    assert (
        causes(world, network_finding("rate", 0), network_finding("codes", 0))[0] == []
    )
