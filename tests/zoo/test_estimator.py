import pickle
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from learnable.data.errors import BadData
from learnable.zoo.networks.estimators import NetworkClassifier, NetworkRegressor
from learnable.zoo.registry import recipe
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.utils.estimator_checks import estimator_checks_generator

TINY = replace(recipe("one-hidden"), epochs=1, patience=0, hidden=(4,))
LONGER = replace(TINY, epochs=20, hidden=(16,), learning_rate=0.02)

LEFT_OUT = {
    "check_fit2d_1sample": "no row is left for early stopping: BadData",
    "check_estimators_pickle": "float32 sums may differ in the last digit",
    "check_methods_sample_order_invariance": "float32 sums may, as above",
    "check_methods_subset_invariance": "float32 sums may, as above",
    "check_classifiers_train": "wants skill, and these networks are not trained",
    "check_regressors_train": "wants skill, and these networks are not trained",
    "check_classifiers_classes": "wants skill, and these networks are not trained",
    "check_readonly_memmap_input": "its folder of temporary files may stay behind",
}
"""Checks of scikit-learn that are not made, and why. Pickling and skill are below."""


def _checks():
    """All checks of a classifier, then those that are made of a regressor only."""
    seen = set(LEFT_OUT)
    for network in (NetworkClassifier(TINY), NetworkRegressor(TINY)):
        found = list(estimator_checks_generator(network))
        for estimator, check in found:
            if check.func.__name__ not in seen:
                yield pytest.param(estimator, check, id=check.func.__name__)
        seen |= {check.func.__name__ for _, check in found}


@pytest.fixture
def untrained(monkeypatch):
    """Networks keep their first weights, so that checks of the protocol are quick."""
    told = SimpleNamespace(
        history={"loss": [], "val_loss": []}, params={"way": "keras", "reason": ""}
    )
    monkeypatch.setattr("learnable.zoo.networks.train.fit", lambda *_, **__: told)


@pytest.fixture
def colours(make_rows):
    rows = make_rows(80, (3,), 2)
    return rows.x, rows.y


@pytest.mark.usefixtures("untrained")
@pytest.mark.parametrize(("estimator", "check"), list(_checks()))
def test_scikit_learn_accepts_it(estimator, check):
    check(estimator)


def test_kinds_are_told_apart():
    assert is_classifier(NetworkClassifier(TINY))
    assert is_regressor(NetworkRegressor(TINY))


@pytest.mark.parametrize("kind", [NetworkClassifier, NetworkRegressor])
def test_clone_keeps_all_settings(kind):
    network = kind(LONGER, feature_range=(0, 255), random_state=7)
    params = clone(network).get_params()
    assert params == {
        "recipe": LONGER,
        "feature_range": (0, 255),
        "random_state": 7,
    }
    assert network.set_params(recipe=TINY, random_state=1).recipe == TINY


def test_classes_are_learned(colours):
    x, y = colours
    network = NetworkClassifier(LONGER, (0, 255)).fit(x, y)
    assert network.score(x, y) > 0.9
    assert len(network.history_["val_loss"]) == 20


def test_numbers_are_learned(make_rows):
    rows = make_rows(80, (3,), 0)
    assert NetworkRegressor(LONGER).fit(rows.x, rows.y).score(rows.x, rows.y) > 0.8


def test_pickle_gives_the_same_answers(colours):
    x, y = colours
    network = NetworkClassifier(TINY).fit(x, y)
    again = pickle.loads(pickle.dumps(network))
    np.testing.assert_allclose(
        again.predict_proba(x), network.predict_proba(x), atol=1e-6
    )
    assert again.history_ == network.history_


