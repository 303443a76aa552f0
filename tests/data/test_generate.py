"""Invented rows: what they hold, and what can and cannot be told from them."""

import numpy as np
import pytest
from learnable.data.generate import (
    NOISE,
    STEPS,
    make_moving_digits,
    make_noise,
    make_rgb,
    make_xor,
)

MAKERS = (make_rgb, make_noise, make_xor, make_moving_digits)


@pytest.fixture(scope="module")
def moving():
    x, y, classes = make_moving_digits(0)
    return x.astype(float), np.array(classes)[y]


@pytest.mark.parametrize("make", MAKERS)
def test_rows_follow_the_seed(make):
    one, two, other = (make(seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one[0], two[0])
    np.testing.assert_array_equal(one[1], two[1])
    assert not np.array_equal(one[1], other[1])


@pytest.mark.parametrize("make", MAKERS)
def test_codes_are_those_of_the_classes(make):
    x, y, classes = make(0)
    assert len(x) == len(y)
    assert y.dtype == "int64"
    assert set(y) == set(range(len(classes)))


def test_xor_is_its_truth_table():
    x, y, _ = make_xor(0)
    rows = {(a, b, c) for a, b, c in zip(x.a, x.b, y, strict=True)}
    assert rows == {(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)}
    assert (x.value_counts() == 50).all()


def test_xor_rows_come_mixed():
    y = make_xor(0)[1]
    assert 60 < (np.diff(y) != 0).sum() < 140


def test_moving_digits_are_small_films(moving):
    x, directions = moving
    assert x.shape == (2_000, 8, 16, 16)
    assert make_moving_digits(0)[0].dtype == "uint8"
    assert x.min() == 0
    assert x.max() == 255
    assert (np.unique(directions, return_counts=True)[1] == 500).all()


@pytest.mark.parametrize("direction", STEPS)
def test_each_frame_is_the_one_before_moved_by_a_pixel(moving, direction):
    x, directions = moving
    films = x[directions == direction]
    back = [-step for step in STEPS[direction]]
    change = np.roll(films[:, 1:], back, axis=(2, 3)) - films[:, :-1]
    assert np.sqrt((change**2).mean()) < np.sqrt(2) * NOISE
    still = films[:, 1:] - films[:, :-1]
    assert np.sqrt((still**2).mean()) > 4 * NOISE


@pytest.mark.slow  # many draws
def test_single_frame_tells_nothing(moving):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import cross_val_score

    x, directions = moving
    frame = x[:, 4].reshape(len(x), -1)
    forest = RandomForestClassifier(20, random_state=0)
    # a standard error is .01 about the quarter that guessing gets
    assert abs(cross_val_score(forest, frame, directions, cv=4).mean() - 0.25) < 0.035


def test_two_frames_tell_the_direction(moving):
    x, directions = moving
    names = list(STEPS)
    gaps = [
        np.abs(np.roll(x[:, 0], STEPS[n], axis=(1, 2)) - x[:, 1]).sum(axis=(1, 2))
        for n in names
    ]
    assert (np.array(names)[np.argmin(gaps, axis=0)] == directions).mean() > 0.99
