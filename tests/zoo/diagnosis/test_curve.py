import numpy as np
import pytest
from learnable.zoo.diagnosis.probe.loss_curve import make_curve

STEPS = np.arange(120)


def test_a_straight_fall_has_a_quarter_of_it_at_the_end():
    curve = make_curve(2 - STEPS / 100, 2.0)
    assert curve.late == pytest.approx(0.25, abs=0.03)
    assert curve.is_falling
    assert curve.swing == 0


def test_a_flat_end_is_no_fall():
    noise = np.random.default_rng(0).normal(scale=0.01, size=120)
    curve = make_curve(np.exp(-STEPS / 8) + 0.1 + noise, 1.1)
    assert curve.late < 0.02
    assert not curve.is_slow


def test_noise_is_no_fall():
    curve = make_curve(np.random.default_rng(1).normal(0.69, 0.02, size=120), 0.69)
    assert not curve.is_falling
    assert curve.is_slow


def test_up_and_down_is_a_swing():
    curve = make_curve(1 + 0.5 * np.sin(STEPS / 4), 1.0)
    assert curve.swing > 0.4
    assert curve.height > 0.1


def test_few_losses_have_no_shape():
    assert np.isnan(make_curve(np.array([1.0, 0.5]), 1.0).late)