def test_columns_follow_the_classes(colours):
    x, y = colours
    labels = np.array(["zebra", "ant"])[y]  # sorted otherwise than the codes
    network = NetworkClassifier(LONGER).fit(x, labels)
    assert network.classes_.tolist() == ["ant", "zebra"]
    likely = network.predict_proba(x)
    np.testing.assert_allclose(likely.sum(axis=1), 1, atol=1e-6)
    assert (network.predict(x) == network.classes_[likely.argmax(axis=1)]).all()
    assert np.mean(network.predict(x) == labels) > 0.9


@pytest.mark.usefixtures("untrained")
@pytest.mark.parametrize("labels", [[-1, 5, 9], [False, True], ["a", "b", "c", "d"]])
def test_labels_may_be_anything(labels, colours):
    y = np.resize(labels, 80)
    network = NetworkClassifier(TINY).fit(colours[0], y)
    assert network.predict_proba(colours[0]).shape == (80, len(labels))
    assert set(network.predict(colours[0])) <= set(labels)


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 3)])
def test_images_are_learned(shape, make_rows):
    rows = make_rows(80, shape, 2)
    x = rows.x.astype("uint8")
    network = NetworkClassifier(LONGER, (0, 255)).fit(x, rows.y)
    assert network.predict_proba(x).shape == (80, 2)
    assert network.score(x, rows.y) > 0.8


@pytest.mark.usefixtures("untrained")
def test_images_of_other_size_are_refused(make_rows):
    rows = make_rows(20, (4, 4), 2)
    network = NetworkClassifier(TINY).fit(rows.x, rows.y)
    with pytest.raises(ValueError, match="5 features"):
        network.predict(np.zeros((2, 5, 4)))


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="2 classes or more, got \\[3\\]"):
        NetworkClassifier(TINY).fit(np.zeros((5, 2)), np.full(5, 3))


def test_one_row_is_refused(refused):
    refused(BadData, NetworkRegressor(TINY).fit, np.zeros((1, 2)), np.zeros(1))


def test_random_state_decides_the_outcome(colours):
    def outputs(seed: int) -> np.ndarray:
        return (
            NetworkClassifier(TINY, None, seed).fit(*colours).predict_proba(colours[0])
        )

    np.testing.assert_array_equal(outputs(3), outputs(3))
    assert (outputs(3) != outputs(4)).any()


def test_groups_stay_together_inside(colours, monkeypatch):
    parts = []

    def watch(settings, rows, validation, **_):
        parts.extend(set((part.x[:, 2] // 1).tolist()) for part in (rows, validation))
        raise KeyboardInterrupt

    monkeypatch.setattr("learnable.zoo.networks.estimators.train_network", watch)
    groups = np.arange(80) // 4
    x = np.column_stack([colours[0][:, :2], groups])
    with pytest.raises(KeyboardInterrupt):
        NetworkClassifier(TINY).fit(x, colours[1], groups.tolist())
    kept, inner = parts
    assert not kept & inner
    assert len(kept | inner) == 20


def test_cross_validation_of_scikit_learn_works(colours):
    scores = cross_val_score(
        NetworkClassifier(LONGER, (0, 255)), *colours, cv=2, error_score="raise"
    )
    assert scores.mean() > 0.8


@pytest.mark.usefixtures("untrained")
def test_group_folds_of_scikit_learn_work(colours):
    scores = cross_val_score(
        NetworkClassifier(TINY),
        *colours,
        groups=np.arange(80) // 4,
        cv=GroupKFold(2),
        scoring="neg_log_loss",
        error_score="raise",
    )
    assert np.isfinite(scores).all()


@pytest.mark.slow
def test_shuffled_labels_fall_to_chance(make_rows):
    """A leak of ours, from validation rows or between folds, would show here."""
    rows = make_rows(240, (4,), 2)
    y = np.random.default_rng(3).permutation(rows.y)
    found = cross_val_score(NetworkClassifier(LONGER), rows.x, y, cv=5)
    assert found.mean() < 0.6
    assert cross_val_score(NetworkClassifier(LONGER), rows.x, rows.y, cv=5).mean() > 0.7
