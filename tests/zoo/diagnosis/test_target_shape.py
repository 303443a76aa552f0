import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.record.known_losses import AcrossRows
from learnable.zoo.diagnosis.rules.target_shape import target_shape
from learnable.zoo.diagnosis.rules.wrong_output_units import wrong_output_units

layers = keras.layers
X = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
STEPS = np.random.default_rng(1).normal(size=(64, 7, 3)).astype("float32")
Y = X[:, 0]


class Distance(keras.losses.Loss):
    def call(self, wanted, given):
        return keras.ops.mean((wanted - given) ** 2)


def distance(wanted, given):
    return keras.ops.mean((wanted - given) ** 2)


def test_finds_and_reshapes_them(case_of, sequence, trains):
    context = case_of(sequence((3,), [layers.Dense(1)], Distance()), X, Y)
    found = target_shape(context)
    assert found.evidence["as_given"] > found.evidence["row_by_row"]
    assert len(trains(context, found)) == 2
    assert found.repairs[0].apply(context.setup).y.shape == (64, 1)
    assert found.repairs[1].apply(context.setup).loss == "mean_squared_error"
    (edit,) = found.repairs[0].edits
    assert (edit.name, edit.code) == ("y", "np.asarray({}).reshape(-1, 1)")


def test_a_network_of_a_class_of_ones_own_is_asked_for_its_shape(case_of):
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.head = layers.Dense(1)

        def call(self, inputs):
            return self.head(inputs)

    model = Net()
    model(X)
    model.compile("adam", AcrossRows("squared"))
    found = target_shape(case_of(model, X, Y))
    assert found.evidence["as_given"] > found.evidence["row_by_row"]


def test_finds_outputs_without_a_column(case_of, sequence, trains):
    flat = [layers.Dense(1), layers.Reshape(())]
    context = case_of(sequence((3,), flat, Distance()), X, Y[:, None])
    found = target_shape(context)
    assert found.repairs[0].apply(context.setup).y.shape == (64,)
    assert trains(context, found)


def test_an_output_for_every_step(case_of, sequence, trains):
    net = [layers.LSTM(4, return_sequences=True), layers.Dense(1)]
    context = case_of(sequence((7, 3), net, "mse"), STEPS, Y)
    found = target_shape(context)
    assert [model.output_shape for model in trains(context, found)] == [(None, 1)] * 2


@pytest.mark.parametrize(
    ("shape", "net", "loss", "x", "y"),
    [
        ((3,), [layers.Dense(1)], "mse", X, Y),
        ((3,), [layers.Dense(1)], distance, X, Y),
        ((3,), [layers.Dense(1)], Distance(), X, Y[:, None]),
        ((3,), [layers.Dense(3)], Distance(), X, X),
        ((3,), [layers.Dense(1, activation="sigmoid")], "bce", X, Y > 0),
        ((3,), [layers.Dense(2, activation="softmax")],
         "sparse_categorical_crossentropy", X, (Y > 0) * 1),
        ((7, 3), [layers.LSTM(4), layers.Dense(1)], "mse", STEPS, Y),
        ((7, 3), [layers.GRU(4, return_sequences=True), layers.Dense(1)], "mse",
         STEPS, STEPS[:, :, 0]),
        ((7, 3), [layers.Conv1D(1, 3, padding="same")], "mse", STEPS,
         STEPS[:, :, :1]),
    ],
)  # fmt: skip
def test_is_silent_on_sound_ones(case_of, sequence, shape, net, loss, x, y):
    assert target_shape(case_of(sequence(shape, net, loss), x, y)) is None


def likelihood(y, given):
    mean, log_variance = given[:, 0], given[:, 1]
    error = keras.ops.square(y - mean)
    return keras.ops.mean(log_variance + error / keras.ops.exp(log_variance))


def test_column_of_targets_beside_one_of_several_outputs(case_of, sequence, trains):
    context = case_of(sequence((3,), [layers.Dense(2)], likelihood), X, Y[:, None])
    found = target_shape(context)
    assert "change places" in found.sentence
    assert found.repairs[0].apply(context.setup).y.shape == (64,)
    assert trains(context, found)
    assert wrong_output_units(context) is None


def test_targets_that_are_paired_with_one_of_several_outputs(case_of, sequence):
    context = case_of(sequence((3,), [layers.Dense(2)], likelihood), X, Y)
    assert target_shape(context) is None
    assert wrong_output_units(context) is None


def test_outputs_that_mean_the_same_are_too_many(case_of, sequence):
    context = case_of(sequence((3,), [layers.Dense(2)], distance), X, Y[:, None])
    assert target_shape(context) is None
    assert wrong_output_units(context) is not None


def test_example_of_the_page(example_of):
    assert target_shape(example_of("P706")) is not None
