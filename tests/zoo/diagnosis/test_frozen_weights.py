from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.codemod.edits import Statement
from learnable.zoo.diagnosis.rules.frozen_weights import frozen_weights

layers = keras.layers
X = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
Y = X[:, 0]
ONES = keras.initializers.Constant(1)
WORDS = np.random.default_rng(0).integers(0, 20, (64, 5))


def inner(*, trainable):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="relu")])
    model.trainable = trainable
    return model


def test_nothing_can_learn(case_of, sequence, trains):
    model = sequence((3,), [layers.Dense(4), layers.Dense(1)], "mse")
    model.trainable = False
    context = case_of(model, X, Y)
    found = frozen_weights(context)
    assert found.priority == 0
    assert found.repairs[0].edits == (Statement("{model}.trainable = True"),)
    (mended,) = trains(context, found)
    assert len(mended.trainable_weights) == 4
    assert not model.trainable_weights


@pytest.mark.parametrize("net", [
    [layers.Dense(4, trainable=False, activation="relu"), layers.Dense(1)],
    [inner(trainable=False), layers.Dense(1)],
])  # fmt: skip
def test_random_layers_are_let_go(case_of, sequence, trains, net):
    context = case_of(sequence((3,), net, "mse"), X, Y)
    found = frozen_weights(context)
    assert found.priority == 1
    (mended,) = trains(context, found)
    assert len(mended.trainable_weights) == 4


def test_given_weights_stay_frozen(case_of, sequence, trains):
    given = layers.Dense(4, trainable=False, kernel_initializer=ONES)
    net = [layers.Dense(4, trainable=False, name="drawn"), given, layers.Dense(1)]
    context = case_of(sequence((3,), net, "mse"), X, Y)
    found = frozen_weights(context)
    assert found.layers == ("drawn",)
    (mended,) = trains(context, found)
    assert len(mended.trainable_weights) == 4


def test_loaded_weights_are_kept(case_of, sequence):
    model = sequence((3,), [layers.Dense(4), layers.Dense(1)], "mse")
    model.trainable = False
    context = case_of(model, X, Y)
    setup = replace(context.setup, weights=model.get_weights())
    mended = frozen_weights(context).repairs[0].apply(setup)
    assert mended.weights is setup.weights


@pytest.mark.parametrize(
    ("shape", "net", "x"),
    [
        ((3,), [layers.Dense(4, activation="relu"), layers.Dense(1)], X),
        ((3,), [inner(trainable=True), layers.Dense(1)], X),
        ((3,), [layers.BatchNormalization(trainable=False), layers.Dense(1)], X),
        ((3,), [layers.Normalization(), layers.Dense(1)], X),
    ],
)  # fmt: skip
def test_is_silent_on_sound_ones(case_of, sequence, shape, net, x):
    assert frozen_weights(case_of(sequence(shape, net, "mse"), x, Y)) is None


def test_example_of_the_page(example_of):
    assert frozen_weights(example_of("N110")) is not None


FLAT = """
import keras
model = keras.Sequential(
    [keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)]
)
{frozen}
model.compile("sgd", "mse")
"""
NESTED = """
import keras
inner = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
model = keras.Sequential([keras.Input((3,)), inner, keras.layers.Dense(1)])
{frozen}
model.compile("sgd", "mse")
"""
EACH = "for layer in model.layers:\n    layer.trainable = False"
WITHIN = "for layer in [*inner.layers, model.layers[-1]]:\n    layer.trainable = False"


@pytest.mark.parametrize(
    ("text", "frozen"),
    [
        (FLAT, "model.trainable = False"),
        (FLAT, EACH),
        (NESTED, "model.trainable = False"),
        (NESTED, WITHIN),
        (NESTED, f"{WITHIN}\nmodel.trainable = False"),
    ],
    ids=["model", "layers", "model of models", "layers within", "both"],
)
def test_the_repair_lets_everything_learn_where_it_is_written(case_of, text, frozen):
    source = text.format(frozen=frozen)
    scope = {}
    exec(source, scope)
    found = frozen_weights(case_of(scope["model"], X, Y))
    lines = [edit.code.replace("{model}", "model") for edit in found.repairs[0].edits]
    exec("\n".join([source, *lines]), scope)
    assert len(scope["model"].trainable_weights) == 4


def words():
    given = layers.Embedding(20, 4, trainable=False, embeddings_initializer=ONES)
    return (5,), [given, layers.Flatten(), layers.Dense(1)], WORDS


def base():
    return (3,), [inner(trainable=False), layers.Dense(1)], X


@pytest.mark.parametrize("make", [words, base])
def test_loaded_weights_are_tried_last(case_of, sequence, trains, make):
    shape, net, x = make()
    context = case_of(sequence(shape, net, "mse"), x, Y)
    fit = replace(context.fit, pretrained=True)
    setup = replace(context.setup, weights=fit.model.get_weights())
    context = replace(context, fit=fit, setup=setup)
    found = frozen_weights(context)
    assert found.priority == 2
    assert "Loaded weights do not learn" in found.sentence
    assert found.repairs[0].apply(setup).weights is setup.weights
    (mended,) = trains(context, found)
    assert not mended.non_trainable_weights
