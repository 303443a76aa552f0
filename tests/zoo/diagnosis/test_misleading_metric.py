from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.rules.misleading_metric import misleading_metric

X = np.random.default_rng(0).normal(size=(60, 3)).astype("float32")
NUMBERS = 3.5 * X[:, 0]
FLAGS = (X[:, 0] > 0).astype("int32")
ONE_HOT = np.eye(6)[np.arange(60) % 6]
FROM_ONE = np.eye(7)[np.arange(60) % 6 + 1][:, :6]
LABELS = np.column_stack([X > 0, X > 0.5]).astype("float32")
LOGITS = keras.losses.BinaryCrossentropy(from_logits=True)
ZERO = keras.metrics.BinaryAccuracy(threshold=0.0)


@pytest.mark.parametrize(
    ("metric", "y", "units", "loss", "told"),
    [
        ("accuracy", NUMBERS, 1, "mse", "0.0% of which are 0 or 1"),
        (keras.metrics.BinaryAccuracy(), NUMBERS, 1, "mse", "stays near 0"),
        ("binary_accuracy", ONE_HOT, 6, "categorical_crossentropy", "has 0.83"),
        ("accuracy", LABELS, 6, "binary_crossentropy", "largest target"),
        ("accuracy", FLAGS, 1, LOGITS, "are logits"),
        ("mae", NUMBERS, 1, "mse", None),
        ("accuracy", FLAGS, 1, "binary_crossentropy", None),
        ("accuracy", ONE_HOT, 6, "categorical_crossentropy", None),
        ("accuracy", FROM_ONE, 6, "categorical_crossentropy", None),  # wrong labels
        ("binary_accuracy", LABELS, 6, "binary_crossentropy", None),
        (ZERO, FLAGS, 1, LOGITS, None),
        (None, NUMBERS, 1, "mse", None),
    ],
)
def test_metrics_that_lie(case_of, sequence, metric, y, units, loss, told):
    context = case_of(sequence((3,), [keras.layers.Dense(units)], loss), X, y)
    context = replace(context, fit=replace(context.fit, metrics=[metric]))
    found = misleading_metric(context)
    assert (found is not None) == (told is not None)
    if told:
        assert told in found.sentence
        assert not found.repairs


def read_by(context, line):
    """The finding on a script with this line behind its training."""
    model = context.fit.model
    module = SimpleNamespace(model=model, x=X, y=FLAGS, column=FLAGS[:, None], np=np)
    source = f"model.fit(x, y)\nguess = model.predict(x)\n{line}\n"
    recording = replace(context.recording, source=source, module=module)
    return misleading_metric(replace(context, recording=recording))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("np.argmax(guess, axis=1)", "Line 3 takes the place of the largest output"),
        ("np.argmax(model.predict(x), -1)", "class 0 for every row"),
        ("guess.argmax(axis=-1)", "class 0 for every row"),
        ("np.mean((guess - y) ** 2)", "with 'y' of shape (n,)"),
        ("(y == (guess > 0.5)).mean()", "with 'y' of shape (n,)"),
        ("np.argmax(guess)", None),  # the row with the largest output
        ("np.argmax(guess, axis=0)", None),
        ("np.mean((guess - column) ** 2)", None),
        ("np.mean((guess.ravel() - y) ** 2)", None),
        ("guess = guess[:, 0]\nnp.mean((guess - y) ** 2)", None),
        ("np.argmax(x, axis=1)", None),
        ("y = guess - 1", None),
        ("guess.argmax(1) if guess.shape[1] > 1 else guess > 0.5", None),
        ("if guess.ndim > 1:\n    guess = np.argmax(guess, axis=1)", None),
        ("if len(x):\n    np.argmax(guess, axis=1)", "class 0 for every row"),
    ],
)
def test_predictions_of_one_column_that_are_misread(case_of, sequence, line, told):
    head = keras.layers.Dense(1, "sigmoid")
    context = case_of(sequence((3,), [head], "binary_crossentropy"), X, FLAGS)
    found = read_by(context, line)
    assert (found is not None) == (told is not None)
    if told:
        assert told in found.sentence


def test_the_largest_of_several_outputs_is_their_class(case_of, sequence):
    head = keras.layers.Dense(2, "softmax")
    loss = "sparse_categorical_crossentropy"
    context = case_of(sequence((3,), [head], loss), X, FLAGS)
    assert read_by(context, "np.argmax(guess, axis=1)") is None


def test_example_of_the_page(example_of):
    context = example_of("N118")
    context = replace(context, fit=replace(context.fit, metrics=["accuracy"]))
    assert misleading_metric(context) is not None
