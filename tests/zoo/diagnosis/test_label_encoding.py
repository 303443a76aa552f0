import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.rules.label_encoding import label_encoding
from learnable.zoo.diagnosis.rules.wrong_loss import wrong_loss

Dense = keras.layers.Dense
X = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
TWO = (X[:, 0] > 0).astype("int32")
THREE = np.digitize(X[:, 0], [-0.5, 0.5])
SPARSE = "sparse_categorical_crossentropy"


@pytest.mark.parametrize(
    ("units", "activation", "loss", "y", "codes"),
    [
        (1, "sigmoid", "bce", TWO + 1, TWO),
        (1, "sigmoid", "bce", 2 * TWO - 1, TWO),
        (1, "sigmoid", "bce", TWO / 255, TWO),
        (1, "sigmoid", "mse", TWO + 1.0, TWO),
        (1, "sigmoid", "bce", np.array(["no", "yes"])[TWO], TWO),
        (1, "tanh", "hinge", TWO + 1, TWO),
        (2, "softmax", SPARSE, TWO + 1, TWO),
        (3, "softmax", SPARSE, THREE + 1, THREE),
        (3, "softmax", SPARSE, THREE - 1, THREE),
        (3, "softmax", SPARSE, THREE / 10, THREE),
        (3, "softmax", "mse", THREE / 10, THREE),
        (1, "sigmoid", "bce", THREE / 10, None),
    ],
)
def test_finds_and_recodes_it(
    case_of, sequence, trains, units, activation, loss, y, codes
):
    hidden = Dense(4, activation="relu")
    model = sequence((3,), [hidden, Dense(units, activation=activation)], loss)
    context = case_of(model, X, y)
    if codes is None:  # numbers, as long as nothing speaks of classes
        assert context.task.kind == "multiclass"
        codes = THREE
    found = label_encoding(context)
    assert found is not None
    assert found.side == "preparation"
    setup = found.repairs[0].apply(context.setup)
    np.testing.assert_array_equal(setup.y, codes)
    np.testing.assert_array_equal(setup.values, np.arange(len(setup.values)))
    assert trains(context, found)


@pytest.mark.parametrize(
    ("y", "code"),
    [
        (TWO + 1, "{} - 1"),
        (2 * TWO - 1, "np.unique({}, return_inverse=True)[1]"),
    ],
)
def test_edit_wraps_the_targets(case_of, sequence, y, code):
    context = case_of(sequence((3,), [Dense(1, activation="sigmoid")], "bce"), X, y)
    (edit,) = label_encoding(context).repairs[0].edits
    assert (edit.name, edit.code) == ("y", code)


@pytest.mark.parametrize(
    ("units", "activation", "loss", "y"),
    [
        (1, "sigmoid", "bce", TWO),
        (1, "sigmoid", "bce", TWO > 0),
        (1, "sigmoid", "bce", 0.1 + 0.8 * TWO),
        (1, "tanh", "mse", 2 * TWO - 1),
        (1, "tanh", "hinge", 2 * TWO - 1),
        (4, "softmax", SPARSE, THREE + 1),
        (3, "softmax", keras.losses.SparseCategoricalCrossentropy(ignore_class=-1),
         np.where(X[:, 1] > 1, -1, THREE)),
        (3, "softmax", "categorical_crossentropy", np.eye(3)[THREE]),
        (1, None, "mse", X[:, 0] / 10),
    ],
)  # fmt: skip
def test_is_silent_on_sound_ones(case_of, sequence, units, activation, loss, y):
    model = sequence((3,), [Dense(units, activation=activation)], loss)
    assert label_encoding(case_of(model, X, y)) is None


FROM_ONE = np.eye(4)[THREE + 1][:, :3]
"""One-hot rows of classes 1 to 3, as ``tf.one_hot(y, 3)`` makes them."""


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "mse"])
def test_one_hot_rows_of_classes_from_one_lose_the_last(
    case_of, sequence, trains, loss
):
    hidden = Dense(4, activation="relu")
    model = sequence((3,), [hidden, Dense(3, activation="softmax")], loss)
    context = case_of(model, X, FROM_ONE)
    found = label_encoding(context)
    assert f"{(THREE == 2).sum()} of 64 rows have no class" in found.sentence
    assert "from 0" in found.advice
    changed = found.repairs[0].apply(context.setup).y
    np.testing.assert_array_equal(changed, np.eye(3)[(THREE + 1) % 3])
    assert trains(context, found)
    assert wrong_loss(context) is None


@pytest.mark.parametrize(
    ("y", "activation"),
    [
        (np.eye(3)[THREE] * (X[:, 1:2] > 0), "softmax"),  # none is an answer, too
        (FROM_ONE, "sigmoid"),
    ],
)
def test_rows_without_a_class_are_no_fault_of_the_codes(
    case_of, sequence, y, activation
):
    model = sequence((3,), [Dense(3, activation=activation)], "bce")
    assert label_encoding(case_of(model, X, y)) is None


def test_example_of_the_page(example_of):
    assert label_encoding(example_of("P705")) is not None
