from dataclasses import replace

import numpy as np
import pytest
from learnable.baselines import BASELINES, baselines_for, list_baselines
from learnable.baselines import evaluate as study
from learnable.baselines.evaluate import run_study
from learnable.baselines.scores.harness import Outcome
from learnable.data import load
from learnable.data.dataset import ORDERED
from learnable.data.errors import BadData, Misuse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression


@pytest.fixture
def _quick(monkeypatch):
    """The linear baseline and the rule of thumb only."""

    def few(dataset, *, seed=0):
        names = {"majority", "logistic", "mean", "ridge"}
        made = baselines_for(dataset, seed=seed)
        return {name: made[name] for name in made if name in names}

    monkeypatch.setattr(study, "baselines_for", few)


def names(results):
    return {v.about: v.name for v in results.verdicts}


def test_iris_can_be_learned():
    found = run_study({}, load("iris"), jobs=1).results
    assert names(found) == {"": "signal"}
    assert [row.name for row in found.rows] == list_baselines("multiclass")
    assert all(row.error is None for row in found.rows)
    assert found.about.classes == {"setosa": 50, "versicolor": 50, "virginica": 50}


@pytest.mark.usefixtures("_quick")
def test_noise_cannot_be_learned():
    found = run_study({"net": LogisticRegression()}, load("noise"), jobs=1).results
    assert names(found) == {"net": "no-signal", "": "no-signal"}


@pytest.mark.usefixtures("_quick")
@pytest.mark.parametrize("seed", range(3))
def test_shuffled_iris_has_no_signal(seed):
    data = load("iris")
    y = np.random.default_rng(seed).permutation(data.y)
    assert names(run_study({}, replace(data, y=y), jobs=1).results)[""] in (
        "no-signal",
        "undecided",
    )


@pytest.mark.usefixtures("_quick")
def test_lazy_network_is_at_fault():
    found = run_study(
        {"net": DummyClassifier(strategy="uniform")}, load("iris"), jobs=1
    ).results
    assert names(found) == {"net": "network-at-fault", "": "signal"}


@pytest.mark.usefixtures("_quick")
def test_equal_network_is_level():
    data = load("iris")
    twin = baselines_for(data)["logistic"]
    assert (
        names(run_study({"net": twin}, data, jobs=1).results)["net"] == "network-level"
    )


@pytest.mark.usefixtures("_quick")
def test_better_network_is_ahead(dataset_of, rng):
    x = rng.normal(size=(400, 2))
    data = dataset_of(x, (x[:, 0] * x[:, 1] > 0).astype(int))

    class Product(ClassifierMixin, BaseEstimator):
        def fit(self, x, y):
            self.model = LogisticRegression().fit(x[:, :1] * x[:, 1:], y)
            self.classes_ = self.model.classes_
            return self

        def predict_proba(self, x):
            return self.model.predict_proba(x[:, :1] * x[:, 1:])

        def predict(self, x):
            return self.model.predict(x[:, :1] * x[:, 1:])

    assert (
        names(run_study({"net": Product()}, data, jobs=1).results)["net"]
        == "network-ahead"
    )


def test_baseline_names_are_taken():
    with pytest.raises(Misuse, match="forest is the name of a baseline"):
        run_study({"forest": LogisticRegression()}, load("iris"), jobs=1)


@pytest.mark.usefixtures("_quick")
def test_long_tables_are_sampled(monkeypatch, dataset_of, rng):
    monkeypatch.setattr(study, "MAX_ROWS", 100)
    groups = np.arange(400) // 4
    x, y = rng.normal(size=(400, 2)), rng.integers(0, 2, 400)
    made = study.limit_rows(dataset_of(x, y, groups=groups), seed=0)
    assert len(made) == len(made.groups) == 100
    rows = [int(np.flatnonzero((x == row).all(axis=1))[0]) for row in made.x.to_numpy()]
    assert (made.groups == groups[rows]).all()
    assert (made.y == y[rows]).all()
    found = run_study({}, dataset_of(x, y), jobs=1).results
    assert found.about.rows == 100
    assert found.about.notes == ("scored on a sample of 100 of 400 rows",)


def test_short_tables_are_kept(dataset_of, rng):
    data = dataset_of(rng.normal(size=(30, 2)), rng.normal(size=30))
    assert study.limit_rows(data, seed=0) is data


@pytest.mark.usefixtures("_quick")
def test_groups_are_never_split(dataset_of, rng):
    groups = np.repeat(np.arange(20), 5)
    data = dataset_of(rng.normal(size=(100, 2)), rng.normal(size=100), groups=groups)
    made = study.run_study({}, data, jobs=1, repeats=2)
    seen = made.predictions.query("candidate == 'ridge'")
    folds = seen.groupby("fold")["row"].agg(set)
    assert len(folds) == 10
    for rows in folds:
        inside = groups[sorted(rows)]
        assert not set(inside) & set(np.delete(groups, sorted(rows)))
    assert made.results.split == "5 folds, 2 times, groups not split"


@pytest.mark.usefixtures("_quick")
def test_seed_repeats_everything(dataset_of, rng):
    x = rng.normal(size=(80, 3))
    data = dataset_of(x, x[:, 0] + rng.normal(size=80))

    def found(seed):
        made = run_study({"net": LinearRegression()}, data, seed=seed, jobs=1).results
        plain = [(row.name, row.scores) for row in made.rows]
        return plain, made.verdicts, made.comparisons, replace(made.signal, seconds=0)

    assert found(3) == found(3)
    assert found(3)[0] != found(4)[0]


@pytest.mark.usefixtures("_quick")
def test_known_outcomes_are_taken(dataset_of, rng):
    x = rng.normal(size=(100, 2))
    y = (x[:, 0] > 0).astype(int)
    data = dataset_of(x, y, n_test=40)
    right = Outcome("net", 0, np.eye(2)[y[60:]] * 0.98 + 0.01)
    found = study.run_study({}, data, known=[right], jobs=1)
    assert found.results.split == "the 40 official test rows"
    row = next(row for row in found.results.rows if row.name == "net")
    assert row.scores["accuracy"].mean == 1
    assert row.kind == "network"


def test_hopeless_baselines_are_an_error(monkeypatch, dataset_of, rng):
    class Broken(BaseEstimator):
        def fit(self, x, y):
            msg = "no luck"
            raise ValueError(msg)

    monkeypatch.setattr(study, "baselines_for", lambda *_, **__: {"mean": Broken()})
    data = dataset_of(rng.normal(size=(30, 2)), rng.normal(size=30))
    with pytest.raises(BadData, match="no luck"):
        run_study({}, data, jobs=1)


@pytest.mark.parametrize("task", BASELINES)
def test_first_baseline_ignores_features(task, dataset_of, rng):
    if task in ORDERED:
        pytest.skip("rows have an order, and no features but the past")
    y = rng.normal(size=40) if task == "regression" else np.arange(40) % 2
    data = dataset_of(rng.normal(size=(40, 2)), y)
    model = baselines_for(data)[list_baselines(task)[0]]
    found = model.fit(data.x, data.y).predict(rng.normal(size=(9, 2)))
    assert len(set(found)) == 1
    assert all(b.about for b in BASELINES[task])


@pytest.mark.parametrize("name", list_baselines("binary")[2:])
def test_baselines_take_images(name, dataset_of, rng):
    x, y = rng.normal(size=(60, 3, 3)), np.arange(60) % 2
    model = baselines_for(dataset_of(x, y))[name].fit(x, y)
    assert model.predict_proba(x).shape == (60, 2)
