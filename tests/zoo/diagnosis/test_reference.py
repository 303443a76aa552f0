"""A plain network that stands in for the script's."""

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.codemod.model_to_code import as_code
from learnable.zoo.diagnosis.search.reference import plain_repair
from learnable.zoo.diagnosis.search.trials import Split, train_trial

layers = keras.layers
RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 4)).astype("float32")
IMAGES = RNG.normal(size=(120, 12, 12, 1)).astype("float32")
KINDS = (X[:, 0] > 0).astype("int64") + (X[:, 1] > 1)


def score(context):
    """The plain network's on rows that it did not see."""
    repair = plain_repair(context.setup, context.task)
    assert repair is not None
    rows = np.arange(len(context.setup.y))
    split = Split(rows[: len(rows) * 3 // 4], rows[len(rows) * 3 // 4 :])
    return train_trial(repair.apply(context.setup), context.task, split, seed=0).score


@pytest.mark.slow
@pytest.mark.parametrize(
    ("head", "loss", "y"),
    [
        (layers.Dense(1, "relu"), "mse", 1_000 + 50 * X[:, 0]),
        (layers.Dense(1, "sigmoid"), "binary_crossentropy", (X[:, 0] > 0) * 1.0),
        (layers.Dense(3, "softmax"), "sparse_categorical_crossentropy", KINDS),
        (layers.Dense(3), "mse", keras.utils.to_categorical(KINDS)),
        (layers.Dense(2, "sigmoid"), "binary_crossentropy", (X[:, :2] > 0) * 1),
    ],
    ids=["numbers", "two classes", "classes", "columns", "labels"],
)
def test_learns_every_task(case_of, sequence, head, loss, y):
    assert score(case_of(sequence((4,), [head], loss), X, y, epochs=1)) > 0.7


@pytest.mark.slow
def test_learns_images_words_and_inputs_of_two_kinds(case_of, sequence):
    bright = IMAGES[:, 3:9, 3:9].mean(axis=(1, 2, 3)) > 0
    model = sequence((12, 12, 1), [layers.Flatten(), layers.Dense(1)], "mse")
    assert score(case_of(model, IMAGES, bright * 1.0, epochs=1)) > 0.3

    words = RNG.integers(0, 30, (300, 6))
    spoken = (words < 4).any(axis=1).astype("int64")
    parts = [layers.Embedding(30, 2), layers.Flatten(), layers.Dense(1, "sigmoid")]
    model = sequence((6,), parts, "binary_crossentropy")
    assert score(case_of(model, words, spoken, epochs=1)) > 0.7

    one, two = keras.Input((4,), name="one"), keras.Input((2,), name="two")
    out = layers.Dense(1)(layers.Concatenate()([one, two]))
    model = keras.Model({"one": one, "two": two}, out)
    model.compile("sgd", "mse")
    rows = {"one": X, "two": X[:, :2]}
    assert score(case_of(model, rows, X[:, 0], epochs=1)) > 0.7


def test_texts_have_none(case_of, sequence):
    context = case_of(sequence((4,), [layers.Dense(1)], "mse"), X, X[:, 0])
    texts = np.array([["a word"]] * 200, dtype=object)
    object.__setattr__(context.setup, "x", texts)
    assert plain_repair(context.setup, context.task) is None


def test_can_be_shown_as_code(case_of, sequence):
    context = case_of(sequence((4,), [layers.Dense(1)], "mse"), X, 9 + X[:, 0])
    repair = plain_repair(context.setup, context.task)
    assert repair is not None
    code = as_code(repair.apply(context.setup).model)
    assert code is not None
    assert code.count("Dense(64") == 2
    scope = {"keras": keras}
    exec(code, scope)
    assert scope["model"].output_shape == (None, 1)
