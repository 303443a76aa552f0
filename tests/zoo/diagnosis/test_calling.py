"""``learnable.check``: a network examined from Python."""

import random
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from learnable import Diagnosis, ZooError, check
from learnable.baselines.results.diagnosis import SIDES, Cause, RuledOut
from learnable.zoo.backend import keras, tensorflow
from learnable.zoo.check.call import _read
from learnable.zoo.diagnosis.problem.from_model import compiled, first_output, make_fit

pytestmark = pytest.mark.slow  # many small trainings


layers = keras.layers
X = np.random.default_rng(0).normal(size=(60, 3)).astype("float32")
Y = (X[:, 0] > 0).astype("int64")


def network(*, compile=True, loss="sparse_categorical_crossentropy", head=2):
    model = keras.Sequential(
        [keras.Input((3,)), layers.Dense(4, "relu"), layers.Dense(head, "softmax")]
    )
    if compile:
        model.compile(keras.optimizers.Adam(0.05), loss, metrics=["accuracy"])
    return model


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """A trained network, what it was before the check, and the answer."""
    keras.utils.set_random_seed(0)
    model = network()
    model.fit(X, Y, verbose=0)
    weights = [w.copy() for w in model.get_weights()]
    state = [np.array(v) for v in model.optimizer.variables]
    random.seed(3)
    found = check(model, pd.DataFrame(X), pd.Series(Y), epochs=5, budget=5)
    return model, weights, state, found.diagnosis, random.random()


def test_answer_is_a_diagnosis(checked):
    found = checked[3]
    assert isinstance(found, Diagnosis)
    assert set(found.sides) <= set(SIDES)
    assert found.original_score is not None
    assert found.fits == ()


def test_model_is_left_as_it_was(checked):
    model, weights, state, _, _ = checked
    for now, then in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(now, then)
    for now, then in zip(model.optimizer.variables, state, strict=True):
        np.testing.assert_array_equal(np.array(now), then)


def test_random_numbers_go_on_as_before(checked):
    random.seed(3)
    assert checked[4] == random.random()


@pytest.mark.parametrize(
    ("x", "y", "told"),
    [
        (X, Y[:50], "x has 60 rows and y has 50"),
        (X[:0], Y[:0], r"x is empty: its shape is \(0, 3\)"),
        ([[1.0, 2.0], [3.0]], [0, 1], "x is ragged or not an array: .* lengths 1, 2"),
        (np.array([[1], [2, 3]], dtype=object), [0, 1], "x is ragged: its 2 rows"),
        (pd.DataFrame({"town": ["Ulm"] * 60}), Y, "x has values that are not numbers"),
        (X, np.array(["a", "b"] * 30), "y holds .* values of shape"),
        ([X, X[:30]], Y, "the arrays of x have 60 and 30 rows"),
        (X[:, :2], Y, "cannot be rebuilt and called on the data"),
        ([], Y, "x is empty"),
        (X, None, "y is missing"),
        (tensorflow.data.Dataset.from_tensor_slices((X, Y)).batch(8), Y, "omit y"),
        (tensorflow.data.Dataset.from_tensor_slices(X).batch(8), None, "rows without"),
        ((row for row in ()), None, "the dataset gives no rows"),
    ],
)
def test_rows_that_cannot_be_trained_on_are_told(x, y, told):
    with pytest.raises(ZooError, match=told):
        check(network(), x, y)


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (network(compile=False), "the model is not compiled"),
        (network(loss=None), "is compiled without a loss"),
        ("model.keras", "not a Keras model but a str"),
    ],
)
def test_model_that_cannot_be_trained_is_told(model, told):
    with pytest.raises(ZooError, match=told):
        check(model, X, Y)


def test_a_training_whose_epochs_are_not_given_has_enough_of_them(monkeypatch):
    asked = []

    def noted(recording, fit, **options):
        asked.append(fit.arguments["epochs"])
        raise ZooError("enough")

    monkeypatch.setattr("learnable.zoo.check.call.check_outputs", noted)
    for options in ({}, {"batch_size": 1}, {"epochs": 3}):
        with pytest.raises(ZooError, match="enough"):
            check(network(), X, Y, **options)
    assert asked == [200, 17, 3]


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"batch_size": 0}, {"budget": 0}])
def test_numbers_out_of_range_are_told(wrong):
    with pytest.raises(ZooError, match="must be 1 or more"):
        check(network(), X, Y, **wrong)


