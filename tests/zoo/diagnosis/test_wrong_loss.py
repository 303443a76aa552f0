import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.rules.wrong_loss import wrong_loss

Dense = keras.layers.Dense
X = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
TWO = (X[:, 0] > 0).astype("int32")
THREE = np.digitize(X[:, 0], [-0.5, 0.5])
COLUMNS = np.eye(3)[THREE]
LABELS = (X > 0.2).astype("int32")
NUMBERS = 5 * X[:, 1]


def rising(y, given):
    return -keras.ops.mean((y - given) ** 2)


def falling(y, given):
    return keras.ops.mean((y - given) ** 2)


def over_rows(y, given):
    return -keras.ops.mean(keras.ops.sum(y * keras.ops.log_softmax(given, axis=0), 1))


def over_classes(y, given):
    return -keras.ops.mean(keras.ops.sum(y * keras.ops.log_softmax(given), 1))


def without_zeros(y, given):
    return keras.ops.mean(-y * keras.ops.log(keras.ops.clip(given, 1e-7, 1)))


def overlap(y, given):
    both = 2 * keras.ops.sum(y * given) + 1
    return 1 - both / (keras.ops.sum(y) + keras.ops.sum(given) + 1)


def logits(kind):
    return getattr(keras.losses, kind)(from_logits=True)


@pytest.mark.parametrize(
    ("units", "activation", "loss", "y", "priority", "mended"),
    [
        (1, "sigmoid", "categorical_crossentropy", TWO, 0, "binary_crossentropy"),
        (1, "sigmoid", "mse", TWO, 1, "binary_crossentropy"),
        (2, "softmax", "bce", TWO, 0, "sparse_categorical_crossentropy"),
        (3, "softmax", "mse", THREE, 0, "sparse_categorical_crossentropy"),
        (3, None, "categorical_crossentropy", THREE, 0,
         "sparse_categorical_crossentropy"),
        (3, "softmax", "sparse_categorical_crossentropy", COLUMNS, 0,
         "categorical_crossentropy"),
        (3, None, "mae", COLUMNS, 1, "categorical_crossentropy"),
        (3, "softmax", "bce", COLUMNS, 1, "categorical_crossentropy"),
        (3, "softmax", "categorical_crossentropy", LABELS, 0, "binary_crossentropy"),
        (1, None, "bce", NUMBERS, 0, "mean_squared_error"),
        (1, None, rising, NUMBERS, 0, "mean_squared_error"),
        (3, None, over_rows, COLUMNS, 0, "categorical_crossentropy"),
        (1, "sigmoid", without_zeros, TWO, 0, "binary_crossentropy"),
    ],
)  # fmt: skip
def test_finds_and_replaces_it(
    case_of, sequence, trains, units, activation, loss, y, priority, mended
):
    model = sequence((3,), [Dense(units, activation=activation)], loss)
    context = case_of(model, X, y)
    found = wrong_loss(context)
    assert found is not None
    assert found.priority == priority
    assert found.repairs[0].apply(context.setup).loss == mended
    assert trains(context, found)


@pytest.mark.parametrize(
    ("units", "activation", "loss", "y"),
    [
        (1, "sigmoid", "bce", TWO),
        (1, "sigmoid", "crossentropy", TWO[:, None]),
        (1, None, logits("BinaryCrossentropy"), TWO > 0),
        (1, "tanh", "mse", 2 * TWO - 1),
        (1, "tanh", "hinge", 2 * TWO - 1),
        (2, "softmax", "sparse_categorical_crossentropy", TWO),
        (9, "softmax", "sparse_categorical_crossentropy", THREE),
        (3, None, logits("SparseCategoricalCrossentropy"), THREE),
        (3, "softmax", "categorical_crossentropy", COLUMNS),
        (3, "sigmoid", "bce", COLUMNS),
        (3, "softmax", "kl_divergence", COLUMNS),
        (3, "sigmoid", "bce", LABELS),
        (1, None, "huber", NUMBERS),
        (1, None, falling, NUMBERS),
        (1, "sigmoid", overlap, TWO),
        (3, None, over_classes, COLUMNS),
        (3, "sigmoid", "bce", 1 / (1 + np.exp(-X))),
        (1, "exponential", "poisson", THREE),
    ],
)
def test_is_silent_on_sound_ones(case_of, sequence, units, activation, loss, y):
    hidden = Dense(8, activation="relu")
    model = sequence((3,), [hidden, Dense(units, activation=activation)], loss)
    assert wrong_loss(case_of(model, X, y)) is None


class Own(keras.Model):
    """A class of one's own, whose outputs only a call shows."""

    def __init__(self, units):
        super().__init__()
        self.units, self.head = units, Dense(units)

    def call(self, x):
        return self.head(x)

    def get_config(self):
        return {"units": self.units}


@pytest.mark.parametrize(
    ("units", "loss", "y", "mended"),
    [
        (1, "binary_crossentropy", 10 + NUMBERS, "mean_squared_error"),
        (3, "categorical_crossentropy", THREE, "sparse_categorical_crossentropy"),
        (3, "sparse_categorical_crossentropy", COLUMNS, "categorical_crossentropy"),
        (1, "mse", NUMBERS, None),
        (3, "sparse_categorical_crossentropy", THREE, None),
        (1, "binary_crossentropy", TWO, None),
    ],
)
def test_loss_of_a_class_of_ones_own(case_of, trains, units, loss, y, mended):
    model = Own(units)
    model(X)
    model.compile("adam", loss)
    context = case_of(model, X, y)
    found = wrong_loss(context)
    assert (found is not None) == (mended is not None)
    if found is not None:
        assert found.repairs[0].apply(context.setup).loss == mended
        assert trains(context, found)


def turned_round(y_pred, y_true):
    return -keras.ops.sum(y_true * keras.ops.log(y_pred), axis=-1)


def right_way(y_true, y_pred):
    return turned_round(y_pred, y_true)


def test_arguments_in_the_wrong_order_are_swapped(case_of, sequence, trains):
    weighted = (COLUMNS * (1 + np.abs(X[:, :1]))).astype("float32")
    layers = [Dense(3, activation="softmax")]
    context = case_of(sequence((3,), layers, turned_round), X, weighted)
    found = wrong_loss(context)
    assert found is not None
    assert "is no number" in found.sentence
    (edit,) = found.repairs[0].edits
    assert edit.code == "lambda y_true, y_pred: turned_round(y_pred, y_true)"
    assert trains(context, found)
    sound = case_of(sequence((3,), layers, right_way), X, weighted)
    assert wrong_loss(sound) is None


def test_logits_behind_a_sigmoid(case_of, sequence, trains):
    loss = logits("BinaryCrossentropy")
    context = case_of(sequence((3,), [Dense(1, activation="sigmoid")], loss), X, TWO)
    found = wrong_loss(context)
    assert [edit.code for edit in found.repairs[0].edits] == ["'binary_crossentropy'"]
    assert trains(context, found)


def test_an_autoencoder_may_have_squared_error(case_of, sequence):
    model = sequence((3,), [Dense(2), Dense(3, activation="sigmoid")], "mse")
    assert wrong_loss(case_of(model, LABELS, LABELS)) is None


def test_several_outputs_are_not_judged(case_of):
    start = keras.Input((3,))
    model = keras.Model(start, [Dense(1)(start), Dense(1)(start)])
    model.compile("adam", ["bce", "bce"])
    assert wrong_loss(case_of(model, X, [NUMBERS, NUMBERS])) is None


def test_example_of_the_page(example_of):
    assert wrong_loss(example_of("N101")) is not None
