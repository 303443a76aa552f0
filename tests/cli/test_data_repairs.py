"""Changes to a script that undo a fault of its data."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.check.data_faults import align, hide, match_moments
from learnable.zoo.diagnosis.codemod.edits import HideInputs, Statement
from learnable.zoo.diagnosis.problem.training_setup import Setup, build_model
from learnable.zoo.diagnosis.record.recording import Place

X = np.random.default_rng(0).normal(3, 2, (50, 3)).astype("float32")


def problem(x, **names):
    here = Place(__file__, 1)
    fit = SimpleNamespace(x=x, history={}, place=here, compiled=None)
    module = SimpleNamespace(**names)
    recording = SimpleNamespace(fits=[fit], module=module)
    flat = np.reshape(x, (len(x), -1))
    table = pd.DataFrame(flat, columns=[f"column {i}" for i in range(flat.shape[1])])
    return SimpleNamespace(
        fit=fit, recording=recording, dataset=SimpleNamespace(x=table)
    )


def test_a_hidden_column_is_0_for_the_network():
    repair = hide(problem(X), ("column 1",))
    assert repair is not None
    assert repair.edits == (HideInputs((1,), 3),)
    first = keras.layers.Dense(1, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((3,)), first])
    model.compile("sgd", "mse")
    adam = keras.optimizers.serialize(keras.optimizers.Adam())
    setup = repair.apply(Setup(model, "mse", adam, X, X[:, 0]))
    rows = np.arange(50)
    said = np.asarray(build_model(setup, rows, seed=0)(X))[:, 0]
    np.testing.assert_allclose(said, X[:, 0] + X[:, 2], rtol=1e-5)


@pytest.mark.parametrize(
    "x",
    [X.reshape(50, 3, 1), {"a": X}, X.astype("int64"), X[:, :2]],
    ids=["series", "several inputs", "whole numbers", "other columns"],
)
def test_what_cannot_be_hidden_is_left(x):
    given = problem(X)
    given.fit.x = x
    assert hide(given, ("column 1",)) is None


def test_rows_are_brought_to_the_means_and_spreads_of_others():
    moved = match_moments(X * 100 + 7, X)
    np.testing.assert_allclose(moved.mean(axis=0), X.mean(axis=0), rtol=1e-4)
    np.testing.assert_allclose(moved.std(axis=0), X.std(axis=0), rtol=1e-4)
    flat = match_moments(np.ones((4, 3)), X)  # a column without spread stays one
    np.testing.assert_allclose(flat, np.tile(X.mean(axis=0), (4, 1)), rtol=1e-5)
    images = match_moments(X.reshape(50, 3, 1, 1) * 255, X.reshape(50, 3, 1, 1))
    assert images.std() == pytest.approx(X.std(), rel=1e-4)


def test_the_written_line_does_what_was_tried():
    test = X[:20] * 50
    repair = align(problem(X, x_train=X, x_test=test), test)
    assert repair is not None
    (line,) = repair.edits
    assert isinstance(line, Statement)
    scope = {"x_train": X, "x_test": test}
    exec(line.code, scope)
    np.testing.assert_allclose(scope["x_test"], match_moments(test, X), rtol=1e-4)


@pytest.mark.parametrize("names", [{}, {"x_train": X}, {"x_test": X[:20]}])
def test_rows_without_a_name_cannot_be_aligned(names):
    assert align(problem(X, **names), X[:20]) is None
