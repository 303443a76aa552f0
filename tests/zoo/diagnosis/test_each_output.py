"""A network with several outputs, examined one by one."""

from dataclasses import replace

import numpy as np
import pytest
from learnable import check
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.problem.from_model import split_outputs
from learnable.zoo.diagnosis.rules.no_update import no_update

layers = keras.layers
X = np.random.default_rng(0).normal(size=(120, 3)).astype("float32")
AGE, KIND = 40 + 10 * (X[:, 0] + X[:, 1]), (X[:, 1] + X[:, 2] > 0).astype("int64")


def network(head="linear"):
    inputs = keras.Input((3,))
    h = layers.Dense(16, activation="relu")(inputs)
    age = layers.Dense(1, name="age", activation=head)(h)
    kind = layers.Dense(1, activation="sigmoid", name="kind")(h)
    return keras.Model(inputs, [age, kind])


def fit_of(case_of, loss, y, weight=None):
    model = network()
    model.compile("adam", ["mse", "binary_crossentropy"])
    fit = case_of(model, X, AGE).fit
    return replace(fit, loss=loss, y=y, sample_weight=weight)


@pytest.mark.parametrize(
    ("loss", "y"),
    [
        (["mse", "binary_crossentropy"], [AGE, KIND]),
        ({"kind": "binary_crossentropy", "age": "mse"}, {"kind": KIND, "age": AGE}),
    ],
    ids=["in order", "by name"],
)
def test_each_output_has_its_own_loss_and_targets(case_of, loss, y):
    age, kind = split_outputs(fit_of(case_of, loss, y))
    assert (age.output, age.loss) == ("age", "mse")
    assert (kind.output, kind.loss) == ("kind", "binary_crossentropy")
    np.testing.assert_array_equal(age.y, AGE)
    np.testing.assert_array_equal(kind.y, KIND)
    assert [len(part.model.outputs) for part in (age, kind)] == [1, 1]


def test_an_output_without_a_loss_is_left_out(case_of):
    (only,) = split_outputs(fit_of(case_of, {"kind": "bce"}, {"kind": KIND}))
    assert only.output == "kind"


def test_weights_of_one_output_stay_with_it(case_of):
    ones, twos = np.ones(120), np.full(120, 2.0)
    parts = split_outputs(fit_of(case_of, "mse", [AGE, KIND], [ones, twos]))
    assert [part.sample_weight[0] for part in parts] == [1.0, 2.0]


@pytest.mark.parametrize("shares", [[1.0, 0.0], {"kind": 0}])
def test_layers_of_an_output_without_weight_are_held(case_of, shares):
    fit = replace(fit_of(case_of, "mse", [AGE, KIND]), loss_weights=shares)
    age, kind = split_outputs(fit)
    assert age.held == ()
    assert set(kind.held) == {layer.name for layer in kind.model.layers}
    kind.model.compile("adam", "mse")
    context = case_of(kind.model, X, KIND)
    setup = replace(context.setup, held=kind.held)
    found = no_update(replace(context, fit=kind, setup=setup))
    assert "The loss of output 'kind' has the weight 0" in found.sentence
    assert "loss_weights" in found.advice


def test_one_output_stays_as_it_is(case_of, sequence):
    fit = case_of(sequence((3,), [layers.Dense(1)], "mse"), X, AGE).fit
    assert split_outputs(fit) == (fit,)


@pytest.mark.slow
def test_the_faulty_output_is_the_answer_and_the_sound_one_is_told():
    model = network(head="tanh")
    model.compile(keras.optimizers.Adam(0.01), ["mse", "binary_crossentropy"])
    found = check(model, X, [AGE, KIND], epochs=40, batch_size=16, budget=120).diagnosis
    assert found.output == "age"
    assert found.sides
    (other,) = found.others
    assert (other.output, other.sides) == ("kind", ())
    assert "output 'kind': network-" in repr(found)
