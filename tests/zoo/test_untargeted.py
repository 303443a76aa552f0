"""Trainings without targets: what their own loss can tell."""

from dataclasses import MISSING, fields

import numpy as np
import pytest
from learnable.baselines.results.diagnosis import Diagnosis, RuledOut
from learnable.data.errors import BadData
from learnable.zoo.backend import keras, tensorflow
from learnable.zoo.check.problem import prepare
from learnable.zoo.check.untargeted import examine_untargeted
from learnable.zoo.diagnosis.record.recorder import recorded

X = 100 * np.random.default_rng(0).normal(size=(40, 2)).astype("float32")


class Squeezer(keras.Model):
    """A network whose loss is its own, as variational autoencoders have it."""

    def __init__(self, kernel="glorot_uniform"):
        super().__init__()
        self.dense = keras.layers.Dense(2, kernel_initializer=kernel)

    def call(self, x):
        out = self.dense(x)
        self.add_loss(keras.ops.mean(keras.ops.square(out - x)))
        return out


def examined(make, x=X, *, epochs=3):
    with recorded(__file__) as recording:
        make().fit(x, epochs=epochs, verbose=0)
    fit = recording.fits[0]
    return examine_untargeted(recording, fit, budget=None, show=lambda what: None)


def made(kind, rate, *arguments):
    def make():
        model = kind(*arguments)
        model.compile(keras.optimizers.Adam(rate))
        return model

    return make


@pytest.mark.slow  # many small trainings
def test_rate_that_is_too_low_is_a_cause():
    found = examined(made(Squeezer, 1e-7))
    assert found.verdict == "network-at-fault"
    assert [cause.code for cause in found.causes] == ["N202"]
    assert found.causes[0].original_score < 0.01 < found.causes[0].together
    assert "P701" in {one.code for one in found.ruled_out if one.reason}
    assert "The loss is" in found.sentence


@pytest.mark.slow  # many small trainings
def test_weights_that_do_not_change_are_seen():
    assert "S403" in {sign.code for sign in examined(made(Squeezer, 0.0)).symptoms}


@pytest.mark.slow  # many small trainings
def test_sound_reconstruction_is_not_blamed():
    found = examined(made(Squeezer, 1e-4, "identity"))
    assert found.verdict == "network-level"
    assert not found.causes
    assert not found.sides
    assert "explains 100% of the variance of the inputs" in found.sentence


class Gray(Squeezer):
    """One whose loss asks for the same output for every row."""

    def call(self, x):
        out = self.dense(x)
        self.add_loss(keras.ops.mean(keras.ops.square(out)))
        return 0.0 * out + 1.0


@pytest.mark.slow  # many small trainings
def test_same_output_for_every_row_is_a_fault():
    found = examined(made(Gray, 0.01))
    assert found.verdict == "network-at-fault"
    assert "nearly the same output for every row" in found.sentence


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


class Compared(keras.Model):
    """A network whose step takes an element of a dataset: a row and two others."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def train_step(self, data):
        row, near, far = data
        with tensorflow.GradientTape() as tape:
            loss = self.distance(row, near) - self.distance(row, far)
            loss = keras.ops.mean(keras.ops.maximum(loss + 0.5, 0.0))
        weights = self.encoder.trainable_variables
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        return {"loss": loss}

    def distance(self, one, other):
        difference = self.encoder(one) - self.encoder(other)
        return keras.ops.sum(keras.ops.square(difference), axis=-1)


@pytest.mark.slow  # many small trainings
def test_three_parts_of_an_element_are_inputs():
    rows = tensorflow.data.Dataset.from_tensor_slices((X / 100, X / 90, -X / 80))
    with recorded(__file__) as recording:
        parts = [keras.Input((2,)), keras.layers.Dense(2)]
        model = Compared(keras.Sequential(parts))
        model.compile(keras.optimizers.SGD(0.01))
        model.fit(rows.batch(20), epochs=2, shuffle=False, verbose=0)
    (fit,) = recording.fits
    assert fit.is_element
    assert fit.y is None
    assert len(fit.x) == 3
    found = examine_untargeted(recording, fit, budget=None, show=lambda what: None)
    assert "could not be repeated" not in found.sentence
    assert not found.causes


class Adversaries(Squeezer):
    """Two parts with an optimizer each."""

    def compile(self, first, second):
        super().compile()
        self.first_optimizer, self.second_optimizer = first, second

    def train_step(self, data):
        one = keras.ops.mean(data)
        return {"d_loss": one, "g_loss": -one}


def test_networks_that_are_trained_against_each_other_are_named_and_left_alone():
    with recorded(__file__) as recording:
        model = Adversaries()
        model.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
        model.fit(X, epochs=2, verbose=0)
    fit = recording.fits[0]
    found = examine_untargeted(recording, fit, budget=None, show=lambda what: None)
    assert found.verdict == "undecided"
    assert not found.sides
    assert "2 optimizers (first_optimizer, second_optimizer)" in found.sentence
    assert "(d_loss, g_loss)" in found.sentence
    assert not found.trials
