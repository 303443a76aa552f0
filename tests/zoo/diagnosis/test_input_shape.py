import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.rules.input_shape import input_shape

layers = keras.layers
RNG = np.random.default_rng(0)
TIME, START = np.arange(20), RNG.uniform(0, 6, (80, 1))
WAVES = np.stack([np.sin(0.4 * TIME + START), np.cos(0.3 * TIME + 2 * START)], axis=-1)
SPOTS = np.zeros((80, 12, 12, 3))
for image, (row, column) in zip(SPOTS, RNG.integers(0, 8, (80, 2)), strict=True):
    image[row : row + 5, column : column + 5] = 1
Y = START[:, 0]


def told(case_of, sequence, x, *parts):
    return input_shape(case_of(sequence(x.shape[1:], [*parts], "mse"), x, Y))


@pytest.mark.parametrize(
    ("x", "reader", "layer"),
    [
        (WAVES.transpose(0, 2, 1), layers.LSTM(3), "Permute((2, 1))"),
        (WAVES.reshape(80, 2, 20), layers.LSTM(3), "Reshape((20, 2))"),
        (WAVES[:, :, :1].reshape(80, 1, 20), layers.GRU(3), "Permute((2, 1))"),
        (WAVES.transpose(0, 2, 1), layers.Conv1D(3, 1), "Permute((2, 1))"),
        (SPOTS.transpose(0, 3, 1, 2), layers.Conv2D(3, 2), "Permute((2, 3, 1))"),
        (SPOTS.reshape(80, 3, 12, 12), layers.Conv2D(3, 2), "Reshape((12, 12, 3))"),
    ],
)
def test_axes_in_another_sense(case_of, sequence, trains, x, reader, layer):
    parts = [layers.Flatten(), layers.Dense(1)]
    context = case_of(sequence(x.shape[1:], [reader, *parts], "mse"), x, Y)
    found = input_shape(context)
    assert found.repairs[0].what == f"{layer} before {reader.name!r}"
    assert trains(context, found)


@pytest.mark.parametrize(
    ("x", "reader"),
    [
        (WAVES, layers.LSTM(3)),
        (SPOTS, layers.Conv2D(3, 2)),
        (RNG.normal(size=(80, 6, 5)), layers.LSTM(3)),
        (RNG.normal(size=(80, 3, 9, 9)), layers.Conv2D(3, 2)),
        (WAVES.transpose(0, 2, 1), layers.Flatten()),
    ],
    ids=["series", "images", "noise", "noisy images", "not read as a series"],
)
def test_sound_inputs(case_of, sequence, x, reader):
    parts = [layers.Flatten(), layers.Dense(1)]
    assert told(case_of, sequence, x, reader, *parts) is None


def test_example_of_the_page(example_of):
    found = input_shape(example_of("P710"))
    assert found.repairs[0].what.startswith("Reshape((40, 2))")
