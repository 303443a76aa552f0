"""Losses before and after the repair, out of trials that were done."""

from types import SimpleNamespace

from learnable.zoo.check.check import training_curves
from learnable.zoo.diagnosis.problem.context import Repair


def repair(what, **changes):
    return Repair(what, lambda setup: SimpleNamespace(**(vars(setup) | changes)))


class Runner:
    setup = SimpleNamespace(
        loss="mse", class_weight=None, sample_weight=None, rescale=None
    )

    def __init__(self, known):
        self.known = known

    def losses(self, repairs):
        return self.known.get(tuple(one.what for one in repairs), ())


def inquiry(*causes, tuned=()):
    proposals = [SimpleNamespace(proposal=SimpleNamespace(repair=c)) for c in causes]
    return SimpleNamespace(causes=proposals, tuned=tuned)


def test_each_training_keeps_its_loss():
    scaled = repair("scaled", loss="binary_crossentropy")
    faster = repair("faster")
    known = {(): (3.0, 2.0), ("scaled",): (1.0, 0.5), ("scaled", "faster"): (0.4, 0.1)}
    curves = training_curves(Runner(known), inquiry(scaled, tuned=(faster,)))
    assert [(c.name, c.losses, c.loss, c.unit) for c in curves] == [
        ("as it is", (3.0, 2.0), "mean_squared_error", "mse"),
        ("repaired", (1.0, 0.5), "binary_crossentropy", "log_loss"),
        ("repaired and tuned", (0.4, 0.1), "binary_crossentropy", "log_loss"),
    ]


def test_weighed_losses_have_no_unit_of_the_baselines():
    weighed = repair("weighed", class_weight={0: 1.0, 1: 9.0})
    known = {(): (3.0,), ("weighed",): (1.0,)}
    curves = training_curves(Runner(known), inquiry(weighed))
    assert [curve.unit for curve in curves] == ["mse", ""]


def test_nothing_is_drawn_without_a_cause_or_a_repaired_training():
    assert training_curves(Runner({(): (1.0,)}), inquiry()) == ()
    assert training_curves(Runner({(): (1.0,)}), inquiry(repair("scaled"))) == ()
