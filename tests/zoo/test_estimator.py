import pickle
from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.estimator import NetworkClassifier, NetworkRegressor
from learnable.zoo.registry import recipe
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.utils.estimator_checks import estimator_checks_generator

TINY = replace(
    recipe("one-hidden"), epochs=1, patience=0, hidden=(4,), learning_rate=0.05
)
LONGER = replace(TINY, epochs=15, hidden=(16,))

EXPECTED_TO_FAIL = {
    "check_estimators_nan_inf": "refused, but pickling follows",
}
"""Checks of scikit-learn that a network does not pass, and why."""


def rows_of(make_rows, classes: int = 2, count: int = 60):
    rows = make_rows(count, (3,), classes)
    return rows.x, rows.y


@pytest.mark.parametrize(
    ("estimator", "check"),
    [
        pytest.param(estimator, check, id=f"{type(estimator).__name__}-{check.func.__name__}")
        for network in (NetworkClassifier(TINY), NetworkRegressor(TINY))
        for estimator, check in estimator_checks_generator(network)
    ],
)
def test_scikit_learn_accepts_it(estimator, check):
    check(estimator)
