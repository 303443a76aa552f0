"""Rows so few that none can be kept back."""

from types import SimpleNamespace

import learnable
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable import Card, Dataset
from learnable.zoo.backend import keras
from learnable.zoo.check.duplicates import input_hashes
from learnable.zoo.check.problem import (
    MANY,
    best_row_scores,
    count_to_memorise,
    lookup_scores,
    repeat_rows,
    same_splits,
)
from learnable.zoo.diagnosis.problem.task import TrainingTask
from learnable.zoo.diagnosis.search.trials import score_difference

KINDS = st.lists(st.integers(0, 3), min_size=2, max_size=12)


def dataset(rows, task="regression", classes=()):
    x = pd.DataFrame({"a": np.arange(float(rows))})
    y = np.arange(rows) % 2 if classes else np.arange(float(rows))
    return Dataset(x, y, Card("toy", "toy", task, "y"), classes=classes)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 39))
def test_copies_are_enough_and_as_many_of_each(rows):
    many = repeat_rows(dataset(rows))
    assert MANY <= len(many) < MANY + rows
    counts = many.x["a"].value_counts()
    assert counts.min() == counts.max()
    assert len(counts) == rows
    np.testing.assert_array_equal(many.x["a"], many.y)
    assert f"{len(many) // rows} times" in many.card.title


def rows_of(x, y, task="binary"):
    names = tuple("ab") if task == "binary" else ()
    table = pd.DataFrame(np.asarray(x, float)).add_prefix("x")
    return Dataset(table, np.asarray(y), Card("t", "t", task, "y"), classes=names)


def count(rows):
    kinds = np.unique(input_hashes(np.asarray(rows.x)), return_inverse=True)[1]
    return count_to_memorise(rows, kinds)


def combinations(bits):
    return (np.arange(2**bits)[:, None] >> np.arange(bits)) & 1


@pytest.mark.parametrize("times", [1, 2, 100])
@pytest.mark.parametrize("bits", [2, 3, 5])
def test_a_truth_table_is_learned_by_heart_however_often_it_is_there(bits, times):
    x = np.tile(combinations(bits), (times, 1))
    assert count(rows_of(x, x.sum(axis=1) % 2)) == 2**bits


def test_few_different_rows_are_learned_by_heart():
    x = np.repeat(np.arange(3.0), 20)[:, None]
    assert count(rows_of(x, 2 * x[:, 0], "regression")) == 3


def test_rows_that_others_may_follow_are_kept_back():
    """Twelve patients, a column of numbers, codes without some, many combinations."""
    rng = np.random.default_rng(0)
    y = np.arange(64) % 2
    assert count(rows_of(rng.normal(size=(12, 3)), y[:12])) == 0
    assert count(rows_of(np.arange(10)[:, None], y[:10])) == 0
    assert count(rows_of(combinations(5)[1:], y[1:32])) == 0
    assert count(rows_of(combinations(7), np.arange(128) % 2)) == 0
    assert count(rows_of(np.ones((20, 2)), y[:20])) == 0


@settings(max_examples=25, deadline=None)
@given(KINDS, st.data())
def test_a_lookup_is_perfect_unless_equal_rows_contradict(kinds, data):
    """And it is never worse than one who says the same of every row."""
    kinds = np.array(kinds)
    y = np.array([data.draw(st.integers(0, 1)) for _ in kinds])
    y[:2] = 0, 1
    row_scores = lookup_scores(kinds, TrainingTask("binary", y, np.array([0, 1])))
    same = all(len(set(y[kinds == kind])) == 1 for kind in kinds)
    assert (row_scores.mean() == pytest.approx(1)) == same
    assert row_scores.mean() >= -1e-9


@pytest.mark.parametrize("shape", [(4,), (4, 2)])
def test_numbers_are_looked_up_as_means(shape):
    y = np.arange(np.prod(shape), dtype=float).reshape(shape)
    task = TrainingTask("regression", y, np.array([]))
    assert lookup_scores(np.arange(4), task).mean() == pytest.approx(1)
    assert lookup_scores(np.zeros(4), task).mean() == pytest.approx(0)


def test_what_can_be_reached_is_what_can_be_looked_up():
    task = TrainingTask("binary", np.array([0, 1, 1, 0]), np.array([0, 1]))
    problem = SimpleNamespace(
        memorised=4,
        task=task,
        dataset=repeat_rows(dataset(4, "binary", ("0", "1"))),
        splits=same_splits(4),
        fit=SimpleNamespace(
            model=keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]),
            x=np.arange(4.0)[:, None],
        ),
    )
    (row_scores,) = best_row_scores(SimpleNamespace(), problem).values()
    assert len(row_scores) == len(problem.splits)
    assert np.mean(row_scores) == pytest.approx(1)


def test_of_all_rows_there_are_only_seeds_are_chance():
    better = [np.ones(4), np.array([1.0, 1, 1, 0.5])]
    worse = [np.zeros(4), np.array([0.0, 1, 0, 0])]
    whole, sample = (
        score_difference(better, worse, whole=True),
        score_difference(better, worse),
    )
    assert whole.difference == sample.difference
    assert whole.row_error == 0
    assert 0 < whole.error <= sample.error
    assert score_difference([np.ones(4)] * 2, [np.eye(4)[0]] * 2, whole=True).is_sure


@pytest.mark.slow  # a whole examination
@pytest.mark.parametrize("n_rows", [1, 3])
def test_rows_with_one_target_tell_nothing(n_rows):
    x, y = np.arange(2.0 * n_rows).reshape(n_rows, 2), np.ones(n_rows)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    found = learnable.check(model, x, y).diagnosis
    assert (found.verdict, found.sides, found.causes) == ("undecided", (), ())
    assert f"Distinct rows: {n_rows}, too few to hold any out." in found.sentence


@pytest.mark.slow  # a whole examination
def test_xor_is_not_learned_without_a_curve():
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((2,)), layers.Dense(8), layers.Dense(1, activation="sigmoid")]
    )
    model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy")
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
    found = learnable.check(model, x, np.array([0, 1, 1, 0]), epochs=300).diagnosis
    assert [cause.label for cause in found.causes] == ["missing-nonlinearity"]
    assert "Distinct rows: 4" in found.sentence
