import warnings

import joblib
import numpy as np
import pandas as pd
import pytest
from learnable.baselines.scores import harness
from learnable.baselines.scores.fold_scores import collect_outcomes
from learnable.baselines.scores.harness import predict_fold, run
from learnable.data import load
from learnable.data.split import make_folds
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC


class Broken(ClassifierMixin, BaseEstimator):
    def fit(self, x, y):
        msg = "no\nrows"
        raise ArithmeticError(msg)


class Dizzy(BaseEstimator):
    """Predicts NaN."""

    def fit(self, x, y):
        return self

    def predict(self, x):
        return np.where(np.arange(len(x)) == 1, np.nan, 0.0)


class Grouped(BaseEstimator):
    def fit(self, x, y, groups=None):
        self.history_ = {"groups": tuple(map(str, [] if groups is None else groups))}
        return self

    def predict(self, x):
        return np.zeros(len(x))


class Column(Grouped):
    """Predicts numbers of shape (n_rows, 1), as Keras does."""

    def predict(self, x):
        return np.ones((len(x), 1), "float32")


class Wide(Grouped):
    def predict(self, x):
        return np.zeros((len(x), 2))


class Warner(Grouped):
    def fit(self, x, y, groups=None):
        warnings.warn("mine", UserWarning, stacklevel=1)
        return super().fit(x, y, groups)


@pytest.fixture
def numbers(dataset_of, rng):
    x = rng.normal(size=(30, 2))
    return dataset_of(x, x[:, 0] + 0.1 * rng.normal(size=30))


@pytest.fixture
def classes(dataset_of, rng):
    x = rng.normal(size=(60, 2))
    return dataset_of(x, (x[:, 0] > 0).astype(int))


def test_failures_keep_the_others(classes):
    candidates = {"broken": Broken(), "good": LogisticRegression()}
    found = run(candidates, classes, make_folds(classes, folds=3), jobs=1)
    broken, good = found[:3], found[3:]
    assert {o.error for o in broken} == {"ArithmeticError: no rows"}
    assert all(o.predictions is None for o in broken)
    assert all(o.error is None and o.predictions is not None for o in good)


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        (Dizzy(), "predictions are not finite (1 values)"),
        (Wide(), "ValueError: cannot reshape"),
        ("no estimator", "TypeError: Cannot clone"),
    ],
)
def test_bad_predictions_are_failures(candidate, reason, numbers):
    found = run({"bad": candidate}, numbers, make_folds(numbers, folds=2), jobs=1)
    assert all(o.predictions is None and o.error.startswith(reason) for o in found)


def test_a_column_is_a_row(numbers):
    found = run({"net": Column()}, numbers, make_folds(numbers, folds=2), jobs=1)
    assert [o.predictions.shape for o in found] == [(15,), (15,)]


def test_outcomes_come_in_order(numbers):
    seen = []
    candidates = {"b": Ridge(), "a": Ridge(2.0), "c": Grouped()}
    folds = make_folds(numbers, folds=4)
    found = run(candidates, numbers, folds, jobs=1, on_done=seen.append)
    assert [(o.candidate, o.fold) for o in found] == [
        (n, i) for n in "bac" for i in range(4)
    ]
    assert len(seen) == 12
    assert all(o.fit_seconds >= 0 and o.predict_seconds >= 0 for o in found)


@pytest.mark.parametrize("names", [None, np.repeat(list("pqrstuvwxy"), 3)])
def test_groups_reach_who_asks(names, dataset_of, rng):
    data = dataset_of(rng.normal(size=(30, 2)), rng.normal(size=30), groups=names)
    folds = make_folds(data, folds=5)
    found = run({"asks": Grouped(), "ridge": Ridge()}, data, folds, jobs=1)
    assert all(o.error is None for o in found)
    for outcome, fold in zip(found, folds, strict=False):
        expected = () if names is None else tuple(names[fold.train])
        assert outcome.history["groups"] == expected


def test_words_become_certain_probabilities(classes):
    folds = make_folds(classes, folds=3)
    for outcome in run({"svm": LinearSVC()}, classes, folds, jobs=1):
        assert set(outcome.predictions.ravel()) == {0.0, 1.0}
        assert (outcome.predictions.sum(axis=1) == 1).all()


def test_unseen_class_gets_zero():
    model = LogisticRegression().fit([[0.0], [1.0], [2.0]], [0, 2, 2])
    found = predict_fold(model, np.array([[0.0], [2.0]]), classes=4)
    assert (found[:, [1, 3]] == 0).all()
    assert found.sum(axis=1) == pytest.approx(1)


def test_own_warnings_are_heard(numbers):
    found = run({"warner": Warner()}, numbers, make_folds(numbers, folds=2), jobs=1)
    assert {o.error for o in found} == {"UserWarning: mine"}  # an error in these tests


def test_missing_convergence_is_no_failure(classes):
    model = LogisticRegression(max_iter=1)
    found = run({"short": model}, classes, make_folds(classes, folds=2), jobs=1)
    assert all(o.error is None for o in found)


def test_candidates_are_cloned(numbers):
    model = Ridge()
    run({"ridge": model}, numbers, make_folds(numbers, folds=2), jobs=1)
    assert not hasattr(model, "coef_")


def test_scores_match_cross_validate():
    data = load("breast-cancer")
    model = make_pipeline(StandardScaler(), LogisticRegression())
    folds = make_folds(data, folds=3, seed=4)
    board = collect_outcomes(data, folds, run({"m": model}, data, folds, jobs=1))
    row = board.rows[0]
    splits = [(f.train, f.test) for f in folds]
    metrics = {"accuracy": "accuracy", "roc_auc": "roc_auc", "log_loss": "neg_log_loss"}
    x = data.x.to_numpy()
    theirs = cross_validate(model, x, data.y, cv=splits, scoring=metrics)
    for name in metrics:
        assert row.scores[name].folds == pytest.approx(
            abs(theirs[f"test_{name}"]), abs=1e-5
        )


def test_encoders_see_training_rows(dataset_of):
    # a category of the test rows only: all zeros, and no failure
    x = pd.DataFrame({"c": ["u"] * 10 + ["v"] * 9 + ["w"]})
    data = dataset_of(x, np.arange(20) % 2)
    folds = make_folds(data, folds=4)
    assert all(
        o.error is None for o in run({"m": LogisticRegression()}, data, folds, jobs=1)
    )


@pytest.mark.filterwarnings("default")  # threads share the list of warning filters
def test_threads_give_the_same(numbers):
    folds = make_folds(numbers, folds=3)
    alone = run({"ridge": Ridge()}, numbers, folds, jobs=1)
    with joblib.parallel_config(backend="threading", n_jobs=2):
        together = run({"ridge": Ridge()}, numbers, folds)
    for a, b in zip(alone, together, strict=True):
        assert (a.candidate, a.fold) == (b.candidate, b.fold)
        assert a.predictions == pytest.approx(b.predictions)


def test_outer_choice_of_workers():
    assert harness._workers(3) == 3
    assert (harness._workers(None) or 0) != 0
    with joblib.parallel_config(backend="threading", n_jobs=7):
        assert harness._workers(None) is None
        assert harness._workers(2) == 2
