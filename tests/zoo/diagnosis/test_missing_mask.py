import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.problem.training_setup import build_model
from learnable.zoo.diagnosis.rules.missing_mask import missing_mask
from one_batch import first_loss

pytestmark = pytest.mark.slow  # many small trainings


layers = keras.layers
RNG = np.random.default_rng(0)
LENGTHS = RNG.integers(3, 12, 60)
BLANK = np.arange(20) >= LENGTHS[:, None]
SERIES = np.where(BLANK[..., None], -1.0, RNG.normal(size=(60, 20, 2)))
WORDS = np.where(BLANK, 0, RNG.integers(1, 50, (60, 20)))
Y = RNG.integers(0, 2, 60)


def network(*parts, shape=(20, 2)):
    last = layers.Dense(1, activation="sigmoid")
    model = keras.Sequential([keras.Input(shape), *parts, last])
    model.compile("adam", "binary_crossentropy")
    return model


@pytest.mark.parametrize("x", [SERIES, SERIES[:, ::-1]], ids=["end", "start"])
def test_repair_masks_a_series(case_of, x):
    model = network(layers.LSTM(4, name="reader"))
    context = case_of(model, x, Y)
    found = missing_mask(context)
    assert found.layers == ("reader",)
    assert found.evidence["value"] == -1
    made = build_model(found.repairs[0].apply(context.setup), np.arange(60), seed=0)
    assert np.isfinite(first_loss(made, x, Y))
    inside = made._flatten_layers()
    assert any(isinstance(layer, layers.Masking) for layer in inside)
    assert len(model.layers) == 2


def test_repair_masks_words(case_of):
    reader = layers.Bidirectional(layers.GRU(3))
    model = network(layers.Embedding(50, 4, name="words"), reader, shape=(20,))
    context = case_of(model, WORDS, Y)
    setup = missing_mask(context).repairs[0].apply(context.setup)
    made = build_model(setup, np.arange(60), seed=0)
    assert made.get_layer("words").mask_zero
    assert not model.get_layer("words").mask_zero
    assert np.isfinite(first_loss(made, WORDS, Y))


@pytest.mark.parametrize(
    ("parts", "x"),
    [
        (lambda: (layers.Masking(-1.0), layers.LSTM(4)), SERIES),
        (lambda: (layers.LSTM(4),), RNG.normal(size=(60, 20, 2))),
        (lambda: (layers.Conv1D(4, 3), layers.LSTM(4)), SERIES),
        (lambda: (layers.GlobalAveragePooling1D(),), SERIES),
        (lambda: (layers.Embedding(50, 4, mask_zero=True), layers.LSTM(4)), WORDS),
    ],
    ids=["masked", "full", "convolution", "pooling", "words"],
)
def test_is_silent(case_of, parts, x):
    model = network(*parts(), shape=x.shape[1:])
    assert missing_mask(case_of(model, x, Y)) is None


def test_is_silent_on_blanks_in_between(case_of):
    x = np.where(RNG.random((60, 20, 1)) < 0.7, 0.0, 1.0)
    model = network(layers.LSTM(4), shape=(20, 1))
    assert missing_mask(case_of(model, x, Y)) is None
