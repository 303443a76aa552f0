import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.rules.wrong_output_units import wrong_output_units

Dense = keras.layers.Dense
X = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
TWO = (X[:, 0] > 0).astype("int32")
THREE = np.digitize(X[:, 0], [-0.5, 0.5])
SPARSE = "sparse_categorical_crossentropy"
# Keras itself warns of a softmax over one output
pytestmark = pytest.mark.filterwarnings("ignore:You are using a softmax")


@pytest.mark.parametrize(
    ("units", "activation", "loss", "y", "wanted", "ends"),
    [
        (1, "sigmoid", "bce", THREE, 3, "softmax"),
        (2, "softmax", SPARSE, THREE, 3, "softmax"),
        (1, "softmax", SPARSE, TWO, 2, "softmax"),
        (2, "sigmoid", "bce", TWO, 1, "sigmoid"),
        (1, "sigmoid", "bce", np.eye(2)[TWO], 2, "softmax"),
        (4, "softmax", "categorical_crossentropy", np.eye(3)[THREE], 3, "softmax"),
        (2, "sigmoid", "bce", (X > 0.2) * 1, 3, "sigmoid"),
        (3, None, "mse", X[:, :1], 1, "linear"),
    ],
)
def test_finds_and_mends_it(
    case_of, sequence, trains, units, activation, loss, y, wanted, ends
):
    context = case_of(sequence((3,), [Dense(units, activation=activation)], loss), X, y)
    found = wrong_output_units(context)
    assert found is not None
    assert found.evidence == {"outputs": units, "wanted": wanted}
    (model,) = trains(context, found)
    assert model.layers[-1].units == wanted
    assert model.layers[-1].activation.__name__ == ends


def test_logits_stay_logits(case_of, sequence, trains):
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    context = case_of(sequence((3,), [Dense(1)], loss), X, THREE)
    found = wrong_output_units(context)
    (model,) = trains(context, found)
    assert model.layers[-1].activation is keras.activations.linear
    assert model.loss.get_config()["from_logits"]


@pytest.mark.parametrize(
    ("units", "activation", "loss", "y"),
    [
        (1, "sigmoid", "bce", TWO),
        (2, "softmax", SPARSE, TWO),
        (9, "softmax", SPARSE, THREE),
        (4, "softmax", SPARSE, THREE + 1),
        (3, "softmax", "categorical_crossentropy", np.eye(3)[THREE]),
        (3, "sigmoid", "bce", (X > 0.2) * 1),
        (1, None, "mse", X[:, 0]),
        (1, None, "mse", np.arange(64)),
        (3, None, "mae", X * 3),
    ],
)
def test_is_silent_on_sound_ones(case_of, sequence, units, activation, loss, y):
    model = sequence((3,), [Dense(units, activation=activation)], loss)
    assert wrong_output_units(case_of(model, X, y)) is None


def test_a_missing_class_needs_its_output(case_of, sequence):
    y = np.array([0, 1, 2, 5, 4] * 12 + [0] * 4)
    model = sequence((3,), [Dense(1, activation="sigmoid")], "bce")
    assert wrong_output_units(case_of(model, X, y)).evidence["wanted"] == 6


def test_example_of_the_page(example_of):
    assert wrong_output_units(example_of("N103")) is not None
