"""Laboratories whose truth is known, for tests of the search for causes."""

from types import SimpleNamespace

from learnable.zoo.diagnosis.problem.context import NetworkFinding, Repair
from learnable.zoo.diagnosis.search.trials import BudgetExceeded, ScoreDifference

REACH = 0.9


class World:
    """A laboratory in which a network learns once all faults are repaired.

    ``answers`` are sets of labels, each enough.
    """

    def __init__(self, answers, *, start=0.0, most=10_000, costs=None, left=100.0):
        self.costs, self.left = costs or {}, left
        self.answers = [frozenset(answer) for answer in answers]
        self.start, self.most, self.trained = start, most, 0
        self.splits, self.spare = (0, 1, 2), ()
        self.setup = SimpleNamespace(epochs=5, steps=20_000, rate=0.0)

    def outcome(self, repairs, split=0):
        self.score(repairs)
        return SimpleNamespace()

    def cost(self, repairs):
        return max([self.costs.get(r.what, 0.1) for r in repairs], default=0.1)

    def can_pay(self, cost):
        return cost < self.left

    def worth(self, repairs):
        labels = {repair.what for repair in repairs}
        solved = any(answer <= labels for answer in self.answers)
        return REACH if solved else self.start

    def score(self, repairs, *, splits=1):
        self.trained += 1
        if self.trained > self.most:
            raise BudgetExceeded
        return self.worth(repairs)

    def difference(self, better, worse, *, splits):
        return ScoreDifference(self.worth(better) - self.worth(worse), 0.02)


def network_finding(label, priority=1):
    repair = Repair(label, lambda setup: setup)
    return NetworkFinding(label, label, "", "", priority, (repair,))
