import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from learnable.zoo.diagnosis.problem.task import TrainingTask
from learnable.zoo.diagnosis.search.trials import decide, score_rows
from sklearn.metrics import balanced_accuracy_score, r2_score

codes = st.lists(st.integers(0, 3), min_size=8, max_size=40).filter(
    lambda c: len(set(c)) > 1
)


def classes(y, values=None):
    y = np.asarray(y)
    task = "binary" if y.max() < 2 else "multiclass"
    return TrainingTask(task, y, np.arange(y.max() + 1) if values is None else values)


@given(codes, st.randoms())
def test_mean_mark_is_balanced_accuracy_above_chance(y, random):
    predicted = np.array([random.choice(sorted(set(y))) for _ in y])
    row_scores = score_rows(predicted, classes(y), np.arange(len(y)))
    wanted = balanced_accuracy_score(y, predicted, adjusted=True)
    np.testing.assert_allclose(row_scores.mean(), wanted, atol=1e-12)


@given(st.lists(st.floats(-5, 5), min_size=4, max_size=30), st.randoms())
def test_mean_mark_of_numbers_is_r2(y, random):
    y = np.array(y) + np.arange(len(y))  # no two are equal
    predicted = y + np.array([random.uniform(-0.5, 0.5) for _ in y])
    task = TrainingTask("regression", y, np.zeros(0))
    row_scores = score_rows(predicted, task, np.arange(len(y)))
    np.testing.assert_allclose(row_scores.mean(), r2_score(y, predicted), atol=1e-9)


def test_labels_that_do_not_vary_tell_nothing():
    y = np.array([[0, 1, 0], [0, 1, 1], [0, 1, 0], [0, 1, 1]])
    task = TrainingTask("multilabel", y, np.zeros(0))
    for predicted, score in ((y, 1.0), (np.zeros_like(y), 0.0), (np.ones_like(y), 0.0)):
        assert score_rows(predicted, task, np.arange(4)).mean() == score
    assert not score_rows(y[::2], task, np.array([0, 2])).any()


def test_numbers_that_do_not_vary_tell_nothing():
    y = np.stack([np.arange(4.0), np.full(4, 7.0)], axis=1)
    task = TrainingTask("regression", y, np.zeros(0))
    mean = np.repeat(y.mean(axis=0, keepdims=True), 4, axis=0)
    for predicted, score in ((y, 1.0), (mean, 0.0)):
        row_scores = score_rows(predicted, task, np.arange(4))
        np.testing.assert_allclose(row_scores.mean(), score)


def test_one_wild_prediction_costs_no_more_than_five():
    y = np.arange(10.0)
    task = TrainingTask("regression", y, np.zeros(0))
    row_scores = score_rows(np.where(y == 3, 1e12, y), task, np.arange(10))
    assert row_scores.min() == -5


def test_a_prediction_that_is_no_number_is_wrong():
    y = np.arange(10.0)
    task = TrainingTask("regression", y, np.zeros(0))
    row_scores = score_rows(np.full(10, np.nan), task, np.arange(10))
    assert (row_scores == -5).all()


def test_single_outputs_are_read_at_the_middle_between_the_labels():
    task = classes([0, 1, 0, 1], np.array([-1, 1]))
    outputs = np.array([[-0.9], [0.1], [-0.2], [0.8]])
    predicted = decide(outputs, task, np.array([-1, 1]), logits=False)
    assert predicted.tolist() == [0, 1, 0, 1]


def test_logits_are_read_at_nought():
    predicted = decide(
        np.array([[-0.1], [0.2]]), classes([0, 1]), np.array([0, 1]), logits=True
    )
    assert predicted.tolist() == [0, 1]


def test_a_place_that_stands_for_no_label_is_wrong():
    task = classes([0, 1, 0, 1], np.array([1, 2]))
    outputs = np.eye(3)[[0, 1, 2, 1]]
    predicted = decide(outputs, task, np.array([1, 2]), logits=False)
    assert predicted.tolist() == [-1, 0, 1, 0]