class Batches(keras.utils.PyDataset):
    """Six batches of ten rows."""

    def __len__(self):
        return 6

    def __getitem__(self, number):
        rows = slice(10 * number, 10 * number + 10)
        return X[rows], Y[rows]


@pytest.mark.parametrize(
    "source",
    [
        lambda: tensorflow.data.Dataset.from_tensor_slices((X, Y)).batch(7),
        lambda: ((X[i : i + 5], Y[i : i + 5]) for i in range(0, 60, 5)),
        Batches,
    ],
    ids=["dataset", "generator", "pydataset"],
)
def test_rows_are_read_of_whatever_keras_takes(source):
    rows = _read(source(), None)
    np.testing.assert_array_equal(rows.x, X)
    np.testing.assert_array_equal(rows.y, Y)


def test_generator_without_end_is_left_in_time():
    def forever():
        while True:
            yield X, Y

    assert len(_read(forever(), None).x) == 60


def test_first_of_several_outputs_is_known():
    inputs = keras.Input((3,))
    heads = [layers.Dense(1, name="a")(inputs), layers.Dense(2, name="b")(inputs)]
    model = keras.Model(inputs, heads)
    model.compile("sgd", {"a": "mse", "b": "mae"})
    found = first_output(compiled(model, "it"))
    assert (found.loss, len(found.model.outputs)) == ("mse", 1)
    model.compile("sgd", ["mae", "mse"])
    assert first_output(compiled(model, "it")).loss == "mae"


@pytest.mark.parametrize("keep", [False, True])
def test_training_starts_anew_unless_weights_are_kept(keep):
    model = network()
    model.layers[0].trainable = False
    model.compile("sgd", "mse")
    fit = make_fit(
        compiled(model, "it"), X, Y, epochs=2, batch_size=None, keep_weights=keep
    )
    same = [np.array_equal(a, b) for a, b in zip(fit.weights, fit.trained, strict=True)]
    assert same == [True, True, keep, True], "frozen ones stay, and biases begin at 0"
    assert (fit.pretrained, fit.steps) == (True, 4)


def answer(**changes):
    cause = Cause(
        "N106", "missing-nonlinearity", "No <relu>.", "Add one.", "relu", 0.1, 0.9, 0.9
    )
    facts = {
        "script": "m", "sides": ("network",), "verdict": "network-at-fault",
        "sentence": "It fails & falls.", "change": "Nothing.", "measure": "R2",
        "original_score": 0.1, "baseline_score": 0.9,
        "best_score": 0.9, "repaired_score": 0.9,
        "causes": (cause,),
        "ruled_out": (RuledOut("N1", "rate-too-high", "s", "no_effect"),),
    }  # fmt: skip
    return Diagnosis(**(facts | changes))


def test_answer_reads_as_text():
    assert repr(answer()) == str(answer())
    assert str(answer()).splitlines() == [
        "network-at-fault. The data can be learned; the fault lies in the network.",
        "  It fails & falls.",
        "N106 missing-nonlinearity. No <relu>.",
        "  relu: score 0.10 without repairs, 0.90 with this alone, "
        "0.90 with all repairs",
        "  What to do: Add one.",
        "Ruled out, no effect: rate-too-high.",
        "  What would change this: Nothing.",
    ]


def test_score_of_nothing_has_no_sign():
    (cause,) = answer().causes
    assert "score 0.00 without" in str(replace(cause, original_score=-0.004).scores)


def test_answer_is_a_page_in_a_notebook():
    page = answer()._repr_html_()
    assert "No &lt;relu&gt;." in page
    assert "It fails &amp; falls." in page
    assert page.count("<tr>") == 2
    assert "<table>" not in answer(causes=())._repr_html_()
