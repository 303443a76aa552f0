"""Trainings without targets: what is said before they are refused."""

import numpy as np
import pytest
from learnable.data.errors import BadData
from learnable.zoo.backend import keras
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
