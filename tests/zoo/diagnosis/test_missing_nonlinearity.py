import numpy as np
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.rules.missing_nonlinearity import missing_nonlinearity

X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")


def network(*layers):
    model = keras.Sequential([keras.Input((3,)), *layers])
    model.compile("adam", "binary_crossentropy")
    return model


def test_finds_a_bare_hidden_layer(case_of):
    bare = keras.layers.Dense(4, name="bare")
    model = network(bare, keras.layers.Dense(1, activation="sigmoid"))
    found = missing_nonlinearity(case_of(model, X, Y))
    assert found is not None
    assert found.layers == ("bare",)


def test_repair_bends_it_and_leaves_the_script_alone(case_of):
    bare = keras.layers.Dense(4, name="bare")
    model = network(bare, keras.layers.Dense(1, activation="sigmoid"))
    context = case_of(model, X, Y)
    found = missing_nonlinearity(context)
    mended = found.repairs[0].apply(context.setup).model
    assert mended.get_layer("bare").activation is keras.activations.relu
    assert model.get_layer("bare").activation is keras.activations.linear


def test_an_activation_behind_is_enough(case_of):
    model = network(
        keras.layers.Dense(4),
        keras.layers.BatchNormalization(),
        keras.layers.Activation("tanh"),
        keras.layers.Dense(1, activation="sigmoid"),
    )
    assert missing_nonlinearity(case_of(model, X, Y)) is None
