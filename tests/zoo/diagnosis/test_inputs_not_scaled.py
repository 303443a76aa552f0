from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.problem.training_setup import (
    build_model,
    original_training,
)
from learnable.zoo.diagnosis.rules.inputs_not_scaled import inputs_not_scaled
from one_batch import first_loss

layers = keras.layers
RNG = np.random.default_rng(0)
NORMAL = RNG.normal(size=(60, 4)).astype("float32")
Y = (NORMAL[:, 0] > 0).astype("int32")


def network(*first, shape=(4,)):
    parts = [*first, layers.Flatten(), layers.Dense(1, activation="sigmoid")]
    model = keras.Sequential([keras.Input(shape), *parts])
    model.compile("adam", "binary_crossentropy")
    return model


@pytest.mark.parametrize(
    ("x", "predicted"),
    [
        (1000 * NORMAL, "up to"),
        (NORMAL + 50, "mean"),
        (NORMAL * np.array([1, 1, 0.01, 1], "float32"), "range from"),
        (0.001 * NORMAL, "at most"),
    ],
    ids=["large", "far", "unequal", "small"],
)
def test_finds_columns_of_odd_size(case_of, x, predicted):
    found = inputs_not_scaled(case_of(network(), x, Y))
    assert found.label == "inputs-not-scaled"
    assert predicted in found.sentence


def test_finds_pixels_to_255(case_of):
    x = RNG.integers(0, 256, (20, 6, 6, 1)).astype("uint8")
    model = network(layers.Conv2D(2, 3), shape=(6, 6, 1))
    found = inputs_not_scaled(case_of(model, x, Y[:20]))
    assert found.repairs[0].edits[0].axes == 4


def test_is_silent_on_inputs_near_one(case_of):
    assert inputs_not_scaled(case_of(network(), NORMAL, Y)) is None


def test_is_silent_on_flags_and_counts(case_of):
    x = (RNG.random((60, 4)) < [0.5, 0.2, 0.05, 0.02]).astype("float32")
    assert inputs_not_scaled(case_of(network(), x, Y)) is None


@pytest.mark.parametrize(
    "first",
    [
        lambda: layers.BatchNormalization(),
        lambda: layers.Rescaling(1 / 1000),
        lambda: layers.Normalization(mean=0.0, variance=1e6),
    ],
    ids=["batch", "rescaling", "normalization"],
)
def test_is_silent_where_the_network_scales(case_of, first):
    assert inputs_not_scaled(case_of(network(first()), 1000 * NORMAL, Y)) is None


def test_is_silent_on_words(case_of):
    x = RNG.integers(0, 500, (60, 4))
    model = network(layers.Embedding(500, 3))
    assert inputs_not_scaled(case_of(model, x, Y)) is None


def test_repair_scales_measurements_and_leaves_words(case_of):
    numbers, words = keras.Input((4,), name="numbers"), keras.Input((3,), name="words")
    looked_up = layers.Flatten()(layers.Embedding(500, 2)(words))
    both = layers.Concatenate()([layers.Dense(4)(numbers), looked_up])
    model = keras.Model([words, numbers], layers.Dense(1, activation="sigmoid")(both))
    model.compile("adam", "binary_crossentropy")
    x = {"numbers": 1000 * NORMAL, "words": RNG.integers(0, 500, (60, 3))}
    context = case_of(model, x, Y)
    setup = inputs_not_scaled(context).repairs[0].apply(context.setup)
    assert setup.normalise
    assert not context.setup.normalise
    made = build_model(setup, np.arange(60), seed=0)
    assert first_loss(made, x, Y) < 5
    kinds = [type(layer).__name__ for layer in made.layers]
    assert kinds.count("Normalization") == 1


def test_a_loss_of_ones_own_does_not_hinder_it(case_of):
    class Distance(keras.losses.Loss):
        def call(self, wanted, given):
            return keras.ops.mean((wanted - given) ** 2)

    model = network()
    model.compile("adam", Distance())
    context = case_of(model, 1000 * NORMAL, Y)
    setup = inputs_not_scaled(context).repairs[0].apply(context.setup)
    assert first_loss(build_model(setup, np.arange(60), seed=0), NORMAL, Y) < 5
    assert model.compiled


@pytest.mark.parametrize(
    ("x", "span"),
    [
        (np.array([0.0, 80.0, 255.0] * 20), (1 / 255, 0.0)),
        (np.linspace(-4000, 21500, 60), (1 / 25500, 4000 / 25500)),
    ],
    ids=["pixels", "another scale"],
)
def test_frozen_layers_get_their_inputs_on_usual_scales(case_of, x, span):
    base = layers.Dense(4, "tanh", trainable=False)
    model = keras.Sequential([keras.Input((1,)), base, layers.Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy")
    context = case_of(model, x[:, None].astype("float32"), Y)
    (found,) = inputs_not_scaled(context).repairs
    assert found.what == "inputs standardised"
    fit = replace(context.fit, pretrained=True)
    setup = original_training(fit, context.task)
    finding = inputs_not_scaled(replace(context, fit=fit, setup=setup))
    first, other, last = finding.repairs
    assert (first.what, other.what) == (
        "inputs scaled to 0 .. 1",
        "inputs scaled to -1 .. 1",
    )
    assert last.what == "inputs standardised"
    changed = first.apply(setup)
    np.testing.assert_allclose(changed.span, span, rtol=1e-5)
    made = build_model(changed, np.arange(60), seed=0)
    given = changed.span[0] * x + changed.span[1]
    inside = model(given[:, None].astype("float32"))
    np.testing.assert_allclose(made(changed.x), inside, rtol=1e-4)


@pytest.mark.parametrize(
    ("x", "told"), [(255.0, ""), (1.0, "standard deviations are at most")]
)
def test_what_scales_within_models_is_looked_through(case_of, x, told):
    augment = keras.Sequential(
        [layers.RandomFlip(), layers.RandomTranslation(0.1, 0.1)]
    )
    base = keras.Sequential(
        [keras.Input((4, 4, 1)), layers.Rescaling(1 / 255), layers.Conv2D(2, 3)]
    )
    rows = keras.Input((4, 4, 1))
    hidden = layers.Flatten()(base(augment(rows)))
    model = keras.Model(rows, layers.Dense(1, "sigmoid")(hidden))
    model.compile("adam", "binary_crossentropy")
    pixels = (x * RNG.random((60, 4, 4, 1))).astype("float32")
    found = inputs_not_scaled(case_of(model, pixels, Y))
    assert (found is not None) == bool(told)
    assert told in ("" if found is None else found.sentence)
