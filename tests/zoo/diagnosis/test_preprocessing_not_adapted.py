import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.codemod.apply import apply_edits
from learnable.zoo.diagnosis.codemod.model_to_code import as_code
from learnable.zoo.diagnosis.record.recording import Place
from learnable.zoo.diagnosis.rules.preprocessing_not_adapted import (
    preprocessing_not_adapted,
)

layers = keras.layers
X = np.random.default_rng(0).normal(300, 40, size=(40, 3)).astype("float32")
TEXTS = np.array([["good film"], ["bad film"]] * 20, dtype=object)
Y = np.arange(40) % 2


def scaled(scale, x=X):
    model = keras.Sequential([keras.Input((3,)), scale, layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def test_normalization_without_adapt(case_of, trains):
    context = case_of(scaled(layers.Normalization()), X, Y)
    found = preprocessing_not_adapted(context)
    assert "(Normalization) was never adapted, and scales nothing" in found.sentence
    (model,) = trains(context, found)
    given = np.asarray(model.layers[0](X))
    assert abs(given.mean()) < 0.01
    assert given.std() == pytest.approx(1, abs=0.1)


def test_layer_of_a_function_is_adapted_before_fit(case_of):
    """Where neither layer nor rows have a name, the model and ``fit`` have them."""
    found = preprocessing_not_adapted(case_of(scaled(layers.Normalization()), X, Y))
    (edit,) = found.repairs[0].edits
    place = Place("train.py", 2)
    source = "model = build()\nhistory = model.fit(X[:30], Y, epochs=2)\n"
    text = apply_edits(source, (edit,), fit=place, compiled=None)
    assert text.splitlines()[1] == "model.layers[0].adapt(X[:30])"


def test_adapted_layer_has_no_code():
    """Its statistics are no arguments: code would make one that scales nothing."""
    assert as_code(scaled(layers.Normalization())) is not None
    assert as_code(scaled(adapted())) is None


def adapted():
    scale = layers.Normalization()
    scale.adapt(X)
    return scale


@pytest.mark.parametrize(
    ("make", "x"),
    [
        (adapted, X),
        (lambda: layers.Normalization(mean=300.0, variance=1600.0), X),
        (layers.Normalization, (X - 300) / 40),
        (lambda: layers.Rescaling(1 / 300), X),
    ],
    ids=["adapted", "given", "scaled before", "another layer"],
)
def test_sound_layers(case_of, make, x):
    assert preprocessing_not_adapted(case_of(scaled(make()), x, Y)) is None


def test_texts_without_a_vocabulary(case_of):
    lookup = layers.TextVectorization(max_tokens=20, output_sequence_length=3)
    embedded = [layers.Embedding(20, 2), layers.Flatten(), layers.Dense(1)]
    rows = keras.Input((1,), dtype="string")
    model = keras.Sequential([rows, lookup, *embedded])
    model.compile("sgd", "mse")
    context = case_of(model, TEXTS, Y)
    found = preprocessing_not_adapted(context)
    assert "empty vocabulary" in found.sentence
    assert not found.repairs  # trials take no texts


def test_example_of_the_page(example_of):
    assert preprocessing_not_adapted(example_of("P711")) is not None
