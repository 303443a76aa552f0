"""Trainings without targets: what is said before they are refused."""

from dataclasses import MISSING, fields

import numpy as np
import pytest
from learnable.baselines.results.diagnosis import Diagnosis, RuledOut
from learnable.data.errors import BadData
from learnable.zoo.backend import keras
from learnable.zoo.check.problem import prepare
from learnable.zoo.check.untargeted import refuse_untargeted
from learnable.zoo.diagnosis.record.recorder import recorded

X = 100 * np.random.default_rng(0).normal(size=(40, 2)).astype("float32")


class Squeezer(keras.Model):
    """A network whose loss is its own, as variational autoencoders have it."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(2)

    def call(self, x):
        out = self.dense(x)
        self.add_loss(keras.ops.mean(keras.ops.square(out - x)))
        return out


def refused(rate):
    with recorded(__file__) as recording:
        model = Squeezer()
        model.compile(keras.optimizers.Adam(rate))
        model.fit(X, epochs=3, verbose=0)
    lines = []
    with pytest.raises(BadData, match="no score by which repairs could be proved"):
        refuse_untargeted(recording, recording.fits[0], budget=60, show=lines.append)
    return "\n".join(lines)


def test_rate_that_is_too_low_is_tried():
    told = refused(0.03)
    assert "in the first epoch" in told
    assert "P701 inputs-not-scaled" in told
    assert "tried     learning rate 0.03 -> 0.3: the loss ends at" in told


def test_weights_that_do_not_change_are_seen():
    assert "S403 weights-unchanged" in refused(0.0)


def test_trainings_without_targets_are_not_prepared():
    with recorded(__file__) as recording:
        model = Squeezer()
        model.compile("sgd")
        model.fit(X, epochs=1, verbose=0)
    with pytest.raises(BadData, match="fit was given no targets"):
        prepare(recording, recording.fits[0], seed=0)


def test_targets_that_are_all_the_same_are_refused():
    with recorded(__file__) as recording:
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(X, np.ones(40), epochs=1, verbose=0)
    with pytest.raises(BadData, match=r"all 40 targets of the training are 1\.0"):
        prepare(recording, recording.fits[0], seed=0)


def test_metric_that_lies_is_told_in_full():
    found = RuledOut("N118", "misleading-metric", "It lies.", "untested", reason="x")
    named = [f for f in fields(Diagnosis) if f.default is f.default_factory is MISSING]
    facts = dict.fromkeys((f.name for f in named), "") | {"sides": ()}
    diagnosis = Diagnosis(**(facts | {"ruled_out": (found,)}))
    assert diagnosis.untestable_findings == ("N118 misleading-metric. It lies.",)
